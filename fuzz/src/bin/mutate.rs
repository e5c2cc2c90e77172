//! A small fuzzer that needs nothing but stable Rust: it changes seeds at random
//! and runs a target on them until its time is up.
//!
//! `mutate TARGET [--seconds N] [--seed N]`. It does not watch which code an
//! input reaches, as cargo-fuzz does; it is for machines without that, and to
//! run for a minute before a commit. Equal seeds try equal inputs in equal order.
//!
//! An input that fails is written to `fuzz/artifacts/TARGET/` and the panic goes
//! on, so the exit code is that of a panic.

use std::error::Error;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cuttings_fuzz::checks::TARGETS;

/// Longest input that is made, in bytes.
const MOST_BYTES: usize = 256 * 1024;

/// Pieces that parsers stumble over, put in as they are.
const PIECES: &[&str] = &[
    "<",
    ">",
    "</",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<p>",
    "</p>",
    "<table>",
    "<td>",
    "<template>",
    "<svg>",
    "<math>",
    "<title>",
    "<noscript>",
    "<b>",
    "<a href=",
    "<img src=",
    "<script type=\"application/ld+json\">",
    "</script>",
    "<div class=comment>",
    "<article>",
    "&#x0;",
    "&amp",
    "&NotEqualTilde;",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "@graph",
    "@type",
    "javascript:",
    "data:,",
    "//",
    "2024-02-30",
    "T25:61:61+99:99",
    "9999-12-31",
    "-0001",
    "99999999999999999999",
    "by ",
    "Von ",
    " and ",
    ",",
    ";",
    "|",
];

fn main() -> Result<(), Box<dyn Error>> {
    const USE: &str = "mutate TARGET [--seconds N] [--seed N]";
    let mut args = std::env::args().skip(1);
    let name = args.next().ok_or(USE)?;
    let (_, check) = TARGETS
        .iter()
        .find(|(target, _)| *target == name)
        .ok_or_else(|| format!("no target {name}; {USE}"))?;
    let (mut seconds, mut seed) = (60, 1);
    while let Some(arg) = args.next() {
        let value: u64 = args.next().ok_or(USE)?.parse()?;
        match arg.as_str() {
            "--seconds" => seconds = value,
            "--seed" => seed = value,
            _ => return Err(USE.into()),
        }
    }
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = read_seeds(&fuzz.join("corpus").join(&name))?;
    let mut random = Random(seed);
    let started = Instant::now();
    let mut tried = 0_u64;
    while started.elapsed() < Duration::from_secs(seconds) {
        let input = mutated(&seeds, &mut random);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(&input))) {
            let path = keep(&fuzz.join("artifacts").join(&name), seed, tried, &input)?;
            eprintln!("input {tried} of seed {seed} fails: {}", path.display());
            resume_unwind(panic);
        }
        tried += 1;
    }
    println!(
        "{name}: {tried} inputs from {} seeds, none failed",
        seeds.len()
    );
    Ok(())
}

fn read_seeds(folder: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut paths = fs::read_dir(folder)
        .map_err(|error| format!("{} cannot be read: {error}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<PathBuf>, std::io::Error>>()?;
    // Folders are listed in no order of their own.
    paths.sort_unstable();
    if paths.is_empty() {
        return Err(format!("no seeds in {}", folder.display()).into());
    }
    Ok(paths.iter().map(fs::read).collect::<Result<_, _>>()?)
}

fn keep(folder: &Path, seed: u64, number: u64, input: &[u8]) -> Result<PathBuf, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("mutate-{seed}-{number}"));
    fs::write(&path, input)?;
    Ok(path)
}

/// A seed, changed in one to sixteen places.
fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(16) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(64)).min(input.len());
        match random.below(7) {
            0 => drop(input.drain(at..end)),
            1 => {
                let piece = PIECES[random.below(PIECES.len())];
                input.splice(at..at, piece.bytes());
            }
            2 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = random.byte();
                }
            }
            3 => input.truncate(at),
            // One piece many times over: depth and repetition.
            4 => {
                let piece = PIECES[random.below(PIECES.len())];
                let many = piece.repeat(1 << random.below(10));
                input.splice(at..at, many.bytes());
            }
            5 => {
                let part = input[at..end].to_vec();
                let to = random.below(input.len() + 1);
                input.splice(to..to, part);
            }
            // The start of this one and the end of another.
            _ => {
                let other = &seeds[random.below(seeds.len())];
                input.truncate(at);
                input.extend_from_slice(&other[random.below(other.len() + 1)..]);
            }
        }
        input.truncate(MOST_BYTES);
    }
    input
}

/// Random numbers that are the same for the same seed on every machine.
///
/// # Source
///
/// `SplitMix64`: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators" (OOPSLA 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `end`, not included; `end` is at least 1.
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}
