use super::*;

fn base() -> Url {
    Url::parse("https://news.example/2026/story.html").unwrap()
}

/// Rewrites with nothing kept, and lists what was asked for.
fn asked(html: &str) -> (String, Vec<String>) {
    let mut asked = Vec::new();
    let done = page(html, &base(), &mut |kind, urls| {
        asked.push(format!("{} {}", kind.as_str(), urls[0]));
        None
    });
    (done.html, asked)
}

/// Rewrites with everything kept.
fn kept(html: &str) -> String {
    page(html, &base(), &mut |_, urls| {
        Some(format!("r?{}", urls[0].path()))
    })
    .html
}

#[test]
fn what_the_page_looks_like_with_is_asked_for() {
    for (html, expected) in [
        (
            "<link rel=stylesheet href=/a.css>",
            "style https://news.example/a.css",
        ),
        (
            "<LINK REL='preload StyleSheet' HREF=/a.css>",
            "style https://news.example/a.css",
        ),
        (
            "<link rel=stylesheet href=/a.css media=print onload=\"this.media='all'\">",
            "style https://news.example/a.css",
        ),
        (
            "<link rel='shortcut icon' href=/i.ico>",
            "picture https://news.example/i.ico",
        ),
        (
            "<style>@import '/a.css'</style>",
            "style https://news.example/a.css",
        ),
        (
            "<p style='background:url(b.png)'>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<p style='background:u\\72l(b.png)'>",
            "picture https://news.example/2026/b.png",
        ),
        ("<img src=b.png>", "picture https://news.example/2026/b.png"),
        (
            "<img src='data:image/gif;base64,AA' data-src=b.png>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<input type=IMAGE src=b.png>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<video poster=b.png>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<body background=b.png>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<table><tr><td background=b.png>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<svg><image xlink:href=b.png></svg>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<svg><rect fill='url(b.png)'/></svg>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<svg><style>*{fill:url(b.png)}</style></svg>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<base href=https://cdn.example/x/><base href=/y/><img src=b.png>",
            "picture https://cdn.example/x/b.png",
        ),
        (
            "<div><template shadowrootmode=open><img src=b.png></template></div>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<noscript><img src=b.png></noscript>",
            "picture https://news.example/2026/b.png",
        ),
        (
            "<img data-src=c.png><noscript><img src=b.png></noscript>",
            "picture https://news.example/2026/b.png",
        ),
    ] {
        let (_, found) = asked(html);
        assert_eq!(found, [expected], "{html}");
    }
}

#[test]
fn what_the_page_does_not_look_like_with_is_not_asked_for() {
    for html in [
        "<script src=a.js></script>",
        "<link rel=preload as=image href=a.png imagesrcset='a.png 1x'>",
        "<link rel=dns-prefetch href=//a.example><link rel=preconnect href=//a.example>",
        "<link rel=prefetch href=a><link rel=prerender href=a><link rel=modulepreload href=a>",
        "<link rel='alternate stylesheet' href=a.css><link rel=stylesheet media=print href=a.css>",
        "<link rel=manifest href=a><link rel=import href=a><link rel=pingback href=a>",
        "<meta http-equiv=refresh content='0;url=a'><meta http-equiv=link content='<a>'>",
        "<iframe src=a></iframe><iframe srcdoc='<img src=a>'></iframe><embed src=a>",
        "<object data=a><param name=src value=a></object><applet code=a></applet>",
        "<portal src=a></portal><fencedframe src=a></fencedframe><bgsound src=a>",
        "<video src=a><source src=a><track src=a></video><audio src=a></audio>",
        "<form action=a><button formaction=a></form><a href=a ping=a>x</a>",
        "<img src=javascript:1><img src='data:text/html,x'><img src=file:///a><img src=#a>",
        "<svg><use href=a.svg#b /><script href=a></script><feImage href='#x'/></svg>",
        "<math href=a><mi xlink:href=a>x</mi></math>",
        "<template><img src=a></template><noembed><img src=a></noembed>",
        "<img attributionsrc=a><a attributionsrc=a>x</a><img lowsrc=a dynsrc=a longdesc=a>",
        "<picture><source media=print srcset=a></picture>",
        "<xmp><img src=a></xmp>",
    ] {
        let (out, found) = asked(html);
        assert!(found.is_empty(), "{html}: {found:?}");
        assert!(!out.contains("=\"a\""), "{html}: {out}");
    }
}

#[test]
fn what_is_kept_stands_in_its_place() {
    let out = kept(
        "<!doctype html><html lang=de><head><link rel=stylesheet href=/a.css integrity=x \
         crossorigin><style>p{background:url(/b.png)}</style><link rel=icon href=/i.png>\
         <link rel=icon href=/j.png></head><body class=x><p id=y title='\"<'>Ä&nbsp;\
         <picture><source srcset='/c.webp 1400w'><img class=z src=/c.jpg alt=C loading=lazy \
         width=3></picture>",
    );
    assert_eq!(
        out,
        "<!DOCTYPE html><html lang=\"de\"><head><link rel=\"stylesheet\" href=\"r?/a.css\">\
         <style>p{background:url(\"r?/b.png\")}</style><link rel=\"icon\" href=\"r?/i.png\">\
         </head><body class=\"x\"><p id=\"y\" title=\"&quot;&lt;\">Ä&nbsp;<picture><img \
         class=\"z\" alt=\"C\" loading=\"lazy\" width=\"3\" src=\"r?/c.webp\"></picture></p>\
         </body></html>"
    );
}

#[test]
fn links_lead_out_in_a_tab_of_their_own_and_nothing_else_does() {
    for (href, expected) in [
        (
            "/b?c=1&d",
            "<a href=\"https://news.example/b?c=1&amp;d\" target=\"_blank\" rel=\"noopener noreferrer\">x</a>",
        ),
        ("#top", "<a href=\"#top\">x</a>"),
        (
            "https://news.example/2026/story.html#top",
            "<a href=\"#top\">x</a>",
        ),
        ("javascript:alert(1)", "<a>x</a>"),
        (" jav\tascript:alert(1)", "<a>x</a>"),
        ("data:text/html,x", "<a>x</a>"),
        ("mailto:a@b.example", "<a>x</a>"),
        ("http://[", "<a>x</a>"),
    ] {
        let (out, _) = asked(&format!(
            "<a target=_top rel=opener ping=/p href='{href}'>x</a>"
        ));
        assert!(out.contains(expected), "{href}: {out}");
    }
    let (out, _) = asked("<svg><a xlink:href=/b target=_top><text>x</text></a></svg>");
    assert!(
        out.contains(
            "<a href=\"https://news.example/b\" target=\"_blank\" rel=\"noopener noreferrer\">"
        ),
        "{out}"
    );
}

#[test]
fn what_acts_is_gone_and_counted() {
    let html = "<script>1</script><p onclick=x ONLOAD=y>a</p><object data=x>instead</object>\
                <iframe src=//player.example/1></iframe><iframe src=x width=1></iframe>\
                <svg><script>2</script><set attributeName=href to=javascript:1 /></svg>";
    let done = page(html, &base(), &mut |_, _| None);
    assert_eq!((done.scripts, done.frames), (2, 3));
    for gone in [
        "script", "onclick", "ONLOAD", "onload", "iframe", "<set", "<object",
    ] {
        assert!(!done.html.contains(gone), "{gone}: {}", done.html);
    }
    assert!(done.html.contains("instead"), "{}", done.html);
    assert!(done.html.contains(">player.example</a>"), "{}", done.html);
}

#[test]
fn a_style_element_cannot_be_ended_from_inside() {
    let out = kept("<link rel=stylesheet href='data:text/css,a::before{content:\"</style><p>\"}'>");
    assert!(
        out.contains("<style>a::before{content:\"<\\/style><p>\"}</style>"),
        "{out}"
    );
    let out = kept("<style>a{background:url(\"data:image/svg+xml,\\3c/style><p>\")}</style>");
    assert_eq!(out.matches("</style>").count(), 1, "{out}");
}

#[test]
fn v17_a_page_that_holds_everything_itself_stays_as_it_is() {
    let picture = format!("data:image/png;base64,{}", "A".repeat(200_000));
    let html = format!(
        "<!DOCTYPE html><html><head><style>@font-face{{src:url(\"data:font/woff2;base64,AA\")}}\
         p{{background:url(\"{picture}\")}}</style></head><body><img src=\"{picture}\"></body></html>"
    );
    let done = page(&html, &base(), &mut |_, _| {
        panic!("nothing is to be asked for")
    });
    assert_eq!(done.html, html);
    assert_eq!(done.not_found, 0);
}

#[test]
fn the_mode_of_the_page_stays() {
    assert!(kept("<p>x").starts_with("<html>"));
    assert!(kept("<!doctype html><p>x").starts_with("<!DOCTYPE html><html>"));
    let transitional = "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Transitional//EN' 'x'><p>x";
    let again = cuttings_html::parse(&kept(transitional), &Limits::default());
    assert_eq!(again.quirks_mode(), QuirksMode::LimitedQuirks);
}

#[test]
fn r17_r07_hostile_nesting_and_length_are_borne() {
    for html in [
        "<div>".repeat(100_000),
        "<svg><a>".repeat(20_000),
        format!("<p style=\"{}\">", "url(".repeat(20_000)),
        format!("<style>{}", "@import url(".repeat(200_000)),
        format!("<style>{}", "@import 'a' @import ".repeat(200_000)),
        format!("<style>{}", "@font-face{".repeat(200_000)),
        format!("<style>{}", "image-set(".repeat(200_000)),
        format!("<style>{}", "@font-face{src:url('a' ".repeat(100_000)),
        format!("<style>{}", "url('a' ".repeat(200_000)),
        format!(
            "<picture>{}{}",
            "<source>".repeat(20_000),
            "<img src=a>".repeat(20_000)
        ),
    ] {
        let started = std::time::Instant::now();
        kept(&html);
        // What is not linear takes hours.
        assert!(started.elapsed().as_secs() < 60, "{}", &html[..40]);
    }
}
