//! Problem types: every kind of error this server answers with.
//!
//! [`crate::error::HttpError`] picks one; `GET /problems/{name}` explains it
//! with the text of `docs/problems.md`, which a test holds against this table.

use axum::http::StatusCode;

/// A kind of error: its name in addresses, its status and its title.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemType {
    /// Last part of its address, `/problems/{name}`.
    pub name: &'static str,
    /// HTTP status it is answered with.
    pub status: StatusCode,
    /// What happened, in a few words; the same for every occurrence.
    pub title: &'static str,
}

macro_rules! problems {
    ($($constant:ident $name:literal $status:ident $title:literal)*) => {
        $(pub(crate) const $constant: &ProblemType =
            &ProblemType { name: $name, status: StatusCode::$status, title: $title };)*
        /// All problem types.
        pub const ALL: &[&ProblemType] = &[$($constant),*];
    };
}

problems! {
    BAD_REQUEST "bad-request" BAD_REQUEST "The request cannot be read"
    BAD_QUERY "bad-query" BAD_REQUEST "The search cannot be read"
    NOT_SIGNED_IN "not-signed-in" UNAUTHORIZED "You are not signed in"
    NO_PROOF "no-proof" FORBIDDEN "The change did not come from a page of this library"
    SCOPE "scope" FORBIDDEN "The token does not reach that far"
    WRONG_NAME_OR_PASSWORD "wrong-name-or-password" FORBIDDEN "Name or password is wrong"
    NOT_FOUND "not-found" NOT_FOUND "There is nothing here"
    SETUP_CLOSED "setup-closed" NOT_FOUND "The library is open already"
    METHOD_NOT_ALLOWED "method-not-allowed" METHOD_NOT_ALLOWED "That cannot be done here"
    MOVED "moved" CONFLICT "The list has changed meanwhile"
    UNDER_WAY "under-way" CONFLICT "The same change is still under way"
    DAMAGED "damaged" GONE "These bytes are damaged"
    TOO_LARGE "too-large" PAYLOAD_TOO_LARGE "The request is too large"
    UNSUPPORTED_TYPE "unsupported-type" UNSUPPORTED_MEDIA_TYPE "The request is of a type this address does not take"
    BAD_ADDRESS "bad-address" UNPROCESSABLE_ENTITY "The page's address cannot be saved"
    NO_FEED "no-feed" UNPROCESSABLE_ENTITY "There is no feed at that address"
    BAD_FIELD "bad-field" UNPROCESSABLE_ENTITY "A field of the request is wrong"
    KEY_USED "key-used" UNPROCESSABLE_ENTITY "The key belongs to another change"
    SLOW_DOWN "slow-down" TOO_MANY_REQUESTS "Too many tries"
    INTERNAL "internal" INTERNAL_SERVER_ERROR "Something went wrong on our side"
    NOT_SET_UP "not-set-up" SERVICE_UNAVAILABLE "The library has not been opened yet"
    UNAVAILABLE "unavailable" SERVICE_UNAVAILABLE "The library cannot be reached"
}

/// The page that documents all of them; a section for each, named by `## `.
const DOCUMENT: &str = include_str!("../../../docs/problems.md");

/// The type called `name`.
pub(crate) fn named(name: &str) -> Option<&'static ProblemType> {
    ALL.iter().copied().find(|problem| problem.name == name)
}

/// The documented paragraphs on a problem type, without its status line.
/// Empty when it is not documented, which a test rules out.
pub(crate) fn paragraphs(problem: &ProblemType) -> Vec<String> {
    section(problem.name)
        .split("\n\n")
        .map(|paragraph| paragraph.trim().replace('\n', " ").replace('`', ""))
        .filter(|paragraph| !paragraph.is_empty() && !paragraph.starts_with("Status "))
        .collect()
}

fn section(name: &str) -> &'static str {
    let heading = format!("\n## {name}\n");
    let Some(start) = DOCUMENT.find(&heading) else {
        return "";
    };
    let rest = &DOCUMENT[start + heading.len()..];
    rest.split("\n## ").next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_type_is_documented_with_its_status_and_title() {
        for problem in ALL {
            let first = section(problem.name)
                .trim()
                .lines()
                .next()
                .unwrap_or_default();
            let expected = format!("Status {}: {}.", problem.status.as_u16(), problem.title);
            assert_eq!(first, expected, "{}", problem.name);
            assert!(
                !paragraphs(problem).is_empty(),
                "{} is not explained",
                problem.name
            );
        }
    }

    #[test]
    fn every_documented_problem_type_exists() {
        for heading in DOCUMENT.lines().filter_map(|line| line.strip_prefix("## ")) {
            assert!(
                named(heading).is_some(),
                "{heading} is documented and unknown"
            );
        }
    }
}
