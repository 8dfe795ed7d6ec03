//! The baseline: findings that a team knows of and has not mended yet. They are not reported; new ones are.
//!
//! The file's format is frozen as version 1, published as `schemas/baseline-v1.schema.json`. It has one line an entry in
//! the order of file, rule and identity, so that two branches that change it merge.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::fingerprint::{Identity, NotAnIdentity};
use super::rules;
use super::select::Selection;
use super::{Report, Request, Scope, fingerprint};
use crate::diagnostic::Diagnostic;
use crate::path::{PathError, StorePath};
use crate::store::Store;

/// Where the baseline is where the configuration does not say.
pub const DEFAULT_PATH: &str = "promptyard.baseline.json";

/// The published JSON Schema of the file.
pub const SCHEMA: &str = include_str!("../../schemas/baseline-v1.schema.json");

const VERSION: u32 = 1;

/// Rules that no baseline holds back: what was not analysed could hide anything, and a waiver ends on its day.
const NEVER: [&str; 2] = ["LNT002", "LNT006"];

/// Known findings, counted: entries without a count do not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<Entry, usize>);

/// What is known of a finding. Orders as the file does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The file it was in.
    pub file: StorePath,
    /// The rule's code.
    pub rule: String,
    /// What it is about.
    pub identity: Identity,
}

/// What is left of a run once its known findings are taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many findings are in the baseline and not reported.
    pub known: usize,
    /// Entries that no longer occur, with their count, among those that this run could have found.
    pub gone: Vec<(Entry, usize)>,
    /// What a baseline written now has: the entries that occur, and those that this run could not judge.
    pub renewed: Baseline,
}

/// Why a text is not a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not JSON of the right shape.
    #[error("it is not a baseline of version {VERSION}")]
    Shape(#[from] serde_json::Error),
    /// A newer program wrote it.
    #[error("it is a baseline of version {0}, and this program knows version {VERSION}")]
    Version(u32),
    /// An entry names no file of a store.
    #[error("one of its files is not in the store")]
    Path(#[from] PathError),
    /// An entry's identity is none.
    #[error("one of its identities is not one")]
    Identity(#[from] NotAnIdentity),
}

#[derive(Deserialize)]
struct FileV1 {
    #[serde(default)]
    findings: Vec<EntryV1>,
}

#[derive(Serialize, Deserialize)]
struct EntryV1 {
    file: String,
    rule: String,
    identity: String,
    count: usize,
}

impl Baseline {
    /// Reads the file's text.
    ///
    /// # Errors
    /// When it is not a baseline that this program knows how to read.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct AnyVersion {
            version: u32,
        }
        let AnyVersion { version } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(BaselineError::Version(version));
        }
        let FileV1 { findings } = serde_json::from_str(text)?;
        let mut baseline = Self::default();
        for EntryV1 { file, rule, identity, count } in findings {
            baseline.add(Entry { file: file.parse()?, rule, identity: identity.parse()? }, count);
        }
        Ok(baseline)
    }

    /// The file's text, with a newline at its end.
    pub fn write(&self) -> String {
        let mut text = format!(
            "{{\n  \"$schema\": \"https://promptyard.dev/schemas/baseline-v1.schema.json\",\n  \"version\": {VERSION},\n  \
             \"findings\": ["
        );
        for (at, (Entry { file, rule, identity }, &count)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let entry = EntryV1 { file: file.to_string(), rule: rule.clone(), identity: identity.to_string(), count };
            let entry = serde_json::to_string(&entry).expect("because texts and numbers are JSON");
            write!(text, "{comma}\n    {entry}").expect("because a String takes any text");
        }
        text.push_str(if self.0.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        text
    }

    /// How many findings of each rule it holds that `old` does not.
    pub fn added_since(&self, old: &Self) -> BTreeMap<&str, usize> {
        let mut added = BTreeMap::new();
        for (entry, count) in &self.0 {
            let more = count.saturating_sub(old.0.get(entry).copied().unwrap_or_default());
            if more > 0 {
                *added.entry(entry.rule.as_str()).or_default() += more;
            }
        }
        added
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.0.values().sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, entry: Entry, count: usize) {
        if count > 0 {
            *self.0.entry(entry).or_default() += count;
        }
    }

    /// Takes the known findings out of `report`, which is a run of `request` over `store`, and says in it what became of them.
    ///
    /// A finding is known where its file has an entry for it; else where an entry of a file that is not there any more has
    /// the same identity, for then the file was renamed.
    pub fn hold_back(&self, report: &mut Report, store: &Store, request: &Request) {
        let entries: Vec<Entry> = entries(&report.findings, store);
        let mut left = self.0.clone();
        let mut outcome = Outcome::default();
        let mut known = vec![false; entries.len()];
        for (known, entry) in known.iter_mut().zip(&entries) {
            *known = take(&mut left, entry);
        }
        let mut moved = Moved::new(&left, store);
        for (known, entry) in known.iter_mut().zip(&entries).filter(|(known, _)| !**known) {
            *known = moved.take(&mut left, entry);
        }
        for (_, entry) in known.iter().zip(entries).filter(|(known, _)| **known) {
            outcome.known += 1;
            outcome.renewed.add(entry, 1);
        }
        let judged = Judged::new(store, request);
        for (entry, count) in left {
            if judged.has(&entry) {
                outcome.gone.push((entry, count));
            } else {
                outcome.renewed.add(entry, count);
            }
        }
        let mut known = known.into_iter();
        report.findings.retain(|_| !known.next().unwrap_or(false));
        report.baseline = outcome;
    }

    /// Adds what is still in `report`; findings that no baseline holds back stay there.
    pub fn take_in(&mut self, report: &mut Report, store: &Store) {
        let mut held = entries(&report.findings, store).into_iter();
        report.findings.retain(|finding| {
            let entry = held.next();
            let holds = !NEVER.contains(&finding.rule.code);
            if let Some(entry) = entry.filter(|_| holds) {
                self.add(entry, 1);
            }
            !holds
        });
    }
}

fn entries(findings: &[Diagnostic], store: &Store) -> Vec<Entry> {
    let fingerprints = fingerprint::of_findings(findings, |path| store.file(path).map(|file| file.text.as_str()));
    let pairs = findings.iter().zip(fingerprints);
    pairs
        .map(|(finding, fingerprint)| Entry {
            file: finding.file.clone(),
            rule: finding.rule.code.to_owned(),
            identity: fingerprint.identity,
        })
        .collect()
}

fn take(left: &mut BTreeMap<Entry, usize>, entry: &Entry) -> bool {
    if NEVER.contains(&entry.rule.as_str()) {
        return false;
    }
    match left.get_mut(entry) {
        None => false,
        Some(1) => left.remove(entry).is_some(),
        Some(count) => {
            *count -= 1;
            true
        }
    }
}

/// Entries of files that are not there any more, by what they are about.
struct Moved(BTreeMap<Identity, Vec<Entry>>);

impl Moved {
    fn new(left: &BTreeMap<Entry, usize>, store: &Store) -> Self {
        let mut moved: BTreeMap<Identity, Vec<Entry>> = BTreeMap::new();
        for entry in left.keys().filter(|entry| !store.lists(&entry.file)) {
            moved.entry(entry.identity).or_default().push(entry.clone());
        }
        Self(moved)
    }

    fn take(&mut self, left: &mut BTreeMap<Entry, usize>, entry: &Entry) -> bool {
        let Some(candidates) = self.0.get_mut(&entry.identity) else { return false };
        while let Some(candidate) = candidates.last() {
            if take(left, candidate) {
                return true;
            }
            candidates.pop();
        }
        false
    }
}

/// What a run could have found: its rules, in its files.
struct Judged<'a> {
    scope: Scope<'a>,
    selection: Option<Selection>,
    present: BTreeSet<&'a StorePath>,
}

impl<'a> Judged<'a> {
    fn new(store: &'a Store, request: &'a Request) -> Self {
        Self {
            scope: Scope::of(store, request),
            selection: Selection::new(&store.config().lint, request)
                .ok()
                .map(|selection| selection.with_policies(store, request)),
            present: store.files().map(|file| &file.path).collect(),
        }
    }

    fn has(&self, entry: &Entry) -> bool {
        // A file that is gone was moved somewhere: only a run over everything knows that it is nowhere.
        let looked =
            if self.present.contains(&entry.file) { self.scope.has(&entry.file) } else { self.scope.is_everything() };
        let ran = match (rules::index_of(&entry.rule), &self.selection) {
            (Some(index), Some(selection)) => selection.runs_at(index, &entry.file),
            _ => true,
        };
        looked && ran
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{self, example};

    const HEAD: &str = "description: d\ninputs: {}\nmessages:\n  - role: user\n    content: |\n";

    fn prompt(path: &str, lines: &[&str]) -> String {
        let body: String = lines.iter().map(|line| format!("      {line}\n")).collect();
        format!("//- {path}\n{HEAD}{body}")
    }

    fn usual() -> Request {
        Request { select: vec!["TPL002".to_owned()], ..Request::default() }
    }

    fn run(store: &str, request: &Request) -> (Store, Report) {
        let store = Store::load(example::snapshot(store).expect("paths inside the store"));
        let report = lint::run(&store, request).expect("known rules");
        (store, report)
    }

    fn baseline_of(store: &str) -> Baseline {
        let (store, mut report) = run(store, &usual());
        let mut baseline = Baseline::default();
        baseline.take_in(&mut report, &store);
        assert!(report.findings.is_empty());
        baseline
    }

    /// The messages that are still reported, how many are known, and the files of the entries that are gone.
    fn told(baseline: &Baseline, store: &str, request: &Request) -> (Vec<String>, usize, Vec<String>) {
        let (store, mut report) = run(store, request);
        baseline.hold_back(&mut report, &store, request);
        let outcome = report.baseline;
        let gone = outcome.gone.iter().map(|(entry, count)| format!("{} {count}", entry.file)).collect();
        (report.findings.into_iter().map(|finding| finding.message).collect(), outcome.known, gone)
    }

    #[test]
    fn what_is_known_is_held_back_and_what_is_new_is_reported() {
        let baseline = baseline_of(&prompt("prompts/a.prompt.yaml", &["{{ x }}"]));
        let later = prompt("prompts/a.prompt.yaml", &["New.", "{{ x }}", "and {{ y }}"]);
        let new = "`y` is not an input of this prompt".to_owned();
        assert_eq!(told(&baseline, &later, &usual()), (vec![new], 1, vec![]));
    }

    #[test]
    fn one_entry_holds_back_one_finding() {
        let text = prompt("prompts/a.prompt.yaml", &["{{ x }}"]);
        let baseline = baseline_of(&text);
        let (store, mut report) = run(&text, &usual());
        report.findings.extend(report.findings.clone());
        baseline.hold_back(&mut report, &store, &usual());
        let outcome = report.baseline;
        assert_eq!((report.findings.len(), outcome.known, outcome.gone), (1, 1, vec![]));
    }

    #[test]
    fn a_renamed_file_keeps_its_entries_and_a_copy_does_not() {
        let before = prompt("prompts/a.prompt.yaml", &["{{ x }}"]);
        let baseline = baseline_of(&before);
        let renamed = prompt("prompts/b.prompt.yaml", &["{{ x }}"]);
        assert_eq!(told(&baseline, &renamed, &usual()), (vec![], 1, vec![]));
        let copied = prompt("prompts/b.prompt.yaml", &["Hi", "{{ x }}"]);
        assert_eq!(told(&baseline, &format!("{before}{copied}"), &usual()).0.len(), 1);
    }

    #[test]
    fn gone_entries_are_told_where_the_run_could_have_found_them() {
        let both = prompt("prompts/a.prompt.yaml", &["{{ x }}"]) + &prompt("prompts/b.prompt.yaml", &["A {{ x }}"]);
        let baseline = baseline_of(&both);
        let mended = prompt("prompts/a.prompt.yaml", &["x"]) + &prompt("prompts/b.prompt.yaml", &["A {{ x }}"]);
        let gone = vec!["prompts/a.prompt.yaml 1".to_owned()];
        assert_eq!(told(&baseline, &mended, &usual()), (vec![], 1, gone));
        let elsewhere = Request { scope: vec!["prompts/b.prompt.yaml".to_owned()], ..usual() };
        assert_eq!(told(&baseline, &mended, &elsewhere), (vec![], 1, vec![]));
        let other_rules = Request { select: vec!["STR001".to_owned()], ..Request::default() };
        assert_eq!(told(&baseline, &mended, &other_rules), (vec![], 0, vec![]));
    }

    #[test]
    fn a_renewed_baseline_drops_what_is_gone_and_keeps_what_was_not_looked_at() {
        let both = prompt("prompts/a.prompt.yaml", &["{{ x }}"]) + &prompt("prompts/b.prompt.yaml", &["{{ y }}"]);
        let baseline = baseline_of(&both);
        let mended = prompt("prompts/a.prompt.yaml", &["x"]) + &prompt("prompts/b.prompt.yaml", &["y"]);
        let request = Request { scope: vec!["prompts/a.prompt.yaml".to_owned()], ..usual() };
        let (store, mut report) = run(&mended, &request);
        baseline.hold_back(&mut report, &store, &request);
        let renewed = report.baseline.renewed;
        assert_eq!(renewed.0.keys().map(|entry| entry.file.as_str()).collect::<Vec<_>>(), ["prompts/b.prompt.yaml"]);
    }

    #[test]
    fn what_was_not_analysed_is_never_held_back() {
        let (store, mut report) = run("//- prompts/a.prompt.yaml\na: [*b, &b]\n", &Request::default());
        let not_analysed = report.findings.iter().filter(|finding| finding.rule.code == "LNT006").count();
        Baseline::default().take_in(&mut report, &store);
        assert_eq!(report.findings.len(), not_analysed);
    }

    #[test]
    fn the_file_is_read_as_it_is_written() {
        let both =
            prompt("prompts/a.prompt.yaml", &["{{ x }}", "{{ x }}"]) + &prompt("prompts/b.prompt.yaml", &["{{ y }}"]);
        for baseline in [Baseline::default(), baseline_of(&both)] {
            let text = baseline.write();
            assert_eq!(Baseline::read(&text).expect("it was written so"), baseline);
            let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
            let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
            assert!(jsonschema::draft202012::new(&schema).expect("the schema is one").is_valid(&value), "{text}");
        }
        assert!(matches!(Baseline::read("{\"version\": 2, \"new\": 1}"), Err(BaselineError::Version(2))));
        assert!(matches!(Baseline::read("<<<<<<< HEAD"), Err(BaselineError::Shape(_))));
        let outside =
            "{\"version\": 1, \"findings\": [{\"file\": \"../x\", \"rule\": \"A\", \"identity\": \"\", \"count\": 1}]}";
        assert!(matches!(Baseline::read(outside), Err(BaselineError::Path(_))));
    }
}
