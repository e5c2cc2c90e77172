//! How hard one host is asked: so many requests at once, so far apart, and not
//! at all while it asks to be left alone.
//!
//! [`crate::fetcher`] passes [`Gate::enter`] before every request and holds the
//! [`Pass`] until the answer is read. Clones of a fetcher share one gate, so all
//! users of a library together look like one considerate reader to a site.
//!
//! Every host stands for itself: a long line before one is nobody else's delay.
//! Nobody waits longer than the caller has patience for; who would have to is
//! turned away at once and told when to come back, each at a time of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Url;

use crate::config::{FetchLimits, Want};

/// Most hosts remembered. Past this the ones that nobody waits for are forgotten,
/// and then the one whose spacing ends first.
const MOST_HOSTS: usize = 4096;
/// How long a host is left alone that says 429 without saying for how long.
const UNSAID_HOLD: Duration = Duration::from_secs(10);

/// What kind of request wants to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The first request for a page or a feed: these keep
    /// [`FetchLimits::page_spacing`].
    Page,
    /// A picture of a page, or where a redirect leads. A browser asks for these
    /// at once, so they keep only [`FetchLimits::spacing`].
    Onward,
}

/// Somebody would have to wait longer than they have patience for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TurnedAway {
    /// When to come back.
    pub(crate) wait: Duration,
}

/// One request under way. Dropping it lets the next one in.
#[derive(Debug)]
pub(crate) struct Pass(#[expect(dead_code, reason = "holding it is its use")] OwnedSemaphorePermit);

/// The hosts that were asked lately. See the module header.
pub(crate) struct Gate {
    hosts: Mutex<HashMap<String, Host>>,
}

struct Host {
    places: Arc<Semaphore>,
    /// When the next request of any kind may start.
    next: Instant,
    /// When the next page may be asked for.
    next_page: Instant,
    /// The host wants no request before this.
    held_until: Instant,
    /// Where the line of those who were turned away ends.
    line_ends: Instant,
}

impl Host {
    fn new(limits: &FetchLimits, now: Instant) -> Self {
        Self {
            places: Arc::new(Semaphore::new(limits.host_at_once.max(1))),
            next: now,
            next_page: now,
            held_until: now,
            line_ends: now,
        }
    }

    /// Whether forgetting it would change nothing.
    fn is_idle(&self, now: Instant) -> bool {
        Arc::strong_count(&self.places) == 1 && self.free_at() <= now
    }

    fn free_at(&self) -> Instant {
        self.next.max(self.next_page).max(self.held_until)
    }

    /// A time to come back that nobody else was told.
    fn turn_away(&mut self, free_at: Instant, now: Instant, limits: &FetchLimits) -> TurnedAway {
        self.line_ends = self.line_ends.max(free_at) + limits.page_spacing;
        let wait = (self.line_ends - now).clamp(Duration::from_secs(1), limits.host_hold);
        // Behind the longest wait there is no order any more.
        self.line_ends = self.line_ends.min(now + limits.host_hold);
        TurnedAway { wait }
    }
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self {
            hosts: Mutex::default(),
        }
    }

    /// Waits until the host of `url` may be asked, as long as `want` has patience.
    pub(crate) async fn enter(
        &self,
        url: &Url,
        step: Step,
        want: Want,
        limits: &FetchLimits,
    ) -> Result<Pass, TurnedAway> {
        let host = key(url);
        let deadline = Instant::now() + want.patience(limits);
        if step == Step::Page {
            let turn = self.with(&host, limits, |host, now| {
                let turn = host.next_page.max(host.held_until).max(now);
                if turn > deadline {
                    return Err(host.turn_away(turn, now, limits));
                }
                host.next_page = turn + limits.page_spacing;
                Ok(turn)
            })?;
            sleep_until(turn).await;
        }
        let places = self.with(&host, limits, |host, _| Arc::clone(&host.places));
        let Ok(place) = timeout_at(deadline, places.acquire_owned()).await else {
            return Err(self.with(&host, limits, |host, now| host.turn_away(now, now, limits)));
        };
        let pass = Pass(place.expect("the semaphore is never closed"));
        loop {
            let turn = self.with(&host, limits, |host, now| {
                let turn = host.next.max(host.held_until).max(now);
                if turn > deadline {
                    return Err(host.turn_away(turn, now, limits));
                }
                host.next = turn + limits.spacing;
                Ok(turn)
            })?;
            sleep_until(turn).await;
            // Another answer may have asked for quiet meanwhile.
            if self.with(&host, limits, |host, now| host.held_until <= now) {
                return Ok(pass);
            }
        }
    }

    /// The host of `url` answered that it is asked too much. It is left alone for
    /// as long as it says, but no longer than [`FetchLimits::host_hold`]: one
    /// address of a site must not close all of it for a day.
    pub(crate) fn hold(&self, url: &Url, asked: Option<Duration>, limits: &FetchLimits) {
        let hold = asked.unwrap_or(UNSAID_HOLD).min(limits.host_hold);
        self.with(&key(url), limits, |host, now| {
            host.held_until = host.held_until.max(now + hold);
        });
    }

    fn with<T>(
        &self,
        name: &str,
        limits: &FetchLimits,
        change: impl FnOnce(&mut Host, Instant) -> T,
    ) -> T {
        let now = Instant::now();
        let mut hosts = self.lock();
        if !hosts.contains_key(name) && hosts.len() >= MOST_HOSTS {
            hosts.retain(|_, host| !host.is_idle(now));
            if hosts.len() >= MOST_HOSTS {
                let first = hosts
                    .iter()
                    .filter(|(_, host)| Arc::strong_count(&host.places) == 1)
                    .min_by_key(|(_, host)| host.free_at())
                    .map(|(name, _)| name.clone());
                if let Some(first) = first {
                    hosts.remove(&first);
                }
            }
        }
        let host = hosts
            .entry(name.to_owned())
            .or_insert_with(|| Host::new(limits, now));
        change(host, now)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        // Nothing that holds it can leave a host half changed.
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What counts as one host: its name, whatever the scheme and port.
fn key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn limits() -> FetchLimits {
        FetchLimits::default()
    }

    #[tokio::test(start_paused = true)]
    async fn f22_pages_keep_their_distance_and_pictures_a_smaller_one() {
        let (gate, limits) = (Gate::new(), limits());
        let began = Instant::now();
        let mut starts = Vec::new();
        for _ in 0..3 {
            let page = url("https://one.example/");
            gate.enter(&page, Step::Page, Want::Page, &limits)
                .await
                .unwrap();
            starts.push(began.elapsed());
        }
        assert_eq!(starts, [0, 1, 2].map(|turn| limits.page_spacing * turn));
        let began = Instant::now();
        for number in 0..30 {
            let picture = url(&format!("https://two.example/{number}"));
            gate.enter(&picture, Step::Onward, Want::Picture, &limits)
                .await
                .unwrap();
        }
        assert_eq!(began.elapsed(), limits.spacing * 29);
        assert!(began.elapsed() < Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn f22_no_more_than_so_many_requests_are_under_way_at_one_host() {
        let (gate, limits) = (Arc::new(Gate::new()), limits());
        let picture = url("http://one.example/p");
        let mut passes = Vec::new();
        for _ in 0..limits.host_at_once {
            let pass = gate.enter(&picture, Step::Onward, Want::Picture, &limits);
            passes.push(pass.await.unwrap());
        }
        // The same host by another port and spelling.
        let again = url("https://ONE.example.:8443/p");
        let waiting = tokio::spawn({
            let (gate, limits) = (Arc::clone(&gate), limits.clone());
            async move {
                gate.enter(&again, Step::Onward, Want::Picture, &limits)
                    .await
            }
        });
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert!(!waiting.is_finished());
        passes.pop();
        assert!(waiting.await.unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn f22_who_lacks_patience_is_turned_away_at_once_and_each_to_another_time() {
        let (gate, limits) = (Gate::new(), limits());
        let page = url("http://one.example/");
        gate.hold(&page, Some(Duration::from_mins(2)), &limits);
        let began = Instant::now();
        let mut waits = Vec::new();
        for _ in 0..3 {
            let turned = gate
                .enter(&page, Step::Page, Want::Page, &limits)
                .await
                .unwrap_err();
            waits.push(turned.wait);
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
        let two = Duration::from_mins(2);
        assert_eq!(
            waits,
            [1, 2, 3].map(|turn| two + limits.page_spacing * turn)
        );
        // Another host is asked all the same.
        let other = url("http://other.example/");
        gate.enter(&other, Step::Page, Want::Page, &limits)
            .await
            .unwrap();
        assert_eq!(began.elapsed(), Duration::ZERO);
        // A picture has the patience for a short hold, and waits it out.
        let third = url("http://third.example/");
        gate.hold(&third, Some(Duration::from_secs(20)), &limits);
        gate.enter(&third, Step::Onward, Want::Picture, &limits)
            .await
            .unwrap();
        assert_eq!(began.elapsed(), Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn f22_no_hold_lasts_longer_than_its_bound() {
        let (gate, limits) = (Gate::new(), limits());
        let page = url("http://one.example/");
        gate.hold(&page, Some(Duration::from_hours(24)), &limits);
        tokio::time::sleep(limits.host_hold).await;
        gate.enter(&page, Step::Page, Want::Page, &limits)
            .await
            .unwrap();
        // And what comes without a time is short.
        gate.hold(&page, None, &limits);
        tokio::time::sleep(UNSAID_HOLD).await;
        let began = Instant::now();
        gate.enter(&page, Step::Page, Want::Page, &limits)
            .await
            .unwrap();
        assert_eq!(began.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn f22_a_hold_that_comes_while_one_waits_is_kept() {
        let (gate, limits) = (Arc::new(Gate::new()), limits());
        let picture = url("http://one.example/p");
        gate.hold(&picture, Some(Duration::from_secs(2)), &limits);
        let waiting = tokio::spawn({
            let (gate, limits, picture) = (Arc::clone(&gate), limits.clone(), picture.clone());
            async move {
                gate.enter(&picture, Step::Onward, Want::Picture, &limits)
                    .await
                    .map(|_| Instant::now())
            }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let until = Instant::now() + Duration::from_secs(9);
        gate.hold(&picture, Some(Duration::from_secs(9)), &limits);
        assert!(waiting.await.unwrap().unwrap() >= until);
    }

    #[tokio::test(start_paused = true)]
    async fn the_memory_of_hosts_is_bounded_and_keeps_who_is_under_way() {
        let (gate, limits) = (Gate::new(), limits());
        let busy = url("http://busy.example/");
        let _pass = gate
            .enter(&busy, Step::Onward, Want::Picture, &limits)
            .await
            .unwrap();
        for number in 0..MOST_HOSTS + 300 {
            let host = url(&format!("http://host{number}.example/"));
            gate.hold(&host, Some(Duration::from_mins(5)), &limits);
        }
        let hosts = gate.lock();
        assert_eq!(hosts.len(), MOST_HOSTS);
        assert!(hosts.contains_key("busy.example"));
    }
}
