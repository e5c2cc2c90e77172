//! One article in a list: the card, and the tags on it.

super::texts! {
    /// Cards.
    List {
        waiting: "Waiting",
        waiting_why: "Kept in your library. The page is being fetched.",
        failed: "Failed",
        edited: "Edited",
        retry: "Try again",
        original: "Original page",
        star: "Star",
        unstar: "Unstar",
        archive: "Archive",
        unarchive: "Back to unread",
        delete: "Delete",
        tag: "Tag",
        tags: "Tags",
        new_tag: "New tag",
        add_tag: "Add",
        join: "Join the two",
        keep_both: "Keep both";
        fn named(action: &str, title: &str) => format!("{action}: {title}"),
        fn pick(title: &str) => format!("Choose: {title}"),
        fn next_try(when: &str) => format!("The next try is on {when}."),
        fn minutes(minutes: &i64) => format!("{minutes} min read"),
        fn minutes_short(minutes: &i64) => format!("{minutes} min"),
        fn take_tag_off(tag: &str) => format!("Take off the tag {tag}"),
        fn twin(saved: &str) => format!("This seems to be a page you saved on {saved}:"),
    }
}
