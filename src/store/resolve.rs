//! What references in a store's files refer to. A reference never leaves the store.

use super::snapshot::EntryKind;
use super::template::{Include, Syntax, Template};
use super::{Resolved, Store};
use crate::path::{PathError, StorePath};

/// Where Handlebars and Mustache partials without an extension are looked for, after the including file's own folder.
const PARTIAL_FOLDERS: [&str; 3] = ["", "partials", "prompts"];

impl Store {
    /// What `include` in a template of the file at `from` refers to; `None` where its target is computed when rendered.
    ///
    /// Jinja names a file from the store's root, else from the including file's folder. Handlebars and Mustache name a
    /// partial: `_name.prompt` beside the file as in Dotprompt, or `name` with a usual extension there or in `partials/`.
    pub fn resolve_include(&self, from: &StorePath, template: &Template, include: &Include) -> Option<Resolved> {
        let target = include.target.as_deref()?;
        Some(self.first_of(places_of_include(from, template, target), target))
    }

    /// What the schema or tool manifest `reference`, written in the file at `from`, refers to: a path from the store's
    /// root, else from the file's folder.
    pub fn resolve_file(&self, from: &StorePath, reference: &str) -> Resolved {
        self.first_of(places_of_file(from, reference), reference)
    }

    /// The first candidate that is there. A reference that leaves the store from one place need not from the other.
    fn first_of(
        &self,
        candidates: impl IntoIterator<Item = Result<StorePath, PathError>>,
        reference: &str,
    ) -> Resolved {
        let mut tried: Vec<StorePath> = Vec::new();
        let mut link = None;
        for path in candidates.into_iter().flatten() {
            match self.snapshot.entry(&path).map(|entry| entry.kind) {
                Some(EntryKind::File) => return Resolved::File(path),
                Some(EntryKind::LinkInside | EntryKind::LinkOutside) => link = Some(path),
                None if tried.contains(&path) => {}
                None => tried.push(path),
            }
        }
        match link {
            Some(path) => Resolved::Outside(format!("`{path}` is a symbolic link, which is never followed")),
            None if tried.is_empty() => Resolved::Outside(format!("`{reference}` leaves the store")),
            None => Resolved::Missing(tried),
        }
    }
}

/// Where a file that `target` names in a template of the file at `from` may be, the first choice first.
pub(super) fn places_of_include(
    from: &StorePath,
    template: &Template,
    target: &str,
) -> Vec<Result<StorePath, PathError>> {
    match template.syntax {
        Syntax::Handlebars => named_partials(from, target, &["prompt", "hbs", "handlebars", "md", "txt"]),
        Syntax::Mustache => named_partials(from, target, &["mustache", "md", "txt"]),
        _ => places_of_file(from, target),
    }
}

/// Where the file that `reference` names in the file at `from` may be, the first choice first.
pub(super) fn places_of_file(from: &StorePath, reference: &str) -> Vec<Result<StorePath, PathError>> {
    ["", from.folder()].into_iter().map(|folder| StorePath::resolve(folder, reference)).collect()
}

fn named_partials(from: &StorePath, name: &str, extensions: &[&str]) -> Vec<Result<StorePath, PathError>> {
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    let join =
        |prefix: &str| if folder.is_empty() { format!("{prefix}{last}") } else { format!("{folder}/{prefix}{last}") };
    let mut candidates = Vec::new();
    let folders = std::iter::once(from.folder()).chain(PARTIAL_FOLDERS);
    for place in folders {
        for extension in extensions {
            for prefix in ["_", ""] {
                candidates.push(StorePath::resolve(place, &format!("{}.{extension}", join(prefix))));
            }
        }
    }
    candidates
}
