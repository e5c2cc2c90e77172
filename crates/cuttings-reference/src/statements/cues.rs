//! Words that say that somebody says something.

/// Verbs of saying, base forms.
const SAYING: &[&str] = &[
    "accuse",
    "acknowledge",
    "add",
    "admit",
    "advise",
    "affirm",
    "agree",
    "allege",
    "announce",
    "answer",
    "argue",
    "ask",
    "assert",
    "assure",
    "blog",
    "boast",
    "caution",
    "claim",
    "comment",
    "complain",
    "concede",
    "conclude",
    "confess",
    "confirm",
    "contend",
    "counter",
    "cry",
    "declare",
    "decry",
    "demand",
    "deny",
    "email",
    "emphasise",
    "emphasize",
    "estimate",
    "exclaim",
    "explain",
    "forecast",
    "imply",
    "indicate",
    "inform",
    "insist",
    "joke",
    "lament",
    "maintain",
    "mention",
    "muse",
    "mutter",
    "note",
    "observe",
    "opine",
    "plead",
    "pledge",
    "predict",
    "proclaim",
    "promise",
    "pronounce",
    "propose",
    "protest",
    "quip",
    "reaffirm",
    "recall",
    "recommend",
    "recount",
    "reiterate",
    "remark",
    "remind",
    "reply",
    "report",
    "respond",
    "retort",
    "reveal",
    "say",
    "shout",
    "signal",
    "state",
    "stress",
    "suggest",
    "swear",
    "tell",
    "testify",
    "tweet",
    "urge",
    "vow",
    "warn",
    "whisper",
    "write",
    "yell",
];

/// Verbs of thinking, which take a clause as those of saying do.
const THINKING: &[&str] = &[
    "believe", "doubt", "expect", "fear", "feel", "guess", "hope", "suspect", "think", "worry",
];

/// Verbs that introduce what is between marks and nothing else.
const WITH_MARKS: &[&str] = &[
    "begin",
    "continue",
    "finish",
    "laugh",
    "read",
    "smile",
    "describe",
    "call",
    "praise",
    "criticise",
    "criticize",
    "condemn",
    "dismiss",
    "deem",
    "brand",
    "label",
    "dub",
    "post",
];

/// Verbs whose object is who is told.
const TELLING: &[&str] = &[
    "tell", "inform", "assure", "warn", "remind", "advise", "promise", "urge", "ask", "email",
];

/// Verbs that take what somebody wants, in the infinitive.
const WANTING: &[&str] = &[
    "plan", "want", "intend", "aim", "seek", "hope", "wish", "vow", "pledge", "promise", "refuse",
    "threaten", "offer",
];

/// Nouns that, expressed or voiced, take a clause.
const STANCES: &[&str] = &[
    "anger",
    "belief",
    "concern",
    "confidence",
    "conviction",
    "disappointment",
    "dismay",
    "doubt",
    "fear",
    "frustration",
    "hope",
    "optimism",
    "outrage",
    "pessimism",
    "regret",
    "relief",
    "satisfaction",
    "scepticism",
    "skepticism",
    "surprise",
    "view",
    "wish",
    "worry",
];

/// Verbs that go with [`STANCES`].
const EXPRESSING: &[&str] = &[
    "express",
    "voice",
    "share",
    "have",
    "reiterate",
    "convey",
    "state",
];

/// Forms that no rule of endings gives.
const FORMS: &[(&str, &str)] = &[
    ("said", "say"),
    ("says", "say"),
    ("told", "tell"),
    ("tells", "tell"),
    ("thought", "think"),
    ("wrote", "write"),
    ("written", "write"),
    ("felt", "feel"),
    ("swore", "swear"),
    ("sworn", "swear"),
    ("denied", "deny"),
    ("denies", "deny"),
    ("replied", "reply"),
    ("replies", "reply"),
    ("implied", "imply"),
    ("cried", "cry"),
    ("cries", "cry"),
    ("testified", "testify"),
    ("testifies", "testify"),
    ("worried", "worry"),
    ("worries", "worry"),
    ("had", "have"),
    ("has", "have"),
    ("began", "begin"),
    ("begun", "begin"),
    ("sought", "seek"),
    ("read", "read"),
    ("quipped", "quip"),
    ("planned", "plan"),
    ("planning", "plan"),
    ("admitted", "admit"),
    ("admitting", "admit"),
    ("dubbed", "dub"),
    ("forecast", "forecast"),
    ("decried", "decry"),
    ("labelled", "label"),
    ("signalled", "signal"),
];

/// What a verb takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// A clause, or what is between marks.
    Saying {
        /// Whether its object is who is told.
        tells: bool,
    },
    /// What is between marks.
    WithMarks,
    /// An infinitive.
    Wanting,
}

/// The base form of a verb, as far as the lists above need it.
pub(super) fn base(word: &str) -> String {
    let lower = word.to_lowercase();
    if let Some((_, base)) = FORMS.iter().find(|(form, _)| *form == lower) {
        return (*base).to_owned();
    }
    let is_known = |base: &str| {
        [SAYING, THINKING, WITH_MARKS, WANTING, EXPRESSING]
            .iter()
            .any(|list| list.contains(&base))
    };
    for ending in ["ing", "ed", "es", "s", "d"] {
        if let Some(stem) = lower.strip_suffix(ending) {
            if is_known(stem) {
                return stem.to_owned();
            }
            let with_e = format!("{stem}e");
            if is_known(&with_e) {
                return with_e;
            }
        }
    }
    lower
}

/// What a verb takes, by its base form; nothing when it says nothing.
pub(super) fn verb(base: &str) -> Option<Verb> {
    if SAYING.contains(&base) || THINKING.contains(&base) {
        Some(Verb::Saying {
            tells: TELLING.contains(&base),
        })
    } else if WITH_MARKS.contains(&base) {
        Some(Verb::WithMarks)
    } else if WANTING.contains(&base) {
        Some(Verb::Wanting)
    } else {
        None
    }
}

/// Whether a verb may also take an infinitive of what somebody wants.
pub(super) fn may_want(base: &str) -> bool {
    WANTING.contains(&base)
}

/// Whether a verb and a noun together take a clause: `expressed confidence`.
pub(super) fn is_stance(base: &str, noun: &str) -> bool {
    EXPRESSING.contains(&base) && STANCES.contains(&noun.to_lowercase().as_str())
}

/// Whether a verb of saying is one of thinking rather.
pub(super) fn is_thinking(base: &str) -> bool {
    THINKING.contains(&base)
}
