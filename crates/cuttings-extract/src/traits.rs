//! What the class, id and role of an element say it is for.
//!
//! [`crate::page`] asks once for each element. Names are brought into one
//! shape (`adSlot_top` becomes `-ad-slot-top-`) and read by one automaton, so
//! the cost does not grow with the list. A trait is a hint, never a verdict:
//! the verdicts are in [`crate::prune`].

use std::ops::{BitOr, Range};
use std::sync::LazyLock;

/// A set of hints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits(u32);

impl Traits {
    pub const NONE: Self = Self(0);
    pub const AD: Self = Self(1);
    pub const SHARE: Self = Self(1 << 1);
    pub const RELATED: Self = Self(1 << 2);
    pub const COMMENTS: Self = Self(1 << 3);
    pub const NAVIGATION: Self = Self(1 << 4);
    pub const FOOTER: Self = Self(1 << 5);
    pub const SIDEBAR: Self = Self(1 << 6);
    /// Newsletter, subscription, support: anything asked of the reader.
    pub const APPEAL: Self = Self(1 << 7);
    /// Consent, login and other layers over the page.
    pub const LAYER: Self = Self(1 << 8);
    pub const AUTHOR_BIO: Self = Self(1 << 9);
    pub const BYLINE: Self = Self(1 << 10);
    pub const DATE: Self = Self(1 << 11);
    pub const CAPTION: Self = Self(1 << 12);
    /// Tags, categories, counts around an article.
    pub const META: Self = Self(1 << 13);
    pub const PROMOTION: Self = Self(1 << 14);
    /// Text for screen readers, or not shown at all.
    pub const HIDDEN: Self = Self(1 << 15);
    pub const BUTTONS: Self = Self(1 << 16);
    /// Named as the text of the article.
    pub const BODY: Self = Self(1 << 17);
    /// Named as some kind of content.
    pub const CONTENT: Self = Self(1 << 18);
    pub const PULL_QUOTE: Self = Self(1 << 19);
    pub const PAYWALL: Self = Self(1 << 20);
    pub const DEK: Self = Self(1 << 21);
    pub const CONTENTS_LIST: Self = Self(1 << 22);
    /// A post, answer or message of a discussion.
    pub const POST: Self = Self(1 << 23);
    pub const HEADER: Self = Self(1 << 24);
    pub const GALLERY: Self = Self(1 << 25);
    pub const CREDIT: Self = Self(1 << 26);
    pub const FOOTNOTES: Self = Self(1 << 27);
    /// What a forum prints of a person beside each post: rank, badges,
    /// signature.
    pub const PROFILE: Self = Self(1 << 28);
    /// A box around a picture.
    pub const PICTURE: Self = Self(1 << 29);

    /// Whether any of the hints in `other` is in this set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Reads the names of an element, such as its class and id.
    pub fn of_names(names: &str) -> Self {
        if names.is_empty() {
            return Self::NONE;
        }
        let hidden = if is_hidden(names) {
            Self::HIDDEN
        } else {
            Self::NONE
        };
        let mut shaped = [0; MAX_SHAPED_BYTES];
        let length = shape(names, &mut shaped);
        hidden | PATTERNS.read(&shaped[..length])
    }
}

/// What names said that were read before. Most elements of a page are called
/// like another.
///
/// A place is taken over by the next names that fall on it, so a look-up costs
/// the same whatever a page calls its elements.
pub struct Known<'d> {
    places: Vec<(&'d str, Traits)>,
}

impl<'d> Known<'d> {
    const PLACES: usize = 512;

    pub fn new() -> Self {
        Self {
            places: vec![("", Traits::NONE); Self::PLACES],
        }
    }

    /// As [`Traits::of_names`].
    pub fn of_names(&mut self, names: &'d str) -> Traits {
        // Not only the short way: an empty string may point nowhere, and the
        // system's comparison of nothing with nothing is slow there.
        if names.is_empty() {
            return Traits::NONE;
        }
        let place = &mut self.places[Self::place(names)];
        if place.0 != names {
            *place = (names, Traits::of_names(names));
        }
        place.1
    }

    fn place(names: &str) -> usize {
        let (words, rest) = names.as_bytes().as_chunks::<8>();
        let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let hash = words.iter().fold(0_u64, |hash, word| {
            mix(hash.rotate_left(5), u64::from_le_bytes(*word))
        });
        let hash = rest.iter().fold(hash, |hash, byte| {
            mix(hash.rotate_left(5), u64::from(*byte))
        });
        (hash >> 40) as usize % Self::PLACES
    }
}

impl BitOr for Traits {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whole class names for text that is not shown, or only read aloud. A name
/// that shows the element again on some screens (`md:block`) undoes it.
#[rustfmt::skip]
const HIDDEN_NAMES: &[&str] = &[
    "hidden", "hide", "d-none", "is-hidden", "invisible", "u-hidden", "display-none", "offscreen",
    "visually-hidden", "visuallyhidden", "sr-only", "screen-reader-text", "screen-reader",
    "screenreader", "element-invisible", "assistive-text", "print-only", "show-for-sr",
    "visually-hidden-focusable", "hidden-visually", "hidden-print", "w-condition-invisible",
];

fn is_hidden(names: &str) -> bool {
    let mut hidden = false;
    for name in names.split_ascii_whitespace() {
        if HIDDEN_NAMES
            .iter()
            .any(|known| known.len() == name.len() && known.eq_ignore_ascii_case(name))
        {
            hidden = true;
        } else if (name.as_bytes().contains(&b':') || name.starts_with("d-"))
            && ["block", "flex", "inline", "grid", "table"]
                .iter()
                .any(|shown| name.contains(shown))
        {
            return false;
        }
    }
    hidden
}

/// Class names that tell what a page has or allows, not what an element is.
#[rustfmt::skip]
const STATES: &[&str] = &[
    "has-comments", "comments-open", "comments-closed", "comments-enabled", "comments-disabled",
    "no-comments", "allow-comments", "show-comments", "with-comments", "has-sidebar", "no-sidebar",
    "with-sidebar", "has-ads", "no-ads", "has-ad", "sidebar-right", "sidebar-left",
    "right-sidebar-layout", "has-share", "has-related", "ad-free",
];

/// What a byte of a name is: none of these, or several.
const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;
const BEYOND_ASCII: u8 = 8;
const JOINT: u8 = 16;
const GENERATED: u8 = 32;
const PART: u8 = LOWER | UPPER | DIGIT | BEYOND_ASCII;

static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' => LOWER,
            b'A'..=b'Z' => UPPER,
            b'0'..=b'9' => DIGIT,
            b'-' | b'_' => JOINT,
            b':' | b'[' | b'/' | b'=' => GENERATED,
            128.. => BEYOND_ASCII,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

fn kind(byte: u8) -> u8 {
    KINDS[byte as usize]
}

/// Class names made by a tool say nothing: `fnYsJf`, `md:pt-2`, `[&_a]:x`.
fn is_generated(name: &str) -> bool {
    let seen = name.bytes().fold(0, |seen, byte| seen | kind(byte));
    if seen & (GENERATED | JOINT) != 0 {
        return seen & GENERATED != 0 || STATES.contains(&name);
    }
    seen & LOWER != 0
        && name.len() <= 9
        && name
            .bytes()
            .filter(|byte| kind(*byte) & (UPPER | DIGIT) != 0)
            .count()
            >= 2
}

/// Class names that blogs put on a post for what it is about. They say nothing
/// about what the element is for.
const SUBJECTS: &[&str] = &[
    "category", "tag", "topic", "type", "format", "status", "author", "term", "taxonomy",
];

/// Bytes of an element's names that are read.
const MAX_NAME_BYTES: usize = 600;
/// The same in one shape: at worst a `-` before and behind every letter.
const MAX_SHAPED_BYTES: usize = 2 * MAX_NAME_BYTES + 2;

/// Writes `adSlot_top box` as `-ad-slot-top-box-`, without the subjects of a
/// post, and gives the length of that.
fn shape(names: &str, out: &mut [u8; MAX_SHAPED_BYTES]) -> usize {
    let is_post =
        || names.contains("hentry") || names.contains("type-post") || names.contains("category-");
    let is_subject = |name: &str| {
        name.split_once('-')
            .is_some_and(|(subject, _)| SUBJECTS.contains(&subject))
            && is_post()
    };
    let mut length = 0;
    let mut put = |length: &mut usize, byte| {
        out[*length] = byte;
        *length += 1;
    };
    put(&mut length, b'-');
    let kept = names
        .split_ascii_whitespace()
        .filter(|name| !is_generated(name) && !is_subject(name));
    for name in kept {
        let mut was_lower = false;
        let mut is_parted = true;
        for byte in name.bytes().take(MAX_NAME_BYTES.saturating_sub(length)) {
            let kind = kind(byte);
            let is_part = kind & PART != 0;
            if !is_parted && (!is_part || (kind & UPPER != 0 && was_lower)) {
                put(&mut length, b'-');
            }
            if is_part {
                put(&mut length, byte.to_ascii_lowercase());
            }
            is_parted = !is_part;
            was_lower = kind & LOWER != 0;
        }
        if !is_parted {
            put(&mut length, b'-');
        }
    }
    length
}

/// The names, by hint. A leading or closing `-` is a word boundary.
#[rustfmt::skip]
const LISTS: &[(Traits, &[&str])] = &[
    (Traits::AD, &[
        "-ad-", "-ads-", "-adv-", "-advert", "-adslot", "-adsense-", "-adbox-", "-adunit-",
        "-adblock", "-dfp-", "-gpt-", "-sponsor", "-taboola", "-outbrain", "-promoted-", "-mpu-",
        "-adsbygoogle", "-adcontainer-", "-adwrapper-", "-teads", "-anzeige", "-werbung",
        "-publicidad", "-publicite-", "-pubblicita-", "-reklam", "-ad1-", "-ad2-", "-ad3-",
        "-adzone", "-affiliate-", "-revcontent-", "-nativo-", "-googlead", "-leaderboard-ad",
        "-partner-box-",
    ]),
    (Traits::SHARE, &[
        "-share-", "-shares-", "-sharing-", "-social-", "-socials-", "-sharedaddy-", "-addthis",
        "-addtoany", "-sharebar", "-sharethis", "-socialmedia", "-social-media-", "-share-buttons",
        "-sharetools-", "-follow-us", "-follow-", "-followus-", "-sns-", "-ssba", "-a2a-",
        "-sharify", "-heateor", "-shariff-", "-teilen-", "-compartir-", "-partager-",
        "-shareaholic", "-socialshare", "-sociallinks-", "-sharelinks-", "-social-icons", "-essb-",
        "-whatsapp-",
    ]),
    (Traits::RELATED, &[
        "-related", "-recommend", "-recirc", "-more-stories-", "-you-may", "-youmay",
        "-more-from-", "-jp-relatedposts-", "-trending-", "-most-read", "-mostread", "-popular-",
        "-most-popular", "-mostpopular", "-also-read", "-alsoread", "-suggested-", "-read-next-",
        "-readnext", "-up-next-", "-upnext-", "-next-up-", "-similar-", "-more-articles-",
        "-further-reading-", "-latest-news-", "-latest-posts-", "-recent-posts-", "-recentposts-",
        "-other-articles", "-crosslinks-", "-weiterlesen-", "-mehr-zum-thema", "-read-also-",
        "-readalso", "-see-more-", "-next-article-", "-prev-next", "-post-navigation-",
        "-nav-links-", "-yarpp", "-crp-", "-rp4wp", "-more-on-", "-morefrom-", "-teaserlist",
        "-empfehlung", "-internallink", "-inline-link-", "-linkbox-", "-in-other-news",
        "-story-list-", "-read-more-", "-readmore-", "-more-news", "-topstories-", "-top-stories-",
        "-lees-ook", "-leia-", "-lire-aussi", "-zergnet", "-trc-", "-articles-list-", "-post-nav-",
        "-related-posts-", "-keep-reading-", "-dont-miss-", "-latest-articles-",
    ]),
    (Traits::COMMENTS, &[
        "-comments-", "-comment-", "-disqus", "-respond-", "-commentlist-", "-fb-comments-",
        "-livefyre-", "-commentform-", "-comment-form", "-commentarea-", "-comments-area-",
        "-kommentare-", "-kommentar-", "-comentarios-", "-commentaires-", "-leserkommentare-",
        "-commenting-", "-comment-list-", "-komentarze-", "-coral-talk", "-spot-im-", "-hyvor",
        "-user-comments-",
    ]),
    (Traits::NAVIGATION, &[
        "-nav-", "-navi-", "-navigation-", "-navbar-", "-menu-", "-menus-", "-breadcrumb",
        "-pagination-", "-pager-", "-megamenu", "-skip-link", "-skiplink", "-subnav", "-mainnav",
        "-topnav-", "-topbar-", "-mainmenu-", "-submenu-", "-navmenu", "-paging-", "-page-links-",
        "-wp-pagenavi-", "-skip-to-", "-crumbs-", "-sitemap-", "-bread-crumb", "-footer-nav",
        "-dropdown-menu-", "-language-switcher-", "-lang-switch", "-search-form-", "-searchform-",
        "-search-box-", "-searchbox-", "-brotkrumen-", "-locale-", "-pagenav",
    ]),
    (Traits::FOOTER, &[
        "-footer-", "-colophon-", "-site-footer", "-page-footer", "-copyright-", "-imprint-", "-disclaimer",
        "-legal-", "-foot-", "-fineprint-",
    ]),
    (Traits::SIDEBAR, &[
        "-sidebar", "-rail-", "-right-rail", "-right-column-", "-rightcol", "-aside-",
        "-complementary-", "-side-bar-", "-rightcolumn-", "-widget-area-", "-widgets-",
        "-side-col", "-marginal-", "-seitenleiste-", "-right-sidebar-", "-col-right-", "-factbox-",
    ]),
    (Traits::APPEAL, &[
        "-newsletter", "-subscribe", "-subscription-", "-signup-", "-sign-up-", "-mailchimp-",
        "-mc-embed", "-mc4wp", "-optin-", "-opt-in-", "-donate-", "-donation", "-support-us",
        "-support-appeal", "-appeal-", "-membership-", "-email-signup", "-bookmark", "-hubspot-",
        "-convertkit", "-formkit-", "-hs-cta", "-nl-signup", "-inline-newsletter",
        "-contribut-banner", "-reader-revenue-", "-spenden-", "-abo-", "-abonnement-",
        "-email-capture-", "-leadbox-", "-lead-magnet", "-gform-", "-wpcf7-", "-wpforms-",
        "-contact-form-", "-epic-", "-hs-form", "-subscriber-", "-patreon", "-steady-",
    ]),
    (Traits::LAYER, &[
        "-cookie", "-consent-", "-gdpr-", "-modal-", "-popup-", "-pop-up-", "-overlay-",
        "-lightbox-", "-dialog-", "-onetrust", "-toast-", "-login-", "-signin-", "-sign-in-",
        "-registration-", "-offcanvas-", "-off-canvas-", "-truste-", "-didomi",
        "-qc-cmp", "-ccpa-", "-notification-bar-", "-announcement-bar-", "-snackbar-", "-tooltip-",
        "-popover-", "-interstitial-", "-welcome-mat", "-republish",
    ]),
    (Traits::AUTHOR_BIO, &[
        "-author-bio", "-author-box", "-authorbox", "-about-author", "-about-the-author",
        "-author-info", "-authorinfo", "-author-card", "-author-profile", "-author-desc", "-bio-",
        "-biography-", "-contributor-bio", "-author-block-", "-author-details-", "-author-about",
        "-post-author-", "-saboxplugin", "-author-area", "-author-section", "-authordescription-",
        "-author-footer-", "-article-author-", "-autor-box", "-authors-box", "-abh-", "-pp-author",
        "-m-a-box-", "-author-module-", "-author-widget", "-author-content-",
    ]),
    (Traits::BYLINE, &[
        "-byline", "-by-line-", "-author-", "-authors-", "-writer-", "-contributor", "-autor-",
        "-auteur-", "-author-name", "-authorname-", "-vcard-", "-autoren-", "-posted-by-",
        "-username-", "-article-author", "-post-author", "-byauthor-", "-journalist-",
        "-postedby-", "-written-by-", "-redactor-", "-autore-", "-creator-", "-redacteur-",
        "-firma-", "-screen-name-",
    ]),
    (Traits::DATE, &[
        "-date-", "-dates-", "-published-", "-publish-", "-pubdate-", "-timestamp-", "-datetime-",
        "-dateline-", "-posted-on-", "-postdate-", "-publish-date", "-published-date-",
        "-publication-date", "-entry-date-", "-datum-", "-fecha-", "-pub-date-", "-post-date",
        "-article-date", "-time-", "-updated-", "-date-published", "-meta-date-", "-article-time-",
        "-pubtime-", "-publishdate-", "-created-", "-releasedate-", "-fecha-publicacion",
        "-stand-",
    ]),
    (Traits::CAPTION, &[
        "-caption-", "-captions-", "-caption-text", "-captiontext-", "-figcaption-", "-wp-caption",
        "-image-credit", "-photo-credit", "-img-caption", "-imagecaption", "-image-caption",
        "-photo-caption", "-bildunterschrift-", "-legende-", "-image-desc", "-media-caption",
        "-picture-caption", "-video-caption", "-bildtext-", "-image-meta-", "-gallery-caption",
        "-cutline-", "-pie-de-foto", "-piefoto-", "-thumbcaption-", "-img-desc",
    ]),
    (Traits::CREDIT, &[
        "-credit-", "-credits-", "-copyright-notice", "-photo-credit", "-image-credit",
        "-photographer-", "-image-source-", "-media-credit", "-picture-credit", "-fotocredit",
    ]),
    (Traits::META, &[
        "-tags-", "-tag-list-", "-taglist-", "-post-tags-", "-tagcloud-", "-tag-cloud-",
        "-categories-", "-category-list", "-cat-links-", "-tags-links-", "-keywords-", "-topics-",
        "-entry-meta-", "-post-meta-", "-postmeta-", "-article-meta-", "-articlemeta-",
        "-entry-footer-", "-post-footer-", "-entry-utility-", "-meta-", "-metadata-",
        "-meta-info-", "-post-info-", "-post-details-", "-article-info-", "-kicker-", "-eyebrow-",
        "-view-count-", "-views-", "-reading-time-", "-read-time-", "-readtime-", "-story-meta-",
        "-byline-meta-", "-rating-", "-votes-", "-likes-", "-schlagworte-", "-postmetadata-",
        "-tagged-", "-article-tags", "-filed-under-", "-post-categories-", "-rubrik-",
        "-article-topics-", "-print-info", "-article-footer-", "-subinfo-", "-postinfo-",
        "-entry-info-",
    ]),
    (Traits::PROMOTION, &[
        "-cta-", "-call-to-action-", "-calltoaction-", "-promo-", "-promos-", "-promotion-",
        "-upsell-", "-shop-", "-product-card", "-buy-", "-deals-", "-coupon-", "-app-download-",
        "-download-app-", "-marketing-", "-teaser-", "-teasers-", "-banner-", "-banners-",
        "-app-banner-", "-advertorial-", "-affiliate-link-", "-house-ad", "-ticker-",
        "-breaking-news-", "-notice-bar-",
    ]),
    (Traits::BUTTONS, &[
        "-toolbar-", "-tools-", "-button-", "-buttons-", "-btn-", "-btns-", "-noprint-",
        "-no-print-", "-actions-", "-printfriendly", "-print-", "-controls-", "-article-tools-",
        "-text-size-", "-fontsize-", "-copy-code", "-clipboard-", "-editsection-",
        "-mw-editsection-", "-headerlink-", "-permalink-", "-audio-player-", "-listen-",
        "-speech-", "-like-button-",
    ]),
    (Traits::BODY, &[
        "-article-body", "-articlebody", "-article-content-", "-articlecontent-",
        "-entry-content-", "-entrycontent-", "-post-content-", "-postcontent-", "-story-body-",
        "-storybody-", "-story-content-", "-storycontent-", "-post-body-", "-postbody-",
        "-article-text-", "-articletext-", "-content-body-", "-story-text-", "-storytext-",
        "-mw-parser-output-", "-markdown-body-", "-article-copy-", "-body-copy-", "-post-entry-",
        "-entry-body-", "-article-entry-", "-td-post-content-", "-c-entry-content-",
        "-news-content-", "-blog-content-", "-blog-post-content-", "-article-main-", "-artikel-",
        "-artikeltext-", "-article-inner-", "-post-text-", "-single-content-", "-newsbody-",
        "-news-body-", "-news-text-", "-text-content-", "-page-content-", "-field-name-body-",
        "-field-body-", "-node-body-", "-cuerpo-", "-article-wrap-content", "-body-text-",
        "-bodytext-", "-main-text-", "-detail-text", "-article-detail-", "-single-post-content",
        "-articlebody-content-", "-post-single-content-", "-entry-text-", "-post-article-",
        "-article-section-", "-article-paragraph", "-rich-text-", "-richtext-", "-rte-",
        "-theme-doc-markdown-", "-blog-body-", "-articulo-cuerpo-", "-contenido-", "-newscontent-",
        "-text-body-", "-the-content-", "-thecontent-", "-post-bodycopy-", "-instapaper-body-",
        "-e-content-", "-available-content-", "-story-detail-", "-article-page-content-",
    ]),
    (Traits::CONTENT, &[
        "-content-", "-main-", "-article-", "-post-", "-story-", "-entry-", "-blog-", "-hentry-",
        "-maincontent-", "-main-content-", "-body-", "-news-", "-single-", "-text-", "-primary-",
    ]),
    (Traits::PULL_QUOTE, &[
        "-pullquote", "-pull-quote", "-blockquote-pull", "-quote-pull", "-pulled-quote-",
        "-zitat-box-",
    ]),
    (Traits::PAYWALL, &[
        "-paywall", "-pay-wall", "-piano-", "-tp-container-", "-regwall", "-premium-wall",
        "-subscriber-only", "-paid-content-", "-locked-content-", "-meteredcontent-",
        "-premium-content-",
    ]),
    (Traits::DEK, &[
        "-dek-", "-deck-", "-standfirst-", "-subtitle-", "-sub-title-", "-subheadline-",
        "-sub-headline-", "-subhead-", "-sub-heading-", "-summary-", "-article-summary",
        "-excerpt-", "-lede-", "-lead-", "-intro-", "-teaser-text-", "-vorspann-", "-bajada-",
        "-chapo-", "-strapline-", "-description-", "-article-intro-", "-article-teaser-",
        "-artikel-teaser-",
    ]),
    (Traits::CONTENTS_LIST, &[
        "-toc-", "-table-of-contents", "-tableofcontents-", "-ez-toc", "-lwptoc",
        "-contents-list-", "-article-toc", "-jump-links-", "-on-this-page", "-inhaltsverzeichnis-",
        "-anchor-links-", "-jumplinks-", "-rank-math-toc", "-wp-block-table-of-contents",
        "-in-this-article",
    ]),
    (Traits::POST, &[
        "-message-", "-reply-", "-replies-", "-answer-", "-answers-", "-thread-", "-topic-post-",
        "-post-message-", "-postbit-", "-forum-", "-question-", "-discussion-", "-topic-body-",
        "-cooked-", "-commtext-", "-comment-body-", "-bbwrapper-", "-bb-wrapper-",
    ]),
    (Traits::HEADER, &[
        "-header-", "-masthead-", "-article-header", "-entry-header-", "-post-header-",
        "-page-header-", "-site-header", "-banner-header-", "-headline-", "-hero-",
    ]),
    (Traits::GALLERY, &[
        "-gallery", "-slideshow", "-carousel", "-slider-", "-swiper",
    ]),
    (Traits::PROFILE, &[
        "-signature", "-postsignature", "-user-extras-", "-userextras-", "-postprofile-",
        "-post-profile-", "-flair-", "-badges-", "-user-stats-", "-author-stats-", "-last-edit-",
        "-lastedit-", "-browser-warning-", "-user-title-", "-usertitle-", "-userrank-",
        "-post-author-info-", "-author-pane-", "-authorpane-",
    ]),
    (Traits::PICTURE, &[
        "-image-", "-img-", "-photo-", "-picture-", "-bild-", "-foto-", "-imagen-",
    ]),
    (Traits::FOOTNOTES, &[
        "-footnote", "-endnote", "-references-", "-fussnote", "-reflist-",
    ]),
];

static PATTERNS: LazyLock<Tree> = LazyLock::new(|| {
    let mut patterns: Vec<(&'static [u8], Traits)> = LISTS
        .iter()
        .flat_map(|(owner, names)| names.iter().map(|name| (name.as_bytes(), *owner)))
        .collect();
    patterns.sort_unstable_by_key(|(name, _)| *name);
    let mut tree = Tree {
        first: vec![0; 256],
        nodes: vec![Branch::default()],
        edges: Vec::new(),
    };
    for group in patterns.chunk_by(|(one, _), (other, _)| one[1] == other[1]) {
        tree.first[group[0].0[1] as usize] = tree.grow(group, 2);
    }
    tree
});

/// The lists above as a tree of letters. Every pattern begins at a `-`, so a
/// word that begins none is left at its first letters.
struct Tree {
    /// The node of each letter after the `-`; 0 where no pattern has it.
    first: Vec<u32>,
    nodes: Vec<Branch>,
    /// Letter and node, those of one branch side by side.
    edges: Vec<(u8, u32)>,
}

#[derive(Default)]
struct Branch {
    /// What patterns that end here, or after `tail`, say.
    traits: Traits,
    /// The letters that are left where only one pattern is.
    tail: &'static [u8],
    edges: Range<usize>,
}

impl Tree {
    /// Adds a node for sorted patterns that share their first `depth` letters.
    fn grow(&mut self, patterns: &[(&'static [u8], Traits)], depth: usize) -> u32 {
        let at = self.nodes.len();
        self.nodes.push(Branch::default());
        if let [(name, traits)] = patterns {
            self.nodes[at].traits = *traits;
            self.nodes[at].tail = &name[depth..];
            return at as u32;
        }
        let ended = patterns.partition_point(|(name, _)| name.len() == depth);
        let edges: Vec<(u8, u32)> = patterns[ended..]
            .chunk_by(|(one, _), (other, _)| one[depth] == other[depth])
            .map(|group| (group[0].0[depth], self.grow(group, depth + 1)))
            .collect();
        let node = &mut self.nodes[at];
        for (_, traits) in &patterns[..ended] {
            node.traits = node.traits | *traits;
        }
        node.edges = self.edges.len()..self.edges.len() + edges.len();
        self.edges.extend(edges);
        at as u32
    }

    /// What the patterns that stand in `names` say.
    fn read(&self, names: &[u8]) -> Traits {
        let mut found = Traits::NONE;
        for (at, pair) in names.windows(2).enumerate() {
            if pair[0] != b'-' {
                continue;
            }
            let mut next = self.first[pair[1] as usize];
            let mut rest = &names[at + 2..];
            while next != 0 {
                let node = &self.nodes[next as usize];
                // Most tails are empty; see `Known::of_names` on comparing those.
                if node.tail.is_empty() || rest.starts_with(node.tail) {
                    found = found | node.traits;
                }
                let Some((letter, after)) = rest.split_first() else {
                    break;
                };
                next = self.edges[node.edges.clone()]
                    .iter()
                    .find(|(edge, _)| edge == letter)
                    .map_or(0, |(_, next)| *next);
                rest = after;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_every_way_of_writing() {
        for names in ["ad-slot", "adSlot", "top_ad", "box ad"] {
            assert!(Traits::of_names(names).has(Traits::AD), "{names}");
        }
    }

    #[test]
    fn patterns_begin_and_states_are_joined_as_they_are_looked_for() {
        for name in LISTS.iter().flat_map(|(_, names)| *names) {
            assert!(name.starts_with('-') && name.len() > 2, "{name}");
            assert!(!name.contains("--"), "{name}");
        }
        assert!(STATES.iter().all(|name| name.contains('-')));
    }

    #[test]
    fn a_name_hides_only_where_nothing_shows_the_element_again() {
        assert!(Traits::of_names("note sr-only").has(Traits::HIDDEN));
        assert!(!Traits::of_names("hidden md:block").has(Traits::HIDDEN));
        assert!(!Traits::of_names("overflow-hidden").has(Traits::HIDDEN));
    }

    #[test]
    fn a_word_inside_another_is_not_a_hint() {
        for names in ["header-shadow", "download", "reading", "thread-starter"] {
            assert!(!Traits::of_names(names).has(Traits::AD), "{names}");
        }
    }
}
