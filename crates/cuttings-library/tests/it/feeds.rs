//! Feeds: finding, reading and leaving them, and what sites do to them.

use cuttings_fetch::Want;
use cuttings_library::feeds::poll::{self, INTERVAL_MS, MAX_INTERVAL_MS, Polled};
use cuttings_library::feeds::{self, FeedError, discover, entries, lists};
use cuttings_library::now_ms;
use cuttings_model::feed::ENTRIES_KEPT;
use cuttings_model::{Entry, Feed, FeedState, address};
use cuttings_store::{EntryView, FeedChange, Stream};

use crate::rig::{Answer, Origin, Rig, on_both};

/// An RSS feed of these items.
pub fn rss(items: &str) -> Answer {
    Answer::typed(
        "application/rss+xml",
        format!(
            "<rss version='2.0'><channel><title>The Lantern</title><link>/</link>{items}</channel></rss>"
        ),
    )
}

/// An item with a headline, whose id and link come from `slug`.
pub fn item(slug: &str, title: &str, text: &str) -> String {
    format!(
        "<item><title>{title}</title><link>/{slug}</link><guid isPermaLink='false'>{slug}</guid>
         <description>{text}</description></item>"
    )
}

impl Rig {
    pub async fn subscribe(&self, url: &str) -> Feed {
        let address = address::parse(url).expect("an address");
        feeds::subscribe(&self.library, self.user.id, &address, "", "")
            .await
            .expect("a subscription")
            .feed
    }

    pub async fn poll(&self, feed: &Feed) -> Polled {
        poll::poll_now(&self.library, self.user.id, feed.id)
            .await
            .expect("a poll")
    }

    pub async fn feed(&self, feed: &Feed) -> Feed {
        self.library
            .store
            .feed(self.user.id, feed.id)
            .await
            .expect("the store works")
            .expect("the feed is there")
    }

    pub async fn entries(&self) -> Vec<Entry> {
        self.library
            .store
            .entries(
                self.user.id,
                &Stream::default(),
                EntryView::All,
                None,
                1_000,
            )
            .await
            .expect("the store works")
    }

    async fn titles(&self) -> Vec<String> {
        let entries = self.entries().await;
        entries.into_iter().map(|entry| entry.title).collect()
    }
}

const fn read(new: usize) -> Polled {
    Polled::Read { new, saved: 0 }
}

#[test]
fn a_subscription_brings_entries_newest_first_and_clean() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let text = "&lt;p&gt;The &lt;b&gt;ferry&lt;/b&gt; &lt;a href='more'&gt;sailed&lt;/a&gt;.\
            &lt;script&gt;x()&lt;/script&gt;&lt;img src='/f.png'&gt;";
        origin.put(
            "/news/feed",
            rss(
                &(item("two", "Ferry &amp;lt;b&amp;gt;late&amp;lt;/b&amp;gt;", text)
                    + &item("one", "Harbour", "Old")),
            ),
        );
        let feed = rig.subscribe(&origin.url("/news/feed")).await;
        assert_eq!(feed.name(), "The Lantern");
        assert_eq!(feed.site_url.as_deref(), Some(origin.url("/").as_str()));
        let all = rig.entries().await;
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].title, "Ferry <b>late</b>");
        assert_eq!(all[0].url.as_deref(), Some(origin.url("/two").as_str()));
        assert_eq!(all[0].text, "The ferry sailed.");
        let (_, html) = rig
            .library
            .store
            .entry(rig.user.id, all[0].id)
            .await
            .unwrap()
            .unwrap();
        assert!(
            html.contains(&format!("href=\"{}\"", origin.url("/more"))),
            "{html}"
        );
        assert!(html.contains(&origin.url("/f.png")), "{html}");
        assert!(!html.contains("script"), "{html}");
        // Twice is once.
        let again = feeds::subscribe(
            &rig.library,
            rig.user.id,
            &address::parse(&origin.url("/news/feed")).unwrap(),
            "",
            "",
        )
        .await
        .unwrap();
        assert!(again.already);
        assert_eq!(rig.library.store.feeds(rig.user.id).await.unwrap().len(), 1);
    });
}

#[test]
fn any_page_leads_to_its_feeds_and_what_is_no_feed_is_not_kept() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&item("a", "A", "a")));
        origin.put(
            "/named",
            Answer::html(
                "<link rel=alternate type=application/rss+xml href=/feed title=News><p>Hi",
            ),
        );
        origin.put("/silent", Answer::html("<p>Nothing here"));
        let found = |path: &'static str| {
            let (library, user, url) = (rig.library.clone(), rig.user.id, origin.url(path));
            async move { discover::discover(&library, user, &url).await.unwrap() }
        };
        let feed = origin.url("/feed");
        assert_eq!(found("/named").await[0].url, feed);
        assert_eq!(found("/named").await[0].title, "News");
        assert_eq!(found("/feed").await[0].title, "The Lantern");
        // A page that names none: the usual places of its site are tried.
        assert_eq!(found("/silent").await[0].url, feed);
        assert!(origin.asked().contains(&"/atom.xml".to_owned()));

        let page = address::parse(&origin.url("/silent")).unwrap();
        let refused = feeds::subscribe(&rig.library, rig.user.id, &page, "", "").await;
        assert!(
            matches!(refused, Err(FeedError::Unreadable(reason)) if reason.code == "not_a_feed")
        );
        assert!(
            rig.library
                .store
                .feeds(rig.user.id)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn f13_what_a_feed_is_known_by_is_not_told_to_the_site_that_led_to_it() {
    on_both(|rig| async move {
        let (leads, brings) = (Origin::start().await, Origin::start().await);
        let mut answer = rss(&item("a", "A", "a"));
        answer.headers.push(("ETag".into(), "\"theirs\"".into()));
        brings.put("/feed", answer.clone());
        leads.put("/feed", Answer::redirect(&brings.url("/feed")));
        let feed = rig.subscribe(&leads.url("/feed")).await;
        assert_eq!(rig.poll(&feed).await, read(0));
        for request in leads.requests() {
            assert!(!request.contains("theirs"), "{request}");
        }
    });
}

#[test]
fn m09_what_has_not_changed_is_asked_for_by_what_is_known() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let mut answer = rss(&item("a", "A", "a"));
        answer.headers.push(("ETag".into(), "\"one\"".into()));
        answer.headers.push((
            "Last-Modified".into(),
            "Fri, 03 May 2024 08:00:00 GMT".into(),
        ));
        answer
            .headers
            .push(("Cache-Control".into(), "max-age=7200".into()));
        origin.put("/feed", answer);
        let feed = rig.subscribe(&origin.url("/feed")).await;
        let rest = feed.poll_at_ms - now_ms();
        assert!(
            (7_100_000..8_000_000).contains(&rest),
            "max-age is kept to: {rest}"
        );
        origin.put(
            "/feed",
            Answer {
                status: 304,
                headers: Vec::new(),
                body: Vec::new(),
            },
        );
        assert_eq!(rig.poll(&feed).await, Polled::Unchanged);
        let request = origin.last_request();
        assert!(request.contains("if-none-match: \"one\""), "{request}");
        assert!(
            request.contains("if-modified-since: fri, 03 may 2024"),
            "{request}"
        );
        assert_eq!(rig.entries().await.len(), 1);
        let rest = rig.feed(&feed).await.poll_at_ms - now_ms();
        assert!(
            (INTERVAL_MS - 10_000..=INTERVAL_MS * 11 / 10).contains(&rest),
            "{rest}"
        );
    });
}

#[test]
fn m04_a_feed_that_moved_is_asked_at_its_new_address() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/old", rss(&item("a", "A", "a")));
        let feed = rig.subscribe(&origin.url("/old")).await;
        origin.put(
            "/old",
            Answer {
                status: 301,
                ..Answer::redirect("/new")
            },
        );
        origin.put("/new", rss(&(item("b", "B", "b") + &item("a", "A", "a"))));
        assert_eq!(rig.poll(&feed).await, read(1));
        assert_eq!(rig.feed(&feed).await.url, origin.url("/new"));
        // A redirect for now, or to what is no feed, moves nothing.
        origin.put("/new", Answer::redirect("/elsewhere"));
        origin.put("/elsewhere", rss(&item("b", "B", "b")));
        assert_eq!(rig.poll(&feed).await, read(0));
        assert_eq!(rig.feed(&feed).await.url, origin.url("/new"));
        origin.put(
            "/new",
            Answer {
                status: 301,
                ..Answer::redirect("/login")
            },
        );
        origin.put("/login", Answer::html("<form>Sign in</form>"));
        let Polled::Failed(reason) = rig.poll(&feed).await else {
            panic!("not failed")
        };
        assert_eq!(reason.code, "not_a_feed");
        let after = rig.feed(&feed).await;
        assert_eq!((after.url, after.failures), (origin.url("/new"), 1));
        assert_eq!(rig.entries().await.len(), 2, "old entries stay");
    });
}

#[test]
fn m04_a_feed_that_is_gone_is_left_alone_until_it_is_asked_for() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&item("a", "A", "a")));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        origin.put("/feed", Answer::status(410));
        assert!(matches!(rig.poll(&feed).await, Polled::Failed(reason) if reason.code == "gone"));
        assert_eq!(rig.feed(&feed).await.state, FeedState::Gone);
        let later = now_ms() + 10 * MAX_INTERVAL_MS;
        let due = rig
            .library
            .store
            .lease_feed(later, later, None)
            .await
            .unwrap();
        assert!(due.is_none(), "{due:?}");
        origin.put("/feed", rss(&item("b", "B", "b")));
        assert_eq!(rig.poll(&feed).await, read(1));
        assert_eq!(rig.feed(&feed).await.state, FeedState::Active);
    });
}

#[test]
fn a_site_that_asks_for_time_is_given_it_and_failures_slow_the_polls_down() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&item("a", "A", "a")));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        origin.put("/feed", Answer::status(500));
        let mut last = 0;
        for failures in 1..=3 {
            rig.poll(&feed).await;
            let after = rig.feed(&feed).await;
            let rest = after.poll_at_ms - now_ms();
            assert!(rest > last, "{rest} after {last}");
            assert_eq!(after.failures, failures);
            assert_eq!(after.reason.unwrap().code, "server_error");
            last = rest;
        }
        origin.put("/feed", rss(&item("a", "A", "a")));
        assert_eq!(rig.poll(&feed).await, read(0));
        let after = rig.feed(&feed).await;
        assert_eq!((after.failures, after.reason), (0, None));
        let mut busy = Answer::status(429);
        busy.headers.push(("Retry-After".into(), "7200".into()));
        origin.put("/feed", busy);
        let Polled::Failed(reason) = rig.poll(&feed).await else {
            panic!("not failed")
        };
        assert_eq!(reason.code, "too_many_requests");
        let rest = rig.feed(&feed).await.poll_at_ms - now_ms();
        assert!((7_190_000..=7_200_000).contains(&rest), "{rest}");
        // Asked for it by hand, the site is left alone all the same.
        let asked = origin.asked().len();
        let before = rig.feed(&feed).await;
        let Polled::Waits(reason) = rig.poll(&feed).await else {
            panic!("it was asked")
        };
        assert_eq!(reason.code, "wait");
        assert_eq!(origin.asked().len(), asked);
        // And gets the time it wanted; that the host is free sooner changes nothing.
        let after = rig.feed(&feed).await;
        assert_eq!(after.poll_at_ms, before.poll_at_ms);
        assert_eq!((after.failures, after.reason), (1, before.reason));
    });
}

#[test]
fn m01_ids_that_repeat_change_or_are_missing_merge_nothing_and_double_nothing() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let with = |id: &str, slug: &str| {
            item(slug, slug, slug).replace(&format!(">{slug}</guid>"), &format!(">{id}</guid>"))
        };
        let no_id = "<item><title>Without</title><description>Text</description></item>";
        origin.put(
            "/feed",
            rss(&(with("same", "one") + &with("same", "two") + no_id)),
        );
        let feed = rig.subscribe(&origin.url("/feed")).await;
        assert_eq!(rig.entries().await.len(), 3);
        assert_eq!(rig.poll(&feed).await, read(0));
        // New ids for old entries at each visit.
        for visit in 0..3 {
            origin.put(
                "/feed",
                rss(&(with(&format!("x{visit}"), "one")
                    + &with(&format!("y{visit}"), "two")
                    + no_id)),
            );
            assert_eq!(rig.poll(&feed).await, read(0), "visit {visit}");
        }
        // A text that was corrected is the same entry.
        let seen = rig.entries().await[0].clone();
        entries::set_seen(&rig.library, rig.user.id, seen.id, true)
            .await
            .unwrap();
        let corrected = item("one", "one, corrected", "more").replace(">one</guid>", ">x2</guid>");
        origin.put("/feed", rss(&(corrected + &with("y2", "two") + no_id)));
        assert_eq!(rig.poll(&feed).await, read(0));
        let titles = rig.titles().await;
        assert!(titles.contains(&"one, corrected".to_owned()), "{titles:?}");
        assert_eq!(titles.len(), 3);
        let kept = rig.entries().await;
        assert!(
            kept.iter()
                .any(|entry| entry.id == seen.id && entry.seen_at_ms.is_some())
        );
    });
}

#[test]
fn m02_m03_entries_are_bounded_and_what_is_offered_still_does_not_come_again() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let batch = |from: usize| {
            (from..from + 250)
                .rev()
                .map(|n| item(&format!("n{n}"), &format!("N {n}"), "x"))
                .collect::<String>()
        };
        origin.put("/feed", rss(&batch(0)));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        let unseen = rig.library.store.feeds(rig.user.id).await.unwrap()[0].unseen_count;
        assert_eq!(unseen, 30, "older entries of a new feed come in as seen");
        for from in [250, 500] {
            origin.put("/feed", rss(&(batch(from) + &item("n0", "N 0", "x"))));
            assert_eq!(rig.poll(&feed).await, read(250));
        }
        let kept = rig.entries().await;
        assert_eq!(kept.len() as i64, ENTRIES_KEPT);
        assert_eq!(kept[0].title, "N 749");
        assert!(
            kept.iter().any(|entry| entry.title == "N 0"),
            "it is offered still"
        );
        assert_eq!(rig.poll(&feed).await, read(0));

        let huge: String = (0..2_000)
            .map(|n| item(&format!("h{n}"), &format!("H {n}"), "x"))
            .collect();
        origin.put("/feed", rss(&huge));
        assert_eq!(rig.poll(&feed).await, read(300));
        assert_eq!(rig.feed(&feed).await.reason.unwrap().code, "left_out");
    });
}

#[test]
fn m05_dates_that_cannot_be_do_not_stay_on_top() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let dated = |slug: &str, date: &str| {
            item(slug, slug, slug).replace("</item>", &format!("<pubDate>{date}</pubDate></item>"))
        };
        origin.put(
            "/feed",
            rss(&(dated("old", "Fri, 03 May 2024 08:00:00 GMT")
                + &dated("future", "Fri, 03 May 2999 08:00:00 GMT")
                + &dated("unset", "Thu, 01 Jan 1970 00:00:00 GMT")
                + &dated("newer", "Sat, 04 May 2024 08:00:00 GMT"))),
        );
        let feed = rig.subscribe(&origin.url("/feed")).await;
        assert_eq!(rig.titles().await, ["future", "unset", "newer", "old"]);
        origin.put("/feed", rss(&item("now", "now", "now")));
        rig.poll(&feed).await;
        assert_eq!(rig.titles().await[0], "now");
    });
}

#[test]
fn r20_m06_what_is_broken_is_read_as_far_as_it_goes() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>\
            <rss><channel><title>Bomb</title><item><title>&b;</title><link>/a</link></item>\
            <item><title>Cut <b";
        origin.put("/feed", Answer::typed("text/xml", bomb));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        assert_eq!(rig.titles().await, ["&b;", "Cut"]);
        assert_eq!(rig.feed(&feed).await.reason.unwrap().code, "damaged");

        // Declared as UTF-8 by the server and as Latin-1 by itself; it is the latter.
        let mut latin =
            b"<?xml version='1.0' encoding='iso-8859-1'?><rss><channel><title>Caf".to_vec();
        latin.push(0xe9);
        latin.extend(b"</title><item><title>\xfcber M\xfcnchen, sch\xf6n</title><link>/b</link></item></channel></rss>");
        origin.put("/latin", Answer::typed("text/xml; charset=utf-8", latin));
        let feed = rig.subscribe(&origin.url("/latin")).await;
        assert_eq!(feed.title, "Café");
        assert!(
            rig.titles()
                .await
                .contains(&"über München, schön".to_owned())
        );

        origin.put("/latin", Answer::typed("text/xml", ""));
        let Polled::Failed(reason) = rig.poll(&feed).await else {
            panic!("not failed")
        };
        assert_eq!(reason.code, "empty");
    });
}

#[test]
fn c12_a_feed_is_polled_by_one_and_a_poll_that_lost_its_turn_writes_nothing() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&item("a", "A", "a")));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        let store = &rig.library.store;
        let due = now_ms() + 2 * INTERVAL_MS;
        let stale = store
            .lease_feed(due, due + 1_000, None)
            .await
            .unwrap()
            .unwrap();
        assert!(
            store
                .lease_feed(due, due + 1_000, None)
                .await
                .unwrap()
                .is_none()
        );
        let fresh = store
            .lease_feed(due + 2_000, due + 9_000, None)
            .await
            .unwrap()
            .unwrap();
        assert!(fresh.fence > stale.fence);
        origin.put("/feed", rss(&item("b", "B", "b")));
        assert_eq!(
            poll::poll(&rig.library, &stale).await.unwrap(),
            Polled::Lost
        );
        assert_eq!(rig.titles().await, ["A"]);
        assert_eq!(poll::poll(&rig.library, &fresh).await.unwrap(), read(1));
        // Who pauses a feed while it is polled has paused it.
        let leased = store
            .lease_feed(due, due, Some((rig.user.id, feed.id)))
            .await
            .unwrap()
            .unwrap();
        feeds::change(
            &rig.library,
            rig.user.id,
            feed.id,
            FeedChange {
                paused: Some(true),
                ..FeedChange::default()
            },
        )
        .await
        .unwrap();
        assert_eq!(
            poll::poll(&rig.library, &leased).await.unwrap(),
            Polled::Lost
        );
        assert_eq!(rig.feed(&feed).await.state, FeedState::Paused);
        let later = due + 9 * MAX_INTERVAL_MS;
        assert!(
            store
                .lease_feed(later, later, None)
                .await
                .unwrap()
                .is_none()
        );
    });
}

#[test]
fn a_feed_that_is_given_up_can_be_taken_back_and_is_deleted_in_the_end() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&item("a", "A", "a")));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        feeds::unsubscribe(&rig.library, rig.user.id, feed.id)
            .await
            .unwrap();
        assert!(rig.entries().await.is_empty());
        feeds::resubscribe(&rig.library, rig.user.id, feed.id)
            .await
            .unwrap();
        assert_eq!(rig.entries().await.len(), 1);
        feeds::unsubscribe(&rig.library, rig.user.id, feed.id)
            .await
            .unwrap();
        let store = &rig.library.store;
        assert_eq!(store.purge_feeds(now_ms() - 60_000).await.unwrap(), 0);
        assert_eq!(store.purge_feeds(now_ms() + 60_000).await.unwrap(), 1);
        assert!(store.feed(rig.user.id, feed.id).await.unwrap().is_none());
        assert!(
            store
                .known_entries(rig.user.id, feed.id)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn all_can_be_marked_as_seen_and_that_can_be_taken_back() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&(item("a", "A", "a") + &item("b", "B", "b"))));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        let looked = now_ms();
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        origin.put("/feed", rss(&item("c", "C", "c")));
        rig.poll(&feed).await;
        let here = Stream {
            feed_id: Some(feed.id),
            folder: None,
        };
        let marked = entries::set_all_seen(&rig.library, rig.user.id, &here, looked)
            .await
            .unwrap();
        assert_eq!(marked.count, 2, "what came since stays");
        let unseen = |rig: &Rig| {
            let (store, user) = (rig.library.store.clone(), rig.user.id);
            async move { store.feeds(user).await.unwrap()[0].unseen_count }
        };
        assert_eq!(unseen(&rig).await, 1);
        let other = rig.other_user().await;
        assert_eq!(
            entries::take_back(&rig.library, other.id, marked.at_ms)
                .await
                .unwrap(),
            0
        );
        assert_eq!(
            entries::take_back(&rig.library, rig.user.id, marked.at_ms)
                .await
                .unwrap(),
            2
        );
        assert_eq!(unseen(&rig).await, 3);
    });
}

#[test]
fn f22_a_feed_whose_site_is_left_alone_waits_and_has_not_failed() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&item("a", "A", "a")));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        let mut busy = Answer::status(429);
        busy.headers.push(("Retry-After".into(), "60".into()));
        origin.put("/busy", busy);
        let page = origin.url("/busy").parse().unwrap();
        let refused = rig.library.fetcher.get(&page, Want::Page).await;
        assert_eq!(refused.unwrap_err().code(), "too_many_requests");

        let before = rig.feed(&feed).await;
        let Polled::Waits(reason) = rig.poll(&feed).await else {
            panic!("it was asked")
        };
        assert_eq!(reason.code, "wait");
        let after = rig.feed(&feed).await;
        assert_eq!(after.failures, 0);
        assert_eq!(after.reason, None);
        assert_eq!(after.polled_at_ms, before.polled_at_ms);
        assert_eq!(after.etag, before.etag);
        let wait_ms = after.poll_at_ms - now_ms();
        assert!((50_000..70_000).contains(&wait_ms), "{wait_ms}");
        // Its turn comes, and whoever takes it is the only one.
        let due = after.poll_at_ms;
        let store = &rig.library.store;
        let leased = store.lease_feed(due, due + 1_000, None).await.unwrap();
        assert_eq!(leased.map(|leased| leased.id), Some(feed.id));
        assert_eq!(
            poll::poll(&rig.library, &after).await.unwrap(),
            Polled::Lost
        );
        // A new one stays subscribed, and waits too.
        let new = rig.subscribe(&origin.url("/other")).await;
        assert_eq!((new.failures, new.reason), (0, None));
        assert!(new.poll_at_ms - now_ms() < 70_000);
        assert_eq!(origin.asked(), ["/feed", "/busy"]);
    });
}

#[test]
fn m08_a_list_is_taken_row_by_row_and_given_back_whole() {
    on_both(|rig| async move {
        let file = "<opml><body>
            <outline text='News'><outline text='One' xmlUrl='https://one.example/feed' htmlUrl='https://one.example/'/>
              <outline text='Again' xmlUrl='http://www.one.example/feed/'/></outline>
            <outline text='Bad' xmlUrl='javascript:alert(1)'/>
            <outline text='Two' xmlUrl='feed://two.example/rss'/></body></opml>";
        let imported = lists::import(&rig.library, rig.user.id, file.into())
            .await
            .unwrap();
        assert_eq!(imported.counts(), (2, 1, 1), "{imported:?}");
        assert_eq!(imported.rows.len(), 4);
        let again = lists::import(&rig.library, rig.user.id, file.into())
            .await
            .unwrap();
        assert_eq!(again.counts(), (0, 3, 1));
        let out = lists::export(&rig.library, rig.user.id).await.unwrap();
        let back = cuttings_formats_opml(&out);
        assert_eq!(
            back,
            [("Two", ""), ("One", "News")].map(|(t, f)| (t.to_owned(), f.to_owned()))
        );
        let other = rig.other_user().await;
        assert!(rig.library.store.feeds(other.id).await.unwrap().is_empty());
    });
}

fn cuttings_formats_opml(text: &str) -> Vec<(String, String)> {
    cuttings_formats::opml::read(text)
        .feeds
        .into_iter()
        .map(|outline| (outline.title.unwrap_or_default(), outline.folder))
        .collect()
}
