//! What a prompt uses: the templates of its file and, through includes, of every file that takes part in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::path::StorePath;
use crate::store::prompt::{Input, Prompt};
use crate::store::template::{Include, Syntax, Template, VariableUse};
use crate::store::{Resolved, Store};
use crate::text::Span;

/// The templates that take part in a prompt.
#[derive(Debug)]
pub struct Usage<'a> {
    /// The prompt's own templates in their order, then those of included files in the order in which they are reached.
    pub sites: Vec<Site<'a>>,
    /// Whether everything that takes part is known: no target that is computed when rendered, none that is missing,
    /// and no template that does not parse.
    pub complete: bool,
}

/// A template that takes part in a prompt.
#[derive(Clone, Debug)]
pub struct Site<'a> {
    /// The template's file.
    pub path: &'a StorePath,
    /// The template.
    pub template: &'a Template,
    /// How an included template was reached; `None` for the prompt's own.
    pub entry: Option<Entry<'a>>,
    /// Names that the including templates bind and this one sees.
    pub bound: BTreeSet<&'a str>,
    /// What a bare name means here.
    pub scope: Scope,
}

/// The include in the prompt's own file through which another file is reached, however many includes lie between.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The prompt's file.
    pub path: &'a StorePath,
    /// The prompt's template that has the include.
    pub template: &'a Template,
    /// The include.
    pub include: &'a Include,
}

/// What a bare name means in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One of the prompt's inputs, where nothing binds it.
    Inputs,
    /// Perhaps something else: an imported file sees no inputs, and a Handlebars partial sees the value it is given.
    Other,
}

impl<'a> Usage<'a> {
    /// Follows the includes of `prompt`. Every file is taken in once, so that circles end.
    pub fn of(prompt: &'a Prompt, store: &'a Store) -> Self {
        let mut usage = Self { sites: Vec::new(), complete: true };
        let mut seen = BTreeSet::from([&prompt.path]);
        let mut pending: VecDeque<Site<'a>> = prompt
            .templates
            .iter()
            .map(|template| Site {
                path: &prompt.path,
                template,
                entry: None,
                bound: BTreeSet::new(),
                scope: Scope::Inputs,
            })
            .collect();
        while let Some(site) = pending.pop_front() {
            usage.complete &= site.template.analysis.errors.is_empty();
            for include in distinct_includes(site.template) {
                let Some(path) = target(store, &site, include) else {
                    usage.complete = false;
                    continue;
                };
                if !seen.insert(path) {
                    continue;
                }
                let included = store.templates_of(path);
                usage.complete &= !included.is_empty();
                pending.extend(included.iter().map(|template| site.including(include, path, template)));
            }
            usage.sites.push(site);
        }
        usage
    }

    /// Every use that may read one of the prompt's inputs, with the template that it stands in.
    pub fn uses(&self) -> impl Iterator<Item = (&Site<'a>, &'a VariableUse)> {
        self.sites.iter().flat_map(|site| {
            let template: &'a Template = site.template;
            template
                .analysis
                .uses
                .iter()
                .filter(|usage| !site.bound.contains(usage.root.as_str()))
                .map(move |usage| (site, usage))
        })
    }
}

impl<'a> Site<'a> {
    /// The site of `template`, a template of the file at `path` that `include` takes in here.
    fn including(&self, include: &'a Include, path: &'a StorePath, template: &'a Template) -> Self {
        let mut bound = self.bound.clone();
        bound.extend(include.visible.iter().map(String::as_str));
        let scope = if self.scope == Scope::Inputs && hands_inputs_on(self.template, include) {
            Scope::Inputs
        } else {
            Scope::Other
        };
        let entry = self.entry.unwrap_or(Entry { path: self.path, template: self.template, include });
        Self { path, template, entry: Some(entry), bound, scope }
    }

    /// The bytes of the prompt's file that show `span` of this template: the include that leads to it where it
    /// stands in another file.
    pub fn place(&self, store: &Store, span: Span) -> Span {
        let (template, span, path) = match self.entry {
            None => (self.template, span, self.path),
            Some(entry) => (entry.template, entry.include.span, entry.path),
        };
        template.text.to_source(store.file(path).map_or("", |file| file.text.as_str()), span)
    }

    /// Where `span` of an included template stands, for people: `partials/tone.md:3`. `None` in the prompt's own file.
    pub fn elsewhere(&self, store: &Store, span: Span) -> Option<String> {
        self.entry?;
        let text = store.file(self.path).map_or("", |file| file.text.as_str());
        let place = self.template.text.to_source(text, span);
        let before = text.as_bytes().get(..place.range().start).unwrap_or_default();
        Some(format!("{}:{}", self.path, memchr::memchr_iter(b'\n', before).count() + 1))
    }
}

/// The includes of a template without those that name what an earlier one names.
pub fn distinct_includes(template: &Template) -> impl Iterator<Item = &Include> {
    let mut seen = BTreeSet::new();
    template.analysis.includes.iter().filter(move |include| seen.insert((include.target.as_deref(), include.optional)))
}

/// The prompt's declared inputs by name; of two with one name the first.
pub fn inputs_by_name(prompt: &Prompt) -> BTreeMap<&str, &Input> {
    prompt.inputs.iter().rev().map(|input| (input.name.value.as_str(), input)).collect()
}

fn target<'a>(store: &'a Store, site: &Site<'a>, include: &Include) -> Option<&'a StorePath> {
    match store.resolve_include(site.path, site.template, include)? {
        Resolved::File(path) => store.file(&path).map(|file| &file.path),
        Resolved::Missing(_) | Resolved::Outside(_) => None,
    }
}

/// Whether the included template reads the same names as the including one.
fn hands_inputs_on(template: &Template, include: &Include) -> bool {
    let Some(at) = template.analysis.tags.iter().position(|tag| tag.span.contains(include.span)) else {
        return false;
    };
    let tags = &template.analysis.tags[..=at];
    let text = &template.text.text;
    let tag = tags[at].span.slice(text);
    match template.syntax {
        Syntax::Jinja => {
            let inner = tag.trim_start_matches(['{', '%', '-', '+', ' ', '\t', '\r', '\n']);
            inner.starts_with("include") || inner.starts_with("extends")
        }
        // Inside a block the names are those of the block's value, and `{{> card person}}` hands on `person` alone.
        _ => {
            let after_name = text.get(include.span.end as usize..tags[at].span.end as usize).unwrap_or_default();
            let bare = after_name.trim_matches(['"', '\'', '}', '~', ' ', '\t', '\r', '\n']).is_empty();
            bare && tags.iter().all(|tag| !tag.span.slice(text).starts_with("{{#"))
        }
    }
}
