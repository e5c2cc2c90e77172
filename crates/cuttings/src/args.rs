//! The command line: what can be typed, and its help texts.

mod extract;
mod reference;
mod settings;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use cuttings_model::{Colour, MAX_ID, Scope, TagName, View};

pub use extract::{Extract, InputFormat, OutputFormat};
pub use reference::Reference;
pub use settings::Settings;

/// Keeps web articles: save a page, read its story clean, find it again.
///
/// Everything is kept in one data folder. Start with `cuttings serve` and open
/// the address it prints, or work from the shell alone.
#[derive(Debug, Parser)]
#[command(name = "cuttings", version, max_term_width = 90)]
pub struct Args {
    #[command(flatten)]
    pub settings: Settings,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the library to browsers and apps
    Serve,
    /// Save pages by address or from files
    Save(Save),
    /// List articles, newest first or as a filter says
    List(List),
    /// Read an article in the terminal
    Read(Read),
    /// Capture pages again; a poorer visit changes nothing that is shown
    Recapture(Recapture),
    /// Hold two captures of an article against each other
    Compare(Compare),
    /// Read kept pages again with the extractor of this version, offline
    Reextract(Reextract),
    /// Find articles
    Search(Search),
    /// Mark words of articles, list what is marked, and remove it
    Highlight(Highlight),
    /// Take the articles out of HTML pages and web archives; needs no library
    Extract(Extract),
    /// Find statements, dates and names in articles; needs no library
    Reference(Reference),
    /// Subscribe to feeds and read them
    Feed(FeedArgs),
    /// Check site rules, and try them on kept pages
    Rules(Rules),
    /// Add and list the people who use the library
    User(User),
    /// Make and revoke tokens for apps
    Token(Token),
    /// Write what was kept of articles into an archive that other programs open
    Export(Export),
    /// Look at every stored byte and row, and say what is damaged
    Verify(Verify),
    /// Show the settings in force and where each came from
    Config,
    /// Read pages from standard input for another process of Cuttings, which
    /// starts this itself
    #[command(hide = true)]
    Parser(crate::cmd::parser::Parser),
}

/// Whose library.
#[derive(Debug, ClapArgs)]
pub struct Whose {
    /// User whose library it is; may be left out when there is only one
    #[arg(long, value_name = "NAME", env = "CUTTINGS_USER")]
    pub user: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Save {
    /// Addresses (https://…), HTML files, or - for a page on standard input
    #[arg(required = true, value_name = "URL|FILE")]
    pub pages: Vec<String>,

    /// Address a file was saved from; without it the page's own canonical
    /// address is used
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,

    /// Tag to put on the articles; may be given several times
    #[arg(long, value_name = "TAG", value_parser = TagName::parse)]
    pub tag: Vec<TagName>,

    /// Wait until each page can be read, or has failed
    #[arg(long)]
    pub wait: bool,

    #[command(flatten)]
    pub whose: Whose,
}

/// Which articles.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Which {
    Unread,
    Archived,
    Starred,
    All,
}

impl From<Which> for View {
    fn from(which: Which) -> Self {
        match which {
            Which::Unread => Self::Unread,
            Which::Archived => Self::Archived,
            Which::Starred => Self::Starred,
            Which::All => Self::All,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct List {
    /// Which articles
    #[arg(value_enum, default_value = "unread")]
    pub which: Which,

    /// Only articles with this tag; given several times, with all of them
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,

    /// Further conditions and the order, as in the address of the library
    /// page: author=byron&length=short&sort=title
    #[arg(long, value_name = "QUERY")]
    pub filter: Option<String>,

    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    pub limit: i64,

    #[command(flatten)]
    pub whose: Whose,
}

#[derive(Debug, ClapArgs)]
pub struct Read {
    /// Number of the article, as `list` shows it
    #[arg(value_name = "ID")]
    pub id: i64,

    /// Width of the text in columns [default: the terminal's, at most 76]
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(20..))]
    pub width: Option<u16>,

    #[command(flatten)]
    pub whose: Whose,
}

#[derive(Debug, ClapArgs)]
pub struct Recapture {
    /// Numbers of articles, as `list` shows them
    #[arg(required = true, value_name = "ID", value_parser = clap::value_parser!(i64).range(1..=MAX_ID))]
    pub ids: Vec<i64>,

    /// Wait until each page was visited, and say what that brought
    #[arg(long)]
    pub wait: bool,

    #[command(flatten)]
    pub whose: Whose,
}

#[derive(Debug, ClapArgs)]
pub struct Compare {
    /// Number of the article, as `list` shows it
    #[arg(value_name = "ID", value_parser = clap::value_parser!(i64).range(1..=MAX_ID))]
    pub id: i64,
    /// Number of the earlier capture [default: the one before the later]
    #[arg(value_name = "FROM")]
    pub from: Option<i64>,
    /// Number of the later capture [default: the newest]
    #[arg(value_name = "TO")]
    pub to: Option<i64>,
    #[command(flatten)]
    pub whose: Whose,
}

#[derive(Debug, ClapArgs)]
pub struct Reextract {
    /// Also what this version of the extractor and later ones read, today's too:
    /// after a change of site rules [default: what older versions read]
    #[arg(long, value_name = "VERSION")]
    pub since_version: Option<i64>,
    /// Only this article, whatever version read it
    #[arg(long, value_name = "ID", conflicts_with = "since_version", value_parser = clap::value_parser!(i64).range(1..=MAX_ID))]
    pub article: Option<i64>,
    /// Go on behind the article with this number
    #[arg(long, value_name = "ID", conflicts_with = "article")]
    pub after: Option<i64>,
    /// Only show what would change: the default
    #[arg(long, conflicts_with = "apply")]
    pub dry_run: bool,
    /// Write it
    #[arg(long)]
    pub apply: bool,
    /// Also replace texts by ones with far fewer words; these articles get a mark
    #[arg(long)]
    pub emptier: bool,
    #[command(flatten)]
    pub whose: Whose,
}

#[derive(Debug, ClapArgs)]
pub struct Search {
    /// Words, "phrases", prefix*, -without, site: author: before: after: is:
    ///
    /// Quote the whole query in the shell when it holds quotation marks, and
    /// put -- before one that begins with a minus sign.
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,

    /// Page of results, 20 each
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub page: i64,

    #[command(flatten)]
    pub whose: Whose,
}

#[derive(Debug, ClapArgs)]
pub struct Highlight {
    #[command(subcommand)]
    pub action: HighlightAction,
}

/// What a highlight looks like.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum HighlightColour {
    Yellow,
    Red,
    Green,
    Blue,
    Purple,
}

impl From<HighlightColour> for Colour {
    fn from(colour: HighlightColour) -> Self {
        match colour {
            HighlightColour::Yellow => Self::Yellow,
            HighlightColour::Red => Self::Red,
            HighlightColour::Green => Self::Green,
            HighlightColour::Blue => Self::Blue,
            HighlightColour::Purple => Self::Purple,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum HighlightAction {
    /// Mark words of an article; marking them again changes colour and note
    Add {
        /// Number of the article, as `list` shows it
        id: i64,
        /// The words as they stand in its text; blanks and line ends may differ
        words: String,
        #[arg(long, value_enum, default_value = "yellow")]
        colour: HighlightColour,
        /// A note on them
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        /// What stands right before the words, when they stand in several places
        #[arg(long, value_name = "TEXT", default_value = "")]
        before: String,
        /// What stands right behind them
        #[arg(long, value_name = "TEXT", default_value = "")]
        behind: String,
        #[command(flatten)]
        whose: Whose,
    },
    /// List highlights, newest first
    List {
        /// Words in the highlight or its note, by their starts
        #[arg(value_name = "WORDS")]
        words: Vec<String>,
        /// Only those of this article
        #[arg(long, value_name = "ID")]
        article: Option<i64>,
        #[arg(long, value_enum)]
        colour: Option<HighlightColour>,
        /// Only those with a note
        #[arg(long)]
        noted: bool,
        /// Only those whose words are gone from the text
        #[arg(long)]
        orphan: bool,
        /// How many at most
        #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
        #[command(flatten)]
        whose: Whose,
    },
    /// Remove highlights by their numbers; --undo brings them back
    Remove {
        /// Numbers, as `highlight list` shows them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
        /// Bring back what was removed
        #[arg(long)]
        undo: bool,
        #[command(flatten)]
        whose: Whose,
    },
}

#[derive(Debug, ClapArgs)]
pub struct FeedArgs {
    #[command(subcommand)]
    pub action: FeedAction,

    /// User whose library it is; may be left out when there is only one
    #[arg(long, global = true, value_name = "NAME", env = "CUTTINGS_USER")]
    pub user: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum FeedAction {
    /// Subscribe to the feed of a page, or at an address
    Add {
        /// Address of a feed, or of a page that names one
        url: String,
        /// Folder to put it into
        #[arg(
            long,
            default_value = "",
            hide_default_value = true,
            value_name = "NAME"
        )]
        folder: String,
        /// Title, instead of the feed's own
        #[arg(long, default_value = "", hide_default_value = true)]
        title: String,
    },
    /// List feeds, with what is new and what is wrong
    List,
    /// Unsubscribe; can be undone for 30 days
    Remove {
        /// Number or address, as `feed list` shows it
        feed: String,
    },
    /// Read feeds now, all of them unless some are named
    Poll {
        /// Numbers or addresses, as `feed list` shows them
        feeds: Vec<String>,
    },
    /// Subscribe to the feeds of an OPML file
    Import {
        /// The file, or - for standard input
        file: String,
    },
    /// Print all subscriptions as OPML
    Export,
}

#[derive(Debug, ClapArgs)]
pub struct Rules {
    #[command(subcommand)]
    pub action: RulesAction,
}

#[derive(Debug, Subcommand)]
pub enum RulesAction {
    /// Read the folder of rules and say what is wrong in it
    Check {
        /// Folder of rules [default: rules/ in the data folder]
        folder: Option<PathBuf>,
    },
    /// Try the rule of a site on the pages of it that are kept
    Test {
        /// Host of the site, such as example.org
        site: String,

        /// Folder of rules [default: rules/ in the data folder]
        #[arg(long, value_name = "DIR")]
        rules: Option<PathBuf>,

        /// How many pages at most, newest first
        #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
        pages: i64,

        #[command(flatten)]
        whose: Whose,
    },
}

/// Forms of archives.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ExportFormat {
    /// WARC 1.1, packed record by record
    Warc,
    /// WACZ 1.1.1: WARC with an index, pages and highlights
    Wacz,
}

#[derive(Debug, ClapArgs)]
pub struct Export {
    /// Form of the archive
    #[arg(long, value_enum)]
    pub format: ExportFormat,

    /// Only this article, by its number
    #[arg(long, value_name = "ID", conflicts_with = "search")]
    pub article: Option<i64>,

    /// Only articles that match, as for `search` [default: everything]
    #[arg(long, value_name = "QUERY")]
    pub search: Option<String>,

    /// File to write; it appears when it is whole
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,

    #[command(flatten)]
    pub whose: Whose,
}

#[derive(Debug, ClapArgs)]
pub struct Verify {
    /// Mend what can be: make derived things anew, set damaged bytes aside.
    /// Nothing is deleted. Without it, verify says what this would do
    #[arg(long)]
    pub repair: bool,
}

#[derive(Debug, ClapArgs)]
pub struct User {
    #[command(subcommand)]
    pub action: UserAction,
}

#[derive(Debug, Subcommand)]
pub enum UserAction {
    /// Add a user; asks for the password unless it comes on standard input
    Add {
        /// Name to sign in with
        name: String,
        /// Read the password from standard input, one line
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set a user's password and end their sessions
    Password {
        /// Name of the user
        name: String,
        /// Read the password from standard input, one line
        #[arg(long)]
        password_stdin: bool,
    },
    /// List users
    List,
}

#[derive(Debug, ClapArgs)]
pub struct Token {
    #[command(subcommand)]
    pub action: TokenAction,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Rights {
    /// Read articles and search
    Read,
    /// Also save new ones
    Save,
    /// Anything its user may do
    Full,
}

impl From<Rights> for Scope {
    fn from(rights: Rights) -> Self {
        match rights {
            Rights::Read => Self::Read,
            Rights::Save => Self::Save,
            Rights::Full => Self::Full,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Make a token and print it, once
    Add {
        /// What the token is for, such as "phone"
        name: String,
        /// What it may do
        #[arg(long, value_enum, default_value = "full")]
        scope: Rights,
        #[command(flatten)]
        whose: Whose,
    },
    /// List a user's tokens
    List {
        #[command(flatten)]
        whose: Whose,
    },
    /// Revoke a token by its number
    Revoke {
        /// Number, as `token list` shows it
        id: i64,
        #[command(flatten)]
        whose: Whose,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }
}
