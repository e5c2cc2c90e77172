//! Rules: what feeds bring is saved by itself.

use std::sync::Arc;

use cuttings_fetch::{FetchConfig, Fetcher};
use cuttings_library::feeds::rules::{self, RuleDraft};
use cuttings_library::feeds::{FeedError, entries, poll::Polled};
use cuttings_library::shelf;
use cuttings_model::{FeedId, TagName};

use crate::feeds::{item, rss};
use crate::rig::{Answer, Origin, Rig, on_both};

fn draft(feed_id: Option<FeedId>, query: &str, tags: &str) -> RuleDraft {
    RuleDraft {
        feed_id,
        query: query.to_owned(),
        tags: tags
            .split(',')
            .filter(|tag| !tag.trim().is_empty())
            .map(|tag| TagName::parse(tag).expect("a tag"))
            .collect(),
    }
}

impl Rig {
    async fn rule(&self, draft: RuleDraft, on_old: bool) -> (cuttings_model::FeedRule, usize) {
        rules::add(&self.library, self.user.id, &draft, on_old)
            .await
            .expect("a rule")
    }
}

#[test]
fn f18_no_rule_lets_a_feed_lead_to_a_host_that_the_operator_opened() {
    on_both(|mut rig| async move {
        let fetcher = Fetcher::new(FetchConfig {
            allow_private: vec!["127.0.0.0/8".parse().unwrap()],
            allow_private_hosts: vec!["localhost".to_owned()],
            ..FetchConfig::default()
        });
        rig.library.fetcher = Arc::new(fetcher.unwrap());
        let origin = Origin::start().await;
        let inside = origin.url("/inside").replace("127.0.0.1", "localhost");
        let bait = item("x", "Harbour", "Away").replace("/x", &inside);
        origin.put(
            "/feed",
            rss(&(bait.clone() + &item("y", "Harbour", "Here"))),
        );
        let feed = rig.subscribe(&origin.url("/feed")).await;
        let (_, saved) = rig.rule(draft(None, "harbour", ""), true).await;
        assert_eq!(saved, 1);
        let entries = rig.entries().await;
        let of = |url: &str| entries.iter().find(|e| e.url.as_deref() == Some(url));
        assert_eq!(of(&inside).unwrap().article_id, None);
        assert_eq!(of(&inside).unwrap().rule_id, None, "it waits for nothing");
        assert_eq!(rig.poll(&feed).await, Polled::Read { new: 0, saved: 0 });
        // A feed of that host itself may.
        origin.put("/own", rss(&bait.replace("/inside", "/own-page")));
        let own = origin.url("/own").replace("127.0.0.1", "localhost");
        rig.subscribe(&own).await;
        let entries = rig.entries().await;
        let own_page = entries
            .iter()
            .find(|e| e.title == "Harbour" && e.feed_id.0 == 2);
        assert!(own_page.unwrap().article_id.is_some());
    });
}

#[test]
fn what_matches_is_saved_with_tags_and_says_by_which_rule() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&item("a", "Bridge", "Nothing else")));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        let (rule, saved) = rig
            .rule(draft(Some(feed.id), "harbour -storm", "Sea, ports"), true)
            .await;
        assert_eq!(saved, 0);
        origin.put(
            "/feed",
            rss(&(String::from("<language>en</language>")
                + &item("b", "Two harbours reopen", "At dawn")
                + &item("c", "Harbour closed", "by a storm")
                + &item("d", "Ferry", "from the old harbour"))),
        );
        assert_eq!(rig.poll(&feed).await, Polled::Read { new: 3, saved: 2 });
        let saved: Vec<_> = rig
            .entries()
            .await
            .into_iter()
            .filter(|e| e.article_id.is_some())
            .collect();
        assert_eq!(saved.len(), 2);
        for entry in &saved {
            assert_eq!(entry.rule_id, Some(rule.id));
            let article = rig.article(entry.article_id.unwrap()).await;
            assert_eq!(article.given_url, entry.url.clone().unwrap());
            let from = rig
                .library
                .store
                .feed_save(rig.user.id, article.id)
                .await
                .unwrap()
                .unwrap();
            assert_eq!(from.rule_query.as_deref(), Some("harbour -storm"));
            assert_eq!(from.feed_title, "The Lantern");
            let mut tags = article.tags.clone();
            tags.sort_by_key(|tag| tag.to_lowercase());
            assert_eq!(tags, ["ports", "Sea"]);
        }
        let rules = rig.library.store.feed_rules(rig.user.id).await.unwrap();
        assert_eq!(rules[0].saved_count, 2);
        // Once is enough.
        assert_eq!(rig.poll(&feed).await, Polled::Read { new: 0, saved: 0 });
    });
}

#[test]
fn all_rules_that_match_give_their_tags() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&item("a", "Bridge", "x")));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        origin.put("/else", rss(&item("e", "Elsewhere", "x")));
        let elsewhere = rig.subscribe(&origin.url("/else")).await;
        let (first, _) = rig
            .rule(draft(None, "harbour OR ferry", "Sea"), false)
            .await;
        for (feed_id, query, tags) in [
            (Some(feed.id), "\"old harbour\" language:en", "history, sea"),
            (None, "site:127.0.0.1 -storm", "calm"),
            (None, "author:byron", "Byron"),
            (None, "storm", "weather"),
            (Some(elsewhere.id), "", "elsewhere"),
        ] {
            rig.rule(draft(feed_id, query, tags), false).await;
        }
        let by_byron = item("b", "The ferry", "leaves the old harbour")
            .replace("</item>", "<author>Ada Byron</author></item>");
        origin.put(
            "/feed",
            rss(&(String::from("<language>en</language>")
                + &by_byron
                + &item("c", "Storm", "over the harbour"))),
        );
        assert_eq!(rig.poll(&feed).await, Polled::Read { new: 2, saved: 2 });
        let mut found = Vec::new();
        for entry in rig.entries().await {
            let Some(id) = entry.article_id else { continue };
            assert_eq!(
                entry.rule_id,
                Some(first.id),
                "the first says why it is here"
            );
            let mut tags = rig.article(id).await.tags;
            tags.sort_by_key(|tag| tag.to_lowercase());
            found.push((entry.title.clone(), tags.join(" ")));
        }
        found.sort();
        let expected = [
            ("Storm", "Sea weather"),
            ("The ferry", "Byron calm history Sea"),
        ];
        assert_eq!(found, expected.map(|(t, g)| (t.to_owned(), g.to_owned())));
    });
}

#[test]
fn what_only_articles_have_is_refused_by_name_and_with_advice() {
    on_both(|rig| async move {
        for (query, said, advice) in [
            ("publication:lantern", "publication:", "site:"),
            ("harbour tag:sea", "tag:", "words"),
            ("-is:unread", "is:", "leave it out"),
            ("highlight:red", "highlight:", "words"),
            ("minutes:<5", "minutes:", "leave it out"),
        ] {
            let refused = rules::add(&rig.library, rig.user.id, &draft(None, query, ""), false)
                .await
                .expect_err(query);
            let text = refused.to_string();
            assert!(matches!(refused, FeedError::Words(_)), "{query}: {text}");
            assert!(
                text.contains(said) && text.contains(advice),
                "{query}: {text}"
            );
        }
    });
}

#[test]
fn a_rule_is_tried_on_what_is_there_when_that_is_wished() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put(
            "/feed",
            rss(&(item("a", "Harbour", "x") + &item("b", "Bridge", "x"))),
        );
        origin.put("/other", rss(&item("o", "Harbour too", "x")));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        rig.subscribe(&origin.url("/other")).await;
        assert_eq!(
            rig.rule(draft(Some(feed.id), "harbour", ""), false).await.1,
            0
        );
        assert_eq!(
            rig.rule(draft(Some(feed.id), "harbour", ""), true).await.1,
            1
        );
        assert_eq!(rig.rule(draft(None, "harbour", ""), true).await.1, 1);
        // All of a feed, without words.
        assert_eq!(rig.rule(draft(Some(feed.id), "", ""), true).await.1, 1);
    });
}

#[test]
fn m02_what_was_deleted_by_hand_does_not_come_back_by_rule() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        origin.put("/feed", rss(&item("a", "Harbour", "x")));
        origin.put("/a", Answer::html("<p>x"));
        let feed = rig.subscribe(&origin.url("/feed")).await;
        let entry = rig.entries().await[0].clone();
        let article = entries::save(&rig.library, rig.user.id, entry.id)
            .await
            .unwrap();
        let from = rig
            .library
            .store
            .feed_save(rig.user.id, article.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(from.rule_query, None, "saved by hand");
        shelf::delete(&rig.library, rig.user.id, article.id)
            .await
            .unwrap();
        rig.rule(draft(None, "harbour", ""), true).await;
        // The same page, offered by another name.
        origin.put(
            "/feed",
            rss(&item("a", "Harbour, again", "x").replace(">a</guid>", ">z</guid>")),
        );
        rig.poll(&feed).await;
        assert!(rig.article(article.id).await.deleted_at_ms.is_some());
    });
}

#[test]
fn a_rule_that_cannot_be_is_refused_with_the_reason() {
    on_both(|rig| async move {
        let add = |draft: RuleDraft| {
            let (library, user) = (rig.library.clone(), rig.user.id);
            async move { rules::add(&library, user, &draft, false).await.unwrap_err() }
        };
        assert!(matches!(
            add(draft(None, "", "")).await,
            FeedError::Words(_)
        ));
        assert!(matches!(
            add(draft(None, "harbour is:unread", "")).await,
            FeedError::Words(_)
        ));
        assert!(matches!(
            add(draft(None, "\"harbour", "")).await,
            FeedError::Query(_)
        ));
        assert!(matches!(
            add(draft(Some(FeedId(9)), "x", "")).await,
            FeedError::NoSuchFeed
        ));
    });
}

#[test]
fn rules_are_changed_and_deleted_by_their_user_alone() {
    on_both(|rig| async move {
        let (rule, _) = rig.rule(draft(None, "harbour", "sea"), false).await;
        let other = rig.other_user().await;
        let changed = rules::change(
            &rig.library,
            other.id,
            rule.id,
            &draft(None, "x", ""),
            false,
        )
        .await;
        assert!(matches!(changed, Err(FeedError::NoSuchRule)));
        assert!(
            rules::delete(&rig.library, other.id, rule.id)
                .await
                .is_err()
        );
        let (changed, _) = rules::change(
            &rig.library,
            rig.user.id,
            rule.id,
            &draft(None, "ferry", "boats"),
            false,
        )
        .await
        .unwrap();
        assert_eq!(
            (changed.query.as_str(), changed.tags[0].as_str()),
            ("ferry", "boats")
        );
        rules::delete(&rig.library, rig.user.id, rule.id)
            .await
            .unwrap();
        assert!(
            rig.library
                .store
                .feed_rules(rig.user.id)
                .await
                .unwrap()
                .is_empty()
        );
    });
}
