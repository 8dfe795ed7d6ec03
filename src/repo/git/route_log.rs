//! The versions of one route's file in a part of the chain, found as far as a question goes, and what they say.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use gix::objs::tree::EntryMode;
use gix::{ObjectId, Repository};
use rayon::prelude::*;

use super::changes::{self, Descent};
use super::graph::PathKey;
use super::objects;
use super::past::GitPast;
use crate::history::Change;
use crate::history::chain::Position;
use crate::history::state::State;
use crate::history::versions::{Extension, RouteFile, RouteVersion};
use crate::name::CommitId;
use crate::revision::RevisionError;

/// Commits that are looked at for one route without a filter that says that they need not be. Beyond that, all routes'
/// changes are read on every core, and kept.
const MOST_UNFILTERED: usize = 128;
/// Commits that are looked at together at most.
const FARTHEST_REACH: usize = 64;
/// Commits that one core looks at in one go.
const FEW: usize = 4;

/// What is known of a route's file: every version of it in a range of the chain.
#[derive(Debug, Default)]
pub(super) struct RouteLog {
    range: Range<Position>,
    versions: VecDeque<RouteVersion>,
    states: BTreeMap<CommitId, Arc<State>>,
    /// A commit beyond the range, the branch's newest one as a rule, and the file that it has.
    seen: Option<(CommitId, Option<(Extension, CommitId)>)>,
    /// How many commits are to be looked at together when the next earlier version is looked for.
    reach: usize,
    is_new: bool,
}

impl RouteLog {
    /// What was kept.
    pub(super) fn known(
        range: Range<Position>,
        versions: VecDeque<RouteVersion>,
        states: BTreeMap<CommitId, Arc<State>>,
        seen: Option<(CommitId, Option<(Extension, CommitId)>)>,
    ) -> Self {
        Self { range, versions, states, seen, reach: 0, is_new: false }
    }

    /// The part of the chain whose versions are known.
    pub(super) fn range(&self) -> Range<Position> {
        self.range.clone()
    }

    /// The versions in it, in order.
    pub(super) fn versions(&self) -> &VecDeque<RouteVersion> {
        &self.versions
    }

    /// What their contents say, as far as somebody asked.
    pub(super) fn states(&self) -> &BTreeMap<CommitId, Arc<State>> {
        &self.states
    }

    /// Whether there is something to keep.
    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    pub(super) fn state(&self, blob: CommitId) -> Option<Arc<State>> {
        self.states.get(&blob).map(Arc::clone)
    }

    pub(super) fn add_state(&mut self, blob: CommitId, state: &Arc<State>) {
        self.states.insert(blob, Arc::clone(state));
        self.is_new = true;
    }

    /// The file that `commit` has, if that was looked at last; the outer `None`: it was not.
    #[expect(clippy::option_option, reason = "no file and no knowledge are two things")]
    pub(super) fn seen(&self, commit: CommitId) -> Option<Option<(Extension, CommitId)>> {
        self.seen.filter(|(seen, _)| *seen == commit).map(|(_, file)| file)
    }

    /// The commit that was looked at last beyond the range, and the file that it has.
    pub(super) fn last_seen(&self) -> Option<(CommitId, Option<(Extension, CommitId)>)> {
        self.seen
    }

    pub(super) fn see(&mut self, commit: CommitId, file: Option<(Extension, CommitId)>) {
        self.seen = Some((commit, file));
        self.is_new = true;
    }

    /// The newest version at `position`, if that is known without looking.
    #[expect(clippy::option_option, reason = "no version and no knowledge are two things")]
    pub(super) fn known_at(&self, position: Position) -> Option<Option<RouteVersion>> {
        let at = self.versions.partition_point(|version| version.position <= position).checked_sub(1);
        match at.filter(|_| position < self.range.end) {
            Some(at) => Some(Some(self.versions[at])),
            None => (self.range.start == 0 && position < self.range.end).then_some(None),
        }
    }

    /// The first version after `position` in a chain of `len` commits, if that is known without looking.
    #[expect(clippy::option_option, reason = "no version and no knowledge are two things")]
    pub(super) fn known_after(&self, position: Position, len: usize) -> Option<Option<RouteVersion>> {
        if self.range.is_empty() || position + 1 < self.range.start {
            return None;
        }
        let at = self.versions.partition_point(|version| version.position <= position);
        match self.versions.get(at) {
            Some(version) => Some(Some(*version)),
            None => (self.range.end >= len).then_some(None),
        }
    }

    /// Knows everything: `changes` are all that there are in the route's folder along a chain of `len` commits.
    pub(super) fn complete(&mut self, file: &RouteFile, changes: &[Change], len: usize) {
        let paths = Extension::ALL.map(|extension| file.path(extension));
        let mut now = [None; 2];
        self.versions.clear();
        for change in changes {
            let Some(at) = paths.iter().position(|path| *path == change.path) else { continue };
            now[at] = change.blob;
            let version = RouteVersion { position: change.position, file: counting(now) };
            match self.versions.back_mut() {
                Some(last) if last.position == change.position => *last = version,
                _ => self.versions.push_back(version),
            }
        }
        self.range = 0..len;
        self.is_new = true;
    }

    pub(super) fn version_at(
        &mut self,
        position: Position,
        search: &mut Search<'_>,
    ) -> Result<Option<RouteVersion>, RevisionError> {
        self.begin(position);
        while self.range.end <= position {
            self.grow_up(position + 1, search)?;
        }
        loop {
            if let Some(known) = self.known_at(position) {
                return Ok(known);
            }
            self.grow_down(search)?;
        }
    }

    pub(super) fn version_after(
        &mut self,
        position: Position,
        search: &mut Search<'_>,
    ) -> Result<Option<RouteVersion>, RevisionError> {
        self.begin(position);
        while position + 1 < self.range.start {
            self.grow_down(search)?;
        }
        let len = search.len();
        loop {
            if let Some(known) = self.known_after(position, len) {
                return Ok(known);
            }
            self.grow_up(len, search)?;
        }
    }

    /// Begins at `position`, if nothing is known.
    fn begin(&mut self, position: Position) {
        if self.range.is_empty() {
            self.range = position + 1..position + 1;
        }
    }

    /// Looks at later commits, up to the next version or up to, and without, `end`.
    fn grow_up(&mut self, end: Position, search: &mut Search<'_>) -> Result<(), RevisionError> {
        self.is_new = true;
        while self.range.end < end {
            let Some(doubtful) = search.doubtful(self.range.end..end, 1) else { return search.complete(self) };
            self.range.end = doubtful.first().map_or(end, |position| position + 1);
            let found = search.look(&doubtful)?;
            self.versions.extend(found.iter().map(|(version, _)| *version));
            if self.learn(found) {
                break;
            }
        }
        Ok(())
    }

    /// Looks at earlier commits, down to a version: each time at twice as many, because who asks for one version before
    /// another asks on.
    fn grow_down(&mut self, search: &mut Search<'_>) -> Result<(), RevisionError> {
        self.is_new = true;
        while self.range.start > 0 {
            self.reach = (self.reach * 2).clamp(1, FARTHEST_REACH);
            let earlier = (0..self.range.start).rev();
            let Some(doubtful) = search.doubtful(earlier, self.reach) else { return search.complete(self) };
            self.range.start = if doubtful.len() < self.reach { 0 } else { doubtful[self.reach - 1] };
            let found = search.look(&doubtful)?;
            found.iter().for_each(|(version, _)| self.versions.push_front(*version));
            if self.learn(found) {
                break;
            }
        }
        Ok(())
    }

    /// Takes over what the versions say; whether there are any.
    fn learn(&mut self, found: Vec<Sighting>) -> bool {
        let any = !found.is_empty();
        let states = found.into_iter().filter_map(|(version, state)| Some((version.file?.1, state?)));
        self.states.extend(states);
        any
    }
}

/// Of two files of one name `.yaml` counts.
fn counting(now: [Option<CommitId>; 2]) -> Option<(Extension, CommitId)> {
    Extension::ALL.into_iter().zip(now).find_map(|(extension, blob)| Some((extension, blob?)))
}

/// A version, with what it says.
type Sighting = (RouteVersion, Option<Arc<State>>);

/// Looks for the commits that changed one route's file.
pub(super) struct Search<'a> {
    past: &'a GitPast<'a>,
    file: &'a RouteFile,
    /// `None`: filters can't tell.
    keys: Option<[PathKey; 2]>,
    unfiltered: usize,
}

impl<'a> Search<'a> {
    /// `folder` is the repository's path of the folder that `file` is in.
    pub(super) fn new(past: &'a GitPast<'a>, file: &'a RouteFile, folder: &str) -> Self {
        let [yaml, yml] = Extension::ALL.map(|extension| PathKey::new(&format!("{folder}/{}", file.name(extension))));
        Self { past, file, keys: yaml.zip(yml).map(<[PathKey; 2]>::from), unfiltered: 0 }
    }

    fn len(&self) -> usize {
        self.past.len()
    }

    /// The first commits of `positions` that may have changed the file, at most so many; `None` where too many would have
    /// to be looked at for want of filters.
    fn doubtful(&mut self, positions: impl Iterator<Item = Position>, most: usize) -> Option<Vec<Position>> {
        let mut doubtful = Vec::new();
        for position in positions {
            match self.keys.as_ref().and_then(|keys| self.past.leaves(position, keys)) {
                Some(true) => continue,
                Some(false) => {}
                None if self.unfiltered == MOST_UNFILTERED => return None,
                None => self.unfiltered += 1,
            }
            doubtful.push(position);
            if doubtful.len() == most {
                break;
            }
        }
        Some(doubtful)
    }

    /// What the commits at `positions` made of the file, those that changed it.
    fn look(&self, positions: &[Position]) -> Result<Vec<Sighting>, RevisionError> {
        let look = |positions: &[Position]| {
            self.past.looking(self.file, |eye| {
                positions.iter().filter_map(|at| eye.sighting(*at).transpose()).collect::<Result<Vec<_>, _>>()
            })
        };
        if positions.len() <= FEW {
            return look(positions);
        }
        let found: Result<Vec<Vec<Sighting>>, RevisionError> = positions.par_chunks(FEW).map(look).collect();
        Ok(found?.into_iter().flatten().collect())
    }

    fn complete(&self, log: &mut RouteLog) -> Result<(), RevisionError> {
        log.complete(self.file, &self.past.route_changes()?, self.len());
        Ok(())
    }
}

/// Looks at one route's file in commits.
pub(super) struct Eye<'a> {
    past: &'a GitPast<'a>,
    repository: &'a Repository,
    file: &'a RouteFile,
    folder: Descent<'a>,
    names: [String; 2],
    /// The folder that was looked into last, with what it had.
    known: Option<(ObjectId, [Option<CommitId>; 2])>,
}

impl<'a> Eye<'a> {
    /// `folder` is the repository's path of the folder that `file` is in.
    pub(super) fn new(past: &'a GitPast<'a>, repository: &'a Repository, file: &'a RouteFile, folder: &'a str) -> Self {
        let names = Extension::ALL.map(|extension| file.name(extension));
        Self { past, repository, file, folder: Descent::new(repository, folder), names, known: None }
    }

    /// The file that counts in the commit at `position`.
    pub(super) fn file_at(&mut self, position: Position) -> Result<Option<(Extension, CommitId)>, RevisionError> {
        Ok(counting(self.files(position)?))
    }

    /// What the commit at `position` made of the file, if it changed it.
    fn sighting(&mut self, position: Position) -> Result<Option<Sighting>, RevisionError> {
        // The older one first: the younger one's folders are told by their differences from its.
        let before = position.checked_sub(1).map_or(Ok([None; 2]), |before| self.files(before))?;
        let now = self.files(position)?;
        if now == before {
            return Ok(None);
        }
        let file = counting(now);
        let read = |(extension, blob): (Extension, CommitId)| {
            let content = objects::blob(self.repository, blob)?;
            Ok(Arc::new(State::of_file(&self.file.path(extension), blob, &content)))
        };
        Ok(Some((RouteVersion { position, file }, file.map(read).transpose()?)))
    }

    /// Git's names of both files' contents in the commit at `position`.
    fn files(&mut self, position: Position) -> Result<[Option<CommitId>; 2], RevisionError> {
        let root = self.past.root(self.repository, position)?;
        let entry = self.folder.entry(root)?;
        let Some((_, folder)) = entry.filter(|(mode, _)| EntryMode::is_tree(mode)) else { return Ok([None; 2]) };
        if let Some((_, files)) = self.known.filter(|(known, _)| *known == folder) {
            return Ok(files);
        }
        let files = changes::files(self.repository, folder, self.names.each_ref().map(String::as_bytes))?;
        self.known = Some((folder, files));
        Ok(files)
    }
}
