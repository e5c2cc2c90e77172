//! `GET /feeds/rules`: the rules that save what feeds bring; making, changing and
//! deleting one.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use cuttings_library::feeds::FeedError;
use cuttings_library::feeds::rules::{self, RuleDraft};
use cuttings_model::{FeedId, FeedRule, FeedRuleId, TagName};

use crate::app::App;
use crate::body::{FormBody, NumberPath, Query};
use crate::card::shortened;
use crate::error::HttpError;
use crate::pages::library::TAGS_OFFERED;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

#[derive(Template)]
#[template(path = "feed_rules.html")]
struct RulesPage {
    shell: Shell,
    rules: Vec<Line>,
    draft: Draft,
    wrong: Option<String>,
    /// What the rule that was just kept has saved.
    told: Option<String>,
    offered: Vec<String>,
}

struct Line {
    id: FeedRuleId,
    from: String,
    query: String,
    tags: Vec<String>,
    saved: String,
}

/// What the form holds.
struct Draft {
    /// The rule that is changed; none for a new one.
    id: Option<FeedRuleId>,
    feeds: Vec<Choice>,
    query: String,
    tags: String,
}

struct Choice {
    id: FeedId,
    name: String,
    chosen: bool,
}

/// Query of the page: a rule to change, a feed to make one for, and what the
/// last change did.
#[derive(Default, serde::Deserialize)]
pub(crate) struct RulesQuery {
    edit: Option<String>,
    feed: Option<String>,
    saved: Option<String>,
}

/// `GET /feeds/rules`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(query): Query<RulesQuery>,
) -> Result<Response, HttpError> {
    let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<i64>().ok());
    let edited = match number(&query.edit) {
        Some(id) => {
            app.library
                .store
                .feed_rule(caller.user_id(), FeedRuleId(id))
                .await?
        }
        None => None,
    };
    let told = query
        .saved
        .as_deref()
        .and_then(|saved| saved.parse().ok())
        .map(|saved: usize| (ENGLISH.feeds.rule_saved)(saved));
    let form = match &edited {
        Some(rule) => RuleForm {
            feed: rule.feed_id.map(|id| id.to_string()).unwrap_or_default(),
            query: rule.query.clone(),
            tags: rule.tags.join(", "),
            old: String::new(),
        },
        None => RuleForm {
            feed: query.feed.unwrap_or_default(),
            ..RuleForm::default()
        },
    };
    page(
        &app,
        &caller,
        &here,
        edited.map(|rule| rule.id),
        form,
        told,
        None,
    )
    .await
}

async fn page(
    app: &App,
    caller: &Caller,
    here: &Uri,
    id: Option<FeedRuleId>,
    form: RuleForm,
    told: Option<String>,
    wrong: Option<FeedError>,
) -> Result<Response, HttpError> {
    let store = &app.library.store;
    let text = &ENGLISH.feeds;
    let feeds = store.feeds(caller.user_id()).await?;
    let rules = store.feed_rules(caller.user_id()).await?;
    let name_of = |id: FeedId| {
        feeds
            .iter()
            .find(|listed| listed.feed.id == id)
            .map_or_else(String::new, |listed| shortened(listed.feed.name(), 80))
    };
    let line = |rule: FeedRule| Line {
        id: rule.id,
        from: match rule.feed_id {
            Some(id) => (text.saves_from)(&name_of(id)),
            None => text.any_feed.to_owned(),
        },
        query: match rule.query.as_str() {
            "" => text.everything_of.to_owned(),
            query => query.to_owned(),
        },
        tags: rule.tags,
        saved: (text.saved_count)(rule.saved_count),
    };
    let status = if wrong.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    show(
        status,
        &RulesPage {
            shell: Shell::of(caller, text.rules_title, Place::Feeds, here),
            rules: rules.into_iter().map(line).collect(),
            draft: Draft {
                id,
                feeds: feeds
                    .iter()
                    .take(400)
                    .map(|listed| Choice {
                        id: listed.feed.id,
                        name: shortened(listed.feed.name(), 80),
                        chosen: listed.feed.id.to_string() == form.feed,
                    })
                    .collect(),
                query: form.query,
                tags: form.tags,
            },
            wrong: wrong.map(|error| error.explain()),
            told,
            offered: store.newest_tags(caller.user_id(), TAGS_OFFERED).await?,
        },
    )
}

/// A rule as it is typed. The box for old entries is not sent unless ticked.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleForm {
    #[serde(default)]
    feed: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    tags: String,
    #[serde(default)]
    old: String,
}

impl RuleForm {
    #[expect(clippy::result_large_err, reason = "made once for a form")]
    fn draft(&self) -> Result<RuleDraft, FeedError> {
        let feed_id = match self.feed.as_str() {
            "" => None,
            feed => Some(FeedId(feed.parse().map_err(|_| FeedError::NoSuchFeed)?)),
        };
        Ok(RuleDraft {
            feed_id,
            query: self.query.clone(),
            tags: TagName::parse_list(&self.tags)?,
        })
    }
}

/// `POST /feeds/rules`.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    FormBody(form): FormBody<RuleForm>,
) -> Result<Response, HttpError> {
    let done = match form.draft() {
        Ok(draft) => rules::add(&app.library, caller.user_id(), &draft, !form.old.is_empty()).await,
        Err(error) => Err(error),
    };
    answer(&app, &caller, &here, None, form, done).await
}

/// `POST /feeds/rules/{rule}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    NumberPath(id): NumberPath,
    FormBody(form): FormBody<RuleForm>,
) -> Result<Response, HttpError> {
    let id = FeedRuleId(id);
    let known = app.library.store.feed_rule(caller.user_id(), id).await?;
    if known.is_none() {
        return Err(FeedError::NoSuchRule.into());
    }
    let on_old = !form.old.is_empty();
    let done = match form.draft() {
        Ok(draft) => rules::change(&app.library, caller.user_id(), id, &draft, on_old).await,
        Err(error) => Err(error),
    };
    answer(&app, &caller, &here, Some(id), form, done).await
}

async fn answer(
    app: &App,
    caller: &Caller,
    here: &Uri,
    id: Option<FeedRuleId>,
    form: RuleForm,
    done: Result<(FeedRule, usize), FeedError>,
) -> Result<Response, HttpError> {
    match done {
        Ok((_, saved)) => {
            let next = if form.old.is_empty() {
                "/feeds/rules".to_owned()
            } else {
                format!("/feeds/rules?saved={saved}")
            };
            Ok(Redirect::to(&next).into_response())
        }
        Err(error @ (FeedError::Store(_) | FeedError::Save(_))) => Err(error.into()),
        Err(error) => page(app, caller, here, id, form, None, Some(error)).await,
    }
}

/// `POST /feeds/rules/{rule}/delete`. What it saved stays.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<Redirect, HttpError> {
    rules::delete(&app.library, caller.user_id(), FeedRuleId(id)).await?;
    Ok(Redirect::to("/feeds/rules"))
}
