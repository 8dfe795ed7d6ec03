//! What a commit's message says about the change, as far as it says it.
//!
//! Subjects in the form of [Conventional Commits 1.0.0](https://www.conventionalcommits.org/en/v1.0.0/) are understood and
//! not demanded: any other subject stands for a change of no particular sort.

use crate::name::CommitId;
use crate::trailer::{self, Trailer};

/// What sort of change a commit is. In the order of a changelog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// Something new: `feat`.
    Added,
    /// A mistake mended: `fix`.
    Fixed,
    /// Anything that its subject does not classify, and `perf`, `refactor`, `style`.
    Changed,
    /// An earlier change taken back.
    Reverted,
    /// What its author calls no change of behaviour: `docs`, `test`, `chore`, `build`, `ci`.
    Upkeep,
}

impl Sort {
    /// Every sort, in order.
    pub const ALL: [Self; 5] = [Self::Added, Self::Fixed, Self::Changed, Self::Reverted, Self::Upkeep];

    /// The word in headings and machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Fixed => "fixed",
            Self::Changed => "changed",
            Self::Reverted => "reverted",
            Self::Upkeep => "upkeep",
        }
    }

    fn of_type(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "feat" | "feature" => Self::Added,
            "fix" | "bugfix" | "hotfix" => Self::Fixed,
            "perf" | "refactor" | "style" => Self::Changed,
            "revert" => Self::Reverted,
            "docs" | "doc" | "test" | "tests" | "chore" | "build" | "ci" => Self::Upkeep,
            _ => return None,
        })
    }
}

/// A commit's message, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What sort of change it is.
    pub sort: Sort,
    /// What the change is about, where the subject says it: `feat(support): ...`.
    pub scope: Option<String>,
    /// The subject without type and scope.
    pub subject: String,
    /// Whether it says that it breaks something: by `!`, a `BREAKING CHANGE:` footer, or `Release-Bump: major`.
    pub breaking: Breaking,
    /// Names of people who worked on it beside the author, in order.
    pub co_authors: Vec<String>,
    /// The commit that it takes back, as far as it is named.
    pub reverts: Option<CommitId>,
}

/// Whether a change breaks something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breaking {
    /// It does not say so.
    No,
    /// It does, and no more.
    Yes,
    /// It does, and how.
    Described(String),
}

impl Message {
    /// Reads a commit's whole message.
    pub fn read(message: &str) -> Self {
        let subject = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
        let trailers = trailer::of(message);
        let mut read = conventional(subject).unwrap_or_else(|| Self {
            sort: if is_revert(subject) { Sort::Reverted } else { Sort::Changed },
            scope: None,
            subject: subject.to_owned(),
            breaking: Breaking::No,
            co_authors: Vec::new(),
            reverts: None,
        });
        if let Some(how) = breaking_footer(message) {
            read.breaking = Breaking::Described(how);
        } else if trailers.iter().any(|trailer| trailer.is("Release-Bump") && trailer.value == "major") {
            read.breaking = Breaking::Yes;
        }
        for name in trailers.iter().filter(|trailer| trailer.is("Co-authored-by")).map(name_in) {
            if !name.is_empty() && !read.co_authors.contains(&name) {
                read.co_authors.push(name);
            }
        }
        read.reverts = reverted(message);
        read
    }
}

/// `type(scope)!: subject`, where the type is one that is known.
fn conventional(subject: &str) -> Option<Message> {
    let (head, rest) = subject.split_once(':')?;
    let rest = rest.trim();
    let (head, breaks) = head.strip_suffix('!').map_or((head, Breaking::No), |head| (head, Breaking::Yes));
    let (word, scope) = match head.strip_suffix(')').and_then(|head| head.split_once('(')) {
        Some((word, scope)) => (word, Some(scope.trim()).filter(|scope| !scope.is_empty())),
        None => (head, None),
    };
    let sort = Sort::of_type(word.trim())?;
    (!rest.is_empty()).then(|| Message {
        sort,
        scope: scope.map(str::to_owned),
        subject: rest.to_owned(),
        breaking: breaks,
        co_authors: Vec::new(),
        reverts: None,
    })
}

fn is_revert(subject: &str) -> bool {
    subject.strip_prefix("Revert ").is_some_and(|rest| rest.trim_start().starts_with('"'))
}

/// The first paragraph that starts with `BREAKING CHANGE: ` or `BREAKING-CHANGE: `, on one line.
fn breaking_footer(message: &str) -> Option<String> {
    let mut lines = message.lines();
    let first = lines.find_map(|line| {
        line.strip_prefix("BREAKING CHANGE:").or_else(|| line.strip_prefix("BREAKING-CHANGE:")).map(str::trim)
    })?;
    let more = lines.take_while(|line| !line.trim().is_empty() && !is_trailer(line));
    let whole = std::iter::once(first).chain(more).collect::<Vec<_>>().join(" ");
    let whole = trailer::one_line(&whole);
    (!whole.is_empty()).then_some(whole)
}

fn is_trailer(line: &str) -> bool {
    let key = line.split_once(": ").map_or("", |(key, _)| key);
    !key.is_empty() && key.contains('-') && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// `Ann Lee` of `Ann Lee <ann@example.com>`.
fn name_in(trailer: &Trailer) -> String {
    trailer.value.split('<').next().unwrap_or_default().trim().to_owned()
}

/// The commit in the sentence that `git revert` writes.
fn reverted(message: &str) -> Option<CommitId> {
    let (_, rest) = message.split_once("This reverts commit ")?;
    let id: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
    id.to_ascii_lowercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(message: &str) -> (Sort, Option<String>, String, bool) {
        let read = Message::read(message);
        (read.sort, read.scope, read.subject, read.breaking != Breaking::No)
    }

    #[test]
    fn conventional_subjects_are_understood_and_others_are_left_alone() {
        let table = [
            ("feat: add a tone", (Sort::Added, None, "add a tone", false)),
            ("fix(support): no apologies", (Sort::Fixed, Some("support"), "no apologies", false)),
            ("refactor(a)!: drop `x`", (Sort::Changed, Some("a"), "drop `x`", true)),
            ("Docs: say more", (Sort::Upkeep, None, "say more", false)),
            ("Note: this is a sentence", (Sort::Changed, None, "Note: this is a sentence", false)),
            ("Shorten the answer", (Sort::Changed, None, "Shorten the answer", false)),
            ("feat:", (Sort::Changed, None, "feat:", false)),
            ("\n\n  Late title\n", (Sort::Changed, None, "Late title", false)),
            ("Revert \"feat: x\"", (Sort::Reverted, None, "Revert \"feat: x\"", false)),
            ("", (Sort::Changed, None, "", false)),
            ("feat(日本): ñ", (Sort::Added, Some("日本"), "ñ", false)),
        ];
        for (message, (sort, scope, subject, breaks)) in table {
            assert_eq!(head(message), (sort, scope.map(str::to_owned), subject.to_owned(), breaks), "{message:?}");
        }
    }

    #[test]
    fn what_breaks_is_said_in_the_subject_or_at_the_end() {
        let breaking = |message: &str| Message::read(message).breaking;
        assert_eq!(breaking("fix!: x"), Breaking::Yes);
        assert_eq!(breaking("x\n\nRelease-Bump: major\n"), Breaking::Yes);
        assert_eq!(breaking("x\n\nRelease-Bump: minor\n"), Breaking::No);
        let footer = "feat: x\n\nText.\n\nBREAKING CHANGE: `tone`\nis gone\nReviewed-by: Bob <bob@example.com>\n";
        assert_eq!(breaking(footer), Breaking::Described("`tone` is gone".to_owned()));
    }

    #[test]
    fn people_and_the_commit_that_is_taken_back_are_found() {
        let id = "0123456789abcdef0123456789abcdef01234567";
        let message = format!(
            "Revert \"x\"\n\nThis reverts commit {id}.\n\nCo-authored-by: Bob <bob@example.com>\nco-authored-by: Bob\n"
        );
        let read = Message::read(&message);
        assert_eq!(read.co_authors, ["Bob"]);
        assert_eq!(read.reverts, id.parse().ok());
    }
}
