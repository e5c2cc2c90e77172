//! A story that stands on several pages, made one.
//!
//! Whoever fetches the pages that a site's rule names ([`crate::Extraction::other_pages`])
//! extracts each and puts them together here; nothing is fetched by this crate.

use crate::Extraction;

impl Extraction {
    /// Puts the next page of the story at the end of this one: text, HTML,
    /// pictures, words and warnings. What is known about the story is what its
    /// first page says.
    ///
    /// Numbers of blocks go on, and other ids of the further page are made its
    /// own, so that its footnotes do not lead into an earlier page's. `part` is
    /// its number in the story, from 2.
    ///
    /// ```
    /// let mut story = cuttings_extract::extract("<article><h1>Rain</h1><p>It rained.</article>", None)?;
    /// let next = cuttings_extract::extract("<article><h1>Rain</h1><p>Then it snowed.</article>", None)?;
    /// story.join(&next, 2);
    /// assert_eq!(story.text, "It rained.\n\nThen it snowed.");
    /// # Ok::<(), cuttings_extract::ExtractError>(())
    /// ```
    pub fn join(&mut self, next: &Self, part: usize) {
        if next.text.is_empty() && next.html.is_empty() {
            return;
        }
        if !self.text.is_empty() && !next.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(&next.text);
        self.html = self.html.followed_by(&next.html, part);
        for picture in &next.images {
            if !self.images.contains(picture) {
                self.images.push(picture.clone());
            }
        }
        self.word_count += next.word_count;
        for warning in &next.warnings {
            if !self.warnings.contains(warning) {
                self.warnings.push(warning.clone());
            }
        }
    }

    /// Takes what this page does not say of itself from the page that led to
    /// it: pages with the whole story, made for printing, often leave out who
    /// wrote it and when.
    pub fn complete_from(&mut self, other: &Self) {
        macro_rules! take_over {
            ($($field:ident),+) => {$(
                if self.$field.is_none() && other.$field.is_some() {
                    self.$field.clone_from(&other.$field);
                    self.sources.$field = other.sources.$field;
                }
            )+};
        }
        take_over!(
            headline,
            dek,
            byline,
            published,
            modified,
            publication,
            section,
            language,
            canonical_url,
            amp_url,
            licence,
            lead_image
        );
        if self.authors.is_empty() {
            self.authors.clone_from(&other.authors);
            self.sources.authors = other.sources.authors;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::extract;

    const FIRST: &str = "<html lang=en><meta name=author content='Ada Byron'>\
        <article><h1>The long flood</h1>\
        <p>The river rose for a third day, and the mills stood still.<sup><a href='#n1'>1</a></sup></p>\
        <img src=https://news.example/river.jpg width=800 height=400 alt='The river'>\
        <p>Nobody was hurt, said the mayor, who had come by boat to the mill.</p>\
        <ol class=footnotes><li id=n1>By the town's own gauge.</li></ol></article>";
    const SECOND: &str = "<article><h1>The long flood</h1>\
        <p>On the fourth day it fell again, as quickly as it had risen.<sup><a href='#n1'>1</a></sup></p>\
        <img src=https://news.example/river.jpg width=800 height=400 alt='The river'>\
        <p>The mills were turning before the week was over, as they always had.</p>\
        <ol class=footnotes><li id=n1>By the miller's gauge.</li></ol></article>";

    #[test]
    fn a_joined_story_has_every_id_once_and_its_notes_lead_to_their_own_page() {
        let mut story = extract(FIRST, None).unwrap();
        let words = story.word_count;
        let next = extract(SECOND, None).unwrap();
        story.join(&next, 2);
        assert_eq!(story.word_count, words + next.word_count);
        let html = story.html.as_str();
        let ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let mut different = ids.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(ids.len(), different.len(), "{html}");
        for target in html.split("href=\"#").skip(1) {
            let target = target.split('"').next().unwrap();
            assert!(ids.contains(&target), "{target} is nowhere: {html}");
        }
        assert!(html.contains("<li id=\"c-2-n1\""), "{html}");
        assert_eq!(story.images.len(), 1, "the same picture is listed once");
        assert_eq!(crate::SafeHtml::sanitize(html).as_str(), html);
    }

    #[test]
    fn a_page_made_for_printing_takes_the_byline_of_the_page_that_led_to_it() {
        let mut printed = extract(SECOND, None).unwrap();
        assert!(printed.authors.is_empty());
        printed.complete_from(&extract(FIRST, None).unwrap());
        assert_eq!(printed.authors, ["Ada Byron"]);
        assert_eq!(printed.sources.authors, Some(crate::Source::MetaTag));
        assert_eq!(printed.headline.as_deref(), Some("The long flood"));
    }
}
