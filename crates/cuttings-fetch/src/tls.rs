//! Whom we trust over TLS, and what a failed handshake means in plain words.
//!
//! [`crate::fetcher`] builds the settings once; [`crate::connect`] uses them
//! and has failures told by [`why`].
//!
//! A machine without root certificates still gets a fetcher: plain http works
//! there, and https says what is missing.

use std::io;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, ClientConfig, RootCertStore};

use crate::connect::ConnectError;
use crate::error::FetchError;

/// The certificates this machine trusts: those of the operating system, or of
/// `SSL_CERT_FILE` and `SSL_CERT_DIR`. Empty when there are none.
pub fn system_roots() -> Vec<CertificateDer<'static>> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "some root certificates could not be read");
    }
    if found.certs.is_empty() {
        tracing::warn!(
            "this machine has no root certificates, so https addresses cannot be fetched"
        );
    }
    found.certs
}

/// TLS 1.2 and 1.3 with the ring provider, HTTP/2 offered first.
pub(crate) fn client_config(
    roots: &[CertificateDer<'static>],
) -> Result<Arc<ClientConfig>, FetchError> {
    let mut store = RootCertStore::empty();
    // Machines carry old roots that do not parse; the others still count.
    store.add_parsable_certificates(roots.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| FetchError::Config {
            why: error.to_string(),
        })?
        .with_root_certificates(store)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Sessions are not resumed, so that a site cannot tell two users apart or
    // find one again by them.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}

/// What a failed handshake means. `no_roots` when this machine trusts nobody.
pub(crate) fn why(error: &io::Error, no_roots: bool) -> ConnectError {
    let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    else {
        return ConnectError::Refused {
            why: "the connection was closed while agreeing on encryption".to_owned(),
        };
    };
    let why = match tls {
        rustls::Error::InvalidCertificate(bad) => match bad {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is made out to another name"
            }
            CertificateError::UnknownIssuer if no_roots => {
                "this machine has no root certificates to check it with (install the package \
                 “ca-certificates”)"
            }
            CertificateError::UnknownIssuer => {
                "its certificate comes from nobody this machine trusts"
            }
            CertificateError::Revoked => "its certificate was revoked",
            _ => "its certificate is not valid",
        },
        rustls::Error::PeerIncompatible(_) | rustls::Error::AlertReceived(_) => {
            "it offers no encryption that is still safe"
        }
        rustls::Error::InvalidMessage(_) => "it does not speak TLS there",
        _ => "the handshake failed",
    };
    ConnectError::Tls {
        why: why.to_owned(),
    }
}
