//! Rules: entries of a feed, or of any, that match a query are saved with tags.
//! They make a clipping service of a library.
//!
//! An entry is given to its rule in the same transaction that writes it, and
//! saved after that: a save that was cut short is made up for at the next poll.

use cuttings_model::{
    Entry, EntryId, FeedId, FeedRule, FeedRuleId, PageAddress, TagName, UserId, address,
};
use cuttings_store::{EntryPosition, NewEntry, RuleWords, StoreError, TagChange};
use cuttings_text::matches::{Subject, asks_about_articles, matches};
use cuttings_text::query::{self, Operator, Query};
use jiff::tz::Offset;
use url::Url;

use super::FeedError;
use crate::{Library, LibraryError, now_ms, save, tags};

/// Most rules a user may have. Each is tried on every entry that arrives.
pub const MAX_RULES: usize = 200;
/// How many entries that are there already a new rule is tried on: the newest.
pub const TRIED_ON_OLD: usize = 2_000;

/// What a person says a rule is to do.
#[derive(Debug, Clone, Default)]
pub struct RuleDraft {
    /// The feed it is for; any if there is none.
    pub feed_id: Option<FeedId>,
    /// What is looked for, in the language of the search.
    pub query: String,
    /// The tags what it saves is given.
    pub tags: Vec<TagName>,
}

/// Makes a rule. With `on_old`, it is tried on entries that are there already;
/// gives the rule and how many articles that saved.
pub async fn add(
    library: &Library,
    user_id: UserId,
    draft: &RuleDraft,
    on_old: bool,
) -> Result<(FeedRule, usize), FeedError> {
    check(library, user_id, draft).await?;
    if library.store.feed_rules(user_id).await?.len() >= MAX_RULES {
        return Err(FeedError::TooManyRules);
    }
    let names = tag_texts(draft);
    let id = library
        .store
        .put_feed_rule(user_id, words(draft, &names), now_ms())
        .await?;
    let saved = if on_old {
        apply(library, user_id, id).await?
    } else {
        0
    };
    Ok((get(library, user_id, id).await?, saved))
}

/// Changes a rule; see [`add`].
pub async fn change(
    library: &Library,
    user_id: UserId,
    id: FeedRuleId,
    draft: &RuleDraft,
    on_old: bool,
) -> Result<(FeedRule, usize), FeedError> {
    get(library, user_id, id).await?;
    check(library, user_id, draft).await?;
    let names = tag_texts(draft);
    if !library
        .store
        .change_feed_rule(user_id, id, words(draft, &names))
        .await?
    {
        return Err(FeedError::NoSuchRule);
    }
    let saved = if on_old {
        apply(library, user_id, id).await?
    } else {
        0
    };
    Ok((get(library, user_id, id).await?, saved))
}

/// Deletes a rule. What it saved stays.
pub async fn delete(library: &Library, user_id: UserId, id: FeedRuleId) -> Result<(), FeedError> {
    let done = library.store.delete_feed_rule(user_id, id).await?;
    done.then_some(()).ok_or(FeedError::NoSuchRule)
}

async fn get(library: &Library, user_id: UserId, id: FeedRuleId) -> Result<FeedRule, FeedError> {
    library
        .store
        .feed_rule(user_id, id)
        .await?
        .ok_or(FeedError::NoSuchRule)
}

fn tag_texts(draft: &RuleDraft) -> Vec<String> {
    draft
        .tags
        .iter()
        .map(|tag| tag.as_str().to_owned())
        .collect()
}

fn words<'a>(draft: &'a RuleDraft, tags: &'a [String]) -> RuleWords<'a> {
    RuleWords {
        feed_id: draft.feed_id,
        query: draft.query.trim(),
        tags,
    }
}

/// Whether a rule can be what is said.
async fn check(library: &Library, user_id: UserId, draft: &RuleDraft) -> Result<(), FeedError> {
    let query = query::parse(draft.query.trim()).map_err(FeedError::Query)?;
    if query.is_empty() && draft.feed_id.is_none() {
        return Err(FeedError::Words(
            "Say what to look for, or choose a feed of which everything is saved",
        ));
    }
    if let Some(operator) = asks_about_articles(&query) {
        return Err(FeedError::Words(instead_of(operator)));
    }
    if let Some(feed_id) = draft.feed_id {
        library
            .store
            .feed(user_id, feed_id)
            .await?
            .filter(|feed| feed.deleted_at_ms.is_none())
            .ok_or(FeedError::NoSuchFeed)?;
    }
    Ok(())
}

/// What to write where a rule asks for what only a saved article has.
fn instead_of(operator: Operator) -> &'static str {
    match operator {
        Operator::Publication => {
            "An entry has no publication: yet, only an article that was read has one; choose the feed, or use site:"
        }
        Operator::Tag => {
            "An entry has no tag: yet, a rule gives tags; look for words, site: or author: instead"
        }
        Operator::Highlight => {
            "An entry has no highlight: yet, only a saved article has; look for words or a \"phrase\" instead"
        }
        Operator::Minutes => {
            "How long an entry takes to read is not known before it is saved, so a rule cannot ask for minutes:; leave it out"
        }
        _ => {
            "is: asks for the state of a saved article, and a rule looks at entries before they are saved; leave it out"
        }
    }
}

/// Whether a rule with this query is for an entry that is new.
pub(super) fn is_for_new(query: &Query, entry: &NewEntry) -> bool {
    let words = Words {
        url: entry.url.as_deref(),
        fields: [&entry.title, &entry.text],
        language: entry.language.as_deref(),
        author: entry.author.as_deref(),
        sort_at_ms: entry.sort_at_ms,
    };
    words.answer(query)
}

fn is_for_kept(query: &Query, entry: &Entry) -> bool {
    let words = Words {
        url: entry.url.as_deref(),
        fields: [&entry.title, &entry.text],
        language: entry.language.as_deref(),
        author: entry.author.as_deref(),
        sort_at_ms: entry.sort_at_ms,
    };
    words.answer(query)
}

/// What of an entry a query can ask for.
struct Words<'e> {
    url: Option<&'e str>,
    fields: [&'e str; 2],
    language: Option<&'e str>,
    author: Option<&'e str>,
    sort_at_ms: i64,
}

impl Words<'_> {
    fn answer(&self, query: &Query) -> bool {
        // What names no page cannot be saved.
        let Some(url) = self.url.and_then(|url| url::Url::parse(url).ok()) else {
            return false;
        };
        let day = jiff::Timestamp::from_millisecond(self.sort_at_ms)
            .ok()
            .map(|at| Offset::UTC.to_datetime(at).date());
        matches(
            query,
            &Subject {
                fields: &self.fields,
                language: self.language,
                site: url
                    .host_str()
                    .unwrap_or_default()
                    .trim_start_matches("www."),
                author: self.author.unwrap_or_default(),
                day,
            },
        )
    }
}

/// Tries a rule on the entries that are there already and saves what matches;
/// gives how much that was.
async fn apply(library: &Library, user_id: UserId, id: FeedRuleId) -> Result<usize, FeedError> {
    const AT_ONCE: i64 = 200;
    let rule = get(library, user_id, id).await?;
    let query = query::parse(&rule.query).map_err(FeedError::Query)?;
    let mut after = None;
    let mut tried = 0;
    while tried < TRIED_ON_OLD {
        let entries = library
            .store
            .unsaved_entries(user_id, rule.feed_id, after, AT_ONCE)
            .await?;
        let Some(last) = entries.last() else { break };
        after = Some(EntryPosition {
            sort_at_ms: last.sort_at_ms,
            id: last.id.0,
        });
        tried += entries.len();
        let chosen: Vec<EntryId> = entries
            .iter()
            .filter(|entry| is_for_kept(&query, entry))
            .map(|entry| entry.id)
            .collect();
        library.store.give_to_rule(user_id, id, &chosen).await?;
    }
    Ok(save_chosen(library, user_id, rule.feed_id).await?)
}

/// The tags an entry is given: of the rule that saves it, and of all others that
/// it matches.
fn tags_for(entry: &Entry, rules: &[(FeedRule, Option<Query>)]) -> Vec<TagName> {
    let mut names: Vec<TagName> = Vec::new();
    for (rule, query) in rules {
        let is_of_feed = rule.feed_id.is_none_or(|feed| feed == entry.feed_id);
        let matches = is_of_feed
            && query
                .as_ref()
                .is_some_and(|query| is_for_kept(query, entry));
        if !matches && Some(rule.id) != entry.rule_id {
            continue;
        }
        for name in rule.tags.iter().filter_map(|tag| TagName::parse(tag).ok()) {
            if !names.iter().any(|other| other.key() == name.key()) {
                names.push(name);
            }
        }
    }
    names
}

/// Whether the feed of an entry may have its page fetched unasked.
async fn may_lead(
    library: &Library,
    user_id: UserId,
    entry: &Entry,
    page: &PageAddress,
) -> Result<bool, StoreError> {
    let feed = library.store.feed(user_id, entry.feed_id).await?;
    let from = feed.and_then(|feed| Url::parse(&feed.url).ok());
    let to = Url::parse(page.as_str()).ok();
    Ok(from
        .zip(to)
        .is_some_and(|(from, to)| library.fetcher.may_lead(&from, &to)))
}

/// Saves the entries that were given to a rule, of one feed or of all; gives how
/// many articles that made.
///
/// # Errors
///
/// Only of the store; what was not saved is saved the next time.
pub(super) async fn save_chosen(
    library: &Library,
    user_id: UserId,
    feed_id: Option<FeedId>,
) -> Result<usize, StoreError> {
    let entries = library.store.entries_to_save(user_id, feed_id).await?;
    if entries.is_empty() {
        return Ok(0);
    }
    let rules = library.store.feed_rules(user_id).await?;
    let rules: Vec<(FeedRule, Option<Query>)> = rules
        .into_iter()
        .map(|rule| {
            let query = query::parse(&rule.query).ok();
            (rule, query)
        })
        .collect();
    let mut saved = 0;
    for entry in entries {
        let rule = rules
            .iter()
            .map(|(rule, _)| rule)
            .find(|rule| Some(rule.id) == entry.rule_id);
        let page = entry
            .url
            .as_deref()
            .and_then(|url| address::parse(url).ok());
        let (Some(rule), Some(page)) = (rule, page) else {
            library.store.release_entry(user_id, entry.id).await?;
            continue;
        };
        if library.store.is_deleted_page(user_id, &page).await? {
            library.store.release_entry(user_id, entry.id).await?;
            continue;
        }
        if !may_lead(library, user_id, &entry, &page).await? {
            tracing::warn!(
                entry.id = entry.id.0,
                "a feed led to a host that is none of its own"
            );
            library.store.release_entry(user_id, entry.id).await?;
            continue;
        }
        let article = match save::save(library, user_id, &page, None).await {
            Ok(saved) => saved.article,
            Err(LibraryError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(entry.id = entry.id.0, error = %error, "a rule could not save");
                library.store.release_entry(user_id, entry.id).await?;
                continue;
            }
        };
        let names = tags_for(&entry, &rules);
        if !names.is_empty() {
            match tags::change(library, user_id, article.id, TagChange::Add(&names)).await {
                Ok(_) => {}
                Err(LibraryError::Store(error)) => return Err(error),
                // It is saved all the same, and its tags can be given by hand.
                Err(error) => {
                    tracing::warn!(article.id = article.id.0, error = %error, "a rule could not tag");
                }
            }
        }
        library
            .store
            .set_entry_saved(user_id, &entry, article.id, Some(rule), now_ms())
            .await?;
        saved += 1;
    }
    Ok(saved)
}
