//! What to do about each error of a command: one sentence each, beside the message.

use super::{Absence, CliError};
use crate::bundle::BundleError;
use crate::bundle::UnknownArtifact;
use crate::hooks::hook::Refusal as HookRefusal;
use crate::lint::select::UnknownRule;
use crate::promote::Refusal;
use crate::release::plan::PlanError;
use crate::repo::ApplyError;
use crate::repo::CommitError;
use crate::repo::GitFailure;
use crate::repo::HookError;
use crate::repo::PushError;
use crate::repo::RepoError;
use crate::repo::TagError;
use crate::repo::WriteError;
use crate::revision::RevisionError;

impl CliError {
    /// What to do, one sentence each.
    pub(in crate::cli) fn hints(&self) -> Vec<String> {
        match self {
            Self::UnknownRule(UnknownRule { suggestion: Some(name), .. })
            | Self::UnknownSchema { nearest: Some(name), .. } => vec![format!("did you mean `{name}`?")],
            Self::UnknownRule(_) => vec!["`promptyard rules` lists them".to_owned()],
            Self::UnknownSchema { .. } => vec!["`promptyard schema` lists them".to_owned()],
            Self::AmbiguousBase { .. } => {
                vec!["name it in full: `--base refs/heads/main`, `--base refs/remotes/origin/main`".to_owned()]
            }
            Self::AlreadyAStore(path) => vec![format!("edit `{path}`, or remove it to start again")],
            Self::Apply(ApplyError::Exists(_)) => vec!["nothing was written; choose another name".to_owned()],
            Self::Apply(_) => vec!["nothing was written".to_owned()],
            Self::Repo(RepoError::OutsideStore { .. }) => {
                vec!["name the paths of one store at a time, or give its root with --root".to_owned()]
            }
            Self::Repo(RepoError::NoRepository(_)) => {
                vec!["`git init` makes one; without it, only the files as they are now can be looked at".to_owned()]
            }
            Self::Repo(RepoError::NoGit(_)) => vec!["install git, or put it on your PATH".to_owned()],
            Self::Repo(RepoError::Untrusted(repository)) => {
                vec![format!("if you trust it: `git config --global --add safe.directory {}`", repository.display())]
            }
            Self::Repo(RepoError::Reftable(_)) => {
                vec![
                    "`git refs migrate --ref-format=files` converts them; where it says that it cannot, `git clone \
                     --ref-format=files` makes a copy that has files"
                        .to_owned(),
                ]
            }
            Self::Repo(RepoError::Broken { .. }) => {
                vec!["`git fsck` lists what is broken, and a fresh clone has it whole".to_owned()]
            }
            Self::Repo(RepoError::OtherRepository { .. }) => {
                vec!["unset these variables, or name a store in that worktree".to_owned()]
            }
            Self::Repo(RepoError::Bare(_)) => vec!["name a revision: `promptyard lint --rev HEAD`".to_owned()],
            Self::FixesElsewhere => {
                vec!["fix the worktree with `promptyard lint --fix`, then `git add` what changed".to_owned()]
            }
            Self::EndlessFixes => {
                vec!["this is a mistake in a rule: please report it with the file that shows it".to_owned()]
            }
            Self::NotInStore { absence, .. } => vec![
                match absence {
                    Absence::Ignored => "take it out of `.gitignore` to have it checked",
                    Absence::NoSource => "add an entry for it to `sources` in `promptyard.yaml`",
                    Absence::NoKind => "name it in `sources` in `promptyard.yaml`",
                    Absence::NoName => {
                        "`promptyard init` writes a `promptyard.yaml`, whose `sources` say which files are prompts"
                    }
                }
                .to_owned(),
            ],
            Self::Baseline { .. } => {
                vec![
                    "mend it, write it anew with --write-baseline --no-baseline, or ignore it with --no-baseline"
                        .to_owned(),
                ]
            }
            Self::UnnamedInput => vec!["say which file of the store it stands for: --stdin-filename FILE".to_owned()],
            Self::InputWithPaths => vec!["leave out `-`, or the paths".to_owned()],
            Self::UnknownCommand(_) => vec!["`promptyard --help` lists them".to_owned()],
            Self::Past(error) => error.hints(),
            Self::Refusal(refusal) => refusal_hints(refusal),
            Self::Commit(error) => commit_hints(error),
            Self::NotYetApplied => vec!["look at this machine's clock, and at --applied-at".to_owned()],
            Self::ReceiptsNotPushed { remote, .. } => vec![format!(
                "if somebody else was first, `promptyard receipt fetch {remote}` puts yours after theirs; then push again"
            )],
            Self::NoAuthor => vec!["`git config user.name` and `git config user.email` tell it".to_owned()],
            Self::NotThen { .. } => vec!["`promptyard history` shows when it was there".to_owned()],
            Self::NotOneState { .. } => vec!["name an instant; `promptyard history` shows what was when".to_owned()],
            Self::Reviews { .. } => {
                vec!["write it with the forge's API: `gh api repos/OWNER/NAME/pulls/NUMBER/reviews > FILE`".to_owned()]
            }
            Self::Revision(error) | Self::Bundle(BundleError::Revision(error)) => hint_of(error).into_iter().collect(),
            Self::UnknownArtifact(UnknownArtifact { nearest: Some(id), .. }) => vec![format!("did you mean `{id}`?")],
            Self::UnknownArtifact(_) => vec!["`promptyard digest` lists them".to_owned()],
            Self::Bundle(error) => hint_of_bundle(error).into_iter().collect(),
            Self::BundleFile { .. } => vec!["make it again with `promptyard bundle`".to_owned()],
            Self::Plan(error) => plan_hints(error),
            Self::Tags(error) => tag_hints(error),
            Self::Push(error) => push_hints(error),
            Self::Metrics { .. } => {
                vec!["write it as [{\"name\": \"accuracy\", \"value\": 0.93, \"n\": 400}]".to_owned()]
            }
            Self::UnknownEnvironment { known, .. } => vec![match known.as_slice() {
                [] => "this store has none: each is a folder in `environments/`".to_owned(),
                known => format!("known here: {}", known.join(", ")),
            }],
            Self::UnknownRoute { known, .. } => vec![match known.as_slice() {
                [] => "there are none: each is a file `environments/ENVIRONMENT/ROUTE.yaml`".to_owned(),
                known => format!("known here: {}", known.join(", ")),
            }],
            Self::RecordFile { .. } => vec!["`promptyard verify --record FILE` writes one".to_owned()],
            Self::UnknownRelease(_) => {
                vec!["`git fetch --tags` brings those of the remote; `git tag` lists what is here".to_owned()]
            }
            Self::NoTags => vec!["`git fetch --tags --unshallow`, or `git fetch --tags`, brings them".to_owned()],
            Self::Unverified(_) => vec!["the report says why, and which command completes this clone".to_owned()],
            Self::NotRecorded(_) => vec!["mend what the report says, or leave --record out".to_owned()],
            Self::NoPrompt { nearest: Some(id), .. } => vec![format!("did you mean `{id}`?")],
            Self::NoPrompt { .. } => vec!["`promptyard tokens` lists the prompts".to_owned()],
            Self::Illegible { path } => vec![format!("`promptyard lint {path}` says why")],
            Self::NoRelease { versions, .. } if versions.is_empty() => {
                vec!["it has none in this clone; `git fetch --tags` brings those of the origin".to_owned()]
            }
            Self::NoRelease { versions, .. } => vec![format!("it was released at {}", versions.join(", "))],
            Self::ReleaseWithRevision => vec!["leave out `@VERSION`, or --rev".to_owned()],
            Self::VarsContent { .. } => vec!["write `name: value` lines, or a JSON object".to_owned()],
            Self::Render { help, .. } => help.iter().map(|help| (*help).to_owned()).collect(),
            Self::Content(_) => vec!["`promptyard lint` shows the place".to_owned()],
            Self::Git(GitFailure::NotStarted(_)) | Self::Hooks(HookError::Git(GitFailure::NotStarted(_))) => {
                vec!["install git, or put it on your PATH".to_owned()]
            }
            Self::Hook(HookRefusal::Altered(path)) => {
                vec![format!(
                    "nothing was changed; look at what it does, and remove `{}` if nobody needs it",
                    path.display()
                )]
            }
            Self::Hook(HookRefusal::InTheWay(_)) => vec!["nothing was changed; move it away, or remove it".to_owned()],
            Self::PushLine(_) => vec!["git calls this itself: `promptyard hooks install --pre-push`".to_owned()],
            Self::NoAcceptedRules { .. } => {
                vec!["name the branch that has them, on the server: `git symbolic-ref HEAD refs/heads/main`".to_owned()]
            }
            Self::Hooks(_) => vec!["it can be run again: what is done already is passed over".to_owned()],
            // The message says all that there is to do.
            _ => Vec::new(),
        }
    }
}

fn hint_of(error: &RevisionError) -> Option<String> {
    match error {
        RevisionError::Unknown(_) => {
            Some("fetch it with `git fetch`, or name a branch, a tag or a commit that is here".to_owned())
        }
        RevisionError::Unrelated(_) => Some("name a revision of the same history".to_owned()),
        // The message names the command that completes the clone.
        RevisionError::Incomplete(_) | RevisionError::Unreadable(_) => None,
    }
}

fn hint_of_bundle(error: &BundleError) -> Option<String> {
    let hint = match error {
        BundleError::NotReleased(..) => "`git fetch --tags` fetches the releases that this clone lacks",
        BundleError::WrongDigest { .. } | BundleError::WrongRecord { .. } => {
            "a tag never moves: find out which of the two was changed before anything is served"
        }
        BundleError::Broken(_) => "nothing was written; `promptyard lint` says more",
        BundleError::NoEnvironment(..) | BundleError::NoRoute(..) => {
            "an environment is a folder `environments/NAME`, and a route a file in it; --rev names another commit"
        }
        BundleError::BadRoute { .. } => "`promptyard lint` says more",
        BundleError::WrongKind { .. } | BundleError::OddTag(..) | BundleError::Revision(_) | BundleError::Name(_) => {
            return None;
        }
    };
    Some(hint.to_owned())
}

fn plan_hints(error: &PlanError) -> Vec<String> {
    match error {
        PlanError::Incomplete { fetch, .. } => vec![format!("`{fetch}` brings what is missing")],
        PlanError::NoneHere(remote) => vec![
            format!("`git fetch {remote} --tags` brings them"),
            "if there are none yet, say so: --initial 1.0.0".to_owned(),
        ],
        PlanError::Unknown { nearest: Some(nearest), .. } => vec![format!("did you mean `{nearest}`?")],
        PlanError::Unknown { .. } => vec![
            "an id is the file's path from the store's root without its extension; what is not committed is not there"
                .to_owned(),
        ],
        PlanError::UnknownMeasured(_) | PlanError::AmbiguousReport(_) => {
            vec!["name an artifact in each measurement: \"artifact\": \"prompts/support/answer\"".to_owned()]
        }
        PlanError::Gone { .. } => vec!["its releases stay as they are; there is nothing to release".to_owned()],
        PlanError::Past(_) => Vec::new(),
    }
}

fn tag_hints(error: &TagError) -> Vec<String> {
    match error {
        TagError::Repo(_) => Vec::new(),
        TagError::Locked(path) => vec![
            "no tag was made; run it again when git has finished".to_owned(),
            format!("if no git is running, one was killed: remove `{}`", path.display()),
        ],
        TagError::Raced(tag) => vec![format!("`git tag --delete {tag}` removes both; then run it again")],
        TagError::InTheWay { other, .. } => {
            vec![format!("no tag was made; rename or delete the tag `{other}`, or give the artifact another id")]
        }
        TagError::Exists(_) | TagError::Write(_) => {
            vec!["no tag was made; it can be run again".to_owned()]
        }
    }
}

fn refusal_hints(refusal: &Refusal) -> Vec<String> {
    let hint = match refusal {
        Refusal::WhichVariant(_) => "say which one is meant: --variant NAME",
        Refusal::NoVariant { known, .. } => return vec![format!("it has {}", known.join(", "))],
        Refusal::TrafficSum(_) => "name shares that leave something for the variant that you do not name",
        Refusal::WhoServes => "say who is to be served: --traffic stable=100",
        Refusal::NothingThere { .. } => "`promptyard status` shows what it has",
        Refusal::NothingBefore(_) => {
            "name a release with --to, take its traffic away with `promptyard traffic`, or switch the route off with \
             `promptyard disable`"
        }
        Refusal::NoHold(_) => "`promptyard status` lists what is held back",
        Refusal::Draft(_) => "nothing was written; edit the file by hand, and `promptyard lint` checks it",
        Refusal::NoRoute { .. } | Refusal::NoDimension(_) | Refusal::Past(_) => return Vec::new(),
    };
    vec![hint.to_owned()]
}

fn commit_hints(error: &CommitError) -> Vec<String> {
    match error {
        CommitError::Repo(_) | CommitError::Revision(_) => Vec::new(),
        CommitError::Detached => {
            vec!["`git switch BRANCH` checks one out; --branch NAME commits on a new one".to_owned()]
        }
        CommitError::Exists(_) => vec!["choose another name; nothing was written".to_owned()],
        CommitError::Dirty { path, .. } => vec![
            format!("`git restore --staged --worktree -- {path}` throws your changes away, `git stash` keeps them"),
            "or leave the worktree alone: --branch NAME commits on a new branch".to_owned(),
        ],
        CommitError::Contended(_) => vec!["nothing was written; run it again".to_owned()],
        CommitError::Write(WriteError::Io { path, .. })
            if path.extension().is_some_and(|extension| extension == "lock") =>
        {
            vec![
                "nothing was committed; run it again when git has finished".to_owned(),
                format!("if no git is running, one was killed: remove `{}`", path.display()),
            ]
        }
        CommitError::Write(_) => vec!["nothing was committed; it can be run again".to_owned()],
    }
}

fn push_hints(error: &PushError) -> Vec<String> {
    match error {
        PushError::Taken { remote, tags } => {
            let refs: Vec<String> = tags.iter().map(|tag| format!("tag {tag}")).collect();
            vec![
                "somebody else released first; nothing was pushed, and your own tags are still here".to_owned(),
                format!(
                    "`git fetch --force {remote} {}` takes theirs instead of yours, which nobody has seen; then run this again",
                    refs.join(" ")
                ),
            ]
        }
        PushError::Refused { remote, .. } => vec![
            "the tags are in this clone, and nothing is lost".to_owned(),
            format!("the same command with --push {remote} pushes them when the cause is mended"),
        ],
    }
}
