//! The page of settings, and the panel in the reader that holds the same.

super::texts! {
    /// Settings of one user.
    Settings {
        title: "Settings",
        lead: "How Cuttings looks to you, on every device you sign in on.",
        saved: "Saved.",
        save: "Save",
        reading: "Reading",
        lists: "Lists",
        sample: "Sample",
        sample_headline: "The paper that kept everything",
        sample_dek: "For ninety years three librarians cut up each edition and filed it by name and by day.",
        sample_first: "In the basement of the old printing house stood forty thousand envelopes, each with a name on it. Whoever wanted to know what the mayor had said in 1931 asked at the counter, waited ten minutes, and was handed a brown envelope with the answer.",
        sample_second: "“Nobody ever asked for the whole story,” the last librarian remembers. “They asked for the sentence.”",
        theme: "Colours",
        theme_system: "System",
        theme_paper: "Paper",
        theme_sepia: "Sepia",
        theme_dark: "Dark",
        theme_black: "Black",
        typeface: "Typeface",
        typeface_serif: "Serif",
        typeface_sans: "Sans",
        typeface_legible: "Legible",
        typeface_system: "System",
        typeface_hint: "Legible is Atkinson Hyperlegible, set wider: its letters are hard to mistake for one another, which helps with dyslexia and low vision.",
        text_size: "Size",
        measure: "Line length",
        measure_narrow: "Narrow",
        measure_usual: "Usual",
        measure_wide: "Wide",
        line_height: "Line spacing",
        line_height_tight: "Tight",
        line_height_usual: "Usual",
        line_height_loose: "Loose",
        alignment: "Line ends",
        alignment_ragged: "Ragged",
        alignment_justified: "Justified",
        list_layout: "Articles in lists";
        fn hundredths(size: &str) => format!("{size}\u{a0}%"),
    }
}
