//! A block of YAML cut along its lines: each entry with the comments above it, so that parts put together again are the
//! text that they were cut from.

use crate::store::yaml::{Kind, NodeRef};

/// A value and the bytes that it takes with what belongs to it: a block's whole lines, anything else by itself.
#[derive(Clone, Copy)]
pub(super) struct Region<'a> {
    /// The file.
    pub(super) text: &'a str,
    pub(super) node: NodeRef<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// One entry of a mapping, or one item of a list.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    /// The key's text; empty for items.
    pub(super) key: &'a str,
    /// Whole lines of comments and blanks above it.
    pub(super) lead: &'a str,
    /// The white space before it on its line; `None` where something else stands there, as `- ` before a first key.
    pub(super) indent: Option<&'a str>,
    /// From its first byte to its value: `key: `, `- `.
    pub(super) head: &'a str,
    pub(super) value: Region<'a>,
    /// From its value to the next line: a comment, the line break.
    pub(super) tail: &'a str,
}

impl<'a> Region<'a> {
    pub(super) fn source(&self) -> &'a str {
        &self.text[self.start..self.end]
    }

    /// Whether it is a mapping or list that is written by indentation.
    pub(super) fn is_block(&self) -> bool {
        is_block(self.node)
    }
}

impl<'a> Part<'a> {
    /// Its text without what stands before it.
    pub(super) fn body(&self) -> String {
        [self.head, self.value.source(), self.tail].concat()
    }

    /// Whether it says the same in the same words as `other`, comments above it aside.
    pub(super) fn is_as(&self, other: &Part<'_>) -> bool {
        self.body().trim_end() == other.body().trim_end()
    }
}

fn is_block(node: NodeRef<'_>) -> bool {
    matches!(node.kind(), Kind::Mapping | Kind::Sequence) && !node.is_alias() && !node.is_in_brackets()
}

/// The parts of the block `region`; `None` where it is written in a way that cannot be cut along lines.
pub(super) fn of_block<'a>(region: &Region<'a>) -> Option<Vec<Part<'a>>> {
    let mut parts = Vec::new();
    let mut cursor = region.start;
    if region.node.kind() == Kind::Mapping {
        for entry in region.node.entries() {
            if entry.node.is_alias() || entry.node.scalar().is_none() {
                return None;
            }
            let part = part(region, cursor, entry.key_span.start as usize, entry.key, entry.value)?;
            cursor = end_of(&part);
            parts.push(part);
        }
    } else {
        for item in region.node.items() {
            let dash = dash(region, cursor)?;
            let part = part(region, cursor, dash, "", item)?;
            cursor = end_of(&part);
            parts.push(part);
        }
    }
    (cursor == region.end).then_some(parts)
}

/// The end of the line of the byte at `at`, its line break included.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found + 1)
}

fn end_of(part: &Part<'_>) -> usize {
    part.value.end + part.tail.len()
}

/// The part that starts at `start`; what lies between `cursor` and it is its own.
fn part<'a>(region: &Region<'a>, cursor: usize, start: usize, key: &'a str, node: NodeRef<'a>) -> Option<Part<'a>> {
    let text = region.text;
    let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let (lead, indent) = if line >= cursor {
        (text.get(cursor..line)?, Some(text.get(line..start)?))
    } else {
        // Only what follows a dash starts inside of a line.
        (cursor == region.start && start == cursor).then_some(("", None))?
    };
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if !lead.lines().all(is_comment) || !indent.is_none_or(|indent| indent.trim().is_empty()) {
        return None;
    }
    let span = node.span().range();
    let (value, end) = if is_block(node) {
        let inside = first_line_of(text, start, span.start);
        (inside..line_end(text, span.end), line_end(text, span.end))
    } else {
        (span.clone(), line_end(text, span.end))
    };
    let tail = text.get(value.end..end)?;
    if !is_comment(tail) {
        return None;
    }
    let value = Region { text, node, start: value.start, end: value.end };
    Some(Part { key, lead, indent, head: text.get(start..value.start)?, value, tail })
}

/// Where the lines of a block start that is the value of what starts at `start`: on the next line, with the comments above
/// its first entry, or right where it starts itself.
fn first_line_of(text: &str, start: usize, value: usize) -> usize {
    let next = line_end(text, start);
    if next <= value { next } else { value }
}

/// Where the next item's dash stands.
fn dash(region: &Region<'_>, cursor: usize) -> Option<usize> {
    let mut at = cursor;
    while at < region.end {
        let end = line_end(region.text, at);
        let line = &region.text[at..end];
        let inside = line.trim_start();
        if inside.starts_with('-') {
            return Some(at + line.len() - inside.len());
        }
        if !inside.is_empty() && !inside.starts_with('#') {
            return None;
        }
        at = end;
    }
    None
}
