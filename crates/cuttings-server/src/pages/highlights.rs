//! Highlights: `GET /highlights`, all of them; `GET /highlights/{id}`, one; and
//! the forms that add, change, remove and bring back.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use cuttings_library::highlights;
use cuttings_model::{
    Anchor, ArticleBody, ArticleId, Colour, Highlight, HighlightId, Letters, MAX_ID,
};
use cuttings_store::{FoundHighlight, HighlightFilter, HighlightPosition};

use crate::app::App;
use crate::body::{ArticlePath, FormBody, HighlightPath, Query};
use crate::error::HttpError;
use crate::margin::Item;
use crate::origin::local_path;
use crate::problems;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};

/// Highlights on a page. With the longest an item may be, a page stays under
/// 60 KB.
const HIGHLIGHTS_A_PAGE: usize = 24;

#[derive(Template)]
#[template(path = "highlights.html")]
struct HighlightsPage {
    shell: Shell,
    asked: HighlightsQuery,
    is_filtered: bool,
    is_later: bool,
    /// Title of the article, when only its highlights are shown.
    of_article: Option<String>,
    removed: Option<i64>,
    groups: Vec<Group>,
    next: Option<String>,
    newest: String,
}

/// Highlights of one article that follow one another in the list.
struct Group {
    article_id: ArticleId,
    title: String,
    outlet: String,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "highlight.html")]
struct HighlightPage {
    shell: Shell,
    item: Item,
    title: String,
}

/// Query of the page. What makes no sense counts as missing, because people
/// edit addresses.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct HighlightsQuery {
    q: String,
    colour: String,
    which: String,
    article: String,
    after: String,
    removed: String,
}

impl HighlightsQuery {
    fn filter(&self) -> HighlightFilter {
        HighlightFilter {
            words: self.q.clone(),
            colour: Colour::parse(&self.colour),
            article: number(&self.article).map(ArticleId),
            orphan: (self.which == "orphan").then_some(true),
            noted: (self.which == "noted").then_some(true),
        }
    }

    /// The path of the page with this query, after a position.
    fn path(&self, after: Option<&str>) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let after = after.unwrap_or_default();
        for (name, value) in [
            ("q", self.q.as_str()),
            ("colour", &self.colour),
            ("which", &self.which),
            ("article", &self.article),
            ("after", after),
        ] {
            if !value.is_empty() {
                pairs.append_pair(name, value);
            }
        }
        let query = pairs.finish();
        if query.is_empty() {
            "/highlights".to_owned()
        } else {
            format!("/highlights?{query}")
        }
    }
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id| (1..=MAX_ID).contains(id))
}

/// `GET /highlights`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(asked): Query<HighlightsQuery>,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let filter = asked.filter();
    let after = read_position(&asked.after);
    let mut found = store
        .search_highlights(
            caller.user_id(),
            &filter,
            after,
            HIGHLIGHTS_A_PAGE as i64 + 1,
        )
        .await?;
    let next = if found.len() > HIGHLIGHTS_A_PAGE {
        found.truncate(HIGHLIGHTS_A_PAGE);
        found
            .last()
            .map(|last| asked.path(Some(&position(&last.highlight))))
    } else {
        None
    };
    let of_article = match filter.article {
        Some(id) => store.article(caller.user_id(), id).await?,
        None => None,
    };
    let removed = match number(&asked.removed) {
        Some(id) => store.highlight(caller.user_id(), HighlightId(id)).await?,
        None => None,
    };
    let shell = Shell::of(&caller, "", Place::Highlights, &here);
    let title = shell.text.highlights.title.to_owned();
    show(
        StatusCode::OK,
        &HighlightsPage {
            shell: Shell { title, ..shell },
            is_filtered: filter != HighlightFilter::default(),
            is_later: after.is_some(),
            of_article: of_article.map(|article| article.title().to_owned()),
            removed: removed
                .filter(|gone| gone.deleted_at_ms.is_some())
                .map(|gone| gone.id.0),
            groups: groups(&found),
            next,
            newest: asked.path(None),
            asked,
        },
    )
}

fn groups(found: &[FoundHighlight]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for FoundHighlight { highlight, article } in found {
        let item = Item::of(highlight, article, None);
        match groups.last_mut() {
            Some(group) if group.article_id == article.id => group.items.push(item),
            _ => groups.push(Group {
                article_id: article.id,
                title: article.title().to_owned(),
                outlet: article.outlet(),
                items: vec![item],
            }),
        }
    }
    groups
}

/// Where a list stands behind a highlight: `CREATED_AT.ID`.
pub(crate) fn position(highlight: &Highlight) -> String {
    format!("{}.{}", highlight.created_at_ms, highlight.id)
}

/// Reads [`position`] back; `None` when it is none.
pub(crate) fn read_position(text: &str) -> Option<HighlightPosition> {
    let (created_at_ms, id) = text.split_once('.')?;
    let number = |text: &str| text.parse().ok().filter(|number: &i64| *number >= 0);
    Some(HighlightPosition {
        created_at_ms: number(created_at_ms)?,
        id: number(id)?,
    })
}

/// `GET /highlights/{id}`.
pub(crate) async fn one(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    HighlightPath(id): HighlightPath,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let highlight = store
        .highlight(caller.user_id(), id)
        .await?
        .filter(|highlight| highlight.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_highlight)?;
    let article = store
        .article(caller.user_id(), highlight.article_id)
        .await?
        .filter(|article| article.deleted_at_ms.is_none())
        .ok_or_else(HttpError::no_such_highlight)?;
    let shell = Shell::of(&caller, "", Place::Highlights, &here);
    let title = shell.text.highlights.one_title.to_owned();
    let mut item = Item::of(&highlight, &article, None);
    item.words = highlight.anchor.exact;
    item.note = highlight.note;
    show(
        StatusCode::OK,
        &HighlightPage {
            shell: Shell { title, ..shell },
            item,
            title: article.title().to_owned(),
        },
    )
}

/// The forms that mark words: the toolbar's, which counts letters, and the one
/// to paste words into, which does not.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddForm {
    words: String,
    colour: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    suffix: String,
    /// Letters of the story before the words, white space not counted.
    #[serde(default)]
    first: String,
    /// Letters of the words.
    #[serde(default)]
    letters: String,
    #[serde(default)]
    back: String,
}

impl AddForm {
    /// The anchor of the words: by the letters counted, as long as the text has
    /// these words there; else by the words and what is around them.
    fn anchor(&self, body: Option<&ArticleBody>) -> Anchor {
        let counted = || {
            let text = Letters::of(&body?.text);
            let range =
                text.range_of_letters(self.first.parse().ok()?, self.letters.parse().ok()?)?;
            text.anchor(range)
        };
        let letters = |text: &str| -> String { text.split_whitespace().collect() };
        counted()
            .filter(|anchor| letters(&anchor.exact) == letters(&self.words))
            .unwrap_or_else(|| Anchor {
                prefix: self.prefix.clone(),
                suffix: self.suffix.clone(),
                ..Anchor::of_words(&self.words)
            })
    }
}

/// `POST /articles/{id}/highlights`.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    ArticlePath(id): ArticlePath,
    FormBody(form): FormBody<AddForm>,
) -> Result<Redirect, HttpError> {
    let body = app.library.store.article_body(caller.user_id(), id).await?;
    let anchor = form.anchor(body.as_ref());
    let kept = highlights::add(
        &app.library,
        caller.user_id(),
        id,
        &anchor,
        colour(&form.colour)?,
        &form.note,
    )
    .await?;
    let page = back_or_story(&form.back, id);
    Ok(Redirect::to(&format!("{page}#h{}", kept.id)))
}

/// The form of one highlight. The toolbar changes one part of it at a time.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeForm {
    colour: Option<String>,
    note: Option<String>,
    #[serde(default)]
    back: String,
}

/// `POST /highlights/{id}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    HighlightPath(id): HighlightPath,
    FormBody(form): FormBody<ChangeForm>,
) -> Result<Redirect, HttpError> {
    let colour = form.colour.as_deref().map(colour).transpose()?;
    let kept = highlights::change(
        &app.library,
        caller.user_id(),
        id,
        colour,
        form.note.as_deref(),
    )
    .await?;
    let page = back_or_story(&form.back, kept.article_id);
    Ok(Redirect::to(&format!("{page}#{}", place(&kept))))
}

/// `POST /highlights/{id}/remove`. The page it goes to offers to undo it.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    HighlightPath(id): HighlightPath,
    FormBody(form): FormBody<ChangeForm>,
) -> Result<Redirect, HttpError> {
    let gone = highlights::remove(&app.library, caller.user_id(), id).await?;
    let page = back_or_story(&form.back, gone.article_id);
    let joint = if page.contains('?') { '&' } else { '?' };
    Ok(Redirect::to(&format!("{page}{joint}removed={id}#margin")))
}

/// `POST /highlights/{id}/restore`.
pub(crate) async fn restore(
    State(app): State<App>,
    caller: Caller,
    HighlightPath(id): HighlightPath,
    FormBody(form): FormBody<ChangeForm>,
) -> Result<Redirect, HttpError> {
    let kept = highlights::restore(&app.library, caller.user_id(), id).await?;
    let page = back_or_story(&form.back, kept.article_id);
    Ok(Redirect::to(&format!("{page}#{}", place(&kept))))
}

/// The id of a highlight's place on the reader's page.
fn place(highlight: &Highlight) -> String {
    if highlight.is_orphan {
        "margin".to_owned()
    } else {
        format!("h{}", highlight.id)
    }
}

/// The page a form came from, without an earlier offer to undo.
fn back_or_story(back: &str, article_id: ArticleId) -> String {
    let Some(back) = local_path(back) else {
        return format!("/articles/{article_id}");
    };
    let back = back.split('#').next().unwrap_or_default();
    let Some((path, query)) = back.split_once('?') else {
        return back.to_owned();
    };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("removed="))
        .collect();
    if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", kept.join("&"))
    }
}

/// A colour by its word.
pub(crate) fn colour(word: &str) -> Result<Colour, HttpError> {
    Colour::parse(word).ok_or_else(|| {
        HttpError::new(
            problems::BAD_FIELD,
            "colour is one of yellow, red, green, blue and purple.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_its_page_and_nowhere_else() {
        let id = ArticleId(7);
        for (back, expected) in [
            (
                "/articles/7?in=unread&removed=3#h2",
                "/articles/7?in=unread",
            ),
            ("/articles/7?removed=3", "/articles/7"),
            ("", "/articles/7"),
            ("https://elsewhere.example/", "/articles/7"),
            ("//elsewhere.example/", "/articles/7"),
        ] {
            assert_eq!(back_or_story(back, id), expected, "{back}");
        }
    }
}
