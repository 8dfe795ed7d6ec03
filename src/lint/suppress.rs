//! Suppressions in files: where they stand, what they cover, and what became of them.
//!
//! Three forms: `lint: {allow: [...]}` in the metadata holds for the whole file; a YAML comment for its line or, alone on
//! a line, for the whole entry that starts below; a template comment for its line and the next.

mod collect;
pub mod directive;
mod grant;
mod removal;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::fingerprint::Gist;
use super::rules;
use super::select::Selection;
use crate::diagnostic::{Diagnostic, Edit};
use crate::store::{SourceFile, Store};
use crate::text::{Span, Spanned};
pub use grant::Grants;
use grant::Room;

/// Where a suppression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An entry of `lint.allow`.
    Metadata,
    /// `# promptyard: allow ...`
    YamlComment,
    /// `{# promptyard: allow ... #}`
    TemplateComment,
}

/// One suppression as it is written. Spans are bytes of its file.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// In which form.
    pub form: Form,
    /// The comment with its delimiters, or the metadata's entry.
    pub span: Span,
    /// What it says.
    pub directive: directive::Directive,
    /// Findings that start in here are covered; `None` for the whole file.
    covers: Option<Span>,
}

/// Whether a suppression holds today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Holds,
    /// Its last day is over.
    Expired,
    /// Its last day is not a date; it does not hold.
    NotADate,
}

/// What became of one rule that a suppression names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameState {
    /// It covered a finding.
    Used,
    /// The rule ran and there was nothing to cover.
    Unused,
    /// The rule did not run here: nothing can be said.
    NotRun,
    /// A policy locks the rule here: the suppression does not hold for it.
    Locked,
    /// A rule of the lint itself, which only the configuration can ignore.
    NotAllowed,
    /// No rule has this code or name.
    Unknown,
    /// The change that is judged brings it, and does not decide itself what it may do.
    New,
}

/// A suppression and what became of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The suppression.
    pub suppression: Suppression,
    /// Whether it holds.
    pub standing: Standing,
    /// One state for each of the directive's rules.
    pub names: Vec<NameState>,
    /// The findings that it covered for each of the directive's rules.
    pub covered: Vec<Vec<Gist>>,
    /// Whether the change that is judged brings it, or a rule of it.
    pub is_new: bool,
}

/// A comment with the white space before it, or with its lines where it stands alone on them: what is cut to remove it.
pub(crate) fn comment_removal(span: Span, file_text: &str) -> Span {
    removal::comment(span, file_text)
}

/// The edit that says in the metadata of `file` what `directive` says; `None` where the metadata has a `lint` already, is
/// not written in block style, or is not there.
pub(crate) fn insertion_in_metadata(directive: &directive::Directive, file: &SourceFile) -> Option<Edit> {
    let root = file.yaml.as_ref()?.root()?;
    let last = root.entries().last()?;
    let first = root.entries().next()?;
    let starts_line =
        |at: usize| file.text[..at].trim_end_matches('\u{feff}').is_empty() || file.text[..at].ends_with('\n');
    if root.get("lint").is_some() || !starts_line(first.key_span.range().start) {
        return None;
    }
    let entry = |rule: &Spanned<String>| {
        let part = |key: &str, value: &Option<Spanned<String>>| {
            let value = value.as_ref().map(|value| serde_json::Value::from(value.value.as_str()));
            value.map(|value| format!(", {key}: {value}")).unwrap_or_default()
        };
        let reason = part("reason", &directive.reason);
        let until = part("until", &directive.until);
        let matches = part("match", &directive.matches);
        format!("{{rule: {}{reason}{until}{matches}}}", rule.value)
    };
    let entries: Vec<String> = directive.rules.iter().map(entry).collect();
    let end = last.span().range().end;
    let closed = file.text[..end].ends_with('\n');
    let at = if closed { end } else { end + file.text[end..].find('\n')? + 1 };
    let replacement = format!("lint: {{allow: [{}]}}\n", entries.join(", "));
    Some(Edit { span: Span::at(at), replacement })
}

impl Judged {
    /// The edits that take the whole suppression out of `file`; `None` where that is not simple.
    pub fn removal(&self, file: &SourceFile) -> Option<Vec<Edit>> {
        removal::whole(&self.suppression, file)
    }

    /// The edits that take the rule at `index` out of a comment that names several.
    pub fn removal_of_name(&self, index: usize, file: &SourceFile) -> Option<Vec<Edit>> {
        removal::name(&self.suppression, index, file)
    }
}

/// Drops the findings of `file` that a suppression covers, says what became of each suppression, and counts what was
/// dropped. `findings` are all of this file. Where `granted` says what was there before a change, nothing else counts.
pub(crate) fn judge(
    store: &Store,
    file: &SourceFile,
    today: Option<Date>,
    selection: &Selection,
    granted: Option<&Grants>,
    findings: &mut Vec<Diagnostic>,
) -> (Vec<Judged>, usize) {
    let mut court = Court::convene(store, file, today, selection, granted);
    let before = findings.len();
    findings.retain(|finding| !court.covers(finding));
    (court.judged, before - findings.len())
}

/// The suppressions of one file while its findings pass by.
struct Court<'a> {
    file: &'a SourceFile,
    judged: Vec<Judged>,
    /// What else each rule of each suppression may cover.
    room: Vec<Vec<Room>>,
    by_rule: BTreeMap<&'static str, Vec<(usize, usize)>>,
}

impl<'a> Court<'a> {
    fn convene(
        store: &Store,
        file: &'a SourceFile,
        today: Option<Date>,
        selection: &Selection,
        granted: Option<&Grants>,
    ) -> Self {
        let whole = is_whole(store, file);
        let mut left = granted.map(|granted| granted.of_file(&file.path));
        let accepts_new = selection.accepts_new_suppressions(&file.path);
        let mut court = Self { file, judged: Vec::new(), room: Vec::new(), by_rule: BTreeMap::new() };
        for (at, suppression) in collect::of_file(store, file).into_iter().enumerate() {
            let standing = standing(suppression.directive.until.as_ref(), today);
            let (mut names, mut room, mut is_new) = (Vec::new(), Vec::new(), false);
            for (index, name) in suppression.directive.rules.iter().enumerate() {
                let most = left.as_mut().map_or(Some(Room::Everything), |left| left.take(&suppression, name));
                let is_added = most.is_none();
                is_new |= is_added;
                room.push(most.unwrap_or(Room::Everything));
                names.push(match initial_state(name, file, selection) {
                    NameState::Unused if is_added && !accepts_new => NameState::New,
                    NameState::Unused if !whole => NameState::NotRun,
                    state => state,
                });
                if let Some(rule) = rules::find(&name.value).filter(|_| standing == Standing::Holds) {
                    court.by_rule.entry(rule.meta().id.code).or_default().push((at, index));
                }
            }
            let covered = vec![Vec::new(); names.len()];
            court.judged.push(Judged { suppression, standing, names, covered, is_new });
            court.room.push(room);
        }
        court
    }

    fn covers(&mut self, finding: &Diagnostic) -> bool {
        let mut covered = false;
        let mut gist = None;
        for &(at, index) in self.by_rule.get(finding.rule.code).into_iter().flatten() {
            let (one, room) = (&mut self.judged[at], &mut self.room[at][index]);
            let counts = !matches!(one.names[index], NameState::NotAllowed | NameState::Locked | NameState::New);
            if !counts || !one.suppression.covers(finding, &self.file.text) {
                continue;
            }
            let gist: &Gist = gist.get_or_insert_with(|| Gist::of(finding, &self.file.text));
            if room.take(gist) {
                one.names[index] = NameState::Used;
                one.covered[index].push(gist.clone());
                covered = true;
            }
        }
        covered
    }
}

impl Suppression {
    fn covers(&self, finding: &Diagnostic, file_text: &str) -> bool {
        let start = Span { start: finding.span.start, end: finding.span.start };
        let here = self.covers.is_none_or(|covered| covered.contains(start));
        let matches = self.directive.matches.as_ref();
        here && matches.is_none_or(|text| finding.span.slice(file_text).contains(&text.value))
    }
}

/// Whether every rule could look at all of `file`: where one could not, it may yet find what is suppressed.
fn is_whole(store: &Store, file: &SourceFile) -> bool {
    file.is_legible() && store.templates_of(&file.path).iter().all(|template| template.analysis.errors.is_empty())
}

/// Whether something that ends after the day `until` holds today.
pub(crate) fn standing(until: Option<&Spanned<String>>, today: Option<Date>) -> Standing {
    let Some(until) = until else { return Standing::Holds };
    match (until.value.trim().parse::<Date>(), today) {
        (Err(_), _) => Standing::NotADate,
        (Ok(last), Some(today)) if last < today => Standing::Expired,
        (Ok(_), _) => Standing::Holds,
    }
}

fn initial_state(name: &Spanned<String>, file: &SourceFile, selection: &Selection) -> NameState {
    let Some(index) = rules::index_of(&name.value) else { return NameState::Unknown };
    if rules::RULES[index].meta().id.code.starts_with("LNT") {
        NameState::NotAllowed
    } else if selection.is_locked(index, &file.path) {
        NameState::Locked
    } else if selection.runs_at(index, &file.path) {
        NameState::Unused
    } else {
        NameState::NotRun
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::{self, Request, example, fix};
    use crate::store::Store;

    /// Lints the files of an example on 2026-11-21 and gives `CODE line excerpt` of each finding, and what is suppressed.
    fn lint(text: &str) -> (Vec<String>, usize) {
        let store = Store::load(example::snapshot(text).expect("paths inside the store"));
        let request = Request { today: "2026-11-21".to_owned(), ..Request::default() };
        let report = lint::run(&store, &request).expect("known rules");
        let line = |finding: &crate::diagnostic::Diagnostic| {
            let text = store.file(&finding.file).map_or("", |file| file.text.as_str());
            let line = text[..finding.span.range().start].matches('\n').count() + 1;
            format!("{} {line} {}", finding.rule.code, finding.span.slice(text))
        };
        (report.findings.iter().map(line).collect(), report.suppressed)
    }

    /// The first file of an example after the fixes that the lint offers.
    fn fixed(text: &str) -> String {
        let store = Store::load(example::snapshot(text).expect("paths inside the store"));
        let request = Request { today: "2026-11-21".to_owned(), ..Request::default() };
        let findings = lint::run(&store, &request).expect("known rules").findings;
        let text = example::files(text)[0].1;
        fix::apply(text, findings.iter().filter_map(|finding| finding.fix.as_ref())).0
    }

    const BODY: &str = "messages:\n  - {role: user, content: Say hello.}\n";

    #[test]
    fn a_comment_above_covers_the_whole_entry_and_a_trailing_one_its_line() {
        let bad = "modelParameters:\n  temperature: warm\n";
        let above = "# promptyard: allow STR002 reason=\"a joke\"\n";
        assert_eq!(lint(&format!("description: d\n{above}\n# and more\n{bad}{BODY}")), (vec![], 1));
        let trailing = "modelParameters:\n  temperature: warm # promptyard: allow schema-violation reason=x\n";
        assert_eq!(lint(&format!("description: d\n{trailing}{BODY}")), (vec![], 1));
        let elsewhere = format!("{above}description: d\n{bad}{BODY}");
        let comment = above.trim_end();
        assert_eq!(lint(&elsewhere), (vec![format!("LNT001 1 {comment}"), "STR002 4 warm".to_owned()], 0));
        assert_eq!(fixed(&elsewhere), format!("description: d\n{bad}{BODY}"));
    }

    #[test]
    fn what_could_not_be_looked_at_makes_no_suppression_unused() {
        let allow = "# promptyard: allow TPL002 reason=\"filled in later\"\n";
        let unclosed = "messages:\n  - {role: user, content: \"{{ x\"}\n";
        assert_eq!(lint(&format!("description: d\n{allow}{unclosed}")), (vec!["TPL001 4 {{".to_owned()], 0));
        let broken = "messages: [\n";
        assert_eq!(lint(&format!("description: d\n{allow}{broken}")), (vec!["STR001 3 [".to_owned()], 0));
    }

    #[test]
    fn a_comment_that_keeps_a_rule_from_opening_front_matter_stays() {
        let text = "{# promptyard: allow TPL002 reason=\"r\" #}\n---\nHi\n---\n";
        assert_eq!(fixed(&format!("//- prompts/a.prompty\n{text}")), text);
    }

    #[test]
    fn metadata_covers_the_file_and_only_what_matches() {
        let bad = "modelParameters:\n  temperature: warm\n  topP: 3\n";
        let allow = "lint:\n  allow:\n    - {rule: STR002, reason: a joke, match: war}\n";
        assert_eq!(lint(&format!("description: d\n{bad}{allow}{BODY}")), (vec!["STR002 4 3".to_owned()], 1));
    }

    #[test]
    fn metadata_that_covers_nothing_is_cut_out_whole() {
        let head = "description: d\n";
        let cut = |allow: &str| fixed(&format!("{head}{allow}{BODY}"));
        assert_eq!(cut("lint:\n  allow:\n    - rule: STR002\n      reason: r\n"), format!("{head}{BODY}"));
        assert_eq!(cut("lint: {allow: [{rule: STR002, reason: r}]}\n"), format!("{head}{BODY}"));
        let two = "lint:\n  allow:\n    - rule: STR002\n      reason: r\n    - {rule: STR007, reason: r}\n";
        let left = "lint:\n  allow:\n    - {rule: STR007, reason: r}\n";
        let without_description = fixed(&format!("name: N\n{two}{BODY}"));
        assert_eq!(without_description, format!("name: N\n{left}{BODY}"));
        let flow = "lint: {allow: [{rule: STR007, reason: r}, {rule: STR002, reason: r}]}\n";
        let without_description = fixed(&format!("name: N\n{flow}{BODY}"));
        assert_eq!(without_description, format!("name: N\nlint: {{allow: [{{rule: STR007, reason: r}}]}}\n{BODY}"));
    }

    #[test]
    fn one_rule_of_several_is_cut_with_its_comma() {
        let prompt = |rules: &str| format!("# promptyard: allow {rules} reason=\"r\"\nname: N\n{BODY}");
        assert_eq!(lint(&prompt("STR007, STR002")), (vec!["LNT001 1 STR002".to_owned()], 1));
        assert_eq!(fixed(&prompt("STR007, STR002")), prompt("STR007"));
        assert_eq!(fixed(&prompt("STR002, STR007")), prompt("STR007"));
    }

    #[test]
    fn a_template_comment_covers_its_line_and_the_next() {
        let prompt = |lines: &str| {
            let lines = lines.replace('\n', "\n      ");
            format!("description: d\ninputs: {{}}\nmessages:\n  - role: user\n    content: |\n      {lines}\n")
        };
        let comment = "{# promptyard: allow TPL002 reason=\"set by the caller\" #}";
        assert_eq!(lint(&prompt(&format!("{comment}\n{{{{ who }}}}"))), (vec![], 1));
        assert_eq!(lint(&prompt(&format!("{{{{ who }}}} {comment}"))), (vec![], 1));
        let far = prompt(&format!("{comment}\nHello\n{{{{ who }}}}"));
        assert_eq!(lint(&far), (vec![format!("LNT001 6 {comment}"), "TPL002 8 who".to_owned()], 0));
    }

    #[test]
    fn a_date_ends_a_suppression_after_its_day() {
        let prompt = |until: &str| format!("# promptyard: allow STR007 reason=r until={until}\nname: N\n{BODY}");
        assert_eq!(lint(&prompt("2026-11-21")), (vec![], 1));
        assert_eq!(lint(&prompt("2026-11-20")).0, ["LNT002 1 2026-11-20", "STR007 2 name"]);
        assert_eq!(lint(&prompt("2026-02-31")).0, ["LNT002 1 2026-02-31", "STR007 2 name"]);
    }

    #[test]
    fn the_lint_itself_is_suppressed_only_by_the_configuration() {
        let text = format!("# promptyard: allow LNT003, STR007\nname: N\n{BODY}");
        assert_eq!(lint(&text).0, ["LNT003 1 # promptyard: allow LNT003, STR007", "LNT004 1 LNT003"]);
        let config = "//- promptyard.yaml\nversion: 1\nlint: {ignore: [LNT]}\n//- prompts/a.prompt.yaml\n";
        assert_eq!(lint(&format!("{config}{text}")), (vec![], 1));
    }

    #[test]
    fn rules_that_do_not_run_leave_their_suppressions_unjudged() {
        let config = "//- promptyard.yaml\nversion: 1\nlint: {per_path: [{files: 'prompts/**', ignore: [STR002]}]}\n";
        let text = format!("# promptyard: allow STR002 reason=r\ndescription: d\n{BODY}");
        assert_eq!(lint(&format!("{config}//- prompts/a.prompt.yaml\n{text}")), (vec![], 0));
        assert_eq!(lint(&text).0.len(), 1);
    }

    #[test]
    fn a_suppression_in_text_moves_to_where_it_holds() {
        let comment = "promptyard: allow STR006 reason=\"left over\"";
        let html = format!(
            "name: other\ndescription: d\nmessages:\n  - role: user\n    content: |\n      <!-- {comment} -->\n      Hi\n"
        );
        assert_eq!(lint(&html).0.len(), 2);
        assert!(fixed(&html).contains(&format!("      {{# {comment} #}}\n      Hi\n")), "{}", fixed(&html));
        let text = format!("//- prompts/a.prompt.md\n---\ndescription: d\n---\nHi\n\n<!-- {comment} -->\n");
        let moved = "---\ndescription: d\nlint: {allow: [{rule: STR006, reason: \"left over\"}]}\n---\nHi\n\n";
        assert_eq!(fixed(&text), moved);
    }
}
