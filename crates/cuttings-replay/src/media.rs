//! Media queries, as far as they choose what is kept: for a window of
//! [`WIDTH`] CSS pixels on a light screen.
//!
//! Only what plainly does not hold there is left out; anything not understood
//! holds.

/// Width of the window a page is kept for, in CSS pixels.
pub(crate) const WIDTH: f32 = 1280.0;

/// Whether a media query list may hold.
pub(crate) fn may_hold(list: &str) -> bool {
    list.trim().is_empty() || list.split(',').any(|query| !is_plainly_false(query))
}

fn is_plainly_false(query: &str) -> bool {
    let query = query.trim().to_ascii_lowercase();
    let first = query.split_whitespace().next().unwrap_or_default();
    if matches!(
        first,
        "print" | "speech" | "aural" | "braille" | "embossed" | "tty"
    ) {
        return true;
    }
    // With `not` or `or` in it, one false feature says nothing.
    if query
        .split(|c: char| c.is_whitespace() || c == '(')
        .any(|word| word == "not" || word == "or")
    {
        return false;
    }
    query.split('(').skip(1).any(|feature| {
        let feature = feature.split(')').next().unwrap_or_default();
        let Some((name, value)) = feature.split_once(':') else {
            return false;
        };
        match name.trim() {
            "min-width" => pixels(value).is_some_and(|least| least > WIDTH),
            "max-width" => pixels(value).is_some_and(|most| most < WIDTH),
            "prefers-color-scheme" => value.trim() == "dark",
            "orientation" => value.trim() == "portrait",
            _ => false,
        }
    })
}

fn pixels(value: &str) -> Option<f32> {
    let value = value.trim();
    let number = |unit: &str| value.strip_suffix(unit)?.trim().parse::<f32>().ok();
    number("px")
        .or_else(|| number("rem").map(|size| size * 16.0))
        .or_else(|| number("em").map(|size| size * 16.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_plainly_does_not_hold_is_left_out() {
        for holds in [
            "",
            "all",
            "screen",
            "screen and (min-width: 40em)",
            "print, screen",
            "(max-width: 2000px)",
            "not print",
            "(max-width: 10px) or (hover)",
            "(something: new)",
            "(min-width: calc(1px + 2em))",
        ] {
            assert!(may_hold(holds), "{holds}");
        }
        for fails in [
            "print",
            "PRINT and (color)",
            "(max-width: 600px)",
            "screen and (min-width:100rem)",
            "(prefers-color-scheme: dark)",
            "print, (orientation: portrait)",
        ] {
            assert!(!may_hold(fails), "{fails}");
        }
    }
}
