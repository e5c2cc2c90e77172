//! `cuttings token`: keys for apps and scripts.

use anyhow::Context as _;
use cuttings_library::accounts;

use crate::args::{Token, TokenAction};
use crate::config::Config;
use crate::{Failure, open, print};

/// Makes, lists and revokes tokens.
pub async fn run(config: &Config, token: &Token, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    match &token.action {
        TokenAction::Add { name, scope, whose } => {
            let user = open::user(&library, whose.user.as_deref()).await?;
            let (token, secret) = accounts::add_token(&library, user.id, name, (*scope).into())
                .await
                .map_err(|error| Failure::Other(error.into()))?;
            if json {
                print::line(serde_json::json!({
                    "id": token.id, "name": token.name, "scope": token.scope,
                    "token": secret.reveal(),
                }))?;
            } else {
                eprintln!("this is shown once; send it as “Authorization: Bearer …”");
                print::line(secret.reveal())?;
            }
        }
        TokenAction::List { whose } => {
            let user = open::user(&library, whose.user.as_deref()).await?;
            for token in library
                .store
                .tokens(user.id)
                .await
                .context("cannot read the tokens")?
            {
                let used = print::instant(token.seen_at_ms);
                if json {
                    print::line(serde_json::json!({
                        "id": token.id, "name": token.name, "scope": token.scope,
                        "created_at": print::instant(Some(token.created_at_ms)), "seen_at": used,
                    }))?;
                } else {
                    print::line(format_args!(
                        "{:>4}  {}  {}  used {}",
                        token.id,
                        token.name,
                        token.scope.as_str(),
                        used.as_deref().unwrap_or("never")
                    ))?;
                }
            }
        }
        TokenAction::Revoke { id, whose } => {
            let user = open::user(&library, whose.user.as_deref()).await?;
            let gone = accounts::revoke_token(&library, user.id, *id)
                .await
                .map_err(|error| Failure::Other(error.into()))?;
            if !gone {
                return Err(Failure::wrong_use(format!(
                    "{} has no token {id}",
                    user.name
                )));
            }
            eprintln!("token {id} is revoked");
        }
    }
    Ok(())
}
