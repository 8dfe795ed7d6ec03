//! What prompts take and cost: one row for each prompt and model.

use rayon::prelude::*;

use super::bound::{Bound, Cut, output_limit};
use super::tokenizer::{Target, Tokens};
use crate::path::StorePath;
use crate::store::Store;
use crate::store::model::Price;
use crate::store::prompt::Prompt;

/// What to report.
#[derive(Clone, Debug)]
pub struct Request {
    /// Only prompts under these folders or at these paths; every prompt where empty.
    pub scope: Vec<String>,
    /// Models to count for, by a registry entry's id or a provider's; each prompt's own where empty.
    pub models: Vec<String>,
    /// How prompts are cut.
    pub cut: Cut,
}

/// A prompt and a model.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The prompt.
    pub prompt: &'a Prompt,
    /// What it takes.
    pub bound: Bound<'a>,
    /// The most tokens of an answer, where the prompt says so.
    pub answer: Option<u64>,
}

/// What one call costs, in the model's currency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost<'a> {
    /// ISO 4217 code.
    pub currency: &'a str,
    /// The prompt.
    pub prompt: f64,
    /// The answer.
    pub answer: f64,
    /// Whether the tokens were counted.
    pub is_exact: bool,
}

impl Cost<'_> {
    /// Both together.
    pub fn per_call(&self) -> f64 {
        self.prompt + self.answer
    }
}

/// The rows of `request`, in the order of the prompts' paths, each prompt's models in the order of the request.
pub fn rows<'a>(store: &'a Store, request: &'a Request) -> Vec<Row<'a>> {
    let prompts: Vec<&Prompt> = store.prompts().iter().filter(|prompt| is_in(&request.scope, &prompt.path)).collect();
    let of_prompt = |prompt: &&'a Prompt| {
        let prompt: &'a Prompt = prompt;
        let targets: Vec<Target<'a>> = match request.models.as_slice() {
            [] => vec![Target::of(prompt, store)],
            models => models.iter().map(|model| Target::named(model, store)).collect(),
        };
        let row = |target| Row {
            prompt,
            bound: Bound::of(prompt, store, target, request.cut),
            answer: output_limit(prompt).map(|limit| limit.value),
        };
        targets.into_iter().map(row).collect::<Vec<_>>()
    };
    // Waking the other cores costs more than one prompt does.
    if let [prompt] = prompts.as_slice() {
        return of_prompt(prompt);
    }
    prompts.par_iter().flat_map_iter(of_prompt).collect()
}

impl<'a> Row<'a> {
    /// What one call costs in the worst case; `None` where that has no limit, or the model's price is not known.
    pub fn worst_cost(&self) -> Option<Cost<'a>> {
        self.cost(self.bound.worst()?, self.answer.unwrap_or(0))
    }

    /// What one call with so many tokens costs; `None` where the model's price is not known.
    pub fn cost(&self, prompt: Tokens, answer: u64) -> Option<Cost<'a>> {
        Some(cost(self.price()?, prompt, answer))
    }

    /// The model's price.
    pub fn price(&self) -> Option<&'a Price> {
        self.bound.target.model?.price.as_ref()
    }

    /// The share of the model's context window that the worst case takes, 1 for all of it.
    pub fn share_of_window(&self) -> Option<f64> {
        let window = self.bound.target.model?.context_window.as_ref()?.value;
        Some(self.bound.worst()?.likely as f64 / window as f64)
    }
}

/// What so many tokens cost at `price`.
pub fn cost(price: &Price, prompt: Tokens, answer: u64) -> Cost<'_> {
    let of = |tokens: u64, per_million: f64| tokens as f64 * per_million / 1e6;
    Cost {
        currency: &price.currency,
        prompt: of(prompt.likely, price.input_per_million),
        answer: of(answer, price.output_per_million),
        is_exact: prompt.is_exact(),
    }
}

fn is_in(scope: &[String], path: &StorePath) -> bool {
    let is_under = |folder: &String| {
        path.as_str().strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    scope.is_empty() || scope.iter().any(is_under)
}
