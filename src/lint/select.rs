//! Which rules run, where, and how much their findings matter: the configuration and the command line in one answer.

use globset::{GlobBuilder, GlobMatcher};

use super::Request;
use super::rules::RULES;
use crate::diagnostic::{Diagnostic, RuleId, Severity};
use crate::path::StorePath;
use crate::store::config::{LintConfig, PerPath};
use crate::text::Spanned;

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
    runs: Vec<bool>,
    severity: Vec<Option<Severity>>,
    per_path: Vec<PathChoice>,
}

#[derive(Debug)]
struct PathChoice {
    files: GlobMatcher,
    ignored: Vec<bool>,
    severity: Vec<Option<Severity>>,
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
        let written = |entries: &[Spanned<String>]| entries.iter().map(|entry| entry.value.clone()).collect::<Vec<_>>();
        let configured = config.select.as_deref().map(written);
        let by_default = request.select.is_empty() && configured.is_none();
        let mut layers = vec![(Layer::Ignore, written(&config.ignore))];
        if request.select.is_empty() {
            layers.push((Layer::Select, configured.unwrap_or_default()));
        }
        layers.push((Layer::RequestSelect, request.select.clone()));
        layers.push((Layer::RequestIgnore, request.ignore.clone()));

        let runs = RULES.iter().map(|rule| {
            let meta = rule.meta();
            let named = layers.iter().flat_map(|(layer, entries)| {
                entries.iter().filter_map(|entry| Some((precision(entry, meta.id)?, *layer)))
            });
            match named.max().unwrap_or((Precision::Unnamed, Layer::Default)).1 {
                Layer::Default => by_default && meta.default,
                Layer::Select | Layer::RequestSelect => true,
                Layer::Ignore | Layer::RequestIgnore => false,
            }
        });
        Ok(Self {
            runs: runs.collect(),
            severity: severities(&config.severity),
            per_path: config.per_path.iter().filter_map(PathChoice::new).collect(),
        })
    }

    /// Whether the rule at `index` of the registry runs anywhere.
    pub fn runs(&self, index: usize) -> bool {
        self.runs.get(index).copied().unwrap_or(false)
    }

    /// Whether the rule at `index` of the registry speaks about the file at `path`.
    pub fn runs_at(&self, index: usize, path: &StorePath) -> bool {
        self.runs(index) && !self.applying(path).any(|choice| choice.ignored[index])
    }

    /// Drops findings where their rule is ignored, and gives the others their configured severity.
    pub(crate) fn apply(&self, findings: &mut Vec<Diagnostic>) {
        if self.per_path.is_empty() && self.severity.iter().all(Option::is_none) {
            return;
        }
        findings.retain_mut(|finding| {
            let Some(index) = index_of(finding.rule) else { return true };
            let here = self.applying(&finding.file).filter_map(|choice| choice.severity[index]).next_back();
            if let Some(severity) = here.or(self.severity[index]) {
                finding.severity = severity;
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
        let is_ignored = |id| entry.ignore.iter().any(|name| precision(&name.value, id).is_some());
        let ignored = RULES.iter().map(|rule| is_ignored(rule.meta().id)).collect();
        Some(Self { files, ignored, severity: severities(&entry.severity) })
    }
}

/// The severity of each rule of the registry, by the entry that names it most exactly.
fn severities(entries: &[(Spanned<String>, Severity)]) -> Vec<Option<Severity>> {
    let of = |id| {
        let named = entries.iter().filter_map(|(name, severity)| Some((precision(&name.value, id)?, *severity)));
        named.max_by_key(|(precision, _)| *precision).map(|(_, severity)| severity)
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
    use crate::text::Span;

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
        assert_eq!(running(&config, &[], &[]), ["STR010", "STR011", "STR012"]);
        assert_eq!(running(&config, &["STR001"], &[]), ["STR001"]);
        assert_eq!(running(&config, &["STR"], &["STR011", "case-collision"]), ["STR010"]);
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
