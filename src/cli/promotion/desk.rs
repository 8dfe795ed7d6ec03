//! Everything that a plan is made from: the store at the branch's tip, releases, the past, approvals, the present.
#![expect(
    clippy::disallowed_methods,
    reason = "the reviews are a file of the user's, outside of the store; the clock is read here and passed down"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::{ChangeArgs, facts};
use crate::cli::error::CliError;
use crate::cli::past::{Opened, PastArgs};
use crate::cli::releases;
use crate::cli::ui::Ui;
use crate::history::standing::{Standing, standings};
use crate::history::state::RouteState;
use crate::history::{Past as _, chain::Position};
use crate::lint::sensitive::Redaction;
use crate::name::{CommitId, ReleaseRef};
use crate::promote::approval::{self, Approval, Source};
use crate::promote::{self, Facts, Plan, Refusal, ReleaseFacts, Reviews, Scene, Stay, Stood, approved};
use crate::release::known::Releases;
use crate::repo::{CommitError, Git, GitPast};
use crate::revision::{Person, RevisionError, Revisions as _};
use crate::store::Store;
use crate::store::catalogue::Catalogue;
use crate::store::policy::Policy;
use crate::store::route::draft::Target;
use crate::store::route::{Dimension, Route, Share};
use crate::store::snapshot::Snapshot;
use crate::when::When;

/// Shares of the traffic by variant.
type Shares = Vec<(String, Share)>;

/// How much is found out about a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Depth {
    /// Its record and its digest.
    Digest,
    /// Also whether it lints clean.
    Whole,
}

/// What a plan is made from.
pub(in crate::cli) struct Desk<'a> {
    args: &'a ChangeArgs,
    git: &'a Git,
    past: GitPast<'a>,
    branch: String,
    tip: CommitId,
    snapshot: Snapshot,
    store: Store,
    now: Timestamp,
    approvals: Vec<Approval>,
    author: Option<Person>,
    by: Option<String>,
}

impl<'a> Desk<'a> {
    /// `about` is the release that the change is about: it is loaded, so that policies know what it is.
    pub(super) fn open(git: &'a Git, args: &'a ChangeArgs, about: Option<&ReleaseRef>) -> Result<Self, CliError> {
        let current = git.branch();
        let branch = match &args.branch {
            None => current.ok_or(CommitError::Detached)?,
            Some(new) if git.target(&format!("refs/heads/{new}"))?.is_some() => {
                return Err(CommitError::Exists(new.clone()).into());
            }
            // A pull request is made to the branch that says what is live.
            Some(_) => {
                let head = git.head()?.map(|head| git.snapshot(head)).transpose()?;
                let config = head.as_ref().map(Store::config_of);
                let tracked = config.as_ref().and_then(|config| config.environment(&args.env)?.branch.as_ref());
                tracked.map(|branch| branch.value.clone()).or(current).ok_or(CommitError::Detached)?
            }
        };
        let past = git.past(Some(&branch))?;
        let none =
            || RevisionError::Unreadable(format!("`{branch}` has no commit yet: the first `git commit` makes one"));
        let tip = past.chain().tip().ok_or_else(none)?;
        let snapshot = git.snapshot(tip)?;
        let found = about.and_then(|release| Catalogue::new(&snapshot).artifact(&release.artifact));
        let paths = found.into_iter().map(|artifact| artifact.path).collect();
        let store = Store::load_only(snapshot.clone(), &paths);
        let author = git.author();
        let by = author.as_ref().map(|author| format!("{} <{}>", author.name, author.mail));
        let now = args.now.unwrap_or_else(Timestamp::now);
        let approvals = approvals(args)?;
        let mut desk = Self { args, git, past, branch, tip, snapshot, store, now, approvals, author, by };
        if let Some(release) = about {
            desk.approvals.extend(desk.approvals_of(release)?);
        }
        Ok(desk)
    }

    /// The approvals of what made `release`, where a policy asks for any. What this clone lacks approves nothing.
    fn approvals_of(&self, release: &ReleaseRef) -> Result<Vec<Approval>, CliError> {
        let asks = |policy: &Policy| policy.promotion.approvals.as_ref().is_some_and(|asked| asked.count > 0);
        // On a branch for a pull request, that one's check counts them.
        let is_counted = self.store.policies().iter().any(asks) && self.args.branch.is_none();
        if !is_counted {
            return Ok(Vec::new());
        }
        let Some(commit) = self.tagged(release)? else { return Ok(Vec::new()) };
        let snapshot = self.git.snapshot(commit)?;
        let catalogue = Catalogue::new(&snapshot);
        let Some(artifact) = catalogue.artifact(&release.artifact) else { return Ok(Vec::new()) };
        let closure = catalogue.load(&snapshot, [&artifact]).closure(&artifact);
        // Releases between the one that serves and this one may have been approved by nobody.
        let pins = self.route().into_iter().flat_map(Route::pins).map(|(_, pin)| &pin.release.value);
        let older = pins.filter(|pin| pin.artifact == release.artifact && pin.version < release.version);
        let previous = match older.min_by_key(|pin| &pin.version) {
            None => None,
            Some(serving) => match self.tagged(serving)? {
                None => return Ok(Vec::new()),
                commit => commit,
            },
        };
        let made = approved::Made { commit, previous, closure: &closure };
        match approved::of_release(&self.past, self.git, &made) {
            Err(RevisionError::Incomplete(_)) => Ok(Vec::new()),
            found => Ok(found?),
        }
    }

    /// The commit that the tag of `release` names.
    fn tagged(&self, release: &ReleaseRef) -> Result<Option<CommitId>, CliError> {
        Ok(self.past.tag(&format!("{}{release}", self.tag_prefix()))?.and_then(|tag| tag.commit))
    }

    pub(in crate::cli) fn scene(&self) -> Scene<'_> {
        Scene {
            store: &self.store,
            environment: &self.args.env,
            route: &self.args.route,
            now: self.now,
            reason: self.args.reason.as_deref(),
            by: self.by.as_deref(),
        }
    }

    pub(super) fn git(&self) -> &Git {
        self.git
    }

    pub(super) fn branch(&self) -> &str {
        &self.branch
    }

    pub(super) fn tip(&self) -> CommitId {
        self.tip
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn approvals(&self) -> &[Approval] {
        &self.approvals
    }

    pub(super) fn author(&self) -> Result<&Person, CliError> {
        self.author.as_ref().ok_or(CliError::NoAuthor)
    }

    /// The route as it is.
    pub(in crate::cli) fn route(&self) -> Option<&Route> {
        self.store.route(&self.args.env, &self.args.route)
    }

    /// The variant that is meant by `asked`.
    pub(in crate::cli) fn variant(&self, asked: Option<&str>) -> Result<String, CliError> {
        let missing = || Refusal::NoRoute { environment: self.args.env.clone(), route: self.args.route.clone() };
        let route = self.route().ok_or_else(missing).map_err(|refusal| self.refused(refusal))?;
        promote::variant_of(route, asked).map_err(|refusal| self.refused(refusal))
    }

    /// In which dimension `release` would serve.
    pub(in crate::cli) fn dimension_of(&self, release: &ReleaseRef) -> Option<Dimension> {
        promote::dimension_of(&release.artifact, &self.store, self.route()?)
    }

    /// A text of the route's as it may be shown.
    pub(super) fn said(&self, text: &str) -> String {
        match self.route() {
            Some(route) => Redaction::new(&self.store, [&route.path]).said(&route.path, text),
            None => text.to_owned(),
        }
    }

    /// The plan as it may be shown.
    pub(super) fn shown(&self, plan: &Plan) -> Plan {
        let Some(route) = self.route() else { return plan.clone() };
        let redaction = Redaction::new(&self.store, [&route.path]);
        let mut shown = plan.clone();
        let texts = shown.words.iter_mut().chain(shown.gates.iter_mut().map(|gate| &mut gate.why));
        texts.for_each(|text| *text = redaction.said(&route.path, text));
        shown.trailers.iter_mut().for_each(|trailer| trailer.value = redaction.said(&route.path, &trailer.value));
        shown
    }

    /// The remote that the branch is pushed to, where there is one.
    pub(super) fn remote(&self) -> Option<String> {
        let remotes = self.git.remotes();
        let origin = remotes.iter().find(|remote| remote.name == "origin").or(remotes.first());
        origin.map(|remote| remote.name.clone())
    }

    /// Says that another branch decides what is live.
    pub(super) fn warn_of_other_branch(&self, ui: &Ui) {
        let known = self.store.config().environment(&self.args.env);
        if let Some(tracked) = known.and_then(|known| known.branch.as_ref()).filter(|it| it.value != self.branch) {
            let (environment, tracked) = (&self.args.env, &tracked.value);
            ui.warning(format_args!(
                "`{tracked}` says what is live in `{environment}`, and this commit is on `{}`: it counts once `{tracked}` has it",
                self.branch
            ));
        }
    }

    /// The facts for a plan that `release` is to serve by.
    pub(in crate::cli) fn facts<'f>(
        &'f self,
        releases: &'f Releases,
        release: &'f ReleaseFacts,
        upstream: Stay,
    ) -> Facts<'f> {
        let reviews = match (self.approvals.is_empty(), &self.args.branch) {
            (true, Some(_)) => Reviews::Later,
            _ => Reviews::Known(&self.approvals),
        };
        Facts { releases, release, upstream, reviews }
    }

    /// The releases that there are, with the digests of those of `artifacts`' names.
    pub(in crate::cli) fn releases(&self, wanted: &[&ReleaseRef]) -> Result<Releases, CliError> {
        let pinned = self.route().into_iter().flat_map(Route::pins).map(|(_, pin)| &pin.release.value);
        let wanted: BTreeSet<&ReleaseRef> = wanted.iter().copied().chain(pinned).collect();
        Ok(releases::digests_of(self.git, self.tag_prefix(), &wanted)?)
    }

    fn tag_prefix(&self) -> &str {
        self.store.config().tag_prefix()
    }

    /// What is known of `release`.
    pub(in crate::cli) fn release(&self, release: &ReleaseRef, depth: Depth) -> Result<ReleaseFacts, CliError> {
        match depth {
            Depth::Digest => Ok(facts::record_and_digest(self.git, &self.past, &self.store, release)?.0),
            Depth::Whole => facts::release(self.git, &self.past, &self.store, &self.snapshot, release, self.now),
        }
    }

    /// How long the environment before has served `target`.
    pub(in crate::cli) fn upstream(&self, dimension: Dimension, target: &Target) -> Result<Stay, CliError> {
        facts::upstream(self.git, &self.past, &self.store, &self.scene(), dimension, target)
    }

    /// What `dimension` of `variant` was here while it was live, the newest first.
    pub(in crate::cli) fn past_of(
        &self,
        variant: String,
        dimension: Dimension,
    ) -> Result<impl Iterator<Item = Result<Stood<Target>, RevisionError>>, CliError> {
        let read = move |route: &RouteState| {
            let served = route.enabled.then(|| route.serving().find(|(name, _)| *name == variant))??;
            let pin = served.1.pins.get(&dimension)?;
            Some(Target { release: pin.release.clone(), digest: pin.digest })
        };
        Ok(standings(&self.past, &self.args.env, &self.args.route, read)?.map(|standing| standing.map(stood)))
    }

    /// How the traffic was shared out here, the newest first.
    pub(in crate::cli) fn past_shares(
        &self,
    ) -> Result<impl Iterator<Item = Result<Stood<Shares>, RevisionError>>, CliError> {
        let read = |route: &RouteState| {
            let shares = route.variants.iter().filter(|(_, variant)| variant.share > Share::NONE);
            route.enabled.then(|| shares.map(|(name, variant)| (name.clone(), variant.share)).collect::<Vec<_>>())
        };
        Ok(standings(&self.past, &self.args.env, &self.args.route, read)?.map(|standing| standing.map(stood)))
    }

    /// The route as it was at `when`.
    pub(in crate::cli) fn route_at(&self, when: &str, opened: &Opened) -> Result<Route, CliError> {
        let (meant, from, until) = opened.when(&self.past, when)?;
        let chain = self.past.chain();
        let at = |second: i64| chain.active(second).map(|position| self.route_of(position)).transpose();
        let missing = || CliError::NotThen { when: when.to_owned() };
        let (path, text) = at(from)?.flatten().ok_or_else(missing)?;
        if matches!(meant, When::During(_)) && at(until - 1)?.flatten().as_ref() != Some(&(path.clone(), text.clone()))
        {
            return Err(CliError::NotOneState { when: when.to_owned() });
        }
        Route::of_text(&path, &text).0.ok_or_else(missing)
    }

    fn route_of(&self, position: Position) -> Result<Option<(crate::path::StorePath, String)>, RevisionError> {
        let snapshot = self.past.snapshot(self.past.chain().commit(position))?;
        let store = Store::load_only(snapshot, &BTreeSet::new());
        let route = store.route(&self.args.env, &self.args.route);
        Ok(route.and_then(|route| Some((route.path.clone(), store.file(&route.path)?.text.as_str().to_owned()))))
    }

    /// The error of a plan that there is none.
    pub(in crate::cli) fn refused(&self, refusal: Refusal) -> CliError {
        match refusal {
            Refusal::NoRoute { environment, route } => {
                let routes = self.store.routes().iter().filter(|known| known.environment == environment);
                let known: Vec<String> = routes.map(|route| route.name.to_string()).collect();
                if known.is_empty() {
                    let known = crate::status::environments(&self.store).iter().map(ToString::to_string).collect();
                    return CliError::UnknownEnvironment { name: environment, known };
                }
                CliError::UnknownRoute { name: route, environment: Some(environment), known }
            }
            Refusal::Past(error) => error.into(),
            refusal => CliError::Refusal(refusal),
        }
    }
}

/// The clock, the zone and the configuration for `args`.
pub(in crate::cli) fn past_args(args: &ChangeArgs, tz: Option<&str>) -> PastArgs {
    PastArgs { env: Some(args.env.clone()), tz: tz.map(str::to_owned), dimension: None, branch: None, now: args.now }
}

fn moment(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}

fn stood<T>(standing: Standing<T>) -> Stood<T> {
    // What a shallow clone lacks is told as a stay that begins with what it has.
    let from = standing.since.and_then(moment).unwrap_or(Timestamp::UNIX_EPOCH);
    Stood { state: standing.state, from, until: standing.until.and_then(moment) }
}

fn approvals(args: &ChangeArgs) -> Result<Vec<Approval>, CliError> {
    let by_hand = args.approved_by.iter().map(|by| Approval { by: by.trim().to_owned(), source: Source::Trailer });
    let mut approvals: Vec<Approval> = by_hand.filter(|approval| !approval.by.is_empty()).collect();
    if let Some(path) = &args.reviews {
        approvals.extend(reviews(path)?);
    }
    Ok(approvals)
}

/// The approvals in the file at `path`: a list of reviews as the forge's API gives it.
pub(in crate::cli) fn reviews(path: &Path) -> Result<Vec<Approval>, CliError> {
    let text = fs::read_to_string(path).map_err(|source| CliError::InputFile { path: path.to_owned(), source })?;
    approval::of_reviews(&text).map_err(|source| CliError::Reviews { path: path.to_owned(), source })
}
