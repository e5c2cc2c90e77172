//! The library page: save box, shelves, filters, orders, many at once.

super::texts! {
    /// The library page.
    Library {
        save_label: "Address of the page to save",
        save_hint: "Paste the address of a page",
        save: "Save",
        not_saved: "Not saved:",
        shelves: "Which articles",
        unread: "Unread",
        archived: "Archive",
        starred: "Starred",
        all: "All",
        failed: "Failed",
        tags: "Tags",
        saved_filters: "Saved filters",
        manage: "Manage",
        deleted: "Deleted:",
        undo: "Undo",
        nothing_chosen: "Nothing was chosen, so nothing was changed.",
        nothing_to_do: "Nothing needed to be changed.",
        no_tag: "Nothing was changed: type the tag first.",
        words_wrong: "These words cannot be read:",
        sort: "Order",
        layout: "Layout",
        layout_list: "List",
        layout_dense: "Dense",
        layout_cards: "Cards",
        filter: "Filter",
        chips: "Filters in force",
        clear: "Clear all",
        show: "Show",
        words: "Words",
        tag: "Tag",
        publication: "Publication",
        author: "Author",
        language: "Language",
        language_hint: "en",
        length: "Length",
        any: "Any",
        short: "Short (up to 5 min)",
        medium: "Medium (6 to 15 min)",
        long: "Long (over 15 min)",
        minutes_from: "Minutes from",
        minutes_to: "Minutes to",
        saved_from: "Saved from",
        saved_to: "Saved to",
        published_from: "Published from",
        published_to: "Published to",
        state: "State",
        ready: "Ready",
        queued: "Waiting",
        highlighted: "With highlights",
        edited: "Edited by the outlet",
        edited_all: "Since I saved it",
        edited_unseen: "And I have not seen it",
        edited_silent: "Silently",
        scheduled: "Captured by itself",
        keep_filter: "Keep this filter as",
        keep: "Keep",
        several: "Choose",
        which: "Which articles to change",
        the_ticked: "Those ticked below",
        add_tag: "Add tag",
        remove_tag: "Remove tag",
        archive: "Archive",
        unarchive: "Back to unread",
        star: "Star",
        unstar: "Unstar",
        retry: "Try again",
        delete: "Delete",
        tick_all: "Tick all on this page",
        retry_these: "Try these again",
        older: "Older articles",
        more: "More articles",
        back_to_start: "Back to the beginning",
        pages: "Pages",
        end_title: "Nothing more",
        end: "That was the end of the list.",
        no_match_title: "Nothing matches",
        no_match_one: "No article passes this filter.",
        no_match: "No article passes all of these filters at once. Drop one:",
        no_match_many: "No article passes these filters, and to drop one of them is not enough.",
        any_shelf: "On every shelf",
        any_state: "In every state",
        unread_title: "Nothing to read",
        unread_first: "Paste the address of an article above. Cuttings fetches the page, keeps it as it was served, and sets the story for reading.",
        unread_then: "What you have read goes to the archive.",
        archived_title: "The archive is empty",
        archived_first: "Archive an article when you are done with it. It stays here, whole, and can be found by any word in it.",
        starred_title: "No stars yet",
        starred_first: "Star the articles you will want again. A star stays when the article is archived.",
        articles: "Articles",
        all_title: "Your library is empty",
        all_first: "Paste the address of an article above to save the first one.",
        begin_feeds: "Follow a newspaper or a blog",
        begin_lists: "Bring the feeds of another reader",
        begin_settings: "Choose typeface, size and colours for reading",
        failed_title: "Nothing has failed",
        failed_first: "Every page you saved could be read, or is still being fetched.",
        failures: "Why they failed";
        fn count(count: &i64) => match count {
            1 => "1 article".to_owned(),
            count => format!("{} articles", thousands(*count)),
        },
        fn number(count: &i64) => thousands(*count),
        fn all_that_match(count: &i64) => format!("All {} that match", thousands(*count)),
        fn retry_all(count: &i64) => format!("Try all {} again", thousands(*count)),
        fn saved_on(day: &str) => format!("Saved {day}"),
        fn published_on(day: &str) => format!("Published {day}"),
        fn here(saved: &str) => format!("This page is already in your library, saved on {saved}:"),
        fn here_archived(saved: &str) => format!("This page is already in your library, saved on {saved} and archived:"),
        fn moved(count: &i64) => format!("Nothing was changed: {} match now. Look at the list and repeat.", articles(*count)),
        fn done(action: &str, count: &i64, tag: &str) => done(action, *count, tag),
        fn undone(count: &i64) => match count {
            1 => "Undone: 1 article is as it was.".to_owned(),
            count => format!("Undone: {} articles are as they were.", thousands(*count)),
        },
        fn dropped(chip: &str) => format!("Without “{chip}”"),
        fn without(chip: &str) => format!("Remove the filter {chip}"),
        fn chip(name: &str, value: &str) => chip(name, value),
        fn order(sort: &str) => order(sort).to_owned(),
        fn failure(code: &str) => failure(code).to_owned(),
    }
}

/// `12,345`.
pub(super) fn thousands(count: i64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn articles(count: i64) -> String {
    (ENGLISH.count)(&count)
}

fn done(action: &str, count: i64, tag: &str) -> String {
    let many = articles(count);
    match action {
        "archive" => format!("{many} archived."),
        "unarchive" => format!("{many} put back to unread."),
        "star" => format!("{many} starred."),
        "unstar" => format!("{many} unstarred."),
        "delete" => format!("{many} deleted."),
        "tag" => format!("{many} tagged “{tag}”."),
        "untag" => format!("The tag “{tag}” taken off {many}."),
        _ => format!("{many} to be tried again."),
    }
}

fn chip(name: &str, value: &str) -> String {
    match name {
        "tag" => format!("Tag: {value}"),
        "reason" => format!("Reason: {}", failure(value)),
        "publication" => format!("From: {value}"),
        "author" => format!("By: {value}"),
        "language" => format!("Language: {value}"),
        "length" => match value {
            "short" => ENGLISH.short.to_owned(),
            "medium" => ENGLISH.medium.to_owned(),
            _ => ENGLISH.long.to_owned(),
        },
        "min_minutes" => format!("At least {value} min"),
        "max_minutes" => format!("At most {value} min"),
        "saved_from" => format!("Saved from {value}"),
        "saved_to" => format!("Saved until {value}"),
        "published_from" => format!("Published from {value}"),
        "published_to" => format!("Published until {value}"),
        "highlights" => ENGLISH.highlighted.to_owned(),
        "edited" => match value {
            "unseen" => "Edited, not seen yet".to_owned(),
            "silent" => "Silently edited".to_owned(),
            _ => "Edited by the outlet".to_owned(),
        },
        "scheduled" => ENGLISH.scheduled.to_owned(),
        _ => format!("Words: {value}"),
    }
}

fn order(sort: &str) -> &'static str {
    match sort {
        "oldest" => "Saved, oldest first",
        "published" => "Published, newest first",
        "published-oldest" => "Published, oldest first",
        "shortest" => "Shortest first",
        "longest" => "Longest first",
        "title" => "By headline",
        "read" => "Recently read",
        _ => "Saved, newest first",
    }
}

/// The reason behind a code, as the head of a group.
fn failure(code: &str) -> &'static str {
    match code {
        "not_allowed" | "login_wall" => "The site asks to sign in",
        "paywall" => "Behind a paywall",
        "not_found" | "gone" => "The page is gone",
        "too_many_requests" => "The site asked to wait",
        "server_error" => "The site had a failure",
        "timeout" => "The site took too long",
        "unreachable" | "incomplete" | "not_http" => "The site could not be reached",
        "proxy" | "proxy_refused" => "The proxy did not lead there",
        "name_not_found" => "There is no such site",
        "tls" => "No safe connection",
        "too_many_redirects" | "redirect_loop" | "bad_redirect" => "The address leads in circles",
        "private_address" => "An address of a private network",
        "too_large" | "headers_too_large" => "Too large",
        "not_html" => "Not a web page",
        "error_page" | "empty" => "The page holds no story",
        "script_only" => "The page needs script to show itself",
        "consent_screen" => "The page asks for consent first",
        "worn_out" | "extractor" | "unreadable" => "The page could not be read",
        _ => "Other reasons",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_one_is_singular() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(212), "212");
        assert_eq!(thousands(100_000), "100,000");
        assert_eq!(articles(1), "1 article");
        assert_eq!(articles(1_234_567), "1,234,567 articles");
    }
}
