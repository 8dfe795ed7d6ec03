//! Lines of ours in a text of somebody else's: put in, renewed and taken out without touching the rest.

use std::ops::Range;

const START: &str = "# >>> promptyard";
const END: &str = "# <<< promptyard";
/// Says that the text before the block had no line break at its end: taking the block out restores that too.
const JOINED: &str = " (the line before had no end)";

/// `text` with `lines` in a marked block: in the place of the one that is there, or at the end.
pub fn put(text: &str, lines: &[String]) -> String {
    let (before, joined, after, line_end) = match find(text) {
        Some(block) => (&text[..block.start], block.joined, &text[block.end..], block.line_end),
        None => {
            let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
            (text, !text.is_empty() && !text.ends_with('\n'), "", line_end)
        }
    };
    let mut put = before.to_owned();
    if joined && !before.ends_with('\n') {
        put.push_str(line_end);
    }
    let mark = if joined { JOINED } else { "" };
    let start = format!("{START}{mark}");
    for line in std::iter::once(start.as_str()).chain(lines.iter().map(String::as_str)).chain([END]) {
        put.push_str(line);
        put.push_str(line_end);
    }
    put + after
}

/// `text` without the block: what it was before [`put`]. `None` where there is none.
pub fn take(text: &str) -> Option<String> {
    let block = find(text)?;
    let mut before = &text[..block.start];
    if block.joined {
        before = before.strip_suffix(block.line_end).unwrap_or(before);
    }
    Some([before, &text[block.end..]].concat())
}

/// Whether `text` has the block with just these lines.
pub fn has(text: &str, lines: &[String]) -> bool {
    find(text).is_some() && put(text, lines) == text
}

/// The bytes of the block in `text`, its marks and its last line's end included.
pub fn range(text: &str) -> Option<Range<usize>> {
    find(text).map(|block| block.start..block.end)
}

/// The lines between the marks.
pub fn lines(text: &str) -> Vec<&str> {
    let block = range(text).map_or("", |range| &text[range]);
    block.lines().skip(1).take_while(|line| line.trim_end() != END).collect()
}

struct Block {
    start: usize,
    /// After its last line's end.
    end: usize,
    joined: bool,
    /// How its lines end.
    line_end: &'static str,
}

fn find(text: &str) -> Option<Block> {
    let mut at = 0;
    let mut start = None;
    for line in text.split_inclusive('\n') {
        let told = line.trim_end();
        if told.starts_with(START) && start.is_none() {
            start = Some((at, told.ends_with(JOINED), if line.ends_with("\r\n") { "\r\n" } else { "\n" }));
        }
        at += line.len();
        if let (END, Some((start, joined, line_end))) = (told, start) {
            return Some(Block { start, end: at, joined, line_end });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_comes_back_byte_for_byte() {
        let lines = ["a b".to_owned(), "c".to_owned()];
        for text in ["", "x", "x\n", "x\r\ny\r\n", "x\r\ny", "\n\n", "x\r", "x\r\ny\r"] {
            let put_in = put(text, &lines);
            assert!(has(&put_in, &lines), "{put_in:?}");
            assert_eq!(put(&put_in, &lines), put_in, "twice is once");
            assert_eq!(super::lines(&put_in), lines);
            let range = range(&put_in).expect("it was put in");
            assert!(put_in[range].starts_with(START) && put_in.ends_with('\n'));
            let renewed = put(&put_in, &["d".to_owned()]);
            assert!(renewed.contains("\nd") && !renewed.contains("a b") && !has(&renewed, &lines), "{renewed:?}");
            assert_eq!(take(&put_in).as_deref(), Some(text));
            assert_eq!(take(&renewed).as_deref(), Some(text));
            assert_eq!(take(&format!("{put_in}more\n")).map(|text| text.ends_with("more\n")), Some(true));
        }
        assert_eq!(take("x\n"), None);
        assert_eq!(take(&format!("{START}\nx\n")), None, "a block without an end is not ours to cut");
    }
}
