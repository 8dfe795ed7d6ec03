//! What the parts of a template weigh: its text, and how often each part of each input is printed, at most.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::tokenizer::{Tokenizer, Tokens};
use super::values;
use crate::path::StorePath;
use crate::store::prompt::{Input, Prompt};
use crate::store::template::outline::{Part, outline};
use crate::store::template::{CallKind, Include, Step, Syntax, Template, UseKind, VariableUse};
use crate::store::{Resolved, Store};
use crate::text::Span;

/// Includes that nest deeper are not followed; engines stop at such depths too.
const MAX_INCLUDES: usize = 24;
/// How much may be weighed again where it is named or included: without a limit, includes in includes that each name
/// many values would take forever. Real prompts need a few hundred.
const FUEL: usize = 200_000;

/// What a bound leaves out or takes for granted, to be said beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caveat {
    /// The text in a loop is counted once: nothing says how many items there are at most.
    LoopCountedOnce {
        /// What is looped over; `None` where that is no input.
        input: Option<String>,
    },
    /// A block that goes beyond its message, or a template that is not balanced, is counted once.
    Unbalanced,
    /// An include whose target is computed, missing or nested too deep is not counted.
    NotIncluded,
    /// What functions, imported macros and helpers give is not counted.
    Computed,
    /// The conversation that is put in is not counted.
    History,
    /// A tool whose manifest is not in the store is not counted.
    UnknownTool,
    /// Tokens are estimated, because the vocabulary that the model's entry names is of no use.
    Estimated {
        /// Why, as a sentence without a full stop.
        reason: String,
    },
}

/// A part of an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'a> {
    pub(super) root: &'a str,
    pub(super) path: Cow<'a, [Step]>,
}

/// What a piece of a prompt weighs.
#[derive(Clone, Debug, Default)]
pub(super) struct Weight<'a> {
    /// Literal text, the body of each loop once.
    pub(super) text: Tokens,
    /// The text that loops add to that.
    pub(super) repeated: Tokens,
    /// How often each part of an input is printed.
    pub(super) prints: BTreeMap<Place<'a>, u64>,
    /// How often a value is printed that the including template passes on.
    passed: u64,
}

impl<'a> Weight<'a> {
    pub(super) fn add(&mut self, other: Self) {
        self.text += other.text;
        self.repeated += other.repeated;
        self.passed = self.passed.saturating_add(other.passed);
        for (place, count) in other.prints {
            self.print(place, count);
        }
    }

    fn print(&mut self, place: Place<'a>, count: u64) {
        let known = self.prints.entry(place).or_default();
        *known = known.saturating_add(count);
    }
}

/// How text is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// By its bytes: no text has more tokens.
    Bytes,
    /// By its tokens.
    Tokens,
}

/// Weighs the templates of one prompt.
pub(super) struct Weigher<'a> {
    store: &'a Store,
    inputs: BTreeMap<&'a str, &'a Input>,
    tokenizer: Tokenizer<'a>,
    measure: Measure,
    /// What included files weigh where they are not in a loop.
    included: BTreeMap<&'a StorePath, Weight<'a>>,
    /// The files that are being weighed, the prompt's first.
    open: Vec<&'a StorePath>,
    fuel: usize,
    pub(super) caveats: BTreeSet<Caveat>,
}

/// A template that is being weighed.
struct Site<'a, 's> {
    path: &'a StorePath,
    template: &'a Template,
    /// Names that including templates bind.
    bound: &'s BTreeSet<&'a str>,
    defined: BTreeMap<&'a str, Weight<'a>>,
}

impl<'a> Weigher<'a> {
    pub(super) fn new(prompt: &'a Prompt, store: &'a Store, tokenizer: Tokenizer<'a>, measure: Measure) -> Self {
        let inputs = prompt.inputs.iter().map(|input| (input.name.value.as_str(), input)).collect();
        Self {
            store,
            inputs,
            tokenizer,
            measure,
            included: BTreeMap::new(),
            open: vec![&prompt.path],
            fuel: FUEL,
            caveats: BTreeSet::new(),
        }
    }

    /// What `range` of one of the prompt's own templates weighs.
    pub(super) fn range(&mut self, path: &'a StorePath, template: &'a Template, range: Span) -> Weight<'a> {
        let bound = BTreeSet::new();
        let mut site = Site { path, template, bound: &bound, defined: BTreeMap::new() };
        self.template(&mut site, range)
    }

    fn template(&mut self, site: &mut Site<'a, '_>, range: Span) -> Weight<'a> {
        let outline = outline(site.template, range);
        if !outline.balanced {
            self.caveats.insert(Caveat::Unbalanced);
        }
        self.parts(&outline.parts, site, &mut Vec::new())
    }

    /// `loops` are the inputs that are looped over around the parts, the innermost last.
    fn parts(&mut self, parts: &[Part], site: &mut Site<'a, '_>, loops: &mut Vec<Place<'a>>) -> Weight<'a> {
        let mut sum = Weight::default();
        for part in parts {
            let weight = match part {
                Part::Text(span) => self.text(*span, site),
                Part::Print { span, uses } => {
                    let all: &'a [VariableUse] = &site.template.analysis.uses;
                    self.print(*span, all.get(uses.clone()).unwrap_or_default(), site)
                }
                Part::Loop { over, body, otherwise } => {
                    let over = over.and_then(|index| site.template.analysis.uses.get(index));
                    let each = self.repeat(over, body, site, loops);
                    let none = self.parts(otherwise, site, loops);
                    self.larger(each, none)
                }
                Part::Branches(branches) => {
                    let mut largest = Weight::default();
                    for branch in branches {
                        let weight = self.parts(branch, site, loops);
                        largest = self.larger(largest, weight);
                    }
                    largest
                }
                Part::Include(index) => match site.template.analysis.includes.get(*index) {
                    Some(include) => self.include(include, site, loops),
                    None => continue,
                },
                Part::Define { name, body } => {
                    let name: &'a str = name.slice(&site.template.text.text);
                    let weight = self.parts(body, site, loops);
                    let before = site.defined.remove(name).unwrap_or_default();
                    let larger = self.larger(before, weight);
                    site.defined.insert(name, larger);
                    continue;
                }
            };
            sum.add(weight);
        }
        sum
    }

    fn text(&self, span: Span, site: &Site<'a, '_>) -> Weight<'a> {
        let text = span.slice(&site.template.text.text);
        let text = match site.template.syntax {
            Syntax::FString if text.contains(['{', '}']) => Cow::from(text.replace("{{", "{").replace("}}", "}")),
            _ => Cow::from(text),
        };
        let tokens = match self.measure {
            Measure::Bytes => Tokens { low: 0, likely: 0, high: self.tokenizer.at_most(&text) },
            Measure::Tokens => self.tokenizer.count(&text),
        };
        Weight { text: tokens, ..Weight::default() }
    }

    fn print(&mut self, span: Span, uses: &'a [VariableUse], site: &Site<'a, '_>) -> Weight<'a> {
        let mut weight = Weight::default();
        let template: &'a Template = site.template;
        let tag = span.slice(&template.text.text);
        if is_length(template, span) {
            weight.text = Tokens::exactly(values::INTEGER);
            return weight;
        }
        let is_printed =
            |usage: &&VariableUse| matches!(usage.kind, UseKind::Printed | UseKind::PrintedRaw | UseKind::Arithmetic);
        let mut printed: Vec<&'a VariableUse> = uses.iter().filter(is_printed).collect();
        if printed.is_empty() && !matches!(template.syntax, Syntax::Handlebars) {
            // Nothing is printed as it is: a function makes something of its arguments.
            printed = uses.iter().filter(|usage| usage.kind == UseKind::Other).collect();
        }
        for usage in &printed {
            if self.is_passed(&usage.root, site) {
                weight.passed += 1;
            } else {
                weight.print(Place { root: &usage.root, path: Cow::Borrowed(&usage.path) }, 1);
            }
        }
        let mut named = false;
        if !site.defined.is_empty() {
            let covered: BTreeSet<&str> =
                printed.iter().map(|usage| usage.root_span.slice(&template.text.text)).collect();
            for definition in
                words(tag).filter(|word| !covered.contains(word)).filter_map(|word| site.defined.get(word))
            {
                named = true;
                if self.burn(definition.prints.len(), Caveat::Computed) {
                    weight.add(definition.clone());
                }
            }
        }
        if printed.is_empty() && !named {
            weight.add(self.without_inputs(span, tag, site));
        }
        weight
    }

    /// A print of what is no input: a literal, a loop's counter, a function's result.
    fn without_inputs(&mut self, span: Span, tag: &'a str, site: &Site<'a, '_>) -> Weight<'a> {
        let inner = tag.trim_matches(['{', '}', '~', '-', ' ', '\t', '\r', '\n']);
        if site.template.syntax == Syntax::Handlebars {
            match words(inner).next().unwrap_or_default() {
                "role" | "section" => return Weight::default(),
                "history" => {
                    self.caveats.insert(Caveat::History);
                    return Weight::default();
                }
                _ => {}
            }
        }
        let calls = &site.template.analysis.calls;
        let from = calls.partition_point(|call| call.span.start < span.start);
        let is_function =
            calls.get(from).is_some_and(|call| call.span.end <= span.end && call.kind == CallKind::Function);
        if is_function {
            self.caveats.insert(Caveat::Computed);
            return Weight::default();
        }
        if inner.starts_with(['"', '\'']) {
            let at = inner.as_ptr() as usize - site.template.text.text.as_ptr() as usize;
            return self.text(Span::new(at, at + inner.len()), site);
        }
        Weight::default()
    }

    fn is_passed(&self, root: &str, site: &Site<'a, '_>) -> bool {
        // A partial of a logic-less language reads the names of the value that it stands in.
        let own_names = self.open.len() > 1 && !matches!(site.template.syntax, Syntax::Jinja | Syntax::FString);
        site.bound.contains(root) || (own_names && !self.inputs.contains_key(root))
    }

    fn repeat(
        &mut self,
        over: Option<&'a VariableUse>,
        body: &[Part],
        site: &mut Site<'a, '_>,
        loops: &mut Vec<Place<'a>>,
    ) -> Weight<'a> {
        let place = over.map(|usage| Place { root: usage.root.as_str(), path: Cow::Borrowed(usage.path.as_slice()) });
        if let Some(place) = &place {
            loops.push(place.clone());
        }
        let mut once = self.parts(body, site, loops);
        if place.is_some() {
            loops.pop();
        }
        let is_part = |printed: &Place<'a>| place.as_ref().is_some_and(|list| is_inside(printed, list));
        let grows = once.text.high > 0 || once.repeated.high > 0 || once.prints.keys().any(|printed| !is_part(printed));
        if !grows {
            return once;
        }
        let input = place.as_ref().and_then(|place| self.inputs.get(place.root));
        let path = place.as_ref().map_or(&[][..], |place| place.path.as_ref());
        let declared = input.and_then(|input| values::most_items(input, path));
        // A section enters a list, or an object or a truth once.
        let once_only = input.is_some_and(|input| is_no_list(input, path));
        let Some(items) = declared.or(once_only.then_some(1)) else {
            let input = place.map(|place| place.root.to_owned());
            self.caveats.insert(Caveat::LoopCountedOnce { input });
            return once;
        };
        let more = items.saturating_sub(1);
        once.repeated = once.repeated.times(items) + once.text.times(more);
        for (printed, count) in &mut once.prints {
            if !is_part(printed) {
                *count = count.saturating_mul(items);
            }
        }
        once
    }

    fn include(&mut self, include: &'a Include, site: &Site<'a, '_>, loops: &[Place<'a>]) -> Weight<'a> {
        let store = self.store;
        let target = store.resolve_include(site.path, site.template, include);
        let Some(Resolved::File(path)) = target else {
            if !include.optional {
                self.caveats.insert(Caveat::NotIncluded);
            }
            return Weight::default();
        };
        let Some((path, template)) =
            store.file(&path).and_then(|file| Some((&file.path, store.templates_of(&file.path).first()?)))
        else {
            self.caveats.insert(Caveat::NotIncluded);
            return Weight::default();
        };
        let again = self.included.get(path).map(|known| known.prints.len());
        let effort = again.unwrap_or(template.analysis.tags.len() + site.bound.len() + include.visible.len());
        if !self.burn(effort, Caveat::NotIncluded) {
            return Weight::default();
        }
        let mut weight = match self.included.get(path) {
            Some(known) => known.clone(),
            None if self.open.contains(&path) || self.open.len() > MAX_INCLUDES => {
                self.caveats.insert(Caveat::NotIncluded);
                return Weight::default();
            }
            None => {
                let visible = include.visible.iter().map(String::as_str);
                let bound: BTreeSet<&'a str> = site.bound.iter().copied().chain(visible).collect();
                self.open.push(path);
                let range = Span::new(0, template.text.text.len());
                let mut inner = Site { path, template, bound: &bound, defined: BTreeMap::new() };
                let weight = self.template(&mut inner, range);
                self.open.pop();
                if bound.is_empty() {
                    self.included.insert(path, weight.clone());
                }
                weight
            }
        };
        // What is passed on is an item of the innermost loop, as far as can be told.
        if let Some(innermost) = loops.last().filter(|_| weight.passed > 0) {
            let mut path = innermost.path.clone().into_owned();
            path.push(Step::Item);
            weight.print(Place { root: innermost.root, path: Cow::Owned(path) }, weight.passed);
            weight.passed = 0;
        } else if weight.passed > 0 && self.open.len() == 1 {
            self.caveats.insert(Caveat::Computed);
            weight.passed = 0;
        }
        weight
    }

    /// Uses some of the fuel; where there is none left, `caveat` says what is not counted.
    fn burn(&mut self, effort: usize, caveat: Caveat) -> bool {
        match self.fuel.checked_sub(effort + 1) {
            Some(left) => {
                self.fuel = left;
                true
            }
            None => {
                self.caveats.insert(caveat);
                false
            }
        }
    }

    fn larger(&self, one: Weight<'a>, other: Weight<'a>) -> Weight<'a> {
        let size = |weight: &Weight<'a>| {
            let prints = self.by_input(weight);
            let unbounded = prints.iter().filter(|(_, most)| most.1.is_none()).count();
            let inputs: u64 = prints.values().filter_map(|(_, most)| *most).map(|most| most.high).sum();
            (unbounded, weight.text.high.saturating_add(weight.repeated.high).saturating_add(inputs), weight.passed)
        };
        if size(&other) > size(&one) { other } else { one }
    }

    /// For each variable that is printed: how often, and the most tokens of all its prints; `None` where nothing says.
    pub(super) fn by_input(&self, weight: &Weight<'a>) -> BTreeMap<&'a str, (u64, Option<Tokens>)> {
        let mut found: BTreeMap<&'a str, (u64, Option<Tokens>)> = BTreeMap::new();
        let mut places = weight.prints.iter().peekable();
        while let Some((first, _)) = places.peek() {
            let root = first.root;
            let mine: Vec<_> = std::iter::from_fn(|| places.next_if(|(place, _)| place.root == root)).collect();
            found.insert(root, self.of_input(root, &mine));
        }
        found
    }

    fn of_input(&self, root: &str, prints: &[(&Place<'a>, &u64)]) -> (u64, Option<Tokens>) {
        let times = most_together(prints);
        let Some(input) = self.inputs.get(root) else { return (times, None) };
        let whole = values::of_whole(input).map(|most| Tokens::exactly(most).times(times));
        let each = |(place, count): &(&Place<'a>, &u64)| {
            values::most(input, &place.path, self.tokenizer).map(|most| most.times(**count))
        };
        let parts: Option<Tokens> = prints.iter().map(each).sum();
        let most = match (whole, parts) {
            (Some(whole), Some(parts)) if parts.high < whole.high => Some(parts),
            (whole, parts) => whole.or(parts),
        };
        (times, most)
    }
}

/// How often a value is printed whole, at most: different parts of it take together what the whole takes.
fn most_together(prints: &[(&Place<'_>, &u64)]) -> u64 {
    // In order, a path stands before all that lies inside.
    let mut around: Vec<(&[Step], u64)> = Vec::new();
    let mut most = 0;
    for (place, count) in prints {
        while around.last().is_some_and(|(path, _)| !place.path.starts_with(path)) {
            around.pop();
        }
        let sum = around.last().map_or(0, |(_, sum)| *sum).saturating_add(**count);
        around.push((&place.path, sum));
        most = most.max(sum);
    }
    most
}

/// Whether what is printed is a part of an item of `list`.
fn is_inside(printed: &Place<'_>, list: &Place<'_>) -> bool {
    printed.root == list.root && printed.path.len() > list.path.len() && printed.path.starts_with(&list.path)
}

/// Whether a value is surely no list.
fn is_no_list(input: &Input, path: &[Step]) -> bool {
    let kind = input.schema.get("type").and_then(serde_json::Value::as_str);
    path.is_empty() && kind.is_some_and(|kind| matches!(kind, "boolean" | "object" | "string" | "integer" | "number"))
}

/// Whether a tag prints how many there are of something.
fn is_length(template: &Template, tag: Span) -> bool {
    let calls = &template.analysis.calls;
    let to = calls.partition_point(|call| call.span.start < tag.end);
    calls[..to].last().is_some_and(|last| {
        last.span.start >= tag.start
            && last.kind == CallKind::Filter
            && matches!(last.name.as_str(), "length" | "count")
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}
