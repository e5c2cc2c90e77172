//! The small form that saves from another page.

super::texts! {
    /// Saving from another page.
    Save {
        title: "Save a page",
        url: "Address",
        tags: "Tags",
        tags_hint: "With commas between them; they can also be put on later.",
        words: "Highlight",
        words_hint: "Marked in the story as soon as it is read. Empty the field to mark nothing.",
        save: "Save",
        save_again: "Put tags on",
        not_saved: "Not saved:",
        already: "Already kept on",
        saved: "Saved.",
        saved_lead: "The page is fetched now; this window can be closed.",
        read: "Read it",
        library: "To the library",
        close: "Close",
    }
}
