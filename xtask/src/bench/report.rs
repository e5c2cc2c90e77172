//! What one run of the bench found, as a table for people and as JSON.
//!
//! [`super::run`] reads each peer's answer with [`read_end`], adds its score, and
//! prints what [`table`] makes of all of them. The first of the list is ours;
//! every ratio is to it.

use serde_json::{Map, Value, json};

use super::{PASSES, Peer};

/// What a peer did: its times, its memory and its score.
pub struct Measured {
    /// Who.
    pub peer: &'static Peer,
    version: String,
    clock: String,
    peak_bytes: Option<u64>,
    failed: Map<String, Value>,
    /// Size of each page in bytes and its best time in seconds, shortest time
    /// first.
    pages: Vec<(u64, f64)>,
    /// Shingle F1 and share of exact pages; none for the parser.
    pub score: Option<(f64, f64)>,
}

/// Reads the closing line of a peer's answer.
///
/// # Errors
///
/// Which part is missing.
pub fn read_end(peer: &'static Peer, end: &Value) -> Result<Measured, String> {
    let lacks = |what: &str| format!("{} does not tell its {what}", peer.name);
    let mut pages = end["pages"]
        .as_array()
        .ok_or_else(|| lacks("times"))?
        .iter()
        .map(|page| Some((page["bytes"].as_u64()?, page["seconds"].as_f64()?)))
        .collect::<Option<Vec<(u64, f64)>>>()
        .filter(|pages| !pages.is_empty())
        .ok_or_else(|| lacks("times"))?;
    pages.sort_by(|a, b| a.1.total_cmp(&b.1));
    Ok(Measured {
        peer,
        version: end["version"]
            .as_str()
            .ok_or_else(|| lacks("version"))?
            .to_owned(),
        clock: end["clock"]
            .as_str()
            .ok_or_else(|| lacks("clock"))?
            .to_owned(),
        peak_bytes: end["peak_bytes"].as_u64(),
        failed: end["failed"].as_object().cloned().unwrap_or_default(),
        pages,
        score: None,
    })
}

impl Measured {
    fn seconds(&self) -> f64 {
        self.pages.iter().map(|page| page.1).sum()
    }

    fn pages_per_second(&self) -> f64 {
        self.pages.len() as f64 / self.seconds()
    }

    /// Millions of bytes of page text in a second.
    fn megabytes_per_second(&self) -> f64 {
        let bytes: u64 = self.pages.iter().map(|page| page.0).sum();
        bytes as f64 / 1e6 / self.seconds()
    }

    /// The time in milliseconds that `percent` of the pages stay within: the
    /// nearest rank, so always the time of a page.
    fn percentile_ms(&self, percent: usize) -> f64 {
        let rank = (self.pages.len() * percent).div_ceil(100).max(1);
        self.pages[rank - 1].1 * 1e3
    }
}

/// The table for people, with a line on what a whole extraction costs in times
/// of its parsing, and one for each peer that failed on pages.
pub fn table(all: &[Measured], whole_to_parsing: f64) -> String {
    let ours = &all[0];
    let pages = ours.pages.len();
    let mut text = format!(
        "{pages} pages, one thread each, best of {PASSES} passes a page; \
         ours/its: how many times as fast we are\n\n\
         {:<22} {:>8} {:>8} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8}\n",
        "peer",
        "version",
        "pages/s",
        "MB/s",
        "p50 ms",
        "p99 ms",
        "max ms",
        "peak MB",
        "F1",
        "exact",
        "ours/its",
        "F1 diff"
    );
    for one in all {
        let peak = one.peak_bytes.map_or_else(
            || "-".to_owned(),
            |bytes| format!("{:.0}", bytes as f64 / 1e6),
        );
        let (f1, exact, difference) = match (one.score, ours.score) {
            (Some((f1, exact)), Some((our_f1, _))) => (
                format!("{f1:.4}"),
                format!("{exact:.3}"),
                format!("{:+.4}", our_f1 - f1),
            ),
            _ => ("-".to_owned(), "-".to_owned(), "-".to_owned()),
        };
        text.push_str(&format!(
            "{:<22} {:>8} {:>8.0} {:>7.1} {:>7.2} {:>7.2} {:>7.2} {:>7} {:>7} {:>7} {:>8.2} {:>8}\n",
            one.peer.name,
            one.version,
            one.pages_per_second(),
            one.megabytes_per_second(),
            one.percentile_ms(50),
            one.percentile_ms(99),
            one.percentile_ms(100),
            peak,
            f1,
            exact,
            ours.pages_per_second() / one.pages_per_second(),
            difference,
        ));
    }
    text.push_str(&format!(
        "\nwhole extraction / parsing alone: {whole_to_parsing:.2}\n"
    ));
    for one in all.iter().filter(|one| one.clock != "cpu") {
        text.push_str(&format!("{}: by the {} clock\n", one.peer.name, one.clock));
    }
    for one in all.iter().filter(|one| !one.failed.is_empty()) {
        let (id, reason) = one
            .failed
            .iter()
            .next()
            .unwrap_or((&one.version, &Value::Null));
        text.push_str(&format!(
            "{} gave up on {} pages, scored as empty: {id}: {reason}\n",
            one.peer.name,
            one.failed.len()
        ));
    }
    text
}

/// The same as the table, for programs.
pub fn report_json(all: &[Measured], whole_to_parsing: f64) -> Value {
    let ours = &all[0];
    let peers: Vec<Value> = all
        .iter()
        .map(|one| {
            json!({
                "name": one.peer.name,
                "about": one.peer.about,
                "version": one.version,
                "clock": one.clock,
                "pages_per_second": one.pages_per_second(),
                "megabytes_per_second": one.megabytes_per_second(),
                "p50_ms": one.percentile_ms(50),
                "p99_ms": one.percentile_ms(99),
                "worst_ms": one.percentile_ms(100),
                "peak_bytes": one.peak_bytes,
                "shingle_f1": one.score.map(|score| score.0),
                "exact": one.score.map(|score| score.1),
                "failed": one.failed,
                "ours_times_as_fast": ours.pages_per_second() / one.pages_per_second(),
                "f1_difference": match (ours.score, one.score) {
                    (Some(ours), Some(its)) => Some(ours.0 - its.0),
                    _ => None,
                },
            })
        })
        .collect();
    json!({
        "pages": ours.pages.len(),
        "passes": PASSES.parse::<u32>().unwrap_or_default(),
        "whole_to_parsing": whole_to_parsing,
        "peers": peers,
    })
}

#[cfg(test)]
mod tests {
    use super::super::PEERS;
    use super::*;

    fn measured(at: usize, milliseconds: &[u32], score: Option<(f64, f64)>) -> Measured {
        let pages: Vec<Value> = milliseconds
            .iter()
            .map(|ms| json!({ "bytes": 100_000, "seconds": f64::from(*ms) / 1e3 }))
            .collect();
        let end = json!({ "version": "1.0", "clock": "cpu", "peak_bytes": null, "pages": pages });
        Measured {
            score,
            ..read_end(&PEERS[at], &end).unwrap()
        }
    }

    #[test]
    fn a_percentile_is_the_time_of_a_page() {
        let one = measured(0, &[4, 1, 3, 2], None);
        let times: Vec<f64> = [50, 99, 100]
            .map(|percent| one.percentile_ms(percent))
            .into();
        assert_eq!(times, [2.0, 4.0, 4.0]);
        assert!((one.pages_per_second() - 400.0).abs() < 1e-6);
        assert!((one.megabytes_per_second() - 40.0).abs() < 1e-6);
    }

    #[test]
    fn ratios_are_to_ours() {
        let all = [
            measured(0, &[3, 3], Some((0.98, 0.5))),
            measured(1, &[2, 2], None),
            measured(2, &[6, 6], Some((0.95, 0.2))),
        ];
        let report = report_json(&all, 1.5);
        assert!((report["whole_to_parsing"].as_f64().unwrap() - 1.5).abs() < 1e-9);
        let its = &report["peers"][2];
        assert!((its["ours_times_as_fast"].as_f64().unwrap() - 2.0).abs() < 1e-9);
        assert!((its["f1_difference"].as_f64().unwrap() - 0.03).abs() < 1e-9);
        let table = table(&all, 1.5);
        assert!(table.contains("whole extraction / parsing alone: 1.50"));
        assert!(table.contains("+0.0300"));
    }

    #[test]
    fn an_answer_without_times_is_no_measurement() {
        let end = json!({ "version": "1.0", "clock": "cpu", "pages": [] });
        assert!(read_end(&PEERS[0], &end).err().unwrap().contains("times"));
    }
}
