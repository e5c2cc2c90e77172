//! The HTTP clients behind a fetcher, each with connections of its own.
//!
//! [`crate::fetcher`] chooses one for every request. Connections are shared only
//! between requests that may make the same ones.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use url::Url;

use crate::access::host_of;
use crate::config::FetchLimits;
use crate::connect::{Guarded, Rules};
use crate::error::FetchError;

/// The least that the HTTP reader can be told to stop at.
const SMALLEST_HEAD_BUFFER: usize = 8 * 1024;

pub(crate) type HttpClient = Client<Guarded, Empty<Bytes>>;

/// Two sets of connections, so that one that may lead further is never used by a
/// request that may not.
#[derive(Clone)]
pub(crate) struct Clients {
    pub(crate) usual: HttpClient,
    /// Reaches the hosts that are open by their names, too. Present when there
    /// are some.
    pub(crate) direct: Option<HttpClient>,
}

impl Clients {
    pub(crate) fn new(limits: &FetchLimits, rules: &Arc<Rules>, open_hosts: &[String]) -> Self {
        Self {
            usual: client(limits, Guarded(Arc::clone(rules))),
            direct: (!open_hosts.is_empty()).then(|| {
                let rules = Rules {
                    allow_hosts: open_hosts.to_vec(),
                    ..Rules::clone(rules)
                };
                client(limits, Guarded(Arc::new(rules)))
            }),
        }
    }
}

/// Names of hosts in their one form.
pub(crate) fn open_hosts(names: &[String]) -> Result<Vec<String>, FetchError> {
    let parse = |name: &String| {
        let url = Url::parse(&format!("http://{}/", name.trim())).ok()?;
        let is_name = matches!(url.host(), Some(url::Host::Domain(_)));
        let is_bare = !name.contains([':', '/', '@', '?', '#']);
        host_of(&url).filter(|host| is_name && is_bare && !host.is_empty())
    };
    names
        .iter()
        .map(|name| {
            parse(name).ok_or_else(|| FetchError::Config {
                why: format!("“{name}” is not the name of a host; networks are opened as networks"),
            })
        })
        .collect()
}

/// A client with connections of its own.
fn client(limits: &FetchLimits, connector: Guarded) -> HttpClient {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(4)
        .http1_max_buf_size(limits.header_bytes.max(SMALLEST_HEAD_BUFFER))
        .http1_max_headers(limits.header_count)
        // As lenient with header lines as browsers are.
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        // Past this the connection breaks without a reason we could tell, so
        // it stands above our own count. HTTP/2 adds 32 bytes to each line.
        .http2_max_header_list_size(
            u32::try_from(limits.header_bytes.saturating_mul(4)).unwrap_or(u32::MAX),
        )
        .build(connector)
}
