//! A kept page and its style sheets, rewritten so that they ask nobody for
//! anything.
//!
//! [`page()`] and [`style::sheet`] walk a page or a style sheet, and ask a
//! [`Find`] function for every address it looks like something with. What the
//! function answers is put in its place; what it does not know is taken out.
//! All that acts (scripts, forms, frames, hints, refreshes) goes too.
//!
//! The same walk serves two ends. When a page is captured, the function notes
//! what is asked for, and the library goes and fetches it. When the page is
//! replayed, the function knows what was kept. So nothing is kept that replay
//! does not look for, and replay looks for nothing else.
//!
//! Rewriting is for people, who see the page as it looked. What *holds* is the
//! content policy the server sends with it: were something missed here, the
//! browser would still not ask for it.
#![forbid(unsafe_code)]

mod data;
mod letters;
mod media;
mod page;
mod pictures;
pub mod style;
mod tokens;

pub use letters::Letters;
pub use page::{Rewritten, page};

use cuttings_model::ResourceKind;
use url::Url;

/// Tells what stands for an address: of the given ones, best first, the one
/// that is kept. `None` when none is.
///
/// The answer is an address as it may stand in an attribute or in `url("…")`:
/// letters, digits and `-._~/?=&%` only.
pub type Find<'f> = dyn FnMut(ResourceKind, &[Url]) -> Option<String> + 'f;

/// An address that the web would be asked for: absolute, without fragment.
/// `None` for an empty one, and for what is not http or https.
pub(crate) fn web_address(base: &Url, written: &str) -> Option<Url> {
    let written = written.trim_matches(|c: char| c.is_ascii_whitespace());
    if written.is_empty() || written.starts_with('#') {
        return None;
    }
    let mut url = base.join(written).ok()?;
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then_some(url)
}
