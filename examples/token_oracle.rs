//! Compares every encoding with `tiktoken-rs` on random strings: `cargo run --release --example token_oracle [COUNT] [SEED]`.
//!
//! Prints the seed and the count, and the first strings that differ. Exits with 1 if any does.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program, not the core")]

use std::process::ExitCode;

use promptyard::tokens::Encoding;
use tiktoken_rs::CoreBPE;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let count = arguments.next().unwrap_or(1_000_000);
    let seed = arguments.next().unwrap_or(20_261_121);
    let oracles = Encoding::ALL.map(|encoding| (encoding, reference(encoding)));

    let mut random = Random(seed);
    let mut bytes = 0;
    let mut different = 0;
    for number in 0..count {
        let text = random.text();
        bytes += text.len();
        for (encoding, oracle) in oracles {
            if encoding.encode(&text) != oracle.encode_ordinary(&text) {
                different += 1;
                if different <= 10 {
                    println!("{encoding} differs on string {number}: {text:?}");
                }
            }
        }
    }
    println!("seed {seed}: {count} strings, {bytes} bytes, {} encodings, {different} differences", oracles.len());
    ExitCode::from(u8::from(different > 0))
}

fn reference(encoding: Encoding) -> &'static CoreBPE {
    match encoding {
        Encoding::O200kBase => tiktoken_rs::o200k_base_singleton(),
        Encoding::O200kHarmony => tiktoken_rs::o200k_harmony_singleton(),
        Encoding::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
        Encoding::P50kBase => tiktoken_rs::p50k_base_singleton(),
        Encoding::R50kBase => tiktoken_rs::r50k_base_singleton(),
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A few stretches, each of one kind, so that the seams between kinds are met as often as the kinds.
    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(8) {
            let kind = self.below(KINDS.len() + 3);
            let length = if self.below(50) == 0 { self.below(300) } else { 1 + self.below(9) };
            for _ in 0..length {
                match KINDS.get(kind) {
                    Some(kind) => text.push_str(kind[self.below(kind.len())]),
                    None if kind == KINDS.len() => text.push(self.scalar(0x11_0000)),
                    None if kind == KINDS.len() + 1 => text.push(self.scalar(0x3000)),
                    None => text.push(char::from(b' ' + self.below(95) as u8)),
                }
            }
        }
        text
    }

    fn scalar(&mut self, end: usize) -> char {
        loop {
            if let Some(scalar) = char::from_u32(self.below(end) as u32) {
                return scalar;
            }
        }
    }
}

const KINDS: &[&[&str]] = &[
    &["a", "b", "e", "i", "n", "r", "s", "t", "o", "l", "u", "d", "m", "z", "q"],
    &["A", "B", "E", "I", "N", "R", "S", "T", "O", "L", "U", "D", "M", "Z", "ǅ", "Ω", "Ж", "É"],
    &["the ", "of ", "a ", "prompt", "Answer", "HTTPServer", "isn't", "model's", "tokens", "re", "ing"],
    &["'s", "'S", "'ll", "'LL", "'lL", "'ve", "'Re", "'d", "'T", "'m", "'ſ", "'", "’s", "'x", "'l", "'v"],
    &["0", "1", "7", "42", "2026", "½", "٣", "Ⅷ", "五", "²"],
    &[" "],
    &[" ", "  ", "\t", "\n", "\r\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{a0}", "\u{2003}", "\u{2028}", "\u{3000}"],
    &["\n", "\n\n", "\r\n", " \n", "\n "],
    &["!", "?", ".", ",", ":", "/", "//", "-", "--", "==", "{", "}", "\"", "<|endoftext|>", "<|im_start|>", "#", "\\"],
    &["\u{301}", "\u{308}", "\u{20d0}", "\u{903}", "\u{fe0f}", "\u{200d}", "\u{200b}", "\u{feff}", "\u{ad}"],
    &["e\u{301}", "É", "ñ", "ß", "ı", "İ", "ﬁ", "ʰ", "ª", "ǅ", "Σ", "ς"],
    &["👩", "👩\u{200d}👩\u{200d}👧", "🏳\u{fe0f}\u{200d}🌈", "👍🏽", "🇩🇪", "😀", "❤\u{fe0f}", "1\u{fe0f}\u{20e3}"],
    &["中", "文", "字", "日", "本", "語", "の", "は", "カ", "タ", "한", "국", "어", "，", "。"],
    &[
        "п", "р", "и", "в", "е", "т", "М", "ир", "ש", "ל", "ו", "ם", "م", "ر", "ح", "ب", "ا", "น", "ม", "ส", "त", "े",
        "ा",
    ],
    &["\u{0}", "\u{1}", "\u{7f}", "\u{fffd}", "\u{ffff}", "\u{10ffff}", "\u{e000}", "\u{80}"],
];
