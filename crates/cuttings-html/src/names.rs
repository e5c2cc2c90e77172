//! Finding a name in a fixed list, by a table made while compiling.
//!
//! [`crate::tag`] and [`crate::attr`] look up every name of a page here, some
//! thousands of times a page, so a look-up is a hash of three bytes and mostly
//! one comparison.

/// Places in a table; several times the names, so that few share a place.
const PLACES: usize = 1024;

/// A place without a name.
const EMPTY: u8 = u8::MAX;

/// Where in a list of at most 255 names each of them stands.
pub(crate) struct NameTable {
    names: &'static [&'static str],
    places: [u8; PLACES],
}

impl NameTable {
    /// Builds the table for `names`, none of which is empty.
    pub(crate) const fn new(names: &'static [&'static str]) -> Self {
        assert!(names.len() < EMPTY as usize);
        let mut places = [EMPTY; PLACES];
        let mut index = 0;
        while index < names.len() {
            let mut place = place_of(names[index].as_bytes());
            while places[place] != EMPTY {
                place = (place + 1) % PLACES;
            }
            places[place] = index as u8;
            index += 1;
        }
        Self { names, places }
    }

    /// The position of `name` in the list.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        if name.is_empty() {
            return None;
        }
        let mut place = place_of(name.as_bytes());
        loop {
            let index = self.places[place];
            if index == EMPTY {
                return None;
            }
            let index = usize::from(index);
            if self.names[index] == name {
                return Some(index);
            }
            place = (place + 1) % PLACES;
        }
    }
}

/// Where to look for a name first.
const fn place_of(name: &[u8]) -> usize {
    let length = name.len();
    let first = name[0] as usize;
    let middle = name[length / 2] as usize;
    let last = name[length - 1] as usize;
    (first * 131 + middle * 31 + last * 7 + length * 257) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_share_a_place_are_all_found() {
        // Same length, same first, middle and last letter.
        static NAMES: &[&str] = &["abcde", "aacae", "axcxe", "b"];
        static TABLE: NameTable = NameTable::new(NAMES);
        for (index, name) in NAMES.iter().enumerate() {
            assert_eq!(TABLE.find(name), Some(index));
        }
        for name in ["", "a", "aycye", "é"] {
            assert_eq!(TABLE.find(name), None);
        }
    }
}
