//! The words time is told with.

/// A length of time with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
}

impl Unit {
    /// Reads a unit, in the singular or the plural.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word.strip_suffix('s').unwrap_or(word) {
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            "decade" => Self::Decade,
            _ => return None,
        })
    }

    /// How many of it, as TIMEX3 writes a duration.
    pub(super) fn duration(self, count: &str) -> String {
        match self {
            Self::Minute => format!("PT{count}M"),
            Self::Hour => format!("PT{count}H"),
            Self::Day => format!("P{count}D"),
            Self::Week => format!("P{count}W"),
            Self::Month => format!("P{count}M"),
            Self::Quarter => format!("P{count}Q"),
            Self::Year => format!("P{count}Y"),
            Self::Decade => count
                .parse::<i64>()
                .map_or_else(|_| "PXY".to_owned(), |count| format!("P{}Y", count * 10)),
        }
    }
}

/// The month a word names, from 1.
pub(super) fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.');
    let short = if word == "sept" { "sep" } else { word };
    let at = MONTHS
        .iter()
        .position(|month| *month == word || month[..3] == *short)?;
    Some(at as i8 + 1)
}

/// The day of the week a word names, Monday being 1.
pub(super) fn weekday(word: &str) -> Option<i8> {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    DAYS.iter()
        .position(|day| *day == word)
        .map(|at| at as i8 + 1)
}

/// A part of the day, as TIMEX3 writes it.
pub(super) fn part_of_day(word: &str) -> Option<&'static str> {
    Some(match word {
        "morning" => "MO",
        "afternoon" => "AF",
        "evening" => "EV",
        "night" => "NI",
        _ => return None,
    })
}

/// A season: as TIMEX3 writes it, and its first month.
pub(super) fn season(word: &str) -> Option<(&'static str, i8)> {
    Some(match word {
        "spring" => ("SP", 3),
        "summer" => ("SU", 6),
        "autumn" | "fall" => ("FA", 9),
        "winter" => ("WI", 12),
        _ => return None,
    })
}

/// A small number, in figures or in words; `a` and `an` are one.
pub(super) fn number(word: &str) -> Option<i64> {
    const SMALL: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    const TENS: [&str; 7] = [
        "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    if word == "a" || word == "an" {
        return Some(1);
    }
    if word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() <= 3 {
        return word.parse().ok();
    }
    let small = SMALL.iter().position(|known| *known == word);
    let tens = TENS.iter().position(|known| *known == word);
    small
        .or_else(|| tens.map(|at| at * 10 + 30))
        .map(|at| at as i64)
}

/// The place in a row that a word tells.
pub(super) fn ordinal(word: &str) -> Option<i8> {
    Some(match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" | "final" => 4,
        _ => return None,
    })
}

/// A day of the month: `11`, `2nd`.
pub(super) fn day_of_month(word: &str) -> Option<i8> {
    let figures = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| word.strip_suffix(end))
        .unwrap_or(word);
    if figures.len() > 2 || !figures.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    figures.parse().ok().filter(|day| (1..=31).contains(day))
}

/// A year in four figures.
pub(super) fn year(word: &str) -> Option<i16> {
    if word.len() != 4 || !word.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    word.parse().ok().filter(|year| (1500..2100).contains(year))
}
