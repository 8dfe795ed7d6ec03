//! What a rule is: one constant that says everything about it, and the places where it looks.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::civil::Date;

use super::sensitive::Inspection;
use super::suppress::Judged;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, RuleId, Severity};
use crate::path::StorePath;
use crate::release::known::Releases;
use crate::store::prompt::Prompt;
use crate::store::route::Route;
use crate::store::schema::Violation;
use crate::store::template::Template;
use crate::store::usage::Usage;
use crate::store::{SourceFile, Store};
use crate::text::Span;

/// Everything that is said about a rule, in one place: `explain`, the rules page, SARIF's table and the editor read it.
#[derive(Debug)]
pub struct RuleMeta {
    /// Code and name.
    pub id: RuleId,
    /// The severity without configuration.
    pub severity: Severity,
    /// Whether it runs without being selected.
    pub default: bool,
    /// The fix that it offers, if any.
    pub fix: Option<Applicability>,
    /// One line for tables, a sentence without a full stop: 'A variable that the prompt does not declare as an input'.
    pub summary: &'static str,
    /// What it looks for. Markdown.
    pub what: &'static str,
    /// Why that is bad. Markdown.
    pub why: &'static str,
    /// How to mend it. Markdown.
    pub how: &'static str,
    /// A store that triggers exactly this rule. One file (`prompts/example.prompt.yaml`), or several, each after a line
    /// `//- path`; see [`super::example`].
    pub bad: &'static str,
    /// A store that triggers nothing.
    pub good: &'static str,
}

/// The command that reports a rule's findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// `lint`: the rule looks at files.
    Lint,
    /// `verify`: the finding is about a tag, which no walk over files meets. The rule is here for what is said about it,
    /// and looks at nothing; its examples are no stores.
    Verify,
    /// `check`, and `diff` beside it: the rule compares two moments, and says nothing of one alone. Its examples are two
    /// stores with a line `//= after` between them, or none where the finding is about more than a store's content.
    Check,
}

/// A rule of the lint. Implement the places where it looks; the engine does the one walk.
///
/// A rule never opens a file, never computes a line number and never decides whether it is suppressed.
pub trait Rule: Sync {
    /// What is said about it.
    fn meta(&self) -> &'static RuleMeta;

    /// Which command reports it.
    fn speaker(&self) -> Speaker {
        Speaker::Lint
    }

    /// Looks at one file.
    fn file(&self, _file: &SourceFile, _cx: &Context<'_>, _out: &Sink<'_>) {}

    /// Looks at one prompt; `out` speaks about the prompt's file. The engine leaves out prompts whose file could not be
    /// read to its end, so that their inputs are all of them and as they were meant.
    fn prompt(&self, _prompt: &Prompt, _cx: &Context<'_>, _out: &Sink<'_>) {}

    /// Looks at one route; `out` speaks about the route's file. Routes whose file could not be read to its end are left
    /// out, as prompts are.
    fn route(&self, _route: &Route, _cx: &Context<'_>, _out: &Sink<'_>) {}

    /// Looks at the whole store. Use [`Sink::in_file`].
    fn store(&self, _cx: &Context<'_>, _out: &Sink<'_>) {}

    /// Looks at what became of one suppression in `file`, after all other rules have spoken.
    fn suppression(&self, _judged: &Judged, _file: &SourceFile, _out: &Sink<'_>) {}
}

/// What is the same for every rule and every file of a run.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The store.
    pub store: &'a Store,
    /// The store before the change that is judged, where one is.
    pub before: Option<&'a Store>,
    /// Today, where the request says it.
    pub today: Option<Date>,
    /// Which releases exist, where the request says it.
    pub releases: Option<&'a Releases>,
}

/// What a rule may look at. One per thread and file: it remembers what several rules ask of a file.
pub struct Context<'a> {
    /// The store.
    pub store: &'a Store,
    /// The store before the change that is judged, where one is.
    pub before: Option<&'a Store>,
    /// Today, where the request says it.
    pub today: Option<Date>,
    /// Which releases exist, where the request says it.
    pub releases: Option<&'a Releases>,
    violations: Memo<Rc<[Violation]>>,
    usage: Memo<Rc<Usage<'a>>>,
    sensitive: Memo<Rc<Inspection>>,
}

impl<'a> Context<'a> {
    /// A context that remembers nothing yet.
    pub fn new(facts: Facts<'a>) -> Self {
        let Facts { store, before, today, releases } = facts;
        Self {
            store,
            before,
            today,
            releases,
            violations: Memo::default(),
            usage: Memo::default(),
            sensitive: Memo::default(),
        }
    }

    /// Where `file` does not match the published schema of its kind.
    pub fn violations(&self, file: &SourceFile) -> Rc<[Violation]> {
        self.violations.of(&file.path, || super::published::violations(self.store, file).into())
    }

    /// The templates that take part in `prompt`, which is one of the store's.
    pub fn usage(&self, prompt: &Prompt) -> Rc<Usage<'a>> {
        self.usage.of(&prompt.path, || {
            let prompt = self.store.prompt_at(&prompt.path).expect("because rules are shown the store's prompts alone");
            Rc::new(Usage::of(prompt, self.store))
        })
    }

    /// What stands in `file` that should not: personal data, secrets, hidden characters.
    pub(crate) fn sensitive(&self, file: &SourceFile) -> Rc<Inspection> {
        self.sensitive.of(&file.path, || Rc::new(Inspection::of(self.store, file)))
    }

    /// The file's bytes under `span` of a template's text. `path` is the template's file.
    pub fn place(&self, path: &StorePath, template: &Template, span: Span) -> Span {
        let text = self.store.file(path).map_or("", |file| file.text.as_str());
        template.text.to_source(text, span)
    }
}

/// What was last asked of one file. Rules come to a file one after the other.
struct Memo<T>(RefCell<Option<(StorePath, T)>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(RefCell::new(None))
    }
}

impl<T: Clone> Memo<T> {
    fn of(&self, path: &StorePath, find: impl FnOnce() -> T) -> T {
        if let Some((known, value)) = &*self.0.borrow()
            && known == path
        {
            return value.clone();
        }
        let value = find();
        *self.0.borrow_mut() = Some((path.clone(), value.clone()));
        value
    }
}

/// Where a rule puts its findings: it knows the rule and the file in question.
pub struct Sink<'a> {
    meta: &'static RuleMeta,
    file: Option<&'a StorePath>,
    found: &'a RefCell<Vec<Diagnostic>>,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(
        meta: &'static RuleMeta,
        file: Option<&'a StorePath>,
        found: &'a RefCell<Vec<Diagnostic>>,
    ) -> Self {
        Self { meta, file, found }
    }

    /// Reports `message` at `span` of the file in question. Say more on what is returned; it is recorded when dropped.
    pub fn at(&self, span: Span, message: impl Into<String>) -> Finding<'a> {
        let file = self.file.expect("because only a rule's `store` has no file, and that calls `in_file`");
        self.in_file(file, span, message)
    }

    /// Reports `message` at `span` of the file at `path`.
    pub fn in_file(&self, path: &StorePath, span: Span, message: impl Into<String>) -> Finding<'a> {
        Finding {
            found: self.found,
            diagnostic: Some(Diagnostic {
                rule: self.meta.id,
                severity: self.meta.severity,
                file: path.clone(),
                span,
                message: message.into(),
                note_at_span: None,
                labels: Vec::new(),
                notes: Vec::new(),
                help: None,
                fix: None,
            }),
        }
    }
}

/// A finding in the making; recorded when it is dropped.
pub struct Finding<'a> {
    found: &'a RefCell<Vec<Diagnostic>>,
    diagnostic: Option<Diagnostic>,
}

impl Finding<'_> {
    fn edit(mut self, change: impl FnOnce(&mut Diagnostic)) -> Self {
        if let Some(diagnostic) = &mut self.diagnostic {
            change(diagnostic);
        }
        self
    }

    /// What stands under the caret: `did you mean `customer_name`?`
    pub fn note_at_span(self, note: impl Into<String>) -> Self {
        self.edit(|diagnostic| diagnostic.note_at_span = Some(note.into()))
    }

    /// A second place in the same file.
    pub fn label(self, span: Span, text: impl Into<String>) -> Self {
        self.edit(|diagnostic| diagnostic.labels.push(Label { span, text: text.into() }))
    }

    /// A fact behind it.
    pub fn note(self, note: impl Into<String>) -> Self {
        self.edit(|diagnostic| diagnostic.notes.push(note.into()))
    }

    /// What to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.edit(|diagnostic| diagnostic.help = Some(help.into()))
    }

    /// A severity other than the rule's own, where this case is less certain than the rule's usual one.
    pub fn severity(self, severity: Severity) -> Self {
        self.edit(|diagnostic| diagnostic.severity = severity)
    }

    /// A fix: what it does, and its edits in order.
    pub fn fix(self, applicability: Applicability, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.edit(|diagnostic| diagnostic.fix = Some(Fix { title: title.into(), edits, applicability }))
    }
}

impl Drop for Finding<'_> {
    fn drop(&mut self) {
        if let Some(diagnostic) = self.diagnostic.take() {
            self.found.borrow_mut().push(diagnostic);
        }
    }
}
