//! The only way to addresses that others name.
//!
//! Whatever goes out on behalf of a page, a feed or a user calls
//! [`Fetcher::get`]; [`check_url`] says beforehand what would be refused
//! anyway. No other crate depends on an HTTP or DNS client.
//!
//! The way in is narrow on purpose: http and https, public addresses, no proxy
//! but the operator's, no cookies and credentials but those a user has given for a
//! site, and limits on time and size that count what comes out of decompression, not what
//! goes in.
//!
//! | File | Its sentence |
//! |---|---|
//! | `config` | what an operator may set |
//! | `access` | what a user has given us to show to single sites |
//! | `guard` | what can be refused by looking at a URL alone |
//! | `address` | which addresses are public |
//! | `lookup` | from a host name to the addresses it may be reached at |
//! | `connect` | one guarded connection |
//! | `proxy` | the operator's way out, if there is one |
//! | `tls` | whom we trust, and what a failed handshake means |
//! | `gate` | how hard one host is asked |
//! | `clients` | connections, shared only where the same may be made |
//! | `fetcher` | ask, follow redirects by hand, read what comes |
//! | `body` | reading an answer as far as the limits go |
//! | `decode` | from the bytes on the wire to those the author wrote |
//! | `error` | why a fetch gave nothing |

mod access;
mod address;
mod body;
mod clients;
mod config;
mod connect;
mod decode;
mod error;
mod fetcher;
mod gate;
mod guard;
mod lookup;
mod proxy;
mod tls;

pub use access::{HeaderError, MAX_HEADER_BYTES, Site, SiteAccess, header};
pub use address::{Block, NOT_PUBLIC, may_reach};
pub use config::{FetchConfig, FetchLimits, Want};
pub use error::{FetchError, Stage};
pub use fetcher::{Fetched, Fetcher, Hop, MAX_RETRY_AFTER, Surroundings, Validators};
pub use guard::{BAD_PORTS, STORE_PORTS, check_url};
pub use http;
pub use lookup::{Answer, Lookup, SystemLookup};
pub use proxy::Proxy;
