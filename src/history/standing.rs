//! What something in a route was, newest first, and since when it is what it is: read back only as far as is asked.

use std::sync::Arc;

use super::chain::Position;
use super::state::{Aspect, PinState, RouteState};
use super::versions::Versions;
use super::{ENVIRONMENTS, Past, ask};
use crate::name::{EnvName, RouteName};
use crate::revision::RevisionError;
use crate::store::route::Dimension;

/// A state in which something of a route was without a break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<T> {
    /// What it was.
    pub state: T,
    /// Since when, in seconds since 1970; `None`: since before what this clone has.
    pub since: Option<i64>,
    /// Until when; `None`: to this day.
    pub until: Option<i64>,
}

/// The states of a part of a route, the newest first; see [`standings`].
pub struct Standings<'a, R> {
    past: &'a dyn Past,
    versions: Versions<'a>,
    read: R,
    /// The versions before this one are still to be told of.
    left: usize,
}

/// What `read` finds in the route `route` of `environment`, the newest first; where it finds nothing is left out.
///
/// # Errors
/// When a part of the history is not in this clone; while going on, too.
pub fn standings<'a, T, R>(
    past: &'a dyn Past,
    environment: &EnvName,
    route: &RouteName,
    read: R,
) -> Result<Standings<'a, R>, RevisionError>
where
    T: PartialEq,
    R: Fn(&RouteState) -> Option<T>,
{
    let versions = versions(past, environment, route)?;
    let left = versions.len();
    Ok(Standings { past, versions, read, left })
}

fn versions<'a>(past: &'a dyn Past, environment: &EnvName, route: &RouteName) -> Result<Versions<'a>, RevisionError> {
    let changes = ask::changes_of(past, Some(environment))?;
    Ok(Versions::new(past, &format!("{ENVIRONMENTS}/{environment}/{route}"), &changes))
}

impl<T: PartialEq, R: Fn(&RouteState) -> Option<T>> Standings<'_, R> {
    fn found(&self, index: usize) -> Result<Option<T>, RevisionError> {
        Ok(self.versions.state(index)?.route().and_then(|route| (self.read)(route)))
    }

    fn following(&mut self) -> Result<Option<Standing<T>>, RevisionError> {
        while let Some(index) = self.left.checked_sub(1) {
            self.left = index;
            let Some(state) = self.found(index)? else { continue };
            let until = (index + 1 < self.versions.len()).then(|| self.start(index + 1));
            let mut first = index;
            while first > 0 && self.found(first - 1)?.as_ref() == Some(&state) {
                first -= 1;
            }
            self.left = first;
            let since = start(self.past, self.versions.position(first));
            return Ok(Some(Standing { state, since, until }));
        }
        Ok(None)
    }

    fn start(&self, index: usize) -> i64 {
        self.past.chain().start(self.versions.position(index))
    }
}

impl<T: PartialEq, R: Fn(&RouteState) -> Option<T>> Iterator for Standings<'_, R> {
    type Item = Result<Standing<T>, RevisionError>;

    fn next(&mut self) -> Option<Self::Item> {
        let following = self.following();
        if following.is_err() {
            self.left = 0;
        }
        following.transpose()
    }
}

/// When the commit at `position` became active; `None` where a shallow clone begins, because nobody knows since when it was so.
fn start(past: &dyn Past, position: Position) -> Option<i64> {
    (position > 0 || !past.is_shallow()).then(|| past.chain().start(position))
}

/// Since when one dimension of a variant is what the branch says today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Age {
    /// The variant.
    pub variant: Arc<str>,
    /// The dimension.
    pub dimension: Dimension,
    /// The release; `None` for traffic.
    pub pin: Option<PinState>,
    /// Since when, in seconds since 1970; `None`: since before what this clone has.
    pub since: Option<i64>,
}

/// Since when each variant of the route `route` of `environment` is what the branch says today; nothing where there is no
/// such route.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn ages(past: &dyn Past, environment: &EnvName, route: &RouteName) -> Result<Vec<Age>, RevisionError> {
    let versions = versions(past, environment, route)?;
    let Some(newest) = versions.len().checked_sub(1) else { return Ok(Vec::new()) };
    let state = versions.state(newest)?;
    let mut ages = Vec::new();
    let variants = state.route().into_iter().flat_map(|route| route.variants.keys().map(move |name| (route, name)));
    for (route, name) in variants {
        let variant: Arc<str> = name.as_str().into();
        for dimension in Dimension::ALL {
            let Some(aspect) = route.aspect(name, dimension) else { continue };
            let origin = versions.origin(newest, name, dimension)?;
            let pin = match aspect {
                Aspect::Pin(pin) => Some(pin.clone()),
                Aspect::Traffic(..) => None,
            };
            let since = start(past, versions.position(origin));
            ages.push(Age { variant: Arc::clone(&variant), dimension, pin, since });
        }
    }
    Ok(ages)
}
