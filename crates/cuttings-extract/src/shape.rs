//! What kind of page it is: a story, a discussion, or something else.
//!
//! [`crate::extract`] asks, because some rules hold for one kind only: in a
//! story, a list of links leads away; on a list of stories it is the page.
//! What a page says of itself counts, but only together with what it shows.

use cuttings_html::Tag;
use url::Url;

use crate::metadata::Metadata;
use crate::page::{Line, Page};
use crate::prune::Prose;
use crate::traits::Traits;

/// The kind of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One text to be read from top to bottom.
    Story,
    /// Posts of several people below each other.
    Discussion,
    /// A list, a product, a service, a front page.
    Other,
}

/// What kind of discussion a page is, which decides on what is called a
/// comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discussion {
    /// Not a discussion: comments stand below a story and go.
    No,
    /// Posts or answers, with comments of less weight on them, which go.
    OfPosts,
    /// What is called comments is what the page is for.
    OfComments,
}

/// How much of a story a page says it is, before its text is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// An article by its type, with an author or a date.
    Story,
    /// One of the two.
    Text,
    /// Neither: a list, a product, the page of a firm, or an old blog.
    Nothing,
}

/// What the metadata of a page claims.
pub fn claim(found: &Metadata) -> Claim {
    match (found.is_article, is_signed(found)) {
        (true, true) => Claim::Story,
        (false, false) => Claim::Nothing,
        _ => Claim::Text,
    }
}

fn is_signed(found: &Metadata) -> bool {
    found.published.is_some() || !found.authors.is_empty()
}

/// Whether the page is a discussion, and of what.
pub fn discussion(
    page: &Page<'_>,
    found: &Metadata,
    address: Option<&Url>,
    prose: &Prose,
) -> Discussion {
    let (mut posts, mut commented) = (0, 0.0);
    let mut at = page.body;
    while at < page.nodes.len() {
        let node = page.node(at);
        let holds_lines = node.end_line > node.first_line;
        if holds_lines && node.traits.has(Traits::POST) {
            posts += 1;
        }
        if holds_lines && node.traits.has(Traits::COMMENTS) {
            commented += prose.between(&page.lines_in(at));
            at = node.end as usize;
        } else {
            at += 1;
        }
    }
    let total = prose.total();
    let addressed = address.is_some_and(|url| {
        let path = url.path().to_ascii_lowercase();
        let host = url.host_str().unwrap_or("");
        [
            "forum",
            "/thread",
            "showthread",
            "viewtopic",
            "showtopic",
            "/questions/",
            "/comments/",
            "/discussion",
            "/topic/",
            "/t/",
        ]
        .iter()
        .any(|word| path.contains(word))
            || host.contains("forum")
            || ["community.", "discuss.", "boards.", "discourse."]
                .iter()
                .any(|word| host.starts_with(word))
    });
    let named = matches!(
        found.kind.as_str(),
        "DiscussionForumPosting" | "QAPage" | "Question"
    );
    let only_comments = commented > 0.7 * total && (!found.is_article || total - commented < 500.0);
    let is_discussion = named
        || only_comments
        || (addressed && (posts >= 2 || commented > 0.3 * total))
        || (posts >= 8 && !found.is_article);
    match is_discussion {
        false => Discussion::No,
        true if commented > 0.5 * total => Discussion::OfComments,
        true => Discussion::OfPosts,
    }
}

/// How much text an element holds.
fn size(page: &Page<'_>, at: usize) -> u32 {
    page.lines[page.lines_in(at)]
        .iter()
        .map(|line| line.size)
        .sum()
}

/// Whether the text found in `root` is a story.
pub fn of(page: &Page<'_>, found: &Metadata, root: Option<usize>) -> Shape {
    judge(page, found, root, is_signed(found))
}

/// Whether the authors of a page are only names seen on it, while nothing else
/// makes it a story: no date, no type, and little of its text to be read. A front
/// page (`is_front`) has the authors of its teasers.
pub fn has_stray_authors(
    page: &Page<'_>,
    found: &Metadata,
    root: Option<usize>,
    is_front: bool,
) -> bool {
    const FEW_LINES: u32 = 800;
    if !found.has_seen_authors() || found.is_article {
        return false;
    }
    if is_front {
        return true;
    }
    found.published.is_none()
        && size(page, page.body) >= FEW_LINES
        && judge(page, found, root, false) == Shape::Other
}

fn judge(page: &Page<'_>, found: &Metadata, root: Option<usize>, is_signed: bool) -> Shape {
    let Some(root) = root else {
        return Shape::Other;
    };
    let read = |line: &&Line| line.size >= 80 && line.link_share() < 0.3;
    let told: u32 = page.lines[page.lines_in(root)]
        .iter()
        .filter(read)
        .map(|line| line.size)
        .sum();
    let share = told as f32 / size(page, page.body).max(1) as f32;
    // Around an article by its element there may be any amount of text.
    let is_most_of_article = || {
        let article = page
            .upward(root)
            .find(|at| page.node(*at).tag == Tag::Article);
        article.is_some_and(|article| told as f32 >= 0.4 * size(page, article) as f32)
    };
    if (found.is_article && told >= 80)
        || (told >= 1200 && share >= 0.4)
        || (is_signed && told >= 250 && share >= 0.15)
        || (is_signed && told >= 600 && is_most_of_article())
    {
        Shape::Story
    } else {
        Shape::Other
    }
}
