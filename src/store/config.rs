//! `promptyard.yaml`: where things are and how the lint behaves.

use crate::diagnostic::Severity;
use crate::path::StorePath;
use crate::store::prompt::{Dialect, Role};
use crate::store::template::Syntax;
use crate::text::{Span, Spanned};

/// The checked configuration; [`Config::default`] is a store without `promptyard.yaml`.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it was read from. `None`: prompts are found by their extension.
    pub path: Option<StorePath>,
    /// Where prompts are, if the file says so; in order, the first that matches a path wins.
    pub sources: Option<Vec<Source>>,
    /// `default_model`
    pub default_model: Option<Spanned<String>>,
    /// What templates may call beside the language's own.
    pub templates: TemplateExtras,
    /// How the lint behaves.
    pub lint: LintConfig,
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
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: None,
            sources: None,
            default_model: None,
            templates: TemplateExtras::default(),
            lint: LintConfig::default(),
        }
    }
}
