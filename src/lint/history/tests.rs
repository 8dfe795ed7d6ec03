use std::collections::BTreeMap;

use super::*;
use crate::revision::{Change, Moment, Person, Revisions, Tag};
use crate::store::snapshot::{Entry, EntryKind, ReadFile, Snapshot};

/// A history in memory: each commit's files, the first first, each on top of the one before.
struct Memory {
    commits: Vec<BTreeMap<StorePath, CommitId>>,
    contents: BTreeMap<CommitId, String>,
}

#[derive(Clone)]
struct Reader(BTreeMap<StorePath, String>);

impl ReadFile for Reader {
    fn read(&self, path: &StorePath) -> Result<Vec<u8>, String> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| "gone".to_owned())
    }

    fn size(&self, path: &StorePath) -> Option<u64> {
        self.0.get(path).map(|text| text.len() as u64)
    }
}

fn id(text: &str) -> CommitId {
    let mut bytes = [7_u8; 20];
    for (at, byte) in text.bytes().enumerate() {
        bytes[at % 20] = bytes[at % 20].wrapping_mul(31).wrapping_add(byte);
    }
    CommitId::new(&bytes).expect("twenty bytes")
}

fn commit_id(number: usize) -> CommitId {
    CommitId::new(&[number as u8; 20]).expect("twenty bytes")
}

impl Memory {
    /// Each commit says which files it writes, and which it removes by writing nothing.
    fn of(commits: &[&[(&str, &str)]]) -> Self {
        let mut memory = Self { commits: Vec::new(), contents: BTreeMap::new() };
        let mut files = BTreeMap::new();
        for commit in commits {
            for (path, text) in *commit {
                let path: StorePath = path.parse().expect("a path");
                if text.is_empty() {
                    files.remove(&path);
                } else {
                    memory.contents.insert(id(text), (*text).to_owned());
                    files.insert(path, id(text));
                }
            }
            memory.commits.push(files.clone());
        }
        memory
    }

    fn tip(&self) -> CommitId {
        commit_id(self.commits.len() - 1)
    }
}

impl Revisions for Memory {
    fn resolve(&self, revision: &str) -> Result<CommitId, RevisionError> {
        Err(RevisionError::Unknown(revision.to_owned()))
    }

    fn snapshot(&self, commit: CommitId) -> Result<Snapshot, RevisionError> {
        Ok(self.moment(self.commits[usize::from(commit.as_bytes()[0])].clone()))
    }

    fn each_snapshot(
        &self,
        _: &[CommitId],
        _: &mut dyn FnMut(CommitId, Result<crate::revision::Step<'_>, RevisionError>),
    ) {
    }

    fn commit(&self, commit: CommitId) -> Result<Commit, RevisionError> {
        let person = Person { name: "Ann Lee".to_owned(), mail: "ann@example.com".to_owned() };
        let moment = Moment { seconds: i64::from(commit.as_bytes()[0]) * 86_400, offset: 0 };
        Ok(Commit {
            id: commit,
            parents: Vec::new(),
            author: person.clone(),
            authored: moment,
            committer: person,
            committed: moment,
            message: format!("Commit {}", commit.as_bytes()[0]),
        })
    }

    fn tags(&self, _: &str) -> Result<Vec<Tag>, RevisionError> {
        Ok(Vec::new())
    }

    fn commits(&self, to: CommitId, _: &[CommitId]) -> Result<Vec<CommitId>, RevisionError> {
        self.reachable(&[to])
    }

    fn changed(&self, _: Option<CommitId>, _: CommitId) -> Result<Vec<StorePath>, RevisionError> {
        Ok(Vec::new())
    }

    fn merge_base(&self, one: CommitId, _: CommitId) -> Result<CommitId, RevisionError> {
        Ok(one)
    }

    fn is_shallow(&self) -> bool {
        false
    }
}

impl Contents for Memory {
    fn reachable(&self, tips: &[CommitId]) -> Result<Vec<CommitId>, RevisionError> {
        let newest = tips.iter().map(|tip| usize::from(tip.as_bytes()[0])).max().unwrap_or_default();
        Ok((0..=newest).rev().map(commit_id).collect())
    }

    fn changes(&self, commit: CommitId) -> Result<Vec<Change>, RevisionError> {
        let number = usize::from(commit.as_bytes()[0]);
        let empty = BTreeMap::new();
        let before = number.checked_sub(1).map_or(&empty, |number| &self.commits[number]);
        let after = &self.commits[number];
        let paths: BTreeSet<&StorePath> = before.keys().chain(after.keys()).collect();
        let change = |path: &StorePath| Change {
            path: path.clone(),
            before: before.get(path).copied(),
            after: after.get(path).copied(),
        };
        Ok(paths.into_iter().map(change).filter(|change| change.before != change.after).collect())
    }

    fn moment(&self, files: BTreeMap<StorePath, CommitId>) -> Snapshot {
        let entry = |(path, blob): (&StorePath, &CommitId)| {
            (path.clone(), Entry { size: None, kind: EntryKind::File, blob: Some(*blob) })
        };
        let entries = files.iter().map(entry).collect();
        let texts = files.into_iter().map(|(path, blob)| (path, self.contents[&blob].clone())).collect();
        Snapshot::new(entries, Vec::new(), Box::new(Reader(texts)))
    }

    fn check_reads(&self) -> Result<(), RevisionError> {
        Ok(())
    }
}

const CONFIG: &str = "version: 1\n";

fn prompt(text: &str) -> String {
    format!("description: d\nmessages:\n  - role: user\n    content: {text}\n")
}

/// `path since=commit contents=n still=paths` of each finding.
fn told(commits: &[&[(&str, &str)]]) -> Vec<String> {
    let memory = Memory::of(commits);
    let past = Past { tips: vec![memory.tip()], now: memory.tip() };
    let report = scan(&memory, &past, &Request::default(), &|_| {}).expect("it is whole");
    let line = |finding: &PastFinding| {
        let still: Vec<&str> = finding.still_at.iter().map(StorePath::as_str).collect();
        let since = finding.commit.id.as_bytes()[0];
        format!(
            "{} {} since={since} contents={} still={}",
            finding.rule.code,
            finding.path,
            finding.contents,
            still.join(",")
        )
    };
    report.findings.iter().map(line).collect()
}

#[test]
fn a_value_is_one_finding_however_long_it_stayed() {
    let (one, two) = (prompt("ask ines@rhyta.com"), prompt("please ask ines@rhyta.com"));
    let (gone, other) = (prompt("ask nobody"), prompt("ask jo.doe@rhyta.com"));
    let history: &[&[(&str, &str)]] = &[
        &[("promptyard.yaml", CONFIG), ("prompts/a.prompt.yaml", &gone)],
        &[("prompts/a.prompt.yaml", &one)],
        &[("prompts/a.prompt.yaml", &two), ("prompts/b.prompt.yaml", &other)],
        &[("prompts/a.prompt.yaml", &gone), ("README.md", "ask max@rhyta.com")],
    ];
    assert_eq!(
        told(history),
        [
            "PII001 prompts/a.prompt.yaml since=1 contents=2 still=",
            "PII001 prompts/b.prompt.yaml since=2 contents=1 still=prompts/b.prompt.yaml"
        ]
    );
    assert_eq!(told(&history[..3])[0], "PII001 prompts/a.prompt.yaml since=1 contents=2 still=prompts/a.prompt.yaml");
}

#[test]
fn a_file_is_followed_to_where_it_was_before() {
    let secret = "Ask ines@rhyta.com.\n";
    let history: &[&[(&str, &str)]] = &[
        &[("old/a.md", secret), ("elsewhere.md", "ask max@rhyta.com")],
        &[("old/a.md", "Ask nobody.\n")],
        &[("old/a.md", ""), ("prompts/a.md", "Ask nobody.\n")],
        &[("promptyard.yaml", "version: 1\nsources: [{files: 'prompts/*.md', dialect: text}]\n")],
    ];
    assert_eq!(told(history), ["PII001 old/a.md since=0 contents=1 still="]);
}

#[test]
fn a_folder_is_followed_to_what_it_was_called_before() {
    let history: &[&[(&str, &str)]] = &[
        &[("patterns/a/system.md", "Ask ines@rhyta.com.\n"), ("patterns/b/system.md", "Ask nobody.\n")],
        &[("patterns/a/system.md", ""), ("notes/b/system.md", "Ask max@rhyta.com.\n")],
        &[("patterns/b/system.md", ""), ("data/patterns/b/system.md", "Ask nobody.\n")],
        &[("promptyard.yaml", "version: 1\nsources: [{files: 'data/patterns/*/system.md', dialect: text}]\n")],
    ];
    assert_eq!(told(history), ["PII001 patterns/a/system.md since=0 contents=1 still="]);
}

#[test]
fn the_places_are_those_of_every_configuration() {
    let history: &[&[(&str, &str)]] = &[
        &[
            ("promptyard.yaml", "version: 1\nsources: [{files: 'texts/*.md', dialect: text}]\n"),
            ("texts/a.md", "Ask ines@rhyta.com.\n"),
        ],
        &[("texts/a.md", ""), ("promptyard.yaml", CONFIG)],
    ];
    assert_eq!(told(history), ["PII001 texts/a.md since=0 contents=1 still="]);
}

#[test]
fn the_configuration_and_the_policies_of_now_decide() {
    let text = prompt("ask ines@rhyta.com");
    let history = |config: &'static str, policy: &'static str| {
        let commits: &[&[(&str, &str)]] = &[
            &[("promptyard.yaml", CONFIG), ("prompts/a.prompt.yaml", &text)],
            &[("prompts/a.prompt.yaml", ""), ("promptyard.yaml", config), ("policies/p.yaml", policy)],
        ];
        told(commits)
    };
    assert_eq!(history("version: 1\nlint: {ignore: [PII]}\n", "description: d\n"), [""; 0]);
    assert_eq!(history("version: 1\n# now\n", "description: d\n").len(), 1);
    let waiver = "description: d\nwaivers: [{rule: PII001, files: 'prompts/**', reason: r}]\n";
    assert_eq!(history("version: 1\n# now\n", waiver), [""; 0]);
}

#[test]
fn golden_data_and_what_cannot_be_read_are_told() {
    let memory = Memory::of(&[
        &[("promptyard.yaml", CONFIG), ("suites/a.jsonl", "{\"inputs\": {\"q\": \"I am ines@rhyta.com\"}}\n")],
        &[("suites/a.jsonl", ""), ("prompts/big.prompt.yaml", &"x".repeat((1 << 20) + 1))],
        &[("prompts/big.prompt.yaml", "")],
    ]);
    let past = Past { tips: vec![memory.tip()], now: memory.tip() };
    let report = scan(&memory, &past, &Request::default(), &|_| {}).expect("it is whole");
    assert_eq!(report.findings.len(), 1);
    assert_eq!((report.commits, report.unread.len()), (3, 1));
    assert_eq!(report.unread[0].path.as_str(), "prompts/big.prompt.yaml");
}
