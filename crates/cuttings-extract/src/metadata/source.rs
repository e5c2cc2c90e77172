//! From which place on a page each field of its metadata was taken.
//!
//! [`super::gather`] notes a [`Source`] beside every value it takes, and
//! [`crate::Extraction::sources`] carries them out. A field without a value has
//! no source. The names here are those of the fields of an extraction.

use serde::{Deserialize, Serialize};

/// A place that says something about a story, as it is called in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// The site's rule.
    SiteRule,
    /// JSON-LD.
    LinkedData,
    /// A meta tag of the Open Graph (`og:title`, `article:published_time`).
    OpenGraph,
    /// An element or meta tag with `itemprop`.
    Microdata,
    /// Any other meta tag.
    MetaTag,
    /// A `<link>`, or a link with `rel`.
    Link,
    /// An attribute of `<html>` or `<body>`.
    Attribute,
    /// The `<title>`.
    TitleElement,
    /// A heading.
    Heading,
    /// An element whose name says what it holds, or a line that says it.
    VisibleText,
    /// The address of the page.
    Address,
    /// The text of the story: recognised from its words and letters.
    StoryText,
    /// A picture in the story.
    StoryPicture,
}

impl Source {
    /// Its name in JSON, in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::SiteRule => "site rule",
            Self::LinkedData => "linked data",
            Self::OpenGraph => "open graph",
            Self::Microdata => "microdata",
            Self::MetaTag => "meta tag",
            Self::Link => "link",
            Self::Attribute => "attribute",
            Self::TitleElement => "title element",
            Self::Heading => "heading",
            Self::VisibleText => "visible text",
            Self::Address => "address",
            Self::StoryText => "story text",
            Self::StoryPicture => "story picture",
        }
    }
}

/// A value and where it was read.
pub type Sourced<T> = (T, Source);

/// Names the fields once, for the type and for those who list them.
macro_rules! sources {
    ($($field:ident),+) => {
        /// Where each field of an extraction was taken from.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct Sources {
            $(
                #[doc = concat!("Where `", stringify!($field), "` was taken from.")]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<Source>,
            )+
        }

        impl Sources {
            /// The fields that have a source, by name.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, Source)> {
                [$((stringify!($field), self.$field)),+]
                    .into_iter()
                    .filter_map(|(field, source)| Some((field, source?)))
            }
        }
    };
}

sources!(
    headline,
    dek,
    byline,
    authors,
    published,
    modified,
    publication,
    section,
    language,
    direction,
    canonical_url,
    amp_url,
    licence,
    lead_image,
    access
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_a_source_exactly_when_it_has_a_value() {
        for html in [
            "",
            "<p>It rained.</p>",
            r#"<html lang=en dir=ltr><title>Rain</title><meta name=author content="Ada Byron">
            <link rel=amphtml href=https://example.org/amp><h1>Rain</h1>
            <time datetime=2023-06-14></time><p>It rained."#,
        ] {
            let found = crate::extract(html, None).unwrap();
            let json = serde_json::to_value(&found).unwrap();
            let sources = json["sources"].as_object().unwrap();
            let all = serde_json::to_value(Sources::default()).unwrap();
            assert!(all.as_object().unwrap().is_empty());
            for (field, _) in found.sources.iter() {
                assert!(sources.contains_key(field), "{field}");
            }
            for field in [
                "headline",
                "dek",
                "byline",
                "published",
                "modified",
                "publication",
                "section",
                "language",
                "canonical_url",
                "amp_url",
                "licence",
                "lead_image",
            ] {
                assert_eq!(
                    !json[field].is_null(),
                    sources.contains_key(field),
                    "{field}"
                );
            }
            assert_eq!(!found.authors.is_empty(), sources.contains_key("authors"));
        }
    }

    #[test]
    fn the_words_for_a_source_are_those_of_the_json() {
        for source in [
            Source::LinkedData,
            Source::VisibleText,
            Source::TitleElement,
        ] {
            let json = serde_json::to_value(source).unwrap();
            assert_eq!(json.as_str().unwrap().replace('_', " "), source.name());
        }
    }
}
