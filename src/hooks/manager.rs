//! Programs that manage hooks themselves: what to add to their files, which are the user's to edit.

use std::fmt;

use super::hook::Hook;

/// Who manages a repository's hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manager {
    /// husky, with a folder `.husky`.
    Husky,
    /// lefthook, with a file of this name.
    Lefthook(&'static str),
    /// The pre-commit framework, with a file of this name.
    PreCommit(&'static str),
    /// overcommit, with `.overcommit.yml`.
    Overcommit,
    /// `core.hooksPath` of the user or of the machine: one folder for every repository.
    Shared(String),
}

/// A name, and what it says.
type Sign = (&'static str, fn(&'static str) -> Manager);

/// Files and folders at the top of a repository that say who manages its hooks.
const SIGNS: [Sign; 10] = [
    (".husky", |_| Manager::Husky),
    ("lefthook.yml", Manager::Lefthook),
    ("lefthook.yaml", Manager::Lefthook),
    (".lefthook.yml", Manager::Lefthook),
    (".lefthook.yaml", Manager::Lefthook),
    ("lefthook.toml", Manager::Lefthook),
    ("lefthook.json", Manager::Lefthook),
    (".pre-commit-config.yaml", Manager::PreCommit),
    (".pre-commit-config.yml", Manager::PreCommit),
    (".overcommit.yml", |_| Manager::Overcommit),
];

impl Manager {
    /// The one that a repository has, given which files are at its top.
    pub fn of(is_there: impl Fn(&str) -> bool) -> Option<Self> {
        SIGNS.iter().find(|(name, _)| is_there(name)).map(|(name, manager)| manager(name))
    }

    /// What to add for `hooks` of a store in the folder `store`, and where: for people.
    pub fn advice(&self, hooks: &[Hook], store: &str) -> String {
        let each = |of: &dyn Fn(Hook) -> String| hooks.iter().map(|hook| of(*hook)).collect::<String>();
        match self {
            Self::Husky => each(&|hook| {
                format!("Add this line to `.husky/{}`:\n\n  {} \"$@\"\n\n", hook.as_str(), hook.command(store))
            }),
            Self::Lefthook(file) => format!(
                "Add this to `{file}`, in its own notation:\n\n{}\n",
                each(&|hook| {
                    let (arguments, stdin) = match hook {
                        Hook::PreCommit => ("", ""),
                        Hook::CommitMsg => (" {1}", ""),
                        Hook::PrePush => (" {1} {2}", "\n      use_stdin: true"),
                    };
                    format!(
                        "  {}:\n    commands:\n      promptyard:\n        run: {}{arguments}{}\n",
                        hook.as_str(),
                        hook.command(store),
                        stdin.replace("\n      ", "\n        ")
                    )
                })
            ),
            Self::PreCommit(file) => format!(
                "Add this to `repos` in `{file}`, and run `pre-commit install{}`:\n\n  - repo: local\n    hooks:\n{}\n",
                each(&|hook| format!(" --hook-type {}", hook.as_str())),
                each(&|hook| {
                    let names = if hook == Hook::CommitMsg { "" } else { ", pass_filenames: false" };
                    format!(
                        "      - id: promptyard-{0}\n        name: promptyard {0}\n        entry: {1}\n        \
                         language: system\n        stages: [{0}]\n        always_run: true{2}\n",
                        hook.as_str(),
                        hook.command(store),
                        names.replace(", ", "\n        ")
                    )
                })
            ),
            Self::Overcommit => format!(
                "Add this to `.overcommit.yml`, and run `overcommit --sign`:\n\n{}\n",
                each(&|hook| {
                    let section = match hook {
                        Hook::PreCommit => "PreCommit",
                        Hook::CommitMsg => "CommitMsg",
                        Hook::PrePush => "PrePush",
                    };
                    format!(
                        "  {section}:\n    Promptyard:\n      enabled: true\n      command: [sh, -c, '{} \"$@\"', --]\n",
                        hook.command(store).replace('\'', "''")
                    )
                })
            ),
            Self::Shared(folder) => format!(
                "Call this from the hooks there, or give this repository hooks of its own with `git config --local \
                 core.hooksPath .git/hooks`:\n\n{}\n",
                each(&|hook| format!("  {folder}/{}: {} \"$@\"\n", hook.as_str(), hook.command(store)))
            ),
        }
    }
}

impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Husky => f.write_str("husky"),
            Self::Lefthook(_) => f.write_str("lefthook"),
            Self::PreCommit(_) => f.write_str("pre-commit"),
            Self::Overcommit => f.write_str("overcommit"),
            Self::Shared(folder) => write!(f, "`{folder}`, which serves every repository of this user or machine"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::yaml::{Limits, parse};

    #[test]
    fn a_manager_is_known_by_its_file() {
        assert_eq!(Manager::of(|name| name == ".husky"), Some(Manager::Husky));
        assert_eq!(Manager::of(|name| name == "lefthook.yml"), Some(Manager::Lefthook("lefthook.yml")));
        assert_eq!(Manager::of(|_| false), None);
    }

    #[test]
    fn what_is_to_be_added_is_sound() {
        for manager in [Manager::Lefthook("l"), Manager::PreCommit("p"), Manager::Overcommit] {
            let advice = manager.advice(&Hook::ALL, "a/");
            let (_, yaml) = advice.split_once(":\n\n").expect("a sentence stands before it");
            let (tree, problems) = parse(yaml, 0, Limits::default());
            assert_eq!(problems, [], "{yaml}");
            assert!(
                tree.root().is_some() && yaml.contains("pre-push --root 'a'") || yaml.contains("--root ''a''"),
                "{yaml}"
            );
        }
        assert_eq!(
            Manager::Husky.advice(&[Hook::PreCommit], ""),
            "Add this line to `.husky/pre-commit`:\n\n  promptyard hooks run pre-commit \"$@\"\n\n"
        );
    }
}
