//! What the patterns ask of a character: which of their classes it is in.

/// The classes of one character, as a set of the flags below; the empty set is a character that no class names, such as
/// punctuation, a symbol or a control.
pub(super) type Classes = u8;

/// May stand in the first half of a word of `o200k_base`: `\p{Lu}`, `\p{Lt}`, `\p{Lm}`, `\p{Lo}`, `\p{M}`.
pub(super) const UPPER: Classes = 1;
/// May stand in the second half of a word of `o200k_base`: `\p{Ll}`, `\p{Lm}`, `\p{Lo}`, `\p{M}`.
pub(super) const LOWER: Classes = 1 << 1;
/// `\p{L}`
pub(super) const LETTER: Classes = 1 << 2;
/// `\p{M}`
pub(super) const MARK: Classes = 1 << 3;
/// `\p{N}`
pub(super) const NUMBER: Classes = 1 << 4;
/// `\s`
pub(super) const SPACE: Classes = 1 << 5;
/// `[\r\n]`, which is also in `SPACE`
pub(super) const NEWLINE: Classes = 1 << 6;

/// Code points in one block of the table.
pub(super) const BLOCK: usize = 128;
/// Blocks that cover every code point.
pub(super) const BLOCKS: usize = 0x11_0000 / BLOCK;

/// Two stages: a byte for each block that says which of the distinct blocks it is, then those blocks, a byte for each
/// code point. Written from the classes of the reference's own regular-expression engine, so both follow one version
/// of Unicode.
static TABLE: &[u8] = include_bytes!("tables/unicode.bin");

/// The first block once more, where a character of one byte needs a single look.
const ASCII: [Classes; BLOCK] = {
    let mut classes = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        classes[at] = TABLE[BLOCKS + TABLE[0] as usize * BLOCK + at];
        at += 1;
    }
    classes
};

/// The classes of the character that starts at `at`, and its length in bytes; no class and no length at the end.
///
/// `text` is UTF-8 and `at` is a boundary of characters; otherwise the answer has no meaning, but there is one.
#[inline]
pub(super) fn classes_at(text: &[u8], at: usize) -> (Classes, usize) {
    match text.get(at) {
        None => (0, 0),
        Some(&byte) if byte < 0x80 => (ASCII[usize::from(byte)], 1),
        Some(_) => classes_beyond_ascii(&text[at..]),
    }
}

fn classes_beyond_ascii(text: &[u8]) -> (Classes, usize) {
    let low = |byte: u8| usize::from(byte & 0x3f);
    let (code, length) = match *text {
        [a @ 0xf0..=0xff, b, c, d, ..] => (usize::from(a & 0x07) << 18 | low(b) << 12 | low(c) << 6 | low(d), 4),
        [a @ 0xe0..=0xef, b, c, ..] => (usize::from(a & 0x0f) << 12 | low(b) << 6 | low(c), 3),
        [a, b, ..] => (usize::from(a & 0x1f) << 6 | low(b), 2),
        _ => return (0, text.len()),
    };
    (classes_of(code), length)
}

#[inline]
fn classes_of(code: usize) -> Classes {
    let block = TABLE.get(code / BLOCK).map_or(0, |&block| usize::from(block));
    TABLE[BLOCKS + block * BLOCK + code % BLOCK]
}

/// The end of the longest run from `at` whose characters are all in one of `wanted`.
#[inline]
pub(super) fn run_of(wanted: Classes, text: &[u8], mut at: usize) -> usize {
    loop {
        let (classes, length) = classes_at(text, at);
        if classes & wanted == 0 {
            return at;
        }
        at += length;
    }
}

/// The end of the longest run from `at` whose characters are in none of `unwanted`.
#[inline]
pub(super) fn run_outside(unwanted: Classes, text: &[u8], mut at: usize) -> usize {
    loop {
        let (classes, length) = classes_at(text, at);
        if classes & unwanted != 0 || length == 0 {
            return at;
        }
        at += length;
    }
}
