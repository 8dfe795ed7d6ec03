//! Fixes until nothing is left to fix: a store in, the files as they should be out. Nothing is written here.
//!
//! One fix can make room for another, so the store is looked at again after each round. A file whose fixes leave it with
//! more that does not parse than before gets only those of them that do not.

use std::collections::{BTreeMap, BTreeSet};

use super::{Report, fix};
use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::diagnostic::{Applicability, Diagnostic, Fix, RuleId};
use crate::path::StorePath;
use crate::store::problem::ProblemKind;
use crate::store::snapshot::Snapshot;
use crate::store::{SourceFile, Store};

/// How often the store is looked at. Fixes that want more have started to undo each other.
const ROUNDS: usize = 10;

/// A store after its fixes.
pub struct Mended {
    /// The store as it is with the fixes.
    pub store: Store,
    /// What is left to report of it.
    pub report: Report,
    /// The files that changed.
    pub files: BTreeMap<StorePath, MendedFile>,
    /// Fixes that were not applied because the file would not have parsed any more.
    pub refused: Vec<RefusedFix>,
}

/// A file that fixes change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MendedFile {
    /// Its text as it was read.
    pub before: String,
    /// Its text with the fixes.
    pub after: String,
    /// What was done, in the order of rounds and places.
    pub fixes: Vec<(RuleId, String)>,
}

/// A fix that would have left a file that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefusedFix {
    /// The file.
    pub file: StorePath,
    /// The rule that offers it.
    pub rule: RuleId,
    /// What it would have done.
    pub title: String,
}

/// Why there is no mended store.
#[derive(Debug, thiserror::Error)]
pub enum MendError<E> {
    /// The run could not be made.
    #[error(transparent)]
    Run(E),
    /// Fixes kept changing the files.
    #[error("the fixes did not settle within {ROUNDS} rounds")]
    Endless,
}

impl<E> From<E> for MendError<E> {
    fn from(error: E) -> Self {
        Self::Run(error)
    }
}

impl Mended {
    /// How many fixes were applied.
    pub fn fixed(&self) -> usize {
        self.files.values().map(|file| file.fixes.len()).sum()
    }

    /// The change that makes the files so.
    pub fn change(&self) -> ChangeSet {
        let write = |(path, file): (&StorePath, &MendedFile)| FileWrite {
            path: path.clone(),
            content: file.after.clone(),
            mode: WriteMode::Update { from: file.before.clone() },
        };
        ChangeSet { files: self.files.iter().map(write).collect() }
    }
}

/// Looks at `snapshot` and applies the fixes that are at least as safe as `least_safe`, none where it is `None`, to what
/// `look` reports.
///
/// # Errors
/// When `look` fails, or the fixes do not settle.
pub fn mend<E>(
    snapshot: &Snapshot,
    least_safe: Option<Applicability>,
    look: impl Fn(&Store) -> Result<Report, E>,
) -> Result<Mended, MendError<E>> {
    let mut store = Store::load(snapshot.clone());
    let mut files: BTreeMap<StorePath, MendedFile> = BTreeMap::new();
    let mut refused = BTreeSet::new();
    for _ in 0..ROUNDS {
        let report = look(&store)?;
        let wanted = least_safe.map(|least_safe| wanted(&store, &report.findings, least_safe, &refused));
        let round = wanted.map(|wanted| Round::new(snapshot, &store, &files, wanted, &mut refused)).unwrap_or_default();
        if round.files.is_empty() {
            // What only went back and forth is no change.
            files.retain(|_, file| file.before != file.after);
            return Ok(Mended { store, report, files, refused: refused.into_iter().collect() });
        }
        for (path, (content, fixes)) in round.files {
            let before = || store.file(&path).map(|file| file.text.to_string()).unwrap_or_default();
            let file =
                files.entry(path.clone()).or_insert_with(|| MendedFile { before: before(), ..MendedFile::default() });
            file.after = content;
            file.fixes.extend(fixes);
        }
        store = load(snapshot, &files, &BTreeMap::new());
    }
    Err(MendError::Endless)
}

/// Fixes of one file, in order, each with its rule.
type Fixes<'a> = Vec<(RuleId, &'a Fix)>;
/// Texts of files that are not written yet.
type Texts = BTreeMap<StorePath, String>;

fn wanted<'a>(
    store: &Store,
    findings: &'a [Diagnostic],
    least_safe: Applicability,
    refused: &BTreeSet<RefusedFix>,
) -> BTreeMap<StorePath, Fixes<'a>> {
    let mut by_file: BTreeMap<StorePath, Fixes<'a>> = BTreeMap::new();
    for finding in findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.applicability <= least_safe) else { continue };
        let key = RefusedFix { file: finding.file.clone(), rule: finding.rule, title: fix.title.clone() };
        // What was cut off at the first byte that is no text must not be written back.
        let is_whole = |file: &SourceFile| file.problems.iter().all(|problem| problem.kind != ProblemKind::InvalidUtf8);
        if store.file(&finding.file).is_some_and(is_whole) && !refused.contains(&key) {
            by_file.entry(finding.file.clone()).or_default().push((finding.rule, fix));
        }
    }
    by_file
}

/// What one look at the store changes: the new text of files, and what was done to each.
#[derive(Default)]
struct Round {
    files: BTreeMap<StorePath, (String, Vec<(RuleId, String)>)>,
}

impl Round {
    fn new(
        snapshot: &Snapshot,
        store: &Store,
        files: &BTreeMap<StorePath, MendedFile>,
        wanted: BTreeMap<StorePath, Fixes<'_>>,
        refused: &mut BTreeSet<RefusedFix>,
    ) -> Self {
        let mut round = Self::default();
        for (path, fixes) in &wanted {
            let text = store.file(path).map_or("", |file| file.text.as_str());
            let (content, taken) = fix::apply_each(text, fixes.iter().map(|(_, fix)| *fix));
            if content != text {
                let done = fixes.iter().zip(taken).filter(|(_, taken)| *taken);
                let done = done.map(|((rule, fix), _)| (*rule, fix.title.clone())).collect();
                round.files.insert(path.clone(), (content, done));
            }
        }
        let texts: Texts = round.files.iter().map(|(path, (content, _))| (path.clone(), content.clone())).collect();
        if texts.is_empty() {
            return round;
        }
        let after = load(snapshot, files, &texts);
        for (path, fixes) in wanted {
            if flaws(&after, &path) > flaws(store, &path) {
                round.files.remove(&path);
                let careful = one_by_one(snapshot, store, files, &path, &fixes, refused);
                round.files.extend(careful.map(|done| (path, done)));
            }
        }
        round
    }
}

/// The fixes of one file that leave it as well-formed as it is. The others become `refused`.
fn one_by_one(
    snapshot: &Snapshot,
    store: &Store,
    files: &BTreeMap<StorePath, MendedFile>,
    path: &StorePath,
    fixes: &Fixes<'_>,
    refused: &mut BTreeSet<RefusedFix>,
) -> Option<(String, Vec<(RuleId, String)>)> {
    let text = &store.file(path)?.text;
    let before = flaws(store, path);
    let mut kept: Fixes<'_> = Vec::new();
    let mut best = text.to_string();
    for &(rule, fix) in fixes {
        kept.push((rule, fix));
        let (content, taken) = fix::apply_each(text, kept.iter().map(|(_, fix)| *fix));
        let took_effect = taken.last() == Some(&true);
        if took_effect && flaws(&load(snapshot, files, &[(path.clone(), content.clone())].into()), path) <= before {
            best = content;
            continue;
        }
        kept.pop();
        if took_effect {
            refused.insert(RefusedFix { file: path.clone(), rule, title: fix.title.clone() });
        }
    }
    let done = kept.into_iter().map(|(rule, fix)| (rule, fix.title.clone())).collect();
    (best != **text).then_some((best, done))
}

fn load(snapshot: &Snapshot, files: &BTreeMap<StorePath, MendedFile>, more: &Texts) -> Store {
    let mut contents: BTreeMap<StorePath, Vec<u8>> =
        files.iter().map(|(path, file)| (path.clone(), file.after.clone().into_bytes())).collect();
    contents.extend(more.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())));
    Store::load(snapshot.with_contents(contents))
}

/// How much of the file at `path` does not parse: its YAML, its templates, its keys.
fn flaws(store: &Store, path: &StorePath) -> usize {
    const UNPARSED: [ProblemKind; 4] =
        [ProblemKind::InvalidYaml, ProblemKind::DuplicateKey, ProblemKind::EmptyPrompt, ProblemKind::NotAnalysed];
    let Some(file) = store.file(path) else { return usize::MAX };
    let problems = file.problems.iter().filter(|problem| UNPARSED.contains(&problem.kind)).count();
    let templates = store.templates_of(path).iter().map(|template| template.analysis.errors.len());
    problems + templates.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Edit, Severity};
    use crate::lint::select::UnknownRule;
    use crate::lint::{self, Request, example};
    use crate::text::Span;

    const PATH: &str = "prompts/example.prompt.yaml";
    const TEXT: &str = "description: d\nmessages:\n  - {role: user, content: Hi aa bb}\n";

    /// Mends [`TEXT`], in which each needle that is found may be replaced.
    fn mended(replacements: &[(&str, &str)]) -> Result<Mended, MendError<UnknownRule>> {
        let snapshot = example::snapshot(TEXT).expect("paths inside the store");
        mend(&snapshot, Some(Applicability::Safe), |store| {
            let text = &store.file(&PATH.parse().expect("a path")).expect("it is there").text;
            let findings = replacements.iter().filter_map(|(needle, with)| {
                let start = text.find(needle)?;
                let span = Span::new(start, start + needle.len());
                let edits = vec![Edit { span, replacement: (*with).to_owned() }];
                Some(Diagnostic {
                    rule: RuleId { code: "STY001", name: "trailing-whitespace" },
                    severity: Severity::Info,
                    file: PATH.parse().expect("a path"),
                    span,
                    message: String::new(),
                    note_at_span: None,
                    labels: Vec::new(),
                    notes: Vec::new(),
                    help: None,
                    fix: Some(Fix { title: format!("{needle} to {with}"), edits, applicability: Applicability::Safe }),
                })
            });
            Ok(Report { findings: findings.collect(), ..Report::default() })
        })
    }

    #[test]
    fn fixes_go_on_until_nothing_is_left() {
        let mended = mended(&[("aa", "cc"), ("cc", "dd"), ("bb", "b")]).expect("it settles");
        let file = &mended.files[&PATH.parse().expect("a path")];
        assert_eq!((file.before.as_str(), file.after.as_str()), (TEXT, &*TEXT.replace("aa bb", "dd b")));
        let done: Vec<&str> = file.fixes.iter().map(|(_, title)| title.as_str()).collect();
        assert_eq!(done, ["aa to cc", "bb to b", "cc to dd"]);
        assert_eq!((mended.fixed(), mended.refused.len()), (3, 0));
    }

    #[test]
    fn a_fix_that_breaks_the_file_is_left_out_and_told() {
        let mended = mended(&[("aa", "{{ x"), ("bb", "cc"), ("role", "}")]).expect("it settles");
        let file = &mended.files[&PATH.parse().expect("a path")];
        assert_eq!(file.after, TEXT.replace("bb", "cc"));
        let refused: Vec<&str> = mended.refused.iter().map(|fix| fix.title.as_str()).collect();
        assert_eq!(refused, ["aa to {{ x", "role to }"]);
    }

    #[test]
    fn fixes_that_undo_each_other_are_an_error() {
        assert!(matches!(mended(&[("aa", "bb"), ("bb", "aa")]), Err(MendError::Endless)));
    }

    #[test]
    fn without_permission_nothing_changes() {
        let snapshot = example::snapshot(TEXT).expect("paths inside the store");
        let mended = mend(&snapshot, None, |store| lint::run(store, &Request::default())).expect("no fixes, no rounds");
        assert!(mended.files.is_empty() && mended.change().files.is_empty());
    }
}
