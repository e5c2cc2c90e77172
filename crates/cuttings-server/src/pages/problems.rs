//! `GET /problems/{name}`: the page behind the `type` of an error answer.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use crate::error::HttpError;
use crate::problems::{named, paragraphs};
use crate::shell::{Place, Shell, show};

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    shell: Shell,
    name: &'static str,
    status: u16,
    paragraphs: Vec<String>,
}

/// `GET /problems/{name}`.
pub(crate) async fn problem(Path(name): Path<String>) -> Result<Response, HttpError> {
    let problem =
        named(&name).ok_or_else(|| HttpError::not_found("There is no such kind of problem."))?;
    show(
        StatusCode::OK,
        &ProblemPage {
            shell: Shell::for_nobody(problem.title, Place::Elsewhere),
            name: problem.name,
            status: problem.status.as_u16(),
            paragraphs: paragraphs(problem),
        },
    )
}
