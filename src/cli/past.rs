//! What the commands about the past share: their arguments, the clock, and what a name means.

use std::collections::BTreeSet;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Global;
use super::error::CliError;
use crate::history::answer::Answer;
use crate::history::{self, Past, Question, content};
use crate::name::{EnvName, RouteName};
use crate::output::past::Times;
use crate::path::StorePath;
use crate::repo::{self, Git, GitPast, Location};
use crate::revision::{RevisionError, Revisions as _};
use crate::store::artifact;
use crate::store::config::Config;
use crate::store::environment::Environment;
use crate::store::route::Dimension;
use crate::store::snapshot::Snapshot;
use crate::when::{self, Clock, Reading, When, WhenError, ZoneSource};

/// Why a question about the past can't be answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum PastError {
    /// A time that was asked about is none.
    #[error(transparent)]
    When(WhenError),
    /// A time that was asked about is neither a time nor a commit or a tag.
    #[error("`{0}` is no time, and no commit, branch or tag is called so")]
    NoTime(String),
    /// A commit that was asked about never was part of the branch.
    #[error("`{commit}` is no part of the history of `{branch}`")]
    NotOnBranch {
        /// As it was written.
        commit: String,
        /// The branch.
        branch: String,
    },
    /// A part of a command line needs another part, or does not go with it.
    #[error("{0}")]
    Combination(&'static str),
    /// There is no such route, environment or prompt, and there never was.
    #[error("`{name}` is no route, environment or prompt of this store, and was none on `{branch}`")]
    UnknownSubject {
        /// As it was written.
        name: String,
        /// The branch that was looked at.
        branch: String,
        /// The name that comes nearest.
        nearest: Option<String>,
    },
    /// A release's text is asked for, and its tag is not here.
    #[error("`{0}` has no tag here, so that its text is not known")]
    NoText(String),
}

impl PastError {
    /// What to do, one sentence each.
    pub(super) fn hints(&self) -> Vec<String> {
        match self {
            Self::When(WhenError::NoZone { readings, .. }) => {
                let settle = "`timezone` in `promptyard.yaml` settles it for everyone".to_owned();
                readings.iter().map(offer).chain([settle]).collect()
            }
            Self::When(WhenError::Twice { .. }) => vec!["write the one that you mean, with its offset".to_owned()],
            Self::When(WhenError::UnknownZone(_)) => {
                vec!["write it as Europe/Berlin, America/New_York or UTC".to_owned()]
            }
            Self::NoTime(_) => vec![
                "times are written as 2026-07-20, 2026-07, 2026-07-20T11:02:00+02:00, yesterday or `2 days ago`"
                    .to_owned(),
            ],
            Self::UnknownSubject { nearest: Some(name), .. } => vec![format!("did you mean `{name}`?")],
            Self::NoText(_) => vec!["`git fetch --tags` brings it, if there is one".to_owned()],
            Self::When(_) | Self::NotOnBranch { .. } | Self::Combination(_) | Self::UnknownSubject { .. } => Vec::new(),
        }
    }
}

/// What a time without a zone means in one.
fn offer(reading: &Reading) -> String {
    let source = match reading.source {
        ZoneSource::Universal => "",
        ZoneSource::Machine => ", this machine's zone,",
    };
    format!("`--tz {}`{source} means {reading}", reading.zone)
}

#[derive(Debug, Args)]
pub(super) struct PastArgs {
    /// The environment; every one that has the route where none is named
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(super) env: Option<EnvName>,
    /// The time zone of dates and of the output: a name like Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    pub(super) tz: Option<String>,
    /// Only this dimension: prompt, model, retrieval, policy or traffic
    #[arg(long, value_name = "DIMENSION")]
    pub(super) dimension: Option<Dimension>,
    /// The branch to answer from, or any revision; the environment's, where the configuration names one
    #[arg(long, value_name = "BRANCH")]
    pub(super) branch: Option<String>,
    /// The instant to take for the present, so that a report can be made again byte for byte
    #[arg(long, value_name = "INSTANT", hide_short_help = true)]
    pub(super) now: Option<Timestamp>,
}

/// A store's repository, its configuration and the present.
pub(super) struct Opened {
    location: Location,
    git: Git,
    config: Config,
    clock: Clock,
    environment: Option<EnvName>,
    branch: Option<String>,
}

/// What a name means.
pub(super) enum Subject {
    /// Every route of an environment, or of all.
    Environment(Option<EnvName>),
    /// A route, in each of these environments.
    Route(Vec<EnvName>, RouteName),
    /// Every route of an environment, or of all, that serves an artifact.
    Artifact(Option<EnvName>, String),
    /// A file on the branch.
    File(StorePath),
}

impl Opened {
    pub(super) fn new(args: &PastArgs, global: &Global) -> Result<Self, CliError> {
        let location = repo::discover(&[], global.root.as_deref())?;
        let git = Git::open(&location)?;
        let config = repo::configuration(&location);
        let asked = args.tz.as_deref().map(when::zone).transpose().map_err(PastError::When)?;
        let zone = asked.or_else(|| config.timezone.as_ref().map(|zone| zone.value.clone()));
        let clock = Clock { now: args.now.unwrap_or_else(Timestamp::now), zone, machine: TimeZone::system };
        let environment = args.env.clone();
        let branch = args.branch.clone().or_else(|| configured_branch(&config, environment.as_ref()));
        Ok(Self { location, git, config, clock, environment, branch })
    }

    pub(super) fn past(&self) -> Result<GitPast<'_>, CliError> {
        Ok(self.git.past(self.branch.as_deref())?)
    }

    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    pub(super) fn git(&self) -> &Git {
        &self.git
    }

    pub(super) fn now(&self) -> i64 {
        self.clock.now.as_second()
    }

    /// How instants are shown: in the zone that was asked for, else the store's, else UTC.
    pub(super) fn times(&self) -> Times {
        Times { zone: self.clock.zone.clone().unwrap_or(TimeZone::UTC), now: self.now() }
    }

    pub(super) fn tag_prefix(&self) -> &str {
        self.config.tag_prefix()
    }

    /// A question without a time yet.
    pub(super) fn question(&self, args: &PastArgs) -> Question {
        let tag_prefix = self.tag_prefix().to_owned();
        Question { from: None, until: None, now: self.now(), dimension: args.dimension, tag_prefix }
    }

    /// What `text` means; a commit or a tag is the instant at which the branch took it in.
    pub(super) fn when(&self, past: &GitPast<'_>, text: &str) -> Result<(When, i64, i64), CliError> {
        let when = when::parse(text, &self.clock).map_err(PastError::When)?;
        let (from, until) = match &when {
            When::At(instant) => (second(*instant), second(*instant) + 1),
            When::During(window) => {
                let now = self.now();
                let (from, until) = (window.start.as_second(), window.end.as_second());
                // What has not been yet is not told of a day that has begun.
                (from, if from <= now { until.min(now + 1) } else { until })
            }
            When::Revision(name) => {
                let commit = self.git.resolve(name).map_err(|_| PastError::NoTime(name.clone()))?;
                let position = past
                    .taken_in(commit)?
                    .ok_or_else(|| PastError::NotOnBranch { commit: name.clone(), branch: past.branch().to_owned() })?;
                let start = past.chain().start(position);
                (start, start + 1)
            }
        };
        Ok((when, from, until))
    }

    /// What `name` means; `second` is a time at which to look for prompts that are not there any more.
    pub(super) fn subject(
        &self,
        past: &GitPast<'_>,
        name: Option<&str>,
        second: Option<i64>,
    ) -> Result<Subject, CliError> {
        if let (Some(environment), Some(Ok(route))) = (&self.environment, name.map(str::parse::<RouteName>))
            && history::has_route(past, environment, &route, second)?
        {
            return Ok(Subject::Route(vec![environment.clone()], route));
        }
        let all = history::routes(past, None)?;
        let environments: BTreeSet<&EnvName> = all.iter().map(|(environment, _)| environment).collect();
        if let Some(asked) = self.environment.as_ref().filter(|asked| !environments.contains(asked)) {
            let known = environments.iter().map(ToString::to_string).collect();
            return Err(CliError::UnknownEnvironment { name: asked.clone(), known });
        }
        let Some(name) = name else {
            return match all.is_empty() {
                true => {
                    Err(PastError::Combination("this store has no routes: name the prompt that you ask about").into())
                }
                false => Ok(Subject::Environment(self.environment.clone())),
            };
        };
        let is_asked = |environment: &EnvName| self.environment.as_ref().is_none_or(|asked| asked == environment);
        let of_name = all.iter().filter(|(environment, route)| route.as_str() == name && is_asked(environment));
        let having: Vec<EnvName> = of_name.clone().map(|(environment, _)| environment.clone()).collect();
        if let Some((_, route)) = of_name.clone().next() {
            return Ok(Subject::Route(having, route.clone()));
        }
        if self.environment.is_none()
            && let Some(environment) = environments.iter().find(|environment| environment.as_str() == name)
        {
            return Ok(Subject::Environment(Some((*environment).clone())));
        }
        let file = file_called(past, name, second)?;
        match file {
            Some(Found { id: Some(id), .. }) if !all.is_empty() => Ok(Subject::Artifact(self.environment.clone(), id)),
            Some(found) => Ok(Subject::File(found.path)),
            None if !all.is_empty() && name.contains('/') => {
                Ok(Subject::Artifact(self.environment.clone(), name.to_owned()))
            }
            None => Err(unknown(name, past, &all).into()),
        }
    }
}

impl Subject {
    pub(super) fn answers(&self, past: &GitPast<'_>, question: &Question) -> Result<Vec<Answer>, CliError> {
        let answers = match self {
            Self::Environment(environment) => history::of_environment(past, environment.as_ref(), question)?,
            Self::Route(environments, route) => {
                let mut answers = Vec::new();
                for environment in environments {
                    answers.extend(history::of_route(past, environment, route, question)?);
                }
                answers
            }
            Self::Artifact(environment, id) => history::of_artifact(past, environment.as_ref(), id, question)?,
            Self::File(path) => vec![history::of_file(past, path, question)?],
        };
        Ok(answers)
    }
}

/// The branch that the configuration names for `environment`; the one that it names for all, where none is asked about.
fn configured_branch(config: &Config, environment: Option<&EnvName>) -> Option<String> {
    let branch = |known: &Environment| Some(known.branch.as_ref()?.value.clone());
    if let Some(environment) = environment {
        return config.environment(environment).and_then(branch);
    }
    let branches: BTreeSet<Option<String>> = config.environments.iter().map(branch).collect();
    branches.first().filter(|_| branches.len() == 1).cloned().flatten()
}

fn second(instant: Timestamp) -> i64 {
    // A half-second after a commit's second belongs to that second, before 1970 too.
    instant.as_second() - i64::from(instant.subsec_nanosecond() < 0)
}

/// A file that a name means.
struct Found {
    path: StorePath,
    /// The artifact in it; `None` for any other file.
    id: Option<String>,
}

/// The file of the prompt called `name` on the branch today, or else at `second`.
fn file_called(past: &GitPast<'_>, name: &str, second: Option<i64>) -> Result<Option<Found>, RevisionError> {
    let Some(tip) = past.chain().tip() else { return Ok(None) };
    if let Some(found) = look_up(&past.snapshot(tip)?, name) {
        return Ok(Some(found));
    }
    let Some(position) = second.and_then(|second| past.chain().active(second)) else { return Ok(None) };
    let Some(found) = look_up(&past.snapshot(past.chain().commit(position))?, name) else { return Ok(None) };
    let present = content::present_name(past, &found.path, position)?;
    Ok(Some(Found { path: present.unwrap_or(found.path), id: found.id }))
}

/// The artifact called `name`, the file at that path, or the one artifact whose id ends so.
fn look_up(snapshot: &Snapshot, name: &str) -> Option<Found> {
    let path: Option<StorePath> = name.parse().ok().filter(|path| snapshot.entry(path).is_some());
    let artifacts = artifact::list(snapshot);
    let by_id = artifacts.iter().find(|artifact| artifact.id.as_str() == name || Some(&artifact.path) == path.as_ref());
    let by_end = || {
        let end = format!("/{name}");
        let mut ending = artifacts.iter().filter(|artifact| artifact.id.as_str().ends_with(&end));
        ending.next().filter(|_| ending.next().is_none())
    };
    let found =
        |artifact: &artifact::Artifact| Found { path: artifact.path.clone(), id: Some(artifact.id.to_string()) };
    by_id.map(found).or_else(|| path.map(|path| Found { path, id: None })).or_else(|| by_end().map(found))
}

fn unknown(name: &str, past: &GitPast<'_>, routes: &[(EnvName, RouteName)]) -> PastError {
    let scored = routes.iter().map(|(_, route)| (strsim::jaro_winkler(name, route.as_str()), route.to_string()));
    // Below this, a suggestion is a guess.
    let near = scored.filter(|(score, _)| *score > 0.8).max_by(|one, other| one.0.total_cmp(&other.0));
    let nearest = near.map(|(_, route)| route);
    PastError::UnknownSubject { name: name.to_owned(), branch: past.branch().to_owned(), nearest }
}
