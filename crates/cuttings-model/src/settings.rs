//! Settings: how one user wants to read. Each is a choice among a few words.
//!
//! The store keeps a row for each setting that is not as it comes, the library
//! changes them, and every page carries them on its root element, so that they
//! hold before the first paint.
//!
//! A new choice is a new word in the list below and a rule in `tokens.css`.

/// Declares a choice: its words, and which one holds when nothing is set.
macro_rules! choice {
    (
        $(#[$about:meta])*
        $name:ident { $( $(#[$means:meta])* $variant:ident = $word:literal, )+ }
        as it comes: $default:ident
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$means])* $variant, )+
        }

        impl $name {
            /// All of them, in the order of the page.
            pub const ALL: &[Self] = &[ $( Self::$variant, )+ ];

            /// The word in the database, in forms and on the page.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }

            /// Reads [`Self::as_str`] back; `None` for any other word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.as_str() == word)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }
    };
}

choice! {
    /// The colours of all pages.
    Theme {
        /// Paper by day and dark by night, as the system says.
        System = "system",
        /// Ink on light paper.
        Paper = "paper",
        /// Ink on warm, yellowish paper.
        Sepia = "sepia",
        /// Light on dark grey.
        Dark = "dark",
        /// Light on black.
        Black = "black",
    }
    as it comes: System
}

choice! {
    /// The typeface stories are set in.
    Typeface {
        /// Newsreader, a serif made for reading on screens.
        Serif = "serif",
        /// Public Sans, which the tools are set in.
        Sans = "sans",
        /// Atkinson Hyperlegible, whose letters are hard to mistake for one
        /// another, set wider.
        Legible = "legible",
        /// What the device uses for itself.
        System = "system",
    }
    as it comes: Serif
}

choice! {
    /// The size of stories, in hundredths of the usual one.
    TextSize {
        /// 80 %.
        Tiny = "80",
        /// 90 %.
        Small = "90",
        /// As it comes.
        Usual = "100",
        /// 112 %.
        Large = "112",
        /// 125 %.
        Larger = "125",
        /// 150 %.
        Huge = "150",
        /// 180 %.
        Giant = "180",
    }
    as it comes: Usual
}

choice! {
    /// The length of a line.
    Measure {
        /// About 55 characters.
        Narrow = "narrow",
        /// About 68 characters.
        Usual = "usual",
        /// About 85 characters.
        Wide = "wide",
    }
    as it comes: Usual
}

choice! {
    /// The distance between lines.
    LineHeight {
        /// Close together.
        Tight = "tight",
        /// As it comes.
        Usual = "usual",
        /// Far apart.
        Loose = "loose",
    }
    as it comes: Usual
}

choice! {
    /// How lines end.
    Alignment {
        /// Where the last word ends.
        Ragged = "ragged",
        /// All at the same place, words divided as their language divides them.
        Justified = "justified",
    }
    as it comes: Ragged
}

choice! {
    /// How lists show articles.
    ListLayout {
        /// Headline, dek and picture.
        List = "list",
        /// A line an article.
        Dense = "dense",
        /// Side by side, the picture on top.
        Cards = "cards",
    }
    as it comes: List
}

/// All settings of one user. The default is how Cuttings comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Colours.
    pub theme: Theme,
    /// Typeface of stories.
    pub typeface: Typeface,
    /// Size of stories.
    pub text_size: TextSize,
    /// Length of a line.
    pub measure: Measure,
    /// Distance between lines.
    pub line_height: LineHeight,
    /// How lines end.
    pub alignment: Alignment,
    /// How lists show articles.
    pub list_layout: ListLayout,
}

/// One setting with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// See [`Settings::theme`].
    Theme(Theme),
    /// See [`Settings::typeface`].
    Typeface(Typeface),
    /// See [`Settings::text_size`].
    TextSize(TextSize),
    /// See [`Settings::measure`].
    Measure(Measure),
    /// See [`Settings::line_height`].
    LineHeight(LineHeight),
    /// See [`Settings::alignment`].
    Alignment(Alignment),
    /// See [`Settings::list_layout`].
    ListLayout(ListLayout),
}

impl Setting {
    /// Reads a name and its value; `None` when there is no such setting or no
    /// such choice.
    pub fn parse(name: &str, value: &str) -> Option<Self> {
        Some(match name {
            "theme" => Self::Theme(Theme::parse(value)?),
            "typeface" => Self::Typeface(Typeface::parse(value)?),
            "text_size" => Self::TextSize(TextSize::parse(value)?),
            "measure" => Self::Measure(Measure::parse(value)?),
            "line_height" => Self::LineHeight(LineHeight::parse(value)?),
            "alignment" => Self::Alignment(Alignment::parse(value)?),
            "list_layout" => Self::ListLayout(ListLayout::parse(value)?),
            _ => return None,
        })
    }

    /// The name in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Theme(_) => "theme",
            Self::Typeface(_) => "typeface",
            Self::TextSize(_) => "text_size",
            Self::Measure(_) => "measure",
            Self::LineHeight(_) => "line_height",
            Self::Alignment(_) => "alignment",
            Self::ListLayout(_) => "list_layout",
        }
    }

    /// The word of the choice.
    pub fn value(self) -> &'static str {
        match self {
            Self::Theme(choice) => choice.as_str(),
            Self::Typeface(choice) => choice.as_str(),
            Self::TextSize(choice) => choice.as_str(),
            Self::Measure(choice) => choice.as_str(),
            Self::LineHeight(choice) => choice.as_str(),
            Self::Alignment(choice) => choice.as_str(),
            Self::ListLayout(choice) => choice.as_str(),
        }
    }
}

impl Settings {
    /// These settings with one changed.
    #[must_use]
    pub fn with(mut self, setting: Setting) -> Self {
        match setting {
            Setting::Theme(choice) => self.theme = choice,
            Setting::Typeface(choice) => self.typeface = choice,
            Setting::TextSize(choice) => self.text_size = choice,
            Setting::Measure(choice) => self.measure = choice,
            Setting::LineHeight(choice) => self.line_height = choice,
            Setting::Alignment(choice) => self.alignment = choice,
            Setting::ListLayout(choice) => self.list_layout = choice,
        }
        self
    }

    /// Each setting with its value.
    pub fn all(self) -> [Setting; 7] {
        [
            Setting::Theme(self.theme),
            Setting::Typeface(self.typeface),
            Setting::TextSize(self.text_size),
            Setting::Measure(self.measure),
            Setting::LineHeight(self.line_height),
            Setting::Alignment(self.alignment),
            Setting::ListLayout(self.list_layout),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every setting with every choice it has.
    fn every_choice() -> Vec<Setting> {
        let mut all = Vec::new();
        all.extend(Theme::ALL.iter().copied().map(Setting::Theme));
        all.extend(Typeface::ALL.iter().copied().map(Setting::Typeface));
        all.extend(TextSize::ALL.iter().copied().map(Setting::TextSize));
        all.extend(Measure::ALL.iter().copied().map(Setting::Measure));
        all.extend(LineHeight::ALL.iter().copied().map(Setting::LineHeight));
        all.extend(Alignment::ALL.iter().copied().map(Setting::Alignment));
        all.extend(ListLayout::ALL.iter().copied().map(Setting::ListLayout));
        all
    }

    #[test]
    fn every_choice_reads_back_as_it_is_written_and_can_be_set() {
        let all = every_choice();
        assert_eq!(all.len(), 27);
        for setting in all {
            assert_eq!(
                Setting::parse(setting.name(), setting.value()),
                Some(setting)
            );
            assert!(
                Settings::default().with(setting).all().contains(&setting),
                "{setting:?}"
            );
        }
    }

    #[test]
    fn names_and_words_that_do_not_exist_are_none() {
        for (name, value) in [
            ("theme", "pink"),
            ("theme", ""),
            ("Theme", "dark"),
            ("colour", "dark"),
            ("text_size", "101"),
        ] {
            assert_eq!(Setting::parse(name, value), None, "{name}={value}");
        }
    }
}
