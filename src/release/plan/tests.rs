//! Plans over histories in memory: any order of edits, branches and releases.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::path::StorePath;
use crate::revision::{Annotation, Commit, Moment, Person, Step, Tag};

/// A history in memory.
#[derive(Default)]
struct Past {
    commits: Vec<(Commit, BTreeMap<String, String>)>,
    tags: Vec<Tag>,
    remotes: Vec<Remote>,
    is_shallow: bool,
}

fn id(number: usize) -> CommitId {
    let mut bytes = [0; 20];
    bytes[..8].copy_from_slice(&(number as u64 + 1).to_be_bytes());
    CommitId::new(&bytes).expect("twenty bytes")
}

impl Past {
    fn at(&self, commit: CommitId) -> Result<&(Commit, BTreeMap<String, String>), RevisionError> {
        let found = self.commits.iter().find(|(known, _)| known.id == commit);
        found.ok_or_else(|| RevisionError::Unknown(commit.to_string()))
    }

    fn commit_on(
        &mut self,
        parents: &[CommitId],
        message: &str,
        change: impl FnOnce(&mut BTreeMap<String, String>),
    ) -> CommitId {
        let mut files = parents.first().and_then(|parent| Some(self.at(*parent).ok()?.1.clone())).unwrap_or_default();
        change(&mut files);
        let person = Person { name: "Ann".to_owned(), mail: "ann@example.com".to_owned() };
        let moment = Moment { seconds: self.commits.len() as i64, offset: 0 };
        let commit = Commit {
            id: id(self.commits.len()),
            parents: parents.to_vec(),
            author: person.clone(),
            authored: moment,
            committer: person,
            committed: moment,
            message: message.to_owned(),
        };
        let id = commit.id;
        self.commits.push((commit, files));
        id
    }

    fn ancestors(&self, of: CommitId) -> BTreeSet<CommitId> {
        let mut found = BTreeSet::new();
        let mut waiting = vec![of];
        while let Some(next) = waiting.pop() {
            if found.insert(next)
                && let Ok((commit, _)) = self.at(next)
            {
                waiting.extend(&commit.parents);
            }
        }
        found
    }

    fn make(&mut self, plan: &Plan) {
        for row in &plan.rows {
            let (id, message) = (id(1000 + self.tags.len()), row.record.to_string());
            let annotation = Annotation { id, tagger: None, tagged: None, message, signature: None };
            self.tags.push(Tag { name: row.tag.clone(), commit: Some(plan.commit), annotation: Some(annotation) });
        }
    }

    fn plan(&self, at: CommitId, request: &Request) -> Result<Plan, PlanError> {
        plan(self, at, &self.snapshot(at)?, request)
    }
}

impl Revisions for Past {
    fn resolve(&self, revision: &str) -> Result<CommitId, RevisionError> {
        Err(RevisionError::Unknown(revision.to_owned()))
    }

    fn snapshot(&self, commit: CommitId) -> Result<Snapshot, RevisionError> {
        let files = self.at(commit)?.1.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
        Ok(Snapshot::of_texts(files).expect("paths inside the store"))
    }

    fn commit(&self, commit: CommitId) -> Result<Commit, RevisionError> {
        Ok(self.at(commit)?.0.clone())
    }

    fn tags(&self, prefix: &str) -> Result<Vec<Tag>, RevisionError> {
        let mut found: Vec<Tag> = self.tags.iter().filter(|tag| tag.name.starts_with(prefix)).cloned().collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn each_snapshot(&self, _: &[CommitId], _: &mut dyn FnMut(CommitId, Result<Step<'_>, RevisionError>)) {}

    fn commits(&self, to: CommitId, since: &[CommitId]) -> Result<Vec<CommitId>, RevisionError> {
        let hidden: BTreeSet<CommitId> = since.iter().flat_map(|base| self.ancestors(*base)).collect();
        Ok(self.ancestors(to).into_iter().rev().filter(|commit| !hidden.contains(commit)).collect())
    }

    fn changed(&self, from: Option<CommitId>, to: CommitId) -> Result<Vec<StorePath>, RevisionError> {
        let none = BTreeMap::new();
        let old = from.map_or(Ok(&none), |from| self.at(from).map(|(_, files)| files))?;
        let new = &self.at(to)?.1;
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let differs = |path: &&&String| old.get(**path) != new.get(**path);
        Ok(paths.iter().filter(differs).map(|path| path.parse().expect("a path")).collect())
    }

    fn merge_base(&self, _: CommitId, _: CommitId) -> Result<CommitId, RevisionError> {
        Err(RevisionError::Unreadable("nobody asks".to_owned()))
    }

    fn is_shallow(&self) -> bool {
        self.is_shallow
    }

    fn remotes(&self) -> Vec<Remote> {
        self.remotes.clone()
    }
}

fn all_changed() -> Request {
    Request {
        selection: Selection::AllChanged,
        bump: None,
        lowering: Lowering::Refused,
        initial: None,
        label: None,
        note: String::new(),
        measured: Vec::new(),
    }
}

fn prompt(text: &str, inputs: usize) -> String {
    let inputs: Vec<String> = (0..inputs).map(|number| format!("i{number}: {{type: string}}")).collect();
    format!("description: d\ninputs: {{{}}}\nmessages: [{{role: user, content: 'Say {text}'}}]\n", inputs.join(", "))
}

fn path(name: usize) -> String {
    format!("prompts/p{name}.prompt.yaml")
}

#[derive(Clone, Debug)]
enum Act {
    Write { name: usize, text: usize, inputs: usize },
    Remove(usize),
    Rename(usize, usize),
    Release { pre: bool },
    Branch(usize),
    Merge(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..4_usize, 0..6_usize, 0..3_usize).prop_map(|(name, text, inputs)| Act::Write { name, text, inputs }),
        1 => (0..4_usize).prop_map(Act::Remove),
        1 => (0..4_usize, 4..8_usize).prop_map(|(from, to)| Act::Rename(from, to)),
        4 => any::<bool>().prop_map(|pre| Act::Release { pre }),
        1 => (0..40_usize).prop_map(Act::Branch),
        1 => (0..40_usize).prop_map(Act::Merge),
    ]
}

/// Does `acts` one after the other and holds every plan to the promises.
fn live(acts: &[Act]) -> Past {
    let mut past = Past::default();
    let mut at = past.commit_on(&[], "Start", |files| {
        files.insert("promptyard.yaml".to_owned(), "version: 1\n".to_owned());
    });
    for act in acts {
        match act {
            Act::Write { name, text, inputs } => {
                at = past.commit_on(&[at], "Write", |files| {
                    files.insert(path(*name), prompt(&format!("p{name} {text}"), *inputs));
                });
            }
            Act::Remove(name) => at = past.commit_on(&[at], "Remove", |files| drop(files.remove(&path(*name)))),
            Act::Rename(from, to) => {
                at = past.commit_on(&[at], "Rename", |files| {
                    if let Some(text) = files.remove(&path(*from)) {
                        files.insert(path(*to), text);
                    }
                });
            }
            Act::Branch(number) => at = past.commits[number % past.commits.len()].0.id,
            Act::Merge(number) => {
                let other = past.commits[number % past.commits.len()].0.id;
                at = past.commit_on(&[at, other], "Merge", |_| {});
            }
            Act::Release { pre } => release(&mut past, at, *pre),
        }
    }
    past
}

fn release(past: &mut Past, at: CommitId, pre: bool) {
    let request = Request { label: pre.then(|| "rc".to_owned()), ..all_changed() };
    let plan = past.plan(at, &request).expect("nothing is missing");
    assert_eq!(plan.refused, []);
    let here = past.ancestors(at);
    for row in &plan.rows {
        let release = &row.record.release;
        for tag in &past.tags {
            let known: ReleaseRef = tag.name.parse().expect("a release");
            if known.artifact == release.artifact {
                assert_ne!(known.version, release.version, "no version is given twice");
                let before = tag.commit.is_some_and(|commit| here.contains(&commit));
                assert!(!before || known.version < release.version, "{known} comes before {release}");
            }
        }
    }
    past.make(&plan);
    let again = past.plan(at, &request).expect("nothing is missing");
    assert!(again.is_done(), "{:?}", again.rows);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn versions_only_grow_and_what_is_released_stays_so(acts in proptest::collection::vec(act(), 1..24)) {
        live(&acts);
    }
}

#[test]
fn a_merge_counts_only_where_it_differs_from_both_sides() {
    let mut past = Past::default();
    let start = past.commit_on(&[], "Start", |files| drop(files.insert(path(0), prompt("a", 0))));
    past.make(&past.plan(start, &all_changed()).expect("it is whole"));
    let side = past.commit_on(&[start], "Side", |files| drop(files.insert(path(0), prompt("b", 0))));
    let main = past.commit_on(&[start], "Main", |files| drop(files.insert(path(1), prompt("x", 0))));
    let merge = past.commit_on(&[main, side], "Merge", |files| drop(files.insert(path(0), prompt("b", 0))));
    let plan = past.plan(merge, &all_changed()).expect("it is whole");
    let commits: Vec<_> = plan.rows.iter().map(|row| (row.tag.as_str(), row.commits)).collect();
    assert_eq!(commits, [("prompts/p0@1.1.0", Some(1)), ("prompts/p1@1.0.0", None)]);
}

#[test]
fn nothing_is_released_over_a_gap() {
    let mut past = Past::default();
    let at = past.commit_on(&[], "Start", |files| drop(files.insert(path(0), prompt("a", 0))));
    past.is_shallow = true;
    assert!(matches!(past.plan(at, &all_changed()), Err(PlanError::Incomplete { .. })));
    past.is_shallow = false;
    past.remotes = vec![Remote { name: "origin".to_owned(), tags: RemoteTags::LeftOut }];
    assert!(matches!(past.plan(at, &all_changed()), Err(PlanError::NoneHere(_))));
    let first = Request { initial: Some(Version::new(0, 1, 0)), ..all_changed() };
    let plan = past.plan(at, &first).expect("somebody said that there are none");
    past.make(&plan);
    let plan = past.plan(at, &all_changed()).expect("there is one now");
    assert!(plan.is_done());
    assert_eq!(plan.hazards.len(), 1, "the remote is still fetched without its tags");
}

#[test]
fn what_has_not_changed_stays_released_though_its_digest_was_taken_in_another_way() {
    let mut past = Past::default();
    let at = past.commit_on(&[], "Start", |files| drop(files.insert(path(0), prompt("a", 0))));
    let plan = past.plan(at, &all_changed()).expect("it is whole");
    past.make(&plan);
    let digest = plan.rows[0].record.digest.to_string();
    let other = format!("sha256:{}", "00".repeat(32));
    let told = past.tags[0].annotation.as_mut().expect("it was made here");
    told.message = told.message.replace(&digest, &other);
    let again = past.plan(at, &all_changed()).expect("it is whole");
    assert!(again.is_done() && again.current.len() == 1, "{again:?}");
    assert!(again.hazards[0].contains("says sha256:000000000000, and its commit has sha256:"), "{:?}", again.hazards);
}
