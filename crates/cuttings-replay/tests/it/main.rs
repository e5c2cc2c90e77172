//! Rewriting from outside: whatever comes in, nothing in what goes out asks the
//! web for anything.

use cuttings_replay::page;
use proptest::prelude::*;
use url::Url;

/// Pieces that pages are made of, and pieces that break them.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "<p>",
        "</p>",
        "<a href=",
        "'",
        "\"",
        ">",
        "<img src=",
        "<img srcset=",
        "<style>",
        "</style>",
        "<svg>",
        "</svg>",
        "<math>",
        "<template shadowrootmode=open>",
        "</template>",
        "<noscript>",
        "<table>",
        "<td background=",
        "<link rel=stylesheet href=",
        "<base href=",
        "<iframe src=",
        "<xmp>",
        "<textarea>",
        "<title>",
        "<select>",
        "<frameset>",
        "<!--",
        "-->",
        " style=\"",
        "url(",
        "\\75 rl(",
        ")",
        "@import ",
        "@font-face{src:",
        "image-set(",
        "{",
        "}",
        ";",
        "/*",
        "*/",
        "\\",
        "\n",
        "https://away.example/a",
        "//away.example/b",
        "&quot;",
        "&#x3c;",
        "data:text/css,",
        "data:image/png;base64,AA",
        " onclick=x ",
        "<foreignObject>",
        "<annotation-xml encoding=text/html>",
        "--x:",
        "<video poster=",
        "<input type=image src=",
        "<script>",
        "</script>",
        "<object data=",
        "<meta http-equiv=refresh content='0;url=",
        "<use href=",
        "<image xlink:href=",
        "\u{0}",
        "é",
    ];
    prop_oneof![
        9 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn p03_what_was_rewritten_asks_for_nothing_when_it_is_read_again(
        pieces in prop::collection::vec(piece(), 0..40)
    ) {
        let html = pieces.concat();
        let base = Url::parse("https://news.example/a").expect("an address");
        let once = page(&html, &base, &mut |_, _| None).html;
        let mut asked = Vec::new();
        let again = page(&once, &base, &mut |_, urls| {
            asked.push(urls[0].to_string());
            None
        });
        prop_assert!(asked.is_empty(), "{html}\n{once}\n{asked:?}");
        prop_assert_eq!((again.scripts, again.frames), (0, 0), "{}", once);
    }
}
