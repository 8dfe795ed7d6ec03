//! Trailers: the `Key: value` lines at the end of a commit's or a tag's message, found as git finds them.
//!
//! The rules are those of `git interpret-trailers`: the last paragraph counts, unless it is the first one, when every
//! line of it is a trailer or the continuation of one; or when a trailer that git itself writes is among them and at
//! least a quarter of the lines are trailers.

use std::fmt::{self, Write as _};

/// What git writes itself: a paragraph with one of these may have other lines too.
const BY_GIT: [&str; 2] = ["Signed-off-by: ", "(cherry picked from commit "];

/// One trailer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trailer {
    /// As it is written: `Reviewed-by`. Compared without regard to case.
    pub key: String,
    /// The value; lines that continue it are joined by a blank.
    pub value: String,
}

impl Trailer {
    /// A trailer. What would end its line becomes a blank.
    pub fn new(key: &str, value: &str) -> Self {
        Self { key: key.to_owned(), value: one_line(value) }
    }

    /// Whether it is called `key`.
    pub fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }
}

impl fmt::Display for Trailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.value)
    }
}

/// A message and its trailers: what stands before the last paragraph if that one holds trailers, and these in order.
pub fn split(message: &str) -> (&str, Vec<Trailer>) {
    let message = message.trim_end();
    let Some(start) = last_paragraph(message) else { return (message, Vec::new()) };
    match read(&message[start..]) {
        Some(trailers) => (message[..start].trim_end(), trailers),
        None => (message, Vec::new()),
    }
}

/// The trailers of `message`, in order.
pub fn of(message: &str) -> Vec<Trailer> {
    split(message).1
}

/// `text` on one line: what would break it becomes a blank.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_control() || c == ' ').filter(|word| !word.is_empty()) {
        let blank = if line.is_empty() { "" } else { " " };
        write!(line, "{blank}{word}").expect("a String takes any text");
    }
    line
}

/// Where the last paragraph starts; `None` where it is the only one, which is a title.
fn last_paragraph(message: &str) -> Option<usize> {
    let mut start = None;
    let mut at = 0;
    let mut after_blank = false;
    let mut has_title = false;
    for line in message.split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        if !is_blank && after_blank {
            start = Some(at);
        }
        has_title |= !is_blank;
        after_blank = is_blank && has_title;
        at += line.len();
    }
    start
}

fn read(paragraph: &str) -> Option<Vec<Trailer>> {
    let mut trailers: Vec<Trailer> = Vec::new();
    let (mut count, mut others, mut by_git) = (0_usize, 0_usize, false);
    let mut continues = false;
    for line in paragraph.lines() {
        by_git |= BY_GIT.iter().any(|start| line.starts_with(start));
        if line.starts_with([' ', '\t']) {
            match trailers.last_mut().filter(|_| continues) {
                Some(last) => last.value = one_line(&format!("{} {line}", last.value)),
                None => others += 1,
            }
        } else if let Some(trailer) = parse_line(line) {
            trailers.push(trailer);
            count += 1;
            continues = true;
        } else {
            if line.starts_with(BY_GIT[1]) {
                count += 1;
            } else {
                others += 1;
            }
            continues = false;
        }
    }
    let holds = (count > 0 && others == 0) || (by_git && count * 3 >= others);
    holds.then_some(trailers)
}

fn parse_line(line: &str) -> Option<Trailer> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_end();
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain.then(|| Trailer::new(key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(message: &str) -> Vec<String> {
        of(message).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_last_paragraph_holds_trailers_or_it_does_not() {
        assert_eq!(found("Title\n\nText: a.\n\nA: 1\nb-c:2\n"), ["A: 1", "b-c: 2"]);
        assert_eq!(found("Title\n\nA: 1\nB: one\n  and two\n"), ["A: 1", "B: one and two"]);
        assert_eq!(found("Title\r\n\r\nA: 1\r\nB: 2\r\n"), ["A: 1", "B: 2"]);
        assert_eq!(found("A: 1"), [""; 0], "a title is no trailer");
        assert_eq!(found("\n\nA: 1"), [""; 0], "nor after empty lines");
        assert_eq!(found("Title\n\nA: 1\nand text\n"), [""; 0]);
        assert_eq!(found("Title\n\nA: 1\nand text\nSigned-off-by: Ann\n"), ["A: 1", "Signed-off-by: Ann"]);
        assert_eq!(found("Title\n\nA: 1\n(cherry picked from commit 1234)\n"), ["A: 1"]);
        assert_eq!(found("Title\n\nsee https://example.com\n"), [""; 0]);
        assert_eq!(found(""), [""; 0]);
    }

    #[test]
    fn what_stands_before_is_kept() {
        assert_eq!(split("Title\n\nText.\n\nA: 1\n").0, "Title\n\nText.");
        assert_eq!(split("Title\n\nText.\n").0, "Title\n\nText.");
    }

    #[test]
    fn a_value_stays_on_its_line() {
        assert_eq!(Trailer::new("A", " one\r\ntwo\u{85}three  ").to_string(), "A: one two three");
    }
}
