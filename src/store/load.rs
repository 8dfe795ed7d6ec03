//! Builds a [`Store`] from a [`Snapshot`]: decide what each file is, read and parse on every core, then follow references.

mod reader;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::classify::{self, Classified, Classifier};
use super::config::{self, CONFIG_NAMES, Config};
use super::model::Model;
use super::narrow::Extent;
use super::owners::CODE_OWNERS;
use super::policy::Policy;
use super::prompt::{Prompt, SchemaSource, ToolRef};
use super::retrieval::Retrieval;
use super::route::Route;
use super::snapshot::Snapshot;
use super::suite::{self, Suite};
use super::{FileKind, Resolved, SourceFile, Store, yaml};
use crate::path::StorePath;
use reader::{Loaded, Reader, Wanted, not_analysed};

impl Store {
    /// Reads and parses every file of `snapshot` that is part of the store, and every file that those refer to.
    /// Never fails: what could not be read or parsed is a [`Problem`](super::problem::Problem) of its file.
    pub fn load(snapshot: Snapshot) -> Self {
        Self { extent: Extent::Whole, ..Self::load_where(snapshot, |_| true, |_, _| true) }
    }

    /// Reads and parses only the prompts and suites at `paths`, what they refer to, the configuration, the registry of
    /// models, the policies, the routes and the code owners: enough to say everything about these files, at the price of these files.
    pub fn load_only(snapshot: Snapshot, paths: &BTreeSet<StorePath>) -> Self {
        let may_be = |path: &StorePath| {
            classify::is_in_folder_of_settings(path) || CODE_OWNERS.contains(&path.as_str()) || paths.contains(path)
        };
        Self::load_where(snapshot, may_be, |path, classified| {
            let always = [FileKind::Model, FileKind::Policy, FileKind::Route, FileKind::CodeOwners];
            matches!(classified, Classified::Other(kind) if always.contains(kind)) || paths.contains(path)
        })
    }

    /// Loads the files that are `wanted`; only those that `may_be` are classified, which takes time with many files.
    fn load_where(
        snapshot: Snapshot,
        may_be: impl Fn(&StorePath) -> bool,
        wanted: impl Fn(&StorePath, &Classified) -> bool,
    ) -> Self {
        let (config, config_file) = load_config(&snapshot);
        let classifier = Classifier::new(&config);
        let classified: Vec<(StorePath, Classified)> = snapshot
            .entries()
            .filter(|(path, _)| config.path.as_ref() != Some(path) && may_be(path))
            .filter_map(|(path, _)| Some((path, classifier.classify(path)?)))
            .filter(|(path, classified)| wanted(path, classified))
            .map(|(path, classified)| (path.clone(), classified))
            .collect();
        let mut store = Self::load_classified(snapshot, config, classified);
        store.files.extend(config_file.map(|file| (file.path.clone(), file)));
        store.vocabularies = store.unread_vocabularies();
        store
    }

    /// Reads and parses these files and what they refer to. The configuration is none of the store's files.
    pub(super) fn load_classified(
        snapshot: Snapshot,
        config: Config,
        classified: Vec<(StorePath, Classified)>,
    ) -> Self {
        let reader = Reader { snapshot: &snapshot, limit: config.lint.max_file_bytes };
        // Two lists of known length: nothing is moved while they grow.
        let load = |(path, classified): (StorePath, Classified)| match reader.load(&path, classified) {
            Some(Loaded { file, prompt }) => (Some(file), prompt),
            None => (None, None),
        };
        let (files, prompts): (Vec<Option<SourceFile>>, Vec<Option<Prompt>>) =
            classified.into_par_iter().map(load).unzip();
        let mut prompts: Vec<Prompt> = prompts.into_iter().flatten().collect();
        if !config.former_tags.is_empty() {
            for prompt in &mut prompts {
                prompt.former_tags = config.former_tags.get(&prompt.id).cloned().unwrap_or_default();
            }
        }
        let mut files: BTreeMap<StorePath, SourceFile> =
            files.into_iter().flatten().map(|file| (file.path.clone(), file)).collect();
        for unlisted in snapshot.unlisted() {
            let file = not_analysed(&unlisted.path, FileKind::Partial, &unlisted.reason);
            files.entry(unlisted.path.clone()).or_insert(file);
        }
        let models = read_all(&files, FileKind::Model, Model::read);
        let models = models.into_iter().map(|model| (model.id.clone(), model)).collect();
        let retrievals = read_all(&files, FileKind::Retrieval, Retrieval::read);
        let suites = read_all(&files, FileKind::Suite, Suite::read);
        let mut policies = Vec::new();
        for file in files.values_mut().filter(|file| file.kind == FileKind::Policy) {
            if let Some((policy, problems)) = file.yaml.as_ref().and_then(|yaml| Policy::read(&file.path, yaml)) {
                policies.push(policy);
                file.problems.extend(problems);
            }
        }
        let mut routes = Vec::new();
        for file in files.values_mut().filter(|file| file.kind == FileKind::Route) {
            if let Some(yaml) = &file.yaml {
                let (route, problems) = Route::read(&file.path, yaml);
                routes.extend(route);
                file.problems.extend(problems);
            }
        }
        let mut store = Self {
            config,
            files,
            prompts,
            models,
            retrievals,
            routes,
            suites,
            policies,
            data: BTreeMap::new(),
            vocabularies: BTreeMap::new(),
            snapshot,
            extent: Extent::Part,
        };
        store.load_references();
        store
    }

    /// Loads what prompts and partials name until nothing new is named.
    fn load_references(&mut self) {
        let mut seen: BTreeSet<StorePath> = self.files.keys().cloned().collect();
        let mut from: Vec<StorePath> = seen.iter().cloned().collect();
        while !from.is_empty() {
            let mut wanted: BTreeMap<StorePath, Wanted> = BTreeMap::new();
            for path in &from {
                self.references_of(path, &mut wanted);
            }
            wanted.retain(|path, _| seen.insert(path.clone()));
            let reader = Reader { snapshot: &self.snapshot, limit: self.config.lint.max_file_bytes };
            let loaded: Vec<SourceFile> =
                wanted.into_par_iter().map(|(path, wanted)| reader.load_reference(&path, wanted)).collect();
            from = loaded.iter().map(|file| file.path.clone()).collect();
            self.files.extend(loaded.into_iter().map(|file| (file.path.clone(), file)));
        }
        let data = self.files.values_mut().filter(|file| file.kind == FileKind::Data && file.problems.is_empty());
        self.data = data.map(|file| (file.path.clone(), suite::read_lines(file))).collect();
    }

    fn references_of(&self, path: &StorePath, wanted: &mut BTreeMap<StorePath, Wanted>) {
        let mut want = |resolved: Option<Resolved>, what: Wanted| {
            if let Some(Resolved::File(path)) = resolved {
                wanted.insert(path, what);
            }
        };
        for template in self.templates_of(path) {
            for include in &template.analysis.includes {
                want(self.resolve_include(path, template, include), Wanted::Partial(template.syntax));
            }
        }
        if let Ok(at) = self.suites.binary_search_by(|suite| suite.path.cmp(path)) {
            for reference in &self.suites[at].data {
                want(Some(self.resolve_file(path, &reference.value)), Wanted::Lines);
            }
        }
        let Some(prompt) = self.prompt_at(path) else { return };
        if let Some(SchemaSource::File(reference)) = &prompt.output_schema {
            want(Some(self.resolve_file(path, &reference.value)), Wanted::Data(FileKind::Schema));
        }
        for tool in &prompt.tools {
            if let ToolRef::File(reference) = tool {
                want(Some(self.resolve_file(path, &reference.value)), Wanted::Data(FileKind::Tool));
            }
        }
    }
}

/// What `read` makes of every file of a kind that has any YAML, in the order of their paths.
fn read_all<T>(
    files: &BTreeMap<StorePath, SourceFile>,
    kind: FileKind,
    read: fn(&StorePath, &yaml::Yaml) -> Option<T>,
) -> Vec<T> {
    let files = files.values().filter(|file| file.kind == kind);
    files.filter_map(|file| read(&file.path, file.yaml.as_ref()?)).collect()
}

pub(super) fn load_config(snapshot: &Snapshot) -> (Config, Option<SourceFile>) {
    let found = CONFIG_NAMES
        .iter()
        .filter_map(|name| name.parse::<StorePath>().ok())
        .find(|path| snapshot.entry(path).is_some());
    let given = snapshot.config().cloned();
    let Some(path) = found else { return (given.unwrap_or_default(), None) };
    let reader = Reader { snapshot, limit: config::DEFAULT_MAX_FILE_BYTES };
    let mut file = reader.load_reference(&path, Wanted::Data(FileKind::Config));
    let (config, problems) = config::read(&path, file.yaml.as_ref().and_then(yaml::Yaml::root));
    file.problems.extend(problems);
    (given.unwrap_or(config), Some(file))
}
