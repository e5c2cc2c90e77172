//! The list of keys.

super::texts! {
    /// What each key does.
    Keys {
        title: "Keys",
        short: "?",
        close: "Close",
        everywhere: "Everywhere",
        this_list: "Show this list",
        field: "Go to the text field",
        lists: "In a list",
        walk: "Next, previous article",
        open: "Open it",
        archive: "Archive it, or take it back",
        star: "Star it, or take the star away",
        choose: "Choose it, to change many at once",
        feeds: "Among entries of feeds",
        save_entry: "Save it to the library",
        seen: "Mark it as seen, or as not seen",
        reader: "In an article",
        paragraph: "Next, previous paragraph",
        escape: "Esc",
        leave: "Leave the paragraph, close what is open",
        article: "Next, previous article of the list",
        back: "Back to the list",
        looks: "Type, colours and size",
        aloud: "Read aloud, or stop",
        words: "Choose words to mark",
        colours: "Mark chosen words in a colour",
    }
}
