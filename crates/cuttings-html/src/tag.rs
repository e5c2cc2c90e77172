//! Element names as one byte.
//!
//! Every walk over a [`Document`](crate::Document) branches on [`Tag`], so a
//! name is compared once, while parsing, and never again.
//!
//! The variants stand in the order of their names, so that comparing tags
//! compares names; a test below fails when somebody adds one out of order.

use crate::names::NameTable;

macro_rules! tags {
    ($($variant:ident = $name:literal,)*) => {
        /// The name of an element, without its namespace.
        ///
        /// Only names of HTML elements have a variant of their own. In SVG and
        /// MathML the roots are [`Tag::Svg`] and [`Tag::Math`] and everything
        /// below them that is not HTML again is [`Tag::Other`], so an SVG
        /// `<title>` or `<a>` is never taken for the HTML element.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Tag {
            /// Not an element: the document, a doctype, text or a comment.
            None,
            /// An element with a name that is not listed here; ask
            /// [`Document::name`](crate::Document::name).
            Other,
            $(
                #[doc = concat!("`<", $name, ">`")]
                $variant,
            )*
        }

        const NAMES: &[&str] = &[$($name,)*];
        const TAGS: &[Tag] = &[$(Tag::$variant,)*];
        static TABLE: NameTable = NameTable::new(NAMES);
    };
}

tags! {
    A = "a",
    Abbr = "abbr",
    Acronym = "acronym",
    Address = "address",
    Applet = "applet",
    Area = "area",
    Article = "article",
    Aside = "aside",
    Audio = "audio",
    B = "b",
    Base = "base",
    Basefont = "basefont",
    Bdi = "bdi",
    Bdo = "bdo",
    Bgsound = "bgsound",
    Big = "big",
    Blink = "blink",
    Blockquote = "blockquote",
    Body = "body",
    Br = "br",
    Button = "button",
    Canvas = "canvas",
    Caption = "caption",
    Center = "center",
    Cite = "cite",
    Code = "code",
    Col = "col",
    Colgroup = "colgroup",
    Command = "command",
    Data = "data",
    Datalist = "datalist",
    Dd = "dd",
    Del = "del",
    Details = "details",
    Dfn = "dfn",
    Dialog = "dialog",
    Dir = "dir",
    Div = "div",
    Dl = "dl",
    Dt = "dt",
    Em = "em",
    Embed = "embed",
    Fieldset = "fieldset",
    Figcaption = "figcaption",
    Figure = "figure",
    Font = "font",
    Footer = "footer",
    Form = "form",
    Frame = "frame",
    Frameset = "frameset",
    H1 = "h1",
    H2 = "h2",
    H3 = "h3",
    H4 = "h4",
    H5 = "h5",
    H6 = "h6",
    Head = "head",
    Header = "header",
    Hgroup = "hgroup",
    Hr = "hr",
    Html = "html",
    I = "i",
    Iframe = "iframe",
    Image = "image",
    Img = "img",
    Input = "input",
    Ins = "ins",
    Isindex = "isindex",
    Kbd = "kbd",
    Keygen = "keygen",
    Label = "label",
    Legend = "legend",
    Li = "li",
    Link = "link",
    Listing = "listing",
    Main = "main",
    Map = "map",
    Mark = "mark",
    Marquee = "marquee",
    Math = "math",
    Menu = "menu",
    Menuitem = "menuitem",
    Meta = "meta",
    Meter = "meter",
    Nav = "nav",
    Nobr = "nobr",
    Noembed = "noembed",
    Noframes = "noframes",
    Noscript = "noscript",
    Object = "object",
    Ol = "ol",
    Optgroup = "optgroup",
    Option = "option",
    Output = "output",
    P = "p",
    Param = "param",
    Picture = "picture",
    Plaintext = "plaintext",
    Portal = "portal",
    Pre = "pre",
    Progress = "progress",
    Q = "q",
    Rb = "rb",
    Rp = "rp",
    Rt = "rt",
    Rtc = "rtc",
    Ruby = "ruby",
    S = "s",
    Samp = "samp",
    Script = "script",
    Search = "search",
    Section = "section",
    Select = "select",
    Selectedcontent = "selectedcontent",
    Slot = "slot",
    Small = "small",
    Source = "source",
    Span = "span",
    Strike = "strike",
    Strong = "strong",
    Style = "style",
    Sub = "sub",
    Summary = "summary",
    Sup = "sup",
    Svg = "svg",
    Table = "table",
    Tbody = "tbody",
    Td = "td",
    Template = "template",
    Textarea = "textarea",
    Tfoot = "tfoot",
    Th = "th",
    Thead = "thead",
    Time = "time",
    Title = "title",
    Tr = "tr",
    Track = "track",
    Tt = "tt",
    U = "u",
    Ul = "ul",
    Var = "var",
    Video = "video",
    Wbr = "wbr",
    Xmp = "xmp",
}

impl Tag {
    /// The tag with this name in lower case, or [`Tag::Other`].
    ///
    /// ```
    /// # use cuttings_html::Tag;
    /// assert_eq!(Tag::from_name("figcaption"), Tag::Figcaption);
    /// assert_eq!(Tag::from_name("amp-img"), Tag::Other);
    /// ```
    pub fn from_name(name: &str) -> Self {
        match TABLE.find(name) {
            Some(index) => TAGS[index],
            None => Self::Other,
        }
    }

    /// The name in lower case; empty for [`Tag::None`] and [`Tag::Other`].
    pub fn name(self) -> &'static str {
        match (self as usize).checked_sub(Self::FIRST_NAMED) {
            Some(index) => NAMES[index],
            None => "",
        }
    }

    /// All tags, at the index of their number.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Self::None, Self::Other]
            .into_iter()
            .chain(TAGS.iter().copied())
    }

    /// How many variants come before the named ones.
    const FIRST_NAMED: usize = 2;

    /// Whether the element never has children nor an end tag in HTML, such as
    /// `<br>` and `<img>`; with the obsolete ones that parse the same way.
    pub fn is_void(self) -> bool {
        matches!(
            self,
            Self::Area
                | Self::Base
                | Self::Basefont
                | Self::Bgsound
                | Self::Br
                | Self::Col
                | Self::Embed
                | Self::Frame
                | Self::Hr
                | Self::Img
                | Self::Input
                | Self::Keygen
                | Self::Link
                | Self::Meta
                | Self::Param
                | Self::Source
                | Self::Track
                | Self::Wbr
        )
    }

    /// Whether the parser re-opens the element when a block closes over it:
    /// the formatting elements of the HTML standard, such as `<b>` and `<a>`.
    pub fn is_formatting(self) -> bool {
        matches!(
            self,
            Self::A
                | Self::B
                | Self::Big
                | Self::Code
                | Self::Em
                | Self::Font
                | Self::I
                | Self::Nobr
                | Self::S
                | Self::Small
                | Self::Strike
                | Self::Strong
                | Self::Tt
                | Self::U
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_order_and_lead_back_to_their_tag() {
        assert!(NAMES.windows(2).all(|pair| pair[0] < pair[1]));
        for (name, tag) in NAMES.iter().zip(TAGS) {
            assert_eq!(Tag::from_name(name), *tag);
            assert_eq!(tag.name(), *name);
        }
    }

    #[test]
    fn all_tags_stand_at_the_index_of_their_number() {
        assert!(
            Tag::all()
                .enumerate()
                .all(|(index, tag)| tag as usize == index)
        );
        assert_eq!(Tag::all().count(), TAGS.len() + Tag::FIRST_NAMED);
    }

    #[test]
    fn unnamed_tags_have_an_empty_name() {
        assert_eq!(Tag::None.name(), "");
        assert_eq!(Tag::Other.name(), "");
        assert_eq!(Tag::from_name("DIV"), Tag::Other);
    }
}
