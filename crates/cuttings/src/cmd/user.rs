//! `cuttings user`: the people who use the library.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, bail};
use cuttings_library::accounts::{self, AccountError};
use cuttings_model::Role;

use crate::args::{User, UserAction};
use crate::config::Config;
use crate::{Failure, open, print};

/// Adds and lists users, sets passwords.
pub async fn run(config: &Config, user: &User, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    match &user.action {
        UserAction::Add {
            name,
            password_stdin,
        } => {
            let password = password(*password_stdin).map_err(Failure::Use)?;
            // The first user looks after the others.
            let first = !accounts::has_users(&library).await.map_err(failed)?;
            let role = if first { Role::Admin } else { Role::Member };
            let user = accounts::add_user(&library, name, &password, role)
                .await
                .map_err(failed)?;
            if json {
                print::line(serde_json::json!({
                    "id": user.id, "name": user.name, "role": user.role,
                }))?;
            } else {
                eprintln!("added {}", user.name);
            }
        }
        UserAction::Password {
            name,
            password_stdin,
        } => {
            let user = open::user(&library, Some(name)).await?;
            let password = password(*password_stdin).map_err(Failure::Use)?;
            accounts::set_password(&library, user.id, &password)
                .await
                .map_err(failed)?;
            eprintln!(
                "the password of {} is changed and their sessions have ended",
                user.name
            );
        }
        UserAction::List => {
            for user in library
                .store
                .users()
                .await
                .context("cannot read the users")?
            {
                if json {
                    print::line(serde_json::json!({
                        "id": user.id,
                        "name": user.name,
                        "role": user.role,
                        "created_at": print::instant(Some(user.created_at_ms)),
                    }))?;
                } else {
                    print::line(format_args!(
                        "{:>4}  {}  {}  since {}",
                        user.id,
                        user.name,
                        user.role.as_str(),
                        print::day(user.created_at_ms)
                    ))?;
                }
            }
        }
    }
    Ok(())
}

fn failed(error: AccountError) -> Failure {
    match error {
        AccountError::Store(_) => Failure::Other(error.into()),
        _ => Failure::Use(error.into()),
    }
}

/// The password: a line of standard input, or typed twice at a terminal.
fn password(from_stdin: bool) -> anyhow::Result<String> {
    if from_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .context("cannot read standard input")?;
        let password = line.trim_end_matches(['\r', '\n']).to_owned();
        if password.is_empty() {
            bail!("no password came on standard input");
        }
        return Ok(password);
    }
    if !std::io::stdin().is_terminal() {
        bail!("cannot ask for a password here; send it with --password-stdin");
    }
    let password = rpassword::prompt_password("Password: ")?;
    if rpassword::prompt_password("Once more: ")? != password {
        bail!("the two passwords differ");
    }
    Ok(password)
}
