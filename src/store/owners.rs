//! Who answers for what: the `owners` of artifacts and routes, and the files in which forges look for that.

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
        let owned = |file| Some(Owned { file, owners: self.owners_in(file)? });
        self.files().filter_map(owned).collect()
    }

    /// `None` for files that have no `owners`, whatever they say.
    fn owners_in(&self, file: &SourceFile) -> Option<Vec<String>> {
        let owners = match file.kind {
            FileKind::Prompt => self.prompt_at(&file.path).map(|prompt| prompt.owners.clone()).unwrap_or_default(),
            FileKind::Model | FileKind::Retrieval | FileKind::Policy | FileKind::Suite | FileKind::Route => {
                texts(file.yaml.as_ref().and_then(Yaml::root).and_then(|root| root.get("owners")))
            }
            FileKind::Config
            | FileKind::Partial
            | FileKind::Schema
            | FileKind::Tool
            | FileKind::Data
            | FileKind::CodeOwners => return None,
        };
        Some(owners.into_iter().map(|owner| owner.value).collect())
    }

    /// Every path that the store's moment lists, part of the store or not, in order.
    pub fn listed(&self) -> impl Iterator<Item = &StorePath> {
        self.snapshot.entries().map(|(path, _)| path)
    }
}
