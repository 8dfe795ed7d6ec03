//! Which files of the worktree differ from a revision.
//!
//! A file whose size and times are those that the index recorded has the content that the index says. Any other is read
//! and hashed, also with its line ends as git stores text; what only a filter of `.gitattributes` would make equal counts
//! as changed, which reports too much and never too little.

use std::collections::BTreeSet;
use std::path::Path;

use gix::bstr::ByteSlice as _;
use gix::index::entry::{Flags, Mode, Stage, Stat};
use gix::objs::Kind;

use super::listing::Listing;
use super::{Git, commit_id, error, object_id, tree};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::RevisionError;
use crate::store::snapshot::{EntryKind, Snapshot};

pub(super) fn changed_since(
    git: &Git,
    base: CommitId,
    worktree: &Snapshot,
) -> Result<BTreeSet<StorePath>, RevisionError> {
    let before = tree::listing(git, base)?;
    git.objects.with(|repository| {
        let index = repository.index_or_empty().map_err(|failed| error::other("the index", &failed))?;
        let mut sparse = BTreeSet::new();
        let mut recorded = std::collections::BTreeMap::new();
        for entry in index.entries().iter().filter(|entry| entry.stage() == Stage::Unconflicted) {
            let Some(path) = entry.path(&index).strip_prefix(git.prefix.as_bytes()) else { continue };
            let Some(path) = path.to_str().ok().and_then(|path| path.parse::<StorePath>().ok()) else { continue };
            if entry.flags.contains(Flags::SKIP_WORKTREE) || entry.mode == Mode::DIR {
                sparse.insert(path);
            } else if matches!(entry.mode, Mode::FILE | Mode::FILE_EXECUTABLE) {
                recorded.insert(path, entry);
            }
        }
        let is_left_out = |path: &StorePath| {
            let mut folders = sparse.range(..=path).rev();
            folders.next().is_some_and(|entry| is_at_or_under(path, entry))
        };
        let options = gix::index::entry::stat::Options::default();
        let is_same = |path: &StorePath| {
            let Some(blob) = before.blob(path) else { return false };
            let file = git.root.join(path.as_str());
            let by_index = recorded.get(path).filter(|entry| {
                let now = gix::index::fs::Metadata::from_path_no_follow(&file).ok();
                let now = now.and_then(|now| Stat::from_fs(&now).ok());
                !entry.stat.is_racy(index.timestamp(), options)
                    && now.is_some_and(|now| entry.stat.matches(&now, options))
            });
            match by_index {
                Some(entry) => commit_id(&entry.id) == blob,
                None => has_content(&file, blob),
            }
        };
        let there: BTreeSet<&StorePath> = worktree.entries().map(|(path, _)| path).collect();
        let is_link = |path: &&StorePath| worktree.entry(path).is_some_and(|entry| entry.kind != EntryKind::File);
        let mut changed: BTreeSet<StorePath> =
            there.iter().filter(|path| !is_link(path) && !is_same(path)).map(|path| (*path).clone()).collect();
        changed.extend(changed_links(git, &before, worktree));
        let gone = before.entries.keys().filter(|path| !there.contains(path) && !is_left_out(path));
        // What git ignores and has all the same is there, though no listing of the worktree has it.
        changed.extend(gone.filter(|path| !git.root.join(path.as_str()).exists()).cloned());
        Ok(changed)
    })
}

/// The links that lead elsewhere than before, or were none.
fn changed_links(git: &Git, before: &Listing, worktree: &Snapshot) -> Vec<StorePath> {
    let links = worktree.entries().filter(|(_, entry)| entry.kind != EntryKind::File);
    let is_same = |path: &StorePath| {
        let text = std::fs::read_link(git.root.join(path.as_str())).ok();
        let text = text.map(|text| text.to_string_lossy().replace('\\', "/"));
        before.link(path).zip(text).is_some_and(|(id, text)| is_hash_of(id, text.as_bytes()))
    };
    links.map(|(path, _)| path).filter(|path| !is_same(path)).cloned().collect()
}

fn has_content(file: &Path, blob: CommitId) -> bool {
    let Ok(content) = std::fs::read(file) else { return false };
    is_hash_of(blob, &content) || (content.find(b"\r\n").is_some() && is_hash_of(blob, &content.replace("\r\n", "\n")))
}

fn is_hash_of(blob: CommitId, content: &[u8]) -> bool {
    let blob = object_id(blob);
    gix::objs::compute_hash(blob.kind(), Kind::Blob, content).is_ok_and(|hash| hash == blob)
}

fn is_at_or_under(path: &StorePath, entry: &StorePath) -> bool {
    path.as_str().strip_prefix(entry.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
