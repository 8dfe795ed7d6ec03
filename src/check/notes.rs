//! Findings about the change itself, while they are collected.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::diff::Finding;
use crate::lint;
use crate::lint::rules as registry;
use crate::lint::select::Selection;
use crate::lint::sensitive::Redaction;
use crate::path::StorePath;
use crate::store::Store;
use crate::store::snapshot::Snapshot;
use crate::text::{LineIndex, Span};

/// The findings so far.
pub(super) struct Notes<'a> {
    new: &'a Snapshot,
    store: Store,
    selection: Selection,
    found: Vec<Diagnostic>,
    located: Vec<Finding>,
    texts: BTreeMap<StorePath, String>,
}

impl<'a> Notes<'a> {
    /// `judged` is the moment `new` by the rules that count.
    pub(super) fn new(new: &'a Snapshot, judged: &Snapshot) -> Self {
        let request = lint::Request::default();
        let store = Store::load_only(judged.clone(), &BTreeSet::new());
        let selection = Selection::new(&store.config().lint, &request)
            .expect("because only a request that names rules can name a wrong one")
            .with_policies(&store, &request);
        Self { new, store, selection, found: Vec::new(), located: Vec::new(), texts: BTreeMap::new() }
    }

    pub(super) fn add_findings(&mut self, findings: Vec<Finding>, texts: BTreeMap<StorePath, String>) {
        self.located.extend(findings);
        self.texts.extend(texts);
    }

    /// A finding of the rule `code` at `span` of the file at `path`.
    pub(super) fn add(&mut self, code: &str, path: &StorePath, span: Span, message: String) {
        let rule = registry::find(code).expect("because this module names rules of the registry alone").meta();
        self.found.push(Diagnostic {
            rule: rule.id,
            severity: rule.severity,
            file: path.clone(),
            span,
            message,
            note_at_span: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
        });
    }

    /// Says what to do about the last finding.
    pub(super) fn help(&mut self, help: &str) {
        if let Some(last) = self.found.last_mut() {
            last.help = Some(help.to_owned());
        }
    }

    /// The findings that are selected, each with its place, as they may be shown; their texts go to `texts`.
    pub(super) fn finish(mut self, texts: &mut BTreeMap<StorePath, String>) -> Vec<Finding> {
        let Self { selection, found, .. } = &mut self;
        selection.apply(found);
        found.retain(|finding| registry::index_of(finding.rule.code).is_some_and(|index| selection.runs(index)));
        let mask = Redaction::new(&self.store, []);
        for mut diagnostic in self.found {
            let path = diagnostic.file.clone();
            let content = self.new.read(&path).unwrap_or_default();
            let text = mask.version(&path, &String::from_utf8_lossy(&content)).into_owned();
            diagnostic.message = mask.version(&path, &diagnostic.message).into_owned();
            self.located.push(Finding::at(diagnostic, &LineIndex::new(&text), &text));
            self.texts.insert(path, text);
        }
        texts.extend(self.texts);
        self.located
    }
}
