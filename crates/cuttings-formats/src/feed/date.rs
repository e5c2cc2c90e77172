//! Dates as feeds write them: RFC 822 with all its dialects, and RFC 3339.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// The instant a feed's date names, in milliseconds since 1970. A date without
/// a zone is taken as UTC, a day as its midnight. `None` when it is none.
///
/// ```
/// use cuttings_formats::feed::instant_ms;
///
/// assert_eq!(instant_ms("Fri, 03 May 2024 08:00:00 GMT"), Some(1_714_723_200_000));
/// assert_eq!(instant_ms("3 May 24 03:00 EST"), Some(1_714_723_200_000));
/// assert_eq!(instant_ms("2024-05-03T10:00:00+02:00"), Some(1_714_723_200_000));
/// assert_eq!(instant_ms("yesterday"), None);
/// ```
pub fn instant_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() > 100 {
        return None;
    }
    iso(text).or_else(|| rfc_822(text))
}

fn iso(text: &str) -> Option<i64> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_millisecond());
    }
    let local = text
        .parse::<DateTime>()
        .or_else(|_| {
            text.parse::<Date>()
                .map(|day| day.to_datetime(Time::midnight()))
        })
        .ok()?;
    at(local, Offset::UTC)
}

fn rfc_822(text: &str) -> Option<i64> {
    let mut words = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .peekable();
    if words
        .peek()
        .is_some_and(|word| word.starts_with(|c: char| c.is_alphabetic()) && month(word).is_none())
    {
        words.next();
    }
    let first = words.next()?;
    let second = words.next()?;
    // "03 May", or "May 03" as some write it.
    let (day, month) = match month(second) {
        Some(month) => (first, month),
        None => (second, month(first)?),
    };
    let day: i8 = day.parse().ok()?;
    let year: i16 = words.next()?.parse().ok()?;
    let year = match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        _ => year,
    };
    let mut clock = words.next().unwrap_or("0:0").split(':');
    let hour: i8 = clock.next()?.parse().ok()?;
    let minute: i8 = clock.next()?.parse().ok()?;
    let second: i8 = clock
        .next()
        .map_or(Some(0), |second| second.split('.').next()?.parse().ok())?;
    let date = Date::new(year, month, day).ok()?;
    let time = Time::new(hour, minute, second.min(59), 0).ok()?;
    at(date.to_datetime(time), zone(words.next().unwrap_or("GMT")))
}

fn at(local: DateTime, offset: Offset) -> Option<i64> {
    TimeZone::fixed(offset)
        .to_timestamp(local)
        .ok()
        .map(jiff::Timestamp::as_millisecond)
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let start = word.get(..3)?.to_ascii_lowercase();
    (1..=12).find(|number: &i8| MONTHS[*number as usize - 1] == start)
}

/// An offset by number or by one of the names of RFC 822; UTC for any other.
fn zone(word: &str) -> Offset {
    let hours = match word.to_ascii_uppercase().as_str() {
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        "BST" | "CET" | "MEZ" => 1,
        "CEST" | "MESZ" | "EET" => 2,
        "EEST" => 3,
        _ => 0,
    };
    let by_number = || {
        let sign = match word.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let digits: String = word[1..].chars().filter(|c| *c != ':').collect();
        let (hours, minutes) = digits.split_at_checked(digits.len().checked_sub(2)?)?;
        let seconds = hours.parse::<i32>().ok()? * 3_600 + minutes.parse::<i32>().ok()? * 60;
        Offset::from_seconds(sign * seconds).ok()
    };
    by_number()
        .or_else(|| Offset::from_hours(hours).ok())
        .unwrap_or(Offset::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m05_dates_of_every_dialect_are_read() {
        let wanted = Some(1_714_723_200_000);
        for text in [
            "Fri, 03 May 2024 08:00:00 +0000",
            "Fri, 3 May 2024 08:00:00 UT",
            "03 May 2024 10:00:00 +02:00",
            "Friday, May 3 2024 08:00",
            "Fri, 03 May 24 04:00:00 EDT",
            "2024-05-03T08:00:00.000Z",
            "2024-05-03 08:00:00",
            "2024-05-03T13:30:00+0530",
        ] {
            assert_eq!(instant_ms(text), wanted, "{text}");
        }
        assert_eq!(instant_ms("2024-05-03"), Some(1_714_694_400_000));
    }

    #[test]
    fn m05_what_is_no_date_is_none() {
        for text in [
            "",
            "soon",
            "Fri, 31 Feb 2024 08:00:00 GMT",
            "99 May 2024",
            "03 May 99999999 08:00",
            "03 May 2024 25:00",
            "+",
            "Mon",
            "é é é é é",
        ] {
            assert_eq!(instant_ms(text), None, "{text}");
        }
    }
}
