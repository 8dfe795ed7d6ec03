//! The examples of rules as stores: for `explain`, for tests, and for whoever documents a rule.

use crate::release::known::{Completeness, Releases};
use crate::store::snapshot::Snapshot;

/// Where the releases of an example stand: in no folder of a store.
const TAGS: &str = "refs/tags";

/// Stands between the two stores of an example of a rule about changes.
pub const AFTER: &str = "//= after\n";

/// Where an example stands that is one file without a path.
const DEFAULT_PATH: &str = "prompts/example.prompt.yaml";

/// The files of an example: a text with lines `//- path` before each file, or one prompt without such a line.
pub fn files(text: &str) -> Vec<(&str, &str)> {
    const MARK: &str = "//- ";
    if !text.starts_with(MARK) {
        return vec![(DEFAULT_PATH, text)];
    }
    let mut files = Vec::new();
    let mut rest = text;
    while let Some(after) = rest.strip_prefix(MARK) {
        let (path, body) = after.split_once('\n').unwrap_or((after, ""));
        let end = match body.starts_with(MARK) {
            true => 0,
            false => body.find("\n//- ").map_or(body.len(), |at| at + 1),
        };
        files.push((path.trim(), &body[..end]));
        rest = &body[end..];
    }
    files
}

/// The example `text` as a snapshot in memory.
///
/// # Errors
/// When a path in it is not a path inside a store.
pub fn snapshot(text: &str) -> Result<Snapshot, crate::path::PathError> {
    let files: Vec<(&str, Vec<u8>)> = files(text).into_iter().map(|(path, text)| (path, content(text))).collect();
    Snapshot::of_texts(files.iter().map(|(path, content)| (*path, content.as_slice())))
}

/// The releases of the example `text`: a file `refs/tags` with one a line, `prompts/answer@1.3.0`, and its digest behind
/// it. `None` where there is no such file.
pub fn releases(text: &str) -> Option<Releases> {
    let (_, lines) = files(text).into_iter().find(|(path, _)| *path == TAGS)?;
    let release = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next().and_then(|digest| digest.parse().ok())))
    };
    Some(Releases::new(lines.lines().filter_map(release), Completeness::Whole))
}

/// The bytes of an example's file: its text, in which `\xE9` stands for a byte that cannot stand in a text, and `\x0D`
/// for a carriage return, which nobody sees.
pub fn content(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split("\\x");
    bytes.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        match part
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .filter(|byte| !byte.is_ascii() || *byte == b'\r')
        {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(part[2..].bytes());
            }
            None => {
                bytes.extend(b"\\x");
                bytes.extend(part.bytes());
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_written_in_hexadecimal() {
        assert_eq!(content("caf\\xE9 \\x0D \\x41 \\xq"), b"caf\xE9 \r \\x41 \\xq");
    }

    #[test]
    fn an_example_is_one_prompt_or_files_by_path() {
        assert_eq!(files("a: 1\n"), [(DEFAULT_PATH, "a: 1\n")]);
        assert_eq!(files("//- a.yaml\n1\n\n//- b/c.md\n//- d\nx"), [("a.yaml", "1\n\n"), ("b/c.md", ""), ("d", "x")]);
    }
}
