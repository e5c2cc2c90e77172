//! Making the weights, and scoring what they were made of.

use std::path::Path;

use cuttings_reference::tagger::train::{Named, Spoken, train};
use cuttings_reference::tagger::{NameTag, Tagger, gazetteer};

use crate::corpora::{self, Document};
use crate::names::Scores;

/// Where the weights are kept.
const WEIGHTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../crates/cuttings-reference/src/tagger"
);

struct Corpora {
    gum: Vec<Document>,
    ewt: Vec<Document>,
    /// With the column that says what is a name.
    others: Vec<(Vec<Document>, usize)>,
}

impl Corpora {
    fn read(folder: &Path) -> Result<Self, String> {
        Ok(Self {
            gum: corpora::words(&folder.join("train_gum.dev.tsv"))?,
            ewt: corpora::words(&folder.join("train_ewt_pos.dev.tsv"))?,
            others: ["uner_ewt", "crossner", "wnut17"]
                .into_iter()
                .map(|name| {
                    let path = folder.join(format!("train_{name}.dev.tsv"));
                    Ok((corpora::words(&path)?, 1))
                })
                .collect::<Result<_, String>>()?,
        })
    }

    /// All that is learnt from, but not what `left_out` says.
    fn lessons(&self, left_out: impl Fn(&str) -> bool) -> (Vec<Spoken>, Vec<Vec<Named>>) {
        let spoken = self
            .gum
            .iter()
            .chain(&self.ewt)
            .filter(|document| !left_out(&document.id))
            .flat_map(corpora::spoken)
            .collect();
        let gum = self.gum.iter().map(|document| (document, 2));
        let others = self
            .others
            .iter()
            .flat_map(|(documents, column)| documents.iter().map(|document| (document, *column)));
        let named = gum
            .chain(others)
            .filter(|(document, _)| !left_out(&document.id))
            .map(|(document, column)| corpora::named(document, column))
            .collect();
        (spoken, named)
    }
}

/// Writes lists and weights to where the crate has them.
pub fn write(folder: &Path) -> Result<(), String> {
    let keep = |name: &str, bytes: &[u8]| {
        let path = Path::new(WEIGHTS).join(name);
        std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{name}: {} bytes", bytes.len());
        Ok::<(), String>(())
    };
    keep("gazetteer.bin", &lists(folder)?)?;
    let corpora = Corpora::read(folder)?;
    let (spoken, named) = corpora.lessons(|_| false);
    keep("weights.bin", &train(&spoken, &named))
}

fn lists(folder: &Path) -> Result<Vec<u8>, String> {
    let people = corpora::read(&folder.join("gaz_us_census_1990_names.tsv"))?;
    let people: Vec<(&str, &str, f32)> = people
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            Some((
                *columns.first()?,
                *columns.get(1)?,
                columns.get(2)?.parse().ok()?,
            ))
        })
        .collect();
    let places = corpora::read(&folder.join("gaz_geonames.tsv"))?;
    let places: Vec<(&str, &str)> = places
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((columns.next()?, columns.next()?))
        })
        .collect();
    Ok(gazetteer::pack(&people, &places))
}

/// Scores on a fifth of GUM's documents that was not learnt from, five times.
pub fn evaluate(folder: &Path) -> Result<(), String> {
    const FOLDS: usize = 5;
    let corpora = Corpora::read(folder)?;
    let mut scores = Scores::default();
    let mut news = Scores::default();
    for fold in 0..FOLDS {
        let held: Vec<&Document> = corpora.gum.iter().skip(fold).step_by(FOLDS).collect();
        let (spoken, named) = corpora.lessons(|id| held.iter().any(|document| document.id == id));
        let tagger = Tagger::unpack(&train(&spoken, &named));
        for document in held {
            let spoken = corpora::spoken(document);
            let named = corpora::named(document, 2);
            let words: Vec<&str> = spoken
                .iter()
                .flatten()
                .map(|(word, _)| word.as_str())
                .collect();
            let given = tagger.tag_words(&words, spoken.iter().map(Vec::len));
            let right: Vec<_> = spoken.iter().flatten().map(|(_, tag)| *tag).collect();
            let names: Vec<NameTag> = named.iter().flatten().map(|(_, name)| *name).collect();
            let is_news = document.id.contains("_news") || document.id.contains("_interview");
            for scores in [Some(&mut scores), is_news.then_some(&mut news)]
                .into_iter()
                .flatten()
            {
                scores.add(&given, &right, &names);
            }
        }
    }
    println!("all genres  {scores}");
    println!("news        {news}");
    Ok(())
}
