//! Opening the library for a command, and saying whose part of it is meant.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use cuttings_extract::rules::Rules;
use cuttings_fetch::{FetchConfig, FetchLimits, Fetcher};
use cuttings_library::Library;
use cuttings_library::parser::{Parser, Program};
use cuttings_library::seal::InstanceKey;
use cuttings_model::User;
use cuttings_store::{Engine, Store};

use crate::Failure;
use crate::config::Config;

/// Opens the library. The command line may do so beside a running server.
pub async fn library(config: &Config) -> Result<Library, Failure> {
    let store = Store::open(&config.places)
        .await
        .map_err(|error| Failure::Library(with_causes(error)))?;
    let fetcher = Fetcher::new(FetchConfig {
        allow_private: config.allow_private_network.clone(),
        allow_private_hosts: config.allow_private_host.clone(),
        proxy: config.egress_proxy.clone(),
        limits: FetchLimits {
            page_spacing: config.site_spacing,
            spacing: config.site_spacing / 10,
            ..FetchLimits::default()
        },
        ..FetchConfig::default()
    })
    .map_err(|error| Failure::Library(error.into()))?;
    Ok(Library::new(store, fetcher)
        .with_rules(site_rules(config)?)
        .with_instance_key(InstanceKey::at(&config.instance_key_file))
        .with_parser(Parser::apart(parser_program(config)?)))
}

/// This program, as the one that reads pages.
fn parser_program(config: &Config) -> Result<Program, Failure> {
    // Still the program that runs when its file has been replaced by a newer one.
    let itself = Path::new("/proc/self/exe");
    let path = if itself.exists() {
        itself.to_owned()
    } else {
        std::env::current_exe()
            .context("cannot tell where this program lies")
            .map_err(Failure::Library)?
    };
    let limits = config.parser;
    let mut arguments: Vec<OsString> = vec![
        "parser".into(),
        // It opens no library; without this it would look for the default one's
        // settings.
        "--data".into(),
        config.places.data.clone().into(),
        "--parser-memory-mib".into(),
        limits.memory_mib.to_string().into(),
        "--parser-seconds".into(),
        limits.seconds.to_string().into(),
    ];
    let rules = rules_folder(config);
    if rules.is_dir() {
        arguments.extend(["--rules".into(), rules.into()]);
    }
    Ok(Program {
        path,
        arguments,
        limits,
    })
}

fn rules_folder(config: &Config) -> PathBuf {
    config.places.data.join("rules")
}

/// The site rules in the data folder; a wrong line is logged and left out.
fn site_rules(config: &Config) -> Result<Rules, Failure> {
    let folder = rules_folder(config);
    if !folder.is_dir() {
        return Ok(Rules::default());
    }
    let (rules, faults) = Rules::read_folder(&folder)
        .with_context(|| format!("cannot read the folder of rules {}", folder.display()))
        .map_err(Failure::Library)?;
    for fault in faults {
        tracing::warn!("a site rule has a fault: {fault}");
    }
    Ok(rules)
}

fn with_causes(error: cuttings_store::StoreError) -> anyhow::Error {
    anyhow::Error::new(error)
}

/// The user who is meant: the one named, or the only one there is.
pub async fn user(library: &Library, name: Option<&str>) -> Result<User, Failure> {
    let store = &library.store;
    let users = store
        .users()
        .await
        .map_err(|error| Failure::Library(error.into()))?;
    match (name, users.as_slice()) {
        (Some(name), _) => store
            .user_by_name(name)
            .await
            .map_err(|error| Failure::Library(error.into()))?
            .map(|(user, _)| user)
            .ok_or_else(|| Failure::wrong_use(format!("there is no user called {name}"))),
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(Failure::wrong_use(
            "the library has no user yet; add one with `cuttings user add NAME`, \
             or open the page that `cuttings serve` prints",
        )),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|user| user.name.as_str()).collect();
            Err(Failure::wrong_use(format!(
                "the library has several users; say whose with --user NAME ({})",
                names.join(", ")
            )))
        }
    }
}

/// Held by the one server of a data folder, as long as it runs.
pub struct ServerLock(#[expect(dead_code, reason = "holding it is its use")] File);

/// Takes the data folder for this server.
///
/// The lock is the system's and goes with the process, however it ends; the
/// number in the file is only for the message.
pub fn lock_for_server(config: &Config) -> Result<ServerLock, Failure> {
    let path = config.places.data.join("lock");
    let open = || -> anyhow::Result<File> {
        std::fs::create_dir_all(&config.places.data)?;
        Ok(File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?)
    };
    let mut file = open()
        .with_context(|| format!("cannot open {}", path.display()))
        .map_err(Failure::Library)?;
    if file.try_lock().is_err() {
        let mut number = String::new();
        // The message only gets less helpful when it cannot be read.
        let _ = file.read_to_string(&mut number);
        return Err(Failure::Library(anyhow!(
            "another server (process {}) has the library in {} open; stop it first, \
             or give this one a folder of its own with --data DIR",
            number.trim(),
            config.places.data.display()
        )));
    }
    let note = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| write!(file, "{}", std::process::id()));
    note.with_context(|| format!("cannot write {}", path.display()))
        .map_err(Failure::Library)?;
    Ok(ServerLock(file))
}

/// Whether some server or worker will take up what is queued here.
pub fn somebody_captures(config: &Config, library: &Library) -> bool {
    if library.store.engine() == Engine::Postgres {
        return true;
    }
    File::open(config.places.data.join("lock")).is_ok_and(|file| file.try_lock_shared().is_err())
}
