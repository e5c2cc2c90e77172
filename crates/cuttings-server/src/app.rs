//! What every request may use: the library, and how the server is reached.

use cuttings_library::Library;
use tokio_util::sync::CancellationToken;
use url::Url;

/// State of the server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The open library.
    pub library: Library,
    /// How the server is reached.
    pub settings: ServerSettings,
    /// Cancelled when the server is to stop: answers that go on end then.
    pub stopping: CancellationToken,
}

/// How the server is reached.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// The address people use, such as `https://cuttings.example.org`, when it
    /// is not the one listened on. With https, cookies are `Secure` and bound
    /// to the host. Absolute links are made with it, never with what a request
    /// claims in `Host` or `X-Forwarded-Host`.
    pub public_url: Option<Url>,
    /// Largest page that a browser may send, in bytes.
    pub upload_limit_bytes: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            public_url: None,
            upload_limit_bytes: 100_000_000,
        }
    }
}

impl ServerSettings {
    /// Whether people reach us by https.
    pub(crate) fn is_secure(&self) -> bool {
        self.public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }
}

impl App {
    /// The host people reach us at, if that is known.
    pub(crate) fn own_host(&self) -> Option<&str> {
        self.settings.public_url.as_ref()?.host_str()
    }

    /// `path` as an absolute address when one is configured, else as it is.
    pub(crate) fn link(&self, path: &str) -> String {
        match &self.settings.public_url {
            Some(public) => format!("{}{path}", public.as_str().trim_end_matches('/')),
            None => path.to_owned(),
        }
    }
}
