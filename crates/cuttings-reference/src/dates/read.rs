//! Time expressions as they are written, not yet placed in the calendar.

use super::Modifier;
use super::words::{
    Unit, day_of_month, month, number, ordinal, part_of_day, season, weekday, year,
};
use crate::frame::Frame;
use crate::tagger::Tag;

/// What an expression tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    /// A day of a month, or from one to another.
    Day {
        year: Option<i16>,
        month: i8,
        first: i8,
        last: i8,
    },
    Month {
        year: Option<i16>,
        month: i8,
    },
    Year(i16),
    /// The tens of years from here.
    Decade(i16),
    /// A day of the week; -1 for the last, 1 for the next.
    Weekday {
        day: i8,
        shift: Option<i64>,
    },
    Weekend {
        shift: Option<i64>,
    },
    /// Days from publication.
    Near(i64),
    /// Units from the one publication is in.
    Shifted {
        unit: Unit,
        shift: i64,
    },
    /// So many units from publication.
    Away {
        unit: Unit,
        count: i64,
        half: bool,
    },
    Season {
        code: &'static str,
        month: i8,
        year: Option<i16>,
        shift: i64,
    },
    Quarter {
        quarter: i8,
        year: Option<i16>,
        shift: i64,
    },
    Duration {
        unit: Unit,
        count: Option<i64>,
    },
    Every {
        unit: Unit,
    },
    /// The night before an event that is named up to the end of the expression.
    NightBefore,
    Now,
}

/// An expression: tokens from `first` to before `behind`.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) first: usize,
    pub(super) behind: usize,
    pub(super) written: Written,
    pub(super) modifier: Option<Modifier>,
    pub(super) part: Option<&'static str>,
}

/// Goes along the tokens of a sentence.
pub(super) struct Reader<'a> {
    frame: &'a Frame,
    words: Vec<String>,
    first: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(frame: &'a Frame, sentence: usize) -> Self {
        let tokens = frame.tokens_of(sentence);
        Self {
            frame,
            first: tokens.start,
            words: tokens.map(|at| frame.word(at).to_lowercase()).collect(),
        }
    }

    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", String::as_str)
    }

    fn tag(&self, at: usize) -> Option<Tag> {
        self.frame
            .tokens
            .get(self.first + at)
            .map(|token| token.tag)
    }

    /// Every expression of the sentence, in order.
    pub(super) fn read(&self) -> Vec<Found> {
        let mut all = Vec::new();
        let mut at = 0;
        while at < self.words.len() {
            if let Some(mut found) = self.expression(at) {
                at = found.behind;
                found.first += self.first;
                found.behind += self.first;
                all.push(found);
            } else {
                at += 1;
            }
        }
        all
    }

    /// The expression that begins here, with what modifies it.
    fn expression(&self, at: usize) -> Option<Found> {
        if self.word(at) == "the" && self.word(at + 1) == "night" && self.word(at + 2) == "before" {
            let behind = self.noun_phrase(at + 3);
            return (behind > at + 3).then_some(Found {
                first: at,
                behind,
                written: Written::NightBefore,
                modifier: None,
                part: Some("NI"),
            });
        }
        let (from, modifier) = self.modifier(at);
        let (behind, written) = self.plain(from)?;
        let mut found = Found {
            first: at,
            behind,
            written,
            modifier,
            part: None,
        };
        let is_day = matches!(
            found.written,
            Written::Weekday { .. } | Written::Near(_) | Written::Day { .. }
        );
        if is_day && let Some(part) = part_of_day(self.word(behind)) {
            found.part = Some(part);
            found.behind += 1;
        }
        Some(found)
    }

    /// What stands before an expression and narrows it: where that goes on.
    fn modifier(&self, at: usize) -> (usize, Option<Modifier>) {
        let start = if self.word(at) == "the" { at + 1 } else { at };
        let border = match self.word(start) {
            "beginning" | "start" => Some(Modifier::Start),
            "middle" => Some(Modifier::Mid),
            "end" => Some(Modifier::End),
            _ => None,
        };
        if border.is_some() && self.word(start + 1) == "of" {
            return (start + 2, border);
        }
        let hyphen = usize::from(self.word(at + 1) == "-");
        match self.word(at) {
            "early" => (at + 1 + hyphen, Some(Modifier::Start)),
            "mid" => (at + 1 + hyphen, Some(Modifier::Mid)),
            "late" => (at + 1 + hyphen, Some(Modifier::End)),
            "nearly" | "almost" => (at + 1, Some(Modifier::LessThan)),
            "over" if self.word(at + 1) != "the" => (at + 1, Some(Modifier::MoreThan)),
            "about" | "around" | "roughly" | "some" => (at + 1, Some(Modifier::Approx)),
            "more" | "less" if self.word(at + 1) == "than" => {
                let more = self.word(at) == "more";
                let modifier = if more {
                    Modifier::MoreThan
                } else {
                    Modifier::LessThan
                };
                (at + 2, Some(modifier))
            }
            _ => (at, None),
        }
    }

    fn plain(&self, at: usize) -> Option<(usize, Written)> {
        self.calendar_day(at)
            .or_else(|| self.shifted(at))
            .or_else(|| self.counted(at))
            .or_else(|| self.single(at))
    }

    /// `Tuesday, July 11, 2023`, `July 11 and 12`, `11 July`, `July 2023`, `2023-07-11`.
    fn calendar_day(&self, at: usize) -> Option<(usize, Written)> {
        if weekday(self.word(at)).is_some() {
            let next = at + 1 + usize::from(self.word(at + 1) == ",");
            if weekday(self.word(next)).is_some() {
                return None;
            }
            return self
                .calendar_day(next)
                .filter(|(_, written)| matches!(written, Written::Day { .. }));
        }
        if let Some(day) = iso_day(self.word(at)) {
            return Some((at + 1, day));
        }
        let the_month = |at: usize| {
            let is_name = self.tag(at).is_some_and(Tag::is_proper);
            month(self.word(at))
                .filter(|_| is_name || self.word(at) != "may" && self.word(at) != "march")
        };
        if let (Some(day), Some(month)) = (day_of_month(self.word(at)), the_month(at + 1)) {
            let (behind, year) = self.year_behind(at + 2);
            return Some((
                behind,
                Written::Day {
                    year,
                    month,
                    first: day,
                    last: day,
                },
            ));
        }
        let month = the_month(at)?;
        let Some(first) = day_of_month(self.word(at + 1)) else {
            let (behind, year) = self.year_behind(at + 1);
            return Some((behind, Written::Month { year, month }));
        };
        let mut behind = at + 2;
        let mut last = first;
        if matches!(self.word(behind), "and" | "-" | "–" | "to" | "through")
            && let Some(day) = day_of_month(self.word(behind + 1))
            && day > first
        {
            last = day;
            behind += 2;
        }
        let (behind, year) = self.year_behind(behind);
        Some((
            behind,
            Written::Day {
                year,
                month,
                first,
                last,
            },
        ))
    }

    fn year_behind(&self, at: usize) -> (usize, Option<i16>) {
        let comma = usize::from(matches!(self.word(at), "," | "of"));
        match year(self.word(at + comma)) {
            Some(year) => (at + comma + 1, Some(year)),
            None => (at, None),
        }
    }

    /// `last week`, `this weekend`, `next Monday`, `the third quarter of 2009`.
    fn shifted(&self, at: usize) -> Option<(usize, Written)> {
        let the = usize::from(self.word(at) == "the");
        let next = at + the;
        if let Some(quarter) = ordinal(self.word(next))
            && self.word(next + 1) == "quarter"
        {
            let (behind, year) = self.year_behind(next + 2);
            if self.word(behind) == "of"
                && let Some(shift) = shift(self.word(behind + 1))
                && self.word(behind + 2) == "year"
            {
                return Some((
                    behind + 3,
                    Written::Quarter {
                        quarter,
                        year,
                        shift,
                    },
                ));
            }
            return Some((
                behind,
                Written::Quarter {
                    quarter,
                    year,
                    shift: 0,
                },
            ));
        }
        if the == 1 && self.word(next) == "weekend" {
            return Some((next + 1, Written::Weekend { shift: None }));
        }
        let shift = shift(self.word(next))?;
        let word = self.word(next + 1);
        let behind = next + 2;
        let some_shift = (shift != 0).then_some(shift);
        if let Some(unit) = Unit::parse(word).filter(|_| !word.ends_with('s')) {
            return Some((behind, Written::Shifted { unit, shift }));
        }
        if word == "weekend" {
            return Some((behind, Written::Weekend { shift: some_shift }));
        }
        if let Some(day) = weekday(word) {
            return Some((
                behind,
                Written::Weekday {
                    day,
                    shift: some_shift,
                },
            ));
        }
        if let Some((code, month)) = season(word) {
            return Some((
                behind,
                Written::Season {
                    code,
                    month,
                    year: None,
                    shift,
                },
            ));
        }
        if let Some(month) = month(word)
            && the == 0
        {
            return Some((behind, Written::Month { year: None, month }));
        }
        None
    }

    /// `two years ago`, `a year and a half ago`, `four-week`, `the past nine days`.
    fn counted(&self, at: usize) -> Option<(usize, Written)> {
        let mut from = at;
        if self.word(at) == "the" && matches!(self.word(at + 1), "past" | "last" | "next") {
            from += 2;
        }
        let few = matches!(self.word(from), "several" | "few" | "recent");
        let few_of = usize::from(self.word(from) == "a" && self.word(from + 1) == "few");
        let count = if few || few_of == 1 {
            None
        } else {
            Some(number(self.word(from))?)
        };
        let mut next = from + 1 + few_of;
        next += usize::from(self.word(next) == "-");
        let unit = Unit::parse(self.word(next))?;
        next += 1;
        let is_age =
            self.word(next) == "old" || self.word(next) == "-" && self.word(next + 1) == "old";
        if is_age {
            return None;
        }
        let half =
            self.word(next) == "and" && self.word(next + 1) == "a" && self.word(next + 2) == "half";
        let behind = next + if half { 3 } else { 0 };
        let sign = match self.word(behind) {
            "ago" | "earlier" => -1,
            "later" => 1,
            _ => return Some((behind, Written::Duration { unit, count })),
        };
        match count {
            Some(count) => Some((
                behind + 1,
                Written::Away {
                    unit,
                    count: sign * count,
                    half,
                },
            )),
            None => Some((behind, Written::Duration { unit, count })),
        }
    }

    /// Expressions of one word.
    fn single(&self, at: usize) -> Option<(usize, Written)> {
        let word = self.word(at);
        let before = at.checked_sub(1).map_or("", |before| self.word(before));
        let written = match word {
            "today" | "tonight" => Written::Near(0),
            "yesterday" => Written::Near(-1),
            "tomorrow" => Written::Near(1),
            "now" | "currently" => Written::Now,
            "annual" | "annually" | "yearly" => Written::Every { unit: Unit::Year },
            "daily" => Written::Every { unit: Unit::Day },
            "weekly" => Written::Every { unit: Unit::Week },
            "monthly" => Written::Every { unit: Unit::Month },
            _ => {
                if let Some(day) = weekday(word) {
                    Written::Weekday { day, shift: None }
                } else if let Some(year) = year(word).filter(|_| self.may_be_year(at, before)) {
                    Written::Year(year)
                } else if let Some((code, month)) = season(word)
                    && (before == "in" || self.word(at + 1) == "of")
                {
                    let (behind, year) = self.year_behind(at + 1);
                    return Some((
                        behind,
                        Written::Season {
                            code,
                            month,
                            year,
                            shift: 0,
                        },
                    ));
                } else {
                    return decade(word).map(|from| (at + 1, Written::Decade(from)));
                }
            }
        };
        Some((at + 1, written))
    }

    /// Whether four figures are a year: no sum, no number of things.
    fn may_be_year(&self, at: usize, before: &str) -> bool {
        let counted = self.tag(at + 1) == Some(Tag::NNS) || matches!(self.word(at + 1), "%" | "-");
        !counted
            && !matches!(
                before,
                "$" | "£" | "€" | "#" | "no." | "-" | "than" | "about"
            )
    }

    /// Behind the nouns that begin here.
    fn noun_phrase(&self, at: usize) -> usize {
        let mut behind = at
            + usize::from(matches!(
                self.word(at),
                "the" | "a" | "his" | "her" | "their"
            ));
        while behind < self.words.len()
            && self
                .tag(behind)
                .is_some_and(|tag| tag.is_noun() || tag == Tag::JJ)
        {
            behind += 1;
        }
        behind
    }
}

fn shift(word: &str) -> Option<i64> {
    Some(match word {
        "last" | "previous" => -1,
        "this" => 0,
        "next" | "coming" => 1,
        _ => return None,
    })
}

fn iso_day(word: &str) -> Option<Written> {
    let mut parts = word.splitn(3, '-');
    let year = year(parts.next()?)?;
    let month = day_of_month(parts.next()?).filter(|month| *month <= 12)?;
    let day = day_of_month(parts.next()?)?;
    Some(Written::Day {
        year: Some(year),
        month,
        first: day,
        last: day,
    })
}

fn decade(word: &str) -> Option<i16> {
    let figures = word.strip_suffix("'s").or_else(|| word.strip_suffix('s'))?;
    year(figures).filter(|year| year % 10 == 0)
}
