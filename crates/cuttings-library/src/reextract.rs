//! Re-extraction: kept pages read again by the extractor of today, offline.
//!
//! `cuttings reextract` calls [`run`]. Each article is read, held against what is
//! shown of it, and reported; only with [`Wanted::apply`] is anything written, an
//! article a transaction, so that a run can be stopped at any time and begun
//! again: what was written carries the version that read it.
//!
//! What people corrected stays above what is read. Highlights are anchored anew,
//! or become orphans and are listed. A story that would lose much of its text is
//! left as it is and listed, unless that is asked for; then it carries a mark.

use cuttings_extract::EXTRACTOR_VERSION;
use cuttings_model::{
    Article, ArticleBody, ArticleId, ArticleState, Dated, Field, Letters, Reason, UserId,
};
use cuttings_store::{Reread, ShownArticle, StoreError};
use cuttings_text::compare::{Counts, compare};
use tokio::task::JoinSet;

use crate::again::{on_a_thread, shown_of};
use crate::judge::WHOLE;
use crate::reread::reread;
use crate::{Library, capture, now_ms};

/// How many numbers of articles are asked for at once.
const BATCH: i64 = 500;

/// What is read again and what is done with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// This article alone, whatever version read it.
    pub article: Option<ArticleId>,
    /// What this version of the extractor or a later one read, today's too;
    /// without it, what an older version than today's read.
    pub since: Option<i64>,
    /// Only articles with higher numbers than this.
    pub after: Option<ArticleId>,
    /// Whether anything is written.
    pub apply: bool,
    /// Whether a text may be replaced by one with far fewer words.
    pub even_emptier: bool,
}

/// What reading an article again brought.
#[derive(Debug, Clone)]
pub struct Report {
    /// The article.
    pub article: Article,
    /// What becomes of it.
    pub fate: Fate,
    /// Words that are shown.
    pub words_before: i64,
    /// Words that were read.
    pub words_after: i64,
    /// The headline that was read, when it is another.
    pub headline: Option<String>,
    /// What is different in the text.
    pub counts: Counts,
    /// Highlights whose words stand in the text that was read.
    pub anchored: usize,
    /// The words of those that become orphans.
    pub orphaned: Vec<String>,
    /// Whether it was written.
    pub written: bool,
}

/// What becomes of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It reads as before.
    Same,
    /// It reads otherwise.
    Changed,
    /// It could not be read before, and can be now.
    ReadableNow,
    /// Much of its text would go.
    Emptier,
    /// It cannot be read, because of this.
    Unreadable(String),
}

impl Fate {
    /// The word in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::ReadableNow => "readable_now",
            Self::Emptier => "emptier",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

/// Reads articles again, as many at a time as there are processors, and tells
/// `each` what became of one, in the order they are done.
///
/// # Errors
///
/// Of the store. What was told as written is.
pub async fn run(
    library: &Library,
    user_id: UserId,
    wanted: Wanted,
    mut each: impl FnMut(Report),
) -> Result<(), StoreError> {
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    let mut under_way: JoinSet<Result<Option<Report>, StoreError>> = JoinSet::new();
    let mut after = wanted.after.unwrap_or(ArticleId(0));
    loop {
        let ids = if let Some(id) = wanted.article {
            vec![id]
        } else {
            let below = wanted
                .since
                .is_none()
                .then_some(i64::from(EXTRACTOR_VERSION));
            library
                .store
                .to_read_again(user_id, below, wanted.since, after, BATCH)
                .await?
        };
        let Some(last) = ids.last().copied() else {
            break;
        };
        for id in ids {
            if under_way.len() >= at_once
                && let Some(done) = under_way.join_next().await
            {
                tell(done, &mut each)?;
            }
            let library = library.clone();
            under_way.spawn(async move { one(&library, user_id, id, wanted).await });
        }
        if wanted.article.is_some() {
            break;
        }
        after = last;
    }
    while let Some(done) = under_way.join_next().await {
        tell(done, &mut each)?;
    }
    Ok(())
}

fn tell(
    done: Result<Result<Option<Report>, StoreError>, tokio::task::JoinError>,
    each: &mut impl FnMut(Report),
) -> Result<(), StoreError> {
    let report = done.map_err(|error| StoreError::Nonsense {
        what: format!("reading an article again stopped: {error}"),
    })??;
    if let Some(report) = report {
        each(report);
    }
    Ok(())
}

/// Reads one article again. `None` when it is not there or has no kept page.
async fn one(
    library: &Library,
    user_id: UserId,
    id: ArticleId,
    wanted: Wanted,
) -> Result<Option<Report>, StoreError> {
    let store = &library.store;
    let article = store.article(user_id, id).await?;
    let Some(article) = article.filter(|article| article.deleted_at_ms.is_none()) else {
        return Ok(None);
    };
    let captures = store.captures(user_id, id).await?;
    let kept = match article.capture_id {
        Some(shown) => captures.iter().find(|capture| capture.id == shown),
        None => captures
            .iter()
            .find(|capture| capture.body.is_some() && capture.part_of.is_none()),
    };
    let Some(kept) = kept else {
        return Ok(None);
    };
    let body = store.article_body(user_id, id).await?;
    let was_ready = article.state == ArticleState::Ready;
    let mut report = Report {
        words_before: if was_ready { article.word_count } else { 0 },
        article: article.clone(),
        fate: Fate::Same,
        words_after: 0,
        headline: None,
        counts: Counts::default(),
        anchored: 0,
        orphaned: Vec::new(),
        written: false,
    };
    let whole = match reread(library, &article, kept, &captures).await? {
        Ok(whole) => whole,
        Err(reason) => {
            report.fate = Fate::Unreadable(reason.text);
            return Ok(Some(report));
        }
    };
    let (state, reason) = capture::verdict(&whole);
    let mut reason = reason.or_else(|| whole.missing.clone());
    let shown = shown_of(library, &article, kept, &whole).await?;
    report.words_after = shown.word_count;
    let corrected: Vec<Field> = store
        .edits(user_id, id)
        .await?
        .into_iter()
        .map(|edit| edit.field)
        .collect();
    if !corrected.contains(&Field::Headline) && shown.headline != article.headline {
        report.headline.clone_from(&shown.headline);
    }
    let is_readable = state == ArticleState::Ready && !shown.text.is_empty();
    report.fate = match (was_ready, is_readable) {
        (false, false) => Fate::Unreadable(reason.as_ref().map_or_else(
            || "There is no story in it.".to_owned(),
            |why| why.text.clone(),
        )),
        (false, true) => Fate::ReadableNow,
        (true, false) => Fate::Emptier,
        (true, true) if is_far_less(article.word_count, shown.word_count) => Fate::Emptier,
        (true, true) if is_same(&article, body.as_ref(), &shown, &corrected) => Fate::Same,
        (true, true) => Fate::Changed,
    };
    if matches!(report.fate, Fate::Unreadable(_)) {
        return Ok(Some(report));
    }
    let old = body.map(|body| body.text).unwrap_or_default();
    carry(library, user_id, &old, &shown.text, &mut report).await?;
    if report.fate == Fate::Emptier {
        // What has no text at all is never put in the place of a text.
        if !wanted.even_emptier || shown.text.is_empty() {
            return Ok(Some(report));
        }
        reason = Some(Reason {
            code: "emptier".to_owned(),
            text: format!(
                "Read again by a later version, this page gives {} words; before, it gave {}. Its \
                 original is kept.",
                shown.word_count, article.word_count
            ),
        });
    }
    if wanted.apply {
        let read = Reread {
            article_id: id,
            capture_id: kept.id,
            instead_of: article.capture_id,
            shown: (report.fate != Fate::Same).then_some(shown),
            extractor_version: i64::from(EXTRACTOR_VERSION),
            details: capture::details(&whole.extraction, &[], &[]),
            state: ArticleState::Ready,
            reason,
            chosen: None,
        };
        report.written = store.reshow(user_id, &read, now_ms()).await?;
    }
    Ok(Some(report))
}

fn is_far_less(before: i64, after: i64) -> bool {
    after.saturating_mul(1_000) < before.saturating_mul(WHOLE as i64)
}

/// Whether what was read is what is shown, but for what the user corrected.
fn is_same(
    article: &Article,
    body: Option<&ArticleBody>,
    shown: &ShownArticle,
    corrected: &[Field],
) -> bool {
    let same = |field: Field, is_same: bool| is_same || corrected.contains(&field);
    let dated = |one: &Option<Dated>, other: &Option<Dated>| {
        one.as_ref().map(|dated| &dated.text) == other.as_ref().map(|dated| &dated.text)
    };
    body.is_some_and(|body| body.text == shown.text && body.html == shown.html)
        && article.word_count == shown.word_count
        && same(Field::Headline, article.headline == shown.headline)
        && same(Field::Dek, article.dek == shown.dek)
        && same(Field::Byline, article.byline == shown.byline)
        && same(Field::Authors, article.authors == shown.authors)
        && same(Field::Publication, article.publication == shown.publication)
        && same(Field::Section, article.section == shown.section)
        && same(Field::Language, article.language == shown.language)
        && same(
            Field::Direction,
            article.right_to_left == shown.right_to_left,
        )
        && same(
            Field::CanonicalUrl,
            article.canonical_url == shown.canonical_url,
        )
        && same(
            Field::Published,
            dated(&article.published, &shown.published),
        )
        && same(Field::Modified, dated(&article.modified, &shown.modified))
}

/// What becomes of the words and of the highlights on them.
async fn carry(
    library: &Library,
    user_id: UserId,
    old: &str,
    new: &str,
    report: &mut Report,
) -> Result<(), StoreError> {
    let highlights = library
        .store
        .highlights_of(user_id, report.article.id)
        .await?;
    let (old, new) = (old.to_owned(), new.to_owned());
    let (counts, anchored, orphaned) = on_a_thread(library, move || {
        let counts = if old == new {
            Counts::default()
        } else {
            compare(&old, &new).counts()
        };
        let (old, new) = (Letters::of(&old), Letters::of(&new));
        let (mut anchored, mut orphaned) = (0, Vec::new());
        for highlight in highlights {
            let was_orphan = highlight.is_orphan;
            let now = highlight.carried(&old, &new, None);
            if !now.is_orphan {
                anchored += 1;
            } else if !was_orphan {
                orphaned.push(now.anchor.exact);
            }
        }
        (counts, anchored, orphaned)
    })
    .await;
    report.counts = counts;
    report.anchored = anchored;
    report.orphaned = orphaned;
    Ok(())
}
