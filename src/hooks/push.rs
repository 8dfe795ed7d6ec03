//! What a push is about to change: the lines that git gives to the hook.

use crate::name::{CommitId, EnvName, ReleaseRef};
use crate::store::config::Config;

/// One ref that is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// What it becomes; `None` where it is deleted.
    pub new: Option<CommitId>,
    /// Its name there.
    pub name: String,
    /// What it was; `None` where it is new.
    pub old: Option<CommitId>,
}

/// A line that says something else than git says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no line of a push")]
pub struct BadLine(pub String);

/// Reads the lines of git's `pre-push`: the ref here, what it is, the ref there, what it was.
///
/// # Errors
/// At the first line that is none.
pub fn of_push(text: &str) -> Result<Vec<Update>, BadLine> {
    let read = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, new, name, old] = words.as_slice() else { return None };
        Some(Update { new: object(new)?, name: (*name).to_owned(), old: object(old)? })
    };
    text.lines().map(|line| read(line).ok_or_else(|| BadLine(line.to_owned()))).collect()
}

/// Reads the lines of git's `pre-receive`: what the ref was, what it becomes, its name.
///
/// # Errors
/// At the first line that is none.
pub fn of_receive(text: &str) -> Result<Vec<Update>, BadLine> {
    let read = |line: &str| {
        let (old, rest) = line.split_once(' ')?;
        let (new, name) = rest.split_once(' ')?;
        Some(Update { new: object(new)?, name: name.to_owned(), old: object(old)? })
    };
    text.lines().map(|line| read(line).ok_or_else(|| BadLine(line.to_owned()))).collect()
}

/// An object's name; `None` inside where it is all zeros, which stands for nothing.
fn object(word: &str) -> Option<Option<CommitId>> {
    let id: CommitId = word.parse().ok()?;
    Some((!word.bytes().all(|byte| byte == b'0')).then_some(id))
}

/// What a push would do to a release that is out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Moved {
    /// It would name something else.
    #[error("the tag of the release `{0}` is out, and this push would move it")]
    Moved(ReleaseRef),
    /// It would be gone.
    #[error("the tag of the release `{0}` is out, and this push would delete it")]
    Deleted(ReleaseRef),
}

/// The releases that `updates` would change, in a store whose tags start with `prefix`. Tags never move.
pub fn moved(updates: &[Update], prefix: &str) -> Vec<Moved> {
    let moved = updates.iter().filter_map(|update| {
        let old = update.old?;
        let release: ReleaseRef = update.name.strip_prefix("refs/tags/")?.strip_prefix(prefix)?.parse().ok()?;
        match update.new {
            None => Some(Moved::Deleted(release)),
            Some(new) if new != old => Some(Moved::Moved(release)),
            Some(_) => None,
        }
    });
    moved.collect()
}

/// What a push would do to a branch whose history says what was live.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rewritten {
    /// Commits would no longer be in it.
    #[error(
        "the branch `{branch}` is the record of the protected environment `{environment}`, and this push would take commits out of it"
    )]
    Shortened {
        /// The branch.
        branch: String,
        /// Who follows it.
        environment: EnvName,
    },
    /// It would be gone.
    #[error(
        "the branch `{branch}` is the record of the protected environment `{environment}`, and this push would delete it"
    )]
    Deleted {
        /// The branch.
        branch: String,
        /// Who follows it.
        environment: EnvName,
    },
}

/// The records that `updates` would rewrite: branches that protected environments of `config` name. `has_all` says whether
/// the first commit has the second in its history.
///
/// # Errors
/// Those of `has_all`.
pub fn rewritten<E>(
    updates: &[Update],
    config: &Config,
    has_all: impl Fn(CommitId, CommitId) -> Result<bool, E>,
) -> Result<Vec<Rewritten>, E> {
    let protected = config.environments.iter().filter(|environment| environment.protected);
    let records =
        protected.filter_map(|environment| Some((environment.branch.as_ref()?.value.clone(), &environment.name)));
    let mut rewritten = Vec::new();
    for (branch, environment) in records {
        let environment = environment.clone();
        let update = updates.iter().find(|update| update.name.strip_prefix("refs/heads/") == Some(&branch));
        let Some((old, new)) = update.and_then(|update| Some((update.old?, update.new))) else { continue };
        match new {
            None => rewritten.push(Rewritten::Deleted { branch, environment }),
            Some(new) if !has_all(new, old)? => rewritten.push(Rewritten::Shortened { branch, environment }),
            Some(_) => {}
        }
    }
    Ok(rewritten)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::snapshot::Snapshot;

    const NONE: &str = "0000000000000000000000000000000000000000";
    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";

    #[test]
    fn a_tag_of_a_release_never_moves() {
        let told = |name: &str, new: &str, old: &str| {
            let updates = of_push(&format!("refs/x {new} {name} {old}\n")).expect("a line of a push");
            moved(&updates, "p/").iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let tag = "refs/tags/p/prompts/a@1.0.0";
        assert_eq!(told(tag, A, NONE), [""; 0]);
        assert_eq!(told(tag, A, A), [""; 0]);
        assert_eq!(told(tag, A, B), ["the tag of the release `prompts/a@1.0.0` is out, and this push would move it"]);
        assert_eq!(
            told(tag, NONE, B),
            ["the tag of the release `prompts/a@1.0.0` is out, and this push would delete it"]
        );
        assert_eq!(told("refs/tags/v1", A, B), [""; 0]);
        assert_eq!(told("refs/tags/prompts/a@1.0.0", A, B), [""; 0], "another store's");
        assert_eq!(told("refs/heads/main", A, B), [""; 0]);
    }

    #[test]
    fn the_record_of_a_protected_environment_only_grows() {
        let config = "environments:\n  production: {branch: main, protected: true}\n  staging: {branch: next}\n";
        let snapshot = Snapshot::of_texts([("promptyard.yaml", config.as_bytes())]).expect("the path is one");
        let config = Store::config_of(&snapshot);
        let commit = |byte| CommitId::new(&[byte; 20]).expect("it is as long as one");
        // Commits are numbered along one line.
        let has_all = |one: CommitId, other: CommitId| Ok::<_, ()>(one >= other);
        let told = |name: &str, old: Option<u8>, new: Option<u8>| {
            let update = Update { old: old.map(commit), new: new.map(commit), name: name.to_owned() };
            let rewritten = rewritten(&[update], &config, has_all).expect("nothing fails");
            rewritten.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(told("refs/heads/main", Some(2), Some(3)), [""; 0]);
        assert_eq!(told("refs/heads/main", None, Some(1)), [""; 0]);
        let record = "the branch `main` is the record of the protected environment `production`, and this push would";
        assert_eq!(told("refs/heads/main", Some(2), Some(1)), [format!("{record} take commits out of it")]);
        assert_eq!(told("refs/heads/main", Some(2), None), [format!("{record} delete it")]);
        assert_eq!(told("refs/heads/next", Some(2), Some(1)), [""; 0]);
        assert_eq!(told("refs/tags/main", Some(2), None), [""; 0]);
    }

    #[test]
    fn other_lines_are_refused() {
        assert_eq!(of_push(""), Ok(Vec::new()));
        assert_eq!(of_push("a b c\n"), Err(BadLine("a b c".to_owned())));
        assert_eq!(of_push(&format!("a x b {NONE}\n")).map_err(|error| error.0.len()), Err(46));
    }
}
