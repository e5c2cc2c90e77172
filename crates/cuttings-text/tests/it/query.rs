//! The query language.

use cuttings_text::query::Expression::{And, Not, Or, Phrase, Prefix, Term};
use cuttings_text::query::{
    AnyOf, Condition, Expression, Forms, MAX_CHARS, MAX_DEPTH, MAX_TERMS, QueryError, Test, parse,
};

fn words(query: &str) -> Expression {
    parse(query)
        .unwrap_or_else(|error| panic!("{query}: {error}"))
        .expression
        .unwrap_or_else(|| panic!("{query} has words"))
}

fn term(text: &str) -> Expression {
    Term(text.to_owned())
}

fn not(expression: Expression) -> Expression {
    Not(Box::new(expression))
}

fn fault(query: &str) -> QueryError {
    match parse(query) {
        Err(error) => error,
        Ok(query) => panic!("{query:?} should be an error"),
    }
}

/// The characters an error points at.
fn pointed(query: &str) -> String {
    let at = fault(query).at;
    query.chars().skip(at.start).take(at.len()).collect()
}

#[test]
fn words_side_by_side_must_all_match() {
    assert_eq!(words("harbour"), term("harbour"));
    assert_eq!(
        words(" old\tharbour "),
        And(vec![term("old"), term("harbour")])
    );
    assert_eq!(words("old AND harbour"), words("old harbour"));
}

#[test]
fn or_binds_looser_than_standing_side_by_side() {
    assert_eq!(
        words("a1 b1 OR c1"),
        Or(vec![And(vec![term("a1"), term("b1")]), term("c1")])
    );
    assert_eq!(
        words("a1 (b1 OR c1)"),
        And(vec![term("a1"), Or(vec![term("b1"), term("c1")])])
    );
}

#[test]
fn operators_in_small_letters_are_words() {
    assert_eq!(
        words("this or that"),
        And(vec![term("this"), term("or"), term("that")])
    );
}

#[test]
fn every_kind_of_quotation_mark_makes_a_phrase() {
    for query in [
        "\"old wall\"",
        "“old wall”",
        "„old wall“",
        "«old wall»",
        "”old wall\"",
    ] {
        assert_eq!(words(query), Phrase("old wall".to_owned()), "{query}");
    }
    assert_eq!(
        words("x\"old wall\"y"),
        And(vec![term("x"), Phrase("old wall".to_owned()), term("y")])
    );
    assert_eq!(words("צה\"ל"), term("צה\"ל"));
}

#[test]
fn a_hyphen_leaves_out_only_what_it_touches() {
    assert_eq!(words("a1 -b1"), And(vec![term("a1"), not(term("b1"))]));
    assert_eq!(words("a1 NOT b1"), words("a1 -b1"));
    assert_eq!(words("a1 - b1"), And(vec![term("a1"), term("b1")]));
    assert_eq!(words("well-being"), term("well-being"));
    assert_eq!(words("--help"), term("--help"));
    assert_eq!(
        words("a1 -\"b c\" -(d OR e)"),
        And(vec![
            term("a1"),
            not(Phrase("b c".to_owned())),
            not(Or(vec![term("d"), term("e")])),
        ])
    );
}

#[test]
fn a_star_after_letters_makes_a_prefix() {
    assert_eq!(words("econ*"), Prefix("econ".to_owned()));
    assert_eq!(words("well-be*"), Prefix("well-be".to_owned()));
    assert_eq!(words("東*"), Prefix("東".to_owned()));
}

/// The filters of a query, one a line, as they mean.
fn filters(query: &str) -> Vec<String> {
    let day = |day: Option<jiff::civil::Date>| day.map_or("-".to_owned(), |day| day.to_string());
    let count = |count: Option<i64>| count.map_or("-".to_owned(), |count| count.to_string());
    let test = |test: &Test| {
        let not = if test.wanted { "" } else { "not " };
        let meant = match &test.condition {
            Condition::Published(days) => {
                format!("published {} {}", day(days.from), day(days.before))
            }
            Condition::Saved(days) => format!("saved {} {}", day(days.from), day(days.before)),
            Condition::Minutes(minutes) => {
                format!("minutes {} {}", count(minutes.least), count(minutes.most))
            }
            Condition::Is(state) => format!("is {}", state.as_str()),
            other => format!("{other:?}"),
        };
        format!("{not}{meant}")
    };
    parse(query)
        .unwrap_or_else(|error| panic!("{query}: {error}"))
        .filters
        .iter()
        .map(|AnyOf(any)| any.iter().map(test).collect::<Vec<_>>().join(" or "))
        .collect()
}

#[test]
fn filters_are_taken_out_of_the_words() {
    let query = "harbour site:https://www.BBC.co.uk/news -site:example.org author:\"Jane Austen\" \
                 Author:o'brien -author:smith after:2023-05 before:2024 is:Starred -is:archived \
                 tag:\"Sea walls\" -tag:port language:de-AT publication:lantern minutes:<5 \
                 saved:2024-02 published:2023-06..2023-07 highlight:pier";
    assert_eq!(words(query), term("harbour"));
    assert_eq!(
        filters(query),
        [
            "Site(\"bbc.co.uk\")",
            "not Site(\"example.org\")",
            "Author(\"Jane Austen\")",
            "Author(\"o'brien\")",
            "not Author(\"smith\")",
            "published 2023-05-01 -",
            "published - 2024-01-01",
            "is starred",
            "not is archived",
            "Tag(\"Sea walls\")",
            "not Tag(\"port\")",
            "Language(\"de\")",
            "Publication(\"lantern\")",
            "minutes - 4",
            "saved 2024-02-01 2024-03-01",
            "published 2023-06-01 2023-08-01",
            "Highlight(\"pier\")",
        ]
    );
}

#[test]
fn a_negated_date_is_the_other_side_of_it() {
    assert_eq!(
        parse("-before:2024").expect("sound"),
        parse("after:2024").expect("sound")
    );
    assert_eq!(
        parse("-after:2024-05-03").expect("sound"),
        parse("before:2024-05-03").expect("sound")
    );
    assert_eq!(
        filters("-published:2024"),
        ["not published 2024-01-01 2025-01-01"]
    );
}

#[test]
fn filters_joined_by_or_are_one_filter() {
    assert_eq!(
        filters("(tag:a OR -is:starred OR site:b.org) harbour"),
        ["Tag(\"a\") or not is starred or Site(\"b.org\")"]
    );
    assert_eq!(filters("tag:a OR tag:b"), ["Tag(\"a\") or Tag(\"b\")"]);
    assert_eq!(filters("((tag:a OR tag:b))"), ["Tag(\"a\") or Tag(\"b\")"]);
}

#[test]
fn what_an_article_has_one_of_is_any_of_several_and_else_all_must_hold() {
    assert_eq!(
        filters("site:a.org site:b.org site:a.org"),
        ["Site(\"a.org\") or Site(\"b.org\")"]
    );
    assert_eq!(
        filters("language:en language:de -language:fr"),
        [
            "Language(\"en\") or Language(\"de\")",
            "not Language(\"fr\")"
        ]
    );
    assert_eq!(filters("tag:a tag:b tag:a"), ["Tag(\"a\")", "Tag(\"b\")"]);
}

#[test]
fn filters_may_stand_in_parentheses_beside_words() {
    assert_eq!(
        filters("(site:a.org OR site:b.org) (harbour is:unread)"),
        ["Site(\"a.org\") or Site(\"b.org\")", "is unread"]
    );
}

#[test]
fn words_with_a_colon_stay_words() {
    for query in [
        "10:30",
        "http://example.org/a",
        "Note:this",
        "C:",
        "site:",
        "author: ",
        "mailto:a@b.org",
        "foo:bar",
        "::",
        "é:x",
    ] {
        if query == "::" {
            assert_eq!(fault(query).message, "there is no word here to search for");
        } else {
            assert!(parse(query).expect(query).filters.is_empty(), "{query}");
        }
    }
}

#[test]
fn signs_without_letters_are_passed_over() {
    assert_eq!(
        words("cats & dogs | - ^"),
        And(vec![term("cats"), term("dogs")])
    );
    assert_eq!(words("\"\" cats"), term("cats"));
    assert!(parse(" \n ").expect("sound").is_empty());
}

#[test]
fn errors_point_at_the_fault() {
    for (query, place, message) in [
        (
            "old \"harbour wall",
            "\"harbour wall",
            "this quotation mark is never closed",
        ),
        ("site:\"x", "\"x", "this quotation mark is never closed"),
        ("a (b (c)", "(", "this parenthesis is never closed"),
        ("a b) c", ")", "this parenthesis was never opened"),
        ("a () b", "()", "there is nothing between these parentheses"),
        ("OR a", "OR", "OR needs something on both sides"),
        ("a OR", "OR", "OR needs something on both sides"),
        ("é OR OR b", "OR", "OR needs something on both sides"),
        ("(a OR )", "OR", "OR needs something on both sides"),
        ("AND a", "AND", "AND needs something on both sides"),
        ("a AND", "AND", "AND needs something on both sides"),
        ("a AND OR b", "AND", "AND needs something on both sides"),
        ("a NOT", "NOT", "nothing follows to be left out"),
        ("a *", "*", "a star by itself matches everything"),
        ("a *b", "*", "a star can only stand at the end of a word"),
        ("a b*c*", "*", "a star can only stand at the end of a word"),
        (
            "xy e*",
            "e*",
            "the start of a word needs at least two letters before the star",
        ),
        (
            "xy .*",
            ".*",
            "the start of a word needs at least two letters before the star",
        ),
        (
            "xy ab.*",
            "ab.*",
            "the start of a word needs at least two letters before the star",
        ),
        ("x before:soon", "before:soon", "\"soon\" is not a date"),
        (
            "x -after:2024-02-30",
            "-after:2024-02-30",
            "\"2024-02-30\" is not a date",
        ),
        (
            "after:2024 before:2023",
            "before:2023",
            "no day is from 2024-01-01 on and before 2023-01-01",
        ),
        ("is:read", "is:read", "\"read\" is no state of an article"),
        (
            "x minutes:few",
            "minutes:few",
            "\"few\" is not a number of minutes",
        ),
        (
            "saved:2024..2023",
            "saved:2024..2023",
            "\"2024..2023\" is neither a date nor a span of dates",
        ),
        (
            "minutes:>9 minutes:<5",
            "minutes:<5",
            "nothing takes at least 10 and at most 4 minutes",
        ),
        (
            "(is:unread OR tag:\" \")",
            "tag:\" \"",
            "tag: needs the name of a tag",
        ),
        (
            "language:english",
            "language:english",
            "\"english\" is not the tag of a language",
        ),
        (
            "tag:a tag:b OR tag:c",
            "tag:a",
            "a filter cannot stand beside words in an OR",
        ),
        ("x site:a/../%", "site:a/../%", ""),
        ("site:%", "site:%", "\"%\" is not the name of a site"),
        ("author:***", "author:***", "author: needs a name"),
        (
            "ü sites:bbc.co.uk",
            "sites",
            "there is no operator \"sites:\"",
        ),
        ("since:2024", "since", "there is no operator \"since:\""),
        (
            "a OR site:b.org",
            "site:b.org",
            "a filter cannot stand beside words in an OR",
        ),
        (
            "a -(b is:unread)",
            "is:unread",
            "a filter cannot stand in a group that is left out",
        ),
        ("-a -b", "-a -b", "this only says what not to find"),
        ("a OR -b", "a OR -b", "this only says what not to find"),
        ("!!", "!!", "there is no word here to search for"),
    ] {
        if message.is_empty() {
            assert!(parse(query).is_ok(), "{query}");
            continue;
        }
        assert_eq!(fault(query).message, message, "{query}");
        assert_eq!(pointed(query), place, "{query}");
    }
}

#[test]
fn hints_name_the_nearest_thing() {
    for (query, hint) in [
        ("auhtor:x", "did you mean author:?"),
        ("until:2024", "did you mean before:?"),
        ("is:stared", "did you mean is:starred?"),
        (
            "is:blue",
            "write is:unread, is:archived, is:starred, is:highlighted, is:edited, is:scheduled or is:failed",
        ),
        ("is:read", "did you mean is:archived?"),
        ("lang:en", "did you mean language:?"),
    ] {
        assert_eq!(fault(query).hint.as_deref(), Some(hint), "{query}");
    }
}

#[test]
fn costly_queries_are_refused() {
    let many = "w ".repeat(MAX_TERMS);
    assert!(parse(&many).is_ok());
    assert_eq!(pointed(&format!("{many}extra")), "extra");
    assert_eq!(
        fault(&format!("\"{}\"", "京".repeat(MAX_TERMS + 1)))
            .at
            .start,
        0
    );

    let deep = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&deep(MAX_DEPTH)).is_ok());
    assert_eq!(fault(&deep(MAX_DEPTH + 1)).at, MAX_DEPTH..MAX_DEPTH + 1);

    let long = " ".repeat(MAX_CHARS + 1);
    assert_eq!(fault(&long).at, MAX_CHARS..MAX_CHARS + 1);
    assert!(fault(&"(".repeat(MAX_CHARS)).message.contains("16 deep"));
    assert!(
        fault(&format!("{}a", "-".repeat(MAX_CHARS)))
            .message
            .contains("at most")
    );
}

#[test]
fn both_engines_are_asked_the_same() {
    const EXACT: &str = "{headline_exact about_exact body_exact}";
    const STEM: &str = "{headline_stem about_stem body_stem}";
    for (query, fts5, tsquery) in [
        (
            "harbours",
            format!("({EXACT} : \"harbours\" OR {STEM} : \"harbour\")"),
            "('eharbours/' | 'sharbour/')",
        ),
        (
            "\"the Harbours\"",
            format!("{EXACT} : \"the harbours\""),
            "('ethe/':* <-> 'eharbours/':*)",
        ),
        ("econ*", format!("{EXACT} : \"econ\" *"), "'eecon':*"),
        (
            "well-be*",
            format!("{EXACT} : \"well be\" *"),
            "('ewell/':* <-> 'ebe':*)",
        ),
        (
            "well-beings",
            format!("({EXACT} : \"well beings\" OR {STEM} : \"well be\")"),
            "(('ewell/':* <-> 'ebeings/':*) | ('swell/':* <-> 'sbe/':*))",
        ),
        ("猫", format!("{EXACT} : \"猫\" *"), "'e猫':*"),
        (
            "東京都",
            format!("{EXACT} : \"東京 京都\""),
            "('e東京/':* <-> 'e京都/':*)",
        ),
        (
            "\"東京 x\"",
            format!("{EXACT} : \"東京 京 x\""),
            "('e東京/':* <-> 'e京/':* <-> 'ex/':*)",
        ),
        (
            "\"a\" OR \"b\" -\"c\" -\"d\"",
            format!(
                "({EXACT} : \"a\" OR ({EXACT} : \"b\" NOT ({EXACT} : \"c\" OR {EXACT} : \"d\")))"
            ),
            "('ea/' | ('eb/' & !('ec/' | 'ed/')))",
        ),
        (
            "\"x\" (\"a\" OR -\"b\")",
            format!("({EXACT} : \"x\" NOT ({EXACT} : \"b\" NOT {EXACT} : \"a\"))"),
            "('ex/' & !('eb/' & !'ea/'))",
        ),
    ] {
        let parsed = parse(query).expect(query);
        assert_eq!(
            parsed.fts5(Forms::Both, &["en"]).as_ref(),
            Some(&fts5),
            "{query}"
        );
        assert_eq!(
            parsed.tsquery(Forms::Both, &["en"]).as_deref(),
            Some(tsquery),
            "{query}"
        );
        assert!(!parsed.negative_only(), "{query}");
    }
}

#[test]
fn a_word_is_asked_by_its_stem_in_every_language_once() {
    let query = parse("nations").expect("sound");
    assert_eq!(
        query
            .tsquery(Forms::Both, &["en", "en-GB", "fr", "xx"])
            .as_deref(),
        Some("('enations/' | 'snation/' | 'snations/')")
    );
    assert_eq!(
        query.tsquery(Forms::Both, &[]).as_deref(),
        Some("'enations/'")
    );
}

#[test]
fn stems_alone_find_what_both_forms_find() {
    for (query, stems, exact) in [
        ("nations", "('snation/' | 'snations/')", "'enations/'"),
        ("nation", "'snation/'", "'enation/'"),
        ("\"nations\"", "'enations/'", "'enations/'"),
        ("nations*", "'enations':*", "'enations':*"),
        ("猫", "'e猫':*", "'e猫':*"),
        // Left out in all its forms, whatever is asked for.
        (
            "walls -nations",
            "(('swall/' | 'swalls/') & !('snation/' | 'snations/'))",
            "('ewalls/' & !('snation/' | 'snations/'))",
        ),
    ] {
        let parsed = parse(query).expect(query);
        let printed = |forms| parsed.tsquery(forms, &["en"]);
        assert_eq!(printed(Forms::Stems).as_deref(), Some(stems), "{query}");
        assert_eq!(printed(Forms::Exact).as_deref(), Some(exact), "{query}");
    }
    // Without languages nothing has a stem.
    let parsed = parse("nations").expect("sound");
    let printed = parsed.tsquery(Forms::Stems, &[]);
    assert_eq!(printed.as_deref(), Some("'snations/'"));
}

#[test]
fn negative_queries_print_what_to_leave_out() {
    for (query, tsquery) in [
        ("-\"a\" is:unread", "'ea/'"),
        ("-\"a\" -\"b\" is:unread", "('ea/' | 'eb/')"),
        ("(-\"a\" OR -\"b\") is:unread", "('ea/' & 'eb/')"),
        ("(\"a\" OR -\"b\") is:unread", "('eb/' & !'ea/')"),
        ("-(\"a\" \"b\") is:unread", "('ea/' & 'eb/')"),
    ] {
        let parsed = parse(query).expect(query);
        assert!(parsed.negative_only(), "{query}");
        assert_eq!(
            parsed.tsquery(Forms::Both, &[]).as_deref(),
            Some(tsquery),
            "{query}"
        );
    }
    let only_filters = parse("is:unread").expect("sound");
    assert!(!only_filters.negative_only() && !only_filters.is_empty());
    assert_eq!(only_filters.fts5(Forms::Both, &["en"]), None);
}

#[test]
fn syntax_of_the_engines_is_only_text() {
    for (query, tsquery) in [
        ("NEAR{x", "('enear/':* <-> 'ex/':*)"),
        ("^ferry", "'eferry/'"),
        ("body_exact:x", "('ebody/':* <-> 'eexact/':* <-> 'ex/':*)"),
        ("a'b\\c", "('eab/':* <-> 'ec/':*)"),
        (
            "'; DROP TABLE articles; --",
            "('edrop/' & 'etable/' & 'earticles/')",
        ),
        ("x<->y:*", ""),
        ("ferry/", "'eferry/'"),
    ] {
        if tsquery.is_empty() {
            assert!(parse(query).is_err(), "{query}");
            continue;
        }
        assert_eq!(
            parse(query)
                .expect(query)
                .tsquery(Forms::Both, &[])
                .as_deref(),
            Some(tsquery),
            "{query}"
        );
    }
}
