//! A rule file into a [`SiteRule`], line by line.
//!
//! [`super::Rules::read_folder`] and tests of rules come here. A line that is
//! wrong is reported and left out; the others work. Lines that mean something
//! to other programs only (`tidy`, `parser`, logins) are known and do nothing.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::xpath::XPath;

/// The longest rule file that is read, in bytes.
pub const MAX_RULE_BYTES: usize = 256 * 1024;

/// What is wrong with a line of a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct RuleError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in plain words.
    pub message: String,
}

/// How the pages of one site are read.
#[derive(Clone, Debug, Default)]
pub struct SiteRule {
    pub(super) name: String,
    pub(super) directives: Vec<Arc<Directive>>,
    pub(super) prune: Option<bool>,
    pub(super) autodetect: Option<bool>,
    pub(super) skip_linked_data: Option<bool>,
}

/// One line of a rule.
#[derive(Debug)]
pub(super) struct Directive {
    /// The rule it is from: another's when taken over from `global.txt`.
    pub(super) rule: String,
    pub(super) line: usize,
    /// As it is written before the colon.
    pub(super) name: String,
    pub(super) value: String,
    pub(super) action: Action,
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Title(XPath),
    Body(XPath),
    Author(XPath),
    Date(XPath),
    Strip(XPath),
    StripIdOrClass(String),
    StripImageSource(String),
    StripAttribute(XPath),
    Dissolve(XPath),
    WrapIn { element: String, path: XPath },
    MoveInto { target: XPath, path: XPath },
    LazySource(String),
    SinglePage { path: XPath, only_if: Option<XPath> },
    NextPage { path: XPath, only_if: Option<XPath> },
    AdvertisementClue(XPath),
    Replace { find: String, replacement: String },
    Header { name: String, value: String },
    TestAddress(String),
    TestContains(String),
}

impl Action {
    /// Whether it does something on a page, other than asking for it and
    /// testing what came out.
    pub(super) fn is_about_the_page(&self) -> bool {
        !matches!(
            self,
            Self::Header { .. } | Self::TestAddress(_) | Self::TestContains(_)
        )
    }
}

impl SiteRule {
    /// Reads the text of a rule; `name` is what it is called in messages: its
    /// host. What is wrong with single lines comes back beside it.
    ///
    /// ```
    /// use cuttings_extract::rules::SiteRule;
    ///
    /// let (rule, errors) = SiteRule::parse("example.org", "body: //article\nstrip: //p[\n");
    /// assert_eq!(rule.name(), "example.org");
    /// assert_eq!(errors[0].line, 2);
    /// ```
    pub fn parse(name: &str, text: &str) -> (Self, Vec<RuleError>) {
        let mut reader = Reader {
            rule: Self {
                name: name.to_owned(),
                ..Self::default()
            },
            errors: Vec::new(),
            finds: VecDeque::new(),
        };
        let mut text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.len() > MAX_RULE_BYTES {
            reader.error(1, format!("only {MAX_RULE_BYTES} bytes of a rule are read"));
            let end = (0..=MAX_RULE_BYTES)
                .rev()
                .find(|at| text.is_char_boundary(*at));
            text = &text[..end.unwrap_or(0)];
        }
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(message) = reader.take(at + 1, line) {
                reader.error(at + 1, message);
            }
        }
        while let Some((line, _)) = reader.finds.pop_front() {
            reader.error(line, "no `replace_string` follows this".to_owned());
        }
        reader.errors.sort_by_key(|error| error.line);
        (reader.rule, reader.errors)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Addresses of pages it was written for.
    pub fn test_addresses(&self) -> impl Iterator<Item = &str> {
        self.directives
            .iter()
            .filter_map(|line| match &line.action {
                Action::TestAddress(address) => Some(address.as_str()),
                _ => None,
            })
    }

    /// Names and values of the headers the site wants in a request.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.directives
            .iter()
            .filter_map(|line| match &line.action {
                Action::Header { name, value } => Some((name.as_str(), value.as_str())),
                _ => None,
            })
    }

    /// Whether boilerplate inside the story is taken out as usual: `prune`.
    pub fn prunes(&self) -> bool {
        self.prune.unwrap_or(true)
    }

    /// Whether the story is looked for in the ordinary way when no `body`
    /// matches: `autodetect_on_failure`.
    pub fn autodetects(&self) -> bool {
        self.autodetect.unwrap_or(true)
    }

    pub(crate) fn skips_linked_data(&self) -> bool {
        self.skip_linked_data.unwrap_or(false)
    }

    pub(super) fn has_body(&self) -> bool {
        self.directives
            .iter()
            .any(|line| matches!(line.action, Action::Body(_)))
    }

    /// Whether a line about other pages (`single_page_link`, `next_page_link`)
    /// has the name of this host written in it: the story may be read there,
    /// though it is another site.
    pub fn names_host(&self, host: &str) -> bool {
        self.directives.iter().any(|line| {
            let is_link = matches!(
                line.action,
                Action::SinglePage { .. } | Action::NextPage { .. }
            );
            is_link
                && line
                    .value
                    .split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-')))
                    .any(|word| word.eq_ignore_ascii_case(host))
        })
    }

    /// Appends what holds for all sites; what is set here stays.
    pub(super) fn take_over(&mut self, global: &Self) {
        self.directives.extend(global.directives.iter().cloned());
        self.prune = self.prune.or(global.prune);
        self.autodetect = self.autodetect.or(global.autodetect);
        self.skip_linked_data = self.skip_linked_data.or(global.skip_linked_data);
    }
}

struct Reader {
    rule: SiteRule,
    errors: Vec<RuleError>,
    /// Lines and texts that wait for their `replace_string`.
    finds: VecDeque<(usize, String)>,
}

impl Reader {
    fn error(&mut self, line: usize, message: String) {
        self.errors.push(RuleError { line, message });
    }

    fn take(&mut self, line: usize, text: &str) -> Result<(), String> {
        let (written, argument, value) = split(text)?;
        let name = written.to_ascii_lowercase();
        let takes_argument = matches!(
            name.as_str(),
            "replace_string" | "http_header" | "wrap_in" | "move_into"
        );
        if argument.is_some() && !takes_argument {
            return Err(format!("`{name}` takes nothing in parentheses"));
        }
        if value.is_empty() && name != "replace_string" {
            return Err(format!("`{name}` has no value"));
        }
        let action = match name.as_str() {
            "title" => Action::Title(path(value)?),
            "body" => Action::Body(path(value)?),
            "author" => Action::Author(path(value)?),
            "date" => Action::Date(path(value)?),
            "strip" => Action::Strip(path(value)?),
            "strip_id_or_class" => Action::StripIdOrClass(bare(value)?),
            "strip_image_src" => Action::StripImageSource(bare(value)?),
            "strip_attr" => Action::StripAttribute(path(value)?),
            "dissolve" => Action::Dissolve(path(value)?),
            "src_lazy_load_attr" => Action::LazySource(bare(value)?.to_ascii_lowercase()),
            "native_ad_clue" => Action::AdvertisementClue(path(value)?),
            "single_page_link" => Action::SinglePage {
                path: path(value)?,
                only_if: None,
            },
            "next_page_link" => Action::NextPage {
                path: path(value)?,
                only_if: None,
            },
            "if_page_contains" => return self.condition(path(value)?),
            "wrap_in" => Action::WrapIn {
                element: element(argument)?,
                path: path(value)?,
            },
            "move_into" => Action::MoveInto {
                target: path(argument.ok_or("`move_into` wants a path in parentheses")?)?,
                path: path(value)?,
            },
            "find_string" => {
                self.finds.push_back((line, value.to_owned()));
                return Ok(());
            }
            "replace_string" => {
                let find = match argument {
                    Some("") => return Err("there is nothing to find in the parentheses".into()),
                    Some(find) => find.to_owned(),
                    None => {
                        let first = self.finds.pop_front();
                        first.ok_or("no `find_string` stands before this")?.1
                    }
                };
                Action::Replace {
                    find,
                    replacement: value.to_owned(),
                }
            }
            "http_header" => Action::Header {
                name: argument
                    .filter(|name| !name.is_empty())
                    .ok_or("`http_header` wants a name in parentheses")?
                    .to_ascii_lowercase(),
                value: value.to_owned(),
            },
            "test_url" => Action::TestAddress(value.to_owned()),
            "test_contains" => Action::TestContains(value.to_owned()),
            "prune" => {
                self.rule.prune = Some(yes_or_no(value)?);
                return Ok(());
            }
            "autodetect_on_failure" => {
                self.rule.autodetect = Some(yes_or_no(value)?);
                return Ok(());
            }
            "skip_json_ld" => {
                self.rule.skip_linked_data = Some(yes_or_no(value)?);
                return Ok(());
            }
            "tidy"
            | "insert_detected_image"
            | "convert_double_br_tags"
            | "requires_login"
            | "strip_comments" => {
                yes_or_no(value)?;
                return Ok(());
            }
            "footnotes" | "not_logged_in_xpath" => {
                path(value)?;
                return Ok(());
            }
            "parser"
            | "login_uri"
            | "login_username_field"
            | "login_password_field"
            | "login_extra_fields"
            | "skip_id_or_class"
            | "post_strip_attr"
            | "single_page_link_in_feed" => return Ok(()),
            _ => return Err(format!("there is no directive called `{name}`")),
        };
        self.rule.directives.push(Arc::new(Directive {
            rule: self.rule.name.clone(),
            line,
            name,
            value: value.to_owned(),
            action,
        }));
        Ok(())
    }

    /// Makes the line before depend on what the page contains.
    fn condition(&mut self, condition: XPath) -> Result<(), String> {
        let last = self.rule.directives.last_mut().and_then(Arc::get_mut);
        match last.map(|line| &mut line.action) {
            Some(Action::SinglePage { only_if, .. } | Action::NextPage { only_if, .. }) => {
                *only_if = Some(condition);
                Ok(())
            }
            _ => Err(
                "`if_page_contains` belongs after a `single_page_link` or a \
                      `next_page_link`"
                    .to_owned(),
            ),
        }
    }
}

/// The name, what stands in parentheses, and the value of a line.
fn split(text: &str) -> Result<(&str, Option<&str>, &str), String> {
    let no_colon = || "this is not `name: value`".to_owned();
    let end = text.find([':', '(']).ok_or_else(no_colon)?;
    let name = text[..end].trim();
    if text[end..].starts_with(':') {
        return Ok((name, None, text[end + 1..].trim()));
    }
    // What is in the parentheses may hold colons and parentheses itself.
    let inside = &text[end + 1..];
    let close = inside.find("):").ok_or_else(no_colon)?;
    Ok((name, Some(&inside[..close]), inside[close + 2..].trim()))
}

fn path(value: &str) -> Result<XPath, String> {
    XPath::parse(value).map_err(|error| error.to_string())
}

/// A text without the quotes some put around it.
fn bare(value: &str) -> Result<String, String> {
    let text = value.replace(['"', '\''], "").trim().to_owned();
    if text.is_empty() {
        return Err("there is nothing between the quotes".to_owned());
    }
    Ok(text)
}

fn yes_or_no(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(format!("`{value}` is neither `yes` nor `no`")),
    }
}

fn element(argument: Option<&str>) -> Result<String, String> {
    let name = argument.unwrap_or_default().trim().to_ascii_lowercase();
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits {
        Ok(name)
    } else {
        Err("`wrap_in` wants the name of an element in parentheses".to_owned())
    }
}
