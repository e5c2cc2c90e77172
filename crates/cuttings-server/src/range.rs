//! Parts of what is given out: `Range` and `If-Range`, for archives and for what
//! belongs to a kept page.

use axum::http::{HeaderMap, header};

/// What a `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All of it.
    Whole,
    /// From here up to there, the end not included.
    Part(u64, u64),
    /// Only what is not there.
    Nothing,
}

/// What a request asks for of `length` bytes whose tag is `tag`. Whoever holds a
/// part of other bytes gets the whole.
pub(crate) fn asked(headers: &HeaderMap, tag: &str, length: u64) -> Asked {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let is_same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    text(header::RANGE)
        .filter(|_| is_same)
        .map_or(Asked::Whole, |range| part(range, length))
}

/// One range is honoured; several, or what is none, get the whole.
fn part(range: &str, length: u64) -> Asked {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Asked::Whole;
    };
    let number = |text: &str| -> Option<u64> {
        let is_number = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    match (number(first.trim()), number(last.trim())) {
        (Some(first), Some(last)) if first > last => Asked::Whole,
        (Some(first), _) if first >= length => Asked::Nothing,
        (Some(first), Some(last)) => Asked::Part(first, last.saturating_add(1).min(length)),
        (Some(first), None) if last.trim().is_empty() => Asked::Part(first, length),
        (None, Some(0)) if first.is_empty() => Asked::Nothing,
        (None, Some(last)) if first.is_empty() => Asked::Part(length.saturating_sub(last), length),
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w16_at_most_one_range_is_honoured() {
        for (range, wanted) in [
            ("bytes=0-9", Asked::Part(0, 10)),
            ("bytes=90-", Asked::Part(90, 100)),
            ("bytes=-10", Asked::Part(90, 100)),
            ("bytes=-1000", Asked::Part(0, 100)),
            ("bytes=50-99999999999999999999999", Asked::Part(50, 100)),
            ("bytes=100-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=9-2", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes=-", Asked::Whole),
        ] {
            assert_eq!(part(range, 100), wanted, "{range}");
        }
    }
}
