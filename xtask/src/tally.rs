//! Counting what runners report: passed, failed, and which tests were skipped.
//!
//! Called by the steps of `cargo xtask test`. The runners' own closing lines are
//! read, since no stable form other than text is common to all three.

/// What one step, or all of them, found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests, or checks that are no tests, that passed.
    pub passed: usize,
    /// Tests or checks that failed.
    pub failed: usize,
    /// Names of tests that did not run, with the reason where it is known.
    pub skipped: Vec<String>,
}

impl Tally {
    /// One check that passed.
    pub fn one() -> Self {
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    /// Adds another step's counts to these.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped.extend(other.skipped);
    }

    /// `3 passed, 0 failed`, and `, 2 skipped` where some were.
    pub fn line(&self) -> String {
        let counts = format!("{} passed, {} failed", self.passed, self.failed);
        if self.skipped.is_empty() {
            counts
        } else {
            format!("{counts}, {} skipped", self.skipped.len())
        }
    }
}

/// Reads what `cargo nextest run` printed. None without its summary line.
pub fn of_nextest(output: &str) -> Option<Tally> {
    let (_, counts) = output
        .lines()
        .rev()
        .find(|line| line.trim_start().starts_with("Summary ["))?
        .split_once("run:")?;
    let mut tally = Tally::default();
    for (count, word) in counts.split(',').filter_map(count_and_word) {
        match word {
            "passed" => tally.passed += count,
            "skipped" => {}
            // "failed", "timed out", "exec failed"
            _ => tally.failed += count,
        }
    }
    tally.skipped = output
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("SKIP ["))
        .filter_map(|rest| rest.split_once(']'))
        .map(|(_, name)| without_count(name.trim()).to_owned())
        .collect();
    tally.skipped.sort_unstable();
    tally.skipped.dedup();
    Some(tally)
}

/// Reads what `cargo test --doc` printed: one summary for each crate. None
/// without any.
pub fn of_cargo_test(output: &str) -> Option<Tally> {
    let mut tally = Tally::default();
    let mut seen = false;
    for line in output.lines() {
        if let Some(rest) = line.strip_prefix("test result: ") {
            seen = true;
            let counts = rest.split_once(". ").map_or(rest, |(_, counts)| counts);
            for (count, word) in counts.split(';').filter_map(count_and_word) {
                match word {
                    "passed" => tally.passed += count,
                    "failed" => tally.failed += count,
                    _ => {}
                }
            }
        } else if let Some(name) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.strip_suffix(" ... ignored"))
        {
            tally.skipped.push(name.to_owned());
        }
    }
    seen.then_some(tally)
}

/// Reads what `node --test` printed, as `spec` or as `tap`. None without its
/// summary.
pub fn of_node(output: &str) -> Option<Tally> {
    let mut tally = Tally::default();
    let mut seen = false;
    for line in output.lines() {
        let plain = line.trim();
        if let Some(name) = plain
            .split_once("# SKIP")
            .or_else(|| plain.split_once("# TODO"))
            .map(|(name, _)| name)
        {
            let name = name.trim_start_matches(|c: char| !c.is_alphanumeric());
            tally.skipped.push(name.trim().to_owned());
            continue;
        }
        let Some(rest) = plain
            .strip_prefix("ℹ ")
            .or_else(|| plain.strip_prefix("# "))
        else {
            continue;
        };
        let Some((word, count)) = rest.split_once(' ') else {
            continue;
        };
        let Ok(count) = count.parse::<usize>() else {
            continue;
        };
        match word {
            "pass" => {
                seen = true;
                tally.passed = count;
            }
            "fail" | "cancelled" => tally.failed += count,
            _ => {}
        }
    }
    seen.then_some(tally)
}

/// Tests in a JUnit report whose own output has a line that begins with
/// `skipped:`. They pass, but they say that they looked at nothing.
///
/// Gives `test name: reason` for each.
pub fn confessed(junit: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut test = "";
    for line in junit.lines() {
        if let Some((_, rest)) = line.split_once("<testcase name=\"") {
            test = rest.split('"').next().unwrap_or_default();
        }
        // The first line of output stands behind the element's tag.
        let shown = line
            .rsplit_once("<system-out>")
            .map_or(line, |(_, out)| out);
        let shown = shown
            .rsplit_once("<system-err>")
            .map_or(shown, |(_, err)| err);
        if let Some(reason) = shown.trim_start().strip_prefix("skipped:") {
            let reason = reason.split("</system-").next().unwrap_or_default();
            let reason = reason
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
            found.push(format!("{test}: {}", reason.trim()));
        }
    }
    found
}

/// `(3/40) cuttings-text slow::one` gives what follows the count.
fn without_count(name: &str) -> &str {
    name.strip_prefix('(')
        .and_then(|rest| rest.split_once(") "))
        .map_or(name, |(_, name)| name)
}

/// ` 12 passed (1 slow)` gives 12 and `passed`.
fn count_and_word(part: &str) -> Option<(usize, &str)> {
    let mut words = part.split_whitespace();
    let count = words.next()?.parse().ok()?;
    Some((count, words.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_is_counted_with_the_names_of_what_it_skipped() {
        let output = "\
        PASS [   0.004s] cuttings-text analyse::tests::folds
        SKIP [         ] cuttings-text slow::one
------------
     Summary [   0.020s] 3 tests run: 2 passed (1 slow), 1 timed out, 1 skipped
        SKIP [         ] (─────) cuttings-text slow::one
";
        let tally = of_nextest(output).unwrap();
        assert_eq!((tally.passed, tally.failed), (2, 1));
        assert_eq!(tally.skipped, ["cuttings-text slow::one"]);
        assert_eq!(tally.line(), "2 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn an_output_without_a_summary_counts_for_nothing() {
        assert_eq!(of_nextest("error: could not compile"), None);
        assert_eq!(of_cargo_test("error: could not compile"), None);
        assert_eq!(of_node("node: not found"), None);
    }

    #[test]
    fn doc_tests_of_all_crates_are_added_up() {
        let output = "\
test crates/a/src/lib.rs - one (line 3) ... ok
test crates/a/src/lib.rs - two (line 9) ... ignored

test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s
test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
";
        let tally = of_cargo_test(output).unwrap();
        assert_eq!((tally.passed, tally.failed), (3, 1));
        assert_eq!(tally.skipped, ["crates/a/src/lib.rs - two (line 9)"]);
    }

    #[test]
    fn node_is_counted_in_both_of_its_forms() {
        let spec = "✔ reads (1.2ms)\n﹣ prints (0.1ms) # SKIP\nℹ tests 3\nℹ pass 1\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\n";
        let tally = of_node(spec).unwrap();
        assert_eq!((tally.passed, tally.failed), (1, 1));
        assert_eq!(tally.skipped.len(), 1);
        let tap = "ok 1 - reads\n# tests 1\n# pass 1\n# fail 0\n";
        assert_eq!(of_node(tap).unwrap().passed, 1);
    }

    #[test]
    fn a_test_that_says_it_was_skipped_is_named() {
        let junit = "\
<testcase name=\"corpus::scores\" classname=\"a\">
<system-out>running 1 test
skipped: no folder &lt;corpora&gt; &amp;c.
</system-out></testcase>
<testcase name=\"corpus::other\" classname=\"a\"><system-err>skipped: no page</system-err></testcase>
<testcase name=\"whole\" classname=\"a\"><system-out>nothing skipped: here</system-out></testcase>";
        assert_eq!(
            confessed(junit),
            [
                "corpus::scores: no folder <corpora> &c.",
                "corpus::other: no page"
            ]
        );
    }
}
