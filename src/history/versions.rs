//! The versions of one route's file along the chain, read on demand: most questions need few of them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::chain::{Position, Stretch};
use super::state::{Aspect, State};
use super::{Change, Past};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::RevisionError;
use crate::store::route::Dimension;

/// What the route's file became at one commit.
struct Version {
    position: Position,
    file: Option<(StorePath, CommitId)>,
}

/// The versions of a route, the first one first.
pub(super) struct Versions<'a> {
    past: &'a dyn Past,
    list: Vec<Version>,
    read: RefCell<BTreeMap<CommitId, State>>,
}

impl<'a> Versions<'a> {
    /// The versions of the route whose file is called `stem` with either of YAML's extensions, out of its folder's changes.
    pub(super) fn new(past: &'a dyn Past, stem: &str, changes: &[Change]) -> Self {
        let is_route = |path: &StorePath| {
            let rest = path.as_str().strip_prefix(stem);
            rest.is_some_and(|rest| rest == ".yaml" || rest == ".yml")
        };
        let mut files: BTreeMap<StorePath, CommitId> = BTreeMap::new();
        let mut list: Vec<Version> = Vec::new();
        for change in changes.iter().filter(|change| is_route(&change.path)) {
            match change.blob {
                Some(blob) => files.insert(change.path.clone(), blob),
                None => files.remove(&change.path),
            };
            // Of two files of one name `.yaml` stands first, as in the store.
            let file = files.first_key_value().map(|(path, blob)| (path.clone(), *blob));
            match list.last_mut() {
                Some(last) if last.position == change.position => last.file = file,
                _ => list.push(Version { position: change.position, file }),
            }
        }
        Self { past, list, read: RefCell::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The newest version's position and path, and whether the file is there.
    pub(super) fn newest(&self) -> Option<(Position, bool)> {
        self.list.last().map(|version| (version.position, version.file.is_some()))
    }

    /// The last file before the version at `index`.
    pub(super) fn file_before(&self, index: usize) -> Option<&(StorePath, CommitId)> {
        self.list[..index].iter().rev().find_map(|version| version.file.as_ref())
    }

    pub(super) fn index_of(&self, position: Position) -> Option<usize> {
        self.list.partition_point(|version| version.position <= position).checked_sub(1)
    }

    pub(super) fn position(&self, index: usize) -> Position {
        self.list[index].position
    }

    /// What the version at `index` says.
    pub(super) fn state(&self, index: usize) -> Result<State, RevisionError> {
        let Some((path, blob)) = &self.list[index].file else { return Ok(State::Absent) };
        if let Some(state) = self.read.borrow().get(blob) {
            return Ok(state.clone());
        }
        let state = State::of_file(path, *blob, &self.past.blob(*blob)?);
        self.read.borrow_mut().insert(*blob, state.clone());
        Ok(state)
    }

    /// The stretches of equal states from the one that the commit at `first` is in up to, and without, `end`; each with
    /// the index of the version that began it. The first begins where its state did, and the last ends where its does.
    pub(super) fn stretches(
        &self,
        first: Position,
        end: Position,
        dimension: Option<Dimension>,
    ) -> Result<Vec<(usize, Stretch<State>)>, RevisionError> {
        let view = |index: usize| self.state(index).map(|state| state.only(dimension));
        let mut found = Vec::new();
        let Some(mut index) = self.index_of(first).or_else(|| (!self.is_empty()).then_some(0)) else {
            return Ok(found);
        };
        let mut state = view(index)?;
        while index > 0 && view(index - 1)? == state {
            index -= 1;
        }
        while self.list[index].position < end {
            let mut next = index + 1;
            while next < self.list.len() && view(next)? == state {
                next += 1;
            }
            let until = self.list.get(next).map(|version| version.position);
            found.push((index, Stretch { from: self.list[index].position, until, state }));
            if next == self.list.len() {
                break;
            }
            (index, state) = (next, view(next)?);
        }
        Ok(found)
    }

    /// The version that first had what the version at `index` has in one dimension of a variant, without a break.
    pub(super) fn origin(&self, index: usize, variant: &str, dimension: Dimension) -> Result<usize, RevisionError> {
        let state = self.state(index)?;
        let aspect = state.route().and_then(|route| route.aspect(variant, dimension));
        let mut origin = index;
        while origin > 0 {
            let older = self.state(origin - 1)?;
            let known: Option<Aspect<'_>> = older.route().and_then(|route| route.aspect(variant, dimension));
            if known.is_none() || known != aspect {
                break;
            }
            origin -= 1;
        }
        Ok(origin)
    }
}
