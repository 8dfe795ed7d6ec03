//! Names that the product gives meaning to.

use std::fmt;
use std::sync::Arc;

use crate::path::StorePath;

/// What an artifact is called: its path from the store's root without the extension, `prompts/support/answer`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactId(Arc<str>);

impl ArtifactId {
    /// The id of the artifact in the file at `path`, whose kind writes `suffix` at the end of its files (`.prompt.yaml`).
    pub fn of_file(path: &StorePath, suffix: &str) -> Self {
        Self(path.as_str().strip_suffix(suffix).unwrap_or(path.as_str()).into())
    }

    /// The id of the artifact in the YAML file at `path`, whichever of YAML's two extensions it has.
    pub fn of_yaml(path: &StorePath) -> Self {
        Self::of_file(path, if path.as_str().ends_with(".yml") { ".yml" } else { ".yaml" })
    }

    /// The id that a `sources` entry's `id` pattern gives.
    pub fn from_pattern(text: &str) -> Self {
        Self(text.into())
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment: `answer` of `prompts/support/answer`.
    pub fn last_segment(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }
}

impl fmt::Display for ArtifactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
