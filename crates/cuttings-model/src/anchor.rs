//! Anchors: what holds a highlight to its words while the text around it
//! changes.
//!
//! [`Anchor::of`] makes one from a text and a range. [`Anchor::carry`] finds the
//! same words again when a new extraction replaces the text they were marked
//! in; [`Anchor::place`] finds words that come without that text: pasted,
//! imported, or orphaned long ago. Positions count code points.
//!
//! The words themselves must stand in the new text, white space apart; what
//! stands around them may have been edited. Where two places could be meant,
//! and where the only place left is one the words were not marked at, the
//! answer is none: an orphan can be put right by hand, a highlight on words
//! that nobody marked misleads.

use std::cmp::Reverse;
use std::ops::Range;

/// Characters kept of what stands before and behind the words.
pub const CONTEXT_CHARS: usize = 64;

/// Share of the context, in thousandths, that must be there again.
const ENOUGH: usize = 400;
/// Letters that must stand again without a break, the words and what touches
/// them: less than that is said by chance.
const UNBROKEN_LETTERS: usize = 16;
/// The same for words that come without the text they were marked in, where
/// nothing tells a likely place from a look-alike.
const ENOUGH_ALONE: usize = 600;
/// By which share of the context, in thousandths, the best place must agree
/// more than the second best.
const CLEARLY: usize = 150;
/// Words of this many letters that stand once in both texts are the same
/// words, even if all around them has changed.
const SELF_EVIDENT_LETTERS: usize = 24;
/// Words that stand more often than this are found by an unchanged context
/// only: comparing each place with each would not be linear any more.
const MANY: usize = 64;
/// Stands for the end of a text in a context, this many times.
const END: char = '\u{10ffff}';
const END_LETTERS: usize = 16;
/// How far the texts around two places are followed while they agree.
const EXTENT_LETTERS: usize = 4096;

/// Words in a clean text, with what stands around them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Anchor {
    /// The words.
    pub exact: String,
    /// Up to [`CONTEXT_CHARS`] characters before them.
    pub prefix: String,
    /// Up to [`CONTEXT_CHARS`] characters behind them.
    pub suffix: String,
    /// Where they start, in code points.
    pub start: usize,
    /// One past their end.
    pub end: usize,
}

/// Where words stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// Here and nowhere else.
    At(Range<usize>),
    /// Nowhere.
    Nowhere,
    /// In this many places, and nothing says which is meant.
    Ambiguous(usize),
}

impl Anchor {
    /// The anchor of `range` (code points) in `text`, without white space at
    /// its edges. `None` when the range holds nothing else or is not in the
    /// text.
    ///
    /// ```
    /// # use cuttings_model::Anchor;
    /// let anchor = Anchor::of("It rained for three days.", 3..9).unwrap();
    /// assert_eq!((anchor.exact.as_str(), anchor.prefix.as_str()), ("rained", "It "));
    /// assert_eq!(Anchor::of("It rained.", 2..3), None);
    /// ```
    pub fn of(text: &str, range: Range<usize>) -> Option<Self> {
        let signs: Vec<char> = text.chars().collect();
        let words = signs.get(range.clone())?;
        let before = words.iter().take_while(|c| c.is_whitespace()).count();
        let behind = words.iter().rev().take_while(|c| c.is_whitespace()).count();
        if before == words.len() {
            return None;
        }
        let (start, end) = (range.start + before, range.end - behind);
        let last = signs.len().min(end + CONTEXT_CHARS);
        Some(Self {
            exact: signs[start..end].iter().collect(),
            prefix: signs[start.saturating_sub(CONTEXT_CHARS)..start]
                .iter()
                .collect(),
            suffix: signs[end..last].iter().collect(),
            start,
            end,
        })
    }

    /// An anchor of words alone, with nothing known around them.
    pub fn of_words(words: &str) -> Self {
        Self {
            exact: words.to_owned(),
            prefix: String::new(),
            suffix: String::new(),
            start: 0,
            end: 0,
        }
    }

    /// Finds the words in a text they may not have been marked in.
    ///
    /// In order: where they stood, in an unchanged context; the one place with
    /// that context; the one place whose context is clearly the most alike.
    /// Without any context, the one place where the words stand.
    pub fn place(&self, text: &Letters) -> Placed {
        let exact = letters(&self.exact);
        let places = text.places(&exact);
        let (prefix, suffix) = (letters(&self.prefix), letters(&self.suffix));
        let range = |place: usize| Placed::At(text.range(place, exact.len()));
        let is_unchanged = |place: &usize| {
            text.signs[..*place].ends_with(&prefix)
                && text.signs[place + exact.len()..].starts_with(&suffix)
        };
        let unchanged: Vec<usize> = places.iter().copied().filter(is_unchanged).collect();
        match unchanged[..] {
            [place] => return range(place),
            [] => {}
            _ => {
                return unchanged
                    .iter()
                    .find(|place| text.at[**place] == self.start && self.end > self.start)
                    .map_or(Placed::Ambiguous(unchanged.len()), |place| range(*place));
            }
        }
        if places.is_empty() || places.len() > MANY {
            return Placed::Nowhere;
        }
        let ours = Around {
            before: &prefix,
            behind: &suffix,
        };
        let context = [prefix.iter().rev().copied().collect(), suffix.clone()];
        let alike = places.iter().map(|place| {
            let here = text.around(*place, exact.len());
            let likeness = Likeness {
                agreed: agreed(&context, here),
                extent: ours.extent(here),
            };
            (*place, likeness)
        });
        match clearly_best(alike.collect(), length(&context), ENOUGH_ALONE, exact.len()) {
            Some(place) => range(place),
            None => Placed::Nowhere,
        }
    }

    /// Finds the words of `old` again in `new`, the text that takes its place,
    /// and anchors them there. `None` when they are gone.
    ///
    /// The anchor must be one of the old text; what is an orphan there is for
    /// [`Anchor::place`]. Each place in the new text is held against every place where the same
    /// words stood in the old one, so that a place which is more like another
    /// than like ours is never taken for ours.
    pub fn carry(&self, old: &Letters, new: &Letters) -> Option<Self> {
        let exact = letters(&self.exact);
        let was = old.places(&exact);
        let ours = *was.iter().find(|place| old.at[**place] == self.start)?;
        let places = new.places(&exact);
        let there = old.around(ours, exact.len());
        let found = if old.signs == new.signs {
            Some(ours)
        } else if let ([place], [_]) = (&places[..], &was[..])
            && exact.len() >= SELF_EVIDENT_LETTERS
        {
            Some(*place)
        } else if places.len() > MANY || was.len() > MANY {
            let ours = there.context(CONTEXT_CHARS);
            let is_ours =
                |place: &usize| new.around(*place, exact.len()).context(CONTEXT_CHARS) == ours;
            let mut unchanged = places.into_iter().filter(is_ours);
            unchanged.next().filter(|_| unchanged.next().is_none())
        } else {
            let mut alike = Vec::new();
            for place in places {
                let here = new.around(place, exact.len());
                let likeness = there.likeness(here);
                // Both what agrees in all and what agrees without a break must
                // speak for ours, or it may be the other that was edited.
                let may_be_another = was.iter().filter(|other| **other != ours).any(|other| {
                    let other = old.around(*other, exact.len()).likeness(here);
                    other.extent >= likeness.extent || other.agreed > likeness.agreed
                });
                if !may_be_another {
                    alike.push((place, likeness));
                }
            }
            clearly_best(
                alike,
                length(&there.context(CONTEXT_CHARS)),
                ENOUGH,
                exact.len(),
            )
        };
        new.anchor(new.range(found?, exact.len()))
    }
}

/// A text as anchors are held against it: without its white space, which
/// differs between extractions, a page and what was copied from it.
#[derive(Debug)]
pub struct Letters {
    text: String,
    signs: Vec<char>,
    /// The code point each of `signs` is.
    at: Vec<usize>,
}

impl Letters {
    /// Reads a text. Do it once for many anchors.
    pub fn of(text: &str) -> Self {
        let (at, signs) = text
            .chars()
            .enumerate()
            .filter(|(_, c)| !c.is_whitespace())
            .unzip();
        Self {
            text: text.to_owned(),
            signs,
            at,
        }
    }

    /// The anchor of a range of this text.
    pub fn anchor(&self, range: Range<usize>) -> Option<Anchor> {
        Anchor::of(&self.text, range)
    }

    /// The range of `count` letters from `first` on, in code points of the
    /// text. `None` when there are not so many, or none.
    pub fn range_of_letters(&self, first: usize, count: usize) -> Option<Range<usize>> {
        let end = first.checked_add(count)?;
        (count > 0 && end <= self.at.len()).then(|| self.range(first, count))
    }

    fn range(&self, first: usize, count: usize) -> Range<usize> {
        self.at[first]..self.at[first + count - 1] + 1
    }

    fn around(&self, place: usize, count: usize) -> Around<'_> {
        Around {
            before: &self.signs[..place],
            behind: &self.signs[place + count..],
        }
    }

    /// Every place where `words` stand, overlapping ones too, in linear time
    /// (Knuth, Morris, Pratt).
    fn places(&self, words: &[char]) -> Vec<usize> {
        let mut found = Vec::new();
        if words.is_empty() {
            return found;
        }
        let mut back = vec![0; words.len()];
        let mut matched = 0;
        for at in 1..words.len() {
            while matched > 0 && words[at] != words[matched] {
                matched = back[matched - 1];
            }
            matched += usize::from(words[at] == words[matched]);
            back[at] = matched;
        }
        matched = 0;
        for (at, sign) in self.signs.iter().enumerate() {
            while matched > 0 && (matched == words.len() || *sign != words[matched]) {
                matched = back[matched - 1];
            }
            matched += usize::from(*sign == words[matched]);
            if matched == words.len() {
                found.push(at + 1 - words.len());
            }
        }
        found
    }
}

/// What stands before and behind words, letters only.
#[derive(Clone, Copy)]
struct Around<'t> {
    before: &'t [char],
    behind: &'t [char],
}

/// How much two surroundings are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    /// How much of the context stands there too.
    agreed: usize,
    /// Letters over which they agree without a break.
    extent: usize,
}

impl Around<'_> {
    /// What counts as context: the letters nearest the words on each side, from
    /// the words outward. The ends of the text count as some letters of it.
    fn context(self, letters: usize) -> [Vec<char>; 2] {
        let end = std::iter::repeat_n(END, END_LETTERS);
        let before = self.before.iter().rev().copied().chain(end.clone());
        let behind = self.behind.iter().copied().chain(end);
        [
            before.take(letters).collect(),
            behind.take(letters).collect(),
        ]
    }

    /// How much of the context of this place stands around the other.
    fn likeness(self, other: Around<'_>) -> Likeness {
        Likeness {
            agreed: agreed(&self.context(CONTEXT_CHARS), other),
            extent: self.extent(other),
        }
    }

    /// Letters over which both agree without a break, and one for each end of
    /// the text that is reached in both at once.
    fn extent(self, other: Around<'_>) -> usize {
        let before = self.before.iter().rev().zip(other.before.iter().rev());
        let behind = self.behind.iter().zip(other.behind);
        let run = before
            .take(EXTENT_LETTERS)
            .take_while(|(a, b)| a == b)
            .count();
        let run_behind = behind
            .take(EXTENT_LETTERS)
            .take_while(|(a, b)| a == b)
            .count();
        run + run_behind
            + usize::from(run == self.before.len() && run == other.before.len())
            + usize::from(run_behind == self.behind.len() && run_behind == other.behind.len())
    }
}

/// How much of a context stands around a place, see [`agreement`].
fn agreed(context: &[Vec<char>; 2], other: Around<'_>) -> usize {
    let there = other.context(2 * CONTEXT_CHARS);
    agreement(&context[0], &there[0]) + agreement(&context[1], &there[1])
}

fn length(context: &[Vec<char>; 2]) -> usize {
    context[0].len() + context[1].len()
}

/// How well `text` goes on as `context` does, from the words outward: a letter
/// that agrees counts one, a letter changed, dropped or added costs one, and
/// counting stops where it is worth the most. At most the length of the
/// context; next to nothing for unrelated prose.
fn agreement(context: &[char], text: &[char]) -> usize {
    if text.starts_with(context) {
        return context.len();
    }
    let mut best = 0;
    let mut row: Vec<i32> = (0..).map(|at: i32| -at).take(text.len() + 1).collect();
    for sign in context {
        let mut diagonal = row[0];
        row[0] -= 1;
        for (at, other) in text.iter().enumerate() {
            let through = diagonal + if sign == other { 1 } else { -1 };
            diagonal = row[at + 1];
            row[at + 1] = through.max(diagonal - 1).max(row[at] - 1);
            best = best.max(row[at + 1]);
        }
    }
    best as usize
}

/// The one place that is alike enough and clearly more so than the others;
/// between places in an unchanged context, the one where more agrees.
/// `whole` is the length of the context, `enough` the share of it, in
/// thousandths, that must agree, `count` the number of letters of the words.
fn clearly_best(
    mut alike: Vec<(usize, Likeness)>,
    whole: usize,
    enough: usize,
    count: usize,
) -> Option<usize> {
    alike.sort_by_key(|(_, likeness)| Reverse(*likeness));
    let (place, best) = *alike.first()?;
    let is_unchanged = best.agreed == whole && whole > 0;
    let is_enough = is_unchanged
        || (best.agreed * 1000 >= whole * enough && best.extent + count >= UNBROKEN_LETTERS);
    let is_clear = alike.get(1).is_none_or(|(_, second)| {
        (best.agreed - second.agreed) * 1000 >= whole * CLEARLY || (is_unchanged && *second < best)
    });
    (is_enough && is_clear).then_some(place)
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The anchor of the `nth` time `words` stand in `text`, from 0.
    fn mark(text: &str, words: &str, nth: usize) -> Anchor {
        let (start, _) = text
            .match_indices(words)
            .nth(nth)
            .expect("the words are there");
        let start = text[..start].chars().count();
        Anchor::of(text, start..start + words.chars().count()).expect("words")
    }

    /// What stands right before the words that were found.
    fn carried(anchor: &Anchor, old: &str, new: &str) -> Option<(String, usize)> {
        let found = anchor.carry(&Letters::of(old), &Letters::of(new))?;
        Some((found.exact, found.start))
    }

    #[test]
    fn an_anchor_counts_code_points_and_keeps_64_characters_on_each_side() {
        let text = format!("{}😀 the words 😀{}", "é".repeat(100), "ü".repeat(100));
        let anchor = mark(&text, " the words ", 0);
        assert_eq!(
            (anchor.start, anchor.end),
            (102, 111),
            "white space stays outside"
        );
        assert_eq!(anchor.exact, "the words");
        assert_eq!(anchor.prefix.chars().count(), CONTEXT_CHARS);
        assert_eq!(anchor.suffix.chars().count(), CONTEXT_CHARS);
        assert!(anchor.prefix.ends_with("😀 ") && anchor.suffix.starts_with(" 😀"));
    }

    #[test]
    fn a_range_outside_the_text_has_no_anchor() {
        assert_eq!(Anchor::of("abc", 1..9), None);
        #[expect(clippy::reversed_empty_ranges, reason = "a client may send anything")]
        let backwards = Anchor::of("abc", 2..1);
        assert_eq!(backwards, None);
        assert_eq!(Anchor::of("", 0..0), None);
    }

    #[test]
    fn words_are_found_where_they_were_and_across_other_white_space() {
        let text = "The harbour wall is old.\n\nThe council will mend the wall.";
        let anchor = mark(text, "old.\n\nThe council", 0);
        assert_eq!(anchor.place(&Letters::of(text)), Placed::At(20..37));
        let other = "The harbour wall is old.\tThe council will  mend the wall.";
        assert_eq!(anchor.place(&Letters::of(other)), Placed::At(20..36));
    }

    #[test]
    fn pasted_words_are_placed_when_they_stand_once() {
        let text = Letters::of("One boat left. Another boat left.");
        let place = |words| Anchor::of_words(words).place(&text);
        assert_eq!(place("One  boat"), Placed::At(0..8));
        assert_eq!(place("boat left."), Placed::Ambiguous(2));
        assert_eq!(place("ship"), Placed::Nowhere);
        assert_eq!(place(" \n"), Placed::Nowhere);
    }

    #[test]
    fn the_position_decides_between_places_that_are_alike() {
        let text = "la la la la la la";
        let anchor = Anchor {
            prefix: String::new(),
            suffix: String::new(),
            ..mark(text, "la la", 1)
        };
        assert_eq!(anchor.place(&Letters::of(text)), Placed::At(6..11));
    }

    #[test]
    fn a_row_that_is_gone_is_not_found_in_the_row_beside_it() {
        let row = |team| format!("{team} won 3 points at home and stays in the league.\n");
        let old = format!("{}{}{}", row("Acton"), row("Barnet"), row("Carlow"));
        let anchor = mark(&old, "3 points", 1);
        let new = format!("{}{}", row("Acton"), row("Carlow"));
        assert_eq!(carried(&anchor, &old, &new), None);
        let edited = old.replace("Barnet won", "Barnet, at last, won");
        let (_, start) = carried(&anchor, &old, &edited).expect("its row is there");
        assert!(edited[..start].ends_with("at last, won "));
    }

    #[test]
    fn a_sentence_said_twice_keeps_to_its_own_place() {
        let old = "He knew it. They all knew. The night was long. They all knew. Nobody spoke.";
        let second = mark(old, "They all knew.", 1);
        let new = format!("It began at noon. {old}");
        let (_, start) = carried(&second, old, &new).expect("both are there");
        assert_eq!(new.rfind("They all knew."), Some(start));
        let first_only = "He knew it. They all knew. The night was long. Nobody spoke.";
        assert_eq!(carried(&second, old, first_only), None);
    }

    #[test]
    fn a_refrain_keeps_its_place_in_an_unchanged_text() {
        let old = "la ".repeat(300);
        let anchor = Anchor::of(&old, 300..305).unwrap();
        let new = old.replace(' ', "\n");
        assert_eq!(carried(&anchor, &old, &new).map(|found| found.1), Some(300));
    }

    #[test]
    fn a_long_sentence_is_found_wherever_it_moved_to() {
        let sentence = "The lighthouse keeper wrote the weather down every day.";
        let old = format!("Boats came in. {sentence} Then he slept.");
        let new = format!("{sentence} In spring the boats were painted, and nobody said why.");
        let anchor = mark(&old, sentence, 0);
        assert_eq!(carried(&anchor, &old, &new).map(|found| found.1), Some(0));
    }

    #[test]
    fn a_short_word_is_not_found_in_another_sentence() {
        let old = "The mayor said no to the bridge, and went home for the night by car.";
        let new = "In Acton there is no fog today, although the sea is cold and grey now.";
        let anchor = mark(old, "no", 0);
        assert_eq!(carried(&anchor, old, new), None);
        assert_eq!(anchor.place(&Letters::of(new)), Placed::Nowhere);
    }
}
