//! HTTP: pages, JSON API, templates, static files.
//!
//! [`router`] is the whole server and the place to start reading: every route
//! stands there with who may use it. A request passes, from the outside in,
//! `headers` (security headers), `error` (errors get their form), `policy`
//! (who may), and then a handler in `pages` or `api`, which asks the library.
//!
//! Handlers read from the store and change things only through the verbs of
//! `cuttings-library`.

mod api;
mod app;
mod archive;
mod assets;
mod body;
mod card;
mod dates;
mod error;
mod headers;
mod install;
mod margin;
mod multipart;
mod once;
mod origin;
mod pages;
mod policy;
mod problems;
mod range;
mod routes;
mod session;
mod shell;
mod story;
mod texts;

pub use app::{App, ServerSettings};
pub use policy::{Answers, Policy, Route};
pub use problems::{ALL as PROBLEM_TYPES, ProblemType};
pub use routes::{route_list, router, serve};
