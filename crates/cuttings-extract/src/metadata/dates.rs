//! Reading a date out of a machine value, a line of text or an address.
//!
//! [`super`] asks for dates in its order of trust; this file only knows how a
//! date may be written. No clock is read and no time zone is guessed: a time
//! without an offset is given as its day alone.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// No page of the Web is older. Earlier years in a text are history, not a
/// date of publication.
const EARLIEST_YEAR: i16 = 1991;
/// A bound that keeps page numbers and prices from being read as years.
const LATEST_YEAR: i16 = 2049;

/// A date of publication as exact as the page gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    day: Date,
    moment: Option<(Time, Offset)>,
}

impl Stamp {
    /// A day without a time; `None` when there is no such day, or when its
    /// year cannot be that of a Web page.
    pub fn from_day(year: i16, month: i8, day: i8) -> Option<Self> {
        if !(EARLIEST_YEAR..=LATEST_YEAR).contains(&year) {
            return None;
        }
        Some(Self {
            day: Date::new(year, month, day).ok()?,
            moment: None,
        })
    }

    /// Whether a time of day with its offset is known.
    pub fn has_time(&self) -> bool {
        self.moment.is_some()
    }

    /// The day as the page's own clock had it.
    pub fn day(&self) -> Date {
        self.day
    }

    /// Whether `shown` is this moment, which is given in UTC, on the clock of
    /// some place where that is another day. For many pages UTC is the clock of
    /// no place.
    pub fn may_be(&self, shown: &Self) -> bool {
        let Some((time, offset)) = self.moment else {
            return false;
        };
        if offset != Offset::UTC || shown.day == self.day {
            return false;
        }
        if shown.has_time() {
            return shown.timestamp() == self.timestamp();
        }
        let hour = time.hour();
        (hour < 12 && self.day.yesterday().ok() == Some(shown.day))
            || (hour >= 10 && self.day.tomorrow().ok() == Some(shown.day))
    }

    /// The moment, in seconds.
    fn timestamp(&self) -> Option<i64> {
        let (time, offset) = self.moment?;
        let civil = DateTime::from_parts(self.day, time);
        Some(offset.to_timestamp(civil).ok()?.as_second())
    }

    /// Whether one of both may be the other with day and month exchanged.
    pub fn is_misread(&self, other: &Self) -> bool {
        self.day.year() == other.day.year()
            && self.day.month() == other.day.day()
            && self.day.day() == other.day.month()
    }

    /// How many days this is before `other`.
    pub fn days_before(&self, other: &Self) -> i32 {
        (other.day - self.day).get_days()
    }
}

impl fmt::Display for Stamp {
    /// RFC 3339: a full date, or a date-time with `Z` for UTC.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((time, offset)) = self.moment else {
            return write!(out, "{}", self.day);
        };
        write!(
            out,
            "{}T{:02}:{:02}:{:02}",
            self.day,
            time.hour(),
            time.minute(),
            time.second()
        )?;
        let seconds = offset.seconds();
        if seconds == 0 {
            return out.write_str("Z");
        }
        let minutes = seconds.abs() / 60;
        let sign = if seconds < 0 { '-' } else { '+' };
        write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// Which number comes first where a date is written as `03/04/2023`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Most of the world.
    DayFirst,
    /// The United States and the Philippines.
    MonthFirst,
}

impl Order {
    /// The order used where `language` (a BCP 47 tag) is read. Plain `en` is
    /// taken as American, like most pages that declare it.
    pub fn of_language(language: Option<&str>) -> Self {
        match language {
            Some(tag) => {
                let tag = tag.to_ascii_lowercase().replace('_', "-");
                if tag == "en" || tag == "en-us" || tag == "en-ph" {
                    Self::MonthFirst
                } else {
                    Self::DayFirst
                }
            }
            None => Self::MonthFirst,
        }
    }
}

/// Reads a value written for machines: ISO 8601 in its many shapes, RFC 2822,
/// a Unix time in seconds or milliseconds, or, failing these, a written date.
pub fn from_value(value: &str, order: Order) -> Option<Stamp> {
    let value = value.trim();
    if value.is_empty() || value.len() > 120 {
        return None;
    }
    iso(value)
        .or_else(|| unix_time(value))
        .or_else(|| from_text(value, order))
}

fn unix_time(value: &str) -> Option<Stamp> {
    if !value.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = value.parse().ok()?;
    let seconds = match value.len() {
        10 => number,
        13 => number / 1000,
        _ => return None,
    };
    let civil = Offset::UTC.to_datetime(jiff::Timestamp::from_second(seconds).ok()?);
    stamp(civil, Some(Offset::UTC))
}

fn stamp(civil: DateTime, offset: Option<Offset>) -> Option<Stamp> {
    let day = Stamp::from_day(civil.year(), civil.month(), civil.day())?;
    Some(Stamp {
        moment: offset.map(|offset| (civil.time(), offset)),
        ..day
    })
}

/// `2023-06-13`, `2023-06-13T19:05:47+00:00`, `2023-06-13 19:05:47 +0200`,
/// `20230613`, `2023/06/13`; anything may follow the date.
fn iso(value: &str) -> Option<Stamp> {
    let bytes = value.as_bytes();
    let mut at = 0;
    let year = digits(bytes, &mut at, 4, 4)?;
    let compact = bytes.get(at).is_some_and(u8::is_ascii_digit);
    if compact && (bytes.len() < 8 || bytes.get(8).is_some_and(u8::is_ascii_digit)) {
        return None;
    }
    if !compact {
        separator(bytes, &mut at)?;
    }
    let month = digits(bytes, &mut at, 1, 2)?;
    if !compact {
        separator(bytes, &mut at)?;
    }
    let day = digits(bytes, &mut at, 1, 2)?;
    let date = Stamp::from_day(year as i16, month as i8, day as i8)?;
    Some(with_time(date, &value[at..]))
}

fn separator(bytes: &[u8], at: &mut usize) -> Option<()> {
    matches!(bytes.get(*at), Some(b'-' | b'/' | b'.')).then(|| *at += 1)
}

/// Reads between `least` and `most` digits as a number.
fn digits(bytes: &[u8], at: &mut usize, least: usize, most: usize) -> Option<u32> {
    let start = *at;
    let mut number = 0;
    while *at - start < most && bytes.get(*at).is_some_and(u8::is_ascii_digit) {
        number = number * 10 + u32::from(bytes[*at] - b'0');
        *at += 1;
    }
    (*at - start >= least).then_some(number)
}

/// Adds the time that follows a date, where it stands with its offset.
fn with_time(date: Stamp, rest: &str) -> Stamp {
    let rest = rest.trim_start_matches(['T', 't', ' ', ',']);
    let bytes = rest.as_bytes();
    let mut at = 0;
    let Some((time, offset)) = time_of_day(bytes, &mut at).and_then(|time| {
        let offset = offset(rest.get(at..)?)?;
        Some((time, offset))
    }) else {
        return date;
    };
    Stamp {
        moment: Some((time, offset)),
        ..date
    }
}

fn time_of_day(bytes: &[u8], at: &mut usize) -> Option<Time> {
    let hour = digits(bytes, at, 1, 2)?;
    (bytes.get(*at) == Some(&b':')).then(|| *at += 1)?;
    let minute = digits(bytes, at, 2, 2)?;
    let mut second = 0;
    if bytes.get(*at) == Some(&b':') {
        *at += 1;
        second = digits(bytes, at, 1, 2)?;
        if matches!(bytes.get(*at), Some(b'.' | b',')) {
            *at += 1;
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
        }
    }
    Time::new(hour as i8, minute as i8, second.min(59) as i8, 0).ok()
}

fn offset(rest: &str) -> Option<Offset> {
    let rest = rest.trim_start();
    if rest.starts_with(['Z', 'z']) || rest.starts_with("UTC") || rest.starts_with("GMT") {
        return Some(Offset::UTC);
    }
    let sign = match rest.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let bytes = &rest.as_bytes()[1..];
    let mut at = 0;
    let hours = digits(bytes, &mut at, 1, 2)?;
    if bytes.get(at) == Some(&b':') {
        at += 1;
    }
    let minutes = digits(bytes, &mut at, 0, 2).unwrap_or(0);
    if hours > 14 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60) as i32).ok()
}

/// The first date written in a line of text: `June 14, 2023`, `14. Juni 2023`,
/// `14/06/2023`, `2023年6月14日`, `Wed, 14 Jun 2023 06:30:00 +0000`.
pub fn from_text(text: &str, order: Order) -> Option<Stamp> {
    if !text.bytes().any(|b| b.is_ascii_digit()) && text.is_ascii() {
        return None;
    }
    let text = &*ascii_digits(text);
    let words = split(text);
    for at in 0..words.len() {
        if let Some(found) = date_at(text, &words, at, order) {
            return Some(found);
        }
    }
    None
}

/// Brings the digits of other scripts (`٢٠٢٠`, `২০২০`, `२०२०`) into one shape.
fn ascii_digits(text: &str) -> Cow<'_, str> {
    const ZEROS: [u32; 4] = [0x0660, 0x06F0, 0x0966, 0x09E6];
    let digit = |c: char| {
        ZEROS
            .iter()
            .find(|zero| (**zero..**zero + 10).contains(&(c as u32)))
            .and_then(|zero| char::from_digit(c as u32 - zero, 10))
    };
    if !text.chars().any(|c| digit(c).is_some()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| digit(c).unwrap_or(c)).collect())
}

/// A run of digits or of letters, and where it stands.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    number: Option<u32>,
    start: usize,
    end: usize,
}

fn split(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !is_of_word(first) {
            continue;
        }
        let digit = first.is_ascii_digit();
        let mut end = start + first.len_utf8();
        while let Some(&(at, next)) = rest.peek() {
            if !is_of_word(next) || next.is_ascii_digit() != digit {
                break;
            }
            end = at + next.len_utf8();
            rest.next();
        }
        let piece = &text[start..end];
        let number = (digit && piece.len() <= 8)
            .then(|| piece.parse().ok())
            .flatten();
        words.push(Word {
            text: piece,
            number,
            start,
            end,
        });
        if words.len() > 400 {
            break;
        }
    }
    words
}

/// Letters, digits, and the signs that join letters in Indian scripts.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{93C}' | '\u{94D}' | '\u{9BC}' | '\u{9CD}')
}

fn date_at(text: &str, words: &[Word<'_>], at: usize, order: Order) -> Option<Stamp> {
    let word = words[at];
    let next = |by: usize| words.get(at + by).copied();
    if let Some(first) = word.number {
        // 2023-06-13, 2023年6月13日, 2023. 6. 13.
        if word.text.len() == 4 && (1990..2050).contains(&first) {
            if let (Some(a), Some(b)) = (next(1), next(2)) {
                let gap = &text[word.end..a.start];
                if matches!(gap.trim(), "-" | "/" | ".")
                    && let (Some(month), Some(day)) = (a.number, b.number)
                {
                    let date = Stamp::from_day(first as i16, small(month)?, small(day)?)?;
                    return Some(with_time(date, &text[b.end..]));
                }
                // The sign for "year" may carry the month's digits behind it.
                if matches!(a.text, "年" | "년") {
                    let month = b.number?;
                    let (sign, day) = (next(3)?, next(4)?);
                    if matches!(sign.text, "月" | "월") {
                        return Stamp::from_day(first as i16, small(month)?, small(day.number?)?);
                    }
                }
                // 2023 June 13
                if let (Some(month), Some(day)) = (month(a.text), b.number) {
                    return Stamp::from_day(first as i16, month, small(day)?);
                }
            }
            return None;
        }
        if word.text.len() <= 2 && (1..=31).contains(&first) {
            let second = next(1)?;
            // 13.06.2023, 13/06/23, 13-06-2023
            if let Some(number) = second.number {
                let third = next(2)?;
                let gaps = (
                    &text[word.end..second.start],
                    &text[second.end..third.start],
                );
                let tight = matches!(gaps.0.trim(), "." | "/" | "-")
                    && matches!(gaps.1.trim(), "." | "/" | "-");
                let year = third.number.filter(|_| tight && second.text.len() <= 2)?;
                let year = match third.text.len() {
                    4 => year,
                    2 if gaps.0.trim() != "-" => 2000 + year,
                    _ => return None,
                };
                let dotted = gaps.0.trim() == ".";
                let (day, month) = match order {
                    Order::MonthFirst if !dotted && first <= 12 => (number, first),
                    _ if number > 12 => (number, first),
                    _ => (first, number),
                };
                let date = Stamp::from_day(year as i16, small(month)?, small(day)?)?;
                return Some(with_time(date, &text[third.end..]));
            }
            // 14 June 2023, 14th of June 2023, 14 de junio de 2023, 14-Jun-2023
            let mut by = 1;
            while by <= 2 && next(by).is_some_and(|w| is_filler(w.text)) {
                by += 1;
            }
            let name = next(by)?.text;
            by += 1;
            // The same month by another name: 24 نيسان / أبريل 2020
            if month(name).is_some() && next(by).is_some_and(|w| month(w.text) == month(name)) {
                by += 1;
            }
            if next(by).is_some_and(|w| matches!(w.text, "de" | "del" | "of")) {
                by += 1;
            }
            let year = next(by)?;
            if year.text.len() != 4 {
                return None;
            }
            let date = Stamp::from_day(year.number? as i16, month(name)?, small(first)?)?;
            return Some(with_time(date, &text[year.end..]));
        }
        return None;
    }
    // June 14, 2023; Jun. 14th 2023
    let day = next(1)?;
    let mut by = 2;
    if next(by).is_some_and(|w| is_filler(w.text)) {
        by += 1;
    }
    let year = next(by)?;
    if day.text.len() > 2 || year.text.len() != 4 {
        return None;
    }
    let (year_number, day_number) = (year.number?, day.number?);
    let month = month(word.text)?;
    let date = Stamp::from_day(year_number as i16, month, small(day_number)?)?;
    Some(with_time(date, &text[year.end..]))
}

fn small(number: u32) -> Option<i8> {
    i8::try_from(number).ok()
}

fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "st" | "nd" | "rd" | "th" | "of" | "de" | "er" | "d" | "o" | "º" | "ª"
    )
}

/// The month a word names, 1 to 12, in the languages most pages come in.
fn month(word: &str) -> Option<i8> {
    if word.chars().count() < 2 || word.len() > 36 {
        return None;
    }
    let word = word.to_lowercase();
    // Hebrew puts "in" before the name without a space.
    let word = word.strip_prefix('ב').unwrap_or(&word);
    MONTHS
        .iter()
        .position(|names| names.split(' ').any(|name| name == word))
        .map(|at| at as i8 + 1)
}

/// Month names and their short forms: English, German, French, Spanish,
/// Italian, Portuguese, Dutch, Polish, Czech, Swedish, Danish, Norwegian,
/// Finnish, Romanian, Indonesian, Turkish, Hungarian, Russian, Ukrainian, Greek,
/// Hebrew, Arabic, Hindi, Bengali.
const MONTHS: [&str; 12] = [
    "january jan januar jänner jän jaenner janvier janv enero ene gennaio gen janeiro januari \
     stycznia sty ledna leden ocak oca január tammikuuta ianuarie января янв січня ιανουαρίου \
     ינואר يناير जनवरी জানুয়ারি জানুয়ারী",
    "february feb februar februari feber février févr fév fevrier febrero febbraio fevereiro fev \
     lutego lut února únor şubat şub február febr helmikuuta februarie pebruari февраля фев \
     лютого φεβρουαρίου פברואר فبراير شباط फ़रवरी फरवरी ফেব্রুয়ারি ফেব্রুয়ারী",
    "march mar märz mär maerz mrz mars marzo março maart mrt marca březen března marts mart \
     március márc maaliskuuta martie maret марта мар березня μαρτίου מרץ مارس آذار मार्च মার্চ",
    "april apr avril avr abril abr aprile kwietnia kwi duben dubna nisan nis április ápr \
     huhtikuuta aprilie апреля апр квітня απριλίου אפריל أبريل ابريل نيسان अप्रैल এপ্রিল",
    "may mai mayo maggio mag maio mei maj maja květen května mayıs május máj toukokuuta мая май \
     травня μαΐου μαίου מאי مايو أيار मई মে",
    "june jun juni juin junio giugno giu junho czerwca cze červen června haziran haz június jún \
     kesäkuuta iunie июня июн червня ιουνίου יוני يونيو حزيران जून জুন",
    "july jul juli juillet juil julio luglio lug julho lipca lip červenec července temmuz tem \
     július júl heinäkuuta iulie июля июл липня ιουλίου יולי يوليو تموز जुलाई জুলাই",
    "august aug août aout agosto ago augustus sierpnia sie srpen srpna augusti ağustos ağu \
     augusztus elokuuta agustus августа авг серпня αυγούστου אוגוסט أغسطس اغسطس آب अगस्त আগস্ট",
    "september sep sept septembre septiembre settembre set setembro września wrz září eylül eyl \
     szeptember szept syyskuuta septembrie сентября сен вересня σεπτεμβρίου ספטמבר سبتمبر أيلول \
     सितंबर সেপ্টেম্বর",
    "october oct oktober okt octobre octubre ottobre ott outubro out października paź říjen října \
     ekim eki október lokakuuta octombrie октября окт жовтня οκτωβρίου אוקטובר أكتوبر अक्टूबर \
     অক্টোবর",
    "november nov novembre noviembre novembro listopada lis listopad listopadu kasım kas \
     marraskuuta noiembrie ноября ноя листопада νοεμβρίου נובמבר نوفمبر नवंबर নভেম্বর",
    "december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro desember des \
     grudnia gru prosinec prosince aralık ara joulukuuta decembrie декабря дек грудня δεκεμβρίου \
     דצמבר ديسمبر दिसंबर ডিসেম্বর",
];

/// The date in an address: `/2023/06/13/`, `/2023-06-13-slug`, `/20230613/`.
///
/// A month without a day is no date.
pub fn from_address(path: &str) -> Option<Stamp> {
    let bytes = path.as_bytes();
    let mut at = 0;
    while at + 8 <= bytes.len() {
        let starts = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        if starts && (bytes[at..].starts_with(b"20") || bytes[at..].starts_with(b"199")) {
            let mut end = at;
            let found = (|| {
                let year = digits(bytes, &mut end, 4, 4)?;
                let split = bytes.get(end).copied()?;
                let parted = matches!(split, b'/' | b'-' | b'_' | b'.');
                end += usize::from(parted);
                let month = digits(bytes, &mut end, if parted { 1 } else { 2 }, 2)?;
                if parted {
                    (bytes.get(end) == Some(&split)).then(|| end += 1)?;
                }
                let day = digits(bytes, &mut end, if parted { 1 } else { 2 }, 2)?;
                if bytes.get(end).is_some_and(u8::is_ascii_digit) {
                    return None;
                }
                Stamp::from_day(year as i16, month as i8, day as i8)
            })();
            if found.is_some() {
                return found;
            }
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &str) -> Option<String> {
        from_text(line, Order::DayFirst).map(|found| found.to_string())
    }

    #[test]
    fn a_moment_in_utc_is_printed_with_z_and_any_other_with_its_offset() {
        for (given, printed) in [
            ("2023-06-13T19:05:47+00:00", "2023-06-13T19:05:47Z"),
            ("2023-06-13T19:05:47.123Z", "2023-06-13T19:05:47Z"),
            ("2023-06-13 19:05:47 -0500", "2023-06-13T19:05:47-05:00"),
            ("2023-06-13T19:05+02:00", "2023-06-13T19:05:00+02:00"),
            ("Wed, 14 Jun 2023 06:30:00 +0000", "2023-06-14T06:30:00Z"),
            ("1686683147", "2023-06-13T19:05:47Z"),
        ] {
            let found = from_value(given, Order::DayFirst).map(|found| found.to_string());
            assert_eq!(found.as_deref(), Some(printed), "{given}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_given_as_its_day() {
        let found = from_value("2023-06-13T19:05:47", Order::DayFirst).unwrap();
        assert_eq!(found.to_string(), "2023-06-13");
    }

    #[test]
    fn a_written_date_is_read_in_many_languages() {
        for line in [
            "Published June 14, 2023 by us",
            "14 June 2023",
            "14th of June 2023",
            "Mittwoch, 14. Juni 2023",
            "le 14 juin 2023",
            "14 de junio de 2023",
            "14.06.2023",
            "14/6/2023",
            "2023年6月14日",
            "2023. 6. 14.",
            "14 июня 2023",
            "14 червня 2023",
            "14 ביוני 2023",
            "الأربعاء 14 حزيران / يونيو 2023",
            "١٤ يونيو ٢٠٢٣",
            "১৪ জুন ২০২৩",
            "14. kesäkuuta 2023",
        ] {
            assert_eq!(text(line).as_deref(), Some("2023-06-14"), "{line}");
        }
    }

    #[test]
    fn numbers_are_read_in_the_order_of_the_language() {
        let date = "03/04/2023";
        assert_eq!(
            from_text(date, Order::DayFirst).unwrap().to_string(),
            "2023-04-03"
        );
        assert_eq!(
            from_text(date, Order::MonthFirst).unwrap().to_string(),
            "2023-03-04"
        );
        assert_eq!(
            from_text("13/04/2023", Order::MonthFirst)
                .unwrap()
                .to_string(),
            "2023-04-13"
        );
    }

    #[test]
    fn what_only_looks_like_a_date_is_none() {
        for line in [
            "May 1234",
            "version 1.2.3",
            "31.02.2023",
            "14 June 1789",
            "10/2023",
            "",
        ] {
            assert_eq!(text(line), None, "{line}");
        }
    }

    #[test]
    fn an_address_gives_a_date_only_when_it_names_the_day() {
        assert_eq!(
            from_address("/2023/06/14/x").unwrap().to_string(),
            "2023-06-14"
        );
        assert_eq!(
            from_address("/news-20230614-x").unwrap().to_string(),
            "2023-06-14"
        );
        assert!(from_address("/2023/06/summer").is_none());
        assert!(from_address("/article/202306141234567").is_none());
    }
}
