//! Where a scalar starts and ends, where the parser tells less than that.

use std::ops::Range;

use super::ScalarStyle;
use super::scalar::ScalarMap;
use crate::text::Span;

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// What comes next in a collection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The value of a key that was read.
    Value,
    /// An item after a `-`.
    Item,
    /// A key, an item in brackets, or the document's node.
    Other,
}

/// The empty range of a value that is left out: after its `:` or `-`, unless an anchor or tag of it comes later. The
/// parser says `at`; `read_to` is the end of what was read before.
pub(super) fn left_out(source: &str, read_to: usize, slot: Slot, at: usize) -> Range<usize> {
    let place = match slot {
        Slot::Value => {
            let after = read_to.min(at);
            let rest = &source[after..];
            let blanks = rest.len() - rest.trim_start_matches(BLANKS).len();
            if rest[blanks..].starts_with(':') { after + blanks + 1 } else { after }
        }
        Slot::Item => next_dash(source, read_to).filter(|&dash| dash < at).map_or(at, |dash| dash + 1),
        Slot::Other => at,
    };
    let properties = source.get(place..at).unwrap_or_default().trim_start();
    let place = if properties.starts_with(['&', '!']) { at } else { place };
    place..place
}

/// The `-` of a list item that comes next after `from`: white space, comments and the signs of outer collections may
/// stand before it.
fn next_dash(source: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = source.get(at..)?;
        match rest.as_bytes().first()? {
            b'-' => return Some(at),
            b'#' => at += rest.find(['\n', '\r'])?,
            b'&' | b'!' => at += rest.find(BLANKS)?,
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b'?' => at += 1,
            _ => return None,
        }
    }
}

/// The `-` of the first item of a block sequence. Where the list is not indented under its key, the parser says `at` the
/// place after the `-`.
pub(super) fn sequence_start(source: &str, read_to: usize, slot: Slot, at: usize) -> usize {
    if slot != Slot::Value {
        return at;
    }
    next_dash(source, read_to).filter(|&dash| dash < at).unwrap_or(at)
}

/// The text of a block scalar whose content ends at `end`. Where the file ends without a line break, so does the text
/// (YAML 1.2.2, production 165, `b-chomped-last`); the parser adds one.
pub(super) fn without_added_break<'a>(source: &str, text: &'a str, end: usize) -> &'a str {
    let ends_the_file = || {
        let last_line = &source[source.rfind(['\n', '\r']).map_or(0, |at| at + 1)..];
        !last_line.trim().is_empty()
    };
    if end == source.len() && ends_the_file() { text.strip_suffix('\n').unwrap_or(text) } else { text }
}

/// A block scalar from its header to the end of its last line. The parser tells only where its content is, with the line
/// breaks after it, as `place`; `text` is what it decodes to, `read_to` the end of what was read before.
pub(super) fn block_scalar(
    source: &str,
    read_to: usize,
    text: &str,
    style: ScalarStyle,
    place: Range<usize>,
) -> Range<usize> {
    let start = header(source, read_to, text, place.start);
    let read = &source[..place.end.max(start)];
    let body = text.trim_end_matches('\n');
    if text.len() > body.len() + 1 || (body.is_empty() && !text.is_empty()) {
        // Empty lines at the end are kept and thus content.
        let lines = read.trim_end_matches(' ');
        let end = lines.strip_suffix("\r\n").or_else(|| lines.strip_suffix(['\n', '\r'])).unwrap_or(lines).len();
        return start..end.max(start);
    }
    let end = read.trim_end_matches(BLANKS).len().max(start);
    if body.ends_with(BLANKS) {
        let last_character = Span::new(body.len() - 1, body.len());
        let last = ScalarMap::new(source, Span::new(start, end), style, text).to_source(text, last_character);
        return start..last.range().end.max(end);
    }
    start..end
}

/// The offset of the `|` or `>` of the block scalar whose content starts at `content`.
fn header(source: &str, read_to: usize, text: &str, content: usize) -> usize {
    let is_empty = text.bytes().all(|byte| byte == b'\n');
    if is_empty && source[content..].starts_with(['|', '>']) {
        return content;
    }
    let before = source[..content].trim_end_matches(BLANKS);
    let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1).max(read_to.min(before.len()));
    let mut at = line;
    for word in before[line..].split([' ', '\t']) {
        if word.starts_with(['|', '>']) {
            return at;
        }
        at += word.len() + 1;
    }
    content
}
