//! The search page, and its language explained.

use cuttings_store::Facet;
use cuttings_text::query::Operator;

super::texts! {
    /// The search page.
    Search {
        title: "Search",
        label: "Words to search for",
        hint: "Search your library",
        button: "Search",
        wrong: "This search cannot be read:",
        meant: "Did you mean",
        narrow: "Narrow down",
        nothing: "Nothing found",
        nothing_lead: "No article in your library holds all of these words. Try fewer words, or the beginning of a word with a star:",
        nothing_example: "negotiat*",
        end: "Nothing more",
        end_lead: "That was the end of what was found.",
        back_to_best: "Back to the best",
        pages: "Pages",
        better: "Better matches",
        more: "More matches",
        highlights: "In your highlights",
        all_highlights: "All highlights with these words",
        articles: "Articles",
        keep: "Keep this search as a filter",
        keep_name: "Name of the filter",
        keep_button: "Keep",
        export: "Web archive of what was found",
        export_lead: "All captures of all articles that match, with what they look like with, in one file that other programs open.",
        export_wacz: "With index (WACZ)",
        export_warc: "Plain (WARC)",
        help: "How to search",
        help_lead: "Words are found in all their forms, whatever their capitals and accents. Filters may stand anywhere beside them.",
        suggestions: "Suggestions",
        short: "Up to 5 min",
        medium: "6 to 15 min",
        long: "Over 15 min";
        fn titled(query: &str) => format!("Search: {query}"),
        fn found(count: &i64, more: &bool) => match (*count, *more) {
            (1, false) => "1 article".to_owned(),
            (count, false) => format!("{} articles", super::library::thousands(count)),
            (count, true) => format!(
                "More than {0} articles; the newest {0} are ranked and counted",
                super::library::thousands(count)
            ),
        },
        fn counted_of(count: &i64) => format!("Of the newest {}", super::library::thousands(*count)),
        fn without(value: &str) => format!("Remove the filter {value}"),
        fn offered(count: &usize) => match count {
            1 => "1 suggestion".to_owned(),
            count => format!("{count} suggestions"),
        },
        fn articles_with(count: &i64) => match count {
            1 => "1 article".to_owned(),
            count => format!("{} articles", super::library::thousands(*count)),
        },
    }
}

/// A line of the explanation: something to type, and what it finds.
#[derive(Debug)]
pub(crate) struct HelpLine {
    pub example: &'static str,
    pub finds: &'static str,
}

/// The language by examples. The server's tests type each of them.
const HELP: &[HelpLine] = &[
    line(
        "harbour festival",
        "articles that hold both words, in any form",
    ),
    line(
        "\"making progress\"",
        "these words, exactly so, side by side",
    ),
    line("negotiat*", "words that begin so"),
    line(
        "harbour -festival",
        "with the first word and without the second",
    ),
    line("harbour OR port", "one of the two, or both"),
    line("(harbour OR port) ferry", "one of the two, and the third"),
    line("tag:\"sea walls\"", "with this tag"),
    line(
        "publication:lantern",
        "from an outlet with this word in its name",
    ),
    line("site:example.org", "from this site and those below it"),
    line("author:byron", "by a writer of this name"),
    line("language:de", "in this language, by its two letters"),
    line(
        "is:unread",
        "also is:archived, is:starred, is:highlighted, is:edited, is:scheduled and is:failed",
    ),
    line(
        "minutes:<5",
        "so long to read; also minutes:>15 and minutes:5..10",
    ),
    line(
        "published:2023-06",
        "of this month; also a year, a day, <2023, >=2023-05 or 2021..2023",
    ),
    line(
        "after:2023-06 before:2023-07-15",
        "published from the first date on, and before the second",
    ),
    line(
        "saved:>=2023",
        "saved in these days, written like those of published:",
    ),
    line(
        "highlight:pier",
        "with the word in one of your highlights or notes",
    ),
    line(
        "harbour -tag:\"sea walls\"",
        "a hyphen turns any filter around",
    ),
    line(
        "is:starred OR author:byron",
        "filters joined by OR: one of them is enough",
    ),
];

const fn line(example: &'static str, finds: &'static str) -> HelpLine {
    HelpLine { example, finds }
}

#[expect(
    clippy::unused_self,
    reason = "templates reach texts through the shell, in whichever language it has"
)]
impl Search {
    /// The language by examples.
    pub fn explained(&self) -> &'static [HelpLine] {
        HELP
    }

    /// The name of what articles are counted by.
    pub fn facet(&self, facet: Facet) -> &'static str {
        match facet {
            Facet::Publication => "Publication",
            Facet::Author => "Author",
            Facet::Tag => "Tag",
            Facet::Language => "Language",
            Facet::Year => "Year",
            Facet::Length => "Length",
            Facet::State => "State",
        }
    }

    /// What an operator asks, beside it in a list.
    pub fn operator(&self, operator: Operator) -> &'static str {
        match operator {
            Operator::Tag => "tag",
            Operator::Publication => "publication",
            Operator::Site => "site",
            Operator::Author => "author",
            Operator::Language => "language",
            Operator::Is => "state",
            Operator::Minutes => "minutes to read",
            Operator::Published => "day, month or year of publication",
            Operator::Before => "published before",
            Operator::After => "published from then on",
            Operator::Saved => "day, month or year of saving",
            Operator::Highlight => "words of a highlight or note",
        }
    }

    /// The name of a state.
    pub fn state(&self, state: &str) -> String {
        let mut name = state.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        name
    }
}
