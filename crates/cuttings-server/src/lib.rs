//! HTTP: pages, JSON API, templates, static files.
