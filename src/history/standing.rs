//! What something in a route was, newest first, and since when it is what it is: read back only as far as is asked.

use std::sync::Arc;

use super::Past;
use super::chain::Position;
use super::state::{Aspect, PinState, RouteState};
use super::versions::{RouteVersion, Versions};
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
    /// The newest version that is still to be told of.
    next: Option<RouteVersion>,
    /// Where the version after that one is, if there is one.
    until: Option<Position>,
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
    let versions = Versions::new(past, environment, route);
    let next = versions.newest()?;
    Ok(Standings { past, versions, read, next, until: None })
}

impl<T: PartialEq, R: Fn(&RouteState) -> Option<T>> Standings<'_, R> {
    fn found(&self, version: RouteVersion) -> Result<Option<T>, RevisionError> {
        Ok(self.versions.state(version)?.route().and_then(|route| (self.read)(route)))
    }

    fn following(&mut self) -> Result<Option<Standing<T>>, RevisionError> {
        while let Some(mut version) = self.next {
            let mut older = self.versions.before(version)?;
            let state = self.found(version)?;
            let until = self.until;
            if let Some(state) = &state {
                while let Some(same) = older
                    && self.found(same)?.as_ref() == Some(state)
                {
                    (version, older) = (same, self.versions.before(same)?);
                }
            }
            (self.next, self.until) = (older, Some(version.position));
            if let Some(state) = state {
                let since = start(self.past, version.position);
                let until = until.map(|position| self.past.chain().start(position));
                return Ok(Some(Standing { state, since, until }));
            }
        }
        Ok(None)
    }
}

impl<T: PartialEq, R: Fn(&RouteState) -> Option<T>> Iterator for Standings<'_, R> {
    type Item = Result<Standing<T>, RevisionError>;

    fn next(&mut self) -> Option<Self::Item> {
        let following = self.following();
        if following.is_err() {
            self.next = None;
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
    let versions = Versions::new(past, environment, route);
    let Some(newest) = versions.newest()? else { return Ok(Vec::new()) };
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
            let since = start(past, origin.position);
            ages.push(Age { variant: Arc::clone(&variant), dimension, pin, since });
        }
    }
    Ok(ages)
}
