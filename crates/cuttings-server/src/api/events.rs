//! `GET /api/v1/events`: says when something in the caller's library changed,
//! as server-sent events.
//!
//! The library's clock moves with every change a client can see, whoever makes
//! it: this server, another one, or the command line. It is looked at once a
//! second, so nothing has to be told from node to node.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::time::{Instant, sleep};

use crate::app::App;
use crate::error::HttpError;
use crate::policy::Answers;
use crate::session::{Caller, identify};

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How long a caller is believed before the session or token is asked for
/// again; a revoked one hears nothing after that.
const BELIEVED: Duration = Duration::from_secs(4);

/// How long one answer goes on. Browsers ask again by themselves, so a
/// connection that a proxy has lost is not held for ever.
const LONGEST: Duration = Duration::from_mins(30);

/// `GET /api/v1/events`.
pub(crate) async fn events(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, HttpError> {
    let clock_ms = app.library.store.clock_ms(caller.user_id()).await?;
    let now = Instant::now();
    let watch = Watch {
        app,
        caller,
        headers,
        clock_ms,
        is_first: true,
        believed_until: now + BELIEVED,
        ends_at: now + LONGEST,
    };
    let events = stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok::<_, Infallible>(event), watch))
    });
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response();
    // Proxies that collect an answer before they pass it on would hold it back.
    response.headers_mut().insert(
        header::HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// One open answer.
struct Watch {
    app: App,
    caller: Caller,
    headers: HeaderMap,
    clock_ms: i64,
    is_first: bool,
    believed_until: Instant,
    ends_at: Instant,
}

impl Watch {
    /// Waits for the next change. `None` ends the answer: the server stops, the
    /// caller lost the right to ask, or the time is over.
    async fn next(&mut self) -> Option<Event> {
        if self.is_first {
            // The client compares it with what it has seen before a break.
            self.is_first = false;
            return Some(self.event());
        }
        loop {
            tokio::select! {
                () = sleep(LOOK) => {}
                () = self.app.stopping.cancelled() => return None,
            }
            if Instant::now() >= self.ends_at {
                return None;
            }
            if Instant::now() >= self.believed_until {
                let caller = identify(&self.app, &self.headers, Answers::Api)
                    .await
                    .ok()??;
                if caller.user_id() != self.caller.user_id() {
                    return None;
                }
                self.believed_until = Instant::now() + BELIEVED;
            }
            // A database that is away for a moment ends the answer; the
            // browser's next one finds it again.
            let clock_ms = self
                .app
                .library
                .store
                .clock_ms(self.caller.user_id())
                .await
                .ok()?;
            if clock_ms != self.clock_ms {
                self.clock_ms = clock_ms;
                return Some(self.event());
            }
        }
    }

    fn event(&self) -> Event {
        let clock = self.clock_ms.to_string();
        Event::default().event("clock").id(&clock).data(clock)
    }
}
