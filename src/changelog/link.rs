//! Where a forge shows a commit.
//!
//! The address comes from `repository_url` in the configuration, never from the clone's remotes: a fork's clone, a mirror's
//! and the original's would each make another changelog.

use crate::name::CommitId;

/// The forge of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forge {
    base: String,
    commit: &'static str,
}

impl Forge {
    /// The forge at `url`; `None` where that is no address of the web.
    pub fn at(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let unwelcome = |c: char| c.is_whitespace() || c.is_control() || "@<>()\"'`\\".contains(c);
        if rest.is_empty() || rest.contains(unwelcome) {
            return None;
        }
        let base = url.trim_end_matches('/').trim_end_matches(".git").to_owned();
        let host = rest.split('/').next().unwrap_or_default();
        let commit = if host.contains("gitlab") {
            "/-/commit/"
        } else if host == "bitbucket.org" {
            "/commits/"
        } else {
            // GitHub, Gitea, Forgejo and sourcehut.
            "/commit/"
        };
        Some(Self { base, commit })
    }

    /// The page of `commit`.
    pub fn commit(&self, commit: CommitId) -> String {
        format!("{}{}{commit}", self.base, self.commit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forge_has_its_way() {
        let commit = CommitId::new(&[0xab; 20]).expect("twenty bytes");
        let url = |base: &str| Forge::at(base).map(|forge| forge.commit(commit).replace(&"ab".repeat(20), "ID"));
        let table = [
            ("https://github.com/acme/prompts.git", Some("https://github.com/acme/prompts/commit/ID")),
            ("https://gitlab.acme.com/llm/prompts/", Some("https://gitlab.acme.com/llm/prompts/-/commit/ID")),
            ("https://bitbucket.org/acme/prompts", Some("https://bitbucket.org/acme/prompts/commits/ID")),
            ("git@github.com:acme/prompts.git", None),
            ("https://ann:secret@github.com/acme", None),
            ("https://x/)(y", None),
        ];
        for (base, expected) in table {
            assert_eq!(url(base).as_deref(), expected, "{base}");
        }
    }
}
