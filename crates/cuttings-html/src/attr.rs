//! Common attribute names as one byte.
//!
//! [`Document::attr`](crate::Document::attr) compares bytes instead of names.
//! The list holds what pages use often and what an extractor asks for;
//! everything else is reached by name.
//!
//! The variants stand in the order of their names, so that comparing attributes
//! compares names; a test below fails when somebody adds one out of order.

use crate::names::NameTable;

macro_rules! attrs {
    ($($variant:ident = $name:literal,)*) => {
        /// The name of a common attribute.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Attr {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant,
            )*
        }

        const NAMES: &[&str] = &[$($name,)*];
        const ATTRS: &[Attr] = &[$(Attr::$variant,)*];
        static TABLE: NameTable = NameTable::new(NAMES);
    };
}

attrs! {
    Abbr = "abbr",
    About = "about",
    Accesskey = "accesskey",
    Action = "action",
    Align = "align",
    Allow = "allow",
    Allowfullscreen = "allowfullscreen",
    Alt = "alt",
    AriaControls = "aria-controls",
    AriaDescribedby = "aria-describedby",
    AriaExpanded = "aria-expanded",
    AriaHidden = "aria-hidden",
    AriaLabel = "aria-label",
    AriaLabelledby = "aria-labelledby",
    AriaLevel = "aria-level",
    AriaModal = "aria-modal",
    Async = "async",
    Autoplay = "autoplay",
    Bgcolor = "bgcolor",
    Border = "border",
    Charset = "charset",
    Checked = "checked",
    Cite = "cite",
    Class = "class",
    Color = "color",
    Cols = "cols",
    Colspan = "colspan",
    Content = "content",
    Contenteditable = "contenteditable",
    Controls = "controls",
    Coords = "coords",
    Crossorigin = "crossorigin",
    Data = "data",
    DataCaption = "data-caption",
    DataId = "data-id",
    DataLazySrc = "data-lazy-src",
    DataLazySrcset = "data-lazy-srcset",
    DataOriginal = "data-original",
    DataSrc = "data-src",
    DataSrcset = "data-srcset",
    DataType = "data-type",
    DataUrl = "data-url",
    Datatype = "datatype",
    Datetime = "datetime",
    Decoding = "decoding",
    Defer = "defer",
    Dir = "dir",
    Disabled = "disabled",
    Download = "download",
    Draggable = "draggable",
    Face = "face",
    Fetchpriority = "fetchpriority",
    For = "for",
    Form = "form",
    Frameborder = "frameborder",
    Headers = "headers",
    Height = "height",
    Hidden = "hidden",
    Href = "href",
    Hreflang = "hreflang",
    HttpEquiv = "http-equiv",
    Id = "id",
    Imagesizes = "imagesizes",
    Imagesrcset = "imagesrcset",
    Inert = "inert",
    Integrity = "integrity",
    Itemid = "itemid",
    Itemprop = "itemprop",
    Itemref = "itemref",
    Itemscope = "itemscope",
    Itemtype = "itemtype",
    Kind = "kind",
    Label = "label",
    Lang = "lang",
    Language = "language",
    Loading = "loading",
    Longdesc = "longdesc",
    Loop = "loop",
    Max = "max",
    Maxlength = "maxlength",
    Media = "media",
    Method = "method",
    Min = "min",
    Muted = "muted",
    Name = "name",
    Nonce = "nonce",
    Onclick = "onclick",
    Open = "open",
    Placeholder = "placeholder",
    Poster = "poster",
    Prefix = "prefix",
    Preload = "preload",
    Property = "property",
    Pubdate = "pubdate",
    Rel = "rel",
    Rev = "rev",
    Reversed = "reversed",
    Role = "role",
    Rows = "rows",
    Rowspan = "rowspan",
    Rules = "rules",
    Scope = "scope",
    Scrolling = "scrolling",
    Shadowrootmode = "shadowrootmode",
    Shape = "shape",
    Size = "size",
    Sizes = "sizes",
    Slot = "slot",
    Span = "span",
    Src = "src",
    Srcdoc = "srcdoc",
    Srclang = "srclang",
    Srcset = "srcset",
    Start = "start",
    Style = "style",
    Summary = "summary",
    Tabindex = "tabindex",
    Target = "target",
    Title = "title",
    Translate = "translate",
    Type = "type",
    Typeof = "typeof",
    Usemap = "usemap",
    Valign = "valign",
    Value = "value",
    Vocab = "vocab",
    Width = "width",
    Wrap = "wrap",
    Xmlns = "xmlns",
}

impl Attr {
    /// The attribute with this name in lower case, if it is a common one.
    ///
    /// ```
    /// # use cuttings_html::Attr;
    /// assert_eq!(Attr::from_name("http-equiv"), Some(Attr::HttpEquiv));
    /// assert_eq!(Attr::from_name("data-anything"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.find(name).map(|index| ATTRS[index])
    }

    /// The name in lower case.
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_order_and_lead_back_to_their_attribute() {
        assert!(NAMES.windows(2).all(|pair| pair[0] < pair[1]));
        for (name, attr) in NAMES.iter().zip(ATTRS) {
            assert_eq!(Attr::from_name(name), Some(*attr));
            assert_eq!(attr.name(), *name);
        }
    }
}
