//! Two captures held against each other.

use cuttings_text::compare::Counts;

super::texts! {
    /// The comparison of two captures, and the mark on edited stories.
    Compare {
        title: "What changed",
        this_article: "This article",
        back: "← Article",
        captures: "What was kept",
        from: "From",
        to: "To",
        show: "Compare",
        nothing: "The two captures say the same.",
        heads_alone: "The text is the same.",
        above: "Above the text",
        headline: "Headline",
        dek: "Dek",
        byline: "Byline",
        published: "Published",
        modified: "Last changed",
        added: "Added",
        cut: "Cut",
        reworded: "Reworded",
        moved_away: "Moved from here",
        moved_here: "Moved here",
        other_place: "its other place",
        added_mark: "[added] ",
        cut_mark: "[cut] ",
        the_text: "The text",
        one_column: "One column",
        two_columns: "Side by side",
        changes: "Changes",
        next: "Next change",
        previous: "Previous change",
        seen: "I have seen this",
        what_changed: "What changed";
        fn of(number: &usize, all: &usize) => format!("{number} of {all}"),
        fn folded(count: &i64) => format!("{count} unchanged paragraphs"),
        fn left(count: &i64) => format!("{count} unchanged paragraphs are left out, so that this page stays small."),
        fn summary(counts: &Counts) => summary(*counts),
        fn edited(day: &str, kind: &str) => format!("The outlet edited this story since you saved it; found on {day}. {}", says(kind)),
        fn edited_short(kind: &str) => match kind {
            "silent" => "Silently edited since you saved it".to_owned(),
            _ => "Edited since you saved it".to_owned(),
        },
    }
}

/// What the outlet says of an edit.
fn says(kind: &str) -> &'static str {
    match kind {
        "noted" => "The text has a note on it.",
        "dated" => "The page gives a later date of change.",
        _ => "Nothing on the page says so.",
    }
}

fn summary(counts: Counts) -> String {
    let mut parts = Vec::new();
    let mut count = |many: usize, one: &str, more: &str| match many {
        0 => {}
        1 => parts.push(format!("1 {one}")),
        many => parts.push(format!("{many} {more}")),
    };
    count(counts.words_added, "word added", "words added");
    count(counts.words_cut, "word cut", "words cut");
    count(counts.reworded, "passage reworded", "passages reworded");
    count(counts.added, "paragraph added", "paragraphs added");
    count(counts.cut, "paragraph cut", "paragraphs cut");
    count(counts.moved, "paragraph moved", "paragraphs moved");
    format!("{}.", parts.join(" · "))
}
