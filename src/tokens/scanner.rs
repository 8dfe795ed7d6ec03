//! Cuts text into pieces as the encodings' regular expressions do, without a regular expression.
//!
//! Merging never crosses the end of a piece. Each function below is one published pattern, resolved by hand: at a
//! position the first alternative that matches wins, and the comments say what its backtracking comes to. No piece is
//! empty, every byte is in one, and each character is looked at a bounded number of times.

use super::unicode::{LETTER, LOWER, MARK, NEWLINE, NUMBER, SPACE, UPPER, classes_at, run_of, run_outside};

/// The end of the piece of `r50k_base` and `p50k_base` that starts at `at`, a boundary inside `text`:
/// `'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s`
#[inline]
pub(super) fn gpt2(text: &[u8], at: usize) -> usize {
    if let Some(end) = short_form(text, at, Case::Lower) {
        return end;
    }
    let start = if text.get(at) == Some(&b' ') { at + 1 } else { at };
    let (classes, length) = classes_at(text, start);
    if length > 0 && classes & SPACE == 0 {
        let rest = start + length;
        return match classes & (LETTER | NUMBER) {
            0 => run_outside(SPACE | LETTER | NUMBER, text, rest),
            class => run_of(class, text, rest),
        };
    }
    let end = run_of(SPACE, text, at);
    before_last_space(text, at, end)
}

/// The end of the piece of `cl100k_base` that starts at `at`, a boundary inside `text`:
/// `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
#[inline]
pub(super) fn cl100k(text: &[u8], at: usize) -> usize {
    if let Some(end) = short_form(text, at, Case::Any) {
        return end;
    }
    let (first, length) = classes_at(text, at);
    let second = at + length;
    if first & LETTER != 0 {
        return run_of(LETTER, text, second);
    }
    if first & NUMBER != 0 {
        return up_to_three_numbers(text, second);
    }
    if first & NEWLINE == 0 && classes_at(text, second).0 & LETTER != 0 {
        return run_of(LETTER, text, second);
    }
    if let Some(end) = symbols(text, at) {
        return run_of(NEWLINE, text, end);
    }
    let end = run_of(SPACE, text, at);
    if end == text.len() {
        return end;
    }
    after_last_newline(text, at, end).unwrap_or_else(|| before_last_space(text, at, end))
}

/// The end of the piece of `o200k_base` that starts at `at`, a boundary inside `text`. Seven alternatives:
/// `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
/// `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
/// `\p{N}{1,3}`, ` ?[^\s\p{L}\p{N}]+[\r\n/]*`, `\s*[\r\n]+`, `\s+(?!\S)`, `\s+`
#[inline]
pub(super) fn o200k(text: &[u8], at: usize) -> usize {
    let (first, length) = classes_at(text, at);
    let second = at + length;
    if first & NUMBER != 0 {
        return up_to_three_numbers(text, second);
    }
    if first & NEWLINE == 0 {
        let start = if first & LETTER == 0 { second } else { at };
        // A mark may stand before the word and inside it. Where it cannot stand before one, it is a word by itself:
        // what follows has no character that could end the first alternative.
        let lone_mark = (first & MARK != 0).then_some(second);
        let end = match word(text, start) {
            Word::Mixed(end) => Some(end),
            Word::Capitals(end) => lone_mark.or(Some(end)),
            Word::None => lone_mark,
        };
        if let Some(end) = end {
            return short_form(text, end, Case::Any).unwrap_or(end);
        }
    }
    if let Some(mut end) = symbols(text, at) {
        while matches!(text.get(end), Some(b'\r' | b'\n' | b'/')) {
            end += 1;
        }
        return end;
    }
    let end = run_of(SPACE, text, at);
    after_last_newline(text, at, end).unwrap_or_else(|| before_last_space(text, at, end))
}

/// A word of `o200k_base` without the character before it and the short form after it.
enum Word {
    /// Ends with the character that the first alternative ends with.
    Mixed(usize),
    /// Only characters that are upper case and nothing else: the second alternative.
    Capitals(usize),
    None,
}

fn word(text: &[u8], start: usize) -> Word {
    let mut at = start;
    let mut after_last_both = None;
    loop {
        let (classes, length) = classes_at(text, at);
        if classes & UPPER == 0 {
            if classes & LOWER != 0 {
                return Word::Mixed(run_of(LOWER, text, at + length));
            }
            break;
        }
        at += length;
        if classes & LOWER != 0 {
            after_last_both = Some(at);
        }
    }
    // No lower-case letter follows, so the first alternative gives characters back until the last one that may end it.
    match after_last_both {
        Some(end) => Word::Mixed(end),
        None if at > start => Word::Capitals(at),
        None => Word::None,
    }
}

#[derive(Clone, Copy)]
enum Case {
    Lower,
    Any,
}

/// The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `at`.
#[inline]
fn short_form(text: &[u8], at: usize, case: Case) -> Option<usize> {
    if text.get(at) != Some(&b'\'') {
        return None;
    }
    let fold = |byte: u8| match case {
        Case::Lower => byte,
        Case::Any => byte.to_ascii_lowercase(),
    };
    let rest = &text[at + 1..];
    let first = fold(*rest.first()?);
    let second = rest.get(1).copied().map(fold);
    match (first, second) {
        (b's' | b'd' | b'm' | b't', _) => Some(at + 2),
        (b'l', Some(b'l')) | (b'v' | b'r', Some(b'e')) => Some(at + 3),
        // The long s, U+017F: it folds to an s.
        (0xc5, Some(0xbf)) if matches!(case, Case::Any) => Some(at + 3),
        _ => None,
    }
}

/// ` ?[^\s\p{L}\p{N}]+`
#[inline]
fn symbols(text: &[u8], at: usize) -> Option<usize> {
    let start = if text.get(at) == Some(&b' ') { at + 1 } else { at };
    let end = run_outside(SPACE | LETTER | NUMBER, text, start);
    (end > start).then_some(end)
}

/// The rest of `\p{N}{1,3}` after the first number.
#[inline]
fn up_to_three_numbers(text: &[u8], mut at: usize) -> usize {
    for _ in 0..2 {
        let (classes, length) = classes_at(text, at);
        if classes & NUMBER == 0 {
            break;
        }
        at += length;
    }
    at
}

/// `\s*[\r\n]` in the run of spaces `at..end`: to its last newline, if it has one.
#[inline]
fn after_last_newline(text: &[u8], at: usize, end: usize) -> Option<usize> {
    memchr::memrchr2(b'\r', b'\n', &text[at..end]).map(|newline| at + newline + 1)
}

/// `\s+(?!\S)` and, where it fails, one space: in the run of spaces `at..end` all of it where the text ends, all but
/// its last character where that leaves any, or else the only one.
#[inline]
fn before_last_space(text: &[u8], at: usize, end: usize) -> usize {
    if end == text.len() {
        return end;
    }
    let mut last = end - 1;
    while last > at && text[last] & 0xc0 == 0x80 {
        last -= 1;
    }
    if last > at { last } else { end }
}
