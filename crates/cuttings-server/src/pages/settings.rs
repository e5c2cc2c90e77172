//! `GET /settings` and `POST /settings`: how a user wants to read.
//!
//! The reader's panel holds the same choices ([`looks`]) and sends them here
//! too. A form may hold any of them; what it leaves out stays as it is.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use cuttings_library::settings;
use cuttings_model::Tag;
use cuttings_model::settings::{
    Alignment, LineHeight, ListLayout, Measure, Setting, Settings, TextSize, Theme, Typeface,
};

use crate::app::App;
use crate::body::{FormBody, Query};
use crate::error::HttpError;
use crate::origin::local_path;
use crate::problems;
use crate::session::Caller;
use crate::shell::{Place, Shell, show};
use crate::texts::{self, ENGLISH};

/// As many tags are offered for keeping on a device: those most used.
const MOST_TAGS: usize = 60;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    shell: Shell,
    looks: Vec<Choice>,
    lists: Vec<Choice>,
    /// Tags whose articles a device can keep.
    tags: Vec<Tag>,
    /// Whether a form was just saved.
    saved: bool,
}

/// One setting as a form shows it.
pub(crate) struct Choice {
    /// Name of the field.
    pub name: &'static str,
    /// What it is about.
    pub legend: &'static str,
    pub hint: Option<&'static str>,
    pub options: Vec<Offer>,
}

/// One choice of a setting.
pub(crate) struct Offer {
    pub value: &'static str,
    pub label: String,
    pub checked: bool,
}

/// Query of the page.
#[derive(serde::Deserialize)]
pub(crate) struct SettingsQuery {
    saved: Option<String>,
}

/// `GET /settings`.
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    OriginalUri(here): OriginalUri,
    Query(query): Query<SettingsQuery>,
) -> Result<Response, HttpError> {
    let text = &ENGLISH.settings;
    let mut tags = app.library.store.tags(caller.user_id()).await?;
    tags.sort_by_key(|tag| std::cmp::Reverse(tag.article_count));
    tags.truncate(MOST_TAGS);
    let mut shell = Shell::of(&caller, text.title, Place::Settings, &here);
    "/settings?saved=yes".clone_into(&mut shell.here);
    show(
        StatusCode::OK,
        &SettingsPage {
            shell,
            looks: looks(caller.settings, text),
            lists: vec![layout(caller.settings.list_layout, text)],
            tags,
            saved: query.saved.is_some(),
        },
    )
}

/// `POST /settings`.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    FormBody(mut form): FormBody<BTreeMap<String, String>>,
) -> Result<Redirect, HttpError> {
    let back = form.remove("back").unwrap_or_default();
    let changes = form
        .iter()
        .map(|(name, value)| {
            Setting::parse(name, value).ok_or_else(|| {
                HttpError::new(
                    problems::BAD_FIELD,
                    format!("There is no setting “{name}” with the choice “{value}”."),
                )
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    settings::change(&app.library, caller.user_id(), &changes).await?;
    Ok(Redirect::to(
        &local_path(&back).unwrap_or_else(|| "/settings".to_owned()),
    ))
}

/// The settings that say how a story looks.
pub(crate) fn looks(settings: Settings, text: &texts::Settings) -> Vec<Choice> {
    let theme = |theme| match theme {
        Theme::System => text.theme_system,
        Theme::Paper => text.theme_paper,
        Theme::Sepia => text.theme_sepia,
        Theme::Dark => text.theme_dark,
        Theme::Black => text.theme_black,
    };
    let typeface = |typeface| match typeface {
        Typeface::Serif => text.typeface_serif,
        Typeface::Sans => text.typeface_sans,
        Typeface::Legible => text.typeface_legible,
        Typeface::System => text.typeface_system,
    };
    let measure = |measure| match measure {
        Measure::Narrow => text.measure_narrow,
        Measure::Usual => text.measure_usual,
        Measure::Wide => text.measure_wide,
    };
    let line_height = |line_height| match line_height {
        LineHeight::Tight => text.line_height_tight,
        LineHeight::Usual => text.line_height_usual,
        LineHeight::Loose => text.line_height_loose,
    };
    let alignment = |alignment| match alignment {
        Alignment::Ragged => text.alignment_ragged,
        Alignment::Justified => text.alignment_justified,
    };
    vec![
        choice(
            text.theme,
            Theme::ALL,
            settings.theme,
            Setting::Theme,
            theme,
        ),
        Choice {
            hint: Some(text.typeface_hint),
            ..choice(
                text.typeface,
                Typeface::ALL,
                settings.typeface,
                Setting::Typeface,
                typeface,
            )
        },
        choice(
            text.text_size,
            TextSize::ALL,
            settings.text_size,
            Setting::TextSize,
            |size| (text.hundredths)(size.as_str()),
        ),
        choice(
            text.measure,
            Measure::ALL,
            settings.measure,
            Setting::Measure,
            measure,
        ),
        choice(
            text.line_height,
            LineHeight::ALL,
            settings.line_height,
            Setting::LineHeight,
            line_height,
        ),
        choice(
            text.alignment,
            Alignment::ALL,
            settings.alignment,
            Setting::Alignment,
            alignment,
        ),
    ]
}

fn layout(current: ListLayout, text: &texts::Settings) -> Choice {
    choice(
        text.list_layout,
        ListLayout::ALL,
        current,
        Setting::ListLayout,
        |layout| match layout {
            ListLayout::List => ENGLISH.library.layout_list,
            ListLayout::Cards => ENGLISH.library.layout_cards,
            ListLayout::Dense => ENGLISH.library.layout_dense,
        },
    )
}

fn choice<C: Copy + PartialEq, L: Into<String>>(
    legend: &'static str,
    all: &[C],
    current: C,
    setting: fn(C) -> Setting,
    label: impl Fn(C) -> L,
) -> Choice {
    Choice {
        name: setting(current).name(),
        legend,
        hint: None,
        options: all
            .iter()
            .map(|choice| Offer {
                value: setting(*choice).value(),
                label: label(*choice).into(),
                checked: *choice == current,
            })
            .collect(),
    }
}
