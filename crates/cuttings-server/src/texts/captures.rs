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
        sent: "sent by a browser as a complete page",
        extension: "sent by the browser extension as it stood",
        inside: "inside the page",
        number: "Number",
        requested: "Asked for",
        answered: "Answered by",
        status: "Status",
        wrong: "What went wrong",
        kind: "Type",
        size: "Size",
        download: "Download the bytes as they came",
        proof: "Digests, header lines, downloads",
        archives: "All of it as a web archive",
        wacz: "WACZ",
        warc: "WARC",
        again: "Capture again",
        under_way: "The page is being visited again. Reload to see what came.",
        by_itself: "By itself",
        never: "Never",
        daily: "Every day",
        weekly: "Every week",
        monthly: "Every 30 days",
        weeks: "For weeks",
        no_end: "no end",
        set: "Set",
        found: "What it found",
        compare: "Compare with the one before",
        show_this: "Show this one",
        chosen_now: "Another capture is shown now.",
        undo: "Undo",
        pinned: "You chose the capture that is shown. Further captures are kept beside it and change nothing, until you show the newest one.";
        fn unchanged(same: &i64) => format!("The site says that nothing has changed since capture {same}."),
        fn same_bytes(same: &i64) => format!("The same bytes as capture {same}."),
        fn scheduled(every: &str, next: &str, until: &str, failures: &i64) => scheduled(every, next, until, *failures),
    }
}

fn scheduled(every: &str, next: &str, until: &str, failures: i64) -> String {
    let often = match every {
        "day" => "every day",
        "week" => "every week",
        _ => "every 30 days",
    };
    let until = match until {
        "" => String::new(),
        until => format!(" until {until}"),
    };
    let failed = match failures {
        0 => String::new(),
        1 => " The last visit failed, so the next one waits longer.".to_owned(),
        many => format!(" The last {many} visits failed, so the next one waits longer."),
    };
    format!("Captured {often}{until}; the next time on {next}.{failed}")
}
