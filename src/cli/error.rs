//! The one table of what can go wrong in a command: its message, what to do about it, and the exit code.

mod hints;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::past::PastError;
use crate::bundle::format::ReadError;
use crate::bundle::{BundleError, UnknownArtifact};
use crate::hooks::hook::Refusal as HookRefusal;
use crate::hooks::push::BadLine;
use crate::lint::baseline::BaselineError;
use crate::lint::select::UnknownRule;
use crate::metrics::RangeError;
use crate::name::ReleaseRef;
use crate::name::{EnvName, RouteName};
use crate::output::summary::plural;
use crate::path::{PathError, StorePath};
use crate::promote::Refusal;
use crate::promote::approval::ReviewsError;
use crate::release::plan::PlanError;
use crate::release::report::ReportError;
use crate::render::RenderErrorKind;
use crate::render::messages::Failure;
use crate::render::request::Problem;
use crate::repo::{ApplyError, CommitError, GitFailure, HookError, PushError, RepoError, TagError};
use crate::revision::RevisionError;
use crate::scaffold::NameError;
use crate::store::Store;
use crate::store::content::Unresolved;
use crate::text::LineIndex;
use crate::tokens::traffic::TrafficError;
use crate::verify::known::KnownError;

/// How a command ended that could do what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is done, or nothing was found.
    Done,
    /// Something was found that fails the run.
    Findings,
}

/// Why a command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// No rule has this code or name.
    #[error("`{}` is not a rule", .0.name)]
    UnknownRule(UnknownRule),
    /// No schema has this name.
    #[error("`{name}` is not a kind of file with a schema")]
    UnknownSchema {
        /// As it was written.
        name: String,
        /// The kind that comes nearest.
        nearest: Option<&'static str>,
    },
    /// The folder is a store already.
    #[error("this folder is a store already: it has `{0}`")]
    AlreadyAStore(StorePath),
    /// The name of a new artifact is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The store could not be found or listed.
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// Git gave no answer.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// Files that were named are not in what is checked; the first of them.
    #[error("`{path}` is not in {what}")]
    NotInMoment {
        /// As the store names it.
        path: String,
        /// What is checked.
        what: String,
    },
    /// A format that cannot say which commit brought something in.
    #[error("a history is written as human, concise, json or sarif")]
    NoHistoryFormat,
    /// Something is to be written that is not about the worktree.
    #[error("fixes and baselines are written into the worktree, and this check is not of the worktree")]
    FixesElsewhere,
    /// Files that were named are none of the store's; the first of them.
    #[error("`{path}` {absence}")]
    NotInStore {
        /// As the store names it.
        path: String,
        /// Why it is none.
        absence: Absence,
    },
    /// A change could not be written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Fixes kept changing the files.
    #[error("the fixes keep changing each other's work")]
    EndlessFixes,
    /// The baseline could not be read.
    #[error("the baseline `{path}` cannot be read")]
    Baseline {
        /// The file.
        path: String,
        /// Why.
        source: BaselineProblem,
    },
    /// A tag and a branch have the name of the base.
    #[error("`{revision}` names two commits: git takes one, and `{other}` is another")]
    AmbiguousBase {
        /// As it was written.
        revision: String,
        /// A reference of the same name.
        other: String,
    },
    /// A file of output could not be written.
    #[error("cannot write `{}`", path.display())]
    OutputFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of input could not be read.
    #[error("cannot read `{}`", path.display())]
    InputFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No artifact has this id.
    #[error(transparent)]
    UnknownArtifact(#[from] UnknownArtifact),
    /// There is no bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A file is no bundle.
    #[error("`{}` is no bundle to rely on", path.display())]
    BundleFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ReadError,
    },
    /// A file is no record of releases.
    #[error("`{}` is no record of releases", path.display())]
    RecordFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: KnownError,
    },
    /// No tag has this release's name.
    #[error("`{0}` is no release that this clone knows")]
    UnknownRelease(ReleaseRef),
    /// The clone has no tags, and was made so that it has none.
    #[error("this clone was made without the tags of releases")]
    NoTags,
    /// This many releases could not be verified.
    #[error("{} could not be verified", plural(*.0, "release"))]
    Unverified(usize),
    /// What is wrong is not recorded.
    #[error("`{}` was not written, because something is wrong with the releases", .0.display())]
    NotRecorded(PathBuf),
    /// A range of versions is none.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The name of a release is none.
    #[error(transparent)]
    ReleaseName(#[from] crate::name::NameError),
    /// Standard input is to be checked, and nothing says as which file.
    #[error("standard input has no name")]
    UnnamedInput,
    /// Standard input and files are to be checked at once.
    #[error("standard input is checked alone, without other paths")]
    InputWithPaths,
    /// Standard input could not be read.
    #[error("standard input could not be read")]
    Input(#[source] io::Error),
    /// No command has this name.
    #[error("`{0}` is not a command")]
    UnknownCommand(String),
    /// The table of traffic could not be read.
    #[error("{} could not be read", path.display())]
    Traffic {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The table of traffic can't be used.
    #[error(transparent)]
    TrafficTable(#[from] TrafficError),
    /// There is no plan of releases.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The report of metrics could not be read.
    #[error("the report `{}` could not be read", path.display())]
    MetricsFile {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No prompt has this id or path.
    #[error("`{named}` is not a prompt of this store")]
    NoPrompt {
        /// As it was written.
        named: String,
        /// The id that comes nearest.
        nearest: Option<String>,
    },
    /// The prompt's file could not be read as one.
    #[error("`{path}` could not be read as a prompt")]
    Illegible {
        /// The file.
        path: String,
    },
    /// A release is asked for that has no tag.
    #[error("`{release}` is not a release")]
    NoRelease {
        /// As it was written.
        release: String,
        /// The versions that the prompt was released at.
        versions: Vec<String>,
    },
    /// A release names its commit already.
    #[error("a release is rendered from its own commit, not from --rev")]
    ReleaseWithRevision,
    /// A file of values could not be read.
    #[error("{} could not be read", path.display())]
    VarsFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The report of metrics can't be used.
    #[error("the report `{}` cannot be used", path.display())]
    Metrics {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ReportError,
    },
    /// Tags could not be made.
    #[error(transparent)]
    Tags(TagError),
    /// Tags could not be pushed.
    #[error(transparent)]
    Push(#[from] PushError),
    /// No environment has this name.
    #[error("there is no environment `{name}`")]
    UnknownEnvironment {
        /// As it was written.
        name: EnvName,
        /// The names that there are.
        known: Vec<String>,
    },
    /// No route has this name.
    #[error("there is no route `{name}`{}", environment.as_ref().map_or_else(String::new, |name| format!(" in `{name}`")))]
    UnknownRoute {
        /// As it was written.
        name: RouteName,
        /// Where it was looked for; everywhere where `None`.
        environment: Option<EnvName>,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A file of values has something else.
    #[error("{} has no mapping from inputs to values", path.display())]
    VarsContent {
        /// The file.
        path: PathBuf,
    },
    /// The values do not fit the prompt; every problem.
    #[error("{}", problems_of(id, problems))]
    Values {
        /// The prompt.
        id: String,
        /// What is wrong.
        problems: Vec<Problem>,
    },
    /// The prompt cannot be rendered with these values.
    #[error("{message}{}", at(place.as_deref()))]
    Render {
        /// What is wrong.
        message: String,
        /// Where: `prompts/a.prompt.yaml:7`.
        place: Option<String>,
        /// What to do.
        help: Option<&'static str>,
    },
    /// A file that the prompt names is missing or broken.
    #[error(transparent)]
    Content(#[from] Unresolved),
    /// A question about the past can't be answered.
    #[error(transparent)]
    Past(#[from] PastError),
    /// Git did not do what it was asked to.
    #[error(transparent)]
    Git(GitFailure),
    /// Hooks or drivers could not be set up.
    #[error(transparent)]
    Hooks(#[from] HookError),
    /// A hook is left as it is.
    #[error(transparent)]
    Hook(#[from] HookRefusal),
    /// What came on standard input is not what git says to the hook of a push.
    #[error(transparent)]
    PushLine(#[from] BadLine),
    /// A server has branches, and none of them is the one whose rules it has accepted.
    #[error(
        "`HEAD` of this repository names the branch `{head}`, which is not there, so nothing says which rules count"
    )]
    NoAcceptedRules {
        /// The branch.
        head: String,
    },
    /// There is no plan for the change of a route.
    #[error(transparent)]
    Refusal(Refusal),
    /// No commit was made.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A receipt is of the future.
    #[error("what is recorded must have been applied already")]
    NotYetApplied,
    /// Receipts were not pushed.
    #[error("the receipts were not pushed to `{remote}`")]
    ReceiptsNotPushed {
        /// The remote.
        remote: String,
        /// What git said.
        source: GitFailure,
    },
    /// Git does not know who makes the change.
    #[error("git does not know who you are")]
    NoAuthor,
    /// The route was not there at a time.
    #[error("the route was not there at `{when}`, or its file could not be read then")]
    NotThen {
        /// As it was written.
        when: String,
    },
    /// The route changed in the time that was named.
    #[error("the route changed within `{when}`")]
    NotOneState {
        /// As it was written.
        when: String,
    },
    /// A file of reviews is none.
    #[error("`{}` cannot be used", path.display())]
    Reviews {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ReviewsError,
    },
    /// Stdout could not be written to.
    #[error("the output could not be written")]
    Output(#[source] io::Error),
}

/// Why a file on the disk is no file of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Absence {
    /// The listing leaves it out.
    #[error("is left out: git ignores it, or it lies in a folder that no store looks into, like `node_modules`")]
    Ignored,
    /// `sources` does not match it.
    #[error("is not part of the store: no entry of `sources` matches it")]
    NoSource,
    /// A configured store without `sources`: neither its name nor its folder says what it is.
    #[error("is not part of the store by its name and folder, and there are no `sources` that name it")]
    NoKind,
    /// A folder without configuration.
    #[error("is not a prompt by its name")]
    NoName,
}

impl CliError {
    /// Whether the reader of stdout went away, which is its right.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl CliError {
    /// The error of a prompt that did not render.
    pub(super) fn render(failure: Failure, store: &Store) -> Self {
        let (message, file, place, kind) = match failure {
            Failure::Refused(refusal) => (refusal.message, refusal.file, refusal.place, None),
            Failure::Failed(error) => (error.message, error.file, error.place, Some(error.kind)),
        };
        let text = store.file(&file).map_or("", |file| file.text.as_str());
        let line = place.map(|place| LineIndex::new(text).line_of(place.start) + 1);
        let place = Some(line.map_or_else(|| file.to_string(), |line| format!("{file}:{line}")));
        let help = match kind {
            Some(RenderErrorKind::Undefined) => Some("give the value that is read there, or provide for its absence"),
            Some(RenderErrorKind::Limit) => Some("make the template do less there, or give smaller values"),
            Some(RenderErrorKind::Unknown) => Some("what only the application provides is not known here"),
            Some(RenderErrorKind::Invalid) | None => None,
        };
        Self::Render { message, place, help }
    }
}

fn at(place: Option<&str>) -> String {
    place.map_or_else(String::new, |place| format!(" ({place})"))
}

fn problems_of(id: &str, problems: &[Problem]) -> String {
    let mut told = format!("`{id}` cannot be rendered with these values");
    for problem in problems {
        told.push_str(&format!("\n  {}\n    {}", problem.message, problem.help));
    }
    told
}

/// Why a baseline could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum BaselineProblem {
    /// Its path is none of the store.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The file could not be read.
    #[error("{0}")]
    Unreadable(String),
    /// It says something else.
    #[error(transparent)]
    Content(#[from] BaselineError),
}

/// The exit code of a command: 0 clean or done, 1 findings, 2 a mistake in usage or configuration, or a failure to read or write.
pub(super) fn exit_code(result: &Result<Outcome, CliError>) -> ExitCode {
    ExitCode::from(match result {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Findings) => 1,
        Err(error) if error.is_closed_pipe() => 0,
        Err(_) => 2,
    })
}

/// Prints what the argument parser has to say: help and version, or a mistake in the command line.
pub(super) fn exit_after_clap(message: &clap::Error) -> ExitCode {
    // A closed pipe is the reader's right here too.
    let _ = message.print();
    ExitCode::from(if message.use_stderr() { 2 } else { 0 })
}

impl From<TagError> for CliError {
    fn from(error: TagError) -> Self {
        match error {
            // What is wrong with a repository is the same whoever asks.
            TagError::Repo(error) => Self::Repo(error),
            error => Self::Tags(error),
        }
    }
}

impl From<UnknownRule> for CliError {
    fn from(unknown: UnknownRule) -> Self {
        Self::UnknownRule(unknown)
    }
}
