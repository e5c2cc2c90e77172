//! What an outlet says to bind itself to nothing, and that it is paid for links.
//!
//! [`crate::lines`] and [`crate::lines_edges`] ask of single lines.

/// How an outlet says that its text binds it to nothing, lower case.
const DISCLAIMERS: &[&str] = &[
    "informational purposes",
    "information purposes only",
    "general information only",
    "purposes only and",
    "substitute for professional",
    "substitute for medical",
    "a substitute for direct",
    "not intended to replace",
    "not constitute",
    "not be construed",
    "not be considered",
    "not provide tax",
    "not provide legal",
    "not provide medical",
    "registered investment advis",
    "securities offered through",
    "securities and services offered",
    "securities & services offered",
    "offered through and",
    "registered trademark",
    "trademarks of",
    "obtain a prospectus",
    "past performance is",
    "past performance does",
    "keine anlageberatung",
    "ersetzt keine",
    "dient ausschließlich",
    "à titre informatif",
    "titre d'information",
    "fines informativos",
    "carácter informativo",
    "scopo informativo",
];

/// Whether a line, standing at the end of a text, disclaims it.
pub fn is_disclaimer(text: &str) -> bool {
    let lower = text.to_lowercase();
    (text.len() < 40 && (lower.starts_with("disclaimer") || lower.starts_with("disclosure")))
        || DISCLAIMERS.iter().any(|phrase| lower.contains(phrase))
}

/// Whether a line says that the outlet is paid for what is bought by its links.
pub fn is_commission_notice(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("commission")
        && ["earn", "receive", "get paid", "provision"]
            .iter()
            .any(|word| lower.contains(word))
        && ["link", "purchase", "buy"]
            .iter()
            .any(|word| lower.contains(word))
}
