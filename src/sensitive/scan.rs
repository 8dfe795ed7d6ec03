//! The one pass over a text: it cuts out words and hands those with the outline of a candidate to the finders.
//!
//! A word is a run of ASCII letters, digits, `_` and `-`; every other byte ends it, so that text in any script around a
//! value does no harm. Almost every word of prose is letters only, short, and begins with two letters that begin no
//! label: it costs its bytes and nothing more.

use super::catalogue::{Evidence, Kind};
use super::pii::phone::Regions;
use super::{Hit, pii, secrets};
use crate::text::Span;
use std::ops::Range;

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const JOINER: u8 = 4;
const WORD: u8 = LETTER | DIGIT | JOINER;
const AT: u8 = 8;
const COLON: u8 = 16;
const EQUALS: u8 = 32;

/// What each byte is to the pass.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        class[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'_' | b'-' => JOINER,
            b'@' => AT,
            b':' => COLON,
            b'=' => EQUALS,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// The least length of a word that can hold a key: below it, it is not compared with the prefixes of providers.
const KEY_LENGTH: usize = 16;

/// One text in the middle of its scan.
pub(super) struct Scan<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) regions: Regions,
    /// Where the run of numbers that was looked at last ends: its later words don't start another.
    pub(super) run_end: usize,
    hits: Vec<Hit>,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str, regions: Regions) -> Self {
        Self { text, bytes: text.as_bytes(), regions, run_end: 0, hits: Vec::new() }
    }

    pub(super) fn run(mut self) -> Vec<Hit> {
        let bytes = self.bytes;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let class = CLASS[usize::from(byte)];
            if class & WORD != 0 {
                let start = at;
                let mut seen = 0;
                while let Some(class) = bytes.get(at).map(|&byte| CLASS[usize::from(byte)] & WORD)
                    && class != 0
                {
                    seen |= class;
                    at += 1;
                }
                self.word(start, at, seen);
                continue;
            }
            match class {
                0 => {}
                AT => {
                    pii::email::find(&mut self, at);
                    secrets::url::find(&mut self, at);
                }
                COLON => {
                    pii::network::find_colons(&mut self, at);
                    secrets::assignment::find(&mut self, at);
                }
                _ => secrets::assignment::find(&mut self, at),
            }
            at += 1;
        }
        self.hits
    }

    fn word(&mut self, start: usize, end: usize, seen: u8) {
        let escaped = start > 0 && self.bytes[start - 1] == b'\\' && matches!(self.bytes[start], b'n' | b'r' | b't');
        let start = start + usize::from(escaped);
        if seen & DIGIT != 0 {
            let has_letter =
                if escaped { self.bytes[start..end].iter().any(u8::is_ascii_alphabetic) } else { seen & LETTER != 0 };
            pii::find_in_word(self, start, end, has_letter);
        } else if is_label_like(&self.bytes[start..end]) {
            pii::labelled::find(self, start, end);
            secrets::prose::find(self, start, end);
        }
        if end - start >= KEY_LENGTH {
            secrets::find_in_word(self, start, end);
        } else if seen & JOINER != 0 && self.bytes[start..end].starts_with(b"-----") {
            secrets::private_key::find(self, start);
        }
    }

    /// Records a hit under the kind's own name.
    pub(super) fn hit(&mut self, kind: Kind, range: Range<usize>, evidence: Evidence) {
        self.hit_named(kind, kind.name(), range, evidence);
    }

    /// Records a hit under a more exact name.
    pub(super) fn hit_named(&mut self, kind: Kind, what: &'static str, range: Range<usize>, evidence: Evidence) {
        debug_assert!(self.text.get(range.clone()).is_some(), "a hit covers whole characters");
        self.hits.push(Hit { kind, span: Span::from(range), what, evidence });
    }

    /// The byte before `at`, or a newline at the start of the text.
    pub(super) fn previous(&self, at: usize) -> u8 {
        match self.bytes[..at] {
            // In JSON and code, `\n` before a value is a line's end and no part of it.
            [.., b'\\', b'n' | b'r' | b't'] | [] => b'\n',
            [.., last] => last,
        }
    }

    /// The byte at `at`, or a newline after the end of the text.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }
}

/// Whether a byte is part of a word.
pub(super) fn is_word(byte: u8) -> bool {
    CLASS[usize::from(byte)] & WORD != 0
}

/// For each first letter of a label: the second letters, and the lengths, as bits.
static LABEL_STARTS: [(u32, u32); 26] = {
    let mut starts = [(0, 0); 26];
    let lists = [pii::labelled::BIRTH, pii::labelled::PASSPORT, pii::labelled::ADDRESS, secrets::prose::NAMES];
    let mut list = 0;
    while list < lists.len() {
        let mut label = 0;
        while label < lists[list].len() {
            let word = lists[list][label].as_bytes();
            let first = (word[0] - b'a') as usize;
            starts[first].0 |= 1 << (word[1] - b'a');
            starts[first].1 |= 1 << word.len();
            label += 1;
        }
        list += 1;
    }
    starts
};

/// Whether a word has the first letters and the length of a label.
fn is_label_like(word: &[u8]) -> bool {
    let [first, second, ..] = word else { return false };
    let (first, second) = ((first | 0x20).wrapping_sub(b'a'), (second | 0x20).wrapping_sub(b'a'));
    first < 26 && second < 26 && word.len() < 32 && {
        let (seconds, lengths) = LABEL_STARTS[usize::from(first)];
        seconds >> second & 1 == 1 && lengths >> word.len() & 1 == 1
    }
}
