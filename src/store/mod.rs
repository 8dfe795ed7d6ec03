//! Nouns: one parsed, immutable view of every file of a store at one moment.

pub mod artifact;
pub mod catalogue;
mod classify;
pub mod closure;
pub mod config;
pub mod content;
pub mod environment;
mod load;
pub mod mapped;
pub mod memo;
pub mod model;
pub mod narrow;
pub mod owners;
pub mod places;
pub mod policy;
pub mod problem;
pub mod prompt;
mod resolve;
pub mod retrieval;
pub mod route;
pub mod schema;
pub mod snapshot;
pub mod suite;
pub mod template;
pub mod usage;
pub mod vocabulary;
pub mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use crate::name::{ArtifactId, EnvName, RouteName};
use crate::path::StorePath;
use config::Config;
use mapped::SharedText;
use model::Model;
use narrow::Extent;
use policy::Policy;
use problem::Problem;
use prompt::Prompt;
use retrieval::Retrieval;
use route::Route;
use snapshot::Snapshot;
use suite::{Case, Suite};
use template::Template;
use vocabulary::VocabularyFile;
use yaml::Yaml;

/// What a file of the store is, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// `promptyard.yaml`
    Config,
    /// A prompt of any dialect.
    Prompt,
    /// A text that prompts include.
    Partial,
    /// `models/**.yaml`
    Model,
    /// `retrieval/**.yaml`
    Retrieval,
    /// `policies/**.yaml`
    Policy,
    /// `suites/**.yaml`
    Suite,
    /// `environments/<env>/<route>.yaml`
    Route,
    /// A JSON Schema that a prompt names.
    Schema,
    /// A tool manifest that a prompt names.
    Tool,
    /// Golden data that a suite names: a case a line.
    Data,
    /// `CODEOWNERS` with lines of ours. One without them is no part of the store.
    CodeOwners,
}

impl FileKind {
    /// Whether people write such files for this product. Schemas, tools and data are often made by machines, and code owners
    /// for others.
    pub fn is_written_by_hand(self) -> bool {
        !matches!(self, Self::Schema | Self::Tool | Self::Data | Self::CodeOwners)
    }
}

/// One file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// Where it is.
    pub path: StorePath,
    /// What it is.
    pub kind: FileKind,
    /// Its text; a byte order mark is part of it. Empty where the file could not be read or is not UTF-8.
    pub text: SharedText,
    /// Its YAML: the whole file, or the front matter of a text dialect.
    pub yaml: Option<Yaml>,
    /// A partial's template. Boxed: most files have none.
    pub template: Option<Box<Template>>,
    /// What the parsers met.
    pub problems: Vec<Problem>,
}

impl SourceFile {
    /// Whether the file was read to its end.
    pub fn is_legible(&self) -> bool {
        problem::is_legible(&self.problems)
    }
}

/// A store at one moment. It never changes.
pub struct Store {
    config: Config,
    files: BTreeMap<StorePath, SourceFile>,
    prompts: Vec<Prompt>,
    models: BTreeMap<ArtifactId, Model>,
    vocabularies: BTreeMap<StorePath, VocabularyFile>,
    policies: Vec<Policy>,
    retrievals: Vec<Retrieval>,
    routes: Vec<Route>,
    suites: Vec<Suite>,
    data: BTreeMap<StorePath, Vec<Case>>,
    snapshot: Snapshot,
    extent: Extent,
}

/// What an include refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A file that the store has.
    File(StorePath),
    /// No such file; these places were tried.
    Missing(Vec<StorePath>),
    /// The reference leaves the store, by `..`, by an absolute path or by a symbolic link.
    Outside(String),
}

impl Store {
    /// The configuration in `snapshot`: no other file is read.
    pub fn config_of(snapshot: &Snapshot) -> Config {
        load::load_config(snapshot).0
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// How much of its moment was read.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Every file that was read, in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.values()
    }

    /// The file at `path`, if it was read.
    pub fn file(&self, path: &StorePath) -> Option<&SourceFile> {
        self.files.get(path)
    }

    /// The content of any file of the snapshot, part of the store or not; `None` where it has no such file.
    ///
    /// # Errors
    /// As [`Snapshot::read`].
    pub fn read(&self, path: &StorePath) -> Option<Result<Vec<u8>, String>> {
        self.snapshot.entry(path).map(|_| self.snapshot.read(path))
    }

    /// Whether a file is at `path`, read or not.
    pub fn lists(&self, path: &StorePath) -> bool {
        self.snapshot.entry(path).is_some()
    }

    /// Whether a file is at `path` or in the folder of this name.
    pub fn has_under(&self, path: &str) -> bool {
        let is_under =
            |file: &str| file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.snapshot.entries().any(|(file, _)| is_under(file.as_str()))
    }

    /// The entries of `sources` that match no file.
    pub fn idle_sources(&self) -> impl Iterator<Item = &config::Source> {
        let paths = || self.snapshot.entries().map(|(path, _)| path);
        self.config.sources.iter().flatten().filter(move |source| !classify::matches_any(source, paths()))
    }

    /// Every prompt, in the order of their paths.
    pub fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    /// The prompts whose files were read to their end: what a rule says of any other is guesswork.
    pub fn legible_prompts(&self) -> impl Iterator<Item = &Prompt> {
        self.prompts.iter().filter(|prompt| self.file(&prompt.path).is_none_or(SourceFile::is_legible))
    }

    /// The model registry, by id.
    pub fn models(&self) -> impl Iterator<Item = &Model> {
        self.models.values()
    }

    /// Every policy, in the order of their paths.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The registered model that serves `prompt`: the one that it names by id or by the provider's id, else the default.
    pub fn model_of(&self, prompt: &Prompt) -> Option<&Model> {
        let named = prompt.model.as_ref().or(self.config.default_model.as_ref())?;
        self.model(&named.value)
    }

    /// The registered model called `name`: its id in the registry, or the provider's own id of it.
    pub fn model(&self, name: &str) -> Option<&Model> {
        let by_id = self.models.values().find(|model| model.id.as_str() == name);
        by_id.or_else(|| self.models.values().find(|model| model.is_called(name)))
    }

    /// The retrieval configurations, in the order of their paths.
    pub fn retrievals(&self) -> &[Retrieval] {
        &self.retrievals
    }

    /// The routes of every environment, in the order of their paths.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The routes whose files were read to their end: what a rule says of any other is guesswork.
    pub fn legible_routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().filter(|route| self.file(&route.path).is_none_or(SourceFile::is_legible))
    }

    /// The environment that a release passes before `environment`: the one that the configuration names, else `staging`
    /// before `production`, where the store has both.
    pub fn upstream_of(&self, environment: &EnvName) -> Option<EnvName> {
        if let Some(upstream) = self.config.environment(environment).and_then(|known| known.upstream.as_ref()) {
            return Some(upstream.value.clone());
        }
        let staging: EnvName = "staging".parse().expect("because `staging` is a name");
        let exists = || {
            let mut routes = self.routes.iter();
            self.config.environment(&staging).is_some() || routes.any(|route| route.environment == staging)
        };
        (environment.as_str() == "production" && exists()).then_some(staging)
    }

    /// The route `name` of `environment`.
    pub fn route(&self, environment: &EnvName, name: &RouteName) -> Option<&Route> {
        self.routes.iter().find(|route| route.environment == *environment && route.name == *name)
    }

    /// The evaluation suites, in the order of their paths.
    pub fn suites(&self) -> &[Suite] {
        &self.suites
    }

    /// The cases of `suite` with the files that they stand in: its own, then those of its golden data. A file that the
    /// store lacks has none.
    pub fn cases_of<'a>(&'a self, suite: &'a Suite) -> impl Iterator<Item = (&'a StorePath, &'a Case)> {
        let own = suite.cases.iter().map(|case| (&suite.path, case));
        own.chain(self.data_of(suite).flat_map(|(path, cases)| cases.iter().map(move |case| (path, case))))
    }

    /// The golden data that `suite` names: each file that the store has, once, with its cases.
    pub fn data_of<'a>(&'a self, suite: &'a Suite) -> impl Iterator<Item = (&'a StorePath, &'a [Case])> {
        let paths: BTreeSet<StorePath> = suite
            .data
            .iter()
            .filter_map(|reference| match self.resolve_file(&suite.path, &reference.value) {
                Resolved::File(path) => Some(path),
                Resolved::Missing(_) | Resolved::Outside(_) => None,
            })
            .collect();
        paths.into_iter().filter_map(|path| self.data.get_key_value(&path)).map(|(path, cases)| (path, &cases[..]))
    }

    /// The prompt called `id`.
    pub fn prompt_called(&self, id: &str) -> Option<&Prompt> {
        self.prompts.iter().find(|prompt| prompt.id.as_str() == id)
    }

    /// The prompt in the file at `path`.
    pub fn prompt_at(&self, path: &StorePath) -> Option<&Prompt> {
        let index = self.prompts.binary_search_by(|prompt| prompt.path.cmp(path)).ok()?;
        self.prompts.get(index)
    }

    /// The templates in the file at `path`: a partial's one, a prompt's several.
    pub fn templates_of(&self, path: &StorePath) -> &[Template] {
        if let Some(template) = self.file(path).and_then(|file| file.template.as_deref()) {
            return std::slice::from_ref(template);
        }
        self.prompt_at(path).map_or(&[], |prompt| &prompt.templates)
    }
}
