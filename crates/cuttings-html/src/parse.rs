//! Parsing: from text to a [`Document`].
//!
//! The extractor and the importers call [`parse()`]; [`parse_fragment`] is for
//! pieces of HTML out of feeds and metadata. html5ever does the work for now
//! and shows nowhere in the interface.

use html5ever::interface::TreeSink;
use html5ever::tokenizer::states::State;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, create_element};
use html5ever::{LocalName, Namespace as Vocabulary, QualName, ns};

use crate::build::{Handle, Sink};
use crate::document::{Document, Namespace};
use crate::feed::feed;
use crate::guard::{Guard, Mode};
use crate::limits::{LimitHit, Limits};
use crate::tag::Tag;

/// How to parse.
#[derive(Clone, Debug, Default)]
pub struct ParseOptions {
    /// The bounds; [`Limits::default`] unless set.
    pub limits: Limits,
    /// Whether to parse as a browser that runs scripts: then what is inside
    /// `<noscript>` is one text. Off unless set, so that it is elements: that is
    /// where pages put the images for readers without scripts.
    pub scripting: bool,
}

/// Parses a page. Takes any text and always gives a document with an `<html>`,
/// a `<head>` and a `<body>` (or `<frameset>`); see [`Document::limits_hit`]
/// for what was left out. A byte order mark in front is not part of the page.
pub fn parse(html: &str, limits: &Limits) -> Document {
    let options = ParseOptions {
        limits: limits.clone(),
        scripting: false,
    };
    parse_with(html, &options)
}

/// As [`parse`], with all options.
pub fn parse_with(html: &str, options: &ParseOptions) -> Document {
    let html = html.strip_prefix('\u{FEFF}').unwrap_or(html);
    let sink = Sink::new(&options.limits, options.scripting);
    let builder = TreeBuilder::new(sink, builder_options(options));
    run(builder, State::Data, html, &options.limits)
}

/// Parses a piece of HTML as if it stood inside a `context` element, as
/// assigning `innerHTML` does. The pieces are children of the one `<html>`
/// element below the root.
///
/// ```
/// # use cuttings_html::{Limits, Tag, parse_fragment};
/// let document = parse_fragment("<td>cell", Tag::Tr, &Limits::default());
/// let holder = document.document_element().unwrap();
/// assert_eq!(document.inner_html(holder), "<td>cell</td>");
/// ```
pub fn parse_fragment(html: &str, context: Tag, limits: &Limits) -> Document {
    let options = ParseOptions {
        limits: limits.clone(),
        scripting: false,
    };
    parse_fragment_with(html, Namespace::Html, context.name(), &options)
}

/// As [`parse_fragment`], with all options and a context element of any
/// vocabulary and name.
pub fn parse_fragment_with(
    html: &str,
    namespace: Namespace,
    context: &str,
    options: &ParseOptions,
) -> Document {
    let sink = Sink::new(&options.limits, options.scripting);
    let name = QualName::new(None, vocabulary(namespace), LocalName::from(context));
    let context = create_element(&sink, name, Vec::new());
    let builder = TreeBuilder::new_for_fragment(sink, context, None, builder_options(options));
    let state = builder.tokenizer_state_for_context_elem(options.scripting);
    run(builder, state, html, &options.limits)
}

fn vocabulary(namespace: Namespace) -> Vocabulary {
    match namespace {
        Namespace::Html => ns!(html),
        Namespace::Svg => ns!(svg),
        Namespace::MathMl => ns!(mathml),
    }
}

fn builder_options(options: &ParseOptions) -> TreeBuilderOpts {
    TreeBuilderOpts {
        scripting_enabled: options.scripting,
        ..TreeBuilderOpts::default()
    }
}

fn run(builder: TreeBuilder<Handle, Sink>, state: State, html: &str, limits: &Limits) -> Document {
    // Without a start tag there is no end tag that ends the text, so text it is
    // to the end, whatever kind of text.
    let mode = match state {
        State::Data => Mode::Data,
        _ => Mode::Plaintext,
    };
    let options = TokenizerOpts {
        initial_state: Some(state),
        // It would discard one at the start of every piece it is fed.
        discard_bom: false,
        ..TokenizerOpts::default()
    };
    let tokenizer = Tokenizer::new(Guard::new(builder, mode, limits), options);
    let cut = html.floor_char_boundary(limits.max_input_bytes);
    if cut < html.len() {
        tokenizer.sink.sink().report(LimitHit::InputBytes);
    }
    feed(&tokenizer, &html[..cut], limits);
    tokenizer.end();
    tokenizer.sink.into_sink().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_byte_order_mark_in_front_is_taken_away() {
        let page = "\u{FEFF}<body>\u{FEFF}a<style>\u{FEFF}b</style>\u{FEFF}c";
        let document = parse(page, &Limits::default());
        assert_eq!(
            document.text_content(document.root()),
            "\u{FEFF}a\u{FEFF}b\u{FEFF}c"
        );
    }

    #[test]
    fn noscript_holds_elements_unless_scripts_are_said_to_run() {
        let page = "<body><noscript><img src=a></noscript>";
        let document = parse(page, &Limits::default());
        assert_eq!(document.text_content(document.root()), "");
        let options = ParseOptions {
            scripting: true,
            ..ParseOptions::default()
        };
        let document = parse_with(page, &options);
        assert_eq!(document.text_content(document.root()), "<img src=a>");
        let html = document.to_html(document.root());
        assert!(html.contains("<noscript><img src=a></noscript>"));
    }

    #[test]
    fn a_fragment_is_parsed_as_if_inside_its_context() {
        for (html, context, expected) in [
            ("<td>a", Tag::Tr, "<td>a</td>"),
            ("<td>a", Tag::Div, "a"),
            ("a<b>", Tag::Textarea, "a&lt;b&gt;"),
            ("a</title>b", Tag::Title, "a&lt;/title&gt;b"),
            ("<p>a<p>b", Tag::Body, "<p>a</p><p>b</p>"),
        ] {
            let document = parse_fragment(html, context, &Limits::default());
            let holder = document.document_element().expect("a fragment's holder");
            assert_eq!(document.inner_html(holder), expected, "{html}");
        }
    }
}
