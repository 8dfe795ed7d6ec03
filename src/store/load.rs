//! Builds a [`Store`] from a [`Snapshot`]: decide what each file is, read and parse on every core, then follow references.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::classify::{self, Classified, Classifier, PromptFile};
use super::config::{self, CONFIG_NAMES, Config};
use super::mapped::{MappedText, SharedText};
use super::model::Model;
use super::narrow::Extent;
use super::owners::CODE_OWNERS;
use super::policy::Policy;
use super::problem::{Problem, ProblemKind};
use super::prompt::{self, Dialect, Prompt, PromptSource, SchemaSource, ToolRef};
use super::retrieval::Retrieval;
use super::route::Route;
use super::snapshot::{EntryKind, Snapshot};
use super::suite::{self, Suite};
use super::template::{Syntax, Template};
use super::yaml::{self, Limits};
use super::{FileKind, Resolved, SourceFile, Store};
use crate::block;
use crate::path::StorePath;
use crate::text::Span;

/// What one file gave.
struct Loaded {
    file: SourceFile,
    prompt: Option<Prompt>,
}

impl Store {
    /// Reads and parses every file of `snapshot` that is part of the store, and every file that those refer to.
    /// Never fails: what could not be read or parsed is a [`Problem`] of its file.
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

/// How a file that others name is read.
#[derive(Clone, Copy)]
enum Wanted {
    Partial(Syntax),
    Data(FileKind),
    /// Golden data, which is read when everything is loaded.
    Lines,
}

/// How a file starts that stands for one that Git LFS stores elsewhere, by the specification of its pointers.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

struct Reader<'a> {
    snapshot: &'a Snapshot,
    limit: u64,
}

impl Reader<'_> {
    fn load(&self, path: &StorePath, classified: Classified) -> Option<Loaded> {
        match classified {
            Classified::Prompt(prompt) => self.load_prompt(path, &prompt),
            Classified::Other(FileKind::CodeOwners) => self.load_code_owners(path),
            Classified::Other(kind) => {
                let wanted = match kind {
                    FileKind::Partial => Wanted::Partial(partial_syntax(path)),
                    FileKind::Data => Wanted::Lines,
                    kind => Wanted::Data(kind),
                };
                let load = || Loaded { file: self.load_reference(path, wanted), prompt: None };
                (!self.is_link_inside(path)).then(load)
            }
            Classified::Candidate => {
                let entry = self.snapshot.entry(path)?;
                let too_large = self.snapshot.size(path).is_some_and(|size| size > self.limit);
                if entry.kind != EntryKind::File || too_large {
                    return None;
                }
                let content = self.snapshot.read(path).ok()?;
                classify::looks_like_prompt(&content).then_some(())?;
                self.load_prompt(path, &classify::candidate(path))
            }
        }
    }

    /// `None` for a link to a file that the store has under its own name: it is loaded there.
    fn load_prompt(&self, path: &StorePath, source: &PromptFile) -> Option<Loaded> {
        if self.is_link_inside(path) {
            return None;
        }
        let text = match self.read_text(path) {
            Ok(text) => text,
            Err((text, problem)) => {
                return Some(Loaded { file: unparsed(path, FileKind::Prompt, text, problem), prompt: None });
            }
        };
        let sidecar = (source.dialect == Dialect::SemanticKernel).then(|| self.sidecar(path)).flatten();
        let mut parsed = prompt::parse(
            &PromptSource {
                path,
                id: source.id.clone(),
                role: source.role.clone(),
                syntax: source.syntax,
                sidecar: sidecar.as_deref(),
            },
            source.dialect,
            &text,
        );
        let text = SharedText::from(text);
        parsed.prompt.templates.iter_mut().for_each(|template| template.text.share(&text));
        let file = SourceFile {
            path: path.clone(),
            kind: FileKind::Prompt,
            text,
            yaml: parsed.yaml,
            template: None,
            problems: parsed.problems,
        };
        Some(Loaded { file, prompt: Some(parsed.prompt) })
    }

    /// `None` for a file that has no lines of ours, or that cannot be read: it is for others.
    fn load_code_owners(&self, path: &StorePath) -> Option<Loaded> {
        let text = self.read_text(path).ok().filter(|text| block::range(text).is_some())?;
        let kind = FileKind::CodeOwners;
        let file = SourceFile {
            path: path.clone(),
            kind,
            text: text.into(),
            yaml: None,
            template: None,
            problems: Vec::new(),
        };
        Some(Loaded { file, prompt: None })
    }

    fn load_reference(&self, path: &StorePath, wanted: Wanted) -> SourceFile {
        let kind = match wanted {
            Wanted::Partial(_) => FileKind::Partial,
            Wanted::Data(kind) => kind,
            Wanted::Lines => FileKind::Data,
        };
        let text = match self.read_text(path) {
            Ok(text) => text,
            Err((text, problem)) => return unparsed(path, kind, text, problem),
        };
        match wanted {
            Wanted::Partial(_) if path.extension() == "prompt" => dotprompt_partial(path, text),
            Wanted::Partial(syntax) => {
                let text = SharedText::from(text);
                let template = Template::new(MappedText::verbatim(text.clone(), 0), syntax);
                SourceFile {
                    path: path.clone(),
                    kind,
                    text,
                    yaml: None,
                    template: Some(Box::new(template)),
                    problems: Vec::new(),
                }
            }
            Wanted::Lines => SourceFile {
                path: path.clone(),
                kind,
                text: text.as_str().into(),
                yaml: None,
                template: None,
                problems: Vec::new(),
            },
            Wanted::Data(kind) => {
                let (yaml, problems) = yaml::parse(&text, 0, Limits::default());
                SourceFile { path: path.clone(), kind, text: text.into(), yaml: Some(yaml), template: None, problems }
            }
        }
    }

    fn is_link_inside(&self, path: &StorePath) -> bool {
        self.snapshot.entry(path).is_some_and(|entry| entry.kind == EntryKind::LinkInside)
    }

    fn sidecar(&self, path: &StorePath) -> Option<String> {
        let config = StorePath::resolve(path.folder(), "config.json").ok()?;
        self.snapshot.entry(&config)?;
        self.read_text(&config).ok()
    }

    /// The text of a file, or as much of it as is text and the problem that ends it.
    fn read_text(&self, path: &StorePath) -> Result<String, (String, Problem)> {
        let refuse = |kind, message: String, help: &str| {
            Err((String::new(), Problem::new(kind, Span::default(), message).help(help)))
        };
        match self.snapshot.entry(path).map(|entry| (entry.kind, self.snapshot.size(path))) {
            Some((EntryKind::LinkInside | EntryKind::LinkOutside, _)) => {
                return refuse(
                    ProblemKind::NotAnalysed,
                    "this is a symbolic link, which is never followed".to_owned(),
                    "put the file itself here",
                );
            }
            Some((EntryKind::File, Some(size))) if size > self.limit => {
                return refuse(
                    ProblemKind::FileTooLarge,
                    format!("the file has {size} bytes, over the limit of {}, and was not read", self.limit),
                    "raise `lint.max_file_bytes` in promptyard.yaml, or leave the file out of `sources`",
                );
            }
            _ => {}
        }
        let content = match self.snapshot.read(path) {
            Ok(content) => content,
            Err(reason) => {
                return refuse(
                    ProblemKind::NotAnalysed,
                    format!("the file could not be read: {reason}"),
                    "make it readable, or leave it out of `sources`",
                );
            }
        };
        if content.starts_with(LFS_POINTER) {
            return refuse(
                ProblemKind::NotAnalysed,
                "this is a pointer of Git LFS, and the text itself is not here".to_owned(),
                "store the text in git itself: prompts are small, and reviewed line by line",
            );
        }
        String::from_utf8(content).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let mut content = error.into_bytes();
            let byte = content[valid];
            let utf_16 = content.starts_with(&[0xFF, 0xFE]) || content.starts_with(&[0xFE, 0xFF]);
            let binary = content.contains(&0);
            content.truncate(valid);
            let message = if utf_16 {
                "the file is UTF-16, not UTF-8".to_owned()
            } else if binary {
                "this looks like a binary file, not like text".to_owned()
            } else {
                format!("the byte 0x{byte:02X} at offset {valid} is not UTF-8")
            };
            let text = String::from_utf8(content).expect("because the bytes up to `valid_up_to` are UTF-8");
            let problem = Problem::new(ProblemKind::InvalidUtf8, Span::at(valid), message)
                .help("save the file as UTF-8, or leave it out of `sources`");
            (text, problem)
        })
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

/// Dotprompt's partials are prompts whose body is taken in.
fn dotprompt_partial(path: &StorePath, text: String) -> SourceFile {
    let id = crate::name::ArtifactId::of_file(path, ".prompt");
    let source = PromptSource { path, id, role: None, syntax: None, sidecar: None };
    let mut parsed = prompt::parse(&source, Dialect::Dotprompt, &text);
    parsed.problems.retain(|problem| problem.kind != ProblemKind::EmptyPrompt);
    let text = SharedText::from(text);
    parsed.prompt.templates.iter_mut().for_each(|template| template.text.share(&text));
    SourceFile {
        path: path.clone(),
        kind: FileKind::Partial,
        text,
        yaml: parsed.yaml,
        template: parsed.prompt.templates.pop().map(Box::new),
        problems: parsed.problems,
    }
}

/// A partial's language where nobody includes it.
fn partial_syntax(path: &StorePath) -> Syntax {
    match path.extension().as_str() {
        "hbs" | "handlebars" | "prompt" => Syntax::Handlebars,
        "mustache" => Syntax::Mustache,
        _ => Syntax::Jinja,
    }
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

fn not_analysed(path: &StorePath, kind: FileKind, reason: &str) -> SourceFile {
    let problem =
        Problem::new(ProblemKind::NotAnalysed, Span::default(), format!("this could not be analysed: {reason}"));
    unparsed(path, kind, String::new(), problem)
}

fn unparsed(path: &StorePath, kind: FileKind, text: String, problem: Problem) -> SourceFile {
    SourceFile { path: path.clone(), kind, text: text.into(), yaml: None, template: None, problems: vec![problem] }
}
