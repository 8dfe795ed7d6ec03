//! Which rules run, where, and how much their findings matter: the configuration and the command line in one answer.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobMatcher};

use super::Request;
use super::rule::Rule;
use super::rules::RULES;
use crate::diagnostic::{Diagnostic, RuleId, Severity};
use crate::path::StorePath;
use crate::store::config::{LintConfig, PerPath};
use crate::store::policy::{Locked, NewSuppressions, Policy};
use crate::store::{SourceFile, Store};
use crate::text::{Span, Spanned};

/// A rule that was asked for and does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a rule, and no rule's code starts so")]
pub struct UnknownRule {
    /// What was asked for.
    pub name: String,
    /// The code or name that was most likely meant.
    pub suggestion: Option<&'static str>,
}

/// The checked answer: what runs, and what differs by path.
#[derive(Debug)]
pub struct Selection {
    runs: Vec<Decision<bool>>,
    severity: Vec<Option<Decision<Severity>>>,
    per_path: Vec<PathChoice>,
    policies: Vec<PolicyChoice>,
}

/// What a policy says about the rules for the files that it applies to.
#[derive(Debug)]
struct PolicyChoice {
    files: BTreeSet<StorePath>,
    locked: Vec<bool>,
    severity: Vec<Option<Severity>>,
    accepts_new_suppressions: bool,
}

#[derive(Debug)]
struct PathChoice {
    files: GlobMatcher,
    ignored: Vec<Option<Span>>,
    severity: Vec<Option<Decision<Severity>>>,
}

/// A setting and what decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision<T> {
    /// The setting.
    pub value: T,
    /// What decided it.
    pub by: Origin,
}

/// What decided a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody: it is so by itself.
    Default,
    /// The entry at these bytes of the configuration, under this key.
    Config(&'static str, Span),
    /// A policy that applies to the file.
    Policy,
    /// This flag of the command line.
    Flag(&'static str),
}

/// What holds for one rule and one file.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The rule.
    pub rule: RuleId,
    /// Whether it runs.
    pub runs: Decision<bool>,
    /// How much its findings matter.
    pub severity: Decision<Severity>,
}

/// How exactly an entry names a rule; the more exact entry wins, whatever list it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    /// Nothing names it: the default.
    Unnamed,
    /// `ALL`
    All,
    /// A prefix of its code, by length.
    Prefix(usize),
    /// Its code or its name.
    Exact,
}

/// Where an entry stands; between equally exact entries the later one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Default,
    Select,
    Ignore,
    RequestSelect,
    RequestIgnore,
}

impl Selection {
    /// Resolves the configuration and the request. `select` of the request replaces that of the configuration; `ignore`
    /// adds to it. Unknown names in the configuration are passed over here: LNT004 reports them.
    ///
    /// # Errors
    /// When the request names a rule that does not exist.
    pub fn new(config: &LintConfig, request: &Request) -> Result<Self, UnknownRule> {
        for name in request.select.iter().chain(&request.ignore) {
            if !is_known(name) {
                return Err(UnknownRule { name: name.clone(), suggestion: suggest(name) });
            }
        }
        let written = |key, entries: &[Spanned<String>]| -> Vec<(String, Origin)> {
            entries.iter().map(|entry| (entry.value.clone(), Origin::Config(key, entry.span))).collect()
        };
        let asked = |flag, entries: &[String]| -> Vec<(String, Origin)> {
            entries.iter().map(|entry| (entry.clone(), Origin::Flag(flag))).collect()
        };
        let by_default = request.select.is_empty() && config.select.is_none();
        let mut layers = vec![(Layer::Ignore, written("lint.ignore", &config.ignore))];
        if request.select.is_empty() {
            layers.push((Layer::Select, written("lint.select", config.select.as_deref().unwrap_or_default())));
        }
        layers.push((Layer::RequestSelect, asked("--select", &request.select)));
        layers.push((Layer::RequestIgnore, asked("--ignore", &request.ignore)));

        let runs = RULES.iter().map(|rule| {
            let meta = rule.meta();
            let named = layers.iter().flat_map(|(layer, entries)| {
                entries.iter().filter_map(|(entry, by)| Some((precision(entry, meta.id)?, *layer, *by)))
            });
            let strongest = named.max_by_key(|(precision, layer, _)| (*precision, *layer));
            let (_, layer, by) = strongest.unwrap_or((Precision::Unnamed, Layer::Default, Origin::Default));
            let value = match layer {
                Layer::Default => by_default && meta.default,
                Layer::Select | Layer::RequestSelect => true,
                Layer::Ignore | Layer::RequestIgnore => false,
            };
            Decision { value, by }
        });
        Ok(Self {
            runs: runs.collect(),
            severity: severities("lint.severity", &config.severity),
            per_path: config.per_path.iter().filter_map(PathChoice::new).collect(),
            policies: Vec::new(),
        })
    }

    /// The same with what the policies of `store` say: it goes before what the configuration says. Where `request` names
    /// rules, they are the only ones to run, locked or not: who asks for a part gets a part.
    #[must_use]
    pub fn with_policies(self, store: &Store, request: &Request) -> Self {
        self.with(store.policies(), store, request)
    }

    /// The same with what `policies` say of the files of `store`.
    #[must_use]
    pub(super) fn with(mut self, policies: &[Policy], store: &Store, request: &Request) -> Self {
        let asked =
            |name: &dyn Fn(RuleId) -> bool| RULES.iter().map(|rule| name(rule.meta().id)).collect::<Vec<bool>>();
        let chosen = |id| request.select.is_empty() || request.select.iter().any(|name| precision(name, id).is_some());
        let refused = |id| request.ignore.iter().any(|name| precision(name, id).is_some());
        for policy in policies {
            let locks = |id: RuleId| chosen(id) && !refused(id) && is_locked_by(policy, id);
            let has = |file: &&SourceFile| policy.scope.has(&file.path, store.prompt_at(&file.path));
            self.policies.push(PolicyChoice {
                files: store.files().filter(has).map(|file| file.path.clone()).collect(),
                locked: asked(&locks),
                severity: severities("lint.severity", &policy.severity)
                    .into_iter()
                    .map(|severity| severity.map(|decision| decision.value))
                    .collect(),
                accepts_new_suppressions: policy.change.new_suppressions == NewSuppressions::Accepted,
            });
        }
        self
    }

    /// Whether the rule at `index` of the registry runs anywhere.
    pub fn runs(&self, index: usize) -> bool {
        self.is_configured(index) || self.policies.iter().any(|policy| policy.locked[index])
    }

    fn is_configured(&self, index: usize) -> bool {
        self.runs.get(index).is_some_and(|decision| decision.value)
    }

    /// Whether the rule at `index` of the registry speaks about the file at `path`.
    pub fn runs_at(&self, index: usize, path: &StorePath) -> bool {
        let is_ignored = || self.applying(path).any(|choice| choice.ignored[index].is_some());
        self.is_locked(index, path) || (self.is_configured(index) && !is_ignored())
    }

    /// Whether a policy keeps the rule at `index` of the registry from being switched off for the file at `path`.
    pub fn is_locked(&self, index: usize, path: &StorePath) -> bool {
        self.policies.iter().any(|policy| policy.locked[index] && policy.files.contains(path))
    }

    /// Whether a policy lets a change bring suppressions into the file at `path` that count at once.
    pub fn accepts_new_suppressions(&self, path: &StorePath) -> bool {
        self.policies.iter().any(|policy| policy.accepts_new_suppressions && policy.files.contains(path))
    }

    /// What holds for each rule of the registry and the file at `path`, and why.
    pub fn settings(&self, path: &StorePath) -> Vec<Setting> {
        let setting = |(index, rule): (usize, &&dyn Rule)| {
            let meta = rule.meta();
            let ignored = self.applying(path).filter_map(|choice| choice.ignored[index]).next_back();
            let runs = match ignored.filter(|_| self.is_configured(index)) {
                _ if self.is_locked(index, path) => Decision { value: true, by: Origin::Policy },
                Some(span) => Decision { value: false, by: Origin::Config("lint.per_path.ignore", span) },
                None => self.runs[index],
            };
            let own = Decision { value: meta.severity, by: Origin::Default };
            Setting { rule: meta.id, runs, severity: self.severity_at(index, path).unwrap_or(own) }
        };
        RULES.iter().enumerate().map(setting).collect()
    }

    /// The severity of the rule at `index` for the file at `path`, where anything but the rule decides it.
    fn severity_at(&self, index: usize, path: &StorePath) -> Option<Decision<Severity>> {
        let by_policy = self.policies.iter().filter(|policy| policy.files.contains(path));
        if let Some(value) = by_policy.filter_map(|policy| policy.severity[index]).max() {
            return Some(Decision { value, by: Origin::Policy });
        }
        let here = self.applying(path).filter_map(|choice| choice.severity[index]).next_back();
        let own = RULES[index].meta().severity;
        match here.or(self.severity[index]) {
            // What is locked is not made quieter.
            Some(quieter) if quieter.value < own && self.is_locked(index, path) => {
                Some(Decision { value: own, by: Origin::Policy })
            }
            decided => decided,
        }
    }

    /// Drops findings where their rule is ignored, and gives the others their configured severity.
    pub(crate) fn apply(&self, findings: &mut Vec<Diagnostic>) {
        if self.per_path.is_empty() && self.policies.is_empty() && self.severity.iter().all(Option::is_none) {
            return;
        }
        findings.retain_mut(|finding| {
            let Some(index) = index_of(finding.rule) else { return true };
            if let Some(severity) = self.severity_at(index, &finding.file) {
                finding.severity = severity.value;
            }
            self.runs_at(index, &finding.file)
        });
    }

    fn applying<'a>(&'a self, path: &'a StorePath) -> impl DoubleEndedIterator<Item = &'a PathChoice> {
        self.per_path.iter().filter(move |choice| choice.files.is_match(path.as_str()))
    }
}

impl PathChoice {
    /// `None` where `files` is not a pattern: the reader of the configuration reports that.
    fn new(entry: &PerPath) -> Option<Self> {
        let files = GlobBuilder::new(&entry.files).literal_separator(true).build().ok()?.compile_matcher();
        let ignored_by = |id| entry.ignore.iter().find(|name| precision(&name.value, id).is_some());
        let ignored = RULES.iter().map(|rule| ignored_by(rule.meta().id).map(|name| name.span)).collect();
        Some(Self { files, ignored, severity: severities("lint.per_path.severity", &entry.severity) })
    }
}

/// The severity of each rule of the registry, by the entry that names it most exactly.
fn severities(key: &'static str, entries: &[(Spanned<String>, Severity)]) -> Vec<Option<Decision<Severity>>> {
    let of = |id| {
        let decision = |name: &Spanned<String>, value| Decision { value, by: Origin::Config(key, name.span) };
        let named = entries
            .iter()
            .filter_map(|(name, severity)| Some((precision(&name.value, id)?, decision(name, *severity))));
        named.max_by_key(|(precision, _)| *precision).map(|(_, decision)| decision)
    };
    RULES.iter().map(|rule| of(rule.meta().id)).collect()
}

fn index_of(id: RuleId) -> Option<usize> {
    RULES.binary_search_by(|rule| rule.meta().id.code.cmp(id.code)).ok()
}

fn precision(entry: &str, id: RuleId) -> Option<Precision> {
    if entry.eq_ignore_ascii_case(id.code) || entry == id.name {
        return Some(Precision::Exact);
    }
    if entry == "ALL" {
        return Some(Precision::All);
    }
    // A group is three letters: a shorter prefix would take in groups that have nothing in common.
    let head = id.code.get(..entry.len()).filter(|head| entry.len() >= 3 && head.eq_ignore_ascii_case(entry))?;
    Some(Precision::Prefix(head.len()))
}

/// Whether `policy` locks the rule. `locked: true` is for the rules that policies feed, and those whose severity it sets.
pub(crate) fn is_locked_by(policy: &Policy, id: RuleId) -> bool {
    match &policy.locked {
        Locked::Nothing => false,
        Locked::Own => id.code.starts_with("SAF") || policy.severity.iter().any(|(name, _)| names(&name.value, id)),
        Locked::Rules(rules) => rules.iter().any(|name| names(&name.value, id)),
    }
}

/// Whether `entry` names this rule, its group or all.
pub(crate) fn names(entry: &str, id: RuleId) -> bool {
    precision(entry, id).is_some()
}

/// Whether `entry` names a rule, a group of rules or all of them.
pub fn is_known(entry: &str) -> bool {
    RULES.iter().any(|rule| precision(entry, rule.meta().id).is_some())
}

/// The code or name that is most like `written`, if one is.
pub fn suggest(written: &str) -> Option<&'static str> {
    let upper = written.to_ascii_uppercase();
    let lower = written.to_ascii_lowercase().replace('_', "-");
    let ids = RULES.iter().map(|rule| rule.meta().id);
    let scored = ids.flat_map(|RuleId { code, name }| {
        let by_code = strsim::damerau_levenshtein(&upper, code);
        let by_name = strsim::damerau_levenshtein(&lower, name);
        // A third of a name may be wrong, but only one character of a code: its neighbours are other rules.
        [(by_code, code, by_code <= 1), (by_name, name, by_name * 3 <= name.len())]
    });
    scored.filter(|(_, _, near)| *near).min_by_key(|(distance, _, _)| *distance).map(|(_, word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spanned(words: &[&str]) -> Vec<Spanned<String>> {
        words.iter().map(|word| Spanned::new((*word).to_owned(), Span::default())).collect()
    }

    fn running(config: &LintConfig, select: &[&str], ignore: &[&str]) -> Vec<&'static str> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let request = Request { select: words(select), ignore: words(ignore), ..Request::default() };
        let selection = Selection::new(config, &request).expect("only known rules");
        let codes = RULES.iter().map(|rule| rule.meta().id.code);
        codes.enumerate().filter(|(index, _)| selection.runs(*index)).map(|(_, code)| code).collect()
    }

    #[test]
    fn the_more_exact_entry_wins_and_the_command_line_speaks_last() {
        let config =
            LintConfig { select: Some(spanned(&["STR"])), ignore: spanned(&["STR00"]), ..LintConfig::default() };
        assert_eq!(running(&config, &[], &[]), ["STR010", "STR011", "STR012", "STR013"]);
        assert_eq!(running(&config, &["STR001"], &[]), ["STR001"]);
        assert_eq!(running(&config, &["STR"], &["STR011", "case-collision"]), ["STR010", "STR013"]);
        let exact = LintConfig { ignore: spanned(&["str001"]), ..LintConfig::default() };
        assert_eq!(running(&exact, &["STR001"], &[]), ["STR001"]);
    }

    #[test]
    fn without_a_word_the_default_set_runs() {
        let running = running(&LintConfig::default(), &[], &["STR001"]);
        let expected: Vec<&str> = RULES
            .iter()
            .map(|rule| rule.meta())
            .filter(|meta| meta.default && meta.id.code != "STR001")
            .map(|meta| meta.id.code)
            .collect();
        assert_eq!(running, expected);
    }

    #[test]
    fn unknown_rules_of_the_command_line_are_errors_with_a_suggestion() {
        let error = |name: &str| {
            let request = Request { ignore: vec![name.to_owned()], ..Request::default() };
            Selection::new(&LintConfig::default(), &request).expect_err("no such rule").suggestion
        };
        assert_eq!(error("duplicat-key"), Some("duplicate-key"));
        assert_eq!(error("LNT0O1"), Some("LNT001"));
        assert_eq!(error("S"), None);
        assert_eq!(error("nothing-like-it"), None);
    }
}
