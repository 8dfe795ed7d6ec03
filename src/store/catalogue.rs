//! Which file holds which artifact, from one moment to the next: only what changed is looked at again.

use std::collections::{BTreeMap, BTreeSet};

use super::Store;
use super::artifact::{Artifact, ArtifactKind};
use super::classify::{self, Classified, Classifier};
use super::config::{CONFIG_NAMES, Config};
use super::load::load_config;
use super::snapshot::{EntryKind, Snapshot};
use crate::name::ArtifactId;
use crate::path::StorePath;

/// The artifacts of a snapshot by their ids, without their content.
pub struct Catalogue {
    config: Config,
    classifier: Classifier,
    by_path: BTreeMap<StorePath, (ArtifactId, ArtifactKind)>,
    by_id: BTreeMap<ArtifactId, BTreeSet<StorePath>>,
}

/// The artifacts of `snapshot` in the order of their ids: what a catalogue of it has, for those who ask once.
pub(super) fn list(snapshot: &Snapshot) -> Vec<Artifact> {
    let catalogue = Catalogue::empty(snapshot);
    let files = snapshot.entries().filter(|(_, entry)| entry.kind == EntryKind::File);
    let artifacts = files.filter_map(|(path, _)| {
        let (id, kind) = catalogue.classify(snapshot, path)?;
        Some(Artifact { id, kind, path: path.clone() })
    });
    let mut artifacts: Vec<Artifact> = artifacts.collect();
    // Files with one id stay in the order of their paths.
    artifacts.sort_by(|a, b| a.id.cmp(&b.id));
    artifacts
}

impl Catalogue {
    fn empty(snapshot: &Snapshot) -> Self {
        let (config, _) = load_config(snapshot);
        let classifier = Classifier::new(&config);
        Self { config, classifier, by_path: BTreeMap::new(), by_id: BTreeMap::new() }
    }

    /// The artifacts of `snapshot`. Reads nothing but the configuration, and in a folder without one the YAML files that
    /// may be prompts.
    pub fn new(snapshot: &Snapshot) -> Self {
        let mut catalogue = Self::empty(snapshot);
        snapshot.entries().for_each(|(path, _)| catalogue.look_at(snapshot, path));
        catalogue
    }

    /// Goes on to `snapshot`, which differs from the last one in the files at `changed` and in no other.
    pub fn follow(&mut self, snapshot: &Snapshot, changed: &[StorePath]) {
        if changed.iter().any(Self::is_configuration) {
            *self = Self::new(snapshot);
            return;
        }
        for path in changed {
            if let Some((id, _)) = self.by_path.remove(path)
                && let Some(paths) = self.by_id.get_mut(&id)
            {
                paths.remove(path);
            }
            self.look_at(snapshot, path);
        }
    }

    /// The catalogue of `snapshot`, made from the one of the moment before, if there is one; see [`Self::follow`].
    pub fn after<'c>(before: &'c mut Option<Self>, snapshot: &Snapshot, changed: &[StorePath]) -> &'c Self {
        match before {
            Some(catalogue) => {
                catalogue.follow(snapshot, changed);
                catalogue
            }
            none => none.insert(Self::new(snapshot)),
        }
    }

    /// The artifact called `id`; of several files that claim the id, the first.
    pub fn artifact(&self, id: &ArtifactId) -> Option<Artifact> {
        self.at(self.by_id.get(id)?.first()?)
    }

    /// The artifact in the file at `path`.
    pub fn at(&self, path: &StorePath) -> Option<Artifact> {
        let (id, kind) = self.by_path.get(path)?;
        Some(Artifact { id: id.clone(), kind: *kind, path: path.clone() })
    }

    /// Whether a file at `path` would be part of the store by its place alone.
    pub fn has_place(&self, path: &StorePath) -> bool {
        self.classifier.classify(path).is_some_and(|found| !matches!(found, Classified::Candidate))
    }

    /// Whether the file at `path` decides what every other file is.
    pub fn is_configuration(path: &StorePath) -> bool {
        CONFIG_NAMES.contains(&path.as_str())
    }

    /// Every artifact in the order of their ids.
    pub fn artifacts(&self) -> impl Iterator<Item = Artifact> {
        self.by_id.values().flatten().filter_map(|path| self.at(path))
    }

    /// A store that has the files of `artifacts` and what they refer to, and nothing else: enough for
    /// [`Store::content`] and [`Store::closure`] of these artifacts.
    pub fn load<'a>(&self, snapshot: &Snapshot, artifacts: impl IntoIterator<Item = &'a Artifact>) -> Store {
        let paths: BTreeSet<&StorePath> = artifacts.into_iter().map(|artifact| &artifact.path).collect();
        let classified = paths.into_iter().filter_map(|path| Some((path.clone(), self.classifier.classify(path)?)));
        Store::load_classified(snapshot.clone(), self.config.clone(), classified.collect())
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn look_at(&mut self, snapshot: &Snapshot, path: &StorePath) {
        if snapshot.entry(path).is_none_or(|entry| entry.kind != EntryKind::File) {
            return;
        }
        if let Some(found) = self.classify(snapshot, path) {
            self.by_id.entry(found.0.clone()).or_default().insert(path.clone());
            self.by_path.insert(path.clone(), found);
        }
    }

    fn classify(&self, snapshot: &Snapshot, path: &StorePath) -> Option<(ArtifactId, ArtifactKind)> {
        Some(match self.classifier.classify(path)? {
            Classified::Prompt(prompt) => (prompt.id, ArtifactKind::Prompt),
            Classified::Other(kind) => (ArtifactId::of_yaml(path), ArtifactKind::of_file(kind)?),
            Classified::Candidate => {
                let content = snapshot.read(path).ok()?;
                classify::looks_like_prompt(&content).then(|| (classify::candidate(path).id, ArtifactKind::Prompt))?
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> StorePath {
        text.parse().expect("a path")
    }

    fn snapshot(files: &[(&str, &str)]) -> Snapshot {
        Snapshot::of_texts(files.iter().map(|(path, text)| (*path, text.as_bytes()))).expect("paths inside the store")
    }

    fn ids(catalogue: &Catalogue) -> Vec<String> {
        catalogue.artifacts().map(|artifact| artifact.id.to_string()).collect()
    }

    #[test]
    fn a_step_gives_what_a_fresh_look_gives() {
        let before = [("promptyard.yaml", "version: 1\n"), ("prompts/a.prompt.yaml", ""), ("models/m.yaml", "")];
        let renamed = [("promptyard.yaml", "version: 1\n"), ("prompts/b.prompt.yaml", ""), ("models/m.yaml", "")];
        let sources = "version: 1\nsources: [{files: 'texts/*.md', id: 'prompts/{1}'}]\n";
        let configured = [("promptyard.yaml", sources), ("texts/c.md", "Hi"), ("models/m.yaml", "")];
        let mut catalogue = Catalogue::new(&snapshot(&before));
        assert_eq!(ids(&catalogue), ["models/m", "prompts/a"]);
        assert_eq!(list(&snapshot(&before)), catalogue.artifacts().collect::<Vec<_>>());
        catalogue.follow(&snapshot(&renamed), &[path("prompts/a.prompt.yaml"), path("prompts/b.prompt.yaml")]);
        assert_eq!(ids(&catalogue), ids(&Catalogue::new(&snapshot(&renamed))));
        let changed = ["prompts/b.prompt.yaml", "promptyard.yaml", "texts/c.md"].map(path);
        catalogue.follow(&snapshot(&configured), &changed);
        assert_eq!(ids(&catalogue), ["models/m", "prompts/c"]);
    }

    #[test]
    fn an_artifact_is_loaded_with_what_it_takes_in_and_nothing_else() {
        let prompt = "messages: [{role: user, content: \"{% include 'partials/a.md' %}\"}]\n";
        let snapshot = snapshot(&[
            ("promptyard.yaml", "version: 1\ndefault_model: models/m\n"),
            ("prompts/a.prompt.yaml", prompt),
            ("prompts/b.prompt.yaml", prompt),
            ("partials/a.md", "Be kind."),
            ("models/m.yaml", "provider: openai\n"),
        ]);
        let catalogue = Catalogue::new(&snapshot);
        let artifact = catalogue.artifacts().find(|artifact| artifact.id.as_str() == "prompts/a").expect("it is there");
        let store = catalogue.load(&snapshot, [&artifact]);
        assert_eq!(
            store.files().map(|file| file.path.as_str()).collect::<Vec<_>>(),
            ["partials/a.md", "prompts/a.prompt.yaml"]
        );
        let whole = Store::load(snapshot.clone());
        assert_eq!(store.content(&artifact), whole.content(&artifact));
    }
}
