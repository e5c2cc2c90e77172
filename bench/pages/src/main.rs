//! `bench-pages FOLDER COUNT`: fills the library in FOLDER, which must have a
//! user, up to COUNT articles.
//!
//! `cargo xtask bench pages` calls it. Articles are written through the store as
//! a capture writes them, so tables, indexes and the search index are those of a
//! library that has grown. The words are drawn by [`prose`] with the frequencies
//! of real text; equal numbers give equal articles.

mod prose;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use cuttings_model::address;
use cuttings_model::{
    Anchor, ArticleId, ArticleState, Colour, Dated, ReadPosition, TagName, User, View,
};
use cuttings_store::{
    CaptureResult, Mark, NewArticle, NewCapture, NewHighlight, Places, ShownArticle, Store,
    TagChange,
};

use jiff::Timestamp;
use prose::Prose;

/// The first article is saved on 1 January 2018, and one follows every forty
/// minutes: a hundred thousand are seven and a half years of saving.
const FIRST_SAVED_MS: i64 = 1_514_764_800_000;
const APART_MS: i64 = 40 * 60 * 1000;

#[tokio::main]
async fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(count), None) = (args.next(), args.next(), args.next()) else {
        bail!("bench-pages FOLDER COUNT");
    };
    let count: i64 = count.parse().context("COUNT is a number")?;
    let store = Store::open(&Places::folder(PathBuf::from(folder))).await?;
    let users = store.users().await?;
    let user = users.first().context("the library has no user yet")?;
    let there = store
        .list(user.id, &View::All.into(), None, 1)
        .await?
        .articles
        .first()
        .map_or(0, |newest| newest.id.0);
    for number in there + 1..=count {
        put(&store, user, number).await?;
        if number % 1000 == 0 && std::io::stderr().is_terminal() {
            eprint!("\r{number} of {count} articles");
            std::io::stderr().flush()?;
        }
    }
    eprintln!("\r{count} articles in the library");
    store.close().await;
    Ok(())
}

/// Saves article `number` and gives it its text.
async fn put(store: &Store, user: &User, number: i64) -> Result<()> {
    let mut prose = Prose::seeded(number as u64);
    let outlet = prose.outlet();
    let saved_at_ms = FIRST_SAVED_MS + number * APART_MS;
    let url = format!("https://{}/{}/story-{number}", outlet.host, prose.section());
    let address = address::parse(&url)?;
    let kept = store
        .put_article(NewArticle {
            user_id: user.id,
            address: &address,
            upload: None,
            now_ms: saved_at_ms,
        })
        .await?;
    let id: ArticleId = kept.article.id;
    let job = store
        .lease_job(
            "bench",
            saved_at_ms,
            saved_at_ms + 60_000,
            Some((user.id, &[id])),
        )
        .await?
        .context("the article has no job")?;
    ensure!(job.article_id == id, "leased the job of another article");
    let paragraphs = prose.paragraphs();
    let text = paragraphs.join("\n\n");
    let html = format!("<p>{}</p>\n", paragraphs.join("</p>\n<p>"));
    let marked = text.clone();
    let word_count = text.split_whitespace().count() as i64;
    let author = prose.author();
    let published_ms = saved_at_ms - prose.below(20 * 24 * 60) as i64 * 60_000;
    let shown = ShownArticle {
        final_url: url.clone(),
        canonical_url: Some(url.clone()),
        headline: Some(prose.headline()),
        dek: (prose.below(4) > 0).then(|| prose.sentence()),
        byline: Some(format!("By {author}")),
        authors: vec![author],
        publication: Some(outlet.name.to_owned()),
        section: Some(prose.section().to_owned()),
        language: Some("en".to_owned()),
        right_to_left: false,
        published: Some(Dated {
            text: Timestamp::from_millisecond(published_ms)?.to_string(),
            at_ms: published_ms,
        }),
        modified: None,
        word_count,
        reading_minutes: (word_count / 230).max(1),
        text,
        html,
    };
    let capture = NewCapture {
        origin: cuttings_model::Origin::Fetched,
        captured_at_ms: saved_at_ms,
        requested_url: url.clone(),
        final_url: Some(url),
        status: Some(200),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        body: None,
        exchange: None,
        same_as: None,
    };
    let result = CaptureResult {
        new_capture: Some(capture),
        earlier_capture: None,
        pictures: Vec::new(),
        parts: Vec::new(),
        extractor_version: 1,
        details: "{}".to_owned(),
        shown: Some(shown),
        state: ArticleState::Ready,
        reason: None,
        not_shown: None,
        edit: None,
    };
    store.finish_capture(&job, result, saved_at_ms).await?;
    // Most of a grown library has been read; some of it is starred.
    if number % 5 != 0 {
        store
            .set_mark(user.id, id, Mark::Archived, true, saved_at_ms + 1000)
            .await?;
    }
    if number % 17 == 0 {
        store
            .set_mark(user.id, id, Mark::Starred, true, saved_at_ms + 2000)
            .await?;
    }
    work(store, user, id, saved_at_ms + 3000, &marked, &mut prose).await
}

/// What a reader leaves behind: tags, a place to go on at, highlights.
async fn work(
    store: &Store,
    user: &User,
    id: ArticleId,
    at_ms: i64,
    text: &str,
    prose: &mut Prose,
) -> Result<()> {
    let tags = (0..prose.below(4))
        .map(|_| TagName::parse(&format!("{} {}", prose.section(), prose.below(40))))
        .collect::<Result<Vec<_>, _>>()?;
    if !tags.is_empty() {
        store
            .change_tags(user.id, id, TagChange::Add(&tags), at_ms)
            .await?;
    }
    if prose.below(3) == 0 {
        let percent = prose.below(101) as i64;
        let stopped = ReadPosition::new(percent / 10, percent).context("a place in a story")?;
        store
            .put_position(user.id, id, stopped, at_ms + 1000)
            .await?;
    }
    if prose.below(20) == 0 {
        let letters = text.chars().count();
        for number in 0..3 {
            let start = letters / 4 * number + 20;
            let Some(anchor) = Anchor::of(text, start..start + 120) else {
                continue;
            };
            let highlight = NewHighlight {
                article_id: id,
                anchor: &anchor,
                colour: Colour::Yellow,
                note: if number == 1 { "Ask about this." } else { "" },
                may_wait: false,
            };
            store
                .put_highlight(user.id, &highlight, at_ms + 2000)
                .await?;
        }
    }
    Ok(())
}
