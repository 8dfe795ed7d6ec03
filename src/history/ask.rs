//! Questions about the past, and what each of them takes.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::answer::{Answer, Subject};
use super::asker::Asker;
use super::content;
use super::versions::{RouteFile, Versions};
use super::{Change, ENVIRONMENTS, Past};
use crate::name::{EnvName, RouteName};
use crate::path::StorePath;
use crate::revision::RevisionError;
use crate::store::route::Dimension;

/// What is asked about a route or a file.
#[derive(Clone, Debug)]
pub struct Question {
    /// The first second of the time that is asked about; `None`: from the beginning.
    pub from: Option<i64>,
    /// The first second after it: one more than `from` for an instant. `None`: to this day, without an end.
    pub until: Option<i64>,
    /// The present, in seconds since 1970.
    pub now: i64,
    /// The one dimension that is asked about.
    pub dimension: Option<Dimension>,
    /// What stands before the names of releases' tags.
    pub tag_prefix: String,
}

impl Question {
    /// What was live at one second?
    pub fn at(second: i64, now: i64) -> Self {
        let until = Some(second.saturating_add(1));
        Self { from: Some(second), until, now, dimension: None, tag_prefix: String::new() }
    }
}

/// Every route that ever was in `environment`, or in any, in order.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn routes(past: &dyn Past, environment: Option<&EnvName>) -> Result<Vec<(EnvName, RouteName)>, RevisionError> {
    Ok(routes_in(&changes_of(past, environment)?))
}

/// What was live in `environment`, each route for itself; in all environments for `None`.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_environment(
    past: &dyn Past,
    environment: Option<&EnvName>,
    question: &Question,
) -> Result<Vec<Answer>, RevisionError> {
    let routes = routes(past, environment)?;
    let answer = |(environment, route): &(EnvName, RouteName)| of_route(past, environment, route, question);
    let answers: Result<Vec<Option<Answer>>, RevisionError> = routes.par_iter().map(answer).collect();
    Ok(answers?.into_iter().flatten().collect())
}

/// What was live in the route `route` of `environment`; `None` where there never was such a route.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_route(
    past: &dyn Past,
    environment: &EnvName,
    route: &RouteName,
    question: &Question,
) -> Result<Option<Answer>, RevisionError> {
    let versions = Versions::new(past, environment, route);
    let mut asker = Asker::new(past, question);
    let mut segments = asker.before_history();
    let mut begun = false;
    if let Some((first, end)) = asker.commits() {
        begun = versions.at(first)?.is_some();
        for stretch in versions.stretches(first, end, question.dimension)? {
            segments.extend(asker.of_stretch(&versions, &stretch)?);
        }
    }
    // What had begun by then needs no looking for its beginning.
    if !begun {
        let Some(first) = versions.first()? else { return Ok(None) };
        asker.not_yet(&mut segments, Some(first.position));
    }
    if let Some((end, path, blob)) = versions.end()? {
        let made = asker.made(end.position)?;
        let renamed_to = content::renamed_to(past, end.position, &path, Some(blob))?;
        asker.gone(&segments, path, &made, renamed_to);
    }
    let subject = Subject::Route { environment: environment.clone(), route: route.clone() };
    Ok(Some(asker.finish(subject, segments)?))
}

/// Whether `environment` has the route `route` today or had it at `second`. That there was another time at which it had it
/// takes [`routes`] to tell, which looks at the whole history.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn has_route(
    past: &dyn Past,
    environment: &EnvName,
    route: &RouteName,
    second: Option<i64>,
) -> Result<bool, RevisionError> {
    let chain = past.chain();
    let file = RouteFile::new(environment, route);
    for position in [chain.len().checked_sub(1), second.and_then(|second| chain.active(second))].into_iter().flatten() {
        if past.route_file(&file, position)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The routes in which the artifact called `id` was live at some time that `question` is about.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_artifact(
    past: &dyn Past,
    environment: Option<&EnvName>,
    id: &str,
    question: &Question,
) -> Result<Vec<Answer>, RevisionError> {
    let mut answers = of_environment(past, environment, question)?;
    answers.retain(|answer| answer.segments.iter().any(|segment| segment.serves(id)));
    Ok(answers)
}

/// What the file at `path` said on the branch, followed through its renames.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_file(past: &dyn Past, path: &StorePath, question: &Question) -> Result<Answer, RevisionError> {
    let lineage = content::lineage(past, path)?;
    let mut asker = Asker::new(past, question);
    let mut segments = asker.before_history();
    if let Some((first, end)) = asker.commits() {
        for (at, version) in lineage.versions.iter().enumerate() {
            let until = lineage.versions.get(at + 1).map(|next| next.position);
            if version.position < end && until.is_none_or(|until| until > first) {
                segments.extend(asker.of_version(&lineage, at, until)?);
            }
        }
    }
    asker.not_yet(&mut segments, lineage.versions.first().map(|version| version.position));
    if let Some(last) = lineage.versions.last().filter(|last| last.blob.is_none()) {
        let made = asker.made(last.position)?;
        let renamed_to = content::renamed_to(past, last.position, &last.path, lineage.last_blob())?;
        asker.gone(&segments, last.path.clone(), &made, renamed_to);
    }
    asker.finish(Subject::File(path.clone()), segments)
}

fn changes_of(past: &dyn Past, environment: Option<&EnvName>) -> Result<Vec<Change>, RevisionError> {
    let scope: StorePath = ENVIRONMENTS.parse().expect("because it is a path of the store");
    let mut changes = past.changes(&scope)?;
    if let Some(environment) = environment {
        let folder = format!("{ENVIRONMENTS}/{environment}/");
        changes.retain(|change| change.path.as_str().starts_with(&folder));
    }
    Ok(changes)
}

/// The routes whose files are among `changes`: `environments/<env>/<route>.yaml`.
fn routes_in(changes: &[Change]) -> Vec<(EnvName, RouteName)> {
    let route = |path: &StorePath| {
        let (environment, file) = path.as_str().strip_prefix(ENVIRONMENTS)?.strip_prefix('/')?.split_once('/')?;
        let name = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml"))?;
        Some((environment.parse().ok()?, name.parse().ok()?))
    };
    let paths: BTreeSet<&StorePath> = changes.iter().map(|change| &change.path).collect();
    let routes: BTreeSet<(EnvName, RouteName)> = paths.into_iter().filter_map(route).collect();
    routes.into_iter().collect()
}
