//! Dates as pages and the API print them: plain days, never "3 hours ago".
//!
//! A publication day is the day the outlet printed, in the outlet's own
//! offset; our own instants are shown in UTC and say so where the hour shows.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// A day, for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Day {
    /// RFC 3339, as precise as it is known: `2023-06-13` or a date-time.
    pub machine: String,
    /// `13 June 2023`.
    pub text: String,
}

/// The day an outlet printed, from RFC 3339; `None` when it is no date.
pub(crate) fn printed_day(rfc3339: &str) -> Option<Day> {
    let date: Date = rfc3339.get(..10)?.parse().ok()?;
    Some(Day {
        machine: rfc3339.to_owned(),
        text: in_words(date),
    })
}

/// The day of an instant, in UTC.
pub(crate) fn day(at_ms: i64) -> Day {
    let date = Offset::UTC.to_datetime(instant(at_ms)).date();
    Day {
        machine: date.to_string(),
        text: in_words(date),
    }
}

/// `13 June 2023, 16:42 UTC`.
pub(crate) fn moment(at_ms: i64) -> String {
    let at = Offset::UTC.to_datetime(instant(at_ms));
    format!(
        "{}, {:02}:{:02} UTC",
        in_words(at.date()),
        at.hour(),
        at.minute()
    )
}

/// RFC 3339 in UTC with milliseconds: `2023-06-13T16:42:00.000Z`.
pub(crate) fn rfc3339(at_ms: i64) -> String {
    format!("{:.3}", instant(at_ms))
}

fn in_words(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// An instant out of jiff's range (years -9999 to 9999) reads as 1970.
fn instant(at_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_day_is_the_day_in_the_outlets_own_offset() {
        assert_eq!(
            printed_day("2023-06-13T23:30:00-05:00").unwrap().text,
            "13 June 2023"
        );
        assert_eq!(printed_day("2023-06-01").unwrap().text, "1 June 2023");
        assert_eq!(printed_day("June"), None);
        assert_eq!(printed_day("2023-13-40T00:00:00Z"), None);
        assert_eq!(printed_day("éééééé"), None);
    }

    #[test]
    fn instants_are_printed_in_utc() {
        assert_eq!(moment(1_686_674_520_000), "13 June 2023, 16:42 UTC");
        assert_eq!(rfc3339(1_686_674_520_000), "2023-06-13T16:42:00.000Z");
        assert_eq!(day(1_686_674_520_000).machine, "2023-06-13");
        assert_eq!(day(i64::MAX).machine, "1970-01-01");
    }
}
