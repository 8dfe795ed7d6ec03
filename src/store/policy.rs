//! A policy: what the prompts that it applies to must keep, and which rules nobody switches off.

mod change;
mod promotion;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::config::{check_glob, severities, text, texts};
use super::problem::Problem;
use super::yaml::{Kind, NodeRef, Yaml};
use crate::diagnostic::Severity;
use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::store::prompt::Prompt;
use crate::text::{Span, Spanned};
pub use change::{ChangeRules, NewSuppressions};
pub use promotion::{Approvals, Freeze, MetricBound, PromotionRules, Window};

/// One file under `policies/`.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its file.
    pub path: StorePath,
    /// `applies_to`: what it is for.
    pub scope: Scope,
    /// `locked`: rules that no file and no configuration switches off there.
    pub locked: Locked,
    /// `lint.severity`: how much findings matter there.
    pub severity: Vec<(Spanned<String>, Severity)>,
    /// `banned_terms`
    pub banned_terms: Vec<BannedTerm>,
    /// `required_clauses`
    pub required_clauses: Vec<Clause>,
    /// `allowed_models`, `forbidden_models`
    pub models: Choice,
    /// `allowed_tools`, `forbidden_tools`
    pub tools: Choice,
    /// `require_owner`: folders whose prompts need one.
    pub require_owner: Vec<Spanned<String>>,
    /// `waivers`
    pub waivers: Vec<Waiver>,
    /// What it asks of changes, before they are merged.
    pub change: ChangeRules,
    /// What it asks of promotions.
    pub promotion: PromotionRules,
}

/// The files that something is for: everything where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    files: Option<GlobSet>,
    tags: Vec<String>,
}

/// The rules that a policy locks.
#[derive(Clone, Debug, Default)]
pub enum Locked {
    /// None.
    #[default]
    Nothing,
    /// `locked: true`: those that this policy feeds, and those whose severity it sets.
    Own,
    /// By code, name or prefix of codes.
    Rules(Vec<Spanned<String>>),
}

/// A word or phrase that no prompt may contain.
#[derive(Clone, Debug)]
pub struct BannedTerm {
    /// The term.
    pub term: Spanned<String>,
    /// What to write instead.
    pub instead: Option<String>,
    /// Why it is banned.
    pub reason: Option<String>,
}

/// What prompts must contain.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Only prompts with one of these tags; every prompt where there is none.
    pub tags: Vec<String>,
    /// What it is.
    pub content: ClauseContent,
}

/// What a clause is.
#[derive(Clone, Debug)]
pub enum ClauseContent {
    /// A partial that is included, by its path in the store.
    Partial(String),
    /// A text that stands there; white space counts once.
    Text(String),
}

/// Names that may be used, and names that may not, as patterns in which `*` stands for anything.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    allowed: Option<GlobSet>,
    forbidden: Option<GlobSet>,
}

/// An exception that the policy's owners grant.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule, by code, name or prefix of codes.
    pub rule: Spanned<String>,
    /// For which files.
    pub files: Scope,
    /// Why.
    pub reason: Option<Spanned<String>>,
    /// The last day that it holds, as written.
    pub until: Option<Spanned<String>>,
}

impl Policy {
    /// Reads a policy. Wrong values are left out: the schema reports them, and this the patterns that are none.
    pub(super) fn read(path: &StorePath, yaml: &Yaml) -> Option<(Self, Vec<Problem>)> {
        let root = yaml.root()?;
        let mut problems = Vec::new();
        let list = |key| texts(root.get(key));
        let policy = Self {
            path: path.clone(),
            scope: Scope::read(root.get("applies_to"), &mut problems),
            locked: read_locked(root.get("locked")),
            severity: severities(root.get("lint").and_then(|lint| lint.get("severity"))),
            banned_terms: items(root, "banned_terms").filter_map(read_term).collect(),
            required_clauses: items(root, "required_clauses").filter_map(read_clause).collect(),
            models: Choice::new(&list("allowed_models"), &list("forbidden_models")),
            tools: Choice::new(&list("allowed_tools"), &list("forbidden_tools")),
            require_owner: list("require_owner"),
            waivers: items(root, "waivers").filter_map(|node| read_waiver(node, &mut problems)).collect(),
            change: ChangeRules::read(root, &mut problems),
            promotion: PromotionRules::read(root, &mut problems),
        };
        Some((policy, problems))
    }

    /// Whether anything that it asks is for prompts with some tags alone.
    pub fn goes_by_tags(&self) -> bool {
        !self.scope.tags.is_empty() || self.required_clauses.iter().any(|clause| !clause.tags.is_empty())
    }

    /// The name for messages: `policies/safety`.
    pub fn name(&self) -> &str {
        let path = self.path.as_str();
        path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml")).unwrap_or(path)
    }
}

impl Scope {
    fn read(node: Option<NodeRef<'_>>, problems: &mut Vec<Problem>) -> Self {
        let Some(node) = node else { return Self::default() };
        let (files, tags) = match node.kind() {
            Kind::Mapping => {
                let files = ["files", "prompts"].into_iter().filter_map(|key| node.get(key));
                (files.collect(), strings(node.get("tags")))
            }
            _ => (vec![node], Vec::new()),
        };
        let patterns: Vec<NodeRef<'_>> =
            files.into_iter().flat_map(|node| node.items().chain(node.as_str().map(|_| node))).collect();
        patterns.iter().for_each(|node| check_glob(*node, problems));
        let patterns: Vec<&str> = patterns.iter().filter_map(|node| node.as_str()).collect();
        Self { files: (!patterns.is_empty()).then(|| globs(&patterns, Separator::Literal)), tags }
    }

    /// Whether it has the artifact called `id`, which need not be in the store any more; `prompt` is that prompt.
    pub fn has_artifact(&self, id: &ArtifactId, prompt: Option<&Prompt>) -> bool {
        let by_name = |files: &GlobSet| {
            files.is_match(id.as_str()) || prompt.is_some_and(|prompt| files.is_match(prompt.path.as_str()))
        };
        let has_tag = |prompt: &Prompt| prompt.carries(&self.tags);
        self.files.as_ref().is_none_or(by_name) && (self.tags.is_empty() || prompt.is_some_and(has_tag))
    }

    /// Whether it is for everything.
    pub fn is_open(&self) -> bool {
        self.files.is_none() && self.tags.is_empty()
    }

    /// Whether it has the file at `path`; `prompt` is the prompt in it. Patterns match its path and its id.
    pub fn has(&self, path: &StorePath, prompt: Option<&Prompt>) -> bool {
        let by_name = |files: &GlobSet| {
            files.is_match(path.as_str()) || prompt.is_some_and(|prompt| files.is_match(prompt.id.as_str()))
        };
        let has_tag = |prompt: &Prompt| prompt.carries(&self.tags);
        self.files.as_ref().is_none_or(by_name) && (self.tags.is_empty() || prompt.is_some_and(has_tag))
    }
}

impl Clause {
    /// Whether `prompt`, to which the policy applies, must contain it.
    pub fn is_for(&self, prompt: &Prompt) -> bool {
        self.tags.is_empty() || prompt.carries(&self.tags)
    }
}

impl Choice {
    fn new(allowed: &[Spanned<String>], forbidden: &[Spanned<String>]) -> Self {
        let set = |names: &[Spanned<String>]| {
            let names: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
            (!names.is_empty()).then(|| globs(&names, Separator::Ordinary))
        };
        Self { allowed: set(allowed), forbidden: set(forbidden) }
    }

    /// Whether anything is said.
    pub fn is_open(&self) -> bool {
        self.allowed.is_none() && self.forbidden.is_none()
    }

    /// Whether something that goes by any of `names` may be used: none of them is forbidden, and one is allowed where
    /// only some are.
    pub fn permits(&self, names: &[&str]) -> bool {
        let any = |set: &GlobSet| names.iter().any(|name| set.is_match(name));
        !self.forbidden.as_ref().is_some_and(any) && self.allowed.as_ref().is_none_or(any)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    /// `*` stops at `/`.
    Literal,
    /// `*` does not.
    Ordinary,
}

/// Patterns that are none match nothing.
fn globs(patterns: &[&str], separator: Separator) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let literal = separator == Separator::Literal;
        if let Ok(glob) = GlobBuilder::new(pattern).literal_separator(literal).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}

fn items<'a>(root: NodeRef<'a>, key: &str) -> impl Iterator<Item = NodeRef<'a>> {
    root.get(key).into_iter().flat_map(NodeRef::items)
}

/// A text, or a list of texts.
fn strings(node: Option<NodeRef<'_>>) -> Vec<String> {
    let nodes = node.into_iter().flat_map(|node| node.items().chain(node.as_str().map(|_| node)));
    nodes.filter_map(NodeRef::as_str).map(str::to_owned).collect()
}

fn read_locked(node: Option<NodeRef<'_>>) -> Locked {
    match node {
        Some(node) if node.as_bool() == Some(true) => Locked::Own,
        Some(node) if node.kind() == Kind::Sequence => Locked::Rules(texts(Some(node))),
        _ => Locked::Nothing,
    }
}

fn read_term(node: NodeRef<'_>) -> Option<BannedTerm> {
    let word = |key| node.get(key).and_then(NodeRef::as_str).map(str::to_owned);
    let term = text(node).or_else(|| node.get("term").and_then(text))?;
    let says = |term: &Spanned<String>| !term.value.trim().is_empty();
    Some(BannedTerm { term, instead: word("instead"), reason: word("reason") }).filter(|banned| says(&banned.term))
}

fn read_clause(node: NodeRef<'_>) -> Option<Clause> {
    let tags: Vec<String> = ["tag", "tags"].into_iter().flat_map(|key| strings(node.get(key))).collect();
    let word = |key| node.get(key).and_then(NodeRef::as_str).map(str::to_owned);
    let partial = node.as_str().map(str::to_owned).or_else(|| word("partial"));
    let content = partial.map(ClauseContent::Partial).or_else(|| word("text").map(ClauseContent::Text))?;
    Some(Clause { tags, content })
}

fn read_waiver(node: NodeRef<'_>, problems: &mut Vec<Problem>) -> Option<Waiver> {
    let part = |key| node.get(key).and_then(|node| Some(Spanned::new(node.scalar()?.to_owned(), node.span())));
    Some(Waiver {
        rule: part("rule")?,
        files: Scope::read(node.get("files").or_else(|| node.get("prompt")), problems),
        reason: part("reason"),
        until: part("until"),
    })
}

impl Waiver {
    /// Where it is written, for a finding about it.
    pub fn span(&self) -> Span {
        self.rule.span
    }
}
