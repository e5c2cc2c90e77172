//! A page that a browser sent whole: HTML with its pictures inside.
//!
//! Two kinds of file come: plain HTML with pictures as `data:` addresses, and
//! HTML that is a ZIP as well (SingleFile with compression), whose `index.html`
//! names its other members. [`open`] makes both the same: HTML of ordinary size,
//! and a list of pictures that can be read from the file one by one. A file of
//! 150 MB is never in memory as a whole.
//!
//! What was taken out of the text stands there under an address below [`INSIDE`];
//! the address depends on the bytes of the file alone, so reading the file again
//! gives the same.

mod head;
mod inline;
mod packed;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};

pub use head::Head;
use inline::Inline;
use packed::Packed;

/// Under this address, which leads nowhere (RFC 2606), stands what was inside the
/// text of a page.
pub const INSIDE: &str = "https://inside.invalid/";

/// Most that is taken out of the text of one file; what follows is left out.
const MAX_INSIDE: usize = 10_000;

/// Largest picture, font or member that is read from a file, in bytes.
const MAX_PICTURE_BYTES: u64 = 32 << 20;

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To read the story: pictures are taken out of the text, other things left
    /// out, and the `src` of a picture says what was shown.
    Reading,
    /// To show the page as it looked: everything is taken out of the text, and
    /// otherwise stays as it was.
    Replay,
}

/// Why a file is no page that can be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SentPageError {
    /// The file could not be read.
    #[error("the file could not be read: {0}")]
    Read(#[from] io::Error),

    /// It is packed, and what should be in it is not.
    #[error("it is a packed file without a page in it (no index.html)")]
    NoIndex,

    /// It is packed under a password.
    #[error("it is packed under a password")]
    Locked,

    /// It is packed and damaged, or packed in a way that is not known.
    #[error("it is a packed file that cannot be unpacked: {0}")]
    Damaged(String),
}

/// A file that was opened.
#[derive(Debug)]
pub struct SentPage {
    /// The page, as bytes in whatever charset, without what was inside its text.
    /// When it was too large it is cut one byte behind the limit.
    pub html: Vec<u8>,
    /// What the program that made the file says of it.
    pub head: Head,
    inside: Vec<Inline>,
    page: Place,
    packed: Option<Packed>,
}

/// Where the page with its `data:` addresses is.
#[derive(Debug)]
enum Place {
    File(File),
    Memory(Vec<u8>),
}

/// Opens a file. `max_html` bounds the HTML without its pictures, in bytes.
///
/// # Errors
///
/// See [`SentPageError`]. Any bytes that are no ZIP are taken as HTML.
pub fn open(file: File, max_html: usize, purpose: Purpose) -> Result<SentPage, SentPageError> {
    let packed = Packed::open(&file)?;
    let place = match &packed {
        Some(packed) => Place::Memory(packed.index(max_html as u64 * 4)?),
        None => Place::File(file),
    };
    let (html, inside) = match &place {
        Place::File(file) => {
            let mut reader = BufReader::with_capacity(1 << 16, file);
            reader.rewind()?;
            inline::take_out(reader, max_html, MAX_INSIDE, purpose)?
        }
        Place::Memory(bytes) => inline::take_out(&bytes[..], max_html, MAX_INSIDE, purpose)?,
    };
    Ok(SentPage {
        head: head::read(&html),
        html: match purpose {
            Purpose::Reading => inline::settle(&html),
            Purpose::Replay => html,
        },
        inside,
        page: place,
        packed,
    })
}

/// What the program that made a file says of it, without reading all of it.
///
/// # Errors
///
/// As for [`open`]: a packed file that cannot be unpacked is told at once.
pub fn head(file: &File) -> Result<Head, SentPageError> {
    let start = if let Some(packed) = Packed::open(file)? {
        packed.index(head::HEAD_BYTES as u64)?
    } else {
        let mut reader = file;
        reader.rewind()?;
        let mut start = Vec::new();
        reader
            .take(head::HEAD_BYTES as u64)
            .read_to_end(&mut start)?;
        start
    };
    Ok(head::read(&start))
}

impl SentPage {
    /// What is in the file by the addresses the page has for it: absolute below
    /// [`INSIDE`], relative where it is a member of a ZIP.
    pub fn addresses(&self) -> Vec<String> {
        let inside = self.inside.iter().map(Inline::address);
        let members = self.packed.iter().flat_map(Packed::names);
        inside.chain(members.map(str::to_owned)).collect()
    }

    /// Whether it is a ZIP as well; then more than a list of it is in memory.
    pub fn is_packed(&self) -> bool {
        self.packed.is_some()
    }

    /// The bytes at one of the [`SentPage::addresses`]. `None` when they are too
    /// many or damaged.
    ///
    /// # Errors
    ///
    /// Only when the file cannot be read.
    pub fn bytes_at(&mut self, address: &str) -> io::Result<Option<Vec<u8>>> {
        if !address.starts_with(INSIDE) {
            let packed = self.packed.as_ref();
            return Ok(packed.and_then(|packed| packed.member(address, MAX_PICTURE_BYTES)));
        }
        let found = self.inside.iter().find(|one| one.address() == address);
        let Some(inline) = found else {
            return Ok(None);
        };
        if inline.len / 4 * 3 > MAX_PICTURE_BYTES {
            return Ok(None);
        }
        let mut text = vec![0; inline.len as usize];
        match &mut self.page {
            Place::File(file) => {
                file.seek(SeekFrom::Start(inline.start))?;
                file.read_exact(&mut text)?;
            }
            Place::Memory(bytes) => {
                let start = inline.start as usize;
                let end = start + text.len();
                text.copy_from_slice(&bytes[start..end]);
            }
        }
        Ok(inline::decode(&text))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    /// Any bytes as base64.
    fn base64(bytes: &[u8]) -> String {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for three in bytes.chunks(3) {
            let bits = three
                .iter()
                .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - three.len()));
            for place in 0..4 {
                text.push(if place > three.len() {
                    '='
                } else {
                    char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize])
                });
            }
        }
        text
    }

    fn picture(size: usize) -> Vec<u8> {
        (0..size).map(|at| (at * 7 % 251) as u8).collect()
    }

    #[test]
    fn r09_pictures_are_taken_out_of_the_text_and_read_back_one_by_one() {
        let (one, two) = (picture(300_001), picture(4_000));
        let html = format!(
            "<p>A</p><img alt=a src=\"data:image/png;base64,{}\"><p>B</p>\
             <style>@font-face{{src:url(data:font/woff2;base64,{})}}</style>\
             <img src='data:image/jpeg;base64,{}'><img src=data:image/gif;base64,R0lGODlhAQABAAAAACw=>",
            base64(&one),
            base64(&picture(90_000)),
            base64(&two)
        );
        let mut page = open(file(html.as_bytes()), 1 << 20, Purpose::Reading).unwrap();
        let addresses = page.addresses();
        assert_eq!(
            String::from_utf8_lossy(&page.html),
            format!(
                "<p>A</p><img src=\"{}\" alt=a><p>B</p>\
                 <style>@font-face{{src:url(data:,)}}</style><img src=\"{}\">\
                 <img src=data:image/gif;base64,R0lGODlhAQABAAAAACw=>",
                addresses[0], addresses[1]
            )
        );
        assert_eq!(addresses.len(), 2);
        assert_eq!(page.bytes_at(&addresses[0]).unwrap(), Some(one));
        assert_eq!(page.bytes_at(&addresses[1]).unwrap(), Some(two));
        let mut shown = open(file(html.as_bytes()), 1 << 20, Purpose::Replay).unwrap();
        let fonts: Vec<String> = shown
            .addresses()
            .into_iter()
            .filter(|address| !addresses.contains(address))
            .collect();
        assert_eq!(fonts.len(), 1);
        assert_eq!(shown.bytes_at(&fonts[0]).unwrap(), Some(picture(90_000)));
        assert_eq!(page.bytes_at("https://inside.invalid/2").unwrap(), None);
        assert_eq!(page.bytes_at("index.html").unwrap(), None);
    }

    #[test]
    fn r09_what_is_too_large_is_cut_and_not_read_on() {
        let html = format!("<p>{}", "x".repeat(3_000_000));
        let page = open(file(html.as_bytes()), 1 << 20, Purpose::Reading).unwrap();
        assert_eq!(page.html.len(), (1 << 20) + 1);
    }

    /// A page that is a ZIP as well, as SingleFile makes them.
    fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut bytes = b"<!doctype html><html data-sfz><script>unpack()</script><!--".to_vec();
        let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
        for (name, content) in members {
            let (mut entry, config) = archive
                .new_file(name)
                .compression_method(rawzip::CompressionMethod::DEFLATE)
                .start()
                .unwrap();
            let packer =
                flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
            let mut writer = config.wrap(packer);
            writer.write_all(content).unwrap();
            let (packer, descriptor) = writer.finish().unwrap();
            packer.finish().unwrap();
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap();
        bytes
    }

    #[test]
    fn a_page_that_is_a_zip_gives_its_index_and_its_members() {
        let bytes = packed(&[
            (
                "index.html",
                b"<p>Packed</p><img src=images/0.png data-src=/live.png>",
            ),
            ("images/0.png", &picture(50_000)),
        ]);
        let mut page = open(file(&bytes), 1 << 20, Purpose::Reading).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&page.html),
            "<p>Packed</p><img src=\"images/0.png\">"
        );
        assert_eq!(page.addresses(), ["images/0.png"]);
        assert_eq!(head(&file(&bytes)).unwrap(), Head::default());
        assert_eq!(
            page.bytes_at("images/0.png").unwrap(),
            Some(picture(50_000))
        );
        assert!(matches!(
            head(&file(&packed(&[("a.html", b"x")]))),
            Err(SentPageError::NoIndex)
        ));
    }

    #[test]
    fn x10_a_member_that_grows_a_thousand_times_stops_at_its_limit() {
        let bytes = packed(&[
            ("index.html", b"<p>x"),
            ("bomb.png", &vec![0; MAX_PICTURE_BYTES as usize + 1]),
        ]);
        assert!(bytes.len() < 200_000);
        let mut page = open(file(&bytes), 1 << 20, Purpose::Reading).unwrap();
        assert_eq!(page.bytes_at("bomb.png").unwrap(), None);
        let bytes = packed(&[("index.html", &vec![b' '; 9 << 20])]);
        assert_eq!(
            open(file(&bytes), 1 << 20, Purpose::Reading)
                .unwrap()
                .html
                .len(),
            (1 << 20) + 1
        );
    }

    #[test]
    fn x11_damaged_archives_and_any_bytes_do_no_harm() {
        let whole = packed(&[("index.html", b"<p>One</p>"), ("0.png", &picture(900))]);
        for cut in (0..whole.len()).step_by(7) {
            // Cut off, it is HTML again.
            let page = open(file(&whole[..cut]), 1 << 20, Purpose::Reading).unwrap();
            assert!(page.addresses().is_empty(), "cut at {cut}");
        }
        for at in 59..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            if let Ok(mut page) = open(file(&damaged), 1 << 20, Purpose::Reading) {
                for name in page.addresses() {
                    page.bytes_at(&name).unwrap();
                }
            }
        }
    }
}
