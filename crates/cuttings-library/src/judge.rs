//! Whether a further visit to a page may change what is shown of it.
//!
//! A visit that failed never comes here. One that brought a page is held against
//! the capture that is shown: an error page with the status 200, a wall, another
//! story or half of this one is kept beside it and changes nothing. What is
//! there as a whole is shown, and [`Judgement::Edited`] says that it is not what
//! it was.

use cuttings_extract::NoArticle;
use cuttings_model::{Article, Dated, EditKind};
use cuttings_text::compare::{self, edit};

use crate::parts::Whole;

/// A text with fewer of the words that are shown than this, in thousandths, is
/// poorer. Editors shorten a story too, but seldom by a third at once.
pub(crate) const WHOLE: usize = 667;
/// Texts that share fewer of their longer words than this, in thousandths, are
/// about something else. Two articles of one outlet share about a tenth.
const SAME_STORY: usize = 250;

/// What a capture says, as far as it is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// Headline.
    pub headline: Option<String>,
    /// Dek.
    pub dek: Option<String>,
    /// Byline.
    pub byline: Option<String>,
    /// When the outlet says it was published.
    pub published: Option<String>,
    /// When the outlet says it was last changed.
    pub modified: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// Whether it reads from right to left.
    pub right_to_left: bool,
    /// Clean text.
    pub text: String,
    /// Words of the text.
    pub word_count: usize,
    /// Why there is no article in it, for people.
    pub no_article: Option<String>,
    /// Whether a part of the story could not be read.
    pub lacks_parts: bool,
}

impl Version {
    /// What a page says with all its parts.
    pub(crate) fn of(whole: &Whole) -> Self {
        let extraction = &whole.extraction;
        Self {
            lacks_parts: whole.missing.is_some(),
            headline: extraction.headline.clone(),
            dek: extraction.dek.clone(),
            byline: extraction.byline.clone(),
            published: extraction.published.clone(),
            modified: extraction.modified.clone(),
            language: extraction.language.clone(),
            right_to_left: extraction.direction == cuttings_extract::Direction::Rtl,
            text: extraction.text.clone(),
            word_count: extraction.word_count,
            no_article: extraction.no_article.as_ref().map(NoArticle::explain),
        }
    }

    /// What is shown of an article, for when its bytes cannot be read any more.
    pub(crate) fn shown(article: &Article, text: String) -> Self {
        let dated = |dated: &Option<Dated>| dated.as_ref().map(|dated| dated.text.clone());
        Self {
            headline: article.headline.clone(),
            dek: article.dek.clone(),
            byline: article.byline.clone(),
            published: dated(&article.published),
            modified: dated(&article.modified),
            language: article.language.clone(),
            right_to_left: article.right_to_left,
            word_count: usize::try_from(article.word_count).unwrap_or_default(),
            text,
            no_article: None,
            lacks_parts: false,
        }
    }

    fn primary_language(&self) -> Option<String> {
        let primary = self.language.as_deref()?.split(['-', '_']).next()?;
        Some(primary.to_ascii_lowercase())
    }
}

/// What a further visit brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// The very same words.
    Same,
    /// The same story; what is different came by itself.
    Unedited,
    /// The same story with other words.
    Edited(EditKind),
    /// Less than what is shown, or something else. Why, for people.
    Poorer(String),
}

/// Judges what a visit brought (`new`) by what is shown (`old`).
pub(crate) fn judge(old: &Version, new: &Version) -> Judgement {
    if old.text == new.text
        && (&old.headline, &old.dek, &old.byline) == (&new.headline, &new.dek, &new.byline)
        && (&old.published, &old.modified) == (&new.published, &new.modified)
    {
        return Judgement::Same;
    }
    if let Some(why) = poorer(old, new) {
        return Judgement::Poorer(why);
    }
    let found = compare::compare(&old.text, &new.text);
    let is_edited = edit::is_edit(&found)
        || edit::are_different(old.headline.as_deref(), new.headline.as_deref())
        || (old.dek.is_some()
            && new.dek.is_some()
            && edit::are_different(old.dek.as_deref(), new.dek.as_deref()));
    // What was only begun before is not edited when it is there as a whole.
    if !is_edited || old.no_article.is_some() || old.lacks_parts {
        return Judgement::Unedited;
    }
    Judgement::Edited(if edit::says_corrected(&found) {
        EditKind::Noted
    } else if is_later(old.modified.as_deref(), new.modified.as_deref()) {
        EditKind::Dated
    } else {
        EditKind::Silent
    })
}

fn poorer(old: &Version, new: &Version) -> Option<String> {
    if let (None, Some(why)) = (&old.no_article, &new.no_article) {
        return Some(format!("It brought no whole story: {why}"));
    }
    if !old.lacks_parts && new.lacks_parts {
        return Some("It brought the story without some of its parts.".to_owned());
    }
    if old.word_count == 0 {
        return None;
    }
    let is_other =
        edit::shared_words(&old.text, &new.text).is_some_and(|shared| shared < SAME_STORY);
    if is_other {
        if let (Some(was), Some(is)) = (old.primary_language(), new.primary_language())
            && was != is
        {
            return Some(format!(
                "It brought a page in another language ({is}, not {was})."
            ));
        }
        let titles = [&old.headline, &new.headline].map(|title| title.as_deref().unwrap_or(""));
        let same_title = edit::shared_words(titles[0], titles[1])
            .is_some_and(|shared| shared >= 500)
            || !edit::are_different(Some(titles[0]), Some(titles[1]));
        if !same_title {
            return Some(match &new.headline {
                Some(headline) => {
                    format!("It brought a page about something else: “{headline}”.")
                }
                None => "It brought a page about something else.".to_owned(),
            });
        }
    }
    (new.word_count * 1_000 < old.word_count * WHOLE).then(|| {
        format!(
            "It brought less to read: {} words, and the capture that is shown has {}.",
            new.word_count, old.word_count
        )
    })
}

fn is_later(old: Option<&str>, new: Option<&str>) -> bool {
    let instant = |text: Option<&str>| text.and_then(Dated::parse).map(|dated| dated.at_ms);
    match (instant(old), instant(new)) {
        (Some(old), Some(new)) => new > old,
        (None, Some(_)) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version {
            headline: Some("Sea wall to be raised".to_owned()),
            language: Some("en".to_owned()),
            text: text.to_owned(),
            word_count: cuttings_text::count::words(text),
            ..Version::default()
        }
    }

    const STORY: &str = "The council voted on Thursday to raise the sea wall by one metre, \
        after engineers had warned that winter storms would reach the harbour road.\n\n\
        Residents asked how long the work would take and who would pay for it.";

    #[test]
    fn d24_every_poorer_page_is_called_so_with_its_reason() {
        let shown = version(STORY);
        let half = version(STORY.split("\n\n").last().unwrap());
        let german = Version {
            language: Some("de-DE".to_owned()),
            ..version(
                "Der Stadtrat beschloss am Donnerstag, die Mauer am Hafen um einen Meter zu \
                 erhöhen, nachdem Fachleute vor kommenden Winterstürmen gewarnt hatten.\n\n\
                 Anwohner fragten, wie lange das dauert und wer dafür bezahlen wird.",
            )
        };
        let other = Version {
            headline: Some("Bakers strike again".to_owned()),
            ..version(
                "Bakeries across the region stayed closed on Friday while negotiators argued \
                 about wages, flour prices, night shifts and apprentices.\n\n\
                 Customers queued outside supermarkets instead, complaining loudly.",
            )
        };
        let wall = Version {
            no_article: Some("The page asks to sign in.".to_owned()),
            ..version("Sign in to continue reading this story.")
        };
        for (page, word) in [
            (half, "less to read"),
            (german, "another language"),
            (other, "something else"),
            (wall, "sign in"),
        ] {
            match judge(&shown, &page) {
                Judgement::Poorer(why) => assert!(why.contains(word), "{why}"),
                judged => panic!("{judged:?} for {word}"),
            }
        }
    }

    #[test]
    fn a_rewritten_story_under_its_headline_is_no_other_story() {
        let rewritten = version(
            "Bakeries across the region stayed closed on Friday while negotiators argued about \
             wages, flour prices, night shifts and apprentices in several towns and villages.\n\n\
             Customers queued outside supermarkets instead, complaining loudly all morning long.",
        );
        assert_eq!(
            judge(&version(STORY), &rewritten),
            Judgement::Edited(EditKind::Silent)
        );
    }

    #[test]
    fn what_the_outlet_says_of_an_edit_is_told_apart() {
        let old = Version {
            modified: Some("2024-05-03T08:00:00Z".to_owned()),
            ..version(STORY)
        };
        let edited = STORY.replace("one metre", "two metres");
        let silent = Version {
            text: edited.clone(),
            ..old.clone()
        };
        assert_eq!(judge(&old, &silent), Judgement::Edited(EditKind::Silent));
        let dated = Version {
            modified: Some("2024-05-04T08:00:00Z".to_owned()),
            ..silent.clone()
        };
        assert_eq!(judge(&old, &dated), Judgement::Edited(EditKind::Dated));
        let noted = Version {
            text: format!("{edited}\n\nCorrection: the wall will be two metres higher, not one."),
            ..dated
        };
        assert_eq!(judge(&old, &noted), Judgement::Edited(EditKind::Noted));
        let headline = Version {
            headline: Some("Sea wall to be torn down".to_owned()),
            ..old.clone()
        };
        assert_eq!(judge(&old, &headline), Judgement::Edited(EditKind::Silent));
        let clock = Version {
            text: format!("{STORY}\n\nUpdated 10:15"),
            ..old.clone()
        };
        assert_eq!(judge(&old, &clock), Judgement::Unedited);
        assert_eq!(judge(&old, &old.clone()), Judgement::Same);
    }
}
