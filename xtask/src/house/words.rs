//! The rule on texts: what the interface says stands in the catalogue
//! (`crates/cuttings-server/src/texts/`), not in a template.

use std::fs;

use crate::workspace::Workspace;

const TEMPLATES: &str = "crates/cuttings-server/templates";

/// Templates whose words have not been brought into the catalogue yet.
const NOT_YET: &[&str] = &[];

/// Attributes a reader sees or hears.
const SPOKEN: &[&str] = &[
    "aria-label",
    "aria-description",
    "placeholder",
    "title",
    "alt",
];

/// The name is the same in every language.
const NAME: &str = "Cuttings";

/// Templates say nothing of their own.
///
/// # Errors
///
/// A sentence, when a file cannot be read.
pub fn templates_say_nothing(workspace: &Workspace) -> Result<Vec<String>, String> {
    let folder = workspace.root.join(TEMPLATES);
    let mut places = Vec::new();
    let entries = fs::read_dir(&folder).map_err(|error| format!("{TEMPLATES}: {error}"))?;
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path()).map_err(|error| format!("{name}: {error}"))?;
        let said = said(&text);
        match (said.first(), NOT_YET.contains(&name.as_str())) {
            (Some(words), false) => places.push(format!("{TEMPLATES}/{name} says \"{words}\"")),
            (None, true) => places.push(format!(
                "{name} says nothing of its own any more: take it off the list in xtask/src/house/words.rs"
            )),
            _ => {}
        }
    }
    places.sort();
    Ok(places)
}

/// The words of a template that are its own: text between tags and in
/// attributes that are read out.
fn said(template: &str) -> Vec<String> {
    // The block `kind` holds a class, no words.
    let shown = without(template, "{% block kind %}", "{% endblock %}");
    let code = without(&without(&shown, "{#", "#}"), "{%", "%}");
    let bare = without(&code, "{{", "}}");
    let mut said = Vec::new();
    for (at, part) in bare.split('<').enumerate() {
        let (tag, text) = match part.split_once('>') {
            Some((tag, text)) if at > 0 => (tag, text),
            _ => ("", part),
        };
        said.extend(SPOKEN.iter().filter_map(|name| attribute(tag, name)));
        said.push(text.to_owned());
    }
    said.into_iter()
        .map(|words| words.replace(NAME, "").trim().to_owned())
        .filter(|words| has_a_word(words))
        .collect()
}

/// `text` without everything from each `open` to its `close`.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(open) {
        kept.push_str(before);
        rest = behind.split_once(close).map_or("", |(_, after)| after);
    }
    kept + rest
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    Some(value.split('"').next().unwrap_or_default().to_owned())
}

/// A single letter is the name of a key; an entity is a sign.
fn has_a_word(text: &str) -> bool {
    without(text, "&", ";")
        .split(|c: char| !c.is_alphabetic())
        .any(|word| word.chars().count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_tags_and_in_labels_are_found() {
        assert_eq!(said("<p class=\"a\">Nothing here</p>"), ["Nothing here"]);
        assert_eq!(said("<a aria-label=\"Main\">{{ x }}</a>"), ["Main"]);
        assert_eq!(said("<p>{% if a %}Old{% endif %}</p>"), ["Old"]);
    }

    #[test]
    fn values_signs_keys_and_comments_are_no_words() {
        assert!(said("{# A list. #}<p>{{ text.none }} · &larr; <kbd>j</kbd> 12</p>").is_empty());
        assert!(said("<a class=\"Big\" href=\"/x\">Cuttings</a>").is_empty());
    }
}
