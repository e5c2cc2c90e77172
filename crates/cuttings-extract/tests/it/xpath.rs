//! What XPath expressions select and come to.

use std::fmt::Write as _;

use cuttings_extract::xpath::{MAX_EXPRESSION_DEPTH, OutOfSteps, Tree, Value, XPath};
use cuttings_html::{Limits, NodeKind, parse};
use proptest::prelude::*;

const PAGE: &str = r#"<!DOCTYPE html><html lang="en"><head><title>Rain</title>
<meta property="og:title" content="Rain again"></head><body>
<div id="top" class="bar"><a id="home" href="/">Home</a><a id="next" href="/2" rel="next">Next</a></div>
<article id="story" class="story  wide"><h1 id="h">Rain  again</h1><!-- note --><p id="p1" data-n="1">One <b id="b">bold</b> word</p><p id="p2" data-n="2" class="lede">Two</p><ul id="list"><li id="l1">10</li><li id="l2">20</li><li id="l3">12.5</li></ul><p id="p3" data-n="3">Three</p></article>
<div id="foot" class="foot bar"><p id="p4">Four</p><FB:Like id="fb"></FB:Like></div></body></html>"#;

/// What an expression comes to, in a short form: an element is `name#id`, an
/// attribute `@name=value`, a text is in quotes.
fn come_to(expression: &str, tree: &Tree<'_>) -> String {
    let xpath = match XPath::parse(expression) {
        Ok(xpath) => xpath,
        Err(error) => return format!("error {error}"),
    };
    let value = match xpath.evaluate(tree) {
        Ok(value) => value,
        Err(error) => return error.to_string(),
    };
    let Value::Nodes(items) = &value else {
        return value.to_text(tree);
    };
    let mut out = String::new();
    for item in items {
        if !out.is_empty() {
            out.push(' ');
        }
        let doc = tree.document();
        let id = tree.id(*item);
        let written = match (tree.attribute(*item), doc.kind(id)) {
            (Some((name, value)), _) => write!(out, "@{name}={value}"),
            (None, NodeKind::Element) => match doc.attr_named(id, "id") {
                Some(name) => write!(out, "{}#{name}", doc.name(id)),
                None => write!(out, "{}", doc.name(id)),
            },
            (None, NodeKind::Document) => write!(out, "/"),
            (None, NodeKind::Comment) => write!(out, "<!--{}-->", doc.text(id)),
            (None, _) => write!(out, "'{}'", doc.text(id)),
        };
        written.expect("writing to a string does not fail");
    }
    out
}

const TABLE: &[(&str, &str)] = &[
    // Paths.
    ("/", "/"),
    ("/html", "html"),
    ("/html/body/article", "article#story"),
    ("html/head/title", "title"),
    ("//article", "article#story"),
    ("//ARTICLE", "article#story"),
    ("//fb:like", "fb:like#fb"),
    ("//fb:*", "fb:like#fb"),
    ("/article", ""),
    ("//li", "li#l1 li#l2 li#l3"),
    ("//ul/li", "li#l1 li#l2 li#l3"),
    ("//article//li", "li#l1 li#l2 li#l3"),
    ("//article/li", ""),
    ("//article/*", "h1#h p#p1 p#p2 ul#list p#p3"),
    ("//ul/..", "article#story"),
    ("//ul/.", "ul#list"),
    ("//b/text()", "'bold'"),
    ("//p[@id='p1']/text()", "'One ' ' word'"),
    ("//article/comment()", "<!-- note -->"),
    ("//comment()", "<!-- note -->"),
    ("//p[@id='p1']/node()", "'One ' b#b ' word'"),
    ("//processing-instruction()", ""),
    ("//a/@href", "@href=/ @href=/2"),
    ("//a/@HREF", "@href=/ @href=/2"),
    ("//a[2]/@*", "@id=next @href=/2 @rel=next"),
    ("//@rel", "@rel=next"),
    ("//meta/@content", "@content=Rain again"),
    ("//@rel/..", "a#next"),
    ("//article | //ul | //h1", "article#story h1#h ul#list"),
    ("(//ul | //h1)/..", "article#story"),
    ("//p | //p", "p#p1 p#p2 p#p3 p#p4"),
    ("//div/p | //article/p", "p#p1 p#p2 p#p3 p#p4"),
    ("id('story')", "article#story"),
    ("id('p2 p1')/..", "article#story"),
    ("//a / @rel", "@rel=next"),
    // Axes.
    ("//b/ancestor::*", "html body article#story p#p1"),
    ("//b/ancestor::*[1]", "p#p1"),
    ("//b/ancestor::*[2]", "article#story"),
    ("(//b/ancestor::*)[1]", "html"),
    ("//b/ancestor::node()[last()]", "/"),
    (
        "//b/ancestor-or-self::*",
        "html body article#story p#p1 b#b",
    ),
    ("//b/parent::p", "p#p1"),
    ("//b/parent::div", ""),
    ("//b/self::b", "b#b"),
    ("//b/self::i", ""),
    ("//ul/child::li", "li#l1 li#l2 li#l3"),
    ("//article/descendant::li", "li#l1 li#l2 li#l3"),
    ("//ul/descendant-or-self::*", "ul#list li#l1 li#l2 li#l3"),
    ("//ul/following-sibling::*", "p#p3"),
    ("//ul/preceding-sibling::*", "h1#h p#p1 p#p2"),
    ("//ul/preceding-sibling::*[1]", "p#p2"),
    ("//ul/preceding-sibling::p[2]", "p#p1"),
    ("//h1/following-sibling::p[1]", "p#p1"),
    ("//h1/following-sibling::node()[1]", "<!-- note -->"),
    ("//ul/following::p", "p#p3 p#p4"),
    ("//li[2]/preceding::li", "li#l1"),
    ("//ul/preceding::p", "p#p1 p#p2"),
    ("//ul/preceding::*[1]", "p#p2"),
    ("//b/following::*[1]", "p#p2"),
    ("//@rel/ancestor::div", "div#top"),
    ("//@rel/following::h1", "h1#h"),
    ("//@rel/following-sibling::*", ""),
    ("//ul/attribute::id", "@id=list"),
    ("/preceding-sibling::*", ""),
    ("/..", ""),
    // Predicates and places.
    ("//p[1]", "p#p1 p#p4"),
    ("(//p)[1]", "p#p1"),
    ("(//p)[last()]", "p#p4"),
    ("//li[last()]", "li#l3"),
    ("//li[last()-1]", "li#l2"),
    ("//li[position()>1]", "li#l2 li#l3"),
    ("//li[position()=2]", "li#l2"),
    ("//li[2][1]", "li#l2"),
    ("//li[position()>1][1]", "li#l2"),
    ("/descendant::p[2]", "p#p2"),
    ("//p[@class]", "p#p2"),
    ("//p[not(@class)]", "p#p1 p#p3 p#p4"),
    ("//p[@data-n=2]", "p#p2"),
    ("//p[@data-n>1]", "p#p2 p#p3"),
    ("//p[@data-n!='2']", "p#p1 p#p3"),
    ("//p[b]", "p#p1"),
    ("//p[b[@id='b']]", "p#p1"),
    ("//p[.='Two']", "p#p2"),
    ("//p[string-length()=3]", "p#p2"),
    ("//p[string-length(.)=3]", "p#p2"),
    ("//*[@id='p1' or @id='p4']", "p#p1 p#p4"),
    ("//*[@class='lede' and self::p]", "p#p2"),
    ("//p[../ul]", "p#p1 p#p2 p#p3"),
    ("//p[count(*)=1]", "p#p1"),
    ("//p['']", ""),
    ("//p['x'][2]", "p#p2"),
    ("//p[0]", ""),
    ("//li[.>11]", "li#l2 li#l3"),
    ("//p[following-sibling::ul]", "p#p1 p#p2"),
    ("//div[contains(@class, 'bar')]", "div#top div#foot"),
    (
        "//div[contains(concat(' ', normalize-space(@class), ' '), ' foot ')]",
        "div#foot",
    ),
    ("//*[starts-with(@id, 'l')]", "ul#list li#l1 li#l2 li#l3"),
    ("//*[name()='h1']", "h1#h"),
    ("//*[@data-n][last()]", "p#p3"),
    // Functions.
    ("count(//p)", "4"),
    ("count(//p[@class]) + 1", "2"),
    ("sum(//li)", "42.5"),
    ("sum(//p)", "NaN"),
    ("string(//h1)", "Rain  again"),
    ("normalize-space(//h1)", "Rain again"),
    ("normalize-space('  a \n b ')", "a b"),
    ("string(//nothing)", ""),
    ("string(//p[@id='p1'])", "One bold word"),
    ("name(//article/*)", "h1"),
    ("name(//@rel)", "rel"),
    ("local-name(//fb:like)", "like"),
    ("name(/)", ""),
    ("concat('a', 1, true())", "a1true"),
    ("contains('abc', 'bc')", "true"),
    ("contains('abc', '')", "true"),
    ("starts-with('abc', 'b')", "false"),
    ("substring('12345', 2, 3)", "234"),
    ("substring('12345', 2)", "2345"),
    ("substring('12345', 1.5, 2.6)", "234"),
    ("substring('12345', 0, 3)", "12"),
    ("substring('12345', 0 div 0, 3)", ""),
    ("substring('12345', -42, 1 div 0)", "12345"),
    ("substring('12345', -1 div 0, 1 div 0)", ""),
    ("substring('Köln', 2, 1)", "ö"),
    ("substring-before('1999/04/01', '/')", "1999"),
    ("substring-after('1999/04/01', '/')", "04/01"),
    ("substring-after('1999', '/')", ""),
    ("substring-before('1999', '/')", ""),
    ("string-length('Köln')", "4"),
    ("translate('bar', 'abc', 'ABC')", "BAr"),
    ("translate('--aaa--', 'abc-', 'ABC')", "AAA"),
    ("translate('aa', 'aa', 'xy')", "xx"),
    ("boolean(//p)", "true"),
    ("boolean(//nothing)", "false"),
    ("boolean('false')", "true"),
    ("boolean(0 div 0)", "false"),
    ("not(0)", "true"),
    ("number('12')", "12"),
    ("number(' -1.50 ')", "-1.5"),
    ("number('1e3')", "NaN"),
    ("number('+1')", "NaN"),
    ("number('')", "NaN"),
    ("number(true())", "1"),
    ("floor(-1.5)", "-2"),
    ("ceiling(-1.5)", "-1"),
    ("round(2.5)", "3"),
    ("round(-2.5)", "-2"),
    // Operators.
    ("1 + 2 * 3", "7"),
    ("(1 + 2) * 3", "9"),
    ("10 - 2 - 3", "5"),
    ("7 mod 3", "1"),
    ("-7 mod 3", "-1"),
    ("5 mod -2", "1"),
    ("1.5 mod 0.5", "0"),
    ("1 div 0", "Infinity"),
    ("-1 div 0", "-Infinity"),
    ("0 div 0", "NaN"),
    ("1 div 4", "0.25"),
    ("- - 2", "2"),
    ("--'x'", "NaN"),
    ("2*3", "6"),
    ("1 = 1.0", "true"),
    ("'a' = 'a'", "true"),
    ("'1' = 1", "true"),
    ("'a' < 'b'", "false"),
    ("1 < 2 and 2 < 3", "true"),
    ("3 > 2 > 1", "false"),
    ("1 = 2 or 2 = 2", "true"),
    ("true() = //p", "true"),
    ("false() = //nothing", "true"),
    ("//li = '20'", "true"),
    ("//li != '20'", "true"),
    ("//li = 21", "false"),
    ("//li < 11", "true"),
    ("//li > 20", "false"),
    ("//li >= 20", "true"),
    ("11 > //li", "true"),
    ("//li = //nothing", "false"),
    ("//b = //b", "true"),
    ("//b != //b", "false"),
    ("//li != //li", "true"),
    ("0 div 0 = 0 div 0", "false"),
    (".5 + 1.", "1.5"),
    ("100000000000000000000000 > 1", "true"),
    ("\"it's\"", "it's"),
    ("//div/div | //p[ @id = 'p2' ]", "p#p2"),
    // Names that are also operators.
    ("//div", "div#top div#foot"),
    ("//div div 2", "NaN"),
    ("or", ""),
    ("count(* | */*)", "3"),
];

#[test]
fn expressions_come_to_what_the_recommendation_says() {
    let document = parse(PAGE, &Limits::default());
    let tree = Tree::new(&document);
    assert!(TABLE.len() >= 100);
    let wrong: Vec<String> = TABLE
        .iter()
        .filter_map(|(expression, expected)| {
            let found = come_to(expression, &tree);
            (found != *expected).then(|| format!("{expression}: {found}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let table = [
        (
            "",
            1,
            "the expression ends where a name or `*` should stand",
        ),
        (
            "//",
            3,
            "the expression ends where a name or `*` should stand",
        ),
        (
            "//p[",
            5,
            "the expression ends where a name or `*` should stand",
        ),
        ("//p[1", 6, "a `]` is missing"),
        ("(//p", 5, "a `)` is missing"),
        ("//p]", 4, "`]` does not belong here"),
        (
            "//p[@id='ä]",
            9,
            "the text that opens here has no closing '",
        ),
        (
            "'ä' = matches('a', 'b')",
            7,
            "there is no function called `matches` in XPath 1.0",
        ),
        ("//sibling::p", 3, "there is no axis called `sibling`"),
        ("contains('a')", 1, "`contains` takes 2 arguments and has 1"),
        ("last(1)", 1, "`last` takes no arguments and has 1"),
        (
            "substring('a')",
            1,
            "`substring` takes 2 or 3 arguments and has 1",
        ),
        (
            "concat('a')",
            1,
            "`concat` takes 2 or more arguments and has 1",
        ),
        ("count('a')", 1, "`count` takes a path"),
        ("//p[$x]", 5, "there are no variables here"),
        ("//p/#x", 5, "a name or `*` is missing before `#`"),
    ];
    for (expression, at, message) in table {
        let error = XPath::parse(expression).expect_err(expression);
        assert_eq!(
            (error.at, error.message.as_str()),
            (at, message),
            "{expression}"
        );
    }
}

#[test]
fn brackets_nest_so_deep_and_no_deeper() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(XPath::parse(&nested(MAX_EXPRESSION_DEPTH - 1)).is_ok());
    assert!(XPath::parse(&nested(MAX_EXPRESSION_DEPTH)).is_err());
    assert!(XPath::parse(&"(".repeat(10_000)).is_err());
    assert!(XPath::parse(&format!("{}1", "-".repeat(10_000))).is_ok());
    let long = vec!["@a='b'"; 1000].join(" or ");
    assert!(XPath::parse(&format!("//p[{long}]")).is_ok());
}

#[test]
fn an_expression_that_takes_too_long_is_given_up() {
    let page = "<i>".repeat(400) + &"<p>x</p>".repeat(2000);
    let document = parse(&page, &Limits::default());
    for expression in [
        "//*[//*[//*]]",
        "//*/following::*/preceding::*/following::*",
        "//*[contains(string(/), 'nothing of the kind')]",
        "//*/ancestor::*/descendant::*/preceding-sibling::*/..//*",
    ] {
        let tree = Tree::with_steps(&document, 1_000_000);
        let xpath = XPath::parse(expression).expect("it reads");
        assert_eq!(xpath.select(&tree), Err(OutOfSteps), "{expression}");
        assert_eq!(tree.steps_left(), 0);
    }
}

#[test]
fn a_page_as_deep_as_can_be_is_walked_without_recursion() {
    let page = "<div>".repeat(5_000) + "deep";
    let document = parse(&page, &Limits::none());
    let tree = Tree::new(&document);
    let xpath = XPath::parse("count(//div/ancestor::body)").expect("it reads");
    assert!(
        xpath
            .evaluate(&Tree::with_steps(&document, 5_000_000))
            .is_err()
    );
    let xpath = XPath::parse("count(//div[not(div)])").expect("it reads");
    assert_eq!(xpath.evaluate(&tree), Ok(Value::Number(1.0)));
}

/// Expressions made of what expressions are made of.
fn expression() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "//",
        "/",
        "p",
        "*",
        "[",
        "]",
        "(",
        ")",
        "@",
        "id",
        ".",
        "..",
        "'x'",
        "1",
        "2",
        "|",
        " or ",
        " and ",
        "=",
        "!=",
        "<",
        ">=",
        "+",
        "-",
        " div ",
        " mod ",
        "position()",
        "last()",
        "text()",
        "node()",
        "comment()",
        "ancestor::",
        "preceding::",
        "following::",
        "preceding-sibling::",
        "following-sibling::",
        "descendant-or-self::",
        "parent::",
        "self::",
        "attribute::",
        "contains(",
        "count(",
        "string(",
        "translate(",
        "substring(",
        "not(",
        ",",
        "normalize-space()",
        "id(",
        "sum(",
        "ä",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Expressions that can be read.
fn good_expression() -> impl Strategy<Value = String> {
    let axis = prop::sample::select(vec![
        "",
        "@",
        "ancestor::",
        "preceding::",
        "following::",
        "preceding-sibling::",
        "parent::",
        "following-sibling::",
        "descendant-or-self::",
        "ancestor-or-self::",
        "self::",
        "descendant::",
    ]);
    let test = prop::sample::select(vec!["*", "p", "node()", "text()", "div"]);
    let predicate = prop::sample::select(vec![
        "",
        "",
        "[1]",
        "[last()]",
        "[position()>2]",
        "[@id]",
        "[contains(.,'a')]",
        "[..]",
        "[//p]",
    ]);
    prop::collection::vec((axis, test, predicate), 1..6).prop_map(|steps| {
        steps
            .iter()
            .map(|(axis, test, predicate)| format!("//{axis}{test}{predicate}"))
            .collect::<Vec<_>>()
            .concat()
    })
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_an_error_with_a_place_in_it(source in "\\PC{0,40}") {
        if let Err(error) = XPath::parse(&source) {
            prop_assert!(error.at >= 1 && error.at <= source.chars().count() + 1);
            prop_assert!(!error.message.is_empty());
        }
    }

    #[test]
    fn any_expression_on_any_page_ends(
        source in prop_oneof![expression(), good_expression()],
        page in "(<(p|div|table|b|li|td|a id=x|!--)>|</(p|div|table)>|[a-c ]{0,3}){0,30}",
    ) {
        if let Ok(xpath) = XPath::parse(&source) {
            let document = parse(&page, &Limits::default());
            let tree = Tree::with_steps(&document, 200_000);
            if let Ok(items) = xpath.select(&tree) {
                prop_assert!(items.is_sorted_by(|a, b| a < b));
            }
        }
    }
}
