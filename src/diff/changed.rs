//! Which files differ between two moments, without reading what git already tells apart.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::path::StorePath;
use crate::store::snapshot::{Entry, Snapshot};

/// The files that one of two snapshots lacks, or that differ.
pub fn paths(old: &Snapshot, new: &Snapshot) -> BTreeSet<StorePath> {
    let gone = old.entries().filter(|(path, _)| new.entry(path).is_none()).map(|(path, _)| path.clone());
    let entries: Vec<(&StorePath, Entry)> = new.entries().collect();
    let differs = |(path, after): &(&StorePath, Entry)| {
        old.entry(path).is_none_or(|before| !is_same(path, (old, before), (new, *after)))
    };
    let changed: Vec<StorePath> = entries.into_par_iter().filter(differs).map(|(path, _)| path.clone()).collect();
    changed.into_iter().chain(gone).collect()
}

fn is_same(path: &StorePath, (old, before): (&Snapshot, Entry), (new, after): (&Snapshot, Entry)) -> bool {
    if before.kind != after.kind {
        return false;
    }
    if let Some((before, after)) = before.blob.zip(after.blob) {
        return before == after;
    }
    if let Some((before, after)) = old.size(path).zip(new.size(path))
        && before != after
    {
        return false;
    }
    // What can't be read on both sides is not known to be the same.
    old.read(path).is_ok_and(|before| new.read(path).is_ok_and(|after| before == after))
}
