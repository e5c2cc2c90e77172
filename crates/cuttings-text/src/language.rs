//! Which language a text is in.
//!
//! Extraction calls [`choose`] with what the page declares; the pages call
//! [`is_rtl`].
//!
//! Pages declare the language of their template as readily as that of their
//! text, so a long text that plainly speaks another language wins.

use whatlang::Lang;

/// Characters of the text that are looked at. More does not change the answer.
const LOOKED_AT: usize = 4_000;

/// Letters below which a text is too short to guess from.
const MIN_LETTERS: usize = 60;

/// Letters from which a text may overrule what its page declares.
const MIN_LETTERS_TO_OVERRULE: usize = 300;

/// Letters that are enough where the script leaves no doubt.
const MIN_LETTERS_BY_SCRIPT: usize = 8;

/// The language of a text as a BCP 47 primary tag; `None` when the text is too
/// short or too mixed to say.
///
/// ```
/// use cuttings_text::language::detect;
///
/// let text = "The ferry left the old harbour before dawn, and nobody on the quay \
///             could say when it would be back.";
/// assert_eq!(detect(text), Some("en"));
/// assert_eq!(detect("OK"), None);
/// assert_eq!(detect("東京都の新しい港が開かれました"), Some("ja"));
/// ```
pub fn detect(text: &str) -> Option<&'static str> {
    let sample = sample(text);
    let letters = letters(&sample);
    let info = whatlang::detect(&sample)?;
    let by_script = matches!(
        info.lang(),
        Lang::Cmn | Lang::Jpn | Lang::Kor | Lang::Tha | Lang::Ell | Lang::Kat | Lang::Hye
    );
    let enough = if by_script {
        letters >= MIN_LETTERS_BY_SCRIPT
    } else {
        letters >= MIN_LETTERS && info.is_reliable()
    };
    if enough { tag(info.lang()) } else { None }
}

/// The language of an article as a BCP 47 tag, from what its page declares and
/// what its text speaks.
///
/// `declared` may be in any of the forms found on pages (`en_GB`, `EN-gb`); it
/// comes out as `en-GB`. It is believed, region and all, unless the text is long
/// and plainly in another language. Without a usable declaration the text decides.
///
/// ```
/// use cuttings_text::language::choose;
///
/// assert_eq!(choose(Some("EN_gb"), "Short."), Some("en-GB".to_owned()));
/// assert_eq!(choose(Some("x-default"), "Short."), None);
/// ```
pub fn choose(declared: Option<&str>, text: &str) -> Option<String> {
    let Some(declared) = declared.and_then(canonical) else {
        return detect(text).map(str::to_owned);
    };
    let primary = declared.split('-').next().unwrap_or(&declared);
    // Of a language the detector does not know it can only make another.
    if !Lang::all().iter().any(|&lang| tag(lang) == Some(primary)) {
        return Some(declared);
    }
    if letters(&sample(text)) >= MIN_LETTERS_TO_OVERRULE
        && let Some(spoken) = detect(text)
        && spoken != primary
        && !is_close(spoken, primary)
    {
        return Some(spoken.to_owned());
    }
    Some(declared)
}

/// Whether a language is usually written from right to left. `lang` is a BCP 47
/// tag; a script named in it decides.
///
/// ```
/// use cuttings_text::language::is_rtl;
///
/// assert!(is_rtl("ar") && is_rtl("he-IL") && is_rtl("pa-Arab"));
/// assert!(!is_rtl("en") && !is_rtl("az-Latn"));
/// ```
pub fn is_rtl(lang: &str) -> bool {
    let lower = lang.to_ascii_lowercase();
    let mut parts = lower.split(['-', '_']);
    let primary = parts.next().unwrap_or_default();
    if let Some(script) =
        parts.find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
    {
        return matches!(
            script,
            "arab" | "hebr" | "syrc" | "thaa" | "nkoo" | "adlm" | "rohg" | "samr" | "mand"
        );
    }
    matches!(
        primary,
        "ar" | "he"
            | "iw"
            | "fa"
            | "ur"
            | "yi"
            | "ji"
            | "ps"
            | "sd"
            | "ug"
            | "dv"
            | "ckb"
            | "ks"
            | "syr"
            | "arc"
            | "nqo"
            | "azb"
            | "pnb"
            | "lrc"
            | "mzn"
            | "glk"
    )
}

/// A declared tag in BCP 47 form: language, then script and region where given.
/// `None` when it names no language.
fn canonical(declared: &str) -> Option<String> {
    // Lists (`en, fr`) and encodings (`en_US.UTF-8`) are cut to their first part.
    let first = declared.trim().split([',', ';', ' ', '.', '@']).next()?;
    let mut parts = first.split(['-', '_']);
    let primary = parts.next()?.to_ascii_lowercase();
    if !(2..=3).contains(&primary.len()) || !primary.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    if matches!(primary.as_str(), "und" | "mul" | "zxx" | "mis") {
        return None;
    }
    let mut tag = short(&primary).to_owned();
    let mut seen_region = false;
    for part in parts {
        let alphabetic = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let numeric = part.bytes().all(|byte| byte.is_ascii_digit());
        if part.len() == 4 && alphabetic && !seen_region {
            tag.push('-');
            tag.push_str(&part[..1].to_ascii_uppercase());
            tag.push_str(&part[1..].to_ascii_lowercase());
        } else if (part.len() == 2 && alphabetic || part.len() == 3 && numeric) && !seen_region {
            tag.push('-');
            tag.push_str(&part.to_ascii_uppercase());
            seen_region = true;
        } else {
            break;
        }
    }
    Some(tag)
}

/// The tag that is used for a language where there are several.
fn short(primary: &str) -> &str {
    match primary {
        "nb" | "nn" | "nob" | "nno" | "nor" => "no",
        "iw" | "heb" => "he",
        "in" | "ind" => "id",
        "ji" | "yid" => "yi",
        "cmn" | "zho" | "chi" => "zh",
        other => Lang::from_code(other).and_then(tag).unwrap_or(other),
    }
}

/// Languages so near to each other that the page knows better.
fn is_close(one: &str, other: &str) -> bool {
    const FAMILIES: [&[&str]; 8] = [
        &["no", "da", "sv"],
        &["id", "jv", "ms"],
        &["hr", "sr", "bs", "sl", "mk"],
        &["cs", "sk"],
        &["hi", "mr", "ne"],
        &["nl", "af"],
        &["es", "ca", "gl", "pt"],
        &["ru", "uk", "be", "bg"],
    ];
    FAMILIES
        .iter()
        .any(|family| family.contains(&one) && family.contains(&other))
}

/// The middle of a long text, where it is most likely itself.
fn sample(text: &str) -> String {
    let chars = text.chars().count();
    text.chars()
        .skip(chars.saturating_sub(LOOKED_AT) / 2)
        .take(LOOKED_AT)
        .collect()
}

fn letters(text: &str) -> usize {
    text.chars().filter(|letter| letter.is_alphabetic()).count()
}

/// The BCP 47 primary tag of a detected language.
fn tag(lang: Lang) -> Option<&'static str> {
    Some(match lang.code() {
        "epo" => "eo",
        "eng" => "en",
        "rus" => "ru",
        "cmn" => "zh",
        "spa" => "es",
        "por" => "pt",
        "ita" => "it",
        "ben" => "bn",
        "fra" => "fr",
        "deu" => "de",
        "ukr" => "uk",
        "kat" => "ka",
        "ara" => "ar",
        "hin" => "hi",
        "jpn" => "ja",
        "heb" => "he",
        "yid" => "yi",
        "pol" => "pl",
        "amh" => "am",
        "jav" => "jv",
        "kor" => "ko",
        "nob" => "no",
        "dan" => "da",
        "swe" => "sv",
        "fin" => "fi",
        "tur" => "tr",
        "nld" => "nl",
        "hun" => "hu",
        "ces" => "cs",
        "ell" => "el",
        "bul" => "bg",
        "bel" => "be",
        "mar" => "mr",
        "kan" => "kn",
        "ron" => "ro",
        "slv" => "sl",
        "hrv" => "hr",
        "srp" => "sr",
        "mkd" => "mk",
        "lit" => "lt",
        "lav" => "lv",
        "est" => "et",
        "tam" => "ta",
        "vie" => "vi",
        "urd" => "ur",
        "tha" => "th",
        "guj" => "gu",
        "uzb" => "uz",
        "pan" => "pa",
        "aze" => "az",
        "ind" => "id",
        "tel" => "te",
        "pes" => "fa",
        "mal" => "ml",
        "ori" => "or",
        "mya" => "my",
        "nep" => "ne",
        "sin" => "si",
        "khm" => "km",
        "tuk" => "tk",
        "aka" => "ak",
        "zul" => "zu",
        "sna" => "sn",
        "afr" => "af",
        "lat" => "la",
        "slk" => "sk",
        "cat" => "ca",
        "tgl" => "tl",
        "hye" => "hy",
        "cym" => "cy",
        _ => return None,
    })
}
