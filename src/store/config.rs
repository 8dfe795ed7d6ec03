//! `promptyard.yaml`: where things are and how the lint behaves.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::diagnostic::Severity;
use crate::name::{ArtifactId, EnvName};
use crate::path::StorePath;
use crate::store::environment::{self, Environment};
use crate::store::problem::{Problem, ProblemKind};
use crate::store::prompt::{Dialect, Role};
use crate::store::snapshot::Snapshot;
use crate::store::template::Syntax;
use crate::store::yaml::{Kind, NodeRef};
use crate::text::{Span, Spanned};

/// The checked configuration; [`Config::default`] is a store without `promptyard.yaml`.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file it was read from. `None`: prompts are found by their extension.
    pub path: Option<StorePath>,
    /// What the store calls itself: bundles carry it.
    pub name: Option<Spanned<String>>,
    /// Where prompts are, if the file says so; in order, the first that matches a path wins.
    pub sources: Option<Vec<Source>>,
    /// `default_model`
    pub default_model: Option<Spanned<String>>,
    /// What stands before a release's tag name; see [`Config::tag_prefix`].
    pub tag_prefix: Option<Spanned<String>>,
    /// The page of the repository on its forge: what links to commits start with.
    pub repository_url: Option<Spanned<String>>,
    /// The zone of dates that name none.
    pub timezone: Option<Spanned<TimeZone>>,
    /// The environments that the file describes, in its order; a store may have more.
    pub environments: Vec<Environment>,
    /// What templates may call beside the language's own.
    pub templates: TemplateExtras,
    /// How the lint behaves.
    pub lint: LintConfig,
    /// Another configuration whose prompts are prompts of this store too, where this one says nothing of a file: that
    /// of a change which is judged by this one.
    pub also: Option<Box<Config>>,
    /// The tags that prompts had before the change that is judged: see [`Prompt::carries`](super::prompt::Prompt::carries).
    pub former_tags: Arc<BTreeMap<ArtifactId, Vec<String>>>,
}

impl Config {
    /// The configuration of the store in `snapshot`, of which nothing else is read; the default where it has none.
    pub fn of(snapshot: &Snapshot) -> Self {
        super::load::load_config(snapshot).0
    }

    /// What stands before a release's tag name, for a store that shares its repository; mostly nothing.
    pub fn tag_prefix(&self) -> &str {
        self.tag_prefix.as_ref().map_or("", |prefix| &prefix.value)
    }

    /// What the file says of the environment `name`.
    pub fn environment(&self, name: &EnvName) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == *name)
    }
}

/// One entry of `sources`.
#[derive(Clone, Debug)]
pub struct Source {
    /// Glob over store paths.
    pub files: String,
    /// How the files are written; by extension where it is not said.
    pub dialect: Option<Dialect>,
    /// Role of text files.
    pub role: Option<Role>,
    /// Template language of text files.
    pub syntax: Option<Syntax>,
    /// The id's pattern: `{1}` is what the first `*` of `files` matched.
    pub id: Option<String>,
    /// The entry's bytes.
    pub span: Span,
}

/// Filters, tests and functions that the application registers in its template engine.
#[derive(Clone, Debug, Default)]
pub struct TemplateExtras {
    /// Names of filters.
    pub filters: Vec<String>,
    /// Names of tests.
    pub tests: Vec<String>,
    /// Names of functions and helpers.
    pub functions: Vec<String>,
}

/// The `lint` section. Rules are named as written, by code, name or code prefix (`TPL`); the lint checks them.
#[derive(Clone, Debug)]
pub struct LintConfig {
    /// Rules to run; the default set where it is not given.
    pub select: Option<Vec<Spanned<String>>>,
    /// Rules not to run.
    pub ignore: Vec<Spanned<String>>,
    /// Severities that differ from the rule's own.
    pub severity: Vec<(Spanned<String>, Severity)>,
    /// What differs for some files.
    pub per_path: Vec<PerPath>,
    /// The least severity that fails a run.
    pub fail_on: Severity,
    /// Files over this many bytes are reported, not read.
    pub max_file_bytes: u64,
    /// Regions whose ways of writing a phone number without a country code count, as ISO 3166-1 alpha-2 codes; the
    /// detector's own where it is not said.
    pub regions: Option<Vec<String>>,
    /// The file of known findings, from the root, where the configuration names one.
    pub baseline: Option<Spanned<String>>,
}

/// One entry of `lint.per_path`.
#[derive(Clone, Debug)]
pub struct PerPath {
    /// Glob over store paths.
    pub files: String,
    /// Rules not to run there.
    pub ignore: Vec<Spanned<String>>,
    /// Severities that differ there.
    pub severity: Vec<(Spanned<String>, Severity)>,
}

/// 1 MiB: prompts over it are data, not prompts.
pub const DEFAULT_MAX_FILE_BYTES: u64 = 1 << 20;

impl Default for LintConfig {
    fn default() -> Self {
        Self {
            select: None,
            ignore: Vec::new(),
            severity: Vec::new(),
            per_path: Vec::new(),
            fail_on: Severity::Warning,
            max_file_bytes: DEFAULT_MAX_FILE_BYTES,
            regions: None,
            baseline: None,
        }
    }
}

/// The names of the configuration file, the first is the one that `init` writes.
pub const CONFIG_NAMES: [&str; 2] = ["promptyard.yaml", "promptyard.yml"];

/// Reads the configuration from the root of its YAML. Wrong values are left at their default: the schema reports them.
pub(super) fn read(path: &StorePath, root: Option<NodeRef<'_>>) -> (Config, Vec<Problem>) {
    let mut config = Config { path: Some(path.clone()), ..Config::default() };
    let mut problems = Vec::new();
    let Some(root) = root else { return (config, problems) };
    if let Some(sources) = root.get("sources").filter(|node| node.kind() == Kind::Sequence) {
        config.sources = Some(sources.items().filter_map(|node| read_source(node, &mut problems)).collect());
    }
    config.name = root.get("name").and_then(text);
    config.default_model = root.get("default_model").and_then(text);
    config.tag_prefix = root.get("tag_prefix").and_then(text);
    config.repository_url = root.get("repository_url").and_then(text);
    config.timezone = root.get("timezone").and_then(|node| read_timezone(node, &mut problems));
    config.environments = environment::read_all(root.get("environments"), &mut problems);
    if let Some(templates) = root.get("templates") {
        let names = |key| texts(templates.get(key)).into_iter().map(|name| name.value).collect();
        config.templates =
            TemplateExtras { filters: names("filters"), tests: names("tests"), functions: names("functions") };
    }
    if let Some(lint) = root.get("lint") {
        config.lint = read_lint(lint, &mut problems);
    }
    (config, problems)
}

fn read_source(node: NodeRef<'_>, problems: &mut Vec<Problem>) -> Option<Source> {
    let files = node.get("files")?;
    check_glob(files, problems);
    let word = |key| node.get(key).and_then(NodeRef::as_str);
    Some(Source {
        files: files.as_str()?.to_owned(),
        dialect: word("dialect").and_then(Dialect::from_word),
        role: word("role").map(Role::from_word),
        syntax: word("syntax").and_then(Syntax::from_word),
        id: word("id").map(str::to_owned),
        span: node.span(),
    })
}

fn read_timezone(node: NodeRef<'_>, problems: &mut Vec<Problem>) -> Option<Spanned<TimeZone>> {
    let name = node.as_str().filter(|name| !name.is_empty())?;
    let Ok(zone) = TimeZone::get(name) else {
        let message = format!("`{name}` is no time zone of the IANA database");
        let help = "write it as Europe/Berlin, America/New_York or UTC";
        problems.push(Problem::new(ProblemKind::WrongShape, node.span(), message).help(help));
        return None;
    };
    Some(Spanned::new(zone, node.span()))
}

fn read_lint(lint: NodeRef<'_>, problems: &mut Vec<Problem>) -> LintConfig {
    let default = LintConfig::default();
    let per_path = lint.get("per_path").into_iter().flat_map(NodeRef::items).filter_map(|node| {
        let files = node.get("files")?;
        check_glob(files, problems);
        Some(PerPath {
            files: files.as_str()?.to_owned(),
            ignore: texts(node.get("ignore")),
            severity: severities(node.get("severity")),
        })
    });
    LintConfig {
        per_path: per_path.collect(),
        select: lint.get("select").map(|node| texts(Some(node))),
        ignore: texts(lint.get("ignore")),
        severity: severities(lint.get("severity")),
        fail_on: lint.get("fail_on").and_then(NodeRef::as_str).and_then(Severity::from_word).unwrap_or(default.fail_on),
        // Offsets are 32 bits wide; a file of 1 GiB is no prompt.
        max_file_bytes: lint
            .get("max_file_bytes")
            .and_then(NodeRef::as_u64)
            .unwrap_or(default.max_file_bytes)
            .min(1 << 30),
        regions: lint
            .get("sensitive")
            .and_then(|sensitive| sensitive.get("regions"))
            .map(|regions| texts(Some(regions)).into_iter().map(|region| region.value).collect()),
        baseline: lint.get("baseline").and_then(text),
    }
}

pub(super) fn check_glob(node: NodeRef<'_>, problems: &mut Vec<Problem>) {
    let Some(pattern) = node.as_str() else { return };
    if let Err(error) = globset::Glob::new(pattern) {
        let message = format!("`{pattern}` is not a file pattern: {}", error.kind());
        problems.push(Problem::new(ProblemKind::WrongShape, node.span(), message));
    }
}

pub(super) fn text(node: NodeRef<'_>) -> Option<Spanned<String>> {
    Some(Spanned::new(node.as_str()?.to_owned(), node.span()))
}

pub(super) fn texts(node: Option<NodeRef<'_>>) -> Vec<Spanned<String>> {
    node.into_iter().flat_map(NodeRef::items).filter_map(text).collect()
}

pub(super) fn severities(node: Option<NodeRef<'_>>) -> Vec<(Spanned<String>, Severity)> {
    let entries = node.into_iter().flat_map(NodeRef::entries);
    entries
        .filter_map(|entry| {
            let severity = entry.value.as_str().and_then(Severity::from_word)?;
            Some((Spanned::new(entry.key.to_owned(), entry.key_span), severity))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::yaml::{Limits, parse};

    #[test]
    fn environments_and_time_zone_are_read() {
        let source = "\
tag_prefix: py/
timezone: Europe/Berlin
environments:
  staging:
  production: {branch: main, protected: true, upstream: staging}
";
        let (yaml, _) = parse(source, 0, Limits::default());
        let (config, problems) = read(&"promptyard.yaml".parse().expect("a path"), yaml.root());
        assert_eq!(problems, []);
        assert_eq!(config.tag_prefix(), "py/");
        assert_eq!(config.timezone.as_ref().and_then(|zone| zone.value.iana_name()), Some("Europe/Berlin"));
        let name = |text: &str| text.parse::<EnvName>().expect("a name");
        let production = config.environment(&name("production")).expect("it is there");
        assert!(production.protected);
        assert_eq!(production.upstream.as_ref().map(|upstream| &upstream.value), Some(&name("staging")));
        assert_eq!(production.branch.as_ref().map(|branch| branch.value.as_str()), Some("main"));
        assert!(config.environment(&name("staging")).is_some_and(|staging| !staging.protected));
        assert_eq!(Config::default().tag_prefix(), "");
    }

    #[test]
    fn names_of_nothing_are_problems() {
        let source = "timezone: Mars/Base\nenvironments: {Production: {upstream: \"b c\"}, a: {upstream: \"b c\"}}\n";
        let (yaml, _) = parse(source, 0, Limits::default());
        let (config, problems) = read(&"promptyard.yaml".parse().expect("a path"), yaml.root());
        let problems: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            problems,
            [
                "`Mars/Base` is no time zone of the IANA database",
                "`Production` is no name for an environment",
                "`b c` is no name for an environment"
            ]
        );
        assert!(config.timezone.is_none() && config.environments.len() == 1);
    }
}
