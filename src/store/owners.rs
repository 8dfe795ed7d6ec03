//! Who answers for what: the `owners` of artifacts and routes, and the files in which forges look for that.

use std::collections::BTreeSet;

use super::artifact::ArtifactKind;
use super::classify::{Classified, Classifier};
use super::config::texts;
use super::yaml::Yaml;
use super::{FileKind, SourceFile, Store};
use crate::path::StorePath;

/// Where forges look for code owners, from the top of a repository.
pub const CODE_OWNERS: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// An artifact or a route, and who answers for it.
#[derive(Clone, Debug)]
pub struct Owned<'a> {
    /// The file.
    pub file: &'a SourceFile,
    /// Its `owners` as they are written; often none.
    pub owners: Vec<String>,
}

impl Store {
    /// Every artifact and route with its owners, in the order of their paths.
    pub fn owned(&self) -> Vec<Owned<'_>> {
        let owned = self.files().filter(|file| has_owners(file.kind));
        owned.map(|file| Owned { file, owners: self.owners_in(file) }).collect()
    }

    fn owners_in(&self, file: &SourceFile) -> Vec<String> {
        let owners = match self.prompt_at(&file.path) {
            Some(prompt) => prompt.owners.clone(),
            None => texts(file.yaml.as_ref().and_then(Yaml::root).and_then(|root| root.get("owners"))),
        };
        owners.into_iter().map(|owner| owner.value).collect()
    }

    /// The files of code owners whose lines of ours take in what a change of `changed` may change.
    pub(super) fn code_owners_reached_by(&self, changed: &BTreeSet<StorePath>) -> Vec<&StorePath> {
        let files: Vec<&StorePath> =
            self.files().filter(|file| file.kind == FileKind::CodeOwners).map(|file| &file.path).collect();
        if files.is_empty() {
            return files;
        }
        // What is gone had owners, too.
        let classifier = Classifier::new(self.config());
        let can_have_owners = |path: &StorePath| match classifier.classify(path) {
            Some(Classified::Prompt(_) | Classified::Candidate) => true,
            Some(Classified::Other(kind)) => has_owners(kind),
            None => false,
        };
        if changed.iter().any(can_have_owners) { files } else { Vec::new() }
    }

    /// Every path that the store's moment lists, part of the store or not, in order.
    pub fn listed(&self) -> impl Iterator<Item = &StorePath> {
        self.snapshot.entries().map(|(path, _)| path)
    }
}

/// Whether files of this kind say who answers for them.
fn has_owners(kind: FileKind) -> bool {
    ArtifactKind::of_file(kind).is_some() || kind == FileKind::Route
}
