//! What is printed of files and findings: never a secret, never personal data.
//!
//! This is the one place where values are masked. Every format draws from the texts and findings that come out of here,
//! whatever rules were selected, ignored or suppressed: an excerpt of one finding may show what another is about.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Inspection, scanner};
use crate::diagnostic::Diagnostic;
use crate::path::StorePath;
use crate::sensitive::{Scanner, mask};
use crate::store::Store;
use crate::store::config::LintConfig;
use crate::text::Span;

/// The files that findings are in, as they may be shown.
pub struct Redaction {
    files: BTreeMap<StorePath, Redacted>,
    scanner: Scanner,
}

struct Redacted {
    text: String,
    /// The values as they are written and as they are decoded, longest first.
    values: Vec<String>,
}

/// A text that is no file's, with what a scan finds in it masked: nobody counts its columns, so the mask is a short one.
pub fn redacted<'t>(lint: &LintConfig, text: &'t str) -> Cow<'t, str> {
    let hits = scanner(lint).scan(text);
    if hits.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut redacted = String::with_capacity(text.len());
    let mut at = 0;
    for range in hits.iter().map(|hit| hit.span.range()) {
        redacted.push_str(&text[at..range.start]);
        redacted.push_str(&mask(&text[range.clone()]));
        at = range.end;
    }
    redacted.push_str(&text[at..]);
    Cow::Owned(redacted)
}

/// Values shorter than this are masked where they were found, but not looked for elsewhere: they are words too.
const SHORTEST: usize = 6;
/// A file's other places are searched for so many of its values.
const MOST: usize = 300;

impl Redaction {
    /// Scans the files of `store` that are at `paths`.
    pub fn new<'p>(store: &Store, paths: impl IntoIterator<Item = &'p StorePath>) -> Self {
        let mut files = BTreeMap::new();
        for path in paths {
            if let Some(file) = store.file(path).filter(|_| !files.contains_key(path)) {
                files.insert(path.clone(), Redacted::new(&file.text, &Inspection::of(store, file)));
            }
        }
        Self { files, scanner: scanner(&store.config().lint) }
    }

    /// The text of the file at `path` with each value masked. Its bytes, lines and columns are where they were. `None`
    /// for a file that was not scanned.
    pub fn text(&self, path: &StorePath) -> Option<&str> {
        self.files.get(path).map(|file| file.text.as_str())
    }

    /// `findings` with each value masked in all that they say. A fix that would write one is left out.
    pub fn findings(&self, findings: &[Diagnostic]) -> Vec<Diagnostic> {
        let redacted = |finding: &Diagnostic| match self.files.get(&finding.file) {
            Some(file) if !file.values.is_empty() => file.finding(finding),
            _ => finding.clone(),
        };
        findings.iter().map(redacted).collect()
    }

    /// What is said about the file at `path` with each value masked.
    pub fn said(&self, path: &StorePath, text: &str) -> String {
        self.files.get(path).map_or_else(|| text.to_owned(), |file| file.said(text))
    }

    /// Any other version of the file at `path`, masked: what it has in common with the store's, and what a scan finds.
    pub fn version<'t>(&self, path: &StorePath, text: &'t str) -> Cow<'t, str> {
        let spans: Vec<Span> = self.scanner.scan(text).iter().map(|hit| hit.span).collect();
        let known = self.files.get(path).map_or(&[][..], |file| file.values.as_slice());
        masked(text, spans, known)
    }
}

impl Redacted {
    fn new(text: &str, inspection: &Inspection) -> Self {
        let spans: Vec<Span> =
            inspection.values.iter().map(|value| value.span).chain(inspection.more.iter().copied()).collect();
        let written = inspection.values.iter().map(|value| value.span.slice(text).to_owned());
        let decoded = inspection.values.iter().map(|value| value.text.clone());
        let mut values: Vec<String> = written.chain(decoded).filter(|value| value.len() >= SHORTEST).collect();
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        values.truncate(MOST);
        Self { text: masked(text, spans, &values).into_owned(), values }
    }

    fn said(&self, text: &str) -> String {
        let mut said = text.to_owned();
        for value in self.values.iter().filter(|value| text.contains(value.as_str())) {
            said = said.replace(value.as_str(), &mask(value));
        }
        said
    }

    fn finding(&self, finding: &Diagnostic) -> Diagnostic {
        let mut finding = finding.clone();
        let said = [&mut finding.message].into_iter().chain(&mut finding.note_at_span).chain(&mut finding.notes);
        let said = said.chain(&mut finding.help).chain(finding.labels.iter_mut().map(|label| &mut label.text));
        said.for_each(|text| *text = self.said(text));
        let shows = |text: &str| self.values.iter().any(|value| text.contains(value.as_str()));
        finding.fix =
            finding.fix.filter(|fix| !shows(&fix.title) && fix.edits.iter().all(|edit| !shows(&edit.replacement)));
        finding
    }
}

/// `text` with `spans` masked, and `values` wherever else they stand.
fn masked<'t>(text: &'t str, mut spans: Vec<Span>, values: &[String]) -> Cow<'t, str> {
    for value in values {
        let places = memchr::memmem::find_iter(text.as_bytes(), value.as_bytes());
        spans.extend(places.map(|at| Span::new(at, at + value.len())));
    }
    spans.retain(|span| text.get(span.range()).is_some() && !span.is_empty());
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    spans.sort();
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start < last.end => *last = last.cover(span),
            _ => apart.push(span),
        }
    }
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for range in apart.into_iter().map(Span::range) {
        masked.push_str(&text[at..range.start]);
        mask_in_place(&text[range.clone()], &mut masked);
        at = range.end;
    }
    masked.push_str(&text[at..]);
    Cow::Owned(masked)
}

/// Writes `value` with as many bytes, characters and lines as it has, and at most its first and last character.
fn mask_in_place(value: &str, out: &mut String) {
    let length = value.chars().count();
    let shows_edges = length >= 8;
    for (index, character) in value.chars().enumerate() {
        let is_edge = index == 0 || index + 1 == length;
        out.push(if shows_edges && is_edge { character } else { dot(character) });
    }
}

/// A dot that takes as many bytes, units of UTF-16 and columns of text as `character`; white space stays.
fn dot(character: char) -> char {
    match character.len_utf8() {
        _ if character.is_ascii_whitespace() => character,
        1 => '*',
        2 => '·',
        3 => '•',
        _ => '\u{1F784}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_keeps_bytes_lines_and_columns() {
        let text = "a: žluťoučký kůň\nb: -----KEY\n  xyz\n-----END\nc: 日本語日本語日本語 😀\n";
        let span = |value: &str| {
            let at = text.find(value).expect("it is there");
            Span::new(at, at + value.len())
        };
        let spans = vec![span("žluťoučký"), span("-----KEY\n  xyz\n-----END")];
        let masked = masked(text, spans, &["日本語日本語日本語".to_owned()]);
        assert_eq!((masked.len(), masked.chars().count()), (text.len(), text.chars().count()));
        assert_eq!(masked.lines().count(), text.lines().count());
        assert!(masked.contains("a: ž**·**·*ý kůň\nb: -*******\n  ***\n*******D\n"), "{masked}");
        assert!(!masked.contains("luť") && !masked.contains("KEY") && !masked.contains("本"), "{masked}");
        assert!(masked.contains("日•••••••語 😀"), "{masked}");
    }

    #[test]
    fn spans_that_overlap_are_one() {
        let spans = vec![Span::new(2, 12), Span::new(8, 20), Span::new(4, 6)];
        assert_eq!(masked("0 abcdefghijklmnopqrstuvw", spans, &[]), "0 a****************rstuvw");
    }
}
