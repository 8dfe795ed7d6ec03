//! Publishing tags: all of them or none, through the user's own git.

use crate::repo::Location;
use crate::repo::command::{self, GitFailure};

/// Why tags were not pushed. They are still here, and nothing is on the remote.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The remote has tags of these names that are others: somebody else released first.
    #[error("`{remote}` has another tag called `{}`{}", tags[0], more(tags.len()))]
    Taken {
        /// The remote.
        remote: String,
        /// The tags, at least one.
        tags: Vec<String>,
    },
    /// The remote or a hook refused, or it could not be reached.
    #[error("the tags were not pushed to `{remote}`")]
    Refused {
        /// The remote.
        remote: String,
        /// What git said.
        source: GitFailure,
    },
}

fn more(count: usize) -> String {
    if count > 1 { format!(", and {} more", count - 1) } else { String::new() }
}

/// Pushes the tags called `names` to `remote`.
///
/// # Errors
/// When one of them is refused; none is on the remote then that was not there before.
pub fn push(location: &Location, remote: &str, names: &[String]) -> Result<(), PushError> {
    let mut push = command::git(&location.root, ["push", "--quiet", "--atomic", "--porcelain", "--", remote]);
    push.args(names.iter().map(|name| format!("refs/tags/{name}:refs/tags/{name}")));
    match command::answer(push, b"") {
        Ok(_) => Ok(()),
        Err(GitFailure::Refused { answer, told }) => {
            let tags = taken(&answer);
            let remote = remote.to_owned();
            if tags.is_empty() {
                return Err(PushError::Refused { remote, source: GitFailure::Refused { answer, told } });
            }
            Err(PushError::Taken { remote, tags })
        }
        Err(source) => Err(PushError::Refused { remote: remote.to_owned(), source }),
    }
}

/// The tags that the remote has already, by the lines of `git push --porcelain`.
fn taken(answer: &str) -> Vec<String> {
    let name = |line: &str| {
        let (refs, why) = line.strip_prefix("!\t")?.split_once('\t')?;
        let name = refs.split_once(':')?.1.strip_prefix("refs/tags/")?;
        (why == "[rejected] (already exists)").then(|| name.to_owned())
    };
    answer.lines().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_race_is_told_from_a_refusal() {
        let answer = "To /srv/store.git\n\
                      !\trefs/tags/a@1.0.0:refs/tags/a@1.0.0\t[rejected] (already exists)\n\
                      !\trefs/tags/b@1.0.0:refs/tags/b@1.0.0\t[rejected] (atomic push failed)\n";
        assert_eq!(taken(answer), ["a@1.0.0"]);
        assert_eq!(taken("!\trefs/tags/a@1:refs/tags/a@1\t[remote rejected] (pre-receive hook declined)\n"), [""; 0]);
    }
}
