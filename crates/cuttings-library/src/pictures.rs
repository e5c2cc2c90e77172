//! An article's pictures: fetched, looked at, kept, and one scaled down for
//! lists.
//!
//! What a picture is, its first bytes say: the type a server claims is not
//! believed, and what is no picture is not kept. Its header and its pixels are read
//! by [`crate::parser`]. A picture that cannot be had
//! costs the article that picture and nothing else.

use std::collections::HashMap;

use bytes::Bytes;
use cuttings_extract::Extraction;
use cuttings_fetch::{Fetcher, Want};
use cuttings_formats::sent_page::INSIDE;
use cuttings_model::PictureRole;
use cuttings_store::{Blobs, NewPicture, StoreError};
use futures_util::{StreamExt as _, stream};
use url::Url;

use crate::parser::{Parser, Thumbnail};
use crate::sent::Inside;

/// Most pictures kept with one capture; the rest is left out, in page order.
const MAX_PICTURES: usize = 100;
/// Most bytes of pictures kept with one capture.
const MAX_TOTAL_BYTES: usize = 128 << 20;
/// Pictures fetched at the same time.
const FETCHES_AT_ONCE: usize = 4;

/// What the first bytes of a picture say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// The type, such as `image/png`.
    pub content_type: &'static str,
    /// Width in pixels, if the header could be read.
    pub width: Option<i64>,
    /// Height in pixels, if the header could be read.
    pub height: Option<i64>,
}

/// The type of a picture by its first bytes. `None` when they are not a picture
/// that a browser shows without running anything: JPEG, PNG, GIF, WebP, AVIF. SVG
/// is a program as much as a picture, and is not kept.
pub fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
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
    })
}

/// Looks at a picture; `None` when it is none. One whose header cannot be read
/// has no size.
pub(crate) async fn look(parser: &Parser, bytes: &Bytes) -> Option<Look> {
    let content_type = kind_of(bytes)?;
    let size = parser.size(bytes.clone()).await.unwrap_or_else(|error| {
        tracing::info!(%error, "the size of a picture could not be read");
        None
    });
    Some(Look {
        content_type,
        width: size.map(|size| i64::from(size.width)),
        height: size.map(|size| i64::from(size.height)),
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

/// Where pictures are taken from, the first that has one.
pub(crate) struct Sources<'l> {
    /// Pictures that came with the page and are kept, by address: they are not in
    /// the result again.
    pub at_hand: &'l HashMap<String, cuttings_model::Picture>,
    /// The page itself, when a browser sent it.
    pub inside: Option<&'l Inside>,
    /// The web; none when nothing may be asked for.
    pub web: Option<&'l Fetcher>,
}

/// Gets and keeps the pictures an article shows, and makes its thumbnail.
///
/// # Errors
///
/// Only of the blob store. Pictures that fail are in [`Kept::missing`].
pub(crate) async fn keep(
    from: &Sources<'_>,
    parser: &Parser,
    blobs: &Blobs,
    extraction: &Extraction,
) -> Result<Kept, StoreError> {
    let at_hand = from.at_hand;
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
            let bytes = from.get(&source).await;
            (source, bytes)
        })
        .buffered(FETCHES_AT_ONCE);
    while let Some((source, answer)) = answers.next().await {
        let fits = answer.filter(|bytes| total + bytes.len() <= MAX_TOTAL_BYTES);
        let found = match &fits {
            Some(bytes) => look(parser, bytes).await,
            None => None,
        };
        let Some((bytes, look)) = fits.zip(found) else {
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
        if let Some(thumbnail) = thumbnail(parser, source, bytes, blobs).await? {
            kept.pictures.push(thumbnail);
            break;
        }
    }
    Ok(kept)
}

impl Sources<'_> {
    async fn get(&self, source: &str) -> Option<Bytes> {
        if let Some(inside) = self.inside
            && let Some(bytes) = inside.bytes_at(source).await
        {
            return Some(bytes);
        }
        match self.web {
            Some(fetcher) if !source.starts_with(INSIDE) => fetch(fetcher, source).await,
            _ => None,
        }
    }
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
    parser: &Parser,
    source: &str,
    bytes: Bytes,
    blobs: &Blobs,
) -> Result<Option<NewPicture>, StoreError> {
    let scaled = parser.thumbnail(bytes).await;
    // A picture that breaks the decoder costs the thumbnail, not the article.
    let Ok(Some(Thumbnail { size, jpeg })) = scaled else {
        if let Err(error) = scaled {
            tracing::info!(%error, "a picture could not be scaled down");
        }
        return Ok(None);
    };
    Ok(Some(NewPicture {
        url: source.to_owned(),
        role: PictureRole::Thumbnail,
        body: blobs.put(jpeg).await?,
        content_type: "image/jpeg".to_owned(),
        width: Some(i64::from(size.width)),
        height: Some(i64::from(size.height)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v13_a_picture_is_what_its_first_bytes_say() {
        assert_eq!(kind_of(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(kind_of(b"RIFF\x10\0\0\0WEBPVP8 "), Some("image/webp"));
        for other in [
            &b"<html>"[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"%PDF-1.7",
            b"",
        ] {
            assert_eq!(kind_of(other), None);
        }
    }
}
