//! The page of what is shown to single sites.

super::texts! {
    /// Headers and cookies for single sites.
    Sites {
        title: "Sites",
        way: "Settings",
        lead: "Headers and a cookie that Cuttings shows to a site in your name, for instance of a subscription. They are sealed, sent to that site alone, and never shown again here.",
        link: "Sites that want a login",
        link_hint: "Headers and cookies of your subscriptions, shown to their site alone.",
        none_title: "No site is shown anything",
        none: "Where a page wants a login, give the cookie of your browser here, or save the page from the browser itself.",
        below: "and hosts below it",
        over_http: "over http too",
        locked: "Cannot be opened: the key of this installation is missing or another one. Ask the operator to put it back, or give it anew.",
        never_used: "Not used yet",
        replace: "Replace",
        remove: "Remove",
        given: "Kept. It is shown to the site from the next visit on.",
        removed: "Removed. The site is shown nothing any more.",
        give: "Give a site something",
        replacing: "Replace what is there",
        not_kept: "Nothing was kept.",
        site: "Site",
        site_hint: "A host such as news.example, or an address of it. Without the word before it, www.news.example is another host.",
        cookie: "Cookie",
        cookie_hint: "The value of the Cookie header as your browser sends it to this site: name=value; name=value.",
        headers: "Headers",
        headers_hint: "One a line, Name: value. Headers that say how a message is sent or who has signed in at a proxy are not taken.",
        subdomains: "Show it to hosts below this one too",
        plain_http: "Show it over http too, where everybody on the way can read it",
        keep: "Keep";
        fn used(when: &str) => format!("Last used {when}"),
        fn changed(when: &str) => format!("Given {when}"),
        fn named(what: &str, site: &str) => format!("{what}: {site}"),
        fn line(number: usize) => format!("Line {number} of the headers is not “Name: value”."),
    }
}
