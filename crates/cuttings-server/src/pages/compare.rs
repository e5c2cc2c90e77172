//! `GET /articles/{id}/captures/compare?from=&to=`: two captures of an article
//! held against each other.
//!
//! What is different is marked in the text, in two columns where there is room
//! and in one elsewhere; what is the same is folded away but for a paragraph on
//! either side. A page that would grow too large shows less of what is the same,
//! then one column alone; what was changed is always there.

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use cuttings_library::compare::{self, Compared, Head};
use cuttings_text::compare::{Change, Counts, Passage, Piece, PieceKind};

use crate::app::App;
use crate::body::{ArticlePath, Query, capture_number};
use crate::card::shortened;
use crate::dates;
use crate::error::HttpError;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::ENGLISH;

/// Bytes of unchanged text that the page holds at most, folded away.
const MAX_SAME_BYTES: usize = 24_000;
/// Bytes of changed text up to which it is shown in two columns as well.
const MAX_COLUMN_BYTES: usize = 12_000;
/// From so many unchanged paragraphs on they are folded.
const FOLD: usize = 3;
/// Bytes of the part of a moved paragraph that stands where it was.
const MOVED_CHARS: usize = 120;

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    shell: Shell,
    article_id: i64,
    outlet: String,
    headline: String,
    choices: Vec<Choice>,
    summary: String,
    heads: Vec<HeadView>,
    passages: Vec<PassageView>,
    /// How many passages differ.
    changes: usize,
    /// Whether changes are printed in two columns too.
    columns: bool,
    /// The same comparison with two columns, or with one; none where there is
    /// no choice.
    other_view: Option<String>,
    /// What the article's mark says, while it has not been seen.
    unseen: Option<String>,
    language: Option<String>,
    direction: &'static str,
}

/// A capture to choose.
struct Choice {
    number: i64,
    when: String,
    is_from: bool,
    is_to: bool,
}

struct HeadView {
    label: &'static str,
    pieces: Vec<PieceView>,
}

/// Some words that share a fate.
struct PieceView {
    added: bool,
    cut: bool,
    text: String,
}

impl PieceView {
    fn of(piece: &Piece) -> Self {
        Self {
            added: piece.kind == PieceKind::Added,
            cut: piece.kind == PieceKind::Cut,
            // Where a paragraph was split or joined.
            text: piece.text.replace("\n\n", " ¶ "),
        }
    }
}

/// What stands in a row of the page.
enum PassageView {
    /// Unchanged paragraphs, as they are.
    Same(Vec<String>),
    /// Unchanged paragraphs to be unfolded.
    Fold { count: i64, blocks: Vec<String> },
    /// Unchanged paragraphs for which there is no room.
    Left { count: i64 },
    /// A passage that differs.
    Changed(Changed),
}

struct Changed {
    number: usize,
    next: Option<usize>,
    kind: &'static str,
    label: &'static str,
    /// The number of the other place of a moved paragraph.
    other: Option<usize>,
    inline: Vec<PieceView>,
    before: Vec<PieceView>,
    after: Vec<PieceView>,
}

/// Query of the page.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareQuery {
    from: Option<String>,
    to: Option<String>,
    /// `one` for one column.
    #[serde(default)]
    view: String,
}

/// `GET /articles/{id}/captures/compare`.
pub(crate) async fn compare(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    ArticlePath(id): ArticlePath,
    Query(query): Query<CompareQuery>,
) -> Result<Response, HttpError> {
    let found = compare::compare(
        &app.library,
        caller.user_id(),
        id,
        capture_number(query.from.as_deref())?,
        capture_number(query.to.as_deref())?,
    )
    .await?;
    let text = &ENGLISH.compare;
    let (from, to) = (found.from.capture.id, found.to.capture.id);
    let changed_bytes: usize = found
        .text
        .passages
        .iter()
        .filter(|passage| passage.kind != Change::Same)
        .map(|passage| pieces_length(&passage.pieces))
        .sum();
    let may_have_columns = changed_bytes <= MAX_COLUMN_BYTES;
    let columns = may_have_columns && query.view != "one";
    let view = if columns { "&view=one" } else { "" };
    let counts = found.text.counts();
    let passages = passages(&found, columns);
    let edited = found
        .article
        .edited
        .filter(|edit| edit.seen_at_ms.is_none());
    show(
        StatusCode::OK,
        &ComparePage {
            shell: Shell::of(&caller, text.title, Place::Elsewhere, &here),
            article_id: id.0,
            outlet: found.article.outlet(),
            headline: found.article.title().to_owned(),
            choices: choices(&found),
            summary: summary(counts, &found),
            heads: found.heads.iter().map(head).collect(),
            changes: found
                .text
                .passages
                .iter()
                .filter(|passage| passage.kind != Change::Same)
                .count(),
            passages,
            columns,
            other_view: may_have_columns
                .then(|| format!("/articles/{id}/captures/compare?from={from}&to={to}{view}")),
            unseen: edited
                .map(|edit| (text.edited)(&dates::day(edit.at_ms).text, edit.kind.as_str())),
            language: found.to.version.language.clone(),
            direction: if found.to.version.right_to_left {
                "rtl"
            } else {
                "ltr"
            },
        },
    )
}

fn choices(found: &Compared) -> Vec<Choice> {
    found
        .captures
        .iter()
        .map(|capture| Choice {
            number: capture.id.0,
            when: dates::moment(capture.captured_at_ms),
            is_from: capture.id == found.from.capture.id,
            is_to: capture.id == found.to.capture.id,
        })
        .collect()
}

fn summary(counts: Counts, found: &Compared) -> String {
    let text = &ENGLISH.compare;
    if counts.is_nothing() {
        return if found.heads.is_empty() {
            text.nothing.to_owned()
        } else {
            text.heads_alone.to_owned()
        };
    }
    (text.summary)(&counts)
}

fn head(change: &compare::HeadChange) -> HeadView {
    let text = &ENGLISH.compare;
    HeadView {
        label: match change.head {
            Head::Headline => text.headline,
            Head::Dek => text.dek,
            Head::Byline => text.byline,
            Head::Published => text.published,
            Head::Modified => text.modified,
        },
        pieces: match change.head {
            // A date is another date, not the same with other digits.
            Head::Published | Head::Modified => [
                (change.before.as_deref(), PieceKind::Cut),
                (change.after.as_deref(), PieceKind::Added),
            ]
            .into_iter()
            .filter_map(|(date, kind)| {
                let text = moment(date?);
                Some(PieceView::of(&Piece { kind, text }))
            })
            .collect(),
            _ => change.pieces.iter().map(PieceView::of).collect(),
        },
    }
}

/// A date of a page, to the minute where it gives one.
fn moment(printed: &str) -> String {
    match cuttings_model::Dated::parse(printed) {
        Some(dated) if printed.len() > 10 => dates::moment(dated.at_ms),
        _ => dates::printed_day(printed).map_or_else(|| printed.to_owned(), |day| day.text),
    }
}

fn pieces_length(pieces: &[Piece]) -> usize {
    pieces.iter().map(|piece| piece.text.len()).sum()
}

fn passages(found: &Compared, columns: bool) -> Vec<PassageView> {
    let all = &found.text.passages;
    // The number of each change, by its place.
    let mut numbers: Vec<Option<usize>> = Vec::with_capacity(all.len());
    let mut count = 0;
    for passage in all {
        let differs = passage.kind != Change::Same;
        count += usize::from(differs);
        numbers.push(differs.then_some(count));
    }
    let mut views = Vec::new();
    let mut room = MAX_SAME_BYTES;
    let mut at = 0;
    while at < all.len() {
        if let Some(number) = numbers[at] {
            views.push(PassageView::Changed(changed(
                &all[at], number, count, &numbers, columns,
            )));
            at += 1;
            continue;
        }
        let end = (at..all.len())
            .find(|place| numbers[*place].is_some())
            .unwrap_or(all.len());
        same(
            &all[at..end],
            at > 0,
            end < all.len(),
            &mut room,
            &mut views,
        );
        at = end;
    }
    views
}

/// A stretch of unchanged paragraphs: one stays on the side of each change, the
/// rest is folded.
fn same(
    stretch: &[Passage],
    after_a_change: bool,
    before_a_change: bool,
    room: &mut usize,
    views: &mut Vec<PassageView>,
) {
    let blocks: Vec<String> = stretch
        .iter()
        .map(|passage| {
            passage
                .pieces
                .iter()
                .map(|piece| piece.text.as_str())
                .collect()
        })
        .collect();
    let first = usize::from(after_a_change);
    let last = blocks.len().saturating_sub(usize::from(before_a_change));
    if last < first + FOLD {
        views.push(PassageView::Same(blocks));
        return;
    }
    let folded = &blocks[first..last];
    let bytes: usize = folded.iter().map(String::len).sum();
    let count = i64::try_from(folded.len()).unwrap_or(i64::MAX);
    let mut put = |blocks: &[String]| {
        if !blocks.is_empty() {
            views.push(PassageView::Same(blocks.to_vec()));
        }
    };
    put(&blocks[..first]);
    let fold = if bytes <= *room {
        *room -= bytes;
        PassageView::Fold {
            count,
            blocks: folded.to_vec(),
        }
    } else {
        PassageView::Left { count }
    };
    views.push(fold);
    if last < blocks.len() {
        views.push(PassageView::Same(blocks[last..].to_vec()));
    }
}

fn changed(
    passage: &Passage,
    number: usize,
    count: usize,
    numbers: &[Option<usize>],
    columns: bool,
) -> Changed {
    let text = &ENGLISH.compare;
    let side = |own: PieceKind| -> Vec<PieceView> {
        passage
            .pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Same || piece.kind == own)
            .map(PieceView::of)
            .collect()
    };
    let has_columns = columns && matches!(passage.kind, Change::Reworded);
    let mut inline: Vec<PieceView> = passage.pieces.iter().map(PieceView::of).collect();
    if passage.kind == Change::MovedAway {
        // It stands whole where it is now.
        for piece in &mut inline {
            piece.cut = false;
            piece.text = shortened(&piece.text, MOVED_CHARS);
        }
    }
    Changed {
        number,
        next: (number < count).then_some(number + 1),
        kind: passage.kind.as_str(),
        label: match passage.kind {
            Change::Same => "",
            Change::Added => text.added,
            Change::Cut => text.cut,
            Change::Reworded => text.reworded,
            Change::MovedAway => text.moved_away,
            Change::MovedHere => text.moved_here,
        },
        other: passage
            .other
            .and_then(|place| numbers.get(place).copied().flatten()),
        inline,
        before: if has_columns {
            side(PieceKind::Cut)
        } else {
            Vec::new()
        },
        after: if has_columns {
            side(PieceKind::Added)
        } else {
            Vec::new()
        },
    }
}
