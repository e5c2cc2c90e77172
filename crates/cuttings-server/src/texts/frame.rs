//! The frame of every page; signing in, the first run, errors.

super::texts! {
    /// Masthead, sign-in, first run and error pages.
    Frame {
        skip: "Skip to the text",
        main_navigation: "Main",
        library: "Library",
        search: "Search",
        settings: "Settings",
        highlights: "Highlights",
        feeds: "Feeds",
        sign_out: "Sign out",
        sign_in: "Sign in",
        name: "Name",
        password: "Password",
        password_again: "Password, once more",
        password_hint: "At least 8 characters. A sentence is good.",
        open_title: "Open your library",
        open_lead: "Choose a name and a password. They stay on this machine, and are asked for whenever you sign in.",
        open_button: "Open the library",
        passwords_differ: "The two passwords are not the same. Type both again.",
        to_the_library: "To the library",
        about_this_problem: "About this problem",
        problem: "Problem",
        library_changed: "The library has changed since this page was opened.",
        show_changes: "Show";
        fn failure_number(number: &str) => format!("Number of this failure: {number}"),
    }
}
