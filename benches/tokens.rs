//! Throughput of exact counting by kind of text, and its ratio to `tiktoken-rs` in the same run.
//!
//! `cargo bench --bench tokens` measures texts made from this crate's own files and from a seed. Files named in
//! `TOKENS_BENCH_FILES`, separated by `:`, are measured too, one row each.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads its texts and the clock, and prints"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::BytesCount;
use promptyard::tokens::Encoding;
use tiktoken_rs::CoreBPE;

const MIB: usize = 1 << 20;

fn main() {
    println!("{:<24} {:>12} {:>8} {:>11} {:>6}", "o200k_base", "bytes", "MB/s", "tiktoken-rs", "ratio");
    for (name, text) in texts() {
        ratio(&name, &text, &|text| Encoding::O200kBase.count(text), tiktoken_rs::o200k_base_singleton());
    }
    println!("\n{:<24} {:>12} {:>8} {:>11} {:>6}", "cl100k_base", "bytes", "MB/s", "tiktoken-rs", "ratio");
    for (name, text) in texts() {
        ratio(&name, &text, &|text| Encoding::Cl100kBase.count(text), tiktoken_rs::cl100k_base_singleton());
    }
    println!("\n{:<24} {:>12} {:>8}  growth in one piece, o200k_base", "", "bytes", "MB/s");
    for size in [MIB / 100, MIB / 10, MIB, 10 * MIB] {
        for (name, letters) in ONE_PIECE {
            let text = of_letters(letters, size);
            let taken = best(&|| Encoding::O200kBase.count(&text));
            println!("{name:<24} {size:>12} {:>8.1}", speed(size, taken));
        }
    }
    println!();
    divan::main();
}

fn ratio(name: &str, text: &str, count: &dyn Fn(&str) -> usize, oracle: &CoreBPE) {
    let taken = best(&|| count(text));
    print!("{name:<24} {:>12} {:>8.1}", text.len(), speed(text.len(), taken));
    // Its regular expression overflows its stack on long runs of spaces, which is a panic.
    if name == "spaces" {
        println!(" {:>11}", "panics");
        return;
    }
    let peer = best(&|| oracle.encode_ordinary(text).len());
    println!(" {:>11.1} {:>6.1}", speed(text.len(), peer), peer.as_secs_f64() / taken.as_secs_f64());
}

/// The shortest of several runs: at least 3, and more while they are short.
fn best(run: &dyn Fn() -> usize) -> Duration {
    let mut best = Duration::MAX;
    let began = Instant::now();
    for number in 0..50 {
        let start = Instant::now();
        black_box(run());
        best = best.min(start.elapsed());
        if number >= 2 && began.elapsed() > Duration::from_millis(600) {
            break;
        }
    }
    best
}

fn speed(bytes: usize, taken: Duration) -> f64 {
    bytes as f64 / 1e6 / taken.as_secs_f64()
}

#[divan::bench(args = ["prose", "code", "cjk", "emoji", "one letter", "random letters"])]
fn count(bencher: Bencher, name: &str) {
    let text = texts().into_iter().find(|(kind, _)| kind == name).expect("one of the texts").1;
    bencher.counter(BytesCount::of_str(&text)).bench(|| Encoding::O200kBase.count(&text));
}

#[divan::bench]
fn count_4_kb(bencher: Bencher) {
    let text = &files(&["md", "rs"])[..4096];
    bencher.counter(BytesCount::of_str(text)).bench(|| Encoding::O200kBase.count(text));
}

const ONE_PIECE: &[(&str, &str)] = &[
    ("one letter", "a"),
    ("random letters", "abcdefghijklmnopqrstuvwxyz"),
    ("exclamation marks", "!"),
    ("spaces", " "),
    ("newlines", "\n"),
    ("accents", "\u{301}"),
    ("cjk", CJK),
];

const CJK: &str =
    "的一是不了人我在有他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后";

fn texts() -> Vec<(String, String)> {
    let prose: String = files(&["md", "rs"])
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("//"))
        .flat_map(|line| [line.trim_start_matches(['/', '!']).trim_start(), "\n"])
        .collect();
    let mut texts = vec![
        ("prose".to_owned(), prose),
        ("code".to_owned(), files(&["rs"])),
        (
            "cjk".to_owned(),
            of_words(&["的一", "是不", "了人我", "在有他", "这中大来", "上个国", "到说们", "，", "。"], MIB),
        ),
        (
            "emoji".to_owned(),
            of_words(&["😀", "👩\u{200d}👧", "👍🏽", "🇩🇪", "❤\u{fe0f}", "🎉", "🏳\u{fe0f}\u{200d}🌈"], MIB),
        ),
        ("digits".to_owned(), of_letters("0123456789", MIB)),
        ("mixed scripts".to_owned(), of_letters("aéЖ中한ا🎉नx1 ,", MIB)),
    ];
    texts.extend(ONE_PIECE.iter().map(|(name, letters)| ((*name).to_owned(), of_letters(letters, MIB))));
    for path in std::env::var("TOKENS_BENCH_FILES").unwrap_or_default().split(':').filter(|path| !path.is_empty()) {
        let text = std::fs::read_to_string(path).expect("a file of UTF-8");
        texts.push((path.rsplit('/').next().unwrap_or(path).to_owned(), text));
    }
    texts
}

/// This crate's own files, in the order of their names.
fn files(extensions: &[&str]) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut folders = vec![format!("{root}/src")];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the crate") {
            let path = entry.expect("an entry").path();
            match path.extension().and_then(|extension| extension.to_str()) {
                None if path.is_dir() => folders.push(path.display().to_string()),
                Some(extension) if extensions.contains(&extension) => paths.push(path),
                _ => {}
            }
        }
    }
    paths.sort();
    paths.into_iter().map(|path| std::fs::read_to_string(path).expect("UTF-8")).collect()
}

fn of_letters(letters: &str, size: usize) -> String {
    let letters: Vec<String> = letters.chars().map(String::from).collect();
    let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    of_words(&letters, size)
}

/// Words in the order of a linear congruential generator (Knuth's MMIX), about `size` bytes.
fn of_words(words: &[&str], size: usize) -> String {
    let mut state: u64 = 20_261_121;
    let mut text = String::with_capacity(size + 64);
    while text.len() < size {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(words[(state >> 33) as usize % words.len()]);
    }
    text
}
