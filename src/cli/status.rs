//! `status`: what is meant to be live, and what differs.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::Global;
use super::error::{CliError, Outcome};
use super::releases;
use super::ui::Ui;
use crate::history::standing;
use crate::name::{EnvName, RouteName};
use crate::output::status::{human, json, markdown};
use crate::repo::{self, Git};
use crate::status::{self, Age, Request};
use crate::store::Store;

/// Show what is meant to be live in each environment, and what differs between them
#[derive(Debug, Args)]
#[command(
    long_about = "Show what is meant to be live in each environment, and what differs between them.\n\nFor each route: its \
                  variants with their traffic and releases, what the environment before does not have, what is held back, \
                  and newer releases that are out. Then the artifacts whose content no release has. `promptyard lint` says \
                  what is wrong with a route.",
    after_long_help = "Examples:
  promptyard status
  promptyard status --env production
  promptyard status --env production --route support-answer --format json"
)]
pub(super) struct StatusArgs {
    /// Only this environment
    #[arg(long, value_name = "ENVIRONMENT")]
    env: Option<EnvName>,
    /// Only routes of this name
    #[arg(long, value_name = "ROUTE")]
    route: Option<RouteName>,
    /// The instant to take for the present
    #[arg(long, value_name = "INSTANT", hide_short_help = true)]
    now: Option<Timestamp>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: StatusFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StatusFormat {
    /// A table for people
    Human,
    /// One document, for programs; `promptyard schema status-report-v1` describes it
    Json,
    /// Tables for a page or a comment
    Markdown,
}

pub(super) fn run(args: &StatusArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let location = repo::discover(&[], global.root.as_deref())?;
    let store = Store::load(repo::snapshot(&location)?);
    check_names(args, &store)?;
    let git = Git::open(&location).ok();
    let known = git.as_ref().and_then(|git| releases::known(git, &store));
    releases::warn_of_gaps(known.as_ref(), &store, ui);
    let ages = git.map(|git| ages(&git, &store)).unwrap_or_default();
    let now = args.now.unwrap_or_else(Timestamp::now).as_second();
    let (environment, route) = (args.env.as_ref(), args.route.as_ref());
    let request = Request { environment, route, releases: known.as_ref(), ages: &ages };
    let status = status::of(&store, &request);
    match args.format {
        StatusFormat::Human => ui.people(|out, _| human::write(out, &status, now))?,
        StatusFormat::Json => ui.machine(|out| json::write(out, &status))?,
        StatusFormat::Markdown => ui.machine(|out| markdown::write(out, &status))?,
    }
    if store.routes().is_empty() {
        ui.status("There are no routes yet: `promptyard new route production/NAME` starts one.");
    }
    Ok(Outcome::Done)
}

/// Since when what the branches say is so. What cannot be told is left out: a table of the present must not fail for it.
fn ages(git: &Git, store: &Store) -> Vec<Age> {
    let mut ages = Vec::new();
    let mut pasts = BTreeMap::new();
    for route in store.routes() {
        let configured = store.config().environment(&route.environment);
        let branch = configured.and_then(|known| known.branch.as_ref()).map(|branch| branch.value.clone());
        let past = pasts.entry(branch.clone()).or_insert_with(|| git.past(branch.as_deref()).ok());
        let known = past.as_ref().and_then(|past| standing::ages(past, &route.environment, &route.name).ok());
        ages.extend(known.into_iter().flatten().filter_map(|age| {
            let (environment, route) = (route.environment.clone(), route.name.clone());
            let (release, since) = (age.pin?.release, age.since?);
            Some(Age { environment, route, variant: age.variant.to_string(), dimension: age.dimension, release, since })
        }));
    }
    ages
}

/// Whether the store has the environment and the route that were named.
fn check_names(args: &StatusArgs, store: &Store) -> Result<(), CliError> {
    let environments = status::environments(store);
    if let Some(name) = &args.env
        && !environments.contains(name)
    {
        let known = environments.iter().map(ToString::to_string).collect();
        return Err(CliError::UnknownEnvironment { name: name.clone(), known });
    }
    let in_scope = |environment: &EnvName| args.env.as_ref().is_none_or(|only| only == environment);
    let mut routes: Vec<&RouteName> =
        store.routes().iter().filter(|route| in_scope(&route.environment)).map(|route| &route.name).collect();
    routes.sort();
    routes.dedup();
    match &args.route {
        Some(name) if !routes.contains(&name) => {
            let known = routes.into_iter().map(ToString::to_string).collect();
            Err(CliError::UnknownRoute { name: name.clone(), environment: args.env.clone(), known })
        }
        _ => Ok(()),
    }
}
