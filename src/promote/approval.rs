//! Who approved: by trailers of commits, or by the reviews that a forge tells. Signed approvals will be one more source.

use serde::Deserialize;

use crate::store::policy::Approvals;
use crate::trailer::Trailer;

/// One person's approval.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Approval {
    /// Who: `Ann Lee <ann@example.com>`, or a forge's `@ann`.
    pub by: String,
    /// How it is known.
    pub source: Source,
}

/// How an approval is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// An `Approved-by:` trailer: somebody wrote it.
    Trailer,
    /// A review that the forge recorded.
    Forge,
    /// Trailers of what made the release: see [`of_release`](super::approved::of_release).
    Release,
}

/// A file of reviews that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the reviews are not a list as GitHub's API gives it")]
pub struct ReviewsError(#[from] serde_json::Error);

/// The approvals that `trailers` tell.
pub fn of_trailers(trailers: &[Trailer]) -> Vec<Approval> {
    let approved = trailers.iter().filter(|trailer| trailer.is("Approved-by") && !trailer.value.trim().is_empty());
    approved.map(|trailer| Approval { by: trailer.value.trim().to_owned(), source: Source::Trailer }).collect()
}

#[derive(Deserialize)]
struct Review {
    user: Option<User>,
    state: String,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

/// The approvals in a forge's list of reviews, the oldest first: `GET /repos/{owner}/{repo}/pulls/{number}/reviews` of
/// GitHub's REST API. A person's last word counts; a comment is none.
///
/// # Errors
/// When it is no such list.
pub fn of_reviews(json: &str) -> Result<Vec<Approval>, ReviewsError> {
    let mut approved: Vec<String> = Vec::new();
    for review in serde_json::from_str::<Vec<Review>>(json)? {
        let Some(User { login }) = review.user else { continue };
        let state = review.state.to_ascii_uppercase();
        if matches!(state.as_str(), "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED") {
            approved.retain(|other| *other != login);
        }
        if state == "APPROVED" {
            approved.push(login);
        }
    }
    Ok(approved.into_iter().map(|login| Approval { by: format!("@{login}"), source: Source::Forge }).collect())
}

/// The approvals among `given` that none of `authors` gave.
pub fn by_others(given: Vec<Approval>, authors: &[String]) -> Vec<Approval> {
    let is_own = |approval: &Approval| {
        let is_author = |author: &String| {
            is_same(author, &approval.by) || login(author).is_some_and(|login| is_same(login, &approval.by))
        };
        authors.iter().any(is_author)
    };
    given.into_iter().filter(|approval| !is_own(approval)).collect()
}

/// The name on the forge, where the author's mail says it: `1234+ann@users.noreply.github.com`.
fn login(author: &str) -> Option<&str> {
    let (own, host) = author.split_once('<')?.1.split_once('>')?.0.split_once('@')?;
    let number = |(number, _): &(&str, &str)| number.bytes().all(|byte| byte.is_ascii_digit());
    let split = |sign| own.split_once(sign).filter(number).map(|(_, login)| login);
    match host {
        "users.noreply.github.com" => Some(split('+').unwrap_or(own)),
        "users.noreply.gitlab.com" => Some(split('-').unwrap_or(own)),
        _ => None,
    }
}

/// The approvals among `given` that count: one a person, not the author's own, and only of those who are asked.
pub(super) fn counted<'a>(given: &'a [Approval], asked: &Approvals, author: Option<&str>) -> Vec<&'a Approval> {
    let mut counted: Vec<&Approval> = Vec::new();
    for approval in given {
        let is_asked = asked.from.is_empty() || asked.from.iter().any(|name| is_same(name, &approval.by));
        let is_own = author.is_some_and(|author| is_same(author, &approval.by));
        if is_asked && !is_own && !counted.iter().any(|other| is_same(&other.by, &approval.by)) {
            counted.push(approval);
        }
    }
    counted
}

/// Whether two texts mean the same person: by mail where both have one, else by all that is written.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    fn mail(text: &str) -> Option<&str> {
        text.split_once('<')?.1.split_once('>').map(|(mail, _)| mail)
    }
    fn key(text: &str) -> &str {
        text.trim().trim_start_matches('@')
    }
    let (one, other) = match (mail(one), mail(other)) {
        (Some(one), Some(other)) => (one, other),
        (Some(mail), None) if other.contains('@') && !other.starts_with('@') => (mail, other),
        (None, Some(mail)) if one.contains('@') && !one.starts_with('@') => (one, mail),
        _ => (one, other),
    };
    key(one).eq_ignore_ascii_case(key(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_last_word_counts() {
        let review =
            |login: &str, state: &str| format!(r#"{{"user": {{"login": "{login}"}}, "state": "{state}", "id": 1}}"#);
        let reviews = [
            review("ann", "APPROVED"),
            review("bob", "APPROVED"),
            review("ann", "CHANGES_REQUESTED"),
            review("bob", "COMMENTED"),
            review("cy", "approved"),
            r#"{"user": null, "state": "APPROVED"}"#.to_owned(),
        ];
        let approvals = of_reviews(&format!("[{}]", reviews.join(","))).expect("a list");
        assert_eq!(approvals.iter().map(|one| one.by.as_str()).collect::<Vec<_>>(), ["@bob", "@cy"]);
        assert!(of_reviews("{}").is_err());
    }

    #[test]
    fn who_wrote_a_change_does_not_approve_it_by_another_name() {
        let given = |by: &str| vec![Approval { by: by.to_owned(), source: Source::Forge }];
        let left = |by: &str, author: &str| by_others(given(by), &[author.to_owned()]).len();
        assert_eq!(left("@ann", "Ann Lee <1234+Ann@users.noreply.github.com>"), 0);
        assert_eq!(left("@ann", "Ann Lee <ann@users.noreply.github.com>"), 0);
        assert_eq!(left("@ann-lee", "Ann Lee <12-ann-lee@users.noreply.gitlab.com>"), 0);
        assert_eq!(left("@ann", "ann <bob@users.noreply.github.com>"), 1);
        assert_eq!(left("@ann", "Ann Lee <ann@example.com>"), 1);
    }

    #[test]
    fn nobody_counts_twice_or_for_their_own_change() {
        let trailer = |value: &str| Trailer::new("approved-by", value);
        let given = of_trailers(&[
            trailer("Ann Lee <ann@example.com>"),
            trailer("A. Lee <ANN@example.com>"),
            trailer("Bob <bob@example.com>"),
            trailer("@cy"),
            trailer(" "),
        ]);
        let count = |from: &[&str], author| {
            let from = from.iter().map(|name| (*name).to_owned()).collect();
            counted(&given, &Approvals { count: 1, from }, author).len()
        };
        assert_eq!((given.len(), count(&[], None)), (4, 3));
        assert_eq!(count(&[], Some("Bob Doe <bob@example.com>")), 2);
        assert_eq!((count(&["cy"], None), count(&["ann@example.com", "@dan"], None)), (1, 1));
    }
}
