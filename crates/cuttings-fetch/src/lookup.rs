//! From a host name to the addresses it may be reached at.
//!
//! [`crate::connect`] calls [`allowed_addresses`] once for each connection and
//! connects only to what comes back.
//!
//! All answers are judged, and an answer that mixes public and private
//! addresses is used for its public part: the private part is never tried.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::time::Duration;

use ipnet::IpNet;

use crate::address::may_reach;
use crate::connect::ConnectError;
use crate::error::Stage;

/// The addresses of a name, once they are known.
pub type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// How names become addresses.
///
/// [`SystemLookup`] is the one in use; a test scripts another. The guard stands
/// behind this trait, so no implementation can lead around it.
pub trait Lookup: Send + Sync {
    /// All addresses of `name`, in the order to try them. No address is the
    /// same as an unknown name. An error of kind [`io::ErrorKind::WouldBlock`]
    /// means that the name service itself failed.
    fn addresses(&self, name: &str) -> Answer;
}

/// The operating system's look-up, hosts file and search domains included.
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, name: &str) -> Answer {
        let name = name.to_owned();
        Box::pin(async move {
            match tokio::net::lookup_host((name.as_str(), 0)).await {
                Ok(found) => Ok(found.map(|socket| socket.ip()).collect()),
                Err(error) if service_failed(&error) => {
                    Err(io::Error::new(io::ErrorKind::WouldBlock, error))
                }
                Err(error) => Err(error),
            }
        })
    }
}

/// Whether the name service failed, rather than said that there is no such name.
///
/// The standard library keeps the code of `getaddrinfo` to itself and gives
/// only its text: "Temporary failure in name resolution" (glibc), "Try again"
/// (musl). An unknown text counts as "no such name".
fn service_failed(error: &io::Error) -> bool {
    let text = error.to_string();
    text.contains("Temporary failure") || text.contains("Try again")
}

/// Looks `name` up and keeps the addresses that may be reached.
///
/// # Errors
///
/// [`ConnectError::NotPublic`] when there are addresses and none may be
/// reached; otherwise [`ConnectError::NoSuchName`], [`ConnectError::Refused`]
/// or [`ConnectError::Slow`].
pub(crate) async fn allowed_addresses(
    lookup: &dyn Lookup,
    name: &str,
    allow: &[IpNet],
    limit: Duration,
) -> Result<Vec<IpAddr>, ConnectError> {
    let found = tokio::time::timeout(limit, lookup.addresses(name))
        .await
        .map_err(|_| ConnectError::Slow {
            what: Stage::Name,
            after: limit,
        })?
        .map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => ConnectError::Refused {
                why: "names cannot be looked up at the moment".to_owned(),
            },
            _ => ConnectError::NoSuchName,
        })?;

    let (open, closed): (Vec<IpAddr>, Vec<IpAddr>) = found
        .into_iter()
        .map(|addr| addr.to_canonical())
        .partition(|addr| may_reach(*addr, allow));
    match (open.is_empty(), closed.first()) {
        (false, _) => Ok(open),
        (true, Some(addr)) => Err(ConnectError::NotPublic { addr: *addr }),
        (true, None) => Err(ConnectError::NoSuchName),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Script(Vec<&'static str>);

    impl Lookup for Script {
        fn addresses(&self, _name: &str) -> Answer {
            let found = self.0.iter().map(|text| text.parse().unwrap()).collect();
            Box::pin(std::future::ready(Ok(found)))
        }
    }

    async fn look(answers: &[&'static str]) -> Result<Vec<IpAddr>, ConnectError> {
        let script = Script(answers.to_vec());
        allowed_addresses(&script, "name.example", &[], Duration::from_secs(1)).await
    }

    #[tokio::test]
    async fn f03_a_mixed_answer_keeps_only_its_public_addresses() {
        let found = look(&[
            "10.0.0.1",
            "9.9.9.9",
            "::1",
            "2606:4700::1",
            "::ffff:127.0.0.1",
        ])
        .await;
        let public: Vec<IpAddr> = vec!["9.9.9.9".parse().unwrap(), "2606:4700::1".parse().unwrap()];
        assert_eq!(found.unwrap(), public);
    }

    #[tokio::test]
    async fn f03_a_wholly_private_answer_is_refused() {
        let found = look(&["192.168.1.1", "fe80::1"]).await;
        assert!(
            matches!(found, Err(ConnectError::NotPublic { .. })),
            "{found:?}"
        );
    }

    #[tokio::test]
    async fn an_answer_without_addresses_is_an_unknown_name() {
        let found = look(&[]).await;
        assert!(matches!(found, Err(ConnectError::NoSuchName)), "{found:?}");
    }
}
