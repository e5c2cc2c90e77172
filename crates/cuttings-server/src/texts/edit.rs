//! The page on which an article's metadata is corrected.

super::texts! {
    /// Correcting metadata.
    Edit {
        title: "Edit",
        lead: "Correct what the page says of itself. What you write here is yours: it stays when the page is captured again, and can be taken back field by field.",
        back: "← Article",
        this_article: "This article",
        fields: "About the article",
        save: "Save",
        not_saved: "Not saved:",
        reset: "Use what the page says",
        page_says_nothing: "The page says nothing",
        edited: "corrected",
        one_a_line: "One name a line.",
        ltr: "Left to right",
        rtl: "Right to left",
        saved_as: "Saved as";
        fn page_says(text: &str) => format!("The page says: {text}"),
        fn label(field: &str) => label(field).to_owned(),
    }
}

fn label(field: &str) -> &'static str {
    match field {
        "headline" => "Headline",
        "dek" => "Dek",
        "byline" => "Byline as printed",
        "authors" => "Authors",
        "publication" => "Publication",
        "section" => "Section",
        "published" => "Published",
        "modified" => "Changed by the outlet",
        "language" => "Language",
        "direction" => "Direction of the text",
        "final_url" => "Address of the page",
        _ => "Address the page calls its own",
    }
}
