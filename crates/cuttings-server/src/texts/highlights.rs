//! Highlights: beside the story, and on their own pages.

super::texts! {
    /// Highlights and notes.
    Highlights {
        title: "Highlights",
        one_title: "Highlight",
        none_here: "Nothing is marked in this story yet.",
        none_at_all: "No highlights yet",
        none_at_all_lead: "Select words of a story to mark them, or press h in it. They stay marked in the story and are collected here.",
        none_found: "No highlight matches",
        none_found_lead: "Try fewer words, or another colour.",
        orphans: "No longer in the text",
        orphans_lead: "The text was captured anew, and these words are gone from it. Nothing marked is thrown away.",
        orphan: "no longer in the text",
        undrawn: "In the text, but not shown on this page: its story is laid out in another way here.",
        edit: "Edit",
        colour: "Colour",
        yellow: "Yellow",
        red: "Red",
        green: "Green",
        blue: "Blue",
        purple: "Purple",
        note: "Note",
        save: "Save",
        remove: "Remove",
        copy: "Copy as quotation",
        copy_link: "Copy link",
        copy_original: "Copy link to the original",
        copied: "Copied.",
        failed: "That did not work. Load the page again and try once more.",
        waits: "The library cannot be reached. This waits on this device and is sent when it can.",
        tools: "What to do with the chosen words",
        keys: "Arrows choose words and sentences, with Shift more of them. 1 to 5 mark them, Enter leads to the tools, Escape ends.",
        original: "On the original page",
        removed: "Highlight removed.",
        undo: "Undo",
        add: "Mark words by pasting them",
        add_words: "Words, exactly as they stand in the story",
        add_button: "Mark",
        in_story: "In the story",
        search: "Search",
        search_words: "Words of a highlight or note",
        any_colour: "Any colour",
        which: "Which",
        every: "All",
        with_note: "With a note",
        only_orphans: "No longer in the text",
        of_article: "Of one article:",
        of_all_articles: "Of all articles",
        older: "Older highlights",
        newest: "Back to the newest",
        pages: "Pages";
        fn marked_on(day: &str) => format!("marked on {day}"),
        fn quotation(words: &str, source: &str) => format!("“{words}” ({source})"),
    }
}

impl Highlights {
    /// The name of a colour.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates pass references"
    )]
    pub fn colour_name(&self, colour: &cuttings_model::Colour) -> &'static str {
        use cuttings_model::Colour;
        match colour {
            Colour::Yellow => self.yellow,
            Colour::Red => self.red,
            Colour::Green => self.green,
            Colour::Blue => self.blue,
            Colour::Purple => self.purple,
        }
    }
}
