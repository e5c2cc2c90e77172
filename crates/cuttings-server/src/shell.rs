//! [`Shell`]: what the frame around every page needs, and how a page becomes
//! an answer.

use askama::Template;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};

use crate::assets;
use crate::error::HttpError;
use crate::session::Caller;
use crate::texts::{ENGLISH, Texts};

/// Where in the site a page stands; the masthead marks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The list of articles.
    Library,
    /// The search.
    Search,
    /// The highlights.
    Highlights,
    /// Anywhere else.
    Elsewhere,
}

/// The frame around a page.
#[derive(Debug, Clone)]
pub(crate) struct Shell {
    /// Title of the page.
    pub title: String,
    /// Where it stands.
    pub place: Place,
    /// Name of the user, if somebody is signed in.
    pub user: Option<String>,
    /// Proof that forms of this page carry.
    pub csrf: String,
    /// Path and query that forms of this page come back to.
    pub here: String,
    /// What the interface says.
    pub text: &'static Texts,
}

impl Shell {
    /// For a page that anybody may see.
    pub fn for_nobody(title: &str, place: Place) -> Self {
        Self {
            title: title.to_owned(),
            place,
            user: None,
            csrf: String::new(),
            here: "/".to_owned(),
            text: &ENGLISH,
        }
    }

    /// For a page of `caller`, reached at `here`.
    pub fn of(caller: &Caller, title: impl Into<String>, place: Place, here: &Uri) -> Self {
        Self {
            title: title.into(),
            place,
            user: Some(caller.user.name.clone()),
            csrf: caller.csrf(),
            here: here
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            text: &ENGLISH,
        }
    }

    /// The address of a static file.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through the shell"
    )]
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

/// A page as an answer.
pub(crate) fn show(status: StatusCode, page: &impl Template) -> Result<Response, HttpError> {
    let html = page.render().map_err(|cause| HttpError::internal(&cause))?;
    Ok((status, Html(html)).into_response())
}
