//! Where a tag in double braces ends, for the languages that have them.

use memchr::{memchr2, memchr3};

/// Finds the ends of tags in one text, in linear time over all of them.
#[derive(Debug)]
pub(super) struct Braces<'s> {
    bytes: &'s [u8],
    /// Up to where it is known that no `'` and no `"` ends a text in its line.
    no_quote: [usize; 2],
}

impl<'s> Braces<'s> {
    /// For the tags of `text`, asked about in order.
    pub(super) fn new(text: &'s str) -> Self {
        Self { bytes: text.as_bytes(), no_quote: [0; 2] }
    }

    /// The offset of the `}}` that closes the tag whose inside starts at `at`; quotes hide braces. None where another
    /// tag opens before, or nothing closes it.
    pub(super) fn close(&mut self, mut at: usize) -> Option<usize> {
        loop {
            let rest = self.bytes.get(at..)?;
            let braces = next_pair(rest)?;
            match memchr2(b'\'', b'"', &rest[..braces]) {
                Some(quote) => at = self.after_quote(at + quote),
                None => return (rest[braces] == b'}').then_some(at + braces),
            }
        }
    }

    /// The offset after the text that starts at `at`; a quote without an end in its line is a plain character.
    fn after_quote(&mut self, at: usize) -> usize {
        let quote = self.bytes[at];
        let known = &mut self.no_quote[usize::from(quote == b'"')];
        if at < *known {
            return at + 1;
        }
        let mut end = at + 1;
        while let Some(found) = self.bytes.get(end..).and_then(|rest| memchr3(quote, b'\\', b'\n', rest)) {
            end += found;
            match self.bytes[end] {
                b'\\' => end += 2,
                b'\n' => break,
                _ => return end + 1,
            }
        }
        *known = if self.bytes.get(end) == Some(&b'\n') { end } else { self.bytes.len() };
        at + 1
    }
}

/// The offset of the first `}}` or `{{`.
pub(super) fn next_pair(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr2(b'{', b'}', &bytes[at..])?;
        if bytes.get(at + 1) == Some(&bytes[at]) {
            return Some(at);
        }
        at += 1;
    }
}
