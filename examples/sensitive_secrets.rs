//! Recall on planted secrets and false alarms on look-alikes:
//! `cargo run --release --example sensitive_secrets -- [SEED] [--misses]`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example program reads its arguments and prints"
)]

mod planted;

use std::collections::BTreeMap;

use planted::Case;
use promptyard::sensitive::Scanner;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seed = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(42);
    let shows_misses = arguments.iter().any(|argument| argument == "--misses");
    report("secrets found", &planted::secrets(seed, 40), true, shows_misses);
    report("look-alikes taken for secrets", &planted::look_alikes(seed, 20), false, shows_misses);
}

/// Prints the share of cases with a hit, by kind and in all; the cases that are not as `expected` on demand.
fn report(title: &str, cases: &[Case], expected: bool, shows_misses: bool) {
    let scanner = Scanner::default();
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for case in cases {
        let hits = scanner.scan(&case.text);
        let is_hit = if expected {
            hits.iter()
                .any(|hit| hit.span.slice(&case.text).len() >= 4 && case.value.contains(hit.span.slice(&case.text)))
        } else {
            !hits.is_empty()
        };
        let count = kinds.entry(case.kind).or_default();
        count.0 += usize::from(is_hit);
        count.1 += 1;
        if shows_misses && is_hit != expected {
            println!("{}: {:?} {hits:?}", case.kind, case.text);
        }
    }
    let (hits, all) = kinds.values().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    println!("{title}: {hits} of {all}, {:.1} %", hits as f64 * 100.0 / all as f64);
    for (kind, (hits, all)) in kinds {
        println!("  {kind:<22} {hits:>3} of {all}");
    }
}
