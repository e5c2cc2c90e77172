//! An article's pictures: fetched, looked at, kept, and one scaled down for
//! lists.
//!
//! What a picture is, its first bytes say: the type a server claims is not
//! believed, and what is no picture is not kept. A picture that cannot be had
//! costs the article that picture and nothing else.

use std::collections::HashMap;
use std::io::Cursor;

use bytes::Bytes;
use cuttings_extract::Extraction;
use cuttings_fetch::{Fetcher, Want};
use cuttings_model::PictureRole;
use cuttings_store::{Blobs, NewPicture, StoreError};
use futures_util::{StreamExt as _, stream};
use image::{DynamicImage, ImageReader, Limits, RgbImage};
use url::Url;

/// Most pictures kept with one capture; the rest is left out, in page order.
const MAX_PICTURES: usize = 100;
/// Most bytes of pictures kept with one capture.
const MAX_TOTAL_BYTES: usize = 128 << 20;
/// Pictures fetched at the same time.
const FETCHES_AT_ONCE: usize = 4;
/// Longest side of a thumbnail, in pixels: twice what a list shows, for dense
/// screens.
const THUMBNAIL_SIDE: u32 = 320;
/// Pictures smaller than this on either side are icons, not thumbnails.
const MIN_THUMBNAIL_SOURCE: i64 = 100;
/// Largest picture that is decoded, in pixels, and the memory it may take.
const MAX_PIXELS: i64 = 50_000_000;
const MAX_DECODE_BYTES: u64 = 256 << 20;

/// What the first bytes of a picture say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The type, such as `image/png`.
    pub content_type: &'static str,
    /// Width in pixels, if the header could be read.
    pub width: Option<i64>,
    /// Height in pixels, if the header could be read.
    pub height: Option<i64>,
}

/// Looks at the first bytes. `None` when they are not a picture that a browser
/// shows without running anything: JPEG, PNG, GIF, WebP, AVIF. SVG is a
/// program as much as a picture, and is not kept.
pub fn look(bytes: &[u8]) -> Option<Look> {
    let content_type = match bytes {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        [
            _,
            _,
            _,
            _,
            b'f',
            b't',
            b'y',
            b'p',
            b'a',
            b'v',
            b'i',
            b'f' | b's',
            ..,
        ] => "image/avif",
        _ => return None,
    };
    let size = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()
        .and_then(|reader| reader.into_dimensions().ok());
    Some(Look {
        content_type,
        width: size.map(|(width, _)| i64::from(width)),
        height: size.map(|(_, height)| i64::from(height)),
    })
}

/// Pictures that were kept for a capture.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// To be written with the capture; the thumbnail among them.
    pub pictures: Vec<NewPicture>,
    /// Addresses of pictures that could not be had.
    pub missing: Vec<String>,
}

/// Fetches and keeps the pictures an article shows, and makes its thumbnail.
///
/// `at_hand` are pictures that came with the page, by address: they are used
/// instead of fetching and are not in the result again.
///
/// # Errors
///
/// Only of the blob store. Pictures that fail are in [`Kept::missing`].
pub(crate) async fn keep(
    fetcher: &Fetcher,
    blobs: &Blobs,
    extraction: &Extraction,
    at_hand: &HashMap<String, cuttings_model::Picture>,
) -> Result<Kept, StoreError> {
    let lead = extraction.lead_image.as_ref();
    let mut shown: Vec<&String> = Vec::new();
    for source in extraction
        .images
        .iter()
        .map(|picture| &picture.src)
        .chain(lead)
    {
        if !shown.contains(&source) && shown.len() < MAX_PICTURES {
            shown.push(source);
        }
    }
    let wanted: Vec<String> = shown
        .iter()
        .filter(|source| !at_hand.contains_key(**source))
        .map(|source| (*source).clone())
        .collect();

    let mut kept = Kept::default();
    let mut bytes_of: HashMap<String, Bytes> = HashMap::new();
    let mut total = 0;
    let mut answers = stream::iter(wanted)
        .map(|source| async move {
            let bytes = fetch(fetcher, &source).await;
            (source, bytes)
        })
        .buffered(FETCHES_AT_ONCE);
    while let Some((source, answer)) = answers.next().await {
        let found = answer.and_then(|bytes| look(&bytes).map(|look| (bytes, look)));
        let Some((bytes, look)) = found.filter(|(bytes, _)| total + bytes.len() <= MAX_TOTAL_BYTES)
        else {
            kept.missing.push(source);
            continue;
        };
        total += bytes.len();
        kept.pictures.push(NewPicture {
            url: source.clone(),
            role: PictureRole::Story,
            body: blobs.put(bytes.clone()).await?,
            content_type: look.content_type.to_owned(),
            width: look.width,
            height: look.height,
        });
        bytes_of.insert(source, bytes);
    }
    // The story's own first picture stands for it in lists; the one named in
    // the page's head serves when the story shows none.
    for source in shown.into_iter().take(4) {
        let bytes = match (bytes_of.get(source), at_hand.get(source)) {
            (Some(bytes), _) => bytes.clone(),
            (None, Some(picture)) => blobs.get(&picture.digest).await?,
            (None, None) => continue,
        };
        if let Some(thumbnail) = thumbnail(source, bytes, blobs).await? {
            kept.pictures.push(thumbnail);
            break;
        }
    }
    Ok(kept)
}

async fn fetch(fetcher: &Fetcher, source: &str) -> Option<Bytes> {
    let url = Url::parse(source).ok()?;
    match fetcher.get(&url, Want::Picture).await {
        Ok(fetched) => Some(fetched.body),
        Err(error) => {
            tracing::debug!(reason = error.code(), "a picture could not be fetched");
            None
        }
    }
}

/// Scales a picture down and stores the result; nothing when it cannot be read.
pub(crate) async fn thumbnail(
    source: &str,
    bytes: Bytes,
    blobs: &Blobs,
) -> Result<Option<NewPicture>, StoreError> {
    let scaled = tokio::task::spawn_blocking(move || scale(&bytes)).await;
    // A decoder that panics costs the thumbnail, not the article.
    let Ok(Some((jpeg, width, height))) = scaled else {
        return Ok(None);
    };
    Ok(Some(NewPicture {
        url: source.to_owned(),
        role: PictureRole::Thumbnail,
        body: blobs.put(Bytes::from(jpeg)).await?,
        content_type: "image/jpeg".to_owned(),
        width: Some(i64::from(width)),
        height: Some(i64::from(height)),
    }))
}

/// Scales a picture to a JPEG of at most [`THUMBNAIL_SIDE`] pixels a side,
/// transparent parts white.
fn scale(bytes: &[u8]) -> Option<(Vec<u8>, u32, u32)> {
    let look = look(bytes)?;
    let (width, height) = (look.width?, look.height?);
    if width.min(height) < MIN_THUMBNAIL_SOURCE || width * height > MAX_PIXELS {
        return None;
    }
    let mut reader = ImageReader::new(Cursor::new(bytes))
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
    Some((jpeg, width, height))
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
    fn v13_a_picture_is_what_its_first_bytes_say() {
        let seen = look(&png(3, 2)).unwrap();
        assert_eq!(
            (seen.content_type, seen.width, seen.height),
            ("image/png", Some(3), Some(2))
        );
        for other in [
            &b"<html>"[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"%PDF-1.7",
            b"",
        ] {
            assert_eq!(look(other), None);
        }
    }

    #[test]
    fn a_thumbnail_keeps_the_shape_and_turns_transparency_white() {
        let (jpeg, width, height) = scale(&png(1280, 640)).unwrap();
        assert_eq!((width, height), (320, 160));
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
        assert_eq!(scale(&bomb), None);
    }
}
