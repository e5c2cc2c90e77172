//! The guard between tokenizer and tree builder: hostile nesting never gets in.
//!
//! [`crate::parse()`] puts it around html5ever's tree builder. The tree builder
//! walks its open elements for nearly every tag and opens formatting elements
//! again and again, so both lists are kept short here, by leaving out start
//! tags, and the node budget stops the parse. The standard allows such limits
//! and browsers have them.
//!
//! The tree builder does not show its lists. What it shows is a trace of every
//! node it holds, so the guard keeps upper bounds and takes a [`Census`] only
//! when a bound reaches a limit, which an ordinary page never makes it do
//! often.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use html5ever::LocalName;
use html5ever::interface::Tracer;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{self, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::TreeBuilder;

use crate::build::{Handle, Sink};
use crate::limits::{LimitHit, Limits};
use crate::tag::Tag;

/// The most elements that one start tag opens: `<td>` in a table brings a row
/// and a row group, the first tag of a page `<html>`, `<head>` and `<body>`.
const OPENED_BY_ONE_TAG: usize = 4;

/// How much deeper than the limit an element may stand that first closes
/// another of its kind.
const SIBLING_SLACK: usize = 16;

/// Attributes of one formatting tag. They are copied whenever the element is
/// opened again, so they have a limit of their own.
const MAX_FORMATTING_ATTRIBUTES: usize = 32;

/// How many open elements may be looked at in one parse, by estimate: about half a
/// second of work. A page of 300,000 nodes at a depth of 100 stays below.
const MAX_LOOK_UPS: usize = 50_000_000;

/// How many tokens the tree builder gets between two counts of open elements.
const TOKENS_PER_CENSUS: usize = 64;

/// What the tokenizer takes the following input for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Markup.
    Data,
    /// Text up to the end tag with this name, as in `<title>` and `<script>`.
    Raw { name: LocalName, is_script: bool },
    /// Text up to the end of the page.
    Plaintext,
}

/// A token sink that passes on to the tree builder what stays within limits.
pub(crate) struct Guard {
    builder: TreeBuilder<Handle, Sink>,
    max_open_elements: usize,
    max_formatting: usize,
    is_bounded: bool,
    has_stopped: Cell<bool>,
    mode: RefCell<Mode>,
    census: Census,
    dropped: RefCell<Dropped>,
}

/// Upper bounds for what the tree builder holds, and what it takes to find the
/// true numbers.
#[derive(Default)]
struct Census {
    /// Elements open, or waiting to be opened again.
    open: Cell<usize>,
    /// The formatting elements among them.
    formatting: Cell<usize>,
    /// Whether the bounds are the true numbers.
    is_exact: Cell<bool>,
    /// Tokens that the tree builder got since the last count.
    tokens: Cell<usize>,
    /// The sum of open elements over all tokens so far.
    look_ups: Cell<usize>,
    traced_others: Cell<usize>,
    traced_forms: Cell<usize>,
    has_head: Cell<bool>,
    traced_formatting: RefCell<Vec<u32>>,
}

/// Start tags that were left out and whose end tags have not come yet.
#[derive(Default)]
struct Dropped {
    /// Names of formatting elements with their number. They outlive the blocks
    /// they stand in, as open ones do.
    formatting: HashMap<LocalName, usize>,
    /// Names of other elements, with the number of open elements around each.
    nested: Vec<(LocalName, usize)>,
    nested_counts: HashMap<LocalName, usize>,
    /// Whether end tags came that may have closed what is around `nested`.
    is_stale: bool,
}

impl Guard {
    pub(crate) fn new(builder: TreeBuilder<Handle, Sink>, mode: Mode, limits: &Limits) -> Self {
        Self {
            builder,
            max_open_elements: limits.max_open_elements,
            max_formatting: limits.max_formatting,
            is_bounded: limits.max_open_elements != usize::MAX
                || limits.max_formatting != usize::MAX,
            has_stopped: Cell::new(false),
            mode: RefCell::new(mode),
            census: Census::default(),
            dropped: RefCell::default(),
        }
    }

    /// Whether the node budget is spent and nothing is passed on any more.
    pub(crate) fn has_stopped(&self) -> bool {
        self.has_stopped.get()
    }

    /// What the tokenizer takes the following input for.
    pub(crate) fn mode(&self) -> Mode {
        self.mode.borrow().clone()
    }

    pub(crate) fn sink(&self) -> &Sink {
        &self.builder.sink
    }

    pub(crate) fn into_sink(self) -> Sink {
        self.builder.sink
    }

    fn count(&self) {
        if !self.census.is_exact.replace(true) {
            self.builder.trace_handles(&self.census);
            self.census.conclude();
        }
    }

    /// Notes that the tree builder gets a token, and counts now and then to
    /// know how much work that is.
    fn note_work(&self) {
        let census = &self.census;
        census.tokens.set(census.tokens.get() + 1);
        if census.tokens.get() >= TOKENS_PER_CENSUS {
            self.count();
            let look_ups = census.tokens.take() * census.open.get();
            census.look_ups.set(census.look_ups.get() + look_ups);
            if census.look_ups.get() > MAX_LOOK_UPS {
                self.stop(LimitHit::LookUps);
            }
        }
    }

    fn stop(&self, hit: LimitHit) {
        self.has_stopped.set(true);
        self.sink().report(hit);
    }

    /// Whether a start tag may pass. Cuts its attributes where it is a
    /// formatting tag.
    fn admits(&self, token: &mut tokenizer::Tag) -> bool {
        self.forget_closed();
        let tag = Tag::from_name(&token.name);
        if tag.is_formatting() {
            if token.attrs.len() > MAX_FORMATTING_ATTRIBUTES {
                token.attrs.truncate(MAX_FORMATTING_ATTRIBUTES);
                self.sink().report(LimitHit::Attributes);
            }
            if !self.admits_formatting(tag) {
                self.sink().report(LimitHit::Formatting);
                self.dropped.borrow_mut().add_formatting(&token.name);
                return false;
            }
        }
        if let Some(depth) = self.depth_when_too_deep(tag, token.self_closing) {
            self.sink().report(LimitHit::OpenElements);
            let mut dropped = self.dropped.borrow_mut();
            if tag.is_formatting() {
                dropped.add_formatting(&token.name);
            } else {
                dropped.add_nested(&token.name, depth);
            }
            return false;
        }
        let census = &self.census;
        if is_never_open(tag) {
            return true;
        }
        census.is_exact.set(false);
        census.open.set(census.open.get() + OPENED_BY_ONE_TAG);
        if tag.is_formatting() {
            census.formatting.set(census.formatting.get() + 1);
        }
        true
    }

    fn admits_formatting(&self, tag: Tag) -> bool {
        // A link closes the link before it, so links do not pile up, and a page
        // whose fonts did must not lose all its links.
        let limit = match tag {
            Tag::A => self.max_formatting.saturating_mul(2),
            _ => self.max_formatting,
        };
        if self.census.formatting.get() >= limit {
            self.count();
        }
        self.census.formatting.get() < limit
    }

    /// The number of open elements, if it leaves no room for this tag.
    fn depth_when_too_deep(&self, tag: Tag, is_self_closing: bool) -> Option<usize> {
        let census = &self.census;
        if census.open.get() + OPENED_BY_ONE_TAG <= self.max_open_elements {
            return None;
        }
        self.count();
        let depth = census.open.get();
        if depth < self.max_open_elements {
            return None;
        }
        let is_foreign = self
            .builder
            .adjusted_current_node_present_but_not_in_html_namespace();
        let is_near = depth < self.max_open_elements + SIBLING_SLACK;
        let may_pass = if is_foreign {
            is_near && is_self_closing
        } else {
            tag.is_void() || has_no_elements_inside(tag) || (is_near && closes_its_own_kind(tag))
        };
        (!may_pass).then_some(depth)
    }

    /// Whether an end tag belongs to a start tag that was left out.
    fn belongs_to_dropped(&self, name: &LocalName) -> bool {
        self.forget_closed();
        let mut dropped = self.dropped.borrow_mut();
        dropped.take_formatting(name) || dropped.take_nested(name)
    }

    /// Forgets left-out tags whose surroundings the last end tags closed.
    fn forget_closed(&self) {
        let mut dropped = self.dropped.borrow_mut();
        if std::mem::take(&mut dropped.is_stale) && !dropped.nested.is_empty() {
            self.count();
            dropped.forget_deeper_than(self.census.open.get());
        }
    }
}

impl TokenSink for Guard {
    type Handle = Handle;

    fn process_token(&self, mut token: Token, line: u64) -> TokenSinkResult<Handle> {
        if self.has_stopped.get() {
            return TokenSinkResult::Continue;
        }
        if self.sink().is_full() {
            self.stop(LimitHit::Nodes);
            return TokenSinkResult::Continue;
        }

        let mut started = None;
        if let Token::TagToken(tag) = &mut token {
            if tag.kind == TagKind::StartTag {
                if self.is_bounded && !self.admits(tag) {
                    return TokenSinkResult::Continue;
                }
                started = Some(tag.name.clone());
            } else {
                // The end of raw text always passes: the tree builder waits for it.
                let mode = self.mode.replace(Mode::Data);
                if mode == Mode::Data && self.is_bounded && self.belongs_to_dropped(&tag.name) {
                    return TokenSinkResult::Continue;
                }
                self.census.is_exact.set(false);
                self.dropped.borrow_mut().is_stale = true;
            }
        }
        if self.is_bounded {
            self.note_work();
        }

        let result = self.builder.process_token(token, line);
        match &result {
            TokenSinkResult::RawData(kind) => {
                let name = started.unwrap_or_else(|| LocalName::from(""));
                let is_script = matches!(kind, RawKind::ScriptData | RawKind::ScriptDataEscaped(_));
                self.mode.replace(Mode::Raw { name, is_script });
            }
            TokenSinkResult::Plaintext => {
                self.mode.replace(Mode::Plaintext);
            }
            _ => {}
        }
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder
            .adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl Census {
    /// Turns what was traced into numbers, and is ready for the next trace.
    fn conclude(&self) {
        let mut formatting = self.traced_formatting.borrow_mut();
        formatting.sort_unstable();
        formatting.dedup();
        self.formatting.set(formatting.len());
        formatting.clear();
        // The document is in the trace too, and the head and the current form
        // are there once more than they are open.
        let mut others = self.traced_others.take().saturating_sub(1);
        others -= usize::from(self.has_head.take());
        others -= usize::from(self.traced_forms.take() > 1);
        self.open.set(others + self.formatting.get());
    }
}

impl Tracer for Census {
    type Handle = Handle;

    fn trace_handle(&self, handle: &Handle) {
        if handle.tag.is_formatting() {
            self.traced_formatting
                .borrow_mut()
                .push(handle.node.index() as u32);
            return;
        }
        self.traced_others.set(self.traced_others.get() + 1);
        match handle.tag {
            Tag::Head => self.has_head.set(true),
            Tag::Form => self.traced_forms.set(self.traced_forms.get() + 1),
            _ => {}
        }
    }
}

impl Dropped {
    fn add_formatting(&mut self, name: &LocalName) {
        *self.formatting.entry(name.clone()).or_insert(0) += 1;
    }

    fn take_formatting(&mut self, name: &LocalName) -> bool {
        match self.formatting.get_mut(name) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    fn add_nested(&mut self, name: &LocalName, depth: usize) {
        self.nested.push((name.clone(), depth));
        *self.nested_counts.entry(name.clone()).or_insert(0) += 1;
    }

    /// Takes the last left-out element with this name, and what was inside it.
    fn take_nested(&mut self, name: &LocalName) -> bool {
        if self.nested_counts.get(name).is_none_or(|count| *count == 0) {
            return false;
        }
        while let Some(last) = self.pop_nested() {
            if last == *name {
                break;
            }
        }
        true
    }

    fn forget_deeper_than(&mut self, depth: usize) {
        while self.nested.last().is_some_and(|(_, own)| *own > depth) {
            self.pop_nested();
        }
    }

    fn pop_nested(&mut self) -> Option<LocalName> {
        let (name, _) = self.nested.pop()?;
        if let Some(count) = self.nested_counts.get_mut(&name) {
            *count -= 1;
        }
        Some(name)
    }
}

/// Whether the element holds text alone, so that nothing nests in it, or is not
/// opened a second time. Leaving out the start tag of the former would turn
/// scripts into text.
fn has_no_elements_inside(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Script
            | Tag::Style
            | Tag::Title
            | Tag::Textarea
            | Tag::Xmp
            | Tag::Iframe
            | Tag::Noembed
            | Tag::Noframes
            | Tag::Plaintext
            | Tag::Html
            | Tag::Head
            | Tag::Body
            | Tag::Frameset
    )
}

/// Whether the start tag closes an open element of its own kind, and finds it
/// without looking far.
fn closes_its_own_kind(tag: Tag) -> bool {
    matches!(tag, Tag::P | Tag::Tr | Tag::Td | Tag::Th)
}

/// Whether the tag opens nothing and closes nothing, so that the number of open
/// elements stays what it is. In SVG and MathML these names are elements like
/// any other, except for the two that end such content.
fn is_never_open(tag: Tag) -> bool {
    matches!(tag, Tag::Br | Tag::Img)
}
