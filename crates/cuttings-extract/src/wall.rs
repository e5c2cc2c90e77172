//! When a page has no article to read, and why.
//!
//! [`crate::extract`] asks after the lines are judged. A wrong article is worse
//! than none, so what is plainly a wall, an error or an empty page says so.
//! Each check wants two signs: what the page has, and how little it says.

use cuttings_html::{Attr, Tag};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::metadata::source::Source;
use crate::page::Page;
use crate::phrases::fold;
use crate::traits::Traits;

/// Who may read the article on the outlet's own page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// The page says that it is free.
    Free,
    /// Free up to a number of articles.
    Metered,
    /// Subscribers only.
    Walled,
    /// The page does not say.
    #[default]
    Unknown,
}

/// Why there is no article.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoArticle {
    /// The page asks to sign in and shows nothing else.
    LoginWall,
    /// The text ends at a wall.
    Paywall {
        /// Words that can be read before it.
        readable_words: usize,
    },
    /// A list of stories rather than one.
    FrontPage,
    /// The site says that there is no such page, or that it failed.
    ErrorPage,
    /// The text is put in by a script, which is not run.
    ScriptOnly,
    /// The page asks for consent and shows nothing else.
    ConsentScreen,
    /// There is no text.
    Empty,
}

impl NoArticle {
    /// A short name that does not change.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::LoginWall => "login_wall",
            Self::Paywall { .. } => "paywall",
            Self::FrontPage => "front_page",
            Self::ErrorPage => "error_page",
            Self::ScriptOnly => "script_only",
            Self::ConsentScreen => "consent_screen",
            Self::Empty => "empty",
        }
    }

    /// One plain sentence for the person who saved the page.
    pub fn explain(&self) -> String {
        match self {
            Self::LoginWall => "The page asks to sign in before it shows anything.".to_owned(),
            Self::Paywall { readable_words } => {
                format!(
                    "The article is behind a paywall; {readable_words} words of it can be read."
                )
            }
            Self::FrontPage => "The page is a list of stories, not an article.".to_owned(),
            Self::ErrorPage => "The page is an error message of the site.".to_owned(),
            Self::ScriptOnly => "The page has no text until a script has run.".to_owned(),
            Self::ConsentScreen => "The page only asks for consent to cookies.".to_owned(),
            Self::Empty => "The page has no text.".to_owned(),
        }
    }

    /// Whether what text there is belongs to no article and is not given.
    pub fn hides_text(&self) -> bool {
        !matches!(self, Self::Paywall { .. } | Self::FrontPage)
    }
}

impl Serialize for NoArticle {
    /// The short name alone.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.reason())
    }
}

impl<'de> Deserialize<'de> for NoArticle {
    /// Reads the short name back. It does not say how many words stand before
    /// a paywall; an [`Extraction`](crate::Extraction) knows by its `word_count`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        [
            Self::LoginWall,
            Self::Paywall { readable_words: 0 },
            Self::FrontPage,
            Self::ErrorPage,
            Self::ScriptOnly,
            Self::ConsentScreen,
            Self::Empty,
        ]
        .into_iter()
        .find(|reason| reason.reason() == name)
        .ok_or_else(|| D::Error::custom(format!("{name:?} is no reason for having no article")))
    }
}

/// What is known of the page when the question is asked.
pub struct Evidence<'a> {
    pub title: Option<&'a str>,
    pub headline: Option<&'a str>,
    pub words: usize,
    pub access: Access,
    pub is_article: bool,
    pub has_root_address: bool,
    pub scripts: usize,
}

/// Text of a page that says nothing: fewer words than this.
const FEW_WORDS: usize = 120;

/// Decides whether there is an article at all.
pub fn judge(page: &Page<'_>, evidence: &Evidence<'_>) -> Option<NoArticle> {
    let words = evidence.words;
    if words < FEW_WORDS && is_error(evidence) {
        return Some(NoArticle::ErrorPage);
    }
    if words < 60 && says_script_only(page) {
        return Some(NoArticle::ScriptOnly);
    }
    if words < FEW_WORDS && has_login(page) && !evidence.is_article {
        return Some(NoArticle::LoginWall);
    }
    if words < 60 && is_consent(page) {
        return Some(NoArticle::ConsentScreen);
    }
    if evidence.access == Access::Walled && words < 150 && (has_wall(page) || words < 60) {
        return Some(NoArticle::Paywall {
            readable_words: words,
        });
    }
    if words < 80 && has_wall(page) && says(page, &SUBSCRIBE) || words < 40 && says(page, &READ_ON)
    {
        return Some(NoArticle::Paywall {
            readable_words: words,
        });
    }
    if words == 0 {
        return Some(if evidence.scripts > 2 && page.lines.len() < 5 {
            NoArticle::ScriptOnly
        } else {
            NoArticle::Empty
        });
    }
    if !evidence.is_article && evidence.has_root_address && is_front(page) {
        return Some(NoArticle::FrontPage);
    }
    if !evidence.is_article && words < 400 && is_crowded_front(page) {
        return Some(NoArticle::FrontPage);
    }
    None
}

/// Who may read the page, as far as it says, and where it says so.
pub fn access(
    page: &Page<'_>,
    is_free: Option<bool>,
    tier: Option<&str>,
) -> (Access, Option<Source>) {
    let declared = match tier.map(str::to_ascii_lowercase).as_deref() {
        Some("metered") => Some(Access::Metered),
        Some("locked" | "paid" | "premium" | "subscriber") => Some(Access::Walled),
        Some("free") => Some(Access::Free),
        _ => None,
    };
    if let Some(access) = declared {
        return (access, Some(Source::OpenGraph));
    }
    match is_free {
        Some(true) => (Access::Free, Some(Source::LinkedData)),
        Some(false) => (Access::Walled, Some(Source::LinkedData)),
        None if has_wall(page) && says(page, &SUBSCRIBE) => {
            (Access::Walled, Some(Source::VisibleText))
        }
        None => (Access::Unknown, None),
    }
}

fn is_error(evidence: &Evidence<'_>) -> bool {
    [evidence.title, evidence.headline]
        .into_iter()
        .flatten()
        .any(|title| {
            let title = fold(title);
            let has = |phrase: &str| title.contains(phrase);
            let code = title
                .split(' ')
                .any(|word| matches!(word, "404" | "403" | "410" | "500" | "502" | "503"));
            (code && title.split(' ').count() <= 8)
                || has("page not found")
                || has("not found") && title.split(' ').count() <= 6
                || has("access denied")
                || has("forbidden") && title.split(' ').count() <= 4
                || has("seite nicht gefunden")
                || has("page introuvable")
                || has("página no encontrada")
                || has("pagina non trovata")
                || has("internal server error")
                || has("bad gateway")
                || has("service unavailable")
                || has("something went wrong")
                || has("just a moment")
                || has("attention required")
        })
}

fn says_script_only(page: &Page<'_>) -> bool {
    let in_noscript = (0..page.nodes.len())
        .filter(|at| page.node(*at).tag == Tag::Noscript)
        .any(|at| {
            let text = page.doc.text_content(page.node(at).id).to_lowercase();
            text.contains("javascript") && !text.contains("googletagmanager.com")
        });
    in_noscript
        || page.lines.iter().take(40).any(|line| {
            line.size < 300 && {
                let text = page.line_text(line).to_lowercase();
                text.contains("enable javascript")
                    || text.contains("requires javascript")
                    || text.contains("javascript is disabled")
            }
        })
}

fn has_login(page: &Page<'_>) -> bool {
    (0..page.nodes.len()).any(|at| {
        page.node(at).tag == Tag::Input
            && page
                .attr(at, Attr::Type)
                .is_some_and(|kind| kind.eq_ignore_ascii_case("password"))
    })
}

fn is_consent(page: &Page<'_>) -> bool {
    let mut said = 0;
    let mut all = 0;
    for line in &page.lines {
        all += line.size;
        let text = page.line_text(line).to_lowercase();
        if [
            "cookie",
            "consent",
            "personal data",
            "our partners",
            "einwilligung",
            "datenschutz",
            "consentement",
        ]
        .iter()
        .any(|word| text.contains(word))
        {
            said += line.size;
        }
    }
    said * 10 > all * 4
}

fn has_wall(page: &Page<'_>) -> bool {
    page.nodes
        .iter()
        .any(|node| node.traits.has(Traits::PAYWALL) && node.end_line > node.first_line)
}

/// What is said at a wall, and in offers elsewhere too.
const SUBSCRIBE: [&str; 10] = [
    "subscribe to",
    "to continue reading",
    "already a subscriber",
    "for subscribers",
    "subscription to",
    "weiterlesen mit",
    "réservé aux abonnés",
    "solo para suscriptores",
    "abonnenten",
    "to read the full",
];

/// What is said where a story is kept back, and of nothing but this story.
const READ_ON: [&str; 9] = [
    "to continue reading",
    "to read this article",
    "to read this story",
    "to read the full",
    "to keep reading",
    "um weiterzulesen",
    "pour lire la suite",
    "pour lire cet article",
    "para seguir leyendo",
];

/// Whether a short line has one of these in it.
fn says(page: &Page<'_>, phrases: &[&str]) -> bool {
    page.lines.iter().any(|line| {
        line.size < 400 && {
            let text = page.line_text(line).to_lowercase();
            phrases.iter().any(|phrase| text.contains(phrase))
        }
    })
}

/// Headings that are links, many of them, and little prose between.
fn is_front(page: &Page<'_>) -> bool {
    let (mut linked, mut sentences) = (0, 0);
    for line in &page.lines {
        if line.link_share() > 0.8 && line.size > 25 {
            linked += 1;
        } else if line.size > 300 {
            sentences += 1;
        }
    }
    linked >= 6 && linked > 2 * sentences
}

fn is_crowded_front(page: &Page<'_>) -> bool {
    let headings = page
        .lines
        .iter()
        .filter(|line| {
            line.link_share() > 0.8
                && line.size > 25
                && page
                    .upward(line.block as usize)
                    .take(3)
                    .any(|at| matches!(page.node(at).tag, Tag::H2 | Tag::H3 | Tag::H4))
        })
        .count();
    headings >= 12
}
