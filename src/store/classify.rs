//! What a file of the store is, by its place: the folders of a configured store, the extensions of any other.

use globset::{GlobBuilder, GlobMatcher};

use super::FileKind;
use super::config::{CONFIG_NAMES, Config, Source};
use super::owners::CODE_OWNERS;
use super::prompt::{Dialect, Role};
use super::template::Syntax;
use crate::name::ArtifactId;
use crate::path::StorePath;

/// How a prompt's file is to be read.
#[derive(Clone, Debug)]
pub(super) struct PromptFile {
    pub(super) dialect: Dialect,
    pub(super) id: ArtifactId,
    pub(super) role: Option<Role>,
    pub(super) syntax: Option<Syntax>,
}

/// What a path stands for.
#[derive(Clone, Debug)]
pub(super) enum Classified {
    Prompt(PromptFile),
    Other(FileKind),
    /// YAML in a store without configuration: a prompt if its content looks like one.
    Candidate,
}

/// Suffixes of dialects that a file name alone tells, longest first.
const SUFFIXES: [(&str, Dialect); 4] = [
    (".prompt.yaml", Dialect::Native),
    (".prompt.yml", Dialect::Native),
    (".prompty", Dialect::Prompty),
    (".prompt", Dialect::Dotprompt),
];

/// Suffixes of Markdown and text files that editors and agents read as prompts.
const TEXT_SUFFIXES: [&str; 5] = [".prompt.md", ".agent.md", ".instructions.md", ".chatmode.md", ".prompt.txt"];

/// Names of files that tools read as prompts wherever they stand.
const TEXT_NAMES: [&str; 8] = [
    "SKILL.md",
    "AGENTS.md",
    "CLAUDE.md",
    "GEMINI.md",
    "copilot-instructions.md",
    "system.md",
    "user.md",
    "assistant.md",
];

const TEMPLATE_EXTENSIONS: [&str; 3] = ["j2", "jinja", "jinja2"];

const PARTIAL_EXTENSIONS: [&str; 9] = ["md", "txt", "j2", "jinja", "jinja2", "hbs", "handlebars", "mustache", "prompt"];

/// Decides what each path of a store is.
pub(super) struct Classifier {
    configured: bool,
    sources: Option<Vec<CompiledSource>>,
    also: Option<Box<Classifier>>,
}

struct CompiledSource {
    pattern: String,
    matcher: GlobMatcher,
    dialect: Option<Dialect>,
    role: Option<Role>,
    syntax: Option<Syntax>,
    id: Option<String>,
}

impl Classifier {
    pub(super) fn new(config: &Config) -> Self {
        let sources = config.sources.as_ref().map(|sources| {
            let compile = |source: &Source| {
                Some(CompiledSource {
                    pattern: source.files.clone(),
                    matcher: matcher(source)?,
                    dialect: source.dialect,
                    role: source.role.clone(),
                    syntax: source.syntax,
                    id: source.id.clone(),
                })
            };
            sources.iter().filter_map(compile).collect()
        });
        let also = config.also.as_deref().map(|also| Box::new(Self::new(also)));
        Self { configured: config.path.is_some(), sources, also }
    }

    /// What the file at `path` is; `None` for files that are no part of the store.
    pub(super) fn classify(&self, path: &StorePath) -> Option<Classified> {
        self.by_own_rules(path).or_else(|| {
            let also = self.also.as_ref()?.classify(path)?;
            matches!(also, Classified::Prompt(_)).then_some(also)
        })
    }

    fn by_own_rules(&self, path: &StorePath) -> Option<Classified> {
        if CONFIG_NAMES.contains(&path.as_str()) {
            return Some(Classified::Other(FileKind::Config));
        }
        if CODE_OWNERS.contains(&path.as_str()) {
            return Some(Classified::Other(FileKind::CodeOwners));
        }
        if let Some(sources) = &self.sources {
            if let Some(source) = sources.iter().find(|source| source.matcher.is_match(path.as_str())) {
                return Some(Classified::Prompt(source.prompt_file(path)));
            }
        } else if let Some(prompt) = by_name(path, self.configured) {
            return Some(prompt);
        }
        if self.configured {
            return by_folder(path);
        }
        let yaml = matches!(path.extension().as_str(), "yaml" | "yml");
        yaml.then_some(Classified::Candidate)
    }
}

/// Whether the file at `path` stands where models, policies and routes do: nothing else makes a file one of those.
pub(super) fn is_in_folder_of_settings(path: &StorePath) -> bool {
    let folder = path.as_str().split_once('/').map(|(folder, _)| folder);
    matches!(folder, Some("models" | "policies" | "environments"))
}

/// `None` where the pattern is no glob, which is a finding on the configuration; it matches nothing.
fn matcher(source: &Source) -> Option<GlobMatcher> {
    Some(GlobBuilder::new(&source.files).literal_separator(true).build().ok()?.compile_matcher())
}

/// Whether `source` matches one of `paths`.
pub(super) fn matches_any<'a>(source: &Source, mut paths: impl Iterator<Item = &'a StorePath>) -> bool {
    matcher(source).is_some_and(|matcher| paths.any(|path| matcher.is_match(path.as_str())))
}

/// How a file that `sources` does not describe is read when its content says that it is a prompt.
pub(super) fn candidate(path: &StorePath) -> PromptFile {
    PromptFile { dialect: Dialect::Native, id: ArtifactId::of_yaml(path), role: None, syntax: None }
}

/// Whether YAML looks like a prompt: a list of messages, each with a role. A cheap test before anything is parsed.
pub(super) fn looks_like_prompt(text: &[u8]) -> bool {
    let has_messages = memchr::memmem::find_iter(text, b"messages:").any(|at| at == 0 || text[at - 1] == b'\n');
    has_messages && memchr::memmem::find(text, b"role:").is_some() && memchr::memmem::find(text, b"content:").is_some()
}

impl CompiledSource {
    fn prompt_file(&self, path: &StorePath) -> PromptFile {
        let by_suffix = suffix_dialect(path);
        let (suffix, dialect) = by_suffix.unwrap_or_else(|| (text_suffix(path), text_dialect(path)));
        let dialect = self.dialect.unwrap_or(dialect);
        let id = self.id.as_ref().and_then(|id| id_from_pattern(id, &self.pattern, path));
        PromptFile {
            dialect,
            id: id.unwrap_or_else(|| ArtifactId::of_file(path, suffix)),
            role: self.role.clone(),
            syntax: self.syntax,
        }
    }
}

/// A configured store without `sources` keeps its prompts under `prompts/`, and plain text is a prompt only by
/// configuration; a store without configuration goes by names alone.
fn by_name(path: &StorePath, configured: bool) -> Option<Classified> {
    if configured && !path.as_str().starts_with("prompts/") {
        return None;
    }
    let name = path.file_name();
    let prompt =
        |dialect, suffix| PromptFile { dialect, id: ArtifactId::of_file(path, suffix), role: None, syntax: None };
    if let Some((suffix, dialect)) = suffix_dialect(path) {
        let partial = dialect == Dialect::Dotprompt && name.starts_with('_');
        return Some(if partial {
            Classified::Other(FileKind::Partial)
        } else {
            Classified::Prompt(prompt(dialect, suffix))
        });
    }
    let text = TEMPLATE_EXTENSIONS.contains(&path.extension().as_str())
        || TEXT_NAMES.contains(&name)
        || TEXT_SUFFIXES.iter().any(|suffix| name.ends_with(suffix));
    let is_prompt = name == "skprompt.txt" || (text && !configured);
    is_prompt.then(|| Classified::Prompt(prompt(text_dialect(path), text_suffix(path))))
}

fn by_folder(path: &StorePath) -> Option<Classified> {
    let (folder, rest) = path.as_str().split_once('/')?;
    let extension = path.extension();
    let yaml = matches!(extension.as_str(), "yaml" | "yml");
    let kind = match folder {
        "partials" if PARTIAL_EXTENSIONS.contains(&extension.as_str()) => FileKind::Partial,
        "models" if yaml => FileKind::Model,
        "retrieval" if yaml => FileKind::Retrieval,
        "policies" if yaml => FileKind::Policy,
        "suites" if yaml => FileKind::Suite,
        "environments" if yaml && rest.split('/').count() == 2 => FileKind::Route,
        _ => return None,
    };
    Some(Classified::Other(kind))
}

fn suffix_dialect(path: &StorePath) -> Option<(&'static str, Dialect)> {
    // A name that is nothing but the suffix (`.prompt`) would have an empty id.
    SUFFIXES.into_iter().find(|(suffix, _)| path.file_name().len() > suffix.len() && path.as_str().ends_with(suffix))
}

fn text_dialect(path: &StorePath) -> Dialect {
    if path.file_name() == "skprompt.txt" { Dialect::SemanticKernel } else { Dialect::Text }
}

fn text_suffix(path: &StorePath) -> &str {
    let name = path.file_name();
    if name == "skprompt.txt" && path.folder() != "" {
        return "/skprompt.txt";
    }
    let known = TEXT_SUFFIXES.into_iter().find(|suffix| name.ends_with(suffix) && name.len() > suffix.len());
    known.unwrap_or_else(|| name.rfind('.').filter(|&at| at > 0).map_or("", |at| &name[at..]))
}

/// Fills `{1}`, `{2}`, ... of `id` with what the first, second, ... star of `pattern` matched in `path`.
fn id_from_pattern(id: &str, pattern: &str, path: &StorePath) -> Option<ArtifactId> {
    let mut stars = Vec::new();
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.as_str().split('/').collect();
    capture_segments(&pattern, &path, &mut stars)?;
    let mut text = id.to_owned();
    for (index, star) in stars.iter().enumerate() {
        text = text.replace(&format!("{{{}}}", index + 1), star);
    }
    Some(ArtifactId::from_pattern(&text))
}

fn capture_segments(pattern: &[&str], path: &[&str], stars: &mut Vec<String>) -> Option<()> {
    let Some((first, rest)) = pattern.split_first() else { return path.is_empty().then_some(()) };
    if *first == "**" {
        for taken in 0..=path.len() {
            let before = stars.len();
            stars.push(path[..taken].join("/"));
            if capture_segments(rest, &path[taken..], stars).is_some() {
                return Some(());
            }
            stars.truncate(before);
        }
        return None;
    }
    let (segment, path) = path.split_first()?;
    let before = stars.len();
    if capture_star(first, segment, stars).is_some() && capture_segments(rest, path, stars).is_some() {
        return Some(());
    }
    stars.truncate(before);
    None
}

/// Matches one segment whose pattern has stars; the text between stars is found from the left, as short as it can be.
fn capture_star(pattern: &str, segment: &str, stars: &mut Vec<String>) -> Option<()> {
    let mut parts = pattern.split('*');
    let mut rest = segment.strip_prefix(parts.next()?)?;
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let end = if parts.peek().is_none() {
            rest.ends_with(part).then(|| rest.len() - part.len())?
        } else {
            rest.find(part)?
        };
        stars.push(rest[..end].to_owned());
        rest = &rest[end + part.len()..];
    }
    rest.is_empty().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(pattern: &str, id: &str, path: &str) -> Option<String> {
        let path = path.parse().expect("a path of the test");
        id_from_pattern(id, pattern, &path).map(|id| id.to_string())
    }

    #[test]
    fn stars_of_a_source_name_the_prompt() {
        assert_eq!(
            id("patterns/*/system.md", "prompts/{1}", "patterns/agility/system.md"),
            Some("prompts/agility".into())
        );
        assert_eq!(id("**/*-v*.txt", "{1}/{2}", "a/b/answer-v2.txt"), Some("a/b/answer".into()));
        assert_eq!(id("patterns/*/system.md", "x", "patterns/a/b/system.md"), None);
    }

    #[test]
    fn a_store_without_configuration_goes_by_extension() {
        let classifier = Classifier::new(&Config::default());
        let kind = |path: &str| match classifier.classify(&path.parse().expect("a path of the test")) {
            Some(Classified::Prompt(prompt)) => format!("{} {}", prompt.dialect.as_str(), prompt.id),
            Some(other) => format!("{other:?}"),
            None => "nothing".to_owned(),
        };
        assert_eq!(kind("a/answer.prompt.yaml"), "native a/answer");
        assert_eq!(kind("a/answer.prompty"), "prompty a/answer");
        assert_eq!(kind("a/_part.prompt"), "Other(Partial)");
        assert_eq!(kind("Fun/Joke/skprompt.txt"), "semantic-kernel Fun/Joke");
        assert_eq!(kind("x/review.agent.md"), "text x/review");
        assert_eq!(kind("README.md"), "nothing");
        assert_eq!(kind("ci.yml"), "Candidate");
        assert_eq!(kind(".prompt"), "nothing");
    }
}
