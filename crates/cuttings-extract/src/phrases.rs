//! The words by which a line gives itself away as not the story.
//!
//! [`crate::lines`] asks these questions of single lines. No list holds a
//! site's name: what is listed is how such lines are put anywhere. An appeal is
//! told by the company its words keep ([`appeal`]), since none of them alone
//! says anything.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};

use crate::letters::{is_alphanumeric, push_lower};

/// Lower case, letters and digits only, single spaces.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parted = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // Words of ASCII are copied whole and made small at the end.
        let plain = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric());
        let (word, after) = rest.split_at(plain.unwrap_or(rest.len()));
        if !word.is_empty() || is_alphanumeric(c) {
            if parted && !out.is_empty() {
                out.push(' ');
            }
            parted = false;
        } else {
            parted = parted || !matches!(c, '\'' | '’' | '\u{ad}' | '\u{200b}');
        }
        if !word.is_empty() {
            out.push_str(word);
            rest = after;
            continue;
        }
        if is_alphanumeric(c) {
            push_lower(&mut out, c);
        }
        rest = &rest[c.len_utf8()..];
    }
    out.make_ascii_lowercase();
    out
}

/// Whether a line is a break that the author set between two parts of the text:
/// `___`, `* * *`.
pub fn is_break(text: &str) -> bool {
    let signs: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    (3..=12).contains(&signs.len())
        && matches!(signs[0], '_' | '*')
        && signs.iter().all(|sign| *sign == signs[0])
}

/// Whether two texts have the same words in the same order.
pub fn same_words(a: &str, b: &str) -> bool {
    let folded = fold(a);
    !folded.is_empty() && folded == fold(b)
}

/// Lines that are nothing else: labels and buttons, folded.
#[rustfmt::skip]
const WHOLE_LINES: &[&str] = &[
    "advertisement", "advertising", "ad", "ads", "anzeige", "werbung", "publicidad", "publicité",
    "publicite", "pubblicità", "reklama", "reklame", "annonse", "sponsored", "sponsored content",
    "promoted", "paid content", "advertisement continue reading below",
    "advertisement scroll to continue", "article continues below advertisement",
    "story continues below", "story continues below advertisement",
    "article continues after advertisement", "continue reading the main story",
    "scroll to continue", "scroll to continue with content", "share", "share this",
    "share this article", "share this story", "share this post", "share on facebook",
    "share on twitter", "share via email", "share article", "tweet", "tweet this", "pin", "pin it",
    "email", "print", "print article", "copy link", "print this page", "save", "save this",
    "save article", "like this", "like", "facebook", "twitter", "linkedin", "whatsapp",
    "pinterest", "reddit", "telegram", "instagram", "youtube", "flipboard", "mail", "e mail",
    "teilen", "drucken", "merken", "compartir", "partager", "condividi", "comments", "comment",
    "leave a comment", "leave a reply", "no comments", "no comments yet", "add a comment",
    "post a comment", "0 comments", "view comments", "show comments", "kommentare", "kommentieren",
    "read more", "read more articles", "related", "related articles", "related stories",
    "related posts", "related content", "related topics", "related news", "related links",
    "recommended", "recommended for you", "recommended reading", "recommended stories",
    "you may also like", "you might also like", "more stories", "more on this story",
    "more from this section", "more news", "more on this topic", "also read", "read also",
    "read next", "up next", "trending", "trending now", "most read", "most popular", "popular",
    "latest news", "latest stories", "top stories", "editors picks", "editor s picks", "dont miss",
    "see also", "mehr zum thema", "das könnte sie auch interessieren", "lesen sie auch",
    "weiterlesen", "mehr dazu", "zum thema", "lees ook", "lire aussi", "à lire aussi", "leer más",
    "lea también", "leia também", "leia mais", "saiba mais", "te puede interesar", "leggi anche",
    "potrebbe interessarti", "show more", "view more", "load more", "see more", "see all",
    "view all", "show all", "show less", "more", "less", "mehr anzeigen", "view gallery",
    "open gallery", "sign up", "subscribe", "subscribe now", "sign in", "log in", "login",
    "register", "join now", "follow us", "follow", "newsletter", "subscribe to our newsletter",
    "sign up for our newsletter", "abonnieren", "tags", "tag", "topics", "filed under",
    "categories", "category", "back to top", "top", "back", "next", "previous", "prev", "close",
    "menu", "skip to content", "loading", "loading more", "toggle caption", "hide caption",
    "enlarge this image", "click to enlarge", "view larger image", "image", "photo", "video",
    "play", "play video", "watch", "listen", "listen to article", "listen to this article",
    "audio", "by", "from", "via", "copy", "copied", "copy code", "link copied", "listen now",
    "report a typo", "send feedback", "was this helpful", "was this page helpful",
    "was this article helpful", "thank you", "thanks for reading", "about the author",
    "about author", "author", "author bio", "written by", "end of article", "table of contents",
    "in this article", "on this page", "contents", "on this article", "inhalt",
    "inhaltsverzeichnis", "startseite", "home", "shares", "views", "edit", "reply", "quote",
    "permalink", "source", "fonte", "quelle", "learn more", "find out more", "buy now", "shop now",
    "get started", "contact us", "download now", "try for free", "get a demo", "book a demo",
    "well known member", "active member", "member", "senior member", "junior member", "new member",
    "established member", "registered user", "moderator", "administrator", "staff member",
    "topic starter", "thread starter", "original poster", "discussion starter", "reply with quote",
    "click to expand", "visit site", "code select all", "start asking to get answers",
    "find the answer to your question by asking", "ask question", "explore related questions",
    "see similar questions with these tags", "you must log in to answer this question",
    "you must log in or register to reply here", "not open for further replies", "joined", "posts",
    "messages", "reaction score", "location", "upvotes", "bookmark", "favorite", "favourite",
    "add to favorites", "follow topics", "follow this author", "subscribe today",
    "join the conversation", "join the discussion", "have your say", "what do you think", "submit",
    "cancel", "ok", "more on this", "keep reading", "continue reading", "read full story",
    "story continues", "suggested reading", "previous article", "next article", "previous post",
    "next post", "post navigation", "share this page", "share this content", "share this entry",
    "like this post", "like this article", "enjoyed this article", "mostrar más", "ver más",
    "publicidade", "anuncio", "continua depois da publicidade", "advert", "be sociable share",
    "schon gelesen", "auch interessant", "highlights aus dem heft", "bild anzeigen",
    "this slideshow requires javascript", "diese diashow benötigt javascript",
    "teilen ist heilen", "artikel teilen", "beitrag teilen", "diesen artikel teilen",
    "diesen beitrag teilen", "seite drucken", "artikel drucken", "zurück", "nach oben",
    "zum seitenanfang", "zur übersicht", "zurück zur übersicht", "weitere artikel",
    "weitere beiträge", "weitere themen", "ähnliche artikel", "ähnliche beiträge", "caption",
    "rezept drucken", "print recipe", "externer inhalt", "bild anzeigen bild schließen",
    "vergrößern", "bild vergrößern", "agrandir", "ampliar", "kommentare geschlossen",
    "comments are closed", "comments closed", "noch keine bewertungen loading",
    "no ratings yet loading", "noch keine kommentare", "keine kommentare", "sin comentarios",
    "aucun commentaire", "nessun commento", "press enter or click to view image in full size",
    "thank you your submission has been received",
    "oops something went wrong while submitting the form",
];

static LABELS: LazyLock<HashSet<&str>> = LazyLock::new(|| WHOLE_LINES.iter().copied().collect());

/// How lines begin that point elsewhere, lower case, as printed.
#[rustfmt::skip]
const STARTS: &[&str] = &[
    "read more:", "read more about", "read more on", "read also:", "read also", "read:",
    "read next:", "also read:", "also read |", "also read", "related:", "related story:",
    "related article:", "related stories:", "related articles:", "related content:", "see also:",
    "see more:", "more:", "more from ", "more on this:", "more about:", "watch:", "watch |",
    "watch now:", "listen:", "don't miss:", "don’t miss:", "must read:", "must-read:",
    "recommended:", "you may also like:", "read | ", "read our ", "also on ", "lesen sie auch",
    "lesen sie hier", "lesen sie mehr", "mehr zum thema", "mehr dazu", "auch interessant",
    "das könnte sie auch", "lees ook", "lire aussi", "à lire aussi", "a lire aussi", "à lire :",
    "lea también", "lea además", "le puede interesar", "leia também", "leia mais", "veja também",
    "leggi anche", "te puede interesar", "vea también", "lea aquí", "читайте также",
    "czytaj także", "czytaj też", "czytaj również", "czytaj więcej", "zobacz też", "zobacz także",
    "zobacz również", "dowiedz się więcej", "puedes ver:", "mira:", "mira también", "lee también",
    "ver también", "lire également", "voir aussi", "vedi anche", "lees meer", "läs också",
    "les også", "læs også", "advertisement", "story continues below",
    "article continues below", "sign up for ", "sign up to ", "sign up here", "subscribe to ",
    "subscribe now", "subscribe for ", "click here to subscribe", "click here to read",
    "follow us on", "follow us:", "follow him on", "follow her on", "follow them on", "like us on",
    "join us on", "find us on", "connect with us", "share this:", "share this on", "share on:",
    "share:", "citation:", "like this story", "copyright ©", "© copyright", "copyright 20",
    "copyright 19", "(c) 20", "© 20", "©20", "© 19", "all rights reserved", "tags:", "tagged:",
    "tagged with", "tags |", "filed under", "filed in", "posted in", "posted under", "categories:",
    "category:", "topics:", "schlagwörter:", "schlagworte:", "etiquetas:", "keywords:",
    "the post ", "photo:",
    "photos:", "photo by", "photo credit", "photograph:", "image:", "image credit", "image via",
    "images:", "image source", "images via", "foto:", "fotos:", "bild:", "picture:", "credit:",
    "photo courtesy", "featured image", "getty images", "header image", "cover image",
    "main image", "lead image", "top image", "last updated", "last modified", "published on",
    "published:", "updated:", "updated on", "first published", "posted on ", "veröffentlicht am",
    "posted by ", "written by ", "written by:", "author:", "source:", "sources:", "quelle:",
    "fuente:", "via:", "view this post on instagram", "view this post", "show all ", "view all ",
    "see all ", "load more", "download the app", "download our app", "get the app",
    "listen to this article", "estimated reading time", "reading time", "lesezeit",
    "leave a comment", "comment on this", "join the conversation", "have a tip", "got a tip",
    "do you have a tip", "have a story", "get in touch", "got a story", "send us", "email us",
    "contact the author", "contact the reporter", "reach the reporter", "to comment on",
    "for more information, visit", "print this", "skip to", "back to", "return to",
    "support our journalism", "support independent", "become a member", "become a subscriber",
    "thank you for reading", "thanks for reading", "this post may contain affiliate",
    "this post contains affiliate", "this article contains affiliate", "we may earn",
    "disclosure:", "affiliate disclosure", "as an amazon associate", "for the latest",
    "for more news", "for more stories", "want more", "click here for more", "stay up to date",
    "stay updated", "keep up with", "get the latest", "get breaking news", "get our",
    "like what you", "enjoyed this", "if you enjoyed", "if you liked", "loved this",
    "did you like", "did you enjoy", "to read more", "to continue reading", "already a subscriber",
    "already a member", "please sign in", "please log in", "you must be logged in", "log in to",
    "sign in to", "you are currently", "please enable", "your browser", "copy link", "pin this",
    "pin it", "save for later", "jump to recipe", "责任编辑", "責任編輯", "编辑：", "編輯：", "来源：",
    "اقرأ أيضا", "اقرأ أيضًا",
];

/// What is asked of a reader.
#[rustfmt::skip]
const ASKS: &[&str] = &[
    "your support", "support us", "support our", "support the", "help us", "helps us", "donat",
    "contribut", "become a member", "become a subscriber", "become a supporter", "subscri",
    "sign up", "sign-up", "join us", "membership", "make a gift", "chip in", "give today",
    "as little as", "paid for", "fund our", "funded by", "please consider", "register for",
    "register now", "log in", "start your", "try it", "unsere arbeit", "unterstütz", "spende",
    "abonn", "anmelden", "jetzt lesen", "suscríb", "suscrib", "apoya", "apóya", "dona ", "abonnez",
    "soutenez", "soutenir", "inscrivez", "assine", "apoie", "abbona", "sostieni", "iscriviti",
    "bookmark", "follow us", "stay informed", "stay up to date", "we need your", "rely on",
    "relies on", "made possible by", "click here", "depend on", "depends on", "reader-supported",
    "readers like you", "support from", "choose not to", "keep bring", "favour to ask",
    "favor to ask", "it only takes", "if you can", "if everyone", "tax-deductible",
];

/// What the asking is for, or what is offered.
#[rustfmt::skip]
const CAUSES: &[&str] = &[
    "journalism", "reporting", "newsroom", "reporters", "journalists", "independent media",
    "paywall", "our work", "free press", "our coverage", "tell the story", "the story",
    "these stories", "critical stories", "important stories", "public interest", "nonprofit",
    "non-profit", "independent news", "open to all", "open for everyone", "quality news",
    "news outlet", "our readers", "makes all the difference", "trusted by", "journalismus",
    "journalisten", "redaktion", "periodismo", "periodistas", "journalisme", "jornalismo",
    "giornalismo", "indépendan", "independiente", "unabhängig", "newsletter", "inbox", "premium",
    "unlimited access", "full access", "e-mail", "email", "free trial", "cancel anytime",
    "cancel any time", "this article", "this content", "our app", "daily briefing",
    "breaking news", "posteingang", "probeabo", "correo", "boletín", "our channel",
    "your favourite", "your favorite", "latest news", "exclusive", "updates", "special offers",
    "alerts", "our mission", "ad-free", "podcast", "weekly digest", "straight to",
];

/// Words that speak to the reader.
#[rustfmt::skip]
const ADDRESS: &[&str] = &[
    " you ", " your ", " you'", " you’", "readers like you", " dein", " ihre ", " ihr ", " sie ",
    " tu ", " su ", " votre ", " vous ", " seu ", " você", " tuo ", " vostro", " tú ",
];

/// Words that speak for the outlet.
#[rustfmt::skip]
const OURSELVES: &[&str] = &[
    " we ", " our ", " us ", " we'", " we’", " wir ", " unser", " nuestr", " notre", " nous ",
    " nosso", " nostr", " nos ", " noi ",
];

/// A longer line is no appeal, whatever it says.
const MAX_APPEAL_BYTES: usize = 1198;

/// How strongly a line reads as an appeal to the reader: 0 not at all, 1 in
/// such company, 2 by itself.
///
/// A line that is in quotation marks, or that tells who said something, is a
/// statement of the story and never an appeal.
pub fn appeal(text: &str) -> u8 {
    if text.len() > MAX_APPEAL_BYTES || text.starts_with(['"', '“', '„', '«', '‘']) {
        return 0;
    }
    let lower = [" ", &text.to_lowercase(), " "].concat();
    let mut seen = [0_u8; 4];
    for hit in APPEALS.find_iter(&lower) {
        let list = APPEAL_OWNERS[hit.pattern().as_usize()];
        seen[list] = seen[list].saturating_add(1);
    }
    let [asks, causes, address, ourselves] = seen;
    let speaks = address > 0 || ourselves > 0;
    let asked = if asks > 0 && causes > 0 && speaks {
        2
    } else {
        u8::from((asks >= 2 && speaks) || (asks > 0 && causes >= 1) || (causes >= 2 && speaks))
    };
    // Asked last, because few lines come so far.
    if asked > 0 && tells_speech(&lower) {
        return 0;
    }
    asked
}

/// What only a notice about cookies says, lower case.
const COOKIE_NOTICES: &[&str] = &[
    "this website uses cookies",
    "this site uses cookies",
    "our website uses cookies",
    "we use cookies",
    "cookies are absolutely essential for the website",
    "cookies that may not be particularly necessary",
    "cookies will be stored in your browser",
    "verwendet cookies.",
    "website verwendet cookies",
    "seite verwendet cookies",
    "seite nutzt cookies",
    "wir verwenden cookies",
    "wir nutzen cookies",
    "nous utilisons des cookies",
    "ce site utilise des cookies",
    "utilizamos cookies",
    "este sitio utiliza cookies",
    "este sitio web utiliza cookies",
    "este site utiliza cookies",
    "questo sito utilizza",
];

/// Whether a line tells the visitor about cookies.
pub fn is_cookie_notice(text: &str) -> bool {
    if !COOKIE.is_match(text) {
        return false;
    }
    let lower = text.to_lowercase();
    !tells_speech(&lower) && COOKIE_NOTICES.iter().any(|notice| lower.contains(notice))
}

static COOKIE: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(["cookie"])
        .expect("one word is far below the automaton's limits")
});
/// Headings and lead-ins of the address block that closes a press release.
const CONTACTS: &[&str] = &[
    "kontakt",
    "pressekontakt",
    "medienkontakt",
    "ansprechpartner",
    "ansprechpartnerin",
    "ihr ansprechpartner",
    "ihre ansprechpartnerin",
    "wissenschaftlicher kontakt",
    "wissenschaftliche ansprechpartner",
    "weitere informationen",
    "weiterführende informationen",
    "weiterführende links",
    "rückfragehinweis",
    "rückfragen an",
    "contact",
    "contacts",
    "contact information",
    "press contact",
    "media contact",
    "media contacts",
    "for media inquiries",
    "contact presse",
    "contacts presse",
    "contacto",
    "contacto de prensa",
    "contato",
    "contatti",
    "originalpublikation",
    "original publication",
    "publication originale",
    "zusatzinformationen",
    "zum weiterlesen",
];

/// Whether a short line opens the address block at the end of a text.
pub fn opens_contact(text: &str) -> bool {
    if text.len() > 60 {
        return false;
    }
    CONTACTS.contains(&fold(text).as_str())
}

/// Whether a heading opens what the sender of a press release says of itself:
/// "About Example Inc.", "Über die Example AG".
pub fn opens_boilerplate(heading: &str) -> bool {
    let mut words = heading.split_whitespace();
    let lead = words.next().unwrap_or("").to_lowercase();
    matches!(lead.as_str(), "about" | "über" | "sobre")
        && heading.len() <= 60
        && !heading.ends_with('?')
        && heading
            .split_whitespace()
            .last()
            .is_some_and(|word| word.chars().next().is_some_and(char::is_uppercase))
}

/// Words by which a line tells what somebody said.
const SPEECH: &[&str] = &[
    " said",
    " says ",
    " told ",
    " added ",
    " sagte ",
    " dijo ",
    " a dit ",
    " disse ",
    " according to a ",
];

fn tells_speech(lower: &str) -> bool {
    SPEAKING.is_match(lower)
}

static SPEAKING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(SPEECH).expect("the list above is fixed and far below the automaton's limits")
});

static APPEAL_OWNERS: LazyLock<Vec<usize>> = LazyLock::new(|| {
    [ASKS, CAUSES, ADDRESS, OURSELVES]
        .iter()
        .enumerate()
        .flat_map(|(at, list)| list.iter().map(move |_| at))
        .collect()
});

static APPEALS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    // Every line of every story is read by it: a table is worth its building.
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .kind(Some(AhoCorasickKind::DFA))
        .build(
            [ASKS, CAUSES, ADDRESS, OURSELVES]
                .iter()
                .flat_map(|list| list.iter()),
        )
        .expect("the lists above are fixed and far below the automaton's limits")
});

/// Whether a line is a label or a button and nothing else.
pub fn is_label(text: &str) -> bool {
    if text.len() < 300 && is_shortcode(text) {
        return true;
    }
    if text.len() > 60 {
        return false;
    }
    let folded = fold(text);
    // A number alone, and what a template left unfilled.
    if folded.bytes().all(|b| b.is_ascii_digit()) || text.starts_with("{{") || is_shortcode(text) {
        return true;
    }
    if LABELS.contains(folded.as_str()) {
        return true;
    }
    if [
        "posts ",
        "join date ",
        "joined ",
        "messages ",
        "reaction score ",
        "location ",
        "upvotes ",
        "post by ",
        "posts 1",
    ]
    .iter()
    .any(|lead| {
        folded.strip_prefix(lead).is_some_and(|rest| {
            rest.split(' ').count() <= 3 && rest.bytes().any(|b| b.is_ascii_digit())
        })
    }) {
        return true;
    }
    // "Show all 3", "12 comments", "Share 5", "Photo 3 of 12"
    let words: Vec<&str> = folded
        .split(' ')
        .filter(|word| !word.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    words.len() < folded.split(' ').count()
        && (LABELS.contains(words.join(" ").as_str())
            || matches!(
                words.join(" ").as_str(),
                "of" | "shares"
                    | "image of"
                    | "photo of"
                    | "min read"
                    | "minute read"
                    | "minutes read"
                    | "views"
                    | "slide of"
                    | "likes"
                    | "votes"
                    | "reviews"
                    | "ratings"
                    | "replies"
                    | "min"
            ))
}

/// Whether a line begins with a tag that the publishing system should have
/// replaced: `[button link="…"]`, `[vc_row]`.
fn is_shortcode(text: &str) -> bool {
    let Some(inside) = text
        .strip_prefix('[')
        .and_then(|rest| rest.split(']').next())
    else {
        return false;
    };
    let name = inside.split(' ').next().unwrap_or("");
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && (name.contains('_') || inside.contains('='))
}

/// How notes of the page on itself begin, lower case, as printed: how to cite it,
/// when it was filed, what is earned by it, whose the pictures are.
#[rustfmt::skip]
const NOTES: &[&str] = &[
    "citation:", "suggested citation", "zitiervorschlag", "zitierhinweis", "how to cite this",
    "cite this article", "this entry was posted", "dieser eintrag wurde", "dieser beitrag wurde am",
    "der beitrag wurde am", "this post contains references to products",
    "we recommend the best products", "letzte aktualisierung am", "(alle angaben ohne gewähr",
    "alle angaben ohne gewähr", "beitragsbild:", "titelbild:", "abbildung:", "bildnachweis",
    "sofern nicht anders", "unless otherwise noted", "unless otherwise stated",
    "except where otherwise noted", "note: we may earn", "prices and availability",
    "materiał chroniony prawem", "dieser beitrag enthält werbung",
    "dieser artikel enthält affiliate", "dieser beitrag enthält affiliate", "anzeige, enthält",
    "bei fragen und anregungen zu diesem",
];

/// Whether a line is a note of the page on itself, however long.
pub fn is_note(text: &str) -> bool {
    let start = lower_start(text);
    let start = start.trim_start_matches(['*', '(', '[', ' ', '–', '—']);
    NOTE.is_match(Input::new(start).anchored(Anchored::Yes))
}

static NOTE: LazyLock<AhoCorasick> = LazyLock::new(|| at_start(NOTES));

/// The first signs of a line in lower case: no phrase it can begin with is longer.
fn lower_start(text: &str) -> String {
    let mut start = String::with_capacity(96);
    for c in text.chars().take(48) {
        push_lower(&mut start, c);
    }
    start
}

/// An automaton for what texts begin with.
fn at_start(phrases: &[&str]) -> AhoCorasick {
    AhoCorasick::builder()
        .start_kind(StartKind::Anchored)
        .build(phrases)
        .expect("the lists here are fixed and far below the automaton's limits")
}

/// How headings begin over what is not the story, folded.
#[rustfmt::skip]
const OTHER_PARTS: &[&str] = &[
    "related articles", "related posts", "related stories", "related content", "related news",
    "related links", "related topics", "related reading", "related resources", "related coverage",
    "more from", "more great", "more stories", "more articles", "more on this", "more news",
    "more posts", "more in ", "more to read", "more like this", "you may also", "you might also",
    "you might like", "you may like", "recommended", "read next", "up next", "keep reading",
    "further reading on", "also on", "trending", "most read", "most popular", "popular posts",
    "popular articles", "latest news", "latest articles", "latest posts", "latest stories",
    "latest from", "recent posts", "recent articles", "top stories", "other articles",
    "similar articles", "similar posts", "dont miss", "editors picks", "what to read next",
    "continue reading", "suggested", "about the author", "about the reviewer", "about the writer",
    "about the contributor", "about author", "author bio", "meet the author", "leave a comment",
    "leave a reply", "post a comment", "comments", "join the conversation", "join the discussion",
    "discussion about this post", "reader comments", "add a comment", "write a comment",
    "submit a comment", "reader interactions", "share this", "follow us", "connect with us",
    "stay connected", "get in touch", "subscribe", "sign up for", "newsletter",
    "join our newsletter", "join our mailing", "get our newsletter", "stay in the loop",
    "stay up to date", "stay informed", "get the latest", "das könnte sie auch", "mehr zum thema",
    "weitere artikel", "ähnliche artikel", "ähnliche beiträge", "kommentare",
    "kommentar schreiben", "schreibe einen kommentar", "schreiben sie einen kommentar",
    "über den autor", "über die autorin", "weitere beiträge", "neueste beiträge", "meistgelesen",
    "auch interessant", "verwandte artikel", "diesen beitrag teilen", "das könnte dich auch",
    "sie könnten auch", "das könnte ihnen", "vous aimerez aussi", "vous aimerez peut être",
    "articles similaires", "à lire aussi", "sur le même sujet", "laisser un commentaire",
    "commentaires", "artículos relacionados", "noticias relacionadas", "te puede interesar",
    "también te puede", "comentarios", "deja un comentario", "articoli correlati",
    "potrebbe interessarti", "leggi anche", "commenti", "leia também", "notícias relacionadas",
    "comentários", "gerelateerde", "lees ook", "reacties", "関連記事", "おすすめ", "相关", "相關", "похожие",
    "читайте также", "комментарии",
];

/// What leads to the name of who made a picture, as printed.
#[rustfmt::skip]
const CREDITS: &[&str] = &[
    "Foto: ", "Fotos: ", "Photo: ", "Photos: ", "Bild: ", "Bilder: ", "Image: ", "Credit: ",
    "Foto/", "Photo/", "Photo by ", "Photo via ", "Photo courtesy ", "Foto © ", "Crédito: ",
    "Photograph: ", "Illustration: ", "Grafik: ", "Фото: ", "fot. ",
];

static CREDIT: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(CREDITS).expect("the list above is fixed and far below the automaton's limits")
});

/// Whether a line ends, after a sentence or in brackets, with who made a picture,
/// as captions without markup do: "The pier on Tuesday. Photo: Ada Byron".
pub fn ends_with_credit(text: &str) -> bool {
    if !CREDIT.is_match(text) {
        return false;
    }
    let text = text.trim_end_matches([')', '.', ' ']);
    CREDITS.iter().any(|lead| {
        text.rfind(lead).is_some_and(|at| {
            let (before, name) = (text[..at].trim_end(), &text[at + lead.len()..]);
            before.ends_with(['.', '(', '|', '!', '?', '/', '–', '-'])
                && !name.is_empty()
                && name.split_whitespace().count() <= 6
        })
    })
}

/// Whether a heading opens a part of the page that is not the story.
pub fn opens_other_part(heading: &str) -> bool {
    if heading.chars().count() > 60 {
        return false;
    }
    let folded = fold(heading);
    OTHER_PARTS.iter().any(|phrase| {
        folded.strip_prefix(phrase).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(' ') || phrase.ends_with(' ') || !phrase.is_ascii()
        })
    })
}

/// Whether a line begins in one of the ways that lead away from the story.
pub fn leads_away(text: &str) -> bool {
    let start = lower_start(text);
    let start = start.trim_start_matches([
        '>', '»', '→', '►', '▶', '•', '*', '-', '[', '(', '|', '–', '—', ' ', '+',
    ]);
    WAYS_AWAY.is_match(Input::new(start).anchored(Anchored::Yes))
}

/// Whether a line of a quotation is the button that unfolds it, as forums have.
pub fn unfolds(text: &str) -> bool {
    const BUTTON: &str = "click to expand";
    text.get(..BUTTON.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(BUTTON))
        && !text[BUTTON.len()..].contains(char::is_alphanumeric)
}

/// Whether a line of a quotation is the link of an embedded post to itself.
pub fn names_its_post(text: &str) -> bool {
    const LEAD: &str = "view this post";
    text.get(..LEAD.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(LEAD))
}

static WAYS_AWAY: LazyLock<AhoCorasick> = LazyLock::new(|| at_start(STARTS));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appeal_is_told_in_any_outlets_words() {
        for line in [
            "Your support helps us to tell the story",
            "We rely on readers like you to fund our journalism. Please consider a donation.",
            "Sign up for our newsletter and get the best stories in your inbox.",
            "Unterstützen Sie unabhängigen Journalismus mit Ihrer Spende.",
            "Apoya nuestro periodismo: dona hoy.",
        ] {
            assert!(appeal(line) >= 1, "{line}");
        }
    }

    #[test]
    fn a_story_about_support_is_no_appeal() {
        for line in [
            "“The support that we are providing together for Ukraine is now making a difference,” Stoltenberg said.",
            "NATO wants to continue supporting Kyiv while avoiding being drawn into direct conflict.",
            "The senator's campaign raised millions in donations last month.",
        ] {
            assert_eq!(appeal(line), 0, "{line}");
        }
    }

    #[test]
    fn a_label_with_a_number_is_a_label() {
        for line in [
            "Show all 3",
            "Advertisement",
            "12 Comments",
            "Share this:",
            "Oops! Something went wrong while submitting the form.",
            "…",
        ] {
            assert!(is_label(line), "{line}");
        }
        assert!(!is_label("Shares fell by a third"));
    }

    #[test]
    fn a_credit_at_the_end_of_a_line_tells_a_caption() {
        for line in [
            "The pier on Tuesday. Photo: Ada Byron",
            "Der Steg am Dienstag (Foto: Ada Byron)",
            "Four boats left the pier this week. | Photo by Ada Byron",
        ] {
            assert!(ends_with_credit(line), "{line}");
        }
        for line in [
            "She put down one word below the Photo: pier.",
            "He kept the photo by the window of the room.",
        ] {
            assert!(!ends_with_credit(line), "{line}");
        }
    }
}
