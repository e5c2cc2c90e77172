//! Configuration: what is in force and where each value came from.
//!
//! A flag beats the environment, the environment beats the settings file, the
//! file beats the default. A key that is not known is refused with the nearest
//! one that is: a setting that silently does nothing is worse than none.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::ArgMatches;
use clap::parser::ValueSource;
use cuttings_fetch::Proxy;
use cuttings_library::parser::ParserLimits;
use cuttings_store::Places;
use ipnet::IpNet;
use url::Url;

use crate::args::Settings;

/// Keys of the settings file, which are also the names of the flags.
pub const KEYS: [&str; 13] = [
    "listen",
    "database",
    "blobs",
    "public_url",
    "upload_limit_mb",
    "allow_private_network",
    "allow_private_host",
    "egress_proxy",
    "site_spacing_ms",
    "instance_key_file",
    "parser_memory_mib",
    "parser_seconds",
    "log",
];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Default,
    File(PathBuf),
    Environment(String),
    Flag,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("command line"),
        }
    }
}

/// One setting, as `cuttings config` shows it.
#[derive(Debug, Clone)]
pub struct Setting {
    pub key: &'static str,
    pub value: String,
    pub source: Source,
}

/// The settings in force.
#[derive(Debug)]
pub struct Config {
    pub places: Places,
    pub listen: String,
    pub public_url: Option<Url>,
    /// Largest page that a browser may send, in millions of bytes.
    pub upload_limit_mb: u64,
    pub allow_private_network: Vec<IpNet>,
    pub allow_private_host: Vec<String>,
    pub egress_proxy: Option<Proxy>,
    pub site_spacing: Duration,
    pub instance_key_file: PathBuf,
    /// What reading one page or picture may cost.
    pub parser: ParserLimits,
    pub log: String,
    /// All of them with their sources, for showing.
    pub settings: Vec<Setting>,
}

impl Config {
    /// Brings flags, environment, file and defaults together.
    pub fn load(flags: &Settings, matches: &ArgMatches) -> anyhow::Result<Self> {
        let data_source = given(matches, "data");
        let data = match &flags.data {
            Some(data) => data.clone(),
            None => default_data_folder()?,
        };
        let file = read_file(flags.config.as_deref(), &data)?;
        let mut settings = vec![Setting {
            key: "data",
            value: data.display().to_string(),
            source: data_source.unwrap_or(Source::Default),
        }];
        let mut choose = |key: &'static str, flag: Option<String>, default: &str| {
            let (value, source) = match (flag, given(matches, key)) {
                (Some(value), Some(source)) => (Some(value), source),
                _ => match file.value(key)? {
                    Some(value) => (Some(value), Source::File(file.path.clone())),
                    None => (None, Source::Default),
                },
            };
            let value = value.filter(|value| !value.is_empty());
            let shown = value.clone().unwrap_or_else(|| default.to_owned());
            let shown = if matches!(key, "database" | "egress_proxy") {
                without_password(&shown)
            } else {
                shown
            };
            settings.push(Setting {
                key,
                value: shown,
                source,
            });
            anyhow::Ok(value)
        };

        let listen = choose("listen", flags.listen.clone(), "127.0.0.1:8090")?
            .unwrap_or_else(|| "127.0.0.1:8090".to_owned());
        let database = choose(
            "database",
            flags.database.clone(),
            "SQLite in the data folder",
        )?;
        let blobs = choose("blobs", flags.blobs.clone(), "blobs/ in the data folder")?;
        let public_url = choose("public_url", flags.public_url.clone(), "none")?;
        let upload_limit_mb = choose("upload_limit_mb", flags.upload_limit_mb.clone(), "100")?
            .unwrap_or_else(|| "100".to_owned());
        let networks = (!flags.allow_private_network.is_empty())
            .then(|| flags.allow_private_network.join(","));
        let networks = choose("allow_private_network", networks, "none")?;
        let hosts =
            (!flags.allow_private_host.is_empty()).then(|| flags.allow_private_host.join(","));
        let hosts = choose("allow_private_host", hosts, "none")?;
        let proxy = choose("egress_proxy", flags.egress_proxy.clone(), "none")?;
        let spacing = choose("site_spacing_ms", flags.site_spacing_ms.clone(), "500")?;
        let instance_key_file = choose(
            "instance_key_file",
            flags.instance_key_file.clone(),
            "instance.key in the data folder",
        )?;
        let usual = ParserLimits::default();
        let memory_mib = choose(
            "parser_memory_mib",
            flags.parser_memory_mib.clone(),
            &usual.memory_mib.to_string(),
        )?;
        let seconds = choose(
            "parser_seconds",
            flags.parser_seconds.clone(),
            &usual.seconds.to_string(),
        )?;
        let quiet = if matches.subcommand_name() == Some("serve") {
            "info"
        } else {
            "warn"
        };
        let log = choose("log", flags.log.clone(), quiet)?.unwrap_or_else(|| quiet.to_owned());

        let public_url = public_url
            .map(|text| match Url::parse(&text) {
                Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
                _ => bail!("public_url: “{text}” is not an http or https address"),
            })
            .transpose()?;
        let upload_limit_mb = match upload_limit_mb.parse() {
            Ok(megabytes) if (1..=10_000).contains(&megabytes) => megabytes,
            _ => bail!("upload_limit_mb: “{upload_limit_mb}” is not a number from 1 to 10000"),
        };
        let allow_private_network = networks
            .iter()
            .flat_map(|list| list.split(','))
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(network)
            .collect::<anyhow::Result<_>>()?;
        let parser = ParserLimits {
            memory_mib: number(
                "parser_memory_mib",
                memory_mib,
                64..=65_536,
                usual.memory_mib,
            )?,
            seconds: number("parser_seconds", seconds, 1..=3_600, usual.seconds)?,
        };
        Ok(Self {
            instance_key_file: instance_key_file
                .map_or_else(|| data.join("instance.key"), PathBuf::from),
            places: Places {
                data,
                database,
                blobs,
            },
            listen,
            public_url,
            upload_limit_mb,
            allow_private_network,
            allow_private_host: hosts
                .iter()
                .flat_map(|list| list.split(','))
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect(),
            egress_proxy: proxy
                .map(|text| Proxy::parse(&text).context("egress_proxy"))
                .transpose()?,
            site_spacing: Duration::from_millis(number(
                "site_spacing_ms",
                spacing,
                0..=60_000,
                500,
            )?),
            parser,
            log,
            settings,
        })
    }
}

/// Whether and how a flag was given.
fn given(matches: &ArgMatches, key: &str) -> Option<Source> {
    // A global flag is seen by the matches of the command it was typed after.
    let mut matches = Some(matches);
    let mut found = None;
    while let Some(level) = matches {
        found = match level.value_source(key) {
            Some(ValueSource::CommandLine) => Some(Source::Flag),
            Some(ValueSource::EnvVariable) => Some(Source::Environment(format!(
                "CUTTINGS_{}",
                key.to_uppercase()
            ))),
            _ => found,
        };
        matches = level.subcommand().map(|(_, below)| below);
    }
    found
}

/// An address or network in CIDR form; a bare address is a network of one.
fn network(text: &str) -> anyhow::Result<IpNet> {
    text.parse::<IpNet>().or_else(|_| {
        text.parse::<std::net::IpAddr>()
            .map(IpNet::from)
            .with_context(|| {
                format!(
                    "allow_private_network: “{text}” is not a network; write it like 192.168.1.0/24"
                )
            })
    })
}

/// A number within bounds.
fn number(
    key: &str,
    text: Option<String>,
    bounds: std::ops::RangeInclusive<u64>,
    default: u64,
) -> anyhow::Result<u64> {
    let Some(text) = text else {
        return Ok(default);
    };
    let number = text.trim().parse().ok();
    number
        .filter(|number| bounds.contains(number))
        .with_context(|| {
            let (least, most) = (bounds.start(), bounds.end());
            format!("{key}: “{text}” is not a whole number from {least} to {most}")
        })
}

fn default_data_folder() -> anyhow::Result<PathBuf> {
    directories::ProjectDirs::from("", "", "cuttings")
        .map(|folders| folders.data_dir().to_owned())
        .context("this system has no data folder for you; say where with --data DIR")
}

/// The settings file, read.
struct File {
    path: PathBuf,
    table: toml::Table,
}

impl File {
    /// The value of `key` as one text; a list is joined with commas.
    fn value(&self, key: &str) -> anyhow::Result<Option<String>> {
        let at = || format!("{}: {key}", self.path.display());
        match self.table.get(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) => Ok(Some(text.clone())),
            Some(toml::Value::Array(items))
                if matches!(key, "allow_private_network" | "allow_private_host") =>
            {
                let items: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
                Ok(Some(
                    items
                        .with_context(|| format!("{} must list texts", at()))?
                        .join(","),
                ))
            }
            Some(toml::Value::Integer(number)) => Ok(Some(number.to_string())),
            Some(other) => bail!("{} must be a text, not a {}", at(), other.type_str()),
        }
    }
}

fn read_file(asked: Option<&Path>, data: &Path) -> anyhow::Result<File> {
    let path = asked.map_or_else(|| data.join("cuttings.toml"), Path::to_owned);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        // A folder that cannot be one is told of when the library is opened.
        Err(error)
            if asked.is_none()
                && matches!(
                    error.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
        {
            String::new()
        }
        Err(error) => {
            return Err(error)
                .with_context(|| format!("cannot read settings from {}", path.display()));
        }
    };
    let table: toml::Table = text
        .parse()
        .with_context(|| format!("{} is not valid TOML", path.display()))?;
    for key in table.keys() {
        if !KEYS.contains(&key.as_str()) {
            bail!("{}", unknown_key(&path, &text, key));
        }
    }
    Ok(File { path, table })
}

fn unknown_key(path: &Path, text: &str, key: &str) -> String {
    let line = text
        .lines()
        .position(|line| {
            line.trim_start()
                .trim_start_matches(['"', '['])
                .starts_with(key)
        })
        .map_or(0, |index| index + 1);
    let nearest = KEYS
        .into_iter()
        .max_by(|a, b| strsim::jaro_winkler(a, key).total_cmp(&strsim::jaro_winkler(b, key)))
        .filter(|nearest| strsim::jaro_winkler(nearest, key) > 0.75);
    let advice = match nearest {
        Some(nearest) => format!("did you mean “{nearest}”?"),
        None => format!("known settings are {}", KEYS.join(", ")),
    };
    format!(
        "{}, line {line}: there is no setting “{key}”; {advice}",
        path.display()
    )
}

fn without_password(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if url.password().is_some() => {
            // Cannot fail for an address that has a password.
            let _ = url.set_password(Some("…"));
            url.to_string()
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u09_an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
        let text = "log = \"info\"\nlisten_on = \"x\"\n";
        let message = unknown_key(Path::new("c.toml"), text, "listen_on");
        assert!(
            message.contains("line 2") && message.contains("“listen”"),
            "{message}"
        );
        let message = unknown_key(Path::new("c.toml"), "zzz = 1", "zzz");
        assert!(message.contains("known settings"), "{message}");
    }

    #[test]
    fn a_bare_address_is_a_network_of_one() {
        assert_eq!(network("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
        assert!(network("10.1.2").is_err());
    }

    #[test]
    fn a_number_out_of_bounds_is_refused_with_the_bounds() {
        let read = |text: &str| number("parser_seconds", Some(text.to_owned()), 1..=60, 30);
        assert_eq!(read("45").unwrap(), 45);
        for wrong in ["0", "61", "-1", "ten", ""] {
            let message = read(wrong).unwrap_err().to_string();
            assert!(message.contains("from 1 to 60"), "{message}");
        }
    }

    #[test]
    fn a_database_password_is_not_shown() {
        let shown = without_password("postgres://ada:secret@db/cuttings");
        assert!(!shown.contains("secret"), "{shown}");
    }
}
