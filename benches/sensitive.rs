//! How fast texts are searched for what must not stand in them: `cargo bench --bench sensitive`.

use divan::counter::BytesCount;
use promptyard::sensitive::{Scanner, unicode};

fn main() {
    divan::main();
}

/// Prose as prompts have it, with lists, numbers and punctuation, and nothing that could be personal or secret.
const PARAGRAPHS: &[&str] = &[
    "You are a careful assistant for the help desk of a parcel service. Answer in two or three sentences, in the tone of \
     the brand, and only from the passages that you are given. If they do not hold the answer, say so plainly.\n\n",
    "1. Read the question twice. 2. Find the 3 to 5 passages that speak of it. 3. Compare their dates, for 2019 and 2024 \
     rules differ. 4. Write the answer, then check each claim against its passage.\n\n",
    "- Never promise a refund above 40 % of the price.\n- Keep names of products as they are written: Parcel Plus, Shop \
     Return, Night Box.\n- Use metric units, and write 12:30 for half past twelve.\n\n",
    "```python\ndef summarise(passages, limit=3):\n    chosen = sorted(passages, key=lambda p: p.score)[:limit]\n    return \
     \"\\n\".join(p.text for p in chosen)\n```\n\n",
];

fn prose(bytes: usize) -> String {
    PARAGRAPHS
        .iter()
        .cycle()
        .copied()
        .scan(0, |length, text| {
            *length += text.len();
            (*length <= bytes + text.len()).then_some(text)
        })
        .collect()
}

#[divan::bench(args = [4 << 10, 1 << 20])]
fn text_without_candidates(bencher: divan::Bencher<'_, '_>, bytes: usize) {
    let text = prose(bytes);
    let scanner = Scanner::default();
    assert_eq!(scanner.scan(&text), []);
    bencher.counter(BytesCount::new(text.len())).bench(|| scanner.scan(divan::black_box(&text)));
}

#[divan::bench]
fn text_full_of_numbers(bencher: divan::Bencher<'_, '_>) {
    let text: String = (0..40_000u64)
        .map(|row| format!("{} | {:.2} | 2024-01-{:02}\n", row * 7919, row as f64 / 7.0, row % 28 + 1))
        .collect();
    let scanner = Scanner::default();
    bencher.counter(BytesCount::new(text.len())).bench(|| scanner.scan(divan::black_box(&text)));
}

#[divan::bench]
fn hidden_characters(bencher: divan::Bencher<'_, '_>) {
    let text = prose(1 << 20).replace("brand", "märke").replace("price", "Preiß");
    bencher.counter(BytesCount::new(text.len())).bench(|| {
        let text = divan::black_box(&text);
        (unicode::invisible(text), unicode::look_alikes(text))
    });
}
