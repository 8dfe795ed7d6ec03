//! Who made a state so: the commit, its author and committer, who approved it, and where it was discussed.

use crate::history::Past;
use crate::history::chain::Position;
use crate::revision::{Commit, RevisionError};
use crate::trailer;

/// The commit that made a state so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its place in the chain.
    pub position: Position,
    /// When it became active, in seconds since 1970.
    pub at: i64,
    /// The commit.
    pub commit: Commit,
    /// The values of its `Approved-by:` trailers, in order.
    pub approvers: Vec<String>,
    /// The number of its pull request, where the message has one.
    pub pull_request: Option<u64>,
}

impl Made {
    pub(super) fn at(past: &dyn Past, position: Position) -> Result<Self, RevisionError> {
        let commit = past.commit(past.chain().commit(position))?;
        let approvers = trailer::of(&commit.message).into_iter().filter(|trailer| trailer.is("Approved-by"));
        Ok(Self {
            position,
            at: past.chain().start(position),
            approvers: approvers.map(|trailer| trailer.value).collect(),
            pull_request: pull_request(&commit.message),
            commit,
        })
    }

    /// What the commit says that it does: its first line, without the pull request's number; for the merge of a pull
    /// request, that one's title.
    pub fn title(&self) -> &str {
        let subject = self.commit.subject();
        let merges = subject.starts_with("Merge pull request #");
        let body = self.commit.message.lines().skip(1).map(str::trim).find(|line| !line.is_empty());
        let title = if merges { body.unwrap_or(subject) } else { subject };
        match self.pull_request {
            Some(number) => title.trim_end_matches(&format!("(#{number})")).trim_end(),
            None => title,
        }
    }
}

/// The number in `Start 1.4.0 at 5 % (#412)` and `Merge pull request #412 from ann/canary`.
fn pull_request(message: &str) -> Option<u64> {
    let subject = message.lines().next().unwrap_or_default().trim_end();
    if let Some(rest) = subject.strip_prefix("Merge pull request #") {
        return rest.split(' ').next()?.parse().ok();
    }
    let (_, number) = subject.strip_suffix(')')?.rsplit_once("(#")?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pull_requests_are_found() {
        for (message, number) in [
            ("Start 1.4.0 at 5 % (#412)\n\nBody (#9)", Some(412)),
            ("Merge pull request #77 from ann/canary\n\nStart the canary", Some(77)),
            ("Mend #12", None),
            ("Mend (see #12)", None),
            ("", None),
        ] {
            assert_eq!(pull_request(message), number, "{message}");
        }
    }
}
