//! [`Shell`]: what the frame around every page needs, and how a page becomes
//! an answer.

use askama::Template;
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use cuttings_model::Settings;
use cuttings_model::settings::Theme;

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
    /// The feeds, their entries and rules.
    Feeds,
    /// The settings.
    Settings,
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
    /// How it looks: printed on the root element, so that it holds before the
    /// first paint.
    pub settings: Settings,
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
            settings: Settings::default(),
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
            settings: caller.settings,
            text: &ENGLISH,
        }
    }

    /// The colour schemes the page is made for, as the browser asks for them:
    /// it paints scroll bars and its own controls by it.
    pub fn color_scheme(&self) -> &'static str {
        match self.settings.theme {
            Theme::System => "light dark",
            Theme::Paper | Theme::Sepia => "light",
            Theme::Dark | Theme::Black => "dark",
        }
    }

    /// The paper's colour by day and by night, for the frame that browsers and
    /// phones draw around the page. The same as `--paper` in `tokens.css`.
    pub fn paper(&self) -> (&'static str, &'static str) {
        const PAPER: &str = "#fbf9f4";
        const SEPIA: &str = "#f4ecd8";
        const DARK: &str = "#151412";
        const BLACK: &str = "#000000";
        match self.settings.theme {
            Theme::System => (PAPER, DARK),
            Theme::Paper => (PAPER, PAPER),
            Theme::Sepia => (SEPIA, SEPIA),
            Theme::Dark => (DARK, DARK),
            Theme::Black => (BLACK, BLACK),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of `--paper` in the rule that begins with `selector`.
    fn paper_of(tokens: &str, selector: &str) -> String {
        let (_, rule) = tokens.split_once(selector).expect("the rule is there");
        let (rule, _) = rule.split_once('}').expect("the rule ends");
        let (_, value) = rule.split_once("--paper: ").expect("it says --paper");
        value.split(';').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_browsers_frame_has_the_colour_of_the_paper_in_every_theme() {
        let tokens = include_str!("../static/tokens.css");
        let both = paper_of(tokens, ":root {");
        let (light, dark) = both
            .strip_prefix("light-dark(")
            .and_then(|both| both.strip_suffix(')'))
            .and_then(|both| both.split_once(", "))
            .expect("a colour by day and one by night");
        for theme in Theme::ALL {
            let mut shell = Shell::for_nobody("x", Place::Elsewhere);
            shell.settings.theme = *theme;
            let own = || {
                paper_of(
                    tokens,
                    &format!(":root[data-theme=\"{}\"] {{", theme.as_str()),
                )
            };
            let expected = match theme {
                Theme::System => (light.to_owned(), dark.to_owned()),
                Theme::Paper => (light.to_owned(), light.to_owned()),
                Theme::Dark => (dark.to_owned(), dark.to_owned()),
                Theme::Sepia | Theme::Black => (own(), own()),
            };
            let (day, night) = shell.paper();
            assert_eq!((day, night), (&*expected.0, &*expected.1), "{theme:?}");
        }
    }
}
