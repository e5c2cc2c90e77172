//! Language detection.

use cuttings_text::language::{choose, detect, is_rtl};

const SPOKEN: [(&str, &str); 14] = [
    (
        "en",
        "The council voted on Tuesday to reopen the old harbour, which had been closed to ferries since the storm two winters ago. Nobody expected the repairs to take so long.",
    ),
    (
        "fr",
        "Le conseil municipal a voté mardi la réouverture du vieux port, fermé aux navires depuis la tempête. Personne ne pensait que les travaux dureraient aussi longtemps.",
    ),
    (
        "de",
        "Der Stadtrat hat am Dienstag beschlossen, den alten Hafen wieder zu öffnen, der seit dem Sturm vor zwei Jahren für Fähren gesperrt war. Niemand hatte damit gerechnet.",
    ),
    (
        "es",
        "El ayuntamiento votó el martes la reapertura del viejo puerto, cerrado a los transbordadores desde la tormenta. Nadie pensaba que las obras durarían tanto tiempo.",
    ),
    (
        "it",
        "Il consiglio comunale ha votato martedì la riapertura del vecchio porto, chiuso ai traghetti dalla tempesta di due anni fa. Nessuno pensava che i lavori durassero tanto.",
    ),
    (
        "pt",
        "A câmara municipal votou na terça-feira a reabertura do velho porto, fechado às embarcações desde a tempestade. Ninguém pensava que as obras demorassem tanto tempo.",
    ),
    (
        "nl",
        "De gemeenteraad heeft dinsdag besloten de oude haven weer te openen, die sinds de storm van twee jaar geleden gesloten was. Niemand had verwacht dat het zo lang zou duren.",
    ),
    (
        "sv",
        "Kommunfullmäktige beslutade på tisdagen att öppna den gamla hamnen igen, som har varit stängd för färjor sedan stormen för två år sedan. Ingen trodde att det skulle ta så lång tid.",
    ),
    (
        "pl",
        "Rada miasta zdecydowała we wtorek o ponownym otwarciu starego portu, zamkniętego dla promów od czasu burzy. Nikt nie spodziewał się, że prace potrwają tak długo.",
    ),
    (
        "ru",
        "Городской совет во вторник проголосовал за открытие старого порта, который был закрыт для паромов после бури. Никто не ожидал, что ремонт продлится так долго.",
    ),
    (
        "el",
        "Το δημοτικό συμβούλιο ψήφισε την Τρίτη την επαναλειτουργία του παλιού λιμανιού.",
    ),
    (
        "ar",
        "صوت مجلس المدينة يوم الثلاثاء على إعادة فتح الميناء القديم الذي أغلق أمام العبارات منذ العاصفة قبل عامين ولم يتوقع أحد أن تستغرق الإصلاحات كل هذا الوقت",
    ),
    (
        "ja",
        "市議会は火曜日、二年前の嵐以来閉鎖されていた古い港の再開を決議した。",
    ),
    (
        "zh",
        "市议会星期二投票决定重新开放旧港口，该港口自两年前的风暴以来一直关闭。",
    ),
];

#[test]
fn plain_prose_is_recognised() {
    for (language, text) in SPOKEN {
        assert_eq!(detect(text), Some(language), "{text}");
    }
}

#[test]
fn too_little_text_says_nothing() {
    for text in [
        "",
        "OK",
        "12345 67890",
        "Berlin 2024",
        "https://example.org/",
    ] {
        assert_eq!(detect(text), None, "{text}");
    }
}

#[test]
fn a_long_text_overrules_the_declared_language_and_a_short_one_does_not() {
    let german = SPOKEN[2].1.repeat(3);
    assert_eq!(choose(Some("en-US"), &german).as_deref(), Some("de"));
    assert_eq!(choose(Some("de-AT"), &german).as_deref(), Some("de-AT"));
    assert_eq!(choose(Some("en"), "Guten Tag").as_deref(), Some("en"));
    assert_eq!(choose(None, &german).as_deref(), Some("de"));
    // The detector knows no Basque, so it cannot judge what is declared as such.
    assert_eq!(choose(Some("eu"), &german).as_deref(), Some("eu"));
}

#[test]
fn declared_tags_are_tidied() {
    for (declared, expected) in [
        ("EN", Some("en")),
        ("en_US.UTF-8", Some("en-US")),
        (" pt-br ", Some("pt-BR")),
        ("zh-hant-tw", Some("zh-Hant-TW")),
        ("zh-Hans", Some("zh-Hans")),
        ("es-419", Some("es-419")),
        ("nb-NO", Some("no-NO")),
        ("eng", Some("en")),
        ("iw", Some("he")),
        ("de-DE-1996", Some("de-DE")),
        ("en, fr", Some("en")),
        ("und", None),
        ("x-default", None),
        ("english", None),
        ("e1", None),
        ("", None),
        ("ünï", None),
    ] {
        assert_eq!(
            choose(Some(declared), "").as_deref(),
            expected,
            "{declared}"
        );
    }
}

#[test]
fn direction_follows_the_script_where_one_is_named() {
    for (tag, expected) in [
        ("ar-EG", true),
        ("fa", true),
        ("ur_PK", true),
        ("he", true),
        ("ku-Arab", true),
        ("ar-Latn", false),
        ("ja", false),
        ("", false),
    ] {
        assert_eq!(is_rtl(tag), expected, "{tag}");
    }
}
