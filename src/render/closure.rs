//! The templates that take part in a prompt, under the names that an engine knows them by.

use std::collections::BTreeMap;

use super::{Refusal, RenderError, RenderErrorKind};
use crate::path::StorePath;
use crate::store::prompt::Prompt;
use crate::store::template::Template;
use crate::store::usage::Usage;
use crate::store::{Resolved, Store};
use crate::text::Span;

/// Everything that a prompt's templates take in.
pub(super) struct Closure<'a> {
    store: &'a Store,
    prompt: &'a StorePath,
    /// The prompt's own templates, then those of included files.
    pub(super) sites: Vec<Site<'a>>,
    /// What a name in an include means: by the including template's name and the name as written.
    pub(super) targets: BTreeMap<(String, String), String>,
}

/// A template.
pub(super) struct Site<'a> {
    /// The engine's name of it.
    pub(super) name: String,
    /// Its file.
    pub(super) path: &'a StorePath,
    /// The template.
    pub(super) template: &'a Template,
    /// Whether the prompt itself has it.
    pub(super) is_own: bool,
    /// Which of the file's templates it is.
    pub(super) index: usize,
}

impl<'a> Closure<'a> {
    /// # Errors
    /// When a template does not parse, or an include leads nowhere, out of the store, or is computed.
    pub(super) fn of(prompt: &'a Prompt, store: &'a Store) -> Result<Self, Refusal> {
        let usage = Usage::of(prompt, store);
        let mut closure = Self { store, prompt: &prompt.path, sites: Vec::new(), targets: BTreeMap::new() };
        for (at, site) in usage.sites.iter().enumerate() {
            let is_own = site.entry.is_none();
            let (name, index) = if is_own { (format!("/{at}"), at) } else { (site.path.to_string(), 0) };
            if closure.sites.iter().any(|known| known.name == name) {
                return Err(Refusal::new(site.path, None, "this is included, but it is a prompt of several messages"));
            }
            closure.sites.push(Site { name, path: site.path, template: site.template, is_own, index });
        }
        for at in 0..closure.sites.len() {
            closure.check(at)?;
        }
        Ok(closure)
    }

    /// Finds what the includes of a site mean.
    fn check(&mut self, at: usize) -> Result<(), Refusal> {
        let site = &self.sites[at];
        let refuse = |span, message: String| Err(Refusal::new(site.path, self.place(at, span), message));
        let analysis = &site.template.analysis;
        if let Some(error) = analysis.errors.iter().find(|error| error.fatal).or(analysis.errors.first()) {
            return refuse(error.span, error.message.clone());
        }
        let mut targets = Vec::new();
        for include in &analysis.includes {
            let Some(target) = &include.target else {
                return refuse(include.span, "the name of this include is only known when it is rendered".to_owned());
            };
            let path = match self.store.resolve_include(site.path, site.template, include) {
                Some(Resolved::File(path)) => path,
                Some(Resolved::Outside(reason)) => return refuse(include.span, reason),
                Some(Resolved::Missing(_)) | None if include.optional => continue,
                Some(Resolved::Missing(_)) | None => {
                    return refuse(include.span, format!("`{target}` is not in the store"));
                }
            };
            let Some(known) = self.sites.iter().find(|site| site.path == &path) else {
                return refuse(include.span, format!("`{path}` cannot be included: it was not read to its end"));
            };
            targets.push(((site.name.clone(), target.clone()), known.name.clone()));
        }
        self.targets.extend(targets);
        Ok(())
    }

    /// The name of the prompt's own template at `index`.
    pub(super) fn own_name(&self, index: usize) -> String {
        let own = self.own(index).and_then(|at| self.sites.get(at));
        own.map_or_else(String::new, |site| site.name.clone())
    }

    /// Where the prompt's own template at `index` stands.
    pub(super) fn own(&self, index: usize) -> Option<usize> {
        self.sites.iter().position(|site| site.is_own && site.index == index)
    }

    /// The bytes of a site's file that show `span` of its template.
    pub(super) fn place(&self, at: usize, span: Span) -> Option<Span> {
        let site = self.sites.get(at)?;
        let text = self.store.file(site.path).map_or("", |file| file.text.as_str());
        Some(site.template.text.to_source(text, span))
    }

    /// An error at `span` of a site's template.
    pub(super) fn error(&self, kind: RenderErrorKind, message: String, at: usize, span: Option<Span>) -> RenderError {
        let file = self.sites.get(at).map_or(self.prompt, |site| site.path).clone();
        RenderError { kind, message, file, place: span.and_then(|span| self.place(at, span)) }
    }
}
