//! The flags that every command takes: where the library is and how it behaves.
//! Each is a line of the settings file too; [`crate::config`] brings them together.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// Where the library is and how it behaves.
#[derive(Debug, ClapArgs)]
pub struct Settings {
    /// Folder that holds the library [default: your system's data folder]
    #[arg(long, global = true, env = "CUTTINGS_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Settings file [default: cuttings.toml in the data folder]
    #[arg(long, global = true, env = "CUTTINGS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Database: postgres://user@host/name [default: SQLite in the data folder]
    #[arg(
        long,
        global = true,
        env = "CUTTINGS_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database: Option<String>,

    /// Where page and picture bytes are kept: a folder or file:// address
    /// [default: blobs/ in the data folder]
    #[arg(
        long,
        global = true,
        env = "CUTTINGS_BLOBS",
        value_name = "URL",
        hide_env_values = true
    )]
    pub blobs: Option<String>,

    /// Address and port to listen on [default: 127.0.0.1:8090]
    #[arg(long, global = true, env = "CUTTINGS_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,

    /// Address people open, when a proxy stands in front: https://cuttings.example
    #[arg(long, global = true, env = "CUTTINGS_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Largest page that a browser may send, in MB [default: 100]
    #[arg(long, global = true, env = "CUTTINGS_UPLOAD_LIMIT_MB")]
    pub upload_limit_mb: Option<String>,

    /// Private network that pages may be fetched from, such as 192.168.1.0/24;
    /// may be given several times
    #[arg(
        long,
        global = true,
        env = "CUTTINGS_ALLOW_PRIVATE_NETWORK",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    pub allow_private_network: Vec<String>,

    /// Host in a private network that pages may be fetched from by its name, such
    /// as wiki.intranet; may be given several times
    #[arg(
        long,
        global = true,
        env = "CUTTINGS_ALLOW_PRIVATE_HOST",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub allow_private_host: Vec<String>,

    /// Proxy that everything is fetched through: http://host:port [default: none]
    #[arg(
        long,
        global = true,
        env = "CUTTINGS_EGRESS_PROXY",
        value_name = "URL",
        hide_env_values = true
    )]
    pub egress_proxy: Option<String>,

    /// File with the key that seals secrets; the same on every node
    /// [default: instance.key in the data folder]
    #[arg(
        long,
        global = true,
        env = "CUTTINGS_INSTANCE_KEY_FILE",
        value_name = "FILE"
    )]
    pub instance_key_file: Option<String>,

    /// Least time between two pages asked of one site, in ms [default: 500]
    #[arg(
        long,
        global = true,
        env = "CUTTINGS_SITE_SPACING_MS",
        value_name = "MS"
    )]
    pub site_spacing_ms: Option<String>,
    /// Memory that reading one page or picture may take, in MiB [default: 1024]
    #[arg(
        long,
        global = true,
        env = "CUTTINGS_PARSER_MEMORY_MIB",
        value_name = "MIB",
        hide_short_help = true
    )]
    pub parser_memory_mib: Option<String>,

    /// Time that reading one page or picture may take, in seconds [default: 30]
    #[arg(
        long,
        global = true,
        env = "CUTTINGS_PARSER_SECONDS",
        value_name = "SECONDS",
        hide_short_help = true
    )]
    pub parser_seconds: Option<String>,

    /// What to log: error, warn, info, debug [default: info for serve, warn otherwise]
    #[arg(long, global = true, env = "CUTTINGS_LOG", value_name = "LEVEL")]
    pub log: Option<String>,

    /// Print JSON, one object a line
    #[arg(long, global = true)]
    pub json: bool,
}
