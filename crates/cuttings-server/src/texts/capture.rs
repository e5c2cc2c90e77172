//! One capture, with everything that proves it.

super::texts! {
    /// The page of a capture.
    Capture {
        title: "A capture",
        back: "← What was kept",
        lead: "What was kept of this visit, as it came. The digests name the exact bytes: who downloads them can check that nothing was changed.",
        visit: "The visit",
        when: "Captured",
        redirected: "Led on by",
        bytes: "The bytes",
        blake3: "BLAKE3",
        sha256: "SHA-256",
        check: "To check",
        none: "This visit brought no bytes.",
        damaged: "These bytes are damaged. They are not given out; cuttings verify says what can be done.",
        warc: "Web archive of the article (WARC)",
        wacz: "Web archive with index (WACZ)",
        take: "To take along",
        answer: "What the server said",
        answer_lost: "The header lines of the answer are damaged.",
        made: "What was made of it",
        extractor: "Read by extractor version",
        pictures: "Pictures of the story",
        resources: "What the page looks like with",
        not_kept: "Not kept";
        fn more(count: &usize) => format!("And {count} more, listed by the API."),
        fn how_to_check(name: &str) => format!("sha256sum {name}"),
    }
}
