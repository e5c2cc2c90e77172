//! Written expressions placed in the calendar.

use jiff::Span;
use jiff::civil::Date as Day;

use super::read::Written;
use super::words::Unit;
use super::{Direction, Kind, Modifier};

/// A value, and the first and the last day of it.
pub(super) struct Placed {
    pub(super) value: String,
    pub(super) kind: Kind,
    pub(super) days: Option<(Day, Day)>,
}

fn days(day: Day, count: i64) -> Option<Day> {
    day.checked_add(Span::new().try_days(count).ok()?).ok()
}

fn months(day: Day, count: i64) -> Option<Day> {
    day.checked_add(Span::new().try_months(count).ok()?).ok()
}

/// Places an expression; `None` when it needs an anchor and there is none, or is
/// no day at all (30 February).
pub(super) fn place(
    written: &Written,
    modifier: Option<Modifier>,
    ahead: bool,
    anchor: Option<Day>,
) -> Option<Placed> {
    let date = |value: String, first: Day, last: Day| Placed {
        value,
        kind: Kind::Date,
        days: Some((first, last)),
    };
    Some(match *written {
        Written::Day {
            year,
            month,
            first,
            last,
        } => {
            let year = match year {
                Some(year) => year,
                None => near_year(anchor?, month, first, ahead)?,
            };
            let first = Day::new(year, month, first).ok()?;
            let last = Day::new(year, month, last).ok()?;
            let value = if first == last {
                first.to_string()
            } else {
                format!("{first}/{last}")
            };
            date(value, first, last)
        }
        Written::Month { year, month } => {
            let year = match year {
                Some(year) => year,
                None => near_year(anchor?, month, 1, ahead)?,
            };
            let first = Day::new(year, month, 1).ok()?;
            date(
                format!("{year:04}-{month:02}"),
                first,
                first.last_of_month(),
            )
        }
        Written::Year(year) => whole_year(year)?,
        Written::Decade(year) => {
            let last = Day::new(year + 9, 12, 31).ok()?;
            date(
                format!("{:03}", year / 10),
                Day::new(year, 1, 1).ok()?,
                last,
            )
        }
        Written::Weekday { day, shift } => {
            let anchor = anchor?;
            let today = anchor.weekday().to_monday_one_offset();
            let apart = i64::from(day - today);
            let is_ahead = shift == Some(1) || ahead && shift.is_none();
            let strict = i64::from(shift.is_some());
            let step = if is_ahead {
                (apart - strict).rem_euclid(7) + strict
            } else {
                -((-apart - strict).rem_euclid(7) + strict)
            };
            let day = days(anchor, step)?;
            date(day.to_string(), day, day)
        }
        Written::Weekend { shift } => {
            let anchor = anchor?;
            let today = i64::from(anchor.weekday().to_monday_one_offset());
            let saturday = days(anchor, 6 - today)?;
            let weeks = match shift {
                Some(shift) => shift,
                None if ahead || today >= 6 => 0,
                None => -1,
            };
            let saturday = days(saturday, 7 * weeks)?;
            let week = saturday.iso_week_date();
            let value = format!("{:04}-W{:02}-WE", week.year(), week.week());
            date(value, saturday, days(saturday, 1)?)
        }
        Written::Near(count) => {
            let day = days(anchor?, count)?;
            date(day.to_string(), day, day)
        }
        Written::Shifted { unit, shift } => shifted(unit, shift, anchor?)?,
        Written::Away { unit, count, half } => away(unit, count, half, modifier, anchor?)?,
        Written::Season {
            code,
            month,
            year,
            shift,
        } => {
            let year = if let Some(year) = year {
                year
            } else {
                let anchor = anchor?;
                let begun = Day::new(anchor.year(), month, 1).ok()? <= anchor;
                let back = i16::from(shift <= 0 && !ahead && !begun);
                let over = i16::from(shift < 0 && anchor.month() < month + 3 && begun);
                let on = i16::from(shift > 0 && begun);
                anchor.year() - back - over + on
            };
            let first = Day::new(year, month, 1).ok()?;
            let last = days(months(first, 3)?, -1)?;
            date(format!("{year:04}-{code}"), first, last)
        }
        Written::Quarter {
            quarter,
            year,
            shift,
        } => {
            let year = match year {
                Some(year) => year,
                None => anchor?.year().checked_add(shift as i16)?,
            };
            let first = Day::new(year, quarter * 3 - 2, 1).ok()?;
            date(
                format!("{year:04}-Q{quarter}"),
                first,
                days(months(first, 3)?, -1)?,
            )
        }
        Written::Duration { unit, count } => Placed {
            value: unit.duration(&count.map_or_else(|| "X".to_owned(), |count| count.to_string())),
            kind: Kind::Duration,
            days: None,
        },
        Written::Every { unit } => Placed {
            value: unit.duration("1"),
            kind: Kind::Set,
            days: None,
        },
        Written::Now => Placed {
            value: "PRESENT_REF".to_owned(),
            kind: Kind::Date,
            days: None,
        },
        Written::NightBefore => {
            let day = days(anchor?, -1)?;
            date(day.to_string(), day, day)
        }
    })
}

fn whole_year(year: i16) -> Option<Placed> {
    Some(Placed {
        value: format!("{year:04}"),
        kind: Kind::Date,
        days: Some((Day::new(year, 1, 1).ok()?, Day::new(year, 12, 31).ok()?)),
    })
}

/// The year that brings a day of the year closest, on the side the clause looks to.
fn near_year(anchor: Day, month: i8, day: i8, ahead: bool) -> Option<i16> {
    let this = Day::new(anchor.year(), month, day).ok()?;
    let same_month = this.month() == anchor.month();
    Some(match (ahead, this < anchor) {
        (true, true) if !same_month => anchor.year() + 1,
        (false, false) if this > anchor && !same_month => anchor.year() - 1,
        _ => anchor.year(),
    })
}

fn shifted(unit: Unit, shift: i64, anchor: Day) -> Option<Placed> {
    let (value, first, last) = match unit {
        Unit::Week => {
            let today = i64::from(anchor.weekday().to_monday_zero_offset());
            let monday = days(anchor, 7 * shift - today)?;
            let week = monday.iso_week_date();
            (
                format!("{:04}-W{:02}", week.year(), week.week()),
                monday,
                days(monday, 6)?,
            )
        }
        Unit::Month => {
            let first = months(anchor.first_of_month(), shift)?;
            (
                format!("{:04}-{:02}", first.year(), first.month()),
                first,
                first.last_of_month(),
            )
        }
        Unit::Quarter => {
            let month = (anchor.month() - 1) / 3 * 3 + 1;
            let first = months(Day::new(anchor.year(), month, 1).ok()?, 3 * shift)?;
            let value = format!("{:04}-Q{}", first.year(), (first.month() + 2) / 3);
            (value, first, days(months(first, 3)?, -1)?)
        }
        Unit::Year => return whole_year(anchor.year().checked_add(shift as i16)?),
        Unit::Decade => {
            let year = anchor.year() / 10 * 10 + 10 * shift as i16;
            (
                format!("{:03}", year / 10),
                Day::new(year, 1, 1).ok()?,
                Day::new(year + 9, 12, 31).ok()?,
            )
        }
        Unit::Day | Unit::Hour | Unit::Minute => {
            let day = days(anchor, shift)?;
            (day.to_string(), day, day)
        }
    };
    Some(Placed {
        value,
        kind: Kind::Date,
        days: Some((first, last)),
    })
}

/// So many units away. Years are told by the year, months by the month; what is
/// said to be nearly so is left as wide as a sixth of the way.
fn away(
    unit: Unit,
    count: i64,
    half: bool,
    modifier: Option<Modifier>,
    anchor: Day,
) -> Option<Placed> {
    let in_months = match unit {
        Unit::Month => Some(count),
        Unit::Quarter => count.checked_mul(3),
        Unit::Year => count.checked_mul(12),
        Unit::Decade => count.checked_mul(120),
        _ => None,
    };
    if let Some(whole) = in_months {
        let more = match (half, unit) {
            (true, Unit::Year) => 6 * count.signum(),
            (true, Unit::Decade) => 60 * count.signum(),
            _ => 0,
        };
        let total = whole + more;
        let point = months(anchor, total)?;
        if modifier.is_none() && !half && matches!(unit, Unit::Year | Unit::Decade) {
            return whole_year(point.year());
        }
        let slack = total.abs() / 6;
        let (first, last) = match modifier {
            Some(Modifier::LessThan) => (point, months(point, slack)?.last_of_month()),
            Some(Modifier::MoreThan) => (months(point, -slack)?.first_of_month(), point),
            Some(_) => (
                months(point, -slack)?.first_of_month(),
                months(point, slack)?.last_of_month(),
            ),
            None => (point.first_of_month(), point.last_of_month()),
        };
        let value = format!("{:04}-{:02}", point.year(), point.month());
        return Some(Placed {
            value,
            kind: Kind::Date,
            days: Some((first, last)),
        });
    }
    match unit {
        Unit::Week => shifted(Unit::Day, count.checked_mul(7)?, anchor),
        Unit::Day => shifted(Unit::Day, count, anchor),
        _ => {
            let hours = if unit == Unit::Hour {
                count
            } else {
                count / 60
            };
            shifted(Unit::Day, hours / 24, anchor)
        }
    }
}

/// The part of some days that a modifier leaves: ten days of a month, a quarter of
/// a year, a third of anything else.
pub(super) fn narrowed((first, last): (Day, Day), modifier: Modifier) -> (Day, Day) {
    let length = i64::from((last - first).get_days()) + 1;
    let part = match length {
        ..7 => return (first, last),
        28..=31 => 10,
        365.. => length / 4,
        _ => length / 3,
    };
    let found = match modifier {
        Modifier::Start => days(first, part - 1).map(|day| (first, day)),
        Modifier::End => days(last, 1 - part).map(|day| (day, last)),
        Modifier::Mid => {
            let begun = days(first, (length - part) / 2);
            begun.and_then(|begun| Some((begun, days(begun, part - 1)?)))
        }
        Modifier::LessThan | Modifier::MoreThan | Modifier::Approx => None,
    };
    found.unwrap_or((first, last))
}

/// Where some days lie, seen from publication; today is as the clause says.
pub(super) fn side(found: (Day, Day), published: Day, ahead: bool) -> Direction {
    if found.1 < published {
        Direction::Past
    } else if found.0 > published || ahead {
        Direction::Future
    } else {
        Direction::Past
    }
}
