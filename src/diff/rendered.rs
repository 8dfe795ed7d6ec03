//! What the model would see: a prompt rendered with its examples and test data before and after.

use serde_json::{Map, Value};

use super::words::{Fate, TextDiff};
use super::{Passage, Side, texts};
use crate::contract::messages;
use crate::render::{MAX_WORK, RenderError, RenderErrorKind, Renderer};
use crate::store::prompt::{Input, Prompt};

/// So many rows of test data are tried.
const MAX_ROWS: usize = 3;

/// A prompt rendered twice with the same values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Where the values are from: `its examples`, `row 2 of its test data`.
    pub values: String,
    /// What came of it.
    pub rendered: Rendered,
}

/// What came of rendering before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rendered {
    /// Texts that differ in other words than the templates do.
    Differs(Vec<Passage>),
    /// It rendered before and does not any more, or the other way round.
    Fails {
        /// Which version fails.
        version: Version,
        /// Why.
        reason: String,
    },
}

/// One of two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The old one.
    Old,
    /// The new one.
    New,
}

/// Renders both versions with the values that they declare. Trials that tell no more than `passages` are left out.
pub(super) fn trials(sides: &[Side<'_>; 2], prompts: [Option<&Prompt>; 2], passages: &[Passage]) -> Vec<Trial> {
    let [Some(old), Some(new)] = prompts else { return Vec::new() };
    if [old, new].iter().all(|prompt| prompt.templates.iter().all(|template| template.analysis.tags.is_empty())) {
        return Vec::new();
    }
    let (Ok(one), Ok(other)) = (Renderer::new(old, sides[0].store), Renderer::new(new, sides[1].store)) else {
        return Vec::new();
    };
    let work = MAX_WORK / (2 * (MAX_ROWS + 1) * old.templates.len().max(new.templates.len()).max(1)) as u64;
    let told = told(passages);
    let mut trials: Vec<Trial> = Vec::new();
    for (name, explicit) in values(old, new) {
        let render = |renderer: &Renderer<'_>, prompt: &Prompt| {
            let mut values = defaults(prompt);
            values.extend(explicit.clone());
            (0..prompt.templates.len())
                .map(|at| renderer.render(at, &values, work))
                .collect::<Result<Vec<String>, RenderError>>()
        };
        let rendered = match (render(&one, old), render(&other, new)) {
            (Ok(before), Ok(after)) => {
                let passages = compare(sides, old, new, &before, &after);
                if passages.is_empty() || self::told(&passages) == told {
                    continue;
                }
                Rendered::Differs(passages)
            }
            (Ok(_), Err(error)) if error.kind != RenderErrorKind::Undefined => {
                Rendered::Fails { version: Version::New, reason: sides[1].mask.said(&new.path, &error.message) }
            }
            (Err(error), Ok(_)) if error.kind != RenderErrorKind::Undefined => {
                Rendered::Fails { version: Version::Old, reason: sides[0].mask.said(&old.path, &error.message) }
            }
            // Values that nobody gave are no mistake of the prompt.
            _ => continue,
        };
        // What other values show as well is shown once.
        if !trials.iter().any(|trial| trial.rendered == rendered) {
            trials.push(Trial { values: name, rendered });
        }
    }
    trials
}

/// The words that passages tell.
fn told(passages: &[Passage]) -> Vec<(Fate, &str)> {
    let mut told: Vec<(Fate, &str)> = passages.iter().flat_map(|passage| passage.diff.changes()).collect();
    told.sort_unstable();
    told
}

fn compare(sides: &[Side<'_>; 2], old: &Prompt, new: &Prompt, before: &[String], after: &[String]) -> Vec<Passage> {
    let is_each = |prompt: &Prompt| {
        prompt.messages.len() == prompt.templates.len()
            && prompt.messages.iter().enumerate().all(|(at, it)| it.template == at)
    };
    let masked = |side: &Side<'_>, prompt: &Prompt, texts: &[String]| -> Vec<String> {
        texts.iter().map(|text| side.masked(&prompt.path, text)).collect()
    };
    let (before, after) = (masked(&sides[0], old, before), masked(&sides[1], new, after));
    let passage = |title: String, before: &str, after: &str| {
        let diff = TextDiff::of(before, after);
        (!diff.is_empty()).then_some(Passage { title, diff })
    };
    if !is_each(old) || !is_each(new) {
        return passage("text".to_owned(), &before.join("\n\n"), &after.join("\n\n")).into_iter().collect();
    }
    let (old, new) = (texts::messages_of(&sides[0], old), texts::messages_of(&sides[1], new));
    let pairs = messages::pairs(&old, &new).into_iter();
    let text = |texts: &[String], at: Option<usize>| at.and_then(|at| texts.get(at).cloned()).unwrap_or_default();
    let of_pair = |(one, other): (Option<usize>, Option<usize>)| {
        let title = match (one, other) {
            (_, Some(other)) => messages::label(&new, other + 1),
            (one, None) => messages::label(&old, one.unwrap_or_default() + 1),
        };
        passage(title, &text(&before, one), &text(&after, other))
    };
    pairs.filter_map(of_pair).collect()
}

/// The values that are tried: examples of both versions, the new one's first, and with each row of the new test data.
fn values(old: &Prompt, new: &Prompt) -> Vec<(String, Map<String, Value>)> {
    let mut examples = Map::new();
    for input in old.inputs.iter().chain(&new.inputs) {
        if let Some(example) = &input.example {
            examples.insert(input.name.value.clone(), example.value.clone());
        }
    }
    let mut all = vec![("its examples".to_owned(), examples.clone())];
    for (at, row) in new.test_data.iter().take(MAX_ROWS).enumerate() {
        let mut values = examples.clone();
        values.extend(row.values.iter().map(|(name, value)| (name.value.clone(), value.clone())));
        all.push((format!("row {} of its test data", at + 1), values));
    }
    all
}

fn defaults(prompt: &Prompt) -> Map<String, Value> {
    let default = |input: &Input| Some((input.name.value.clone(), input.default.as_ref()?.value.clone()));
    prompt.inputs.iter().filter_map(default).collect()
}
