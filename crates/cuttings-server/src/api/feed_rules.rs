//! `/api/v1/feed-rules`: the rules that save what feeds bring.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cuttings_library::feeds::FeedError;
use cuttings_library::feeds::rules::{self, RuleDraft};
use cuttings_model::{FeedId, FeedRule, FeedRuleId, TagName};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::body::{JsonBody, NumberPath};
use crate::dates::rfc3339;
use crate::error::HttpError;
use crate::session::Caller;

fn rule_json(rule: &FeedRule) -> Value {
    json!({
        "id": rule.id, "feed_id": rule.feed_id, "query": rule.query, "tags": rule.tags,
        "saved_count": rule.saved_count, "created_at": rfc3339(rule.created_at_ms),
    })
}

/// `GET /api/v1/feed-rules`.
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<Response, HttpError> {
    let rules = app.library.store.feed_rules(caller.user_id()).await?;
    let rules: Vec<Value> = rules.iter().map(rule_json).collect();
    Ok(Json(json!({ "rules": rules })).into_response())
}

/// Body of a rule. Without `feed_id` it is for any feed; with `apply`, it is
/// tried on the entries that are there already.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleJson {
    feed_id: Option<FeedId>,
    #[serde(default)]
    query: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    apply: bool,
}

impl RuleJson {
    #[expect(clippy::result_large_err, reason = "made once for a form")]
    fn draft(&self) -> Result<RuleDraft, FeedError> {
        let tags = self.tags.iter().map(|tag| TagName::parse(tag));
        Ok(RuleDraft {
            feed_id: self.feed_id,
            query: self.query.clone(),
            tags: tags.collect::<Result<_, _>>()?,
        })
    }
}

fn kept(rule: &FeedRule, saved: usize) -> Json<Value> {
    let mut json = rule_json(rule);
    json["saved_now"] = saved.into();
    Json(json)
}

/// `POST /api/v1/feed-rules`.
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<RuleJson>,
) -> Result<Response, HttpError> {
    let draft = body.draft()?;
    let (rule, saved) = rules::add(&app.library, caller.user_id(), &draft, body.apply).await?;
    Ok((StatusCode::CREATED, kept(&rule, saved)).into_response())
}

/// `PUT /api/v1/feed-rules/{rule}`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
    JsonBody(body): JsonBody<RuleJson>,
) -> Result<Response, HttpError> {
    let (draft, id) = (body.draft()?, FeedRuleId(id));
    let (rule, saved) =
        rules::change(&app.library, caller.user_id(), id, &draft, body.apply).await?;
    Ok(kept(&rule, saved).into_response())
}

/// `DELETE /api/v1/feed-rules/{rule}`. What it saved stays.
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    NumberPath(id): NumberPath,
) -> Result<StatusCode, HttpError> {
    rules::delete(&app.library, caller.user_id(), FeedRuleId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
