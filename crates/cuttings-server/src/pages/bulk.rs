//! `POST /bulk`: one thing done to many articles, those that were ticked or
//! all that match, and `POST /bulk/{action}/undo`.
//!
//! The list it goes back to says what was done and offers to undo it.

use axum::extract::State;
use axum::response::Redirect;
use cuttings_library::shelf;
use cuttings_model::{ArticleId, Filter, MAX_ID, TagName};
use cuttings_store::{BulkAction, BulkOutcome, Chosen};

use crate::app::App;
use crate::body::{FormBody, FormPairs, NumberPath};
use crate::error::HttpError;
use crate::origin::local_path;
use crate::pages::articles::ActionForm;
use crate::session::Caller;

/// Most articles that can be named one by one.
pub(crate) const MAX_CHOSEN: usize = 1_000;

/// `POST /bulk`: fields `action`, `tag`, `back`, and either `id` several times,
/// or `which=all` with the filter as `query` and the `count` that was stated.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    form: FormPairs,
) -> Result<Redirect, HttpError> {
    let back = local_path(form.value("back")).unwrap_or_else(|| "/".to_owned());
    let action = match action(form.value("action"), form.value("tag"))? {
        Ok(action) => action,
        Err(NoTag) => return Ok(Redirect::to(&with(&back, "done=tag"))),
    };
    let filter = Filter::read(form.value("query"));
    let ids = ids(&form);
    let chosen = if form.value("which") == "all" {
        let count = form
            .value("count")
            .parse()
            .map_err(|_| HttpError::bad_request("count is not a whole number."))?;
        Chosen::Matching(&filter, count)
    } else if ids.is_empty() {
        return Ok(Redirect::to(&with(&back, "done=chosen")));
    } else {
        Chosen::These(&ids)
    };
    let outcome = shelf::change_many(&app.library, caller.user_id(), chosen, &action).await?;
    let said = match outcome {
        BulkOutcome::Done { id, .. } => format!("done={id}"),
        BulkOutcome::Nothing => "done=nothing".to_owned(),
        BulkOutcome::Moved(now) => format!("done=moved&now={now}"),
    };
    Ok(Redirect::to(&with(&back, &said)))
}

/// `POST /bulk/{action}/undo`.
pub(crate) async fn undo(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<ActionForm>,
) -> Result<Redirect, HttpError> {
    shelf::undo(&app.library, caller.user_id(), id).await?;
    Ok(Redirect::to(&with(&form.back(), &format!("done={id}"))))
}

/// An action about a tag came without one.
pub(crate) struct NoTag;

/// The action of a word.
pub(crate) fn action(word: &str, tag: &str) -> Result<Result<BulkAction, NoTag>, HttpError> {
    let tagging = |make: fn(TagName) -> BulkAction| {
        if tag.trim().is_empty() {
            return Ok(Err(NoTag));
        }
        TagName::parse(tag)
            .map(|name| Ok(make(name)))
            .map_err(|error| cuttings_library::LibraryError::from(error).into())
    };
    Ok(Ok(match word {
        "archive" => BulkAction::Archive,
        "unarchive" => BulkAction::Unarchive,
        "star" => BulkAction::Star,
        "unstar" => BulkAction::Unstar,
        "delete" => BulkAction::Delete,
        "retry" => BulkAction::Retry,
        "tag" => return tagging(BulkAction::Tag),
        "untag" => return tagging(BulkAction::Untag),
        _ => {
            return Err(HttpError::bad_request(
                "action is one of archive, unarchive, star, unstar, delete, retry, tag and untag.",
            ));
        }
    }))
}

fn ids(form: &FormPairs) -> Vec<ArticleId> {
    form.0
        .iter()
        .filter(|(name, _)| name == "id")
        .filter_map(|(_, value)| value.parse().ok())
        .filter(|id| (1..=MAX_ID).contains(id))
        .take(MAX_CHOSEN)
        .map(ArticleId)
        .collect()
}

/// The list that was come from, with what to say there. Only the library page
/// has a place for it.
fn with(back: &str, said: &str) -> String {
    let list = if back == "/" || back.starts_with("/?") {
        back
    } else {
        "/"
    };
    let kept: Vec<&str> = list
        .trim_start_matches("/?")
        .trim_start_matches('/')
        .split('&')
        .filter(|pair| !pair.is_empty())
        .filter(|pair| {
            !["done=", "now=", "deleted=", "here="]
                .iter()
                .any(|old| pair.starts_with(old))
        })
        .collect();
    if kept.is_empty() {
        format!("/?{said}")
    } else {
        format!("/?{}&{said}", kept.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_says_only_the_last_thing_that_was_done() {
        assert_eq!(with("/", "done=3"), "/?done=3");
        assert_eq!(with("/?tag=a&done=2&now=5", "done=3"), "/?tag=a&done=3");
        assert_eq!(with("/articles/1", "done=3"), "/?done=3");
    }
}
