//! The versions of one route's file along the chain, from any of them to the next: most questions need few of them.

use std::sync::Arc;

use super::Past;
use super::chain::Position;
use super::state::{Aspect, State};
use crate::name::{CommitId, EnvName, RouteName};
use crate::path::StorePath;
use crate::revision::RevisionError;
use crate::store::route::Dimension;

/// The file of a route, with either of YAML's extensions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteFile {
    environment: EnvName,
    route: RouteName,
}

/// Which of its two names a route's file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extension {
    /// `.yaml`: of two files of one name this one counts, as in the store.
    Yaml,
    /// `.yml`
    Yml,
}

impl Extension {
    /// Both, the one that counts first.
    pub const ALL: [Self; 2] = [Self::Yaml, Self::Yml];

    fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Yml => "yml",
        }
    }
}

/// What a route's file became at one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteVersion {
    /// The commit.
    pub position: Position,
    /// Which file, and git's name of its content; `None`: there was none any more.
    pub file: Option<(Extension, CommitId)>,
}

impl RouteFile {
    /// The file of the route `route` in `environment`.
    pub fn new(environment: &EnvName, route: &RouteName) -> Self {
        Self { environment: environment.clone(), route: route.clone() }
    }

    /// The folder that it is in.
    pub fn folder(&self) -> String {
        format!("{}/{}", super::ENVIRONMENTS, self.environment)
    }

    /// Its name in that folder.
    pub fn name(&self, extension: Extension) -> String {
        format!("{}.{}", self.route, extension.as_str())
    }

    /// Its path.
    pub fn path(&self, extension: Extension) -> StorePath {
        let path = format!("{}/{}", self.folder(), self.name(extension));
        path.parse().expect("because names of environments and routes are parts of a path")
    }
}

/// A run of commits in which a route, or what is looked at of it, stayed the same.
pub(super) struct Stretch {
    /// The version that began it.
    pub(super) version: RouteVersion,
    /// The first commit that has it otherwise; `None`: it is so to this day.
    pub(super) until: Option<Position>,
    /// How it is.
    pub(super) state: Arc<State>,
}

/// The versions of a route.
pub(super) struct Versions<'a> {
    past: &'a dyn Past,
    file: RouteFile,
}

impl<'a> Versions<'a> {
    pub(super) fn new(past: &'a dyn Past, environment: &EnvName, route: &RouteName) -> Self {
        Self { past, file: RouteFile::new(environment, route) }
    }

    /// The version that the commit at `position` has; `None`: there had been no file yet.
    pub(super) fn at(&self, position: Position) -> Result<Option<RouteVersion>, RevisionError> {
        self.past.version_at(&self.file, position)
    }

    /// The first version of all.
    pub(super) fn first(&self) -> Result<Option<RouteVersion>, RevisionError> {
        if self.past.chain().is_empty() {
            return Ok(None);
        }
        match self.at(0)? {
            None => self.past.version_after(&self.file, 0),
            first => Ok(first),
        }
    }

    /// The newest version.
    pub(super) fn newest(&self) -> Result<Option<RouteVersion>, RevisionError> {
        self.past.chain().len().checked_sub(1).map_or(Ok(None), |last| self.at(last))
    }

    pub(super) fn before(&self, version: RouteVersion) -> Result<Option<RouteVersion>, RevisionError> {
        version.position.checked_sub(1).map_or(Ok(None), |older| self.at(older))
    }

    pub(super) fn after(&self, version: RouteVersion) -> Result<Option<RouteVersion>, RevisionError> {
        self.past.version_after(&self.file, version.position)
    }

    /// The version that took the file away for good, and the path and the content that it had; `None` where the newest
    /// commit has it.
    pub(super) fn end(&self) -> Result<Option<(RouteVersion, StorePath, CommitId)>, RevisionError> {
        let Some(last) = self.past.chain().len().checked_sub(1) else { return Ok(None) };
        if self.past.route_file(&self.file, last)?.is_some() {
            return Ok(None);
        }
        let Some(end) = self.at(last)? else { return Ok(None) };
        let mut older = self.before(end)?;
        while let Some(version) = older {
            if let Some((extension, blob)) = version.file {
                return Ok(Some((end, self.file.path(extension), blob)));
            }
            older = self.before(version)?;
        }
        Ok(None)
    }

    pub(super) fn path(&self, version: RouteVersion) -> Option<StorePath> {
        version.file.map(|(extension, _)| self.file.path(extension))
    }

    /// What `version` says.
    pub(super) fn state(&self, version: RouteVersion) -> Result<Arc<State>, RevisionError> {
        match version.file {
            Some((extension, blob)) => self.past.route_state(&self.file, extension, blob),
            None => Ok(Arc::new(State::Absent)),
        }
    }

    /// What the version before `version` says: nothing, before the first.
    pub(super) fn state_before(&self, version: RouteVersion) -> Result<Arc<State>, RevisionError> {
        self.before(version)?.map_or_else(|| Ok(Arc::new(State::Absent)), |older| self.state(older))
    }

    /// The stretches of equal states from the one that the commit at `first` is in up to, and without, `end`. The first
    /// begins where its state did, and the last ends where its does.
    pub(super) fn stretches(
        &self,
        first: Position,
        end: Position,
        dimension: Option<Dimension>,
    ) -> Result<Vec<Stretch>, RevisionError> {
        let view = |version: RouteVersion| {
            let state = self.state(version)?;
            Ok(if dimension.is_some() { Arc::new(State::clone(&state).only(dimension)) } else { state })
        };
        let mut found = Vec::new();
        let begun = self.at(first)?;
        let Some(mut version) = begun.map_or_else(|| self.past.version_after(&self.file, first), |at| Ok(Some(at)))?
        else {
            return Ok(found);
        };
        let mut state = view(version)?;
        while let Some(older) = self.before(version)?
            && view(older)? == state
        {
            version = older;
        }
        while version.position < end {
            let mut next = self.after(version)?;
            while let Some(newer) = next
                && view(newer)? == state
            {
                next = self.after(newer)?;
            }
            let until = next.map(|next| next.position);
            found.push(Stretch { version, until, state });
            let Some(next) = next else { break };
            (version, state) = (next, view(next)?);
        }
        Ok(found)
    }

    /// The version that first had what `version` has in one dimension of a variant, without a break.
    pub(super) fn origin(
        &self,
        version: RouteVersion,
        variant: &str,
        dimension: Dimension,
    ) -> Result<RouteVersion, RevisionError> {
        let state = self.state(version)?;
        let aspect = state.route().and_then(|route| route.aspect(variant, dimension));
        let mut origin = version;
        while let Some(older) = self.before(origin)? {
            let state = self.state(older)?;
            let known: Option<Aspect<'_>> = state.route().and_then(|route| route.aspect(variant, dimension));
            if known.is_none() || known != aspect {
                break;
            }
            origin = older;
        }
        Ok(origin)
    }
}
