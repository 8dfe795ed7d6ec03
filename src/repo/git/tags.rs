//! Tags, read at once: a store has thousands.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::history::{moment, person};
use super::{Git, commit_id, error, object_id};
use crate::name::CommitId;
use crate::revision::{Annotation, RevisionError, Tag, TagName};

pub(super) fn list(repository: &gix::Repository, prefix: &str) -> Result<Vec<Tag>, RevisionError> {
    let found = references(repository, prefix)?;
    found.into_iter().map(|reference| read(repository, reference.name, reference.id)).collect()
}

pub(super) fn names(repository: &gix::Repository, prefix: &str) -> Result<Vec<TagName>, RevisionError> {
    // Many tags name the same commit.
    let mut commits: BTreeMap<gix::ObjectId, Option<CommitId>> = BTreeMap::new();
    let mut names = Vec::new();
    for reference in references(repository, prefix)? {
        let target = reference.peeled.unwrap_or(reference.id);
        let commit = match commits.get(&target) {
            Some(commit) => *commit,
            None => commit_of(repository, target)?,
        };
        commits.insert(target, commit);
        names.push(TagName { name: reference.name, object: commit_id(&reference.id), commit });
    }
    Ok(names)
}

pub(super) fn read_all(git: &Git, names: &[&TagName]) -> Result<Vec<Tag>, RevisionError> {
    let tag = |tag: &&TagName| git.objects.with(|repository| read(repository, tag.name.clone(), object_id(tag.object)));
    names.par_iter().with_min_len(64).map(tag).collect()
}

struct Reference {
    name: String,
    id: gix::ObjectId,
    /// What it names in the end, where git has written that down beside it.
    peeled: Option<gix::ObjectId>,
}

fn references(repository: &gix::Repository, prefix: &str) -> Result<Vec<Reference>, RevisionError> {
    let failed = |failed: gix::Error| error::other("the tags", &failed);
    let references = repository.references().map_err(failed)?;
    let mut found = Vec::new();
    for reference in references.tags().map_err(failed)? {
        let reference = reference.map_err(failed)?;
        let name = reference.name().shorten().to_string();
        if !name.starts_with(prefix) {
            continue;
        }
        let Some(id) = reference.try_id().map(gix::Id::detach) else { continue };
        found.push(Reference { name, id, peeled: reference.inner.peeled });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The commit that `id` names in the end. The object is only opened where it is a tag.
fn commit_of(repository: &gix::Repository, id: gix::ObjectId) -> Result<Option<CommitId>, RevisionError> {
    let failed = |failed: gix::Error| error::unreadable(repository, commit_id(&id), &failed);
    let mut at = id;
    loop {
        match repository.find_header(at).map_err(failed)?.kind() {
            gix::objs::Kind::Commit => return Ok(Some(commit_id(&at))),
            gix::objs::Kind::Tag => {
                at = repository.find_object(at).map_err(failed)?.into_tag().target_id().map_err(failed)?.detach();
            }
            gix::objs::Kind::Tree | gix::objs::Kind::Blob => return Ok(None),
        }
    }
}

/// The commits that any ref names.
pub(super) fn tips(repository: &gix::Repository) -> Result<BTreeSet<CommitId>, RevisionError> {
    let failed = |failed: gix::Error| error::other("the refs", &failed);
    let mut tips = BTreeSet::new();
    for reference in repository.references().map_err(failed)?.all().map_err(failed)? {
        let reference = reference.map_err(failed)?;
        // What a symbolic ref stands for has a name of its own.
        let Some(id) = reference.try_id().map(gix::Id::detach) else { continue };
        tips.extend(commit_of(repository, id)?);
    }
    Ok(tips)
}

/// The tag with exactly this name.
pub(super) fn find(repository: &gix::Repository, name: &str) -> Result<Option<Tag>, RevisionError> {
    let full = format!("refs/tags/{name}");
    // What can't be the name of a reference names none.
    let Ok(full) = gix::refs::FullName::try_from(full) else { return Ok(None) };
    let found = repository.try_find_reference(full.as_ref());
    let found = found.map_err(|failed: gix::Error| error::other("the tags", &failed))?;
    let Some(id) = found.and_then(|reference| Some(reference.try_id()?.detach())) else { return Ok(None) };
    read(repository, name.to_owned(), id).map(Some)
}

fn read(repository: &gix::Repository, name: String, id: gix::ObjectId) -> Result<Tag, RevisionError> {
    let failed = |failed: gix::Error| error::unreadable(repository, commit_id(&id), &failed);
    let mut annotation = None;
    let mut at = id;
    loop {
        let object = repository.find_object(at).map_err(failed)?;
        match object.kind {
            gix::objs::Kind::Tag => {
                let tag = object.into_tag();
                let decoded = tag.decode().map_err(failed)?;
                if annotation.is_none() {
                    let tagger = decoded.tagger().map_err(|error| {
                        RevisionError::Unreadable(format!("the tag `{name}` cannot be read: {error}"))
                    })?;
                    annotation = Some(Annotation {
                        id: commit_id(&at),
                        tagger: tagger.map(person),
                        tagged: tagger.map(moment).transpose()?,
                        message: decoded.message.to_string(),
                        signature: decoded.signature.map(ToString::to_string),
                    });
                }
                at = decoded.target();
            }
            gix::objs::Kind::Commit => return Ok(Tag { name, commit: Some(commit_id(&at)), annotation }),
            gix::objs::Kind::Tree | gix::objs::Kind::Blob => return Ok(Tag { name, commit: None, annotation }),
        }
    }
}
