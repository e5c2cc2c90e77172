//! From the bytes of a page to its text: which encoding, and says who.
//!
//! [`decode`] is called on every page that was fetched, imported or replayed,
//! before [`crate::parse()`].
//!
//! Labels are wrong often enough that none is simply believed: bytes that are
//! valid UTF-8 are UTF-8 whatever the label says, and a label under which the
//! bytes make no sense loses against the detector. UTF-7 is never decoded:
//! pages in it exist to smuggle markup past filters.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, CoderResult, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_2022_JP, ISO_8859_5,
    ISO_8859_6, ISO_8859_7, ISO_8859_8, KOI8_R, KOI8_U, REPLACEMENT, SHIFT_JIS, UTF_8, UTF_16BE,
    UTF_16LE, WINDOWS_874, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1255, WINDOWS_1256,
};

use crate::label;

/// How many bytes the detector reads, from shortly before the first one that
/// is not ASCII.
const DETECTION_BYTES: usize = 512 * 1024;

/// How many bytes outside ASCII the detector must have seen before it may
/// overrule a label.
const SURE_NON_ASCII: usize = 16;

/// A page as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without byte order mark. Bytes that mean nothing became
    /// U+FFFD; a character that is cut off at the end is left out.
    pub text: String,
    /// The encoding's name in the Encoding Standard, such as `UTF-8` or
    /// `windows-1252`.
    pub encoding: &'static str,
    /// What the choice rests on.
    pub source: EncodingSource,
    /// Whether bytes had to be replaced.
    pub had_errors: bool,
}

/// What the choice of an encoding rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EncodingSource {
    /// A byte order mark.
    Bom,
    /// The `charset` of the HTTP header.
    Header,
    /// `<meta charset>`, `<meta http-equiv>` or an XML declaration.
    Meta,
    /// The bytes themselves.
    Detected,
    /// Nothing: the page is plain ASCII without any label.
    Default,
}

/// Decodes a page.
///
/// - `bytes`: the page, complete or cut off anywhere.
/// - `content_type`: the value of the HTTP header `Content-Type`, if any.
///
/// In order: a byte order mark, the header, a label in the first 4,096 bytes
/// of the page, the detector. A label counts only as far as the bytes bear it
/// out. Never fails; poor input gives U+FFFD and `had_errors`.
///
/// ```
/// # use cuttings_html::decode::{EncodingSource, decode};
/// let page = decode(b"<p>caf\xe9", Some("text/html; charset=ISO-8859-1"));
/// assert_eq!(page.text, "<p>caf\u{e9}");
/// assert_eq!(page.encoding, "windows-1252");
/// assert_eq!(page.source, EncodingSource::Header);
///
/// // The same header over UTF-8 bytes is a mistake.
/// let page = decode(b"<p>caf\xc3\xa9", Some("text/html; charset=ISO-8859-1"));
/// assert_eq!(page.text, "<p>caf\u{e9}");
/// assert_eq!(page.source, EncodingSource::Detected);
/// ```
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    if let Some((encoding, mark_length)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, EncodingSource::Bom, &bytes[mark_length..]);
    }
    let (encoding, source) = choose(bytes, content_type);
    decode_as(encoding, source, bytes)
}

fn choose(bytes: &[u8], content_type: Option<&str>) -> (&'static Encoding, EncodingSource) {
    if let Some(encoding) = utf_16_by_shape(bytes) {
        let declared = content_type.and_then(label::in_content_type);
        let source = if declared == Some(encoding) {
            EncodingSource::Header
        } else {
            EncodingSource::Detected
        };
        return (encoding, source);
    }

    let header = content_type
        .and_then(label::in_content_type)
        .map(|encoding| (encoding, EncodingSource::Header));
    let meta = label::in_page(bytes).map(|encoding| (encoding, EncodingSource::Meta));
    // UTF-16 was found above if it was there at all, and the bytes that remain
    // would make an empty page of the encodings the standard replaces.
    let labels: Vec<_> = [header, meta]
        .into_iter()
        .flatten()
        .filter(|(encoding, _)| ![UTF_16LE, UTF_16BE, REPLACEMENT].contains(encoding))
        .collect();

    let evidence = Evidence::of(bytes);
    if let Some(&(encoding, source)) = labels
        .iter()
        .find(|(encoding, _)| evidence.bears_out(encoding, bytes))
    {
        return (encoding, source);
    }
    if evidence.non_ascii == 0 && !evidence.has_escape {
        let default = (UTF_8, EncodingSource::Default);
        return labels.first().copied().unwrap_or(default);
    }
    if evidence.utf8_sequences > 0 && evidence.utf8_errors == 0 {
        return (UTF_8, EncodingSource::Detected);
    }
    match (evidence.guess, labels.first()) {
        (Some(guess), Some(&(encoding, source))) if guess == encoding => (encoding, source),
        (Some(guess), _) => (guess, EncodingSource::Detected),
        (None, Some(&label)) => label,
        (None, None) => (UTF_8, EncodingSource::Default),
    }
}

/// What the bytes say about their encoding.
struct Evidence {
    non_ascii: usize,
    has_escape: bool,
    /// Characters of two bytes or more that are valid in UTF-8.
    utf8_sequences: usize,
    /// Places that are not valid in UTF-8, a cut-off end not counted.
    utf8_errors: usize,
    /// What the detector believes; none when everything is ASCII or UTF-8.
    guess: Option<&'static Encoding>,
}

impl Evidence {
    fn of(bytes: &[u8]) -> Self {
        let first_non_ascii = Encoding::ascii_valid_up_to(bytes);
        let has_escape = memchr::memchr(0x1B, bytes).is_some();
        let (utf8_sequences, utf8_errors) = count_utf8(&bytes[first_non_ascii..]);
        let mut evidence = Self {
            non_ascii: bytes[first_non_ascii..]
                .iter()
                .filter(|byte| !byte.is_ascii())
                .count(),
            has_escape,
            utf8_sequences,
            utf8_errors,
            guess: None,
        };
        if utf8_errors > 0 || (has_escape && evidence.non_ascii == 0) {
            let start = if evidence.non_ascii == 0 {
                0
            } else {
                first_non_ascii.saturating_sub(256)
            };
            let end = bytes.len().min(start + DETECTION_BYTES);
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
            detector.feed(&bytes[start..end], end == bytes.len());
            let guess = detector.guess(None, Utf8Detection::Deny);
            // With nothing but ASCII the guess is a formality, unless escape
            // sequences were understood.
            if evidence.non_ascii > 0 || guess == ISO_2022_JP {
                evidence.guess = Some(guess);
            }
        }
        evidence
    }

    /// Whether the bytes may well be in the encoding that a label names.
    fn bears_out(&self, label: &'static Encoding, bytes: &[u8]) -> bool {
        if self.guess == Some(ISO_2022_JP) || self.non_ascii == 0 {
            // Only ASCII bytes: either escape sequences matter or nothing does.
            return self.guess.is_none() || label == ISO_2022_JP;
        }
        if label == UTF_8 {
            // A few broken characters in a page of good ones are an accident of
            // the page, not another encoding.
            return self.utf8_errors == 0 || self.utf8_sequences >= 4 * self.utf8_errors;
        }
        if self.utf8_errors == 0 {
            // Two or three bytes of a legacy encoding can look like UTF-8 by
            // chance, though hardly in Western languages.
            return label != WINDOWS_1252 && self.utf8_sequences < 3;
        }
        !self.contradicts(label, bytes)
    }

    /// Whether the detector is sure that `label` is wrong.
    fn contradicts(&self, label: &'static Encoding, bytes: &[u8]) -> bool {
        let Some(guess) = self.guess else {
            return false;
        };
        if same_family(guess, label) || self.non_ascii < SURE_NON_ASCII {
            return false;
        }
        // Among alphabets that share most letters a guess proves little.
        if !is_distinctive(guess) && !is_distinctive(label) {
            return false;
        }
        // Windows-1252 allows every byte and is what is written when nobody
        // thought about it, so there the guess alone decides.
        let label_is_poor =
            label == WINDOWS_1252 || has_errors(label, bytes) || is_kana_soup(label, bytes);
        label_is_poor && !has_errors(guess, bytes)
    }
}

/// Whether most of the page would be half-width katakana: what any other
/// double-byte encoding looks like when read as Shift_JIS.
fn is_kana_soup(label: &'static Encoding, bytes: &[u8]) -> bool {
    if label != SHIFT_JIS {
        return false;
    }
    let text = decode_as(label, EncodingSource::Detected, bytes).text;
    let mut kana = 0;
    let mut others = 0;
    for character in text.chars().filter(|character| !character.is_ascii()) {
        if ('\u{FF61}'..='\u{FF9F}').contains(&character) {
            kana += 1;
        } else {
            others += 1;
        }
    }
    kana > others
}

/// The number of valid sequences longer than a byte and of errors in `bytes`
/// read as UTF-8.
fn count_utf8(bytes: &[u8]) -> (usize, usize) {
    let mut sequences = 0;
    let mut errors = 0;
    let mut rest = bytes;
    loop {
        let (valid, error) = match std::str::from_utf8(rest) {
            Ok(valid) => (valid, None),
            Err(error) => {
                let good = &rest[..error.valid_up_to()];
                let valid = std::str::from_utf8(good).unwrap_or_default();
                (valid, Some(error))
            }
        };
        // Every lead byte of a longer sequence is 0xC2 or more.
        sequences += valid.bytes().filter(|&byte| byte >= 0xC2).count();
        let Some(error) = error else { break };
        let Some(length) = error.error_len() else {
            break;
        };
        errors += 1;
        rest = &rest[error.valid_up_to() + length..];
    }
    (sequences, errors)
}

/// UTF-16 without a mark, known by the zero bytes beside its ASCII markup.
fn utf_16_by_shape(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096)];
    let pairs = sample.len() / 2;
    if pairs < 4 || !sample.contains(&0) {
        return None;
    }
    let mut little = 0;
    let mut big = 0;
    for pair in sample.chunks_exact(2) {
        match (pair[0], pair[1]) {
            (1..=0x7F, 0) => little += 1,
            (0, 1..=0x7F) => big += 1,
            _ => {}
        }
    }
    let is_most = |these: usize, those: usize| these * 4 >= pairs && those * 16 <= these;
    if is_most(little, big) {
        Some(UTF_16LE)
    } else if is_most(big, little) {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn same_family(a: &'static Encoding, b: &'static Encoding) -> bool {
    const FAMILIES: [&[&Encoding]; 5] = [
        &[GBK, GB18030],
        &[KOI8_R, KOI8_U],
        &[WINDOWS_1253, ISO_8859_7],
        &[WINDOWS_1255, ISO_8859_8],
        &[WINDOWS_1256, ISO_8859_6],
    ];
    a == b
        || FAMILIES
            .iter()
            .any(|family| family.contains(&a) && family.contains(&b))
}

/// Whether text in this encoding looks like nothing else: multi-byte, or an
/// alphabet other than the Latin one.
fn is_distinctive(encoding: &'static Encoding) -> bool {
    [
        BIG5,
        EUC_JP,
        EUC_KR,
        GB18030,
        GBK,
        IBM866,
        ISO_8859_5,
        ISO_8859_6,
        ISO_8859_7,
        ISO_8859_8,
        KOI8_R,
        KOI8_U,
        SHIFT_JIS,
        WINDOWS_1251,
        WINDOWS_1253,
        WINDOWS_1255,
        WINDOWS_1256,
        WINDOWS_874,
    ]
    .contains(&encoding)
}

fn has_errors(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    decode_as(encoding, EncodingSource::Detected, bytes).had_errors
}

fn decode_as(encoding: &'static Encoding, source: EncodingSource, bytes: &[u8]) -> Decoded {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() + 16);
    let mut had_errors = false;
    let mut rest = bytes;
    loop {
        // Never the last piece: the decoder then keeps a cut-off character to
        // itself instead of replacing it.
        let (result, read, replaced) = decoder.decode_to_string(rest, &mut text, false);
        had_errors |= replaced;
        rest = &rest[read..];
        match result {
            CoderResult::InputEmpty => break,
            CoderResult::OutputFull => text.reserve(rest.len() + rest.len() / 2 + 64),
        }
    }
    Decoded {
        text,
        encoding: encoding.name(),
        source,
        had_errors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JAPANESE: &str = "<title>天気予報</title><p>東京では明日の朝から雨が降るでしょう。傘を忘れずにお出かけください。";
    const CHINESE: &str =
        "<p>北京明天有小雨，气温下降，请注意保暖。市民出行时请携带雨具，注意交通安全。";
    const RUSSIAN: &str =
        "<p>В Москве завтра ожидается дождь, температура воздуха понизится до семи градусов.";
    const GERMAN: &str = "<p>Überall in Köln fällt Regen, heißt es früh. Die Flüsse führen Hochwasser, größere Schäden gibt es nicht.";

    fn in_encoding(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        let (bytes, _, unmappable) = encoding.encode(text);
        assert!(!unmappable, "the sample fits the encoding");
        bytes.into_owned()
    }

    fn in_utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    fn type_with(label: &str) -> String {
        format!("text/html; charset={label}")
    }

    #[test]
    fn a_mark_wins_over_every_label() {
        let mut bytes = b"\xEF\xBB\xBF".to_vec();
        bytes.extend_from_slice(GERMAN.as_bytes());
        let page = decode(&bytes, Some("text/html; charset=iso-8859-1"));
        assert_eq!((page.text.as_str(), page.encoding), (GERMAN, "UTF-8"));
        assert_eq!(page.source, EncodingSource::Bom);

        let mut bytes = vec![0xFE, 0xFF];
        bytes.extend(in_utf_16(JAPANESE, u16::to_be_bytes));
        let page = decode(&bytes, Some("text/html; charset=utf-8"));
        assert_eq!((page.text.as_str(), page.encoding), (JAPANESE, "UTF-16BE"));
    }

    #[test]
    fn utf_16_is_known_without_a_mark() {
        let markup = format!("<html><head><meta charset=utf-8></head><body>{JAPANESE}");
        let page = decode(&in_utf_16(&markup, u16::to_le_bytes), None);
        assert_eq!(
            (page.text.as_str(), page.encoding),
            (markup.as_str(), "UTF-16LE")
        );
        assert_eq!(page.source, EncodingSource::Detected);
        let page = decode(&in_utf_16(&markup, u16::to_be_bytes), Some("text/html"));
        assert_eq!(page.encoding, "UTF-16BE");
        let declared = "text/html;charset=utf-16le";
        let page = decode(&in_utf_16(&markup, u16::to_le_bytes), Some(declared));
        assert_eq!(page.source, EncodingSource::Header);
    }

    #[test]
    fn a_utf_16_label_over_ascii_bytes_is_ignored() {
        let page = decode(b"<p>plain words", Some("text/html; charset=utf-16"));
        assert_eq!(page.text, "<p>plain words");
    }

    #[test]
    fn right_labels_are_followed() {
        let cases = [
            (JAPANESE, SHIFT_JIS, "shift_jis"),
            (JAPANESE, EUC_JP, "euc-jp"),
            (JAPANESE, ISO_2022_JP, "iso-2022-jp"),
            (CHINESE, GBK, "gb2312"),
            (RUSSIAN, WINDOWS_1251, "windows-1251"),
            (RUSSIAN, KOI8_R, "koi8-r"),
            (GERMAN, WINDOWS_1252, "iso-8859-1"),
        ];
        for (text, encoding, label) in cases {
            let bytes = in_encoding(text, encoding);
            let page = decode(&bytes, Some(&type_with(label)));
            assert_eq!(
                (page.text.as_str(), page.source),
                (text, EncodingSource::Header)
            );

            let marked = format!("<meta charset=\"{label}\">{text}");
            let page = decode(&in_encoding(&marked, encoding), None);
            assert_eq!(
                (page.text.as_str(), page.source),
                (marked.as_str(), EncodingSource::Meta)
            );
            assert!(!page.had_errors);
        }
    }

    #[test]
    fn wrong_labels_lose_against_the_bytes() {
        let cases = [
            (GERMAN, UTF_8, "iso-8859-1"),
            (JAPANESE, UTF_8, "shift_jis"),
            (CHINESE, UTF_8, "gb2312"),
            (GERMAN, WINDOWS_1252, "utf-8"),
            (RUSSIAN, WINDOWS_1251, "utf-8"),
            (RUSSIAN, WINDOWS_1251, "iso-8859-1"),
            (JAPANESE, SHIFT_JIS, "utf-8"),
            (JAPANESE, SHIFT_JIS, "iso-8859-1"),
            (JAPANESE, EUC_JP, "shift_jis"),
            (JAPANESE, ISO_2022_JP, "utf-8"),
            (CHINESE, GBK, "big5"),
        ];
        for (text, encoding, label) in cases {
            let bytes = in_encoding(text, encoding);
            let page = decode(&bytes, Some(&type_with(label)));
            assert_eq!(page.text, text, "{} labelled {label}", encoding.name());
            assert_eq!(page.source, EncodingSource::Detected);
        }
    }

    #[test]
    fn a_header_that_fails_gives_way_to_a_meta_that_fits() {
        let page = format!("<meta charset=windows-1252>{GERMAN}");
        let decoded = decode(
            &in_encoding(&page, WINDOWS_1252),
            Some("text/html; charset=utf-8"),
        );
        assert_eq!((decoded.text, decoded.source), (page, EncodingSource::Meta));
    }

    #[test]
    fn one_broken_byte_does_not_turn_a_utf8_page_into_another_encoding() {
        let mut bytes = GERMAN.as_bytes().to_vec();
        bytes.push(0xFF);
        bytes.extend_from_slice(b" end");
        let page = decode(&bytes, Some("text/html; charset=utf-8"));
        assert_eq!(page.text, format!("{GERMAN}\u{FFFD} end"));
        assert!(page.had_errors);
        assert_eq!(page.source, EncodingSource::Header);
    }

    #[test]
    fn unlabelled_pages_are_detected() {
        for (text, encoding) in [
            (JAPANESE, SHIFT_JIS),
            (JAPANESE, EUC_JP),
            (JAPANESE, ISO_2022_JP),
            (RUSSIAN, WINDOWS_1251),
            (CHINESE, GBK),
            (GERMAN, UTF_8),
            (GERMAN, WINDOWS_1252),
        ] {
            let page = decode(&in_encoding(text, encoding), None);
            assert_eq!(page.text, text, "{}", encoding.name());
            assert_eq!(page.source, EncodingSource::Detected);
        }
    }

    #[test]
    fn utf_7_stays_as_it_stands() {
        let smuggled = "+ADw-script+AD4-alert(1)+ADw-/script+AD4-";
        for content_type in [None, Some("text/html; charset=utf-7")] {
            assert_eq!(decode(smuggled.as_bytes(), content_type).text, smuggled);
        }
    }

    #[test]
    fn a_character_cut_off_at_the_end_is_left_out() {
        let bytes = JAPANESE.as_bytes();
        let page = decode(&bytes[..bytes.len() - 1], None);
        assert_eq!(page.text, &JAPANESE[..JAPANESE.len() - 3]);
        assert!(!page.had_errors);
        let bytes = in_encoding(JAPANESE, EUC_JP);
        let page = decode(&bytes[..bytes.len() - 1], Some("text/html; charset=euc-jp"));
        assert!(!page.had_errors);
    }

    #[test]
    fn plain_ascii_without_a_label_is_utf_8_by_default() {
        let page = decode(b"<p>plain", None);
        assert_eq!(
            (page.encoding, page.source),
            ("UTF-8", EncodingSource::Default)
        );
        assert_eq!(decode(b"", None).text, "");
    }
}
