//! What is asked of a parser and what it answers, and doing it: plain functions
//! that know nothing of processes.

use std::collections::HashSet;
use std::io::Cursor;

use bytes::Bytes;
use cuttings_extract::rules::Rules;
use cuttings_extract::{ExtractError, Extraction, NoArticle, Options};
use cuttings_replay::{Letters, style};
use image::{DynamicImage, ImageReader, Limits, RgbImage};
use serde::{Deserialize, Serialize};
use url::Url;

use super::ParseFailure;
use crate::replay::{self, Lost, Needs};

/// Longest side of a thumbnail, in pixels: twice what a list shows, for dense
/// screens.
const THUMBNAIL_SIDE: u32 = 320;
/// Pictures smaller than this on either side are icons, not thumbnails.
const MIN_THUMBNAIL_SOURCE: u32 = 100;
/// Largest picture that is decoded, in pixels, and the memory it may take.
const MAX_PIXELS: u64 = 50_000_000;
const MAX_DECODE_BYTES: u64 = 256 << 20;

/// What to do with the bytes that come along.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    /// Take the article out of a page.
    Extract {
        /// The declared type.
        content_type: Option<String>,
        /// Where it was read.
        base: Url,
    },
    /// Read the size of a picture.
    Size,
    /// Scale a picture down.
    Thumbnail,
    /// Find what a page looks like with.
    PageNeeds {
        /// The declared type.
        content_type: Option<String>,
        /// Where it was read.
        base: Url,
    },
    /// Find what a style sheet names.
    SheetNeeds {
        /// The declared type.
        content_type: Option<String>,
        /// Where it was read.
        base: Url,
        /// What the page is written in.
        letters: Letters,
    },
    /// Rewrite a page for replay.
    ReplayPage {
        /// The declared type.
        content_type: Option<String>,
        /// Where it was read.
        base: Url,
        /// Addresses that are kept.
        kept: HashSet<String>,
    },
    /// Rewrite a style sheet for replay.
    ReplaySheet {
        /// The declared type.
        content_type: Option<String>,
        /// Where it was read.
        base: Url,
        /// Addresses that are kept.
        kept: HashSet<String>,
    },
}

/// What came of it. The JPEG of a thumbnail comes along as bytes, and so does
/// what was rewritten.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Extracted(Box<Extraction>),
    Refused(ExtractError),
    Sized(Option<Size>),
    Scaled(Option<Size>),
    Needs(Needs),
    Rewritten(Lost),
    /// The code panicked, and where. Only processes answer so.
    Panicked(String),
}

impl Answer {
    /// An answer to another question than was asked.
    pub(super) fn out_of_place(&self) -> ParseFailure {
        ParseFailure::Broken {
            how: match self {
                Self::Panicked(how) => how.clone(),
                _ => "it answered another question".to_owned(),
            },
        }
    }

    /// What serialising an extraction leaves out.
    pub(super) fn completed(mut self) -> Self {
        if let Self::Extracted(extraction) = &mut self
            && let Some(NoArticle::Paywall { readable_words }) = &mut extraction.no_article
        {
            *readable_words = extraction.word_count;
        }
        self
    }
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A picture scaled to at most 320 pixels a side, transparent parts white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// Its size.
    pub size: Size,
    /// Its bytes.
    pub jpeg: Bytes,
}

/// Does what is asked.
pub(super) fn answer(rules: &Rules, request: &Request, body: &[u8]) -> (Answer, Bytes) {
    match request {
        Request::Extract { content_type, base } => {
            let decoded = cuttings_html::decode::decode(body, content_type.as_deref());
            let rule = base.host_str().and_then(|host| rules.for_host(host));
            let options = Options { rule };
            let answer = match cuttings_extract::extract_with(&decoded.text, Some(base), &options) {
                Ok(extraction) => Answer::Extracted(Box::new(extraction)),
                Err(error) => Answer::Refused(error),
            };
            (answer, Bytes::new())
        }
        Request::Size => (Answer::Sized(size(body)), Bytes::new()),
        Request::Thumbnail => match thumbnail(body) {
            Some((size, jpeg)) => (Answer::Scaled(Some(size)), jpeg.into()),
            None => (Answer::Scaled(None), Bytes::new()),
        },
        Request::PageNeeds { content_type, base } => {
            let text = cuttings_html::decode::decode(body, content_type.as_deref()).text;
            let needs = replay::page_needs(&text, base);
            (Answer::Needs(needs), Bytes::new())
        }
        Request::SheetNeeds {
            content_type,
            base,
            letters,
        } => {
            let css = style::decode(body, content_type.as_deref());
            let needs = replay::sheet_needs(&css, base, letters);
            (Answer::Needs(needs), Bytes::new())
        }
        Request::ReplayPage {
            content_type,
            base,
            kept,
        } => {
            let text = cuttings_html::decode::decode(body, content_type.as_deref()).text;
            let page = cuttings_replay::page(&text, base, &mut replay::from_kept(kept));
            let lost = Lost {
                scripts: page.scripts,
                frames: page.frames,
                not_found: page.not_found,
            };
            (Answer::Rewritten(lost), page.html.into())
        }
        Request::ReplaySheet {
            content_type,
            base,
            kept,
        } => {
            let css = style::decode(body, content_type.as_deref());
            let css = style::sheet(&css, base, None, &mut replay::from_kept(kept));
            (Answer::Rewritten(Lost::default()), css.into())
        }
    }
}

fn size(picture: &[u8]) -> Option<Size> {
    let reader = ImageReader::new(Cursor::new(picture))
        .with_guessed_format()
        .ok()?;
    let (width, height) = reader.into_dimensions().ok()?;
    Some(Size { width, height })
}

fn thumbnail(picture: &[u8]) -> Option<(Size, Vec<u8>)> {
    let Size { width, height } = size(picture)?;
    if width.min(height) < MIN_THUMBNAIL_SOURCE || u64::from(width) * u64::from(height) > MAX_PIXELS
    {
        return None;
    }
    let mut reader = ImageReader::new(Cursor::new(picture))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    reader.limits(limits);
    let scaled = reader
        .decode()
        .ok()?
        .thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        .into_rgba8();
    let (width, height) = scaled.dimensions();
    let on_white = RgbImage::from_fn(width, height, |x, y| {
        let [red, green, blue, alpha] = scaled.get_pixel(x, y).0;
        let blend = |colour: u8| {
            let (colour, alpha) = (u32::from(colour), u32::from(alpha));
            ((colour * alpha + 255 * (255 - alpha)) / 255) as u8
        };
        image::Rgb([blend(red), blend(green), blend(blue)])
    });
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 82)
        .encode_image(&DynamicImage::ImageRgb8(on_white))
        .ok()?;
    Some((Size { width, height }, jpeg))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgba8(width, height)
            .write_to(&mut bytes, image::ImageFormat::Png)
            .expect("a small picture can be encoded");
        bytes.into_inner()
    }

    #[test]
    fn a_thumbnail_keeps_the_shape_and_turns_transparency_white() {
        let (size, jpeg) = thumbnail(&png(1280, 640)).unwrap();
        assert_eq!((size.width, size.height), (320, 160));
        let pixel = image::load_from_memory(&jpeg)
            .unwrap()
            .into_rgb8()
            .get_pixel(10, 10)
            .0;
        assert!(pixel.iter().all(|channel| *channel > 250), "{pixel:?}");
    }

    #[test]
    fn r13_a_picture_that_claims_too_many_pixels_is_not_decoded() {
        let mut bomb = png(200, 200);
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert_eq!(thumbnail(&bomb), None);
    }
}
