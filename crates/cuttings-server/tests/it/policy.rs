//! Who may use which route: walked over the list of routes.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use cuttings_model::Scope;
use cuttings_server::{Answers, Policy, Route};

use crate::app::{Browser, on_each_database};
use crate::replay;

fn filled(route: &Route) -> String {
    route
        .path
        .replace("{id}", "1")
        .replace("{feed}", "1")
        .replace("{entry}", "1")
        .replace("{rule}", "1")
        .replace("{capture}", "1")
        .replace("{digest}", &"0".repeat(64))
        .replace("{name}", "internal")
        .replace("{file}", "keys.js")
}

async fn send(browser: &Browser<'_>, route: &Route, token: Option<&str>) -> crate::app::Answer {
    let mut request = browser
        .request(route.method.clone(), &filled(route))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    browser
        .send(request.body(Body::from("{}")).expect("a request"))
        .await
}

#[tokio::test]
async fn without_a_session_only_public_routes_answer() {
    on_each_database(async |app| {
        app.add_user("ada").await;
        for wrong in [
            None,
            Some("cuttings_session=wrong"),
            Some("cuttings_session="),
            Some("=;;"),
        ] {
            let mut browser = app.nobody();
            browser.cookie = wrong.map(str::to_owned);
            for route in app.routes() {
                let answer = send(&browser, &route, None).await;
                let what = format!("{} {} with {wrong:?}", route.method, route.path);
                match route.policy {
                    // As if there were nothing.
                    Policy::Public => assert_eq!(answer.status, StatusCode::OK, "{what}"),
                    Policy::Setup if route.method == Method::GET => {
                        assert_eq!(answer.location(), "/", "{what}");
                    }
                    Policy::Setup | Policy::Ticket => {
                        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{what}");
                    }
                    Policy::SignIn => assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{what}"),
                    Policy::Read | Policy::Save | Policy::Change
                        if route.answers == Answers::Page && route.method == Method::GET =>
                    {
                        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{what}");
                        assert!(answer.location().starts_with("/signin?next="), "{what}");
                    }
                    Policy::Read | Policy::Save | Policy::Change => {
                        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
                        assert_eq!(answer.header("www-authenticate"), "Bearer", "{what}");
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a10_a_token_reaches_as_far_as_its_scope() {
    on_each_database(async |app| {
        let user = app.add_user("ada").await;
        let browser = app.nobody();
        for scope in [Scope::Read, Scope::Save, Scope::Full] {
            let token = app.token(user.id, scope).await;
            for route in app.routes() {
                let needed = match route.policy {
                    Policy::Public | Policy::Ticket | Policy::Setup | Policy::SignIn => continue,
                    Policy::Read => Scope::Read,
                    Policy::Save => Scope::Save,
                    Policy::Change => Scope::Full,
                };
                let answer = send(&browser, &route, Some(&token)).await;
                let what = format!(
                    "{} {} with {scope:?}: {}",
                    route.method, route.path, answer.status
                );
                let refused =
                    [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&answer.status);
                if route.answers == Answers::Page {
                    // Pages know sessions only.
                    assert!(refused || answer.status == StatusCode::SEE_OTHER, "{what}");
                } else {
                    assert_eq!(refused, scope < needed, "{what}");
                }
            }
        }
        // A token that is none is not made up for by a cookie.
        let signed_in = app.signed_in("ben").await;
        for authorization in ["Bearer wrong", "Basic YWRhOnB3", "Bearer", ""] {
            let request = signed_in
                .request(Method::GET, "/api/v1/articles")
                .header(header::AUTHORIZATION, authorization)
                .body(Body::empty())
                .expect("a request");
            assert_eq!(
                signed_in.send(request).await.problem(),
                "not-signed-in",
                "{authorization}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn every_route_that_changes_something_needs_a_right_to() {
    on_each_database(async |app| {
        for route in app.routes() {
            let changes = route.method != Method::GET;
            let allowed = match route.policy {
                Policy::Public | Policy::Ticket | Policy::Read => !changes,
                Policy::Save | Policy::Change => changes,
                Policy::Setup | Policy::SignIn => true,
            };
            assert!(
                allowed,
                "{} {} is {:?}",
                route.method, route.path, route.policy
            );
        }
    })
    .await;
}

#[tokio::test]
async fn f10_no_route_fetches_an_address_that_it_is_handed() {
    on_each_database(async |app| {
        let ada = app.signed_in("ada").await;
        ada.save_and_capture(&app.origin.url("/story/one")).await;
        let ticket = replay::ticket(&ada).await;
        let token = app.token(ada.user_id(), Scope::Full).await;
        // Reached by this library, if anything asked for it.
        let canary = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        canary.set_nonblocking(true).expect("a socket");
        let address = canary.local_addr().expect("an address");
        let handed = [
            "url", "u", "uri", "src", "href", "image", "img", "target", "q", "next",
        ]
        .map(|name| format!("{name}=http%3A%2F%2F{address}%2F{name}.png"))
        .join("&");
        let mut asked = 0;
        for route in app.routes() {
            if route.method != Method::GET {
                continue;
            }
            let path = filled(&route).replace("/replay/{ticket}", &ticket);
            let path = format!("{path}?{handed}");
            ada.get(&path).await;
            let by_token = ada
                .request(Method::GET, &path)
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .body(Body::empty())
                .expect("a request");
            ada.send(by_token).await;
            app.nobody().get(&path).await;
            asked += 1;
        }
        assert!(asked > 50, "{asked}");
        // The one route that is named an address gives out what was kept, or nothing.
        for url in [format!("http://{address}/"), "http://10.0.0.1/".to_owned()] {
            let path = format!("{ticket}/resource?url={url}");
            assert_eq!(ada.get(&path).await.status, StatusCode::NOT_FOUND);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let came = canary.accept().map_err(|error| error.kind());
        assert_eq!(came.err(), Some(std::io::ErrorKind::WouldBlock));
        // It would have heard of it.
        let url = format!("http://{address}/").parse().expect("an address");
        let fetched = app.library.fetcher.get(&url, cuttings_fetch::Want::Page);
        let heard = async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            canary.accept().expect("a connection");
        };
        tokio::join!(fetched, heard).0.expect_err("no answer");
    })
    .await;
}
