//! What an operator may set: whom a fetcher may reach and how much it may cost.
//!
//! The binary fills these from its configuration and hands them to
//! [`Fetcher::new`](crate::Fetcher::new).
//!
//! There is no switch that turns the address guard off; [`FetchConfig::allow_private`]
//! opens single networks, and only those.

use std::time::Duration;

use ipnet::IpNet;

use crate::proxy::Proxy;

/// The settings of a [`Fetcher`](crate::Fetcher).
#[derive(Clone, Debug)]
pub struct FetchConfig {
    /// Networks that may be reached although they are not public, for instance
    /// an intranet. An IPv4 network also covers the IPv4-mapped IPv6 spelling
    /// of its addresses. Empty by default.
    pub allow_private: Vec<IpNet>,
    /// Hosts that may be reached although they lead to addresses that are not
    /// public: exactly these names, and only when somebody asked for one of them.
    /// No other site can lead there, by redirect or by what its pages name. Empty
    /// by default.
    pub allow_private_hosts: Vec<String>,
    /// The proxy that every connection is made through, those to opened networks
    /// and hosts too. None by default.
    pub proxy: Option<Proxy>,
    /// The `User-Agent` header. It says honestly who asks.
    pub user_agent: String,
    /// How much one fetch may cost.
    pub limits: FetchLimits,
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self {
            allow_private: Vec::new(),
            allow_private_hosts: Vec::new(),
            proxy: None,
            user_agent: format!(
                "Cuttings/{} (self-hosted reading library)",
                env!("CARGO_PKG_VERSION")
            ),
            limits: FetchLimits::default(),
        }
    }
}

/// How much one fetch may cost, and how hard one host is asked. Every limit holds
/// for each hop, except `redirects` and `total_page`, which hold for the whole
/// fetch. Time spent waiting for a turn at a host counts towards none of them.
#[derive(Clone, Debug)]
pub struct FetchLimits {
    /// Redirects followed before giving up.
    pub redirects: usize,
    /// Time for looking up a name.
    pub dns: Duration,
    /// Time for the connection, and as much again for the TLS handshake.
    pub connect: Duration,
    /// Time from the connection standing to the last byte of the answer's head.
    pub first_byte: Duration,
    /// Longest silence within the body.
    pub idle: Duration,
    /// Time for everything, redirects included.
    pub total_page: Duration,
    /// Size of the answer's head in bytes. Below 8 KiB it is not enforced before
    /// the head is read, only after.
    pub header_bytes: usize,
    /// Header lines in an answer.
    pub header_count: usize,
    /// Size of a page in bytes, counted after decompression.
    pub page_bytes: u64,
    /// Size of a picture, style sheet or font in bytes, counted after
    /// decompression.
    pub resource_bytes: u64,
    /// Requests under way at one host, all users together.
    pub host_at_once: usize,
    /// Least time from the start of one request to a host to the next.
    pub spacing: Duration,
    /// Least time from one page or feed of a host to the next. Pictures and
    /// redirects are not counted: a page is not asked for without them.
    pub page_spacing: Duration,
    /// Longest that a host is left alone because of its `Retry-After`.
    pub host_hold: Duration,
    /// Longest that a page or feed waits for its turn at a host.
    pub page_patience: Duration,
    /// Longest that a picture waits for its turn at a host. Longer, because its
    /// page is there already.
    pub picture_patience: Duration,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            redirects: 10,
            dns: Duration::from_secs(5),
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(15),
            idle: Duration::from_secs(15),
            total_page: Duration::from_mins(1),
            header_bytes: 64 * 1024,
            header_count: 200,
            page_bytes: 20 * 1024 * 1024,
            resource_bytes: 32 * 1024 * 1024,
            host_at_once: 6,
            spacing: Duration::from_millis(50),
            page_spacing: Duration::from_millis(500),
            host_hold: Duration::from_mins(10),
            page_patience: Duration::from_secs(5),
            picture_patience: Duration::from_mins(1),
        }
    }
}

/// What a fetch is for. Decides the `Accept` header and the size limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// A page to read: at most [`FetchLimits::page_bytes`].
    Page,
    /// A picture on a page: at most [`FetchLimits::resource_bytes`].
    Picture,
    /// A style sheet a page looks like something with; the same limit.
    Style,
    /// A font; the same limit.
    Font,
    /// A feed, or a page that may name one: of a body over
    /// [`FetchLimits::page_bytes`] the beginning is taken, where the newest
    /// entries stand.
    Feed,
}

impl Want {
    /// The `Accept` header: what we can make something of, best first.
    pub(crate) fn accept(self) -> &'static str {
        match self {
            Self::Page => "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            Self::Picture => "image/webp,image/png,image/jpeg,image/gif,image/*;q=0.8,*/*;q=0.5",
            Self::Style => "text/css,*/*;q=0.1",
            Self::Font => "font/woff2,font/woff;q=0.9,*/*;q=0.8",
            Self::Feed => {
                "application/atom+xml,application/rss+xml,application/feed+json,\
                 application/xml;q=0.9,text/xml;q=0.9,text/html;q=0.8,*/*;q=0.5"
            }
        }
    }

    /// Whether the beginning of a body over the limit is of use.
    pub(crate) fn takes_the_beginning(self) -> bool {
        self == Self::Feed
    }

    /// How long to wait for a turn at a host.
    pub(crate) fn patience(self, limits: &FetchLimits) -> Duration {
        match self {
            Self::Page | Self::Feed => limits.page_patience,
            Self::Picture | Self::Style | Self::Font => limits.picture_patience,
        }
    }

    /// The size limit in bytes, after decompression.
    pub(crate) fn limit(self, limits: &FetchLimits) -> u64 {
        match self {
            Self::Page | Self::Feed => limits.page_bytes,
            Self::Picture | Self::Style | Self::Font => limits.resource_bytes,
        }
    }
}
