//! Style sheets: every address in one asked for, and replaced or taken out.
//!
//! [`sheet`] is for style sheets, [`declarations`] for `style` attributes and
//! the attributes of SVG. All else stands as it stood.

use cuttings_model::ResourceKind;
use url::Url;

use crate::letters::Letters;
use crate::tokens::{Kind, Token, tokens};
use crate::{Find, data, media, web_address};

/// Longest style sheet that is looked at, in bytes; of a longer one nothing is
/// kept. Ten times what large sites send.
pub const MAX_SHEET_BYTES: usize = 8 << 20;

/// An address that leads nowhere, not even to our own server.
const NOWHERE: &str = "about:invalid";

/// Tokens that are looked through for the end of `url("…" …)`.
const MAX_URL_TOKENS: usize = 32;

/// Functions whose strings are addresses.
const TAKE_ADDRESSES: &[&str] = &[
    "url",
    "src",
    "image",
    "image-set",
    "-webkit-image-set",
    "-moz-image-rect",
];

/// Rewrites a style sheet that was read from `base`. A longer one than
/// [`MAX_SHEET_BYTES`] becomes empty.
///
/// Fonts are asked for only if the page, written in `letters`, can use them;
/// without `letters` all are.
pub fn sheet(css: &str, base: &Url, letters: Option<&Letters>, find: &mut Find<'_>) -> String {
    Sheet::new(css, base, letters).rewritten(find)
}

/// Rewrites what stands in a `style` attribute, or a value of one property.
pub fn declarations(css: &str, base: &Url, find: &mut Find<'_>) -> String {
    Sheet::new(css, base, None).rewritten(find)
}

/// Turns the bytes of a style sheet into text: by its byte order mark, the
/// charset it was declared with, or its own `@charset`; else UTF-8.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    let own = bytes
        .strip_prefix(b"@charset \"")
        .and_then(|rest| rest.split(|byte| *byte == b'"').next())
        .filter(|name| name.len() < 40)
        .and_then(|name| std::str::from_utf8(name).ok());
    let is_declared =
        content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("charset"));
    let content_type = match own {
        Some(name) if !is_declared => format!("text/css; charset={name}"),
        None if !is_declared => "text/css; charset=utf-8".to_owned(),
        _ => content_type.unwrap_or_default().to_owned(),
    };
    cuttings_html::decode::decode(bytes, Some(&content_type)).text
}

struct Sheet<'s> {
    css: &'s str,
    base: &'s Url,
    letters: Option<&'s Letters>,
    tokens: Vec<Token>,
}

impl<'s> Sheet<'s> {
    fn new(css: &'s str, base: &'s Url, letters: Option<&'s Letters>) -> Self {
        let css = if css.len() > MAX_SHEET_BYTES { "" } else { css };
        Self {
            css,
            base,
            letters,
            tokens: tokens(css),
        }
    }

    fn rewritten(&self, find: &mut Find<'_>) -> String {
        let mut out = String::with_capacity(self.css.len());
        self.rewrite(0, self.tokens.len(), &mut out, find);
        out
    }

    /// Rewrites the tokens `from..to`.
    fn rewrite(&self, from: usize, to: usize, out: &mut String, find: &mut Find<'_>) {
        // Whether what is open around a token takes strings for addresses.
        let mut open: Vec<bool> = Vec::new();
        // How much was open around the custom property a token is of: where it is
        // used, its strings may become addresses.
        let mut custom: Option<usize> = None;
        let mut at = from;
        while at < to {
            let token = self.tokens[at];
            match token.kind {
                Kind::Comment => {}
                Kind::At => {
                    at = self.at_rule(at, to, out, find);
                    continue;
                }
                Kind::Url => {
                    let value = token.value(self.css);
                    self.write_address(&value, out, find);
                }
                Kind::BadUrl => write_url(NOWHERE, out),
                Kind::Function => {
                    let name = token.value(self.css);
                    if matches!(name.as_str(), "url" | "src") {
                        at = self.quoted(at, to, out, find);
                        continue;
                    }
                    open.push(TAKE_ADDRESSES.contains(&name.as_str()));
                    out.push_str(token.source(self.css));
                }
                Kind::Open => {
                    open.push(false);
                    out.push_str(token.source(self.css));
                }
                Kind::Close => {
                    open.pop();
                    custom = custom.filter(|outside| open.len() >= *outside);
                    out.push_str(token.source(self.css));
                }
                Kind::Semicolon => {
                    custom = custom.filter(|outside| open.len() > *outside);
                    out.push_str(token.source(self.css));
                }
                Kind::Name if custom.is_none() && self.is_custom(at, to) => {
                    custom = Some(open.len());
                    out.push_str(token.source(self.css));
                }
                Kind::Text if custom.is_some() && is_absolute(&token.value(self.css)) => {
                    out.push_str("\"\"");
                }
                Kind::Text if open.last() == Some(&true) => {
                    let value = token.value(self.css);
                    self.write_address(&value, out, find);
                }
                _ => out.push_str(token.source(self.css)),
            }
            at += 1;
        }
    }

    /// Whether a custom property is declared at `at`.
    fn is_custom(&self, at: usize, to: usize) -> bool {
        self.tokens[at].value(self.css).starts_with("--")
            && self
                .solid(at + 1, to)
                .is_some_and(|(_, token)| token.source(self.css) == ":")
    }

    /// Writes the rule that begins at `at`, or leaves it out, and gives back
    /// where it was read to.
    fn at_rule(&self, at: usize, to: usize, out: &mut String, find: &mut Find<'_>) -> usize {
        let name = self.tokens[at].value(self.css);
        match name.as_str() {
            // What we write is UTF-8 and declared so.
            "charset" => self.rule_end(at, to),
            // Names a vocabulary and is asked of nobody.
            "namespace" => {
                let end = self.rule_end(at, to);
                for token in &self.tokens[at..end] {
                    out.push_str(token.source(self.css));
                }
                end
            }
            "import" => self.import(at, to, out, find),
            "font-face" => self.font_face(at, to, out, find),
            _ => {
                out.push_str(self.tokens[at].source(self.css));
                at + 1
            }
        }
    }

    /// Where a rule without a block ends: after its semicolon, or before a
    /// block.
    fn rule_end(&self, at: usize, to: usize) -> usize {
        let mut depth = 0;
        for here in at + 1..to {
            let token = self.tokens[here];
            match token.kind {
                Kind::Semicolon if depth == 0 => return here + 1,
                Kind::Open if token.source(self.css) == "{" && depth == 0 => return here,
                Kind::Open | Kind::Function => depth += 1,
                Kind::Close if depth == 0 => return here,
                Kind::Close => depth -= 1,
                _ => {}
            }
        }
        to
    }

    /// The first token from `at` on that is no blank and no comment.
    fn solid(&self, at: usize, to: usize) -> Option<(usize, Token)> {
        (at..to)
            .map(|here| (here, self.tokens[here]))
            .find(|(_, token)| !matches!(token.kind, Kind::Blank | Kind::Comment))
    }

    /// The string in the `url(` or `src(` at `at`, and the end of the function.
    /// One that goes on and on is taken to end at once.
    fn string_in(&self, at: usize, to: usize) -> (Option<String>, usize) {
        let mut depth = 1;
        let mut end = to.min(at + 1 + MAX_URL_TOKENS);
        for here in at + 1..end {
            match self.tokens[here].kind {
                Kind::Open | Kind::Function => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end = here + 1;
                break;
            }
        }
        let text = self
            .solid(at + 1, end)
            .filter(|(_, token)| token.kind == Kind::Text)
            .map(|(_, token)| token.value(self.css));
        (text, end)
    }

    fn quoted(&self, at: usize, to: usize, out: &mut String, find: &mut Find<'_>) -> usize {
        let (text, end) = self.string_in(at, to);
        match text {
            Some(address) => self.write_address(&address, out, find),
            None => write_url(NOWHERE, out),
        }
        end
    }

    fn import(&self, at: usize, to: usize, out: &mut String, find: &mut Find<'_>) -> usize {
        let end = self.rule_end(at, to);
        let Some((place, token)) = self.solid(at + 1, end) else {
            return end;
        };
        let (address, after) = match token.kind {
            Kind::Text | Kind::Url => (Some(token.value(self.css)), place + 1),
            Kind::Function => self.string_in(place, end),
            _ => (None, place),
        };
        let rest_end = if self.tokens[end - 1].kind == Kind::Semicolon {
            end - 1
        } else {
            end
        };
        if self.tokens[after.min(rest_end)..rest_end]
            .iter()
            .any(|token| token.kind == Kind::At)
        {
            return end;
        }
        let mut rest = String::new();
        if after < rest_end {
            self.rewrite(after, rest_end, &mut rest, &mut |_, _| None);
        }
        let Some(url) = address
            .as_deref()
            .and_then(|address| web_address(self.base, address))
            .filter(|_| media::may_hold(&rest))
        else {
            return end;
        };
        if let Some(found) = find(ResourceKind::Style, &[url]) {
            out.push_str("@import ");
            write_url(&found, out);
            out.push_str(&rest);
            out.push(';');
        }
        end
    }

    /// A font comes in several formats, of which one is asked for: the smallest
    /// that browsers take.
    fn font_face(&self, at: usize, to: usize, out: &mut String, find: &mut Find<'_>) -> usize {
        let block = self.rule_end(at, to);
        let is_block = self
            .tokens
            .get(block)
            .is_some_and(|token| block < to && token.source(self.css) == "{");
        if !is_block {
            return block;
        }
        let mut depth = 0;
        let mut end = to;
        for here in block..to {
            match self.tokens[here].kind {
                Kind::Open | Kind::Function => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end = here + 1;
                break;
            }
        }
        let is_of_use = match (self.letters, self.range_in(block, end)) {
            (Some(letters), Some(range)) => letters.meet(&range),
            _ => true,
        };
        let mut sources: Vec<(u8, String)> = Vec::new();
        let mut own = false;
        for here in block..end {
            let Some(address) = self.address_at(here, end) else {
                continue;
            };
            own |= data::is_font(&address);
            if let Some(rank) = self.font_rank(here, end, &address) {
                sources.push((rank, address));
            }
        }
        sources.sort_by_key(|(rank, _)| *rank);
        let addresses: Vec<Url> = sources
            .iter()
            .filter_map(|(_, address)| web_address(self.base, address))
            .collect();
        let mut chosen = if own || !is_of_use || addresses.is_empty() {
            None
        } else {
            find(ResourceKind::Font, &addresses)
        };
        for token in &self.tokens[at..block] {
            if token.kind != Kind::Comment {
                out.push_str(token.source(self.css));
            }
        }
        // What is found stands in the place of the best source, and nothing in
        // the place of the others.
        let best = sources
            .iter()
            .find(|(_, address)| web_address(self.base, address).is_some())
            .map(|(_, address)| address.clone());
        let mut here = block;
        while here < end {
            let token = self.tokens[here];
            let Some(address) = self.address_at(here, end) else {
                match token.kind {
                    Kind::BadUrl => write_url(NOWHERE, out),
                    Kind::Comment => {}
                    _ => out.push_str(token.source(self.css)),
                }
                here += 1;
                continue;
            };
            if data::is_font(&address) {
                write_url(&address, out);
            } else if best.as_ref() == Some(&address) {
                match chosen.take() {
                    // Its format is what its bytes say, whatever stands there.
                    Some(found) => write_url(&found, out),
                    None => write_url(NOWHERE, out),
                }
            } else {
                write_url(NOWHERE, out);
            }
            here = match token.kind {
                Kind::Function => self.string_in(here, end).1,
                _ => here + 1,
            };
        }
        end
    }

    /// The address that begins at the token `at`, if one does.
    fn address_at(&self, at: usize, to: usize) -> Option<String> {
        let token = self.tokens[at];
        match token.kind {
            Kind::Url => Some(token.value(self.css)),
            Kind::Function if matches!(token.value(self.css).as_str(), "url" | "src") => {
                Some(self.string_in(at, to).0.unwrap_or_default())
            }
            _ => None,
        }
    }

    /// How good a source of a font is, 0 best; `None` for formats of browsers
    /// that are gone.
    fn font_rank(&self, at: usize, to: usize, address: &str) -> Option<u8> {
        let after = match self.tokens[at].kind {
            Kind::Function => self.string_in(at, to).1,
            _ => at + 1,
        };
        let format = self
            .solid(after, to)
            .filter(|(_, token)| token.kind == Kind::Function && token.value(self.css) == "format")
            .and_then(|(place, _)| self.solid(place + 1, to))
            .map(|(_, token)| token.value(self.css).to_ascii_lowercase());
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let ending = path
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        match format.as_deref().unwrap_or(&ending) {
            "woff2" | "woff2-variations" => Some(0),
            "woff" | "woff-variations" => Some(1),
            "embedded-opentype" | "eot" | "svg" => None,
            _ => Some(2),
        }
    }

    /// The value of `unicode-range` in a block.
    fn range_in(&self, from: usize, to: usize) -> Option<String> {
        let name = (from..to).find(|here| {
            self.tokens[*here].kind == Kind::Name
                && self.tokens[*here].value(self.css) == "unicode-range"
        })?;
        let value: String = self.tokens[name + 1..to]
            .iter()
            .take_while(|token| !matches!(token.kind, Kind::Semicolon | Kind::Close))
            .filter(|token| token.kind != Kind::Comment)
            .map(|token| token.source(self.css))
            .collect();
        Some(value.trim_start_matches([' ', '\t', '\n', ':']).to_owned())
    }

    fn write_address(&self, address: &str, out: &mut String, find: &mut Find<'_>) {
        let plain = address.trim();
        // A place on the page itself, such as a gradient of its SVG.
        if plain.starts_with('#') || data::is_picture(plain) {
            write_url(plain, out);
            return;
        }
        let found =
            web_address(self.base, plain).and_then(|url| find(ResourceKind::Picture, &[url]));
        write_url(found.as_deref().unwrap_or(NOWHERE), out);
    }
}

/// Whether text names a site, as browsers read it.
fn is_absolute(text: &str) -> bool {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_ascii_control() && *c != ' ')
        .take(8)
        .collect();
    let plain = plain.to_ascii_lowercase().replace('\\', "/");
    ["http:", "https:", "//"]
        .iter()
        .any(|start| plain.starts_with(start))
}

fn write_url(address: &str, out: &mut String) {
    out.push_str("url(\"");
    for c in address.chars() {
        match c {
            '"' | '\\' | '<' | '\n' | '\r' | '\x0c' => {
                out.push_str(&format!("\\{:x} ", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push_str("\")");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://news.example/css/main.css").unwrap()
    }

    /// Rewrites, with everything found under its number.
    fn rewritten(css: &str) -> (String, Vec<String>) {
        let mut asked = Vec::new();
        let out = sheet(css, &base(), None, &mut |kind, urls| {
            asked.push(format!("{} {}", kind.as_str(), urls[0]));
            Some(format!("r?{}", asked.len()))
        });
        (out, asked)
    }

    #[test]
    fn addresses_of_every_spelling_are_asked_for() {
        for css in [
            "a{background:url(../a.png)}",
            "a{background:url('../a.png')}",
            "a{background:\\75 rl(../a.png)}",
            "a{background:url( \"..\\/a.png\" )}",
            "a{background:url(//news.example/a.png#x)}",
            "a{background:image-set('../a.png' 1x)}",
            "a{background:-webkit-image-set(url(../a.png) 1x)}",
            "a{background:image-set(url('../a.png') type('image/png'))}",
            "a{background:image('../a.png')}",
            "a{background:src('../a.png')}",
            "@media screen{a{background:url(../a.png)}}",
            "a{--x:url(../a.png)}",
            "a{background:url(../a.png",
            "a{content:\"x\nurl(../a.png)",
            "<!--url(../a.png)",
        ] {
            let (out, asked) = rewritten(css);
            assert_eq!(asked, ["picture https://news.example/a.png"], "{css}");
            assert!(out.contains("url(\"r?1\")"), "{css}: {out}");
            assert!(!out.contains("a.png"), "{css}: {out}");
        }
    }

    #[test]
    fn imports_of_every_spelling_are_asked_for() {
        for css in [
            "@import 'b.css';",
            "@import\"b.css\"",
            "@IMPORT url(b.css) screen;",
            "@im\\70ort url('b.css') layer(x);",
            "@import/**/url( b.css )/**/;",
            "@charset 'x';@import \"\\62.css\";",
        ] {
            let (out, asked) = rewritten(css);
            assert_eq!(asked, ["style https://news.example/css/b.css"], "{css}");
            assert!(out.starts_with("@import url(\"r?1\")"), "{css}: {out}");
        }
        let (out, asked) =
            rewritten("@import 'b.css' print; @import url(c.css) (max-width:1px);a{}");
        assert!(asked.is_empty(), "{asked:?}");
        assert_eq!(out.trim(), "a{}");
    }

    #[test]
    fn what_is_not_kept_leads_nowhere() {
        let css = "@import 'b.css';a{background:url(a.png)}@font-face{src:url(x.woff2)}\
                   b{cursor:url(javascript:1)}c{background:url(data:text/html,x)}\
                   d{background:url(a b)}";
        let out = sheet(css, &base(), None, &mut |_, _| None);
        assert_eq!(
            out,
            "a{background:url(\"about:invalid\")}@font-face{src:url(\"about:invalid\")}\
             b{cursor:url(\"about:invalid\")}c{background:url(\"about:invalid\")}\
             d{background:url(\"about:invalid\")}"
        );
    }

    #[test]
    fn what_asks_nobody_stays() {
        for css in [
            "a{fill:url(\"#gradient\")}",
            "a{background:url(\"data:image/png;base64,AA==\")}",
            "@font-face{src:url(\"data:font/woff2;base64,AA==\") format('woff2')}",
            "@namespace svg url(http://www.w3.org/2000/svg);",
            "a::before{content:\"https://news.example/\"}",
            "a{width:calc(1px + (2em * 3))}",
        ] {
            let (out, asked) = rewritten(css);
            assert_eq!(out, css);
            assert!(asked.is_empty(), "{css}");
        }
    }

    #[test]
    fn a_custom_property_carries_no_address_in_a_string() {
        for css in [
            "a{--x:'https://a.example/b';c:image-set(var(--x) 1x)}",
            "a{--x : (1 '\\68ttps:a' 2);}",
            "a{--x:\"\\\\/a.example/b\"}",
        ] {
            let (out, _) = rewritten(css);
            assert!(out.contains("\"\"") && !out.contains("a.example"), "{out}");
        }
        let css = "a{--x:'y';content:'https://a.example/'}b{content:'//c'}";
        assert_eq!(rewritten(css).0, css);
    }

    #[test]
    fn of_a_font_one_format_is_asked_for() {
        let css = "@font-face{font-family:X;src:url(x.eot);src:url(x.eot?#iefix) \
                   format('embedded-opentype'),url(x.woff) format('woff'),\
                   url(x.woff2) format('woff2'),url(x.ttf);font-weight:400}";
        let mut asked: Vec<Vec<String>> = Vec::new();
        let out = sheet(css, &base(), None, &mut |kind, urls| {
            assert_eq!(kind, ResourceKind::Font);
            asked.push(urls.iter().map(ToString::to_string).collect());
            Some("r?1".to_owned())
        });
        let folder = "https://news.example/css/x";
        assert_eq!(
            asked,
            [vec![
                format!("{folder}.woff2"),
                format!("{folder}.woff"),
                format!("{folder}.ttf")
            ]]
        );
        assert!(out.contains("url(\"r?1\") format('woff2')"), "{out}");
        assert_eq!(out.matches("about:invalid").count(), 4, "{out}");
        assert!(out.ends_with(";font-weight:400}"), "{out}");
    }

    #[test]
    fn fonts_for_other_scripts_are_not_asked_for() {
        let css = "@font-face{src:url(a.woff2);unicode-range:U+0400-04FF}\
                   @font-face{src:url(b.woff2);unicode-range: U+0-FF, U+131}";
        let letters = Letters::of("only latin");
        let mut asked = Vec::new();
        sheet(css, &base(), Some(&letters), &mut |_, urls| {
            asked.push(urls[0].path().to_owned());
            None
        });
        assert_eq!(asked, ["/css/b.woff2"]);
    }

    #[test]
    fn r17_a_style_sheet_too_long_to_look_at_becomes_empty() {
        let long = "a{}".repeat(MAX_SHEET_BYTES / 3 + 1);
        assert_eq!(sheet(&long, &base(), None, &mut |_, _| None), "");
    }

    #[test]
    fn a_style_sheet_says_how_it_is_encoded() {
        assert_eq!(decode(b"a{content:'\xc3\xa9'}", None), "a{content:'é'}");
        assert_eq!(
            decode(b"@charset \"iso-8859-1\";\xe9", Some("text/css")),
            "@charset \"iso-8859-1\";é"
        );
        assert_eq!(decode(b"\xe9", Some("text/css; charset=latin1")), "é");
    }

    #[test]
    fn an_address_cannot_end_its_own_quotes() {
        let mut out = String::new();
        write_url("data:image/svg+xml,<a b=\"c\">\\</style>", &mut out);
        assert_eq!(
            out,
            "url(\"data:image/svg+xml,\\3c a b=\\22 c\\22 >\\5c \\3c /style>\")"
        );
    }
}
