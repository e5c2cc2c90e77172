//! `cuttings compare`: two captures of an article, with what was cut and added.
//!
//! Without colours, as in a file: `[-cut-]` and `{+added+}`, as `git diff
//! --word-diff` writes them.

use cuttings_library::compare::{self, Compared};
use cuttings_model::{ArticleId, CaptureId};
use cuttings_text::compare::{Change, Piece, PieceKind};
use serde_json::{Value, json};

use crate::args::Compare;
use crate::config::Config;
use crate::{Failure, open, print};

/// Prints the headline, what changed above the text, and the passages that
/// changed with a line for what lies between.
pub async fn run(config: &Config, asked: &Compare, json: bool) -> Result<(), Failure> {
    let library = open::library(config).await?;
    let user = open::user(&library, asked.whose.user.as_deref()).await?;
    let found = compare::compare(
        &library,
        user.id,
        ArticleId(asked.id),
        asked.from.map(CaptureId),
        asked.to.map(CaptureId),
    )
    .await
    .map_err(|error| Failure::Other(anyhow::anyhow!(error.explain())))?;
    if json {
        print::line(as_json(&found))?;
        return Ok(());
    }
    let columns = print::columns(None);
    let wrapped = |text: &str| textwrap::fill(text, columns);
    let counts = found.text.counts();
    let mut blocks = vec![
        wrapped(found.article.title()),
        format!(
            "capture {} ({}) to {} ({}): +{} −{} words; {} reworded, {} added, {} cut, {} moved",
            found.from.capture.id,
            print::day(found.from.capture.captured_at_ms),
            found.to.capture.id,
            print::day(found.to.capture.captured_at_ms),
            counts.words_added,
            counts.words_cut,
            counts.reworded,
            counts.added,
            counts.cut,
            counts.moved
        ),
    ];
    for head in &found.heads {
        blocks.push(wrapped(&format!(
            "{}: {}",
            head.head.as_str(),
            marked(&head.pieces)
        )));
    }
    let mut same = 0;
    for passage in &found.text.passages {
        if passage.kind == Change::Same {
            same += 1;
            continue;
        }
        if same > 0 {
            blocks.push(format!("({same} unchanged)"));
            same = 0;
        }
        let label = match passage.kind {
            Change::MovedAway => "moved away: ",
            Change::MovedHere => "moved here: ",
            _ => "",
        };
        let text = marked(&passage.pieces);
        blocks.push(wrapped(&format!("{label}{}", text.replace("\n\n", " ¶ "))));
    }
    if same > 0 {
        blocks.push(format!("({same} unchanged)"));
    }
    print::line(blocks.join("\n\n"))?;
    Ok(())
}

fn marked(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece.kind {
            PieceKind::Same => piece.text.clone(),
            PieceKind::Cut => format!("[-{}-]", piece.text),
            PieceKind::Added => format!("{{+{}+}}", piece.text),
        })
        .collect()
}

/// The comparison as the API has it.
fn as_json(found: &Compared) -> Value {
    let pieces = |pieces: &[Piece]| -> Vec<Value> {
        pieces
            .iter()
            .map(|piece| json!({ "kind": piece.kind.as_str(), "text": piece.text }))
            .collect()
    };
    let side = |side: &compare::Side| {
        json!({
            "id": side.capture.id,
            "captured_at": print::instant(Some(side.capture.captured_at_ms)),
            "headline": side.version.headline,
            "word_count": side.version.word_count,
        })
    };
    let counts = found.text.counts();
    json!({
        "from": side(&found.from),
        "to": side(&found.to),
        "counts": {
            "words_added": counts.words_added,
            "words_cut": counts.words_cut,
            "reworded": counts.reworded,
            "added": counts.added,
            "cut": counts.cut,
            "moved": counts.moved,
        },
        "heads": found.heads.iter().map(|head| json!({
            "field": head.head.as_str(),
            "before": head.before,
            "after": head.after,
            "pieces": pieces(&head.pieces),
        })).collect::<Vec<_>>(),
        "passages": found.text.passages.iter().map(|passage| json!({
            "kind": passage.kind.as_str(),
            "old": [passage.old.start, passage.old.end],
            "new": [passage.new.start, passage.new.end],
            "other": passage.other,
            "pieces": pieces(&passage.pieces),
        })).collect::<Vec<_>>(),
    })
}
