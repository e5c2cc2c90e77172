//! What was kept of a page.

super::texts! {
    /// The captures of an article.
    Captures {
        title: "What was kept",
        this_article: "This article",
        back: "← Article",
        lead: "Every visit to this page is kept as it came and never changed. A digest names the exact bytes, so a copy can be checked by anyone.",
        none: "The page has not been visited yet.",
        shown: "shown",
        failed: "failed",
        part: "part of capture",
        how: "How it came",
        fetched: "fetched from the web",
        uploaded: "handed over as a file",
        number: "Number",
        requested: "Asked for",
        answered: "Answered by",
        status: "Status",
        wrong: "What went wrong",
        kind: "Type",
        size: "Size",
        digest: "BLAKE3 digest",
        original: "Original",
        download: "Download the bytes as they came",
        pictures: "Pictures kept with it",
        from: "From",
    }
}
