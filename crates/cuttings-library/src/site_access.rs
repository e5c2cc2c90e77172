//! Headers and cookies that a user gives for single sites, such as those of a
//! subscription: sealed at rest, shown to that site in that user's fetches, and
//! never shown again here.
//!
//! [`fetcher_for`] is where captures and feeds get the fetcher of their user.
//!
//! What cannot be opened, because the key of the installation is missing or
//! another one, costs fetches from that site alone: they say so, and nothing is
//! fetched as if nothing had been given.

use cuttings_fetch::{Fetcher, HeaderError, Site, SiteAccess, header};
use cuttings_model::UserId;
use cuttings_store::{SealedAccess, StoreError};
use url::Url;

use crate::seal::{KeyError, Sealer};
use crate::{Library, now_ms};

/// Most sites of one user.
pub const MAX_SITES: usize = 200;
/// Most headers for one site.
pub const MAX_HEADERS: usize = 20;
/// Most bytes of all headers for one site.
const MAX_BYTES: usize = 16 * 1024;

/// What a user has given for one site, without the secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenAccess {
    /// The site: host, and port if it is not the usual one.
    pub site: String,
    /// Whether hosts below it are shown it too.
    pub subdomains: bool,
    /// Whether it may go over http.
    pub plain_http: bool,
    /// Names of the headers.
    pub names: Vec<String>,
    /// When it was given.
    pub changed_at_ms: i64,
    /// When it was last shown to the site.
    pub used_at_ms: Option<i64>,
    /// Whether it can be opened at present.
    pub opens: bool,
}

/// What is to be shown to a site, as typed.
#[derive(Clone, Default)]
pub struct NewAccess {
    /// Host, `host:port` or a whole address.
    pub site: String,
    /// Whether hosts below it are shown it too.
    pub subdomains: bool,
    /// Whether it may go over http.
    pub plain_http: bool,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// The value of a `Cookie` header; empty for none.
    pub cookie: String,
}

/// Why access to a site was not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SiteAccessError {
    /// No host could be read.
    #[error("“{0}” names no site")]
    Site(String),
    /// It is this library itself.
    #[error("{0} is this library itself")]
    Ourselves(String),
    /// Nothing was given.
    #[error("there is neither a header nor a cookie")]
    Nothing,
    /// More than is taken.
    #[error("at most {MAX_HEADERS} headers of 16 KiB in all are kept for a site")]
    TooMuch,
    /// A header is given twice.
    #[error("{0} is there twice")]
    Twice(String),
    /// A header that is not taken.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// As many sites as there is room for.
    #[error("there are {MAX_SITES} sites already")]
    TooMany,
    /// Nothing was given for this site.
    #[error("nothing was given for {0}")]
    NoSuchSite(String),
    /// It cannot be sealed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SiteAccessError {
    /// A short stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Site(_) => "site",
            Self::Ourselves(_) => "ourselves",
            Self::Nothing => "nothing",
            Self::TooMuch => "too_much",
            Self::Twice(_) => "twice",
            Self::Header(HeaderError::Ours(_) | HeaderError::Proxy(_)) => "header_not_allowed",
            Self::Header(_) => "header",
            Self::TooMany => "too_many_sites",
            Self::NoSuchSite(_) => "no_such_site",
            Self::Key(_) => "instance_key",
            Self::Store(_) => "store",
        }
    }

    /// What happened and what to do next, for people.
    pub fn explain(&self) -> String {
        match self {
            Self::Site(_) => format!("{self}. Write it like news.example."),
            Self::Ourselves(_) => format!("{self}, and shows itself nothing."),
            Self::Nothing => "Give at least a header or a cookie.".to_owned(),
            Self::Header(_) | Self::Twice(_) => {
                format!("{self}. Leave it out; nothing was kept.")
            }
            Self::TooMany => format!("{self}, as many as there is room for. Remove one first."),
            Self::Key(_) => {
                "The key of this installation cannot be used, so nothing can be sealed and nothing \
                 was kept. The server's log says more."
                    .to_owned()
            }
            Self::Store(_) => {
                "The library could not write just now, so nothing was changed. Try again in a moment."
                    .to_owned()
            }
            Self::TooMuch | Self::NoSuchSite(_) => format!("{self}."),
        }
    }
}

/// What a user has given, by site.
pub async fn list(library: &Library, user_id: UserId) -> Result<Vec<GivenAccess>, StoreError> {
    let rows = library.store.site_access(user_id).await?;
    let sealer = if rows.is_empty() {
        None
    } else {
        sealer(library)
    };
    Ok(rows
        .into_iter()
        .map(|row| GivenAccess {
            opens: sealer
                .as_ref()
                .is_some_and(|sealer| open(sealer, user_id, &row).is_some()),
            site: row.site,
            subdomains: row.subdomains,
            plain_http: row.plain_http,
            names: row.names,
            changed_at_ms: row.changed_at_ms,
            used_at_ms: row.used_at_ms,
        })
        .collect())
}

/// Seals and keeps what a user gives for a site, instead of what was there.
///
/// `own_host` is the host this library is reached at, if that is known.
///
/// # Errors
///
/// [`SiteAccessError`]; then what was there before is there still.
pub async fn give(
    library: &Library,
    user_id: UserId,
    new: &NewAccess,
    own_host: Option<&str>,
) -> Result<GivenAccess, SiteAccessError> {
    let site = site_of(&new.site)?;
    let is_ours = own_host.is_some_and(|own| {
        let below = own.strip_suffix(site.host());
        below.is_some_and(|below| below.is_empty() || (new.subdomains && below.ends_with('.')))
    });
    if is_ours {
        return Err(SiteAccessError::Ourselves(site.to_string()));
    }
    let headers = headers_of(new)?;
    let site = site.to_string();
    let before = library.store.site_access(user_id).await?;
    if before.len() >= MAX_SITES && !before.iter().any(|row| row.site == site) {
        return Err(SiteAccessError::TooMany);
    }
    let key = library.instance_key.clone();
    let sealer = tokio::task::spawn_blocking(move || key.read_or_make())
        .await
        .expect("reading a file does not panic")
        .inspect_err(|error| tracing::error!(%error, "nothing can be sealed"))?;
    let plain = serde_json::to_vec(&headers).expect("texts can be written as JSON");
    let row = SealedAccess {
        subdomains: new.subdomains,
        plain_http: new.plain_http,
        names: headers.into_iter().map(|(name, _)| name).collect(),
        sealed: sealer.seal(&about(user_id, &site), &plain),
        key_mark: sealer.mark().to_owned(),
        changed_at_ms: now_ms(),
        used_at_ms: None,
        site,
    };
    library.store.put_site_access(user_id, &row).await?;
    Ok(GivenAccess {
        site: row.site,
        subdomains: row.subdomains,
        plain_http: row.plain_http,
        names: row.names,
        changed_at_ms: row.changed_at_ms,
        used_at_ms: None,
        opens: true,
    })
}

/// Forgets what a user has given for a site.
pub async fn take_back(
    library: &Library,
    user_id: UserId,
    site: &str,
) -> Result<(), SiteAccessError> {
    let site = site_of(site)?.to_string();
    if library.store.delete_site_access(user_id, &site).await? {
        Ok(())
    } else {
        Err(SiteAccessError::NoSuchSite(site))
    }
}

/// The fetcher for what is fetched on behalf of one user.
pub(crate) struct UserFetcher {
    pub(crate) fetcher: Fetcher,
    user_id: UserId,
    given: Vec<Given>,
}

struct Given {
    access: SiteAccess,
    changed_at_ms: i64,
}

/// The fetcher of a user, who may have given something for sites.
pub(crate) async fn fetcher_for(
    library: &Library,
    user_id: UserId,
) -> Result<UserFetcher, StoreError> {
    let rows = library.store.site_access(user_id).await?;
    if rows.is_empty() {
        return Ok(UserFetcher {
            fetcher: Fetcher::clone(&library.fetcher),
            user_id,
            given: Vec::new(),
        });
    }
    let sealer = sealer(library);
    let given: Vec<Given> = rows
        .iter()
        .filter_map(|row| {
            let site = Site::parse(&row.site)?;
            let given = |access| Given {
                access,
                changed_at_ms: row.changed_at_ms,
            };
            let headers = sealer
                .as_ref()
                .and_then(|sealer| open(sealer, user_id, row));
            let Some(headers) = headers else {
                tracing::error!(
                    user.id = user_id.0,
                    site = row.site,
                    "what was given for a site cannot be opened: the key of this installation is \
                     missing or another one"
                );
                let locked = SiteAccess::locked(site, row.subdomains, row.plain_http);
                return Some(given(locked));
            };
            Some(given(SiteAccess::new(
                site,
                row.subdomains,
                row.plain_http,
                headers,
            )))
        })
        .collect();
    Ok(UserFetcher {
        fetcher: library
            .fetcher
            .with_access(given.iter().map(|given| given.access.clone()).collect()),
        user_id,
        given,
    })
}

impl UserFetcher {
    /// Whether something was given for the site of `url` after `at_ms`. Then what it
    /// answered before says nothing of what it shows now.
    pub(crate) fn shows_more_since(&self, url: &Url, at_ms: i64) -> bool {
        self.given.iter().any(|given| {
            let access = &given.access;
            given.changed_at_ms > at_ms && access.site.covers(url, access.subdomains)
        })
    }

    /// Notes what was shown to its site since the fetcher was made.
    pub(crate) async fn note_used(&self, library: &Library) -> Result<(), StoreError> {
        for given in self.given.iter().filter(|given| given.access.is_used()) {
            library
                .store
                .note_site_access_used(self.user_id, &given.access.site.to_string(), now_ms())
                .await?;
        }
        Ok(())
    }
}

/// The key, if it can be had; why not is for the operator.
fn sealer(library: &Library) -> Option<Sealer> {
    library
        .instance_key
        .read()
        .inspect_err(|error| tracing::error!(%error, "the key of this installation is not usable"))
        .ok()
        .flatten()
}

type Headers = Vec<(
    cuttings_fetch::http::HeaderName,
    cuttings_fetch::http::HeaderValue,
)>;

fn open(sealer: &Sealer, user_id: UserId, row: &SealedAccess) -> Option<Headers> {
    if sealer.mark() != row.key_mark {
        return None;
    }
    let plain = sealer.open(&about(user_id, &row.site), &row.sealed)?;
    let pairs: Vec<(String, String)> = serde_json::from_slice(&plain).ok()?;
    pairs
        .iter()
        .map(|(name, value)| header(name, value).ok())
        .collect()
}

/// What a sealed text is bound to.
fn about(user_id: UserId, site: &str) -> String {
    format!("site access of user {user_id} at {site}")
}

fn site_of(typed: &str) -> Result<Site, SiteAccessError> {
    Site::parse(typed)
        .ok_or_else(|| SiteAccessError::Site(typed.trim().chars().take(100).collect()))
}

/// Names and values that were typed, each once and each allowed.
fn headers_of(new: &NewAccess) -> Result<Vec<(String, String)>, SiteAccessError> {
    let cookie = new.cookie.trim();
    // Copied from a browser's tools, it often comes with its name.
    let cookie = match cookie.get(..7) {
        Some(name) if name.eq_ignore_ascii_case("cookie:") => cookie[7..].trim(),
        _ => cookie,
    };
    let cookie = (!cookie.is_empty()).then(|| ("cookie".to_owned(), cookie.to_owned()));
    let mut kept: Vec<(String, String)> = Vec::new();
    for (name, value) in new.headers.iter().chain(&cookie) {
        let (name, value) = header(name, value)?;
        if kept.iter().any(|(known, _)| known == name.as_str()) {
            return Err(SiteAccessError::Twice(name.to_string()));
        }
        let value = value.to_str().unwrap_or_default();
        kept.push((name.to_string(), value.to_owned()));
    }
    let bytes: usize = kept
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    match kept.len() {
        0 => Err(SiteAccessError::Nothing),
        count if count > MAX_HEADERS || bytes > MAX_BYTES => Err(SiteAccessError::TooMuch),
        _ => Ok(kept),
    }
}
