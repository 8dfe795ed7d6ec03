//! Deploy receipts: which commit's state was applied to an environment, and when. Whoever deploys writes them.
//!
//! The receipts of an environment are a chain of commits at `refs/promptyard/receipts/<environment>`. Each adds one file, an
//! event, and changes nothing else: the names of git's commits chain them, so that none can be changed or left out without
//! changing all that follow. Receipts of two clones that nobody has pushed yet never touch the same file, unless they say the
//! same.
//!
//! *Architecture invariant:* no git and no clock here. A chain comes in as [`Link`]s.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::name::{CommitId, EnvName};
use crate::path::StorePath;
use crate::revision::Commit;
use crate::trailer::Trailer;

/// What stands before an environment's name in the full name of its receipts' ref.
pub const REFS: &str = "refs/promptyard/receipts/";

/// One deployment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When the state was applied, in seconds since 1970.
    pub applied: i64,
    /// The commit whose state it was.
    pub commit: CommitId,
    /// The environment.
    pub environment: EnvName,
}

/// An event's file, version 1.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    environment: String,
    commit: String,
    applied_at: String,
}

/// Why a file is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It is not the JSON of an event.
    #[error("it is no receipt of version 1: {0}")]
    Format(String),
    /// One of its values is none.
    #[error("its `{0}` is not written as it should be")]
    Value(&'static str),
    /// Its name is another event's.
    #[error("it should be called `{0}`")]
    Name(StorePath),
}

impl Event {
    /// The ref that the receipts of `environment` are at.
    pub fn reference(environment: &EnvName) -> String {
        format!("{REFS}{environment}")
    }

    /// Its file: by month, then in the order of time.
    pub fn path(&self) -> StorePath {
        let name = format!("{}-{}.json", self.time().strftime("%Y/%m/%Y%m%dT%H%M%SZ"), self.commit.short());
        name.parse().expect("because digits and hexadecimal digits make a path")
    }

    /// What its file says: the same event has the same bytes.
    pub fn content(&self) -> String {
        let file = File {
            version: 1,
            environment: self.environment.to_string(),
            commit: self.commit.to_string(),
            applied_at: self.time().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        };
        let json = serde_json::to_string(&file).expect("because numbers and texts can always be written");
        format!("{json}\n")
    }

    /// The change that adds it to the chain.
    pub fn change(&self) -> ChangeSet {
        let file = FileWrite { path: self.path(), content: self.content(), mode: WriteMode::Create };
        ChangeSet { files: vec![file] }
    }

    /// The message of the commit that adds it.
    pub fn message(&self) -> String {
        let time = self.time().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let trailers = [
            Trailer::new("Receipt", self.environment.as_str()),
            Trailer::new("Commit", &self.commit.to_string()),
            Trailer::new("Applied-at", &time),
        ];
        let lines: Vec<String> = trailers.iter().map(ToString::to_string).collect();
        format!("{} is at {} since {time}\n\n{}\n", self.environment, self.commit.short(), lines.join("\n"))
    }

    /// Reads the event in the file at `path`.
    ///
    /// # Errors
    /// When it is none, or the file is not called as it should be.
    pub fn read(path: &StorePath, content: &[u8]) -> Result<Self, EventError> {
        let file: File = serde_json::from_slice(content).map_err(|error| EventError::Format(error.to_string()))?;
        if file.version != 1 {
            return Err(EventError::Format(format!("it is of version {}", file.version)));
        }
        let applied: Timestamp = file.applied_at.parse().map_err(|_| EventError::Value("applied_at"))?;
        let event = Self {
            applied: applied.as_second(),
            commit: file.commit.parse().map_err(|_| EventError::Value("commit"))?,
            environment: file.environment.parse().map_err(|_| EventError::Value("environment"))?,
        };
        let wanted = event.path();
        if *path == wanted { Ok(event) } else { Err(EventError::Name(wanted)) }
    }

    fn time(&self) -> Timestamp {
        Timestamp::from_second(self.applied).unwrap_or(if self.applied < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

/// One commit of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The commit.
    pub commit: Commit,
    /// The files that it adds, with their contents.
    pub added: Vec<(StorePath, Vec<u8>)>,
    /// The files that it changes or removes, which none may.
    pub touched: Vec<StorePath>,
    /// Whether it carries a signature; nobody has checked that yet.
    pub has_signature: bool,
}

impl Link {
    /// The event that it adds.
    pub fn event(&self) -> Option<Event> {
        let (path, content) = self.added.first()?;
        Event::read(path, content).ok()
    }
}

/// What is wrong with the receipts of `environment`, a sentence each. `links` is their chain, the newest first.
pub fn problems(environment: &EnvName, links: &[Link]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for link in links.iter().rev() {
        let id = link.commit.id.short();
        if link.commit.parents.len() > 1 {
            problems.push(format!("{id} merges two chains: receipts follow each other one by one"));
        }
        problems.extend(link.touched.iter().map(|path| format!("{id} changes or removes the receipt `{path}`")));
        let [(path, content)] = link.added.as_slice() else {
            problems.push(format!("{id} adds {} receipts, and should add one", link.added.len()));
            continue;
        };
        match Event::read(path, content) {
            Err(error) => problems.push(format!("{id} adds `{path}`, which is no receipt: {error}")),
            Ok(event) if event.environment != *environment => {
                problems.push(format!("{id} adds a receipt of `{}`", event.environment));
            }
            Ok(event) => {
                if event.applied > link.commit.committed.seconds {
                    problems.push(format!("{id} was recorded before it says that it was applied"));
                }
                if !seen.insert(event) {
                    problems.push(format!("{id} repeats a receipt"));
                }
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::{Moment, Person};

    fn event(applied: i64) -> Event {
        let commit = CommitId::new(&[0xab; 20]).expect("twenty bytes");
        Event { applied, commit, environment: "production".parse().expect("a name") }
    }

    fn link(id: u8, added: Vec<(StorePath, Vec<u8>)>) -> Link {
        let person = Person { name: "Ann".to_owned(), mail: String::new() };
        let moment = Moment { seconds: 1_784_538_200, offset: 0 };
        let commit = Commit {
            id: CommitId::new(&[id; 20]).expect("twenty bytes"),
            parents: Vec::new(),
            author: person.clone(),
            authored: moment,
            committer: person,
            committed: moment,
            message: String::new(),
        };
        Link { commit, added, touched: Vec::new(), has_signature: false }
    }

    #[test]
    fn an_event_is_one_file_and_is_read_back() {
        let event = event(1_784_538_120);
        let (path, content) = (event.path(), event.content());
        assert_eq!(path.as_str(), "2026/07/20260720T090200Z-abababa.json");
        assert_eq!(Event::read(&path, content.as_bytes()), Ok(event.clone()));
        let elsewhere = "2026/07/a.json".parse().expect("a path");
        assert_eq!(Event::read(&elsewhere, content.as_bytes()), Err(EventError::Name(path.clone())));
        assert!(matches!(Event::read(&path, b"{}"), Err(EventError::Format(_))));
        let wrong = content.replace("2026-07-20", "2026-17-20");
        assert_eq!(Event::read(&path, wrong.as_bytes()), Err(EventError::Value("applied_at")));
        assert!(event.message().contains("\n\nReceipt: production\nCommit: abab"), "{}", event.message());
    }

    #[test]
    fn a_chain_says_what_is_wrong_with_it() {
        let production: EnvName = "production".parse().expect("a name");
        let file = |event: &Event| (event.path(), event.content().into_bytes());
        let good = [link(2, vec![file(&event(1_784_538_120))]), link(1, vec![file(&event(1_784_538_000))])];
        assert_eq!(problems(&production, &good), [""; 0]);
        let staging: EnvName = "staging".parse().expect("a name");
        assert_eq!(problems(&staging, &good).len(), 2);
        let touched = Link { touched: vec![event(5).path()], ..link(3, vec![file(&event(1_784_538_100))]) };
        let bad = [touched, link(2, vec![file(&event(1_784_539_000))]), link(1, Vec::new())];
        assert_eq!(
            problems(&production, &bad),
            [
                "0101010 adds 0 receipts, and should add one",
                "0202020 was recorded before it says that it was applied",
                "0303030 changes or removes the receipt `1970/01/19700101T000005Z-abababa.json`",
            ]
        );
    }
}
