//! A kept page as it looked.

super::texts! {
    /// The page around a replay, and its answers.
    Replay {
        title: "As it looked",
        open: "See the page in a frame",
        back: "← Article",
        captures: "What was kept",
        this_capture: "This capture",
        frame: "The page as it looked",
        not_live: "A kept copy, not the live page.",
        earlier: "Earlier capture",
        later: "Later capture",
        address: "Address",
        complete: "Nothing is missing",
        missing: "What is missing",
        waiting: "What this page looks like with is still being fetched. Load this page again in a moment.",
        never: "This page was kept by an earlier edition, which did not keep style sheets, fonts and all pictures.",
        handed_over: "This page was handed over. Nothing was fetched for it: what it did not bring along is missing.",
        inert: "Scripts never run here, forms are not sent, and nothing is loaded from the web. A link opens in a new tab.",
        over: "This view of a kept page has ended. Open it again from its article.",
        no_page: "Nothing that can be shown as a page was kept under this number.",
        broken: "This page cannot be shown as it looked. What was kept of it can be downloaded, and its article can be read.",
        ;
        fn heading(when: &str) => format!("As it looked on {when}"),
        fn count(many: usize) => match many {
            1 => "1 thing is missing".to_owned(),
            many => format!("{many} things are missing"),
        },
        fn scripts(many: usize) => match many {
            1 => "1 script was taken out.".to_owned(),
            many => format!("{many} scripts were taken out."),
        },
        fn frames(many: usize) => match many {
            1 => "1 frame or embedded thing was taken out.".to_owned(),
            many => format!("{many} frames and embedded things were taken out."),
        },
        fn not_kept(many: usize) => match many {
            1 => "1 style sheet, font or picture could not be kept:".to_owned(),
            many => format!("{many} style sheets, fonts and pictures could not be kept:"),
        },
        fn not_there(many: usize) => match many {
            1 => "1 style sheet, font or picture that the page names is not kept.".to_owned(),
            many => format!("{many} style sheets, fonts and pictures that the page names are not kept."),
        },
        fn more(many: i64) => format!("and {many} more"),
    }
}
