//! What makes a finding the same finding after lines were moved, files renamed and other lines edited.
//!
//! An identity is the sha256, cut to 128 bits, of the rule's code, the finding's text and the text around it on its line,
//! white space folded. Neither the path nor the line number is in it, nor the message, whose wording may get better.
//! Findings with equal identities are told apart by their order in the run.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostic;
use crate::path::StorePath;
use crate::text::{LineIndex, Span};

/// What a finding is about, wherever it stands. Written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity(u128);

/// One finding of a run: its identity, and which of those with the same identity it is. Written `identity:occurrence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// What it is about.
    pub identity: Identity,
    /// From 1, in the order of the run.
    pub occurrence: usize,
    /// From 1, in the order of the finding's file.
    pub occurrence_in_file: usize,
}

/// What makes a finding the same one before an edit and after it, wherever in its file it stands: what is said, whatever
/// the numbers in it. Of what is sensitive it is the text, for what is said of one key is said of every other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gist(&'static str, What);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Said(String),
    Text([u8; 32]),
}

impl Gist {
    /// The gist of `finding` in its file's text.
    pub fn of(finding: &Diagnostic, text: &str) -> Self {
        let code = finding.rule.code;
        let own = finding.span.slice(text);
        if !own.is_empty() && (code.starts_with("SEC") || code.starts_with("PII")) {
            return Self(code, What::Text(Sha256::digest(own).into()));
        }
        let digit = |c: &char| c.is_ascii_digit();
        let mut said = String::with_capacity(finding.message.len());
        let mut rest = finding.message.chars().peekable();
        while let Some(c) = rest.next() {
            if digit(&c) && !said.ends_with(|before: char| before.is_alphanumeric() || "_-.".contains(before)) {
                while rest.next_if(digit).is_some() {}
                said.push('0');
            } else {
                said.push(c);
            }
        }
        Self(code, What::Said(said))
    }
}

/// Characters of the finding's own text that count, from its start.
const TEXT: usize = 240;
/// Characters of its line before and after it that count: a prompt is often one line of many thousands.
const AROUND: usize = 80;

/// The fingerprints of `findings`, which are in order, one for each. `text_of` gives the text of a file.
pub fn of_findings<'a>(findings: &[Diagnostic], text_of: impl Fn(&StorePath) -> Option<&'a str>) -> Vec<Fingerprint> {
    let mut in_run: BTreeMap<Identity, usize> = BTreeMap::new();
    let mut fingerprints = Vec::with_capacity(findings.len());
    for of_file in findings.chunk_by(|a, b| a.file == b.file) {
        let text = of_file.first().and_then(|finding| text_of(&finding.file)).unwrap_or_default();
        let lines = LineIndex::new(text);
        let mut in_file: BTreeMap<Identity, usize> = BTreeMap::new();
        for finding in of_file {
            let identity = identity(finding, text, &lines);
            let next = |counts: &mut BTreeMap<Identity, usize>| {
                let count = counts.entry(identity).or_default();
                *count += 1;
                *count
            };
            let (occurrence, occurrence_in_file) = (next(&mut in_run), next(&mut in_file));
            fingerprints.push(Fingerprint { identity, occurrence, occurrence_in_file });
        }
    }
    fingerprints
}

fn identity(finding: &Diagnostic, text: &str, lines: &LineIndex) -> Identity {
    let line = lines.line_span(lines.line_of(finding.span.start.min(Span::at(text.len()).start)), text);
    let before = Span { start: line.start, end: finding.span.start.max(line.start) }.slice(text);
    let after = Span { start: finding.span.end.min(line.end), end: line.end }.slice(text);
    let mut hash = Sha256::new();
    hash.update(finding.rule.code);
    // Read backwards: what stands next to the finding counts, however long the line is.
    for part in [
        folded(finding.span.slice(text).chars(), TEXT),
        folded(before.chars().rev(), AROUND),
        folded(after.chars(), AROUND),
    ] {
        // No folded text has a line break, so the parts cannot run into each other.
        hash.update("\n");
        hash.update(part);
    }
    let digest = hash.finalize();
    Identity(digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte)))
}

/// At most `limit` characters with runs of white space as one space, and none at the ends.
fn folded(chars: impl Iterator<Item = char>, limit: usize) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in chars.take(limit) {
        if c.is_whitespace() {
            gap = !out.is_empty();
        } else {
            if gap {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        }
    }
    out
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.identity, self.occurrence)
    }
}

/// A text that is not an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identity is 32 hexadecimal digits")]
pub struct NotAnIdentity;

impl FromStr for Identity {
    type Err = NotAnIdentity;

    fn from_str(text: &str) -> Result<Self, NotAnIdentity> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = digits.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or(NotAnIdentity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{RuleId, Severity};
    use crate::lint::{self, Request, example};
    use crate::store::Store;

    const PROMPT: &str = "description: d\ninputs: {}\nmessages:\n  - role: user\n    content: |\n";

    /// The fingerprints of what TPL002 finds, in order.
    fn fingerprints(store: &str) -> Vec<String> {
        let store = Store::load(example::snapshot(store).expect("paths inside the store"));
        let request = Request { select: vec!["TPL002".to_owned()], ..Request::default() };
        let findings = lint::run(&store, &request).expect("a known rule").findings;
        let found = of_findings(&findings, |path| store.file(path).map(|file| file.text.as_str()));
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn moved_lines_renamed_files_and_folded_space_keep_it() {
        let before = fingerprints(&format!("//- prompts/a.prompt.yaml\n{PROMPT}      Dear {{{{ who }}}},\n"));
        let moved =
            format!("//- prompts/b/c.prompt.yaml\n# A comment.\n{PROMPT}      Hi\n\n      Dear   {{{{  who }}}},\r\n");
        assert_eq!(before.len(), 1);
        assert_eq!(fingerprints(&moved), before);
    }

    #[test]
    fn another_text_is_another_finding() {
        let of = |line: &str| fingerprints(&format!("{PROMPT}      {line}\n"));
        let dear = of("Dear {{ who }},");
        assert_ne!(of("Dear {{ whom }},"), dear);
        assert_ne!(of("Hello {{ who }},"), dear);
        assert_ne!(of("Dear {{ who }}!"), dear);
    }

    #[test]
    fn the_gist_is_what_is_said_but_for_numbers_and_of_secrets_the_text() {
        let gist = |code: &'static str, message: &str, text: &str| {
            let finding = Diagnostic {
                rule: RuleId { code, name: "a" },
                severity: Severity::Error,
                file: "a.md".parse().expect("a path"),
                span: Span::new(0, text.len()),
                message: message.to_owned(),
                note_at_span: None,
                labels: Vec::new(),
                notes: Vec::new(),
                help: None,
                fix: None,
            };
            Gist::of(&finding, text)
        };
        let of = |message| gist("TPL002", message, "a");
        assert_eq!(of("takes 4301 tokens of 4096"), of("takes 97 tokens of 4096"));
        assert_ne!(of("`x1` is not declared"), of("`x2` is not declared"));
        assert_ne!(gist("TPL002", "m", "a"), gist("TPL003", "m", "a"));
        assert_eq!(gist("TPL002", "m", "a"), gist("TPL002", "m", "b"));
        assert_ne!(gist("SEC002", "m", "a"), gist("SEC002", "m", "b"));
        assert_eq!(gist("PII001", "m", "a"), gist("PII001", "n", "a"));
    }

    /// A finding at each place of `needle` in `text`, a file at `path`.
    fn findings(path: &str, text: &str, needle: &str) -> Vec<Diagnostic> {
        let finding = |(start, _): (usize, &str)| Diagnostic {
            rule: RuleId { code: "TPL002", name: "undeclared-variable" },
            severity: Severity::Error,
            file: path.parse().expect("a path"),
            span: Span::new(start, start + needle.len()),
            message: String::new(),
            note_at_span: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
        };
        text.match_indices(needle).map(finding).collect()
    }

    #[test]
    fn equal_findings_are_counted_in_the_run_and_in_their_file() {
        let text = "{{ who }}\n{{ who }}\n";
        let both = [findings("a", text, "who"), findings("b", text, "who")].concat();
        let found = of_findings(&both, |_| Some(text));
        let counts = found.iter().map(|fingerprint| (fingerprint.occurrence, fingerprint.occurrence_in_file));
        assert_eq!(counts.collect::<Vec<_>>(), [(1, 1), (2, 2), (3, 1), (4, 2)]);
        assert!(found.iter().all(|fingerprint| fingerprint.identity == found[0].identity));
    }

    #[test]
    fn places_outside_of_the_text_have_a_fingerprint_too() {
        let found = of_findings(&findings("a", "äöüß who", "who"), |_| Some("ä"));
        assert_eq!(found, of_findings(&findings("a", "äöüß who", "who"), |_| None));
    }

    #[test]
    fn an_identity_is_read_as_it_is_written() {
        let identity = Identity(0xab);
        assert_eq!(identity.to_string().parse(), Ok(identity));
        for wrong in ["", "ab", "+0000000000000000000000000000000", "zz", "é"] {
            assert_eq!(wrong.parse::<Identity>(), Err(NotAnIdentity), "{wrong}");
        }
    }

    #[test]
    fn a_line_of_many_findings_costs_what_it_weighs() {
        let line = "{{ who }} ".repeat(20_000);
        assert_eq!(of_findings(&findings("a", &line, "who"), |_| Some(&line)).len(), 20_000);
    }
}
