//! `GET /problems/{name}`: the page behind the `type` of an error answer.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use crate::app::App;
use crate::error::HttpError;
use crate::policy::Answers;
use crate::problems::{named, paragraphs};
use crate::session::identify;
use crate::shell::{Place, Shell, show};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    shell: Shell,
    name: &'static str,
    status: u16,
    paragraphs: Vec<String>,
}

/// `GET /problems/{name}`. Anybody may read it; whoever is signed in keeps their
/// way around.
pub(crate) async fn problem(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    here: Uri,
) -> Result<Response, HttpError> {
    let problem =
        named(&name).ok_or_else(|| HttpError::not_found("There is no such kind of problem."))?;
    let shell = match identify(&app, &headers, Answers::Page).await? {
        Some(caller) => Shell::of(&caller, problem.title, Place::Elsewhere, &here),
        None => Shell::for_nobody(problem.title, Place::Elsewhere),
    };
    show(
        StatusCode::OK,
        &ProblemPage {
            shell,
            name: problem.name,
            status: problem.status.as_u16(),
            paragraphs: paragraphs(problem),
        },
    )
}
