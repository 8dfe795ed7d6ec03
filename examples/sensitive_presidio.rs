//! Precision and recall on a labelled set: `cargo run --release --example sensitive_presidio -- FILE [--misses]`.
//!
//! The file is a JSON array of texts with spans as presidio-research writes them. A hit is right where it overlaps a label
//! of its kind, a label is found where a hit of its kind overlaps it. Beside the recall of all labels stands that of
//! those whose value is valid: a card that fails Luhn's check is labelled too.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example program reads its arguments and a file, and prints"
)]

use std::collections::BTreeMap;
use std::error::Error;

use promptyard::sensitive::{Kind, Scanner};
use serde_json::Value;

/// A label, whether a kind answers to it, and whether a value could be one.
type Entity = (&'static str, fn(Kind) -> bool, fn(&str) -> bool);

/// A label and its place.
type Label = (String, std::ops::Range<usize>);

/// The labels that are judged, the kind that answers to each, and whether a value is one that could be.
const ENTITIES: &[Entity] = &[
    ("EMAIL_ADDRESS", |kind| kind == Kind::EmailAddress, |_| true),
    ("PHONE_NUMBER", |kind| kind == Kind::PhoneNumber, |_| true),
    ("CREDIT_CARD", |kind| kind == Kind::PaymentCard, luhn),
    ("IBAN_CODE", |kind| kind == Kind::Iban, |_| true),
    ("US_SSN", |kind| kind == Kind::UsSsn, |_| true),
    ("IP_ADDRESS", |kind| kind == Kind::IpAddress, |_| true),
];

#[derive(Default)]
struct Count {
    hits: usize,
    right: usize,
    labels: usize,
    found: usize,
    valid: usize,
    valid_found: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name the file with labelled texts")?;
    let shows_misses = arguments.any(|argument| argument == "--misses");
    let texts: Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let scanner = Scanner::default();
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts.as_array().ok_or("the file is not an array")? {
        let full = text["full_text"].as_str().ok_or("a text has no `full_text`")?;
        let labels = labels(text, full)?;
        let hits = scanner.scan(full);
        for (entity, is_kind, is_valid) in ENTITIES {
            let count = counts.entry(entity).or_default();
            let hits: Vec<_> = hits.iter().filter(|hit| is_kind(hit.kind)).map(|hit| hit.span.range()).collect();
            let labels: Vec<_> =
                labels.iter().filter(|label| label.0 == *entity).map(|label| label.1.clone()).collect();
            let overlap = |a: &std::ops::Range<usize>, b: &std::ops::Range<usize>| a.start < b.end && b.start < a.end;
            for hit in &hits {
                let is_right = labels.iter().any(|label| overlap(hit, label));
                count.hits += 1;
                count.right += usize::from(is_right);
                if shows_misses && !is_right {
                    println!("{entity}: not labelled: {:?} in {full:?}", &full[hit.clone()]);
                }
            }
            for label in &labels {
                let is_found = hits.iter().any(|hit| overlap(hit, label));
                let is_valid = is_valid(&full[label.clone()]);
                count.labels += 1;
                count.found += usize::from(is_found);
                count.valid += usize::from(is_valid);
                count.valid_found += usize::from(is_valid && is_found);
                if shows_misses && is_valid && !is_found {
                    println!("{entity}: not found: {:?} in {full:?}", &full[label.clone()]);
                }
            }
        }
        let judged = |kind: Kind| ENTITIES.iter().any(|(_, is_kind, _)| is_kind(kind));
        for hit in hits.iter().filter(|hit| !judged(hit.kind)) {
            *others.entry(hit.what).or_default() += 1;
            if shows_misses {
                println!("{}: {:?} in {full:?}", hit.what, hit.span.slice(full));
            }
        }
    }
    println!(
        "{:<15} {:>6} {:>10} {:>7} {:>7} {:>14}",
        "entity", "hits", "precision", "labels", "recall", "recall, valid"
    );
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    for (entity, count) in counts {
        let (precision, recall) = (share(count.right, count.hits), share(count.found, count.labels));
        let valid = share(count.valid_found, count.valid);
        println!("{entity:<15} {:>6} {precision:>10.3} {:>7} {recall:>7.3} {valid:>14.3}", count.hits, count.labels);
    }
    for (what, count) in others {
        println!("{what:<40} {count:>6} hits that no label is judged for");
    }
    Ok(())
}

/// The labels of a text with byte ranges; the file counts characters.
fn labels(text: &Value, full: &str) -> Result<Vec<Label>, Box<dyn Error>> {
    let offsets: Vec<usize> = full.char_indices().map(|(at, _)| at).chain([full.len()]).collect();
    let place = |span: &Value, key: &str| {
        let character = span[key].as_u64().and_then(|at| usize::try_from(at).ok());
        character.and_then(|at| offsets.get(at).copied()).ok_or("a span lies outside its text")
    };
    let spans = text["spans"].as_array().ok_or("a text has no `spans`")?;
    spans
        .iter()
        .map(|span| {
            let entity = span["entity_type"].as_str().ok_or("a span has no `entity_type`")?;
            Ok((entity.to_owned(), place(span, "start_position")?..place(span, "end_position")?))
        })
        .collect()
}

fn luhn(value: &str) -> bool {
    let digits = value.chars().rev().filter_map(|character| character.to_digit(10));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { digit })
        .sum();
    sum.is_multiple_of(10)
}
