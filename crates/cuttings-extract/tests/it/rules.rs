//! Site rules: reading, finding and applying them.

use std::fs;

use cuttings_extract::rules::{Rules, SiteRule, check};
use cuttings_extract::{Extraction, Options, Source, extract, extract_with};
use proptest::prelude::*;
use url::Url;

const PAGE: &str = "<!DOCTYPE html><html><head><title>Site | Rain</title></head><body>
<h1>Rain on the hills</h1><span class=who>By Ada Byron</span><span class=when>3 May 2024</span>
<div class=left><p>It rained for a third day, and the river rose over its banks.</p></div>
<div class=left><p>Nobody was hurt, said the mayor.</p><p class=\"offer now\">Buy an umbrella today.</p></div>
<div id=other><p>The council met on Tuesday and put the question of the bridge off, its chair said \
after the meeting, because the money had not come, and it will meet again in a month.</p></div>
<a class=print href=/print/1>Print</a><a rel=next href='?page=2'>2</a></body></html>";

fn read(rule: &str) -> Extraction {
    let (rule, errors) = SiteRule::parse("example.org", rule);
    assert_eq!(errors, []);
    let base = Url::parse("https://example.org/a").expect("an address");
    extract_with(PAGE, Some(&base), &Options { rule: Some(&rule) }).expect("a small page")
}

#[test]
fn all_nodes_of_the_first_body_that_matches_are_the_story() {
    let found = read("body: //nothing\nbody: //div[@class='left']\nbody: //div");
    assert_eq!(
        found.text,
        "It rained for a third day, and the river rose over its banks.\n\n\
         Nobody was hurt, said the mayor.\n\nBuy an umbrella today."
    );
}

#[test]
fn what_is_stripped_is_not_in_the_story() {
    let by_name = read("body: //div[@class='left']\nstrip_id_or_class: 'offer'");
    let by_path = read("body: //div[@class='left']\nstrip: //p[2]");
    assert_eq!(by_name.text, by_path.text);
    assert!(by_name.text.ends_with("said the mayor."));
    let without_body = read("strip: //div[@id='other']/p");
    assert!(!without_body.text.contains("council"));
}

#[test]
fn headline_byline_and_date_come_from_the_rule_and_it_is_said() {
    let found = read("title: //title\nauthor: //*[@class='who']\ndate: //*[@class='when']");
    assert_eq!(found.headline.as_deref(), Some("Site | Rain"));
    assert_eq!(found.authors, ["Ada Byron"]);
    assert_eq!(found.published.as_deref(), Some("2024-05-03"));
    let sources = found.sources;
    for source in [
        sources.headline,
        sources.byline,
        sources.authors,
        sources.published,
    ] {
        assert_eq!(source, Some(Source::SiteRule));
    }
    let said = found.warnings.join("\n");
    assert!(
        said.contains("`title` of the site rule for example.org, line 1"),
        "{said}"
    );
}

#[test]
fn other_pages_are_named_and_not_fetched() {
    let found =
        read("single_page_link: //a[@class='print']\nnext_page_link: //a[@rel='next']/@href");
    let address = |url: Option<Url>| url.map(String::from);
    assert_eq!(
        address(found.other_pages.single_page).as_deref(),
        Some("https://example.org/print/1")
    );
    assert_eq!(
        address(found.other_pages.next_page).as_deref(),
        Some("https://example.org/a?page=2")
    );
    let never = read("single_page_link: //a[@class='print']\nif_page_contains: //video");
    assert_eq!(never.other_pages.single_page, None);
    let built = read("single_page_link: concat(//a[@class='print']/@href, '?all')");
    let found = built.other_pages.single_page.map(String::from);
    assert_eq!(found.as_deref(), Some("https://example.org/print/1?all"));
}

#[test]
fn a_body_that_is_not_there_gives_the_ordinary_text_unless_that_is_forbidden() {
    let base = Url::parse("https://example.org/a").expect("an address");
    let ordinary = extract(PAGE, Some(&base)).expect("a small page");
    assert_eq!(read("body: //main").text, ordinary.text);
    let forbidden = read("body: //main\nautodetect_on_failure: no");
    assert_eq!(forbidden.text, "");
    assert!(forbidden.no_article.is_some());
}

#[test]
fn texts_are_replaced_before_the_page_is_parsed() {
    let found = read(
        "find_string: <div id=other>\nreplace_string: <main>\nbody: //main\nreplace_string(council): committee",
    );
    assert!(
        found.text.starts_with("The committee met"),
        "{}",
        found.text
    );
}

#[test]
fn elements_are_moved_wrapped_and_dissolved() {
    let found = read(
        "body: //div[@id='other']\nmove_into(//div[@id='other']): //div[@class='left'][1]\n\
         wrap_in(blockquote): //div[@id='other']/p\ndissolve: //div[@class='left']",
    );
    assert!(found.text.ends_with("over its banks."), "{}", found.text);
    assert!(found.html.as_str().contains("<blockquote"));
}

#[test]
fn prune_no_keeps_what_would_be_dropped() {
    let page = "<div id=t><p>One sentence of a story that is told here.</p>\
                <div class=newsletter><p>Sign up for our newsletter.</p></div></div>";
    let with = |prune: &str| {
        let (rule, _) = SiteRule::parse("x", &format!("body: //div[@id='t']\nprune: {prune}"));
        extract_with(page, None, &Options { rule: Some(&rule) })
            .expect("a small page")
            .text
    };
    assert!(!with("yes").contains("newsletter"));
    assert!(with("no").contains("newsletter"));
}

#[test]
fn a_wrong_line_is_named_and_the_others_work() {
    let (rule, errors) = SiteRule::parse(
        "x",
        "# c\nbody: //div[\nboddy: //p\nprune: maybe\nno colon\nfind_string: a\nbody: //p\nif_page_contains: //p",
    );
    let lines: Vec<usize> = errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 8]);
    let found = extract_with("<p>Words.</p>", None, &Options { rule: Some(&rule) });
    assert_eq!(found.expect("a small page").text, "Words.");
}

#[test]
fn a_folder_is_read_with_file_and_line_of_what_is_wrong() {
    let folder = std::env::temp_dir().join(format!("cuttings-rules-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("example.org.txt"), "body: //main\nstrip: //p[").expect("a file");
    fs::write(
        folder.join(".example.net.txt"),
        "body: //main\nautodetect_on_failure: no",
    )
    .expect("a file");
    fs::write(folder.join("global.txt"), "strip_id_or_class: offer").expect("a file");
    fs::write(folder.join("README.md"), "body").expect("a file");
    let read = Rules::read_folder(&folder);
    fs::remove_dir_all(&folder).expect("the folder goes");
    let (rules, faults) = read.expect("a folder");
    assert_eq!(rules.len(), 2);
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0]
            .to_string()
            .contains("example.org.txt:2: at character")
    );
    assert_eq!(
        rules.for_host("WWW.example.org").map(SiteRule::name),
        Some("example.org")
    );
    assert_eq!(
        rules.for_host("a.example.org").map(SiteRule::name),
        Some("global")
    );
    assert_eq!(
        rules.for_host("a.example.net").map(SiteRule::name),
        Some(".example.net")
    );
}

#[test]
fn a_check_counts_pages_and_names_what_is_missing() {
    let (rule, _) = SiteRule::parse(
        "example.org",
        "body: //div[@class='left']\nstrip: //video\ntest_url: https://example.org/a\n\
         test_contains: the river rose\ntest_contains: the sea",
    );
    let report = check(
        &rule,
        [
            ("https://example.org/a", PAGE),
            ("https://example.org/b", "<p>x</p>"),
        ],
    );
    let pages: Vec<usize> = report.directives.iter().map(|line| line.pages).collect();
    assert_eq!(pages, [1, 0]);
    assert_eq!(report.pages[0].missing, ["the sea"]);
    assert!(report.pages[0].body_matched && !report.pages[1].body_matched);
    assert!(!report.is_good());
}

proptest! {
    #[test]
    fn any_text_is_a_rule_that_can_be_applied(
        text in "((body|strip|title|wrap_in\\(p\\)|move_into\\(//p\\)|dissolve|replace_string\\(a\\)|prune|\\PC{0,9}): ?(//(p|div|\\*)|\\.\\.|no|\\PC{0,12})\n){0,8}",
        page in "(<(p|div|table|b|pre|svg|td|!--)>|</(p|div|table)>|[a-c &<]{0,4}){0,20}",
    ) {
        let (rule, errors) = SiteRule::parse("x", &text);
        for error in errors {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count());
        }
        let found = extract_with(&page, None, &Options { rule: Some(&rule) });
        prop_assert!(found.is_ok());
    }
}

/// Directives that other programs of the format act on, with a value each takes.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("tidy", "yes"),
    ("parser", "html5php"),
    ("convert_double_br_tags", "yes"),
    ("footnotes", "//ol"),
    ("insert_detected_image", "no"),
    ("strip_comments", "yes"),
    ("skip_id_or_class", "news"),
    ("post_strip_attr", "//@style"),
    ("single_page_link_in_feed", "//a"),
    ("requires_login", "yes"),
    ("login_uri", "https://example.org/login"),
    ("login_username_field", "name"),
    ("login_password_field", "word"),
    ("login_extra_fields", "a=b"),
    ("not_logged_in_xpath", "//form"),
];

#[test]
fn what_has_no_effect_is_read_and_the_guide_says_so() {
    let guide = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/guide/site-rules.md"
    );
    let guide = fs::read_to_string(guide).expect("the guide is a part of the repository");
    let listed = guide
        .split_once("have no effect")
        .expect("a part on them")
        .1;
    let plain = extract(PAGE, None).expect("a small page").text;
    for (name, value) in WITHOUT_EFFECT {
        let (rule, errors) = SiteRule::parse("example.org", &format!("{name}: {value}"));
        assert_eq!(errors, [], "{name}");
        let options = Options { rule: Some(&rule) };
        let found = extract_with(PAGE, None, &options).expect("a small page");
        assert_eq!(found.text, plain, "{name}");
        assert!(
            listed.contains(&format!("`{name}`")),
            "{name} is not in the guide"
        );
    }
}

#[test]
fn other_pages_are_in_the_report_of_a_tried_rule() {
    let rule = "single_page_link: //a[@class='print']\nnext_page_link: //a[@rel='next']";
    let (rule, _) = SiteRule::parse("example.org", rule);
    let report = check(&rule, [("https://example.org/a", PAGE)]);
    let told = report.to_string();
    for line in [
        "  the whole story: https://example.org/print/1\n",
        "  the next part: https://example.org/a?page=2\n",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn what_a_rule_did_is_explained_before_the_lines() {
    let (rule, _) = SiteRule::parse("example.org", "strip: //p[2]\nstrip: //table");
    let told = cuttings_extract::explain_with(PAGE, None, &Options { rule: Some(&rule) })
        .expect("a small page");
    let mut lines = told
        .lines()
        .skip_while(|line| !line.starts_with("site rule"));
    assert_eq!(
        lines.next(),
        Some("site rule example.org:1 strip: //p[2] (matches 1 time)"),
        "{told}"
    );
    assert_eq!(
        lines.next(),
        Some("site rule example.org:2 strip: //table (matches nothing)"),
        "{told}"
    );
    assert!(!told.contains("umbrella"), "{told}");
}
