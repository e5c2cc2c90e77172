//! The pages of tags and of saved filters.

super::texts! {
    /// Tags and saved filters.
    Tags {
        tags: "Tags",
        none_title: "No tags yet",
        none: "Put a tag on an article from its card or its page. Articles of one tag stand together in the library.",
        find: "Find a tag",
        find_button: "Find",
        change: "Rename, merge or delete",
        new_name: "New name",
        rename: "Rename",
        merge_into: "Give its articles this tag instead",
        merge: "Merge",
        delete: "Delete this tag",
        delete_hint: "Its articles stay in the library.",
        not_changed: "Not changed:",
        no_such_tag: "There is no tag of this name. Type one that is in the list.",
        narrow: "There are more tags than fit on a page. Find the others by their names.",
        filters: "Saved filters",
        no_filters_title: "No saved filters yet",
        no_filters: "Filter the library, then keep the filter under a name. It stays live: opened again, it shows what matches by then.",
        delete_filter: "Delete",
        library: "To the library";
        fn edit(tag: &str) => format!("Rename, merge or delete the tag {tag}"),
        fn editing(tag: &str) => format!("The tag “{tag}”"),
        fn renaming(filter: &str) => format!("New name of {filter}"),
        fn merge_offer(tag: &str) => format!("There is a tag “{tag}” already. Merge the two, or choose another name."),
        fn filter_deleted(filter: &str) => format!("Delete the filter {filter}"),
    }
}
