//! What Markdown comes of which HTML.

use super::*;

fn same(html: &str, expected: &str) {
    assert_eq!(body(html), expected, "{html}");
}

#[test]
fn paragraphs_headings_and_breaks() {
    same(
        "<p>One\n two</p><h2>Part # 1 #</h2><p>a<br>b</p><hr><h4>Deep<br>er</h4>",
        "One two\n\n## Part # 1 \\#\n\na\\\nb\n\n* * *\n\n#### Deep er",
    );
}

#[test]
fn marks_stand_close_to_their_words() {
    same(
        "<p>a <b> bold </b> word, <em>one</em>.",
        "a **bold** word, *one*.",
    );
    same(
        "<p><b><i>both</i></b> <strong><b>once</b></strong>",
        "***both*** **once**",
    );
    same(
        "<p><s>old</s> x<sup>2</sup> <q>so</q>",
        "~~old~~ x<sup>2</sup> “so”",
    );
    same("<p>un<em>believ</em>able", "un*believ*able");
}

#[test]
fn marks_that_would_not_be_read_are_written_as_elements() {
    same("<p>say<b>“yes”</b>now", "say<strong>“yes”</strong>now");
    same("<p><b>a</b><b>b</b>", "**a**<strong>b</strong>");
}

#[test]
fn links_and_pictures_keep_their_addresses() {
    same(
        "<p>Wow!<a href='https://e.org/a (b)'> the <b>link</b> </a>end <a href='#fn1'>1</a>",
        "Wow! [the **link**](https://e.org/a%20%28b%29) end 1",
    );
    same(
        "<p>Wow!<a href='https://e.org/'>x</a>",
        "Wow\\![x](https://e.org/)",
    );
    same(
        "<figure><img src='https://e.org/p.jpg' alt='A [boat]'><figcaption>The boat</figcaption></figure>",
        "![A \\[boat\\]](https://e.org/p.jpg)\n\nThe boat",
    );
}

#[test]
fn lists_nest_and_are_tight() {
    same(
        "<ul><li>a<ul><li>b</li><li><p>c</p><p>d</p></li></ul></li><li>e</li></ul>\
         <ul><li>f</li></ul><ol start=9><li>g<li>h</ol><p>i",
        "- a\n  - b\n  - c\n\n    d\n\n- e\n\n* f\n\n9. g\n10. h\n\ni",
    );
}

#[test]
fn quotes_hold_blocks_and_do_not_run_together() {
    same(
        "<blockquote><p>a</p><p>b</p><ul><li>c</ul></blockquote><blockquote>d</blockquote>",
        "> a\n>\n> b\n>\n> - c\n\n> d",
    );
}

#[test]
fn code_is_fenced_by_more_ticks_than_it_holds() {
    same("<p>Use <code>a ` b</code>", "Use ``a ` b``");
    same(
        "<pre><code>let x = 1;\n```\n  *y*</code></pre>",
        "````\nlet x = 1;\n```\n  *y*\n````",
    );
}

#[test]
fn tables_have_a_head_and_one_line_a_row() {
    same(
        "<table><caption>Sums</caption><tr><th>A</th><th>B|C</th></tr>\
         <tr><td>1<br>2</td><td><p>x</p><p>y</p></td></tr></table>",
        "Sums\n\n| A | B\\|C |\n| --- | --- |\n| 1<br>2 | x<br>y |",
    );
    same(
        "<table><tr><td>1</td><td>2</td></tr><tr><td colspan=2>3</td></tr></table>",
        "|  |  |\n| --- | --- |\n| 1 | 2 |\n| 3 |  |",
    );
}

#[test]
fn text_never_becomes_markup() {
    same("<p>1. June", "1\\. June");
    same("<p># one", "\\# one");
    same(
        "<p>- a<br>+ b<br>=<br>&gt; c",
        "\\- a\\\n\\+ b\\\n\\=\\\n\\> c",
    );
    same(
        "<p>*a* _b_ c_d `e` [f] &lt;g> ~h~ &amp;amp; R&amp;D",
        "\\*a\\* \\_b\\_ c_d \\`e\\` \\[f\\] \\<g> \\~h\\~ \\&amp; R&D",
    );
}

#[test]
fn definitions_rubies_and_details_keep_their_text() {
    same("<dl><dt>Term<dd>What it is</dl>", "**Term**\n\nWhat it is");
    same(
        "<p><ruby>漢<rt>kan</rt></ruby><ruby>字<rp>(</rp><rt>ji</rt><rp>)</rp></ruby>",
        "漢(kan)字(ji)",
    );
    same(
        "<details><summary>More</summary><p>Text</details>",
        "**More**\n\nText",
    );
}
