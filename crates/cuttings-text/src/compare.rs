//! Two versions of a text held against each other: what was added, cut,
//! reworded and moved.
//!
//! The comparison of two captures is made of it, and the mark on an article
//! whose story was edited ([`edit`]). [`compare`] first finds the paragraphs
//! that are in both texts ([`align`]), then pairs those that say nearly the
//! same ([`pair`]), then looks at the words inside a pair ([`words`]).
//!
//! Equal input gives equal output, and no input takes long: what is too much to
//! be looked at closely is called cut and added as a whole.

mod align;
pub mod edit;
mod pair;
mod words;

use std::collections::HashMap;
use std::ops::Range;

use crate::count;

/// Most cells that are filled while words are held against words, for a whole
/// comparison: about a tenth of a second.
const MAX_WORD_CELLS: usize = 30_000_000;
/// The same for paragraphs against paragraphs.
const MAX_BLOCK_CELLS: usize = 4_000_000;

/// What one version has become in the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// All of both texts, in reading order.
    pub passages: Vec<Passage>,
}

/// A paragraph of one or both texts; of a paragraph that was split or joined,
/// all parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// What happened to it.
    pub kind: Change,
    /// Which paragraphs of the earlier text it is, counted from 0.
    pub old: Range<usize>,
    /// Which paragraphs of the later text it is.
    pub new: Range<usize>,
    /// Its words. A paragraph that was moved shows here how it was reworded,
    /// at the place where it stands now.
    pub pieces: Vec<Piece>,
    /// Where in [`Comparison::passages`] the other place of a moved paragraph is.
    pub other: Option<usize>,
}

/// What happened to a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing, white space apart.
    Same,
    /// It is new.
    Added,
    /// It is gone.
    Cut,
    /// Some of its words are others.
    Reworded,
    /// It stood here and stands elsewhere now.
    MovedAway,
    /// It stands here and stood elsewhere.
    MovedHere,
}

impl Change {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Added => "added",
            Self::Cut => "cut",
            Self::Reworded => "reworded",
            Self::MovedAway => "moved_away",
            Self::MovedHere => "moved_here",
        }
    }
}

/// Some words that share a fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Their fate.
    pub kind: PieceKind,
    /// The words as printed. An empty line in it parts paragraphs.
    pub text: String,
}

/// The fate of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// In both versions.
    Same,
    /// Only in the later one.
    Added,
    /// Only in the earlier one.
    Cut,
}

impl PieceKind {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Added => "added",
            Self::Cut => "cut",
        }
    }
}

/// How much was changed, in words and passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Words that are new.
    pub words_added: usize,
    /// Words that are gone.
    pub words_cut: usize,
    /// Passages with other words.
    pub reworded: usize,
    /// Paragraphs that are new as a whole.
    pub added: usize,
    /// Paragraphs that are gone as a whole.
    pub cut: usize,
    /// Paragraphs that stand elsewhere.
    pub moved: usize,
}

impl Counts {
    /// Whether there is no difference.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Holds the later text against the earlier one. Paragraphs are parted by empty
/// lines; other white space counts as one blank.
///
/// ```
/// use cuttings_text::compare::{Change, compare};
///
/// let found = compare("It rained.\n\nTwo died.", "It rained.\n\nThree died.");
/// assert_eq!(found.passages[0].kind, Change::Same);
/// assert_eq!(found.passages[1].kind, Change::Reworded);
/// assert_eq!((found.counts().words_added, found.counts().words_cut), (1, 1));
/// ```
pub fn compare(old: &str, new: &str) -> Comparison {
    let (old, new) = (blocks(old), blocks(new));
    let mut numbers = words::Numbers::default();
    let mut keys =
        |blocks: &[String]| -> Vec<u32> { blocks.iter().map(|block| numbers.of(block)).collect() };
    let (old_keys, new_keys) = (keys(&old), keys(&new));
    let mut budget = MAX_BLOCK_CELLS;
    let same = align::align(&old_keys, &new_keys, |_| 1, &mut budget);
    let moved = pair::moved_whole(&old, &new, &old_keys, &new_keys, &same);
    let links = pair::pairs(&old, &new, &same, &moved);
    let moved = pair::moved_nearly(&old, &new, &links, moved);
    lay_out(&old, &new, &links, &moved)
}

/// The words of two lines held against each other: a headline, a byline.
pub fn compare_lines(old: &str, new: &str) -> Vec<Piece> {
    let mut budget = MAX_WORD_CELLS;
    words::pieces(&tidy(old), &tidy(new), &mut budget)
}

/// Paragraphs that belong together in both texts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Link {
    old: Range<usize>,
    new: Range<usize>,
}

/// Puts the passages in reading order: between two links what was cut comes
/// before what was added.
fn lay_out(
    old: &[String],
    new: &[String],
    links: &[Link],
    moved: &HashMap<usize, usize>,
) -> Comparison {
    let moved_here: HashMap<usize, usize> =
        moved.iter().map(|(away, here)| (*here, *away)).collect();
    let mut budget = MAX_WORD_CELLS;
    let mut passages: Vec<Passage> = Vec::new();
    let (mut away_at, mut here_at) = (HashMap::new(), HashMap::new());
    let (mut from, mut to) = (0, 0);
    let end = Link {
        old: old.len()..old.len(),
        new: new.len()..new.len(),
    };
    let whole = |kind, text: &String| {
        vec![Piece {
            kind,
            text: text.clone(),
        }]
    };
    for link in links.iter().chain([&end]) {
        for (at, block) in old.iter().enumerate().take(link.old.start).skip(from) {
            let kind = if moved.contains_key(&at) {
                away_at.insert(at, passages.len());
                Change::MovedAway
            } else {
                Change::Cut
            };
            passages.push(Passage {
                kind,
                old: at..at + 1,
                new: link.new.start..link.new.start,
                pieces: whole(PieceKind::Cut, block),
                other: None,
            });
        }
        for (at, block) in new.iter().enumerate().take(link.new.start).skip(to) {
            let (kind, pieces) = match moved_here.get(&at) {
                Some(away) => {
                    here_at.insert(*away, passages.len());
                    let pieces = words::pieces(&old[*away], block, &mut budget);
                    (Change::MovedHere, pieces)
                }
                None => (Change::Added, whole(PieceKind::Added, block)),
            };
            passages.push(Passage {
                kind,
                old: link.old.start..link.old.start,
                new: at..at + 1,
                pieces,
                other: None,
            });
        }
        (from, to) = (link.old.end, link.new.end);
        if link.old.is_empty() && link.new.is_empty() {
            continue;
        }
        let before = old[link.old.clone()].join(BREAK);
        let after = new[link.new.clone()].join(BREAK);
        passages.push(Passage {
            kind: if before == after {
                Change::Same
            } else {
                Change::Reworded
            },
            old: link.old.clone(),
            new: link.new.clone(),
            pieces: words::pieces(&before, &after, &mut budget),
            other: None,
        });
    }
    for (away, here) in here_at {
        if let Some(there) = away_at.get(&away).copied() {
            passages[there].other = Some(here);
            passages[here].other = Some(there);
        }
    }
    Comparison { passages }
}

impl Comparison {
    /// How much was changed.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for passage in &self.passages {
            match passage.kind {
                Change::Same => {}
                Change::Added => counts.added += 1,
                Change::Cut => counts.cut += 1,
                Change::Reworded => counts.reworded += 1,
                Change::MovedHere => counts.moved += 1,
                // Counted where it stands now.
                Change::MovedAway => continue,
            }
            counts.words_added += words_of(&passage.pieces, PieceKind::Added);
            counts.words_cut += words_of(&passage.pieces, PieceKind::Cut);
        }
        counts
    }

    /// The earlier text.
    pub fn before(&self) -> String {
        self.side(PieceKind::Cut, Change::MovedHere)
    }

    /// The later text.
    pub fn after(&self) -> String {
        self.side(PieceKind::Added, Change::MovedAway)
    }

    fn side(&self, own: PieceKind, elsewhere: Change) -> String {
        let blocks: Vec<String> = self
            .passages
            .iter()
            .filter(|passage| passage.kind != elsewhere)
            .map(|passage| {
                passage
                    .pieces
                    .iter()
                    .filter(|piece| piece.kind == PieceKind::Same || piece.kind == own)
                    .map(|piece| piece.text.as_str())
                    .collect()
            })
            .filter(|block: &String| !block.is_empty())
            .collect();
        blocks.join(BREAK)
    }
}

fn words_of(pieces: &[Piece], kind: PieceKind) -> usize {
    pieces
        .iter()
        .filter(|piece| piece.kind == kind)
        .map(|piece| count::words(&piece.text))
        .sum()
}

/// What parts paragraphs.
const BREAK: &str = "\n\n";

/// The paragraphs of a text as they are compared.
fn blocks(text: &str) -> Vec<String> {
    text.split(BREAK)
        .map(tidy)
        .filter(|block| !block.is_empty())
        .collect()
}

/// A text with one blank for any white space.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(found: &Comparison) -> Vec<Change> {
        found.passages.iter().map(|passage| passage.kind).collect()
    }

    const RAIN: &str = "It rained for three days, and the river rose over its banks on Sunday.";
    const MAYOR: &str = "The mayor said that nobody had been hurt when the old bridge fell.";
    const SCHOOL: &str = "All schools in the valley stay closed until the water has gone.";
    const TRAINS: &str = "Trains between the two towns are replaced by buses for a week.";

    fn text(blocks: &[&str]) -> String {
        blocks.join(BREAK)
    }

    #[test]
    fn what_was_added_cut_and_reworded_is_told_apart() {
        let reworded = MAYOR.replace("nobody had been hurt", "two people had been hurt");
        let found = compare(
            &text(&[RAIN, MAYOR, SCHOOL]),
            &text(&[RAIN, &reworded, TRAINS]),
        );
        assert_eq!(
            kinds(&found),
            [Change::Same, Change::Reworded, Change::Cut, Change::Added]
        );
        let changed: Vec<(PieceKind, &str)> = found.passages[1]
            .pieces
            .iter()
            .filter(|piece| piece.kind != PieceKind::Same)
            .map(|piece| (piece.kind, piece.text.as_str()))
            .collect();
        assert_eq!(
            changed,
            [(PieceKind::Cut, "nobody"), (PieceKind::Added, "two people")]
        );
    }

    #[test]
    fn a_paragraph_that_stands_elsewhere_was_moved_not_cut_and_added() {
        let found = compare(
            &text(&[RAIN, MAYOR, SCHOOL, TRAINS]),
            &text(&[TRAINS, RAIN, MAYOR, SCHOOL]),
        );
        assert_eq!(
            kinds(&found),
            [
                Change::MovedHere,
                Change::Same,
                Change::Same,
                Change::Same,
                Change::MovedAway
            ]
        );
        assert_eq!(found.passages[0].other, Some(4));
        assert_eq!(found.passages[4].other, Some(0));
        let counts = found.counts();
        assert_eq!(
            (counts.words_added, counts.words_cut, counts.moved),
            (0, 0, 1)
        );
    }

    #[test]
    fn a_paragraph_that_moved_and_was_reworded_shows_both() {
        let reworded = TRAINS.replace("a week", "a month");
        let found = compare(
            &text(&[RAIN, MAYOR, SCHOOL, TRAINS]),
            &text(&[&reworded, RAIN, MAYOR, SCHOOL]),
        );
        assert_eq!(found.passages[0].kind, Change::MovedHere);
        let counts = found.counts();
        assert_eq!(
            (counts.words_added, counts.words_cut, counts.moved),
            (1, 1, 1)
        );
    }

    #[test]
    fn a_paragraph_that_was_split_or_joined_keeps_its_words() {
        let joined = format!("{RAIN} {MAYOR}");
        for (old, new) in [
            (text(&[&joined, SCHOOL]), text(&[RAIN, MAYOR, SCHOOL])),
            (text(&[RAIN, MAYOR, SCHOOL]), text(&[&joined, SCHOOL])),
        ] {
            let found = compare(&old, &new);
            assert_eq!(kinds(&found), [Change::Reworded, Change::Same]);
            let counts = found.counts();
            assert_eq!((counts.words_added, counts.words_cut), (0, 0));
        }
    }

    #[test]
    fn text_without_spaces_is_compared_by_its_characters() {
        let found = compare(
            "東京都は三日、河川の工事を始めると発表した。",
            "東京都は四日、河川の工事を始めると発表した。",
        );
        let changed: Vec<&str> = found.passages[0]
            .pieces
            .iter()
            .filter(|piece| piece.kind != PieceKind::Same)
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(changed, ["三", "四"]);
    }

    #[test]
    fn words_are_not_taken_apart_and_changes_are_not_chopped_up() {
        let pieces = compare_lines(
            "The minister resigned on Monday after a long night of talks",
            "The minister stays in office, a spokesman for the party said",
        );
        let same: Vec<&str> = pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Same)
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(same, ["The minister "], "{pieces:?}");
    }

    #[test]
    fn white_space_alone_is_no_difference() {
        let found = compare("It  rained.\n\n\n\nAll day.", "It rained.\n\nAll\u{a0}day.");
        assert!(found.counts().is_nothing());
        assert_eq!(kinds(&found), [Change::Same, Change::Same]);
    }

    #[test]
    fn hostile_texts_are_compared_in_bounded_time() {
        let many = |word: &str, count: usize, joint: &str| vec![word; count].join(joint);
        let alternating: String = (0..60_000)
            .map(|at| if at % 3 == 0 { "a b " } else { "b a " })
            .collect();
        let numbered = |from: usize, joint: &str| {
            (from..from + 40_000)
                .map(|at| format!("word{at} and then some"))
                .collect::<Vec<_>>()
                .join(joint)
        };
        for (old, new) in [
            (many("a", 200_000, " "), many("a", 190_000, " ")),
            (many("a", 50_000, BREAK), many("a b", 50_000, BREAK)),
            (alternating.clone(), alternating.replace("a b b", "b b a")),
            (numbered(0, BREAK), numbered(7, " \n\n")),
            (numbered(0, " "), numbered(9, " ")),
            ("x".repeat(3_000_000), format!("{}y", "x".repeat(3_000_000))),
            ("字".repeat(200_000), "字".repeat(199_000) + "典"),
        ] {
            let begun = std::time::Instant::now();
            let found = compare(&old, &new);
            assert_eq!(found.after(), blocks(&new).join(BREAK));
            // Generous: the machine may be busy and the build unoptimised.
            assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
        }
    }

    fn some_text() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "rain",
            "river",
            "the",
            "a",
            "mayor",
            "said",
            "bridge",
            "fell,",
            "Sunday.",
            "水",
            "都",
            "「東京」",
            "e\u{301}a",
            "—",
            "12",
            "\u{200b}",
        ]);
        let block = prop::collection::vec(word, 0..14).prop_map(|words| words.join(" "));
        prop::collection::vec(block, 0..8).prop_map(|blocks| blocks.join(BREAK))
    }

    proptest! {
        #[test]
        fn a_comparison_holds_both_texts_whole(old in some_text(), new in some_text()) {
            let found = compare(&old, &new);
            prop_assert_eq!(found.before(), blocks(&old).join(BREAK));
            prop_assert_eq!(found.after(), blocks(&new).join(BREAK));
            prop_assert_eq!(&found, &compare(&old, &new));
            prop_assert_eq!(compare(&old, &old).counts(), Counts::default());
            for (at, passage) in found.passages.iter().enumerate() {
                if let Some(other) = passage.other {
                    prop_assert_eq!(found.passages[other].other, Some(at));
                }
                prop_assert_eq!(
                    matches!(passage.kind, Change::MovedAway | Change::MovedHere),
                    passage.other.is_some()
                );
            }
        }

        #[test]
        fn any_two_texts_can_be_compared(old in "\\PC{0,80}", new in "(\\PC|\n){0,80}") {
            let found = compare(&old, &new);
            prop_assert_eq!(found.before(), blocks(&old).join(BREAK));
            prop_assert_eq!(found.after(), blocks(&new).join(BREAK));
        }
    }
}
