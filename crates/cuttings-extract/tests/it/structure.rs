//! The structure of a story is in its HTML: one test for each kind of block.

use cuttings_extract::{Extraction, extract};
use url::Url;

/// Paragraphs of a story, to put blocks between.
const FIRST: &str = "<p>The ferry did not sail on Tuesday, because the lake stood a metre above \
    the pier, and those who wanted to cross had to take the road around it.</p>";
const SECOND: &str = "<p>It took them three hours, the carter reckoned, and he had seen worse \
    years than this one, though not many, and none in which the post came late.</p>";
const THIRD: &str = "<p>By the evening the water had fallen by a hand, and the ferryman went down \
    to look at his boat, which lay where he had left it, with a good deal of pier inside.</p>";

fn story(body: &str) -> Extraction {
    let page = format!(
        "<title>Ferry</title><meta property=\"og:type\" content=\"article\">\
         <body><article><h1>Ferry</h1>{body}</article></body>"
    );
    let base = Url::parse("https://pages.example/ferry").expect("an address");
    extract(&page, Some(&base)).expect("a small page")
}

/// The HTML of a story with a block between its first two paragraphs.
fn with(block: &str) -> Extraction {
    story(&format!("{FIRST}{block}{SECOND}{THIRD}"))
}

fn holds(found: &Extraction, html: &str) {
    let written = found.html.as_str();
    assert!(written.contains(html), "no {html} in {written}");
}

#[test]
fn headings_keep_their_ranks() {
    let found = with(
        "<h2>The pier</h2><p>Nobody owns the pier, it says in the land register.</p>\
        <h3>Its planks</h3><p>The planks are of oak, and the oak is of the bishop.</p>\
        <h5>Its nails</h5><p>The nails are of iron.</p>",
    );
    holds(&found, ">The pier</h2>");
    holds(&found, ">Its planks</h3>");
    holds(&found, ">Its nails</h4>");
    assert!(found.text.contains("\n\nThe pier\n\n"), "{}", found.text);
}

#[test]
fn lists_keep_their_kind_their_nesting_and_where_they_start() {
    let found = with(
        "<ol start=4><li>Rope of forty ells, tarred\
        <ul><li>twelve ells for the bow</li><li>the rest for the stern</li></ul></li>\
        <li>A bucket</li></ol><dl><dt>Ferryman</dt><dd>He who takes the fare.</dd></dl>",
    );
    holds(
        &found,
        "<ol id=\"b2\" start=\"4\"><li>Rope of forty ells, tarred<ul><li>twelve ells for \
        the bow</li><li>the rest for the stern</li></ul></li><li>A bucket</li></ol>",
    );
    holds(&found, "<dt>Ferryman</dt><dd>He who takes the fare.</dd>");
}

#[test]
fn tables_keep_heads_spans_and_captions() {
    let found = with(
        "<table><caption>Crossings</caption><thead><tr><th>Day<th>Boats</thead>\
        <tbody><tr><td>Monday<td>12<tr><td colspan=2>none on Tuesday</tbody></table>",
    );
    holds(
        &found,
        "<caption>Crossings</caption><thead><tr><th>Day</th><th>Boats</th></tr></thead>",
    );
    holds(&found, "<td colspan=\"2\">none on Tuesday</td>");
    assert!(
        found
            .text
            .contains("Crossings\nDay\tBoats\nMonday\t12\nnone on Tuesday"),
        "{}",
        found.text
    );
}

#[test]
fn a_table_that_lays_out_the_page_is_not_written() {
    let found = story(&format!(
        "<table><tr><td width=100><a href=/>Home</a></td><td width=500>{FIRST}{SECOND}{THIRD}\
         <p>On Wednesday the ferry sailed again, an hour late, with the post of two days.</p></td></tr>\
         <tr><td colspan=2>Best viewed with a lamp</td></tr></table>"
    ));
    assert!(!found.html.as_str().contains("<table"), "{}", found.html);
    assert!(
        found.text.starts_with("The ferry did not"),
        "{}",
        found.text
    );
}

#[test]
fn a_quotation_keeps_its_paragraphs_and_who_said_it() {
    let found = with(
        "<figure><blockquote><p>The lake gives nothing back.</p><p>It lends it.</p>\
        </blockquote><figcaption>— <cite>Song of the ferrymen</cite></figcaption></figure>",
    );
    holds(
        &found,
        "<blockquote id=\"b2\"><p>The lake gives nothing back.</p><p>It lends it.</p></blockquote>",
    );
    holds(&found, "<figcaption>— Song of the ferrymen</figcaption>");
}

#[test]
fn a_listing_is_one_block_however_its_lines_are_marked() {
    let lines = "<pre><code>fn main() {\n    row();\n}</code></pre>";
    let breaks = "<pre><span>fn main() {</span><br><span>    row();</span><br>}</pre>";
    let boxes = "<pre><code><div class=line>fn main() {</div><div class=line>    row();</div>\
        <div class=line>}</div></code><button>Copy</button></pre>";
    for listing in [lines, breaks, boxes] {
        let found = with(listing);
        holds(
            &found,
            "<pre id=\"b2\"><code>fn main() {\n    row();\n}</code></pre>",
        );
        assert!(
            found.text.contains("\n\nfn main() {\n    row();\n}\n\n"),
            "{}",
            found.text
        );
    }
}

#[test]
fn a_blank_line_in_a_listing_stays_and_a_link_in_it_too() {
    let found = with("<pre>use lake;<br><br>// see <a href=\"/docs/row\">row</a>\nrow();</pre>");
    holds(
        &found,
        "<code>use lake;\n\n// see <a href=\"https://pages.example/docs/row\" rel=\"noopener noreferrer\">row</a>\nrow();</code>",
    );
}

#[test]
fn the_numbers_beside_a_listing_are_left_out() {
    let found = with(
        "<table><tr><td><pre>1\n2\n</pre></td><td><pre>row();\nrest();</pre></td></tr></table>",
    );
    holds(&found, "<code>row();\nrest();</code>");
    assert!(!found.text.contains('2'), "{}", found.text);
}

#[test]
fn a_picture_keeps_its_caption_and_credit() {
    let found = with(
        "<figure><img src=/pier.jpg width=800 height=500 alt=\"The pier\">\
        <figcaption>The pier at noon (Photo: A. Reyes)</figcaption></figure>",
    );
    holds(
        &found,
        "<figcaption>The pier at noon <span class=\"credit\">Photo: A. Reyes</span></figcaption>",
    );
    assert!(!found.text.contains("at noon"), "{}", found.text);
}

#[test]
fn a_picture_in_a_cell_that_holds_nothing_else_stays_in_its_table() {
    let found =
        with("<table><tr><th>Boat<th>Look</tr><tr><td>Anna<td><img src=/anna.jpg></tr></table>");
    holds(&found, "<td>Anna</td><td><figure><img");
}

#[test]
fn a_table_keeps_the_caption_of_its_figure_out_of_the_text() {
    let found = with(
        "<figure><table><tr><th>Day<th>Boats<tr><td>Monday<td>12</table>\
        <figcaption>Counted by the ferryman.</figcaption></figure>",
    );
    holds(&found, "<figcaption>Counted by the ferryman.</figcaption>");
    assert!(!found.text.contains("Counted"), "{}", found.text);
}

#[test]
fn an_embedded_post_that_only_links_to_itself_is_kept() {
    let story = "<p>The ferry did not sail on Monday, and whoever wanted to cross the lake had to \
        go around it, which takes two hours, says the man who sells the tickets.</p>";
    let page = format!(
        "<title>Ferry</title><body><article><h1>Ferry</h1>{story}{story}<blockquote><a \
         href=\"https://posts.example/p/7\"><div>View this post on Postcard</div></a></blockquote>\
         {story}<blockquote><p><a href=\"https://news.example/8\">Read also: The mill is sold</a>\
         </p></blockquote>{story}</article></body>"
    );
    let html = cuttings_extract::extract(&page, None)
        .expect("a small page")
        .html;
    let html = html.as_str();
    assert!(html.contains("https://posts.example/p/7"), "{html}");
    assert!(!html.contains("https://news.example/8"), "{html}");
}

#[test]
fn an_embedded_video_or_post_is_a_link_with_its_text() {
    let found = with(
        "<iframe src=\"https://video.example/embed/7\" title=\"The lake rises\"></iframe>\
        <video><source src=/lake.mp4></video><lite-youtube videoid=Ab1></lite-youtube>\
        <blockquote class=\"social-post\"><p>The pier is under.</p>\
        <a href=\"https://social.example/1\">Ferry (@ferry)</a></blockquote>",
    );
    holds(
        &found,
        "class=\"embed\"><a href=\"https://video.example/embed/7\" rel=\"noopener noreferrer\">The lake rises</a>",
    );
    holds(
        &found,
        "class=\"embed\"><a href=\"https://pages.example/lake.mp4\" rel=\"noopener noreferrer\">lake.mp4</a>",
    );
    holds(
        &found,
        "class=\"embed\"><a href=\"https://www.youtube.com/watch?v=Ab1\"",
    );
    holds(
        &found,
        "<a href=\"https://social.example/1\" rel=\"noopener noreferrer\">Ferry (@ferry)</a>",
    );
}

#[test]
fn a_frame_that_is_no_player_is_left_out() {
    let found = with("<iframe src=\"https://ads.example/slot/1\"></iframe>");
    assert!(
        !found.html.as_str().contains("ads.example"),
        "{}",
        found.html
    );
}

#[test]
fn a_mark_and_its_footnote_lead_to_each_other() {
    for note in [
        "<p id=fn1>Says the register. <a href=\"#ref1\">back</a></p>",
        "<ol><li id=fn1>Says the register. <a href=\"#ref1\">back</a></li></ol>",
        "<div id=fn1><p>Says the register. <a href=\"#ref1\">back</a></p></div>",
        "<p><a name=fn1></a>Says the register. <a href=\"#ref1\">back</a></p>",
        "<p><a id=fn1 href=\"#ref1\">1</a> Says the register.</p>",
    ] {
        let found = story(&format!(
            "{FIRST}<p>Nobody owns the pier.<sup><a id=ref1 href=\"https://pages.example/ferry#fn1\">1\
             </a></sup> It says so in the register of the county, volume nine.</p>{SECOND}{THIRD}<hr>{note}"
        ));
        for name in ["ref1", "fn1"] {
            holds(&found, &format!("id=\"c-{name}\""));
            holds(&found, &format!("href=\"#c-{name}\""));
            assert_eq!(
                found
                    .html
                    .as_str()
                    .matches(&format!("id=\"c-{name}\""))
                    .count(),
                1,
                "{note}"
            );
        }
    }
}

/// A page whose story stands in a box of its own, with something after it.
fn boxed(after: &str) -> Extraction {
    let page = format!(
        "<title>Ferry</title><meta property=\"og:type\" content=\"article\">\
         <body><article><h1>Ferry</h1><div class=entry-content>{FIRST}<p>Nobody owns the \
         pier.<sup><a id=ref1 href=\"#fn1\">1</a></sup> It says so in the register of the county,\
         volume nine.</p>{SECOND}{THIRD}</div>{after}</article>\
         <footer><p>Printed by the brothers Hase, at the mill.</p></footer></body>"
    );
    let base = Url::parse("https://pages.example/ferry").expect("an address");
    extract(&page, Some(&base)).expect("a small page")
}

#[test]
fn a_note_may_be_the_last_thing_on_a_page() {
    for note in [
        "<p id=fn1>Register of the county, vol. 9.",
        "<div><p id=fn1>Register of the county, vol. 9.",
        "<div><p id=fn1>Register of the county, vol. 9.</p><p>Filed under piers.",
        "<div><p id=fn1>Register of the county, vol. 9.</p><b>",
    ] {
        let page = format!(
            "<title>Ferry</title><meta property=\"og:type\" content=\"article\"><article>\
             <h1>Ferry</h1>{FIRST}<p>Nobody owns the pier.<sup>\
             <a href=\"#fn1\">1</a></sup> It says so in the register of the county, volume \
             nine.</p>{SECOND}{THIRD}</article><footer>{note}"
        );
        let found = extract(&page, None).expect("a small page");
        assert!(found.text.ends_with("vol. 9."), "{note}: {}", found.text);
    }
}

#[test]
fn a_note_in_a_footer_or_beside_the_text_is_kept_without_what_stands_around_it() {
    const NOTES: &str = "<p class=share>Tell your friends about the ferry and its pier.</p>\
        <ol><li id=fn1>Register of the county, vol. 9. <a href=\"#ref1\">↩</a></li>\
        <li id=fn9>A note that nobody asked for.</li></ol><p>Filed under boats and piers.</p>";
    for (start, end) in [
        ("<footer>", "</footer>"),
        ("<aside>", "</aside>"),
        (
            "<footer class=entry-footer><div class=footnotes>",
            "</div></footer>",
        ),
        ("<div class=notes>", "</div>"),
    ] {
        let found = boxed(&format!("{start}{NOTES}{end}"));
        holds(&found, "<li id=\"c-fn1\">Register of the county, vol. 9.");
        assert!(found.text.ends_with("vol. 9. ↩"), "{start}: {}", found.text);
        assert!(
            found.text.starts_with("The ferry did not sail"),
            "{start}: {}",
            found.text
        );
        for other in [
            "Tell your friends",
            "nobody asked",
            "Filed under",
            "brothers Hase",
        ] {
            assert!(!found.text.contains(other), "{start}: {}", found.text);
        }
        let inside = with(&format!(
            "<p>It is the bishop's, some say.<a href=\"#fn1\">1</a> But the register of the county \
             knows nothing of that, nor does he.</p>{start}{NOTES}{end}"
        ));
        assert!(inside.text.contains("vol. 9."), "{start}: {}", inside.text);
        assert!(
            !inside.text.contains("Tell your friends"),
            "{start}: {}",
            inside.text
        );
    }
    // A number that leads to something else is no mark.
    let found =
        boxed("<p><a href=\"#fn1\">12</a> comments</p><footer><p id=fn2>No note.</p></footer>");
    assert!(!found.text.contains("No note."), "{}", found.text);
}

#[test]
fn a_link_to_what_is_not_in_the_story_leads_to_the_page() {
    let found = with(
        "<p>Write to us, or see what <a href=\"#comments\">others wrote</a> about the pier and its owner.</p>",
    );
    holds(&found, "<a href=\"https://pages.example/ferry#comments\"");
}

#[test]
fn the_sign_beside_a_heading_that_leads_to_it_goes() {
    let found = with(
        "<h2 id=pier>The pier<a class=anchor href=\"#pier\">¶</a></h2>\
        <p>Nobody owns the pier, it says in the land register of the county.</p>",
    );
    holds(&found, "<h2 id=\"b2\">The pier</h2>");
}

#[test]
fn a_pull_quote_without_a_name_is_told_by_what_it_repeats() {
    for quote in [
        "<blockquote><p>he had seen worse years than this one</p></blockquote>",
        "<aside><p>“He had seen worse years than this one”</p><p>The carter</p></aside>",
        "<div class=big>He had seen worse years than this one.</div>",
    ] {
        let found = with(quote);
        holds(&found, "class=\"pull-quote\"");
        assert_eq!(
            found
                .text
                .to_lowercase()
                .matches("worse years than")
                .count(),
            1,
            "{}",
            found.text
        );
    }
}

#[test]
fn a_quotation_that_says_something_new_stays_in_the_text() {
    let found = with("<blockquote><p>The lake gives nothing back.</p></blockquote>");
    assert!(
        found.text.contains("The lake gives nothing back."),
        "{}",
        found.text
    );
}

#[test]
fn a_drop_cap_is_joined_to_its_word() {
    for start in [
        "<p><span class=dropcap>T</span>he keeper of the pier",
        "<p><b class=\"drop-cap\">T</b>he keeper of the pier",
        "<p>\n<span class=\"first-letter\">\nT</span>he keeper of the pier",
        "<p class=has-drop-cap>The keeper of the pier",
    ] {
        let found = story(&format!(
            "{start} had gone home before the water came, he said.</p>{FIRST}{SECOND}{THIRD}"
        ));
        assert!(
            found.text.starts_with("The keeper of the pier"),
            "{start}: {}",
            found.text
        );
    }
}

#[test]
fn two_breaks_end_a_paragraph_and_one_does_not() {
    let found = story(
        "<div>The ferry did not sail on Tuesday, because the lake stood a metre above the pier.<br>\n<br/>\
         It took them three hours, the carter reckoned,<br>and he had seen worse years than this.<br><br>\
         By the evening the water had fallen by a hand, and the ferryman went down to look.</div>",
    );
    assert_eq!(found.text.split("\n\n").count(), 3, "{}", found.text);
    holds(&found, "reckoned,<br>and he had");
    assert_eq!(
        found.html.as_str().matches("<p ").count(),
        3,
        "{}",
        found.html
    );
}

#[test]
fn a_block_in_another_direction_says_so() {
    let found = with(
        "<p dir=rtl lang=ar>لم تبحر العبارة يوم الثلاثاء، لأن الماء كان أعلى من الرصيف.</p>\
        <blockquote dir=rtl lang=he><p>האגם אינו מחזיר דבר, הוא רק משאיל.</p></blockquote>",
    );
    holds(&found, "<p id=\"b2\" dir=\"rtl\" lang=\"ar\">");
    holds(&found, "<blockquote id=\"b3\" dir=\"rtl\" lang=\"he\"><p>");
}

#[test]
fn ruby_and_wide_signs_are_kept() {
    let found = with(
        "<p>渡し船は<ruby>桟橋<rp>（</rp><rt>さんばし</rt><rp>）</rp></ruby>の前で止まり、誰も降りなかった。</p>",
    );
    holds(
        &found,
        "<ruby>桟橋<rp>（</rp><rt>さんばし</rt><rp>）</rp></ruby>",
    );
}

#[test]
fn the_text_is_what_its_html_says_where_a_line_begins_with_what_is_left_out() {
    for body in [
        "<p><button>Play</button> The ferry lay in the reeds until the water fell, he said.</p>",
        "<p><span class=\"sr-only\">Hidden from all. </span>The ferry lay in the reeds until <b>the \
         water</b> fell, he said.</p>",
        "<div><span aria-hidden=\"true\"><i>Sign</i> of it </span><i>The ferry</i> lay in the reeds \
         until the water fell, he said.</div>",
        "<pre>let a = 1;\n<!-- no -->let b = 2;<button>Copy</button>\nlet c = 3;</pre>",
        "<ul><li><svg><text>Dot</text></svg>The ferry</li><li>The pier, <a href=\"/x\">longer</a></li></ul>",
    ] {
        let found = with(body);
        assert!(
            cuttings_extract::marks::is_text_of(&found.html, &found.text),
            "{}\n{}",
            found.text,
            found.html.as_str()
        );
    }
    let found = with("<p>The ferry lay in the reeds until the water fell, he said.</p>");
    assert!(!cuttings_extract::marks::is_text_of(
        &found.html,
        "The ferry"
    ));
}

#[test]
fn the_inside_of_an_element_in_a_template_is_read_where_it_is_shown() {
    let found = with(
        "<div><template shadowrootmode=open><style>p { margin: 0 }</style>\
         <p>The post came late all the same, by a boat from the other side of the lake, and the \
         postmistress, who had walked the last mile of it, read the cards out in the square.</p>\
         <slot></slot></template></div>\
         <template><p>This is shown by nobody, and stands here for a script to copy.</p></template>",
    );
    holds(&found, "read the cards out in the square.</p>");
    assert!(!found.text.contains("shown by nobody"), "{}", found.text);
}
