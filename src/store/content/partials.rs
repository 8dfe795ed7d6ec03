//! Included texts by the digest of what they say.
//!
//! Partials are not pasted into the texts that include them: what an include sees of the variables around it, what it
//! does with line breaks and indentation, and whether a missing one is an error differ between template languages, and
//! only the language itself gets that right. So an include stays one, and its target becomes `sha256-` and the digest
//! of the text: such a name is a plain string in Jinja, and a plain name of a partial in Handlebars and Mustache.

use std::collections::BTreeMap;

use super::{Unresolved, digest_of};
use crate::path::StorePath;
use crate::store::mapped::MappedText;
use crate::store::template::{Include, Syntax, Template};
use crate::store::{Resolved, Store};
use crate::text::Span;

/// Includes that nest deeper than this are refused.
const MAX_DEPTH: usize = 64;

/// The texts that one artifact's templates include.
pub(super) struct Partials<'a> {
    store: &'a Store,
    /// Every included text by its name.
    pub(super) texts: BTreeMap<String, String>,
    /// The name of each included file: one that is included often is resolved once.
    names: BTreeMap<StorePath, String>,
}

impl<'a> Partials<'a> {
    pub(super) fn new(store: &'a Store) -> Self {
        Self { store, texts: BTreeMap::new(), names: BTreeMap::new() }
    }

    /// `template`, of the file at `from`, with each include's target replaced by the digest of what is included.
    pub(super) fn renamed(&mut self, from: &StorePath, template: &Template) -> Result<Renamed, Unresolved> {
        self.renamed_within(from, template, &mut Vec::new())
    }

    fn renamed_within(
        &mut self,
        from: &StorePath,
        template: &Template,
        within: &mut Vec<StorePath>,
    ) -> Result<Renamed, Unresolved> {
        let source: &str = &template.text.text;
        if let Some(error) = template.analysis.errors.iter().find(|error| error.fatal) {
            // What a template includes is only known where it parses.
            return Err(self.fail(
                from,
                template,
                error.span,
                format!("has a template that does not parse: {}", error.message),
            ));
        }
        let mut renamed = Renamed { text: String::with_capacity(source.len()), moves: Vec::new() };
        let mut at = 0;
        let mut includes: Vec<&Include> = template.analysis.includes.iter().collect();
        includes.sort_by_key(|include| include.span);
        for include in includes {
            let Some(name) = self.name_of(from, template, include, within)? else { continue };
            let span = include.span.range();
            if span.start < at {
                continue;
            }
            renamed.text.push_str(source.get(at..span.start).unwrap_or_default());
            renamed.text.push_str(&name);
            renamed.moves.push((span.end, renamed.text.len()));
            at = span.end;
        }
        renamed.text.push_str(source.get(at..).unwrap_or_default());
        Ok(renamed)
    }

    /// The name of what `include` takes in; `None` for a missing one that the template provides for.
    fn name_of(
        &mut self,
        from: &StorePath,
        template: &Template,
        include: &Include,
        within: &mut Vec<StorePath>,
    ) -> Result<Option<String>, Unresolved> {
        let fail = |reason: String| Err(self.fail(from, template, include.span, reason));
        let path = match self.store.resolve_include(from, template, include) {
            Some(Resolved::File(path)) => path,
            Some(Resolved::Missing(_) | Resolved::Outside(_)) if include.optional => return Ok(None),
            Some(Resolved::Missing(_)) => {
                let target = include.target.as_deref().unwrap_or_default();
                return fail(format!("includes `{target}`, which is not there"));
            }
            Some(Resolved::Outside(reason)) => {
                return fail(format!("includes something outside of the store: {reason}"));
            }
            None => return fail("has an include whose target is only known when it is rendered".to_owned()),
        };
        if let Some(name) = self.names.get(&path) {
            return Ok(Some(name.clone()));
        }
        if within.contains(&path) {
            return fail(format!("includes `{path}` in a circle"));
        }
        if within.len() >= MAX_DEPTH {
            return fail(format!("includes `{path}` more than {MAX_DEPTH} levels deep"));
        }
        self.store.sound(&path)?;
        let [included] = self.store.templates_of(&path) else {
            return fail(format!("includes `{path}`, which is not a single text"));
        };
        if !reads_the_same(included, template.syntax) {
            return fail(format!(
                "includes `{path}`, which includes others in a different template language ({})",
                included.syntax.as_str()
            ));
        }
        within.push(path.clone());
        let text = self.renamed_within(&path, included, within)?.text;
        within.pop();
        let name = format!("sha256-{}", digest_of(text.as_bytes()).hex());
        self.texts.insert(name.clone(), text);
        self.names.insert(path, name.clone());
        Ok(Some(name))
    }

    fn fail(&self, from: &StorePath, template: &Template, at: Span, reason: String) -> Unresolved {
        let text = self.store.file(from).map_or("", |file| &file.text);
        Unresolved { file: from.clone(), reason, span: Some(template.text.to_source(text, at)) }
    }
}

/// Whether the includes of `included`, which was read in the language of one that includes it, are those that it has in
/// `syntax` too.
fn reads_the_same(included: &Template, syntax: Syntax) -> bool {
    let in_syntax = || Template::new(MappedText::verbatim(included.text.text.clone(), 0), syntax);
    included.syntax == syntax || (included.analysis.includes.is_empty() && in_syntax().analysis.includes.is_empty())
}

/// A template with other names in its includes, and the way from the old offsets to the new ones.
pub(super) struct Renamed {
    pub(super) text: String,
    /// Ends of the replaced names, before and after.
    moves: Vec<(usize, usize)>,
}

impl Renamed {
    /// The part that was under `span` before; no name is cut by a message's border.
    pub(super) fn part(&self, span: Span) -> &str {
        let moved = |at: usize| {
            let before = self.moves.partition_point(|(end, _)| *end <= at);
            before.checked_sub(1).map_or(at, |last| at - self.moves[last].0 + self.moves[last].1)
        };
        let range = span.range();
        self.text.get(moved(range.start)..moved(range.end)).unwrap_or_default()
    }
}
