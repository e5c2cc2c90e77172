//! The address of the library page: which articles, how they are laid out,
//! where the list goes on, and what has just been done.
//!
//! All of it may be missing, and what makes no sense counts as missing, because
//! people edit addresses.

use cuttings_model::filter::write_query;
use cuttings_model::settings::ListLayout;
use cuttings_model::{ArticleState, EditedWhich, Filter, Length, Sort, View};

use crate::texts::Texts;

/// What the address of the library page says.
#[derive(Debug, Clone, Default)]
pub(crate) struct LibraryQuery {
    pub filter: Filter,
    /// The layout, when it is not the one of the settings.
    pub layout: Option<ListLayout>,
    /// Where the list goes on.
    pub after: Option<String>,
    /// The article that was just deleted.
    pub deleted: Option<String>,
    /// The article that holds the page which was to be saved.
    pub here: Option<String>,
    /// What was just done with many articles.
    pub done: Option<String>,
    /// How many match now, when that was not the number that was stated.
    pub now: Option<i64>,
    /// Whether the address holds empty values, as forms send them.
    pub has_empty: bool,
}

impl LibraryQuery {
    /// Reads the pairs of an address.
    pub fn read(pairs: &[(String, String)]) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs {
            query.has_empty |= value.is_empty();
            // What makes no sense counts as missing.
            if query.filter.set(name, value) != Ok(false) {
                continue;
            }
            let text = || Some(value.clone()).filter(|value| !value.is_empty());
            match name.as_str() {
                "layout" => query.layout = ListLayout::parse(value),
                "after" => query.after = text(),
                "deleted" => query.deleted = text(),
                "here" => query.here = text(),
                "done" => query.done = text(),
                "now" => query.now = value.parse().ok().filter(|now: &i64| *now >= 0),
                _ => {}
            }
        }
        query
    }

    /// The address of the first page of this list.
    pub fn path(&self) -> String {
        self.path_with(&[])
    }

    /// The address of the list behind a position.
    pub fn path_after(&self, position: &str) -> String {
        self.path_with(&[("after", position.to_owned())])
    }

    /// The address of this very page, without what was just done.
    pub fn path_here(&self) -> String {
        match &self.after {
            Some(after) => self.path_after(after),
            None => self.path(),
        }
    }

    fn path_with(&self, more: &[(&'static str, String)]) -> String {
        let mut pairs = self.filter.pairs();
        if let Some(layout) = self.layout {
            pairs.push(("layout", layout.as_str().to_owned()));
        }
        pairs.extend_from_slice(more);
        if pairs.is_empty() {
            "/".to_owned()
        } else {
            format!("/?{}", write_query(&pairs))
        }
    }

    /// The same list under another filter.
    pub fn under(&self, filter: Filter) -> String {
        Self {
            filter,
            layout: self.layout,
            ..Self::default()
        }
        .path()
    }
}

/// A link among others of which one is current.
pub(crate) struct Choice {
    pub path: String,
    pub label: String,
    pub current: bool,
}

/// A condition that can be taken away.
pub(crate) struct Chip {
    pub label: String,
    /// What is left of the filter without it.
    pub left: Filter,
    /// The list without it.
    pub without: String,
}

impl LibraryQuery {
    /// The shelves. That of failed captures is shown while there are any.
    pub fn shelves(&self, failed: i64, text: &Texts) -> Vec<Choice> {
        let text = &text.library;
        let mut shelves: Vec<Choice> = View::ALL
            .into_iter()
            .map(|view| Choice {
                path: self.under(Filter::from(view)),
                label: match view {
                    View::Unread => text.unread,
                    View::Archived => text.archived,
                    View::Starred => text.starred,
                    View::All => text.all,
                }
                .to_owned(),
                current: self.filter.state.is_none() && self.filter.shelf() == view,
            })
            .collect();
        let is_failed = self.filter.state == Some(ArticleState::Failed);
        if failed > 0 || is_failed {
            shelves.push(Choice {
                path: self.under(Filter {
                    state: Some(ArticleState::Failed),
                    ..Filter::default()
                }),
                label: format!("{} ({})", text.failed, (text.number)(&failed)),
                current: is_failed,
            });
        }
        shelves
    }

    /// The orders the list can have.
    pub fn orders(&self, text: &Texts) -> Vec<Choice> {
        Sort::ALL
            .into_iter()
            .map(|sort| Choice {
                path: self.under(Filter {
                    sort,
                    ..self.filter.clone()
                }),
                label: (text.library.order)(sort.as_str()),
                current: sort == self.filter.sort,
            })
            .collect()
    }

    /// The layouts the list can have; `usual` is that of the settings.
    pub fn layouts(&self, usual: ListLayout, text: &Texts) -> Vec<Choice> {
        ListLayout::ALL
            .iter()
            .map(|layout| Choice {
                path: Self {
                    layout: Some(*layout).filter(|layout| *layout != usual),
                    ..self.clone()
                }
                .path_here(),
                label: match layout {
                    ListLayout::List => text.library.layout_list,
                    ListLayout::Dense => text.library.layout_dense,
                    ListLayout::Cards => text.library.layout_cards,
                }
                .to_owned(),
                current: *layout == self.layout.unwrap_or(usual),
            })
            .collect()
    }

    /// The conditions in force besides the shelf, each with the list without it.
    pub fn chips(&self, text: &Texts) -> Vec<Chip> {
        let narrowing = self.filter.narrowing();
        narrowing
            .iter()
            .map(|taken| {
                let mut left = Filter::default();
                for pair in self.filter.pairs().iter().filter(|pair| *pair != taken) {
                    // A value that was printed reads back.
                    let _ = left.set(pair.0, &pair.1);
                }
                Chip {
                    label: (text.library.chip)(taken.0, &taken.1),
                    without: self.under(left.clone()),
                    left,
                }
            })
            .collect()
    }

    /// The list under its shelf alone.
    pub fn cleared(&self) -> String {
        self.under(Filter {
            view: self.filter.view,
            state: self.filter.state,
            sort: self.filter.sort,
            ..Filter::default()
        })
    }
}

/// What the form of the filter shows as filled in.
pub(crate) struct FilterForm {
    pub view: &'static str,
    pub words: String,
    pub tags: Vec<String>,
    pub publication: String,
    pub author: String,
    pub language: String,
    pub length: Option<Length>,
    pub min_minutes: String,
    pub max_minutes: String,
    pub saved_from: String,
    pub saved_to: String,
    pub published_from: String,
    pub published_to: String,
    pub state: Option<ArticleState>,
    pub highlighted: bool,
    pub edited: Option<EditedWhich>,
    pub scheduled: bool,
    pub sort: &'static str,
    pub layout: &'static str,
}

impl FilterForm {
    pub fn of(query: &LibraryQuery) -> Self {
        let filter = &query.filter;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let number = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
        let day = |day: Option<jiff::civil::Date>| day.map(|d| d.to_string()).unwrap_or_default();
        Self {
            view: filter.view.map_or("", View::as_str),
            words: text(&filter.words),
            tags: filter.tags.clone(),
            publication: text(&filter.publication),
            author: text(&filter.author),
            language: text(&filter.language),
            length: filter.length,
            min_minutes: number(filter.min_minutes),
            max_minutes: number(filter.max_minutes),
            saved_from: day(filter.saved_from),
            saved_to: day(filter.saved_to),
            published_from: day(filter.published_from),
            published_to: day(filter.published_to),
            state: filter.state,
            highlighted: filter.highlighted,
            edited: filter.edited,
            scheduled: filter.scheduled,
            sort: if filter.sort == Sort::default() {
                ""
            } else {
                filter.sort.as_str()
            },
            layout: query.layout.map_or("", ListLayout::as_str),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::ENGLISH;

    fn read(query: &str) -> LibraryQuery {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        LibraryQuery::read(&pairs)
    }

    #[test]
    fn an_address_reads_back_and_forgets_what_was_just_done() {
        let query = read("view=all&tag=sea&layout=dense&after=5.7&deleted=3&done=9&unknown=x");
        assert_eq!(
            query.path_here(),
            "/?view=all&tag=sea&layout=dense&after=5.7"
        );
        assert_eq!(query.path(), "/?view=all&tag=sea&layout=dense");
        assert_eq!(read("view=nothing&layout=round&now=-1").path_here(), "/");
        assert!(read("q=&tag=sea").has_empty && !read("tag=sea").has_empty);
    }

    #[test]
    fn a_chip_takes_away_itself_alone() {
        let query = read("view=all&tag=sea&tag=walls&length=short&sort=title");
        let chips = query.chips(&ENGLISH);
        let left: Vec<_> = chips.iter().map(|chip| chip.without.as_str()).collect();
        assert_eq!(
            left,
            [
                "/?view=all&tag=walls&length=short&sort=title",
                "/?view=all&tag=sea&length=short&sort=title",
                "/?view=all&tag=sea&tag=walls&sort=title",
            ]
        );
        assert_eq!(query.cleared(), "/?view=all&sort=title");
    }
}
