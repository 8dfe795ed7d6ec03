//! Variables that a prompt does not declare: one rule reports them, another believes that they are misspelt inputs.

use std::collections::BTreeMap;

use super::rule::Context;
use super::suggest::nearest;
use crate::store::prompt::Prompt;
use crate::store::template::VariableUse;
use crate::store::usage::{Scope, Site, Usage, inputs_by_name};

/// A variable with its first use and how often it is used.
pub(super) struct Undeclared<'u, 'a> {
    pub(super) site: &'u Site<'a>,
    pub(super) first: &'a VariableUse,
    pub(super) count: usize,
}

impl Undeclared<'_, '_> {
    /// The input that is most likely meant.
    pub(super) fn meant<'p>(&self, prompt: &'p Prompt) -> Option<&'p str> {
        nearest(&self.first.root, prompt.inputs.iter().map(|input| input.name.value.as_str()))
    }
}

/// The variables that `prompt` uses, does not declare and does not provide for, in the order of their first uses.
pub(super) fn undeclared<'u, 'a>(prompt: &Prompt, usage: &'u Usage<'a>, cx: &Context<'_>) -> Vec<Undeclared<'u, 'a>> {
    let inputs = inputs_by_name(prompt);
    let provided = &cx.store.config().templates.functions;
    let mut unknown: Vec<Undeclared<'u, 'a>> = Vec::new();
    let mut index = BTreeMap::new();
    for (site, usage) in usage.uses() {
        let name = usage.root.as_str();
        let known = name.is_empty() || inputs.contains_key(name) || provided.iter().any(|known| known == name);
        if known || usage.guarded || site.scope == Scope::Other {
            continue;
        }
        let at = *index.entry(name).or_insert(unknown.len());
        if at == unknown.len() {
            unknown.push(Undeclared { site, first: usage, count: 0 });
        }
        unknown[at].count += 1;
    }
    unknown
}
