//! `srcset`: a picture in several sizes, and which of them is of use.
//!
//! Browsers choose by window and screen. What is kept is kept for all of them,
//! so the choice is for a wide column on a dense screen: large enough to look
//! right there, and no larger.

/// Width of the picture that is looked for, in its own pixels.
pub const USEFUL_WIDTH: f32 = 1280.0;
/// The same for pictures that tell how many pixels they have to one of the page.
pub const USEFUL_DENSITY: f32 = 2.0;
/// Most candidates that are read; pages have ten.
const MAX_CANDIDATES: usize = 64;

/// How large a candidate says it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// `1024w`: pixels across.
    Width(f32),
    /// `2x`, or nothing, which is `1x`: pixels to one of the page.
    Density(f32),
}

/// One address of a `srcset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate<'s> {
    /// As it is written.
    pub address: &'s str,
    /// What is written after it.
    pub size: Size,
}

/// The candidates of a `srcset`, the most useful first: the smallest that is
/// large enough, then larger ones, then the largest of those that are not.
///
/// ```
/// # use cuttings_html::srcset::candidates;
/// let set = "s.jpg 320w, m.jpg 1400w, l.jpg 6000w";
/// let best: Vec<_> = candidates(set).iter().map(|one| one.address).collect();
/// assert_eq!(best, ["m.jpg", "l.jpg", "s.jpg"]);
/// ```
pub fn candidates(srcset: &str) -> Vec<Candidate<'_>> {
    let mut found = Vec::new();
    let mut rest = srcset;
    while found.len() < MAX_CANDIDATES {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        let end = rest
            .find(|c: char| c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let (written, after) = rest.split_at(end);
        // A comma at the end of an address says that no size follows.
        let address = written.trim_end_matches(',');
        let (size, after) = if address.len() < written.len() {
            ("", after)
        } else {
            after.split_at(size_end(after))
        };
        rest = after;
        if let Some(size) = read_size(size.trim()) {
            found.push(Candidate { address, size });
        }
    }
    found.sort_by(|one, other| {
        let (one, other) = (distance(one.size), distance(other.size));
        one.0.cmp(&other.0).then(one.1.total_cmp(&other.1))
    });
    found
}

/// Where the comma after a size is; one in parentheses is part of it.
fn size_end(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth <= 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// `None` for a size that makes no sense: browsers pass such candidates by.
fn read_size(text: &str) -> Option<Size> {
    let mut size = Size::Density(1.0);
    for word in text.split_ascii_whitespace() {
        let number = |unit: char| {
            word.strip_suffix(unit)?
                .parse::<f32>()
                .ok()
                .filter(|number| number.is_finite() && *number > 0.0)
        };
        if let Some(width) = number('w') {
            size = Size::Width(width);
        } else if let Some(density) = number('x') {
            size = Size::Density(density);
        } else {
            number('h')?;
        }
    }
    Some(size)
}

/// How far from what is looked for: a class, small is better, and the distance
/// within it.
fn distance(size: Size) -> (u8, f32) {
    let (size, useful) = match size {
        Size::Width(width) => (width, USEFUL_WIDTH),
        Size::Density(density) => (density, USEFUL_DENSITY),
    };
    if size >= useful {
        (0, size - useful)
    } else {
        (1, useful - size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(srcset: &str) -> Vec<&str> {
        candidates(srcset).iter().map(|one| one.address).collect()
    }

    #[test]
    fn the_smallest_that_is_large_enough_comes_first() {
        assert_eq!(
            best("a 320w, b 1024w, c 1600w, d 2400w"),
            ["c", "d", "b", "a"]
        );
        assert_eq!(best("a 320w, b 640w"), ["b", "a"]);
        assert_eq!(best("a, b 2x, c 3x"), ["b", "c", "a"]);
        assert_eq!(best("a 1x, b 1.5x"), ["b", "a"]);
    }

    #[test]
    fn addresses_are_cut_as_browsers_cut_them() {
        assert_eq!(
            best("a.jpg?w=1,2 100w,b.jpg 200w"),
            ["b.jpg", "a.jpg?w=1,2"]
        );
        assert_eq!(best(" , a.jpg,, b.jpg\t2x ,"), ["b.jpg", "a.jpg"]);
        assert_eq!(best("a.jpg 100w 50h"), ["a.jpg"]);
        assert_eq!(best("a.jpg nonsense, b.jpg -2x, c.jpg 1x"), ["c.jpg"]);
        assert_eq!(best("a.jpg (x, y), b.jpg"), ["b.jpg"]);
        assert!(best("").is_empty());
        assert_eq!(
            best("data:image/png;base64,AA== 1x, b 2x"),
            ["b", "data:image/png;base64,AA=="]
        );
    }

    #[test]
    fn r09_of_endless_candidates_the_first_are_read() {
        let srcset = "a.jpg 10w,".repeat(100_000);
        assert_eq!(candidates(&srcset).len(), MAX_CANDIDATES);
    }
}
