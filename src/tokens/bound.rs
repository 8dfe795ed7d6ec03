//! How many tokens a prompt takes at most: its text, what the chat format and the tools add, and its inputs' `maxTokens`.
//!
//! Branches count with the larger one, loops with their list's `maxItems` and once where it has none, parts of one input
//! together as the whole. Text is counted between tags, piece by piece, which is never less than in one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::chat;
use super::tokenizer::{Target, Tokenizer, Tokens};
use super::weigh::{Measure, Weigher, Weight};
use crate::path::StorePath;
use crate::store::prompt::{Message, Prompt, Role, ToolRef};
use crate::store::template::TagKind;
use crate::store::yaml::{Kind, Limits};
use crate::store::{Resolved, Store};
use crate::text::{Span, Spanned};

pub use super::weigh::Caveat;

/// What a prompt takes at most, for one model.
#[derive(Clone, Debug)]
pub struct Bound<'a> {
    /// The model.
    pub target: Target<'a>,
    /// The literal text of all messages, each loop's once.
    pub text: Tokens,
    /// What loops add to that.
    pub repeated: Tokens,
    /// What the chat format takes; see [`chat`].
    pub format: Tokens,
    /// What the tools take; see [`chat`].
    pub tools: Tokens,
    /// The variables that are printed, the declared ones in the order of their declarations.
    pub inputs: Vec<InputBound<'a>>,
    /// The parts in their order.
    pub parts: Vec<PartBound<'a>>,
    /// What is left out or taken for granted.
    pub caveats: BTreeSet<Caveat>,
}

/// What an input adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputBound<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether the prompt declares it.
    pub declared: bool,
    /// How often it is printed, at most.
    pub times: u64,
    /// The most tokens of all its prints; `None` where nothing limits it.
    pub most: Option<Tokens>,
}

/// What a part of a prompt takes.
#[derive(Clone, Debug)]
pub struct PartBound<'a> {
    /// The message that it is, or lies in, from 0.
    pub message: usize,
    /// Who speaks.
    pub role: &'a Role,
    /// A section's heading; `None` for a whole message and for what stands before the first heading.
    pub heading: Option<&'a str>,
    /// Its literal text.
    pub text: Tokens,
    /// The same with its loops repeated and its inputs; `None` where one of them has no limit.
    pub worst: Option<Tokens>,
}

/// Into which parts a prompt is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Its messages.
    Messages,
    /// The sections of its messages, by Markdown headings.
    Sections,
}

impl<'a> Bound<'a> {
    /// What `prompt` takes at most when `target` gets it.
    pub fn of(prompt: &'a Prompt, store: &'a Store, target: Target<'a>, cut: Cut) -> Self {
        let tokenizer = target.tokenizer;
        let mut weigher = Weigher::new(prompt, store, tokenizer, Measure::Tokens);
        let mut sum = Weight::default();
        let mut parts = Vec::new();
        for part in parts_of(prompt, cut) {
            let weight = weigher.range(&prompt.path, &prompt.templates[part.template], part.range);
            let inputs: Option<Tokens> = weigher.by_input(&weight).into_values().map(|(_, most)| most).sum();
            parts.push(PartBound {
                message: part.message,
                role: part.role,
                heading: part.heading,
                text: weight.text,
                worst: inputs.map(|inputs| inputs + weight.text + weight.repeated),
            });
            sum.add(weight);
        }
        let (manifests, all_known) = tool_manifests(prompt, store);
        let mut caveats = std::mem::take(&mut weigher.caveats);
        if !all_known {
            caveats.insert(Caveat::UnknownTool);
        }
        if let Some(reason) = target.model.and_then(|model| Tokenizer::why_estimated(model, store)) {
            caveats.insert(Caveat::Estimated { reason });
        }
        Self {
            target,
            text: sum.text,
            repeated: sum.repeated,
            format: chat::format(prompt.messages.len(), tokenizer),
            tools: chat::tools(&manifests, tokenizer),
            inputs: inputs(prompt, &weigher, &sum),
            parts,
            caveats,
        }
    }

    /// All that does not depend on an input, each loop once.
    pub fn fixed(&self) -> Tokens {
        self.text + self.format + self.tools
    }

    /// The most tokens as far as they are known: inputs without a limit left out.
    pub fn known(&self) -> Tokens {
        let inputs: Tokens = self.inputs.iter().filter_map(|input| input.most).sum();
        self.fixed() + self.repeated + inputs
    }

    /// The most tokens; `None` where an input has no limit.
    pub fn worst(&self) -> Option<Tokens> {
        self.unbounded().next().is_none().then(|| self.known())
    }

    /// The inputs without a limit.
    pub fn unbounded(&self) -> impl Iterator<Item = &InputBound<'a>> {
        self.inputs.iter().filter(|input| input.most.is_none())
    }
}

/// A bound without counting: a text has at most as many tokens as bytes. `None` where an input has no limit.
pub fn at_most<'a>(prompt: &'a Prompt, store: &'a Store, tokenizer: Tokenizer<'a>) -> Option<u64> {
    let mut weigher = Weigher::new(prompt, store, tokenizer, Measure::Bytes);
    let mut sum = Weight::default();
    for part in parts_of(prompt, Cut::Messages) {
        sum.add(weigher.range(&prompt.path, &prompt.templates[part.template], part.range));
    }
    let inputs: Option<Tokens> = weigher.by_input(&sum).into_values().map(|(_, most)| most).sum();
    let (manifests, _) = tool_manifests(prompt, store);
    let tools: u64 = manifests.iter().map(|manifest| tokenizer.at_most(manifest) + chat::AROUND_TOOLS).sum();
    let fixed = sum.text + sum.repeated + chat::format(prompt.messages.len(), tokenizer);
    Some((fixed + inputs?).high.saturating_add(tools))
}

/// The most tokens that `prompt` lets the model answer with, and where it says so.
pub fn output_limit(prompt: &Prompt) -> Option<Spanned<u64>> {
    const NAMES: [&str; 7] = [
        "maxTokens",
        "maxCompletionTokens",
        "maxOutputTokens",
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "max_tokens_to_sample",
    ];
    let mut limits = prompt.parameters.iter().filter(|(name, _)| NAMES.contains(&name.value.as_str()));
    limits.find_map(|(_, value)| Some(Spanned::new(value.value.as_u64()?, value.span)))
}

fn inputs<'a>(prompt: &'a Prompt, weigher: &Weigher<'a>, sum: &Weight<'a>) -> Vec<InputBound<'a>> {
    let mut printed = weigher.by_input(sum);
    let mut found = Vec::with_capacity(printed.len());
    for input in &prompt.inputs {
        let name = input.name.value.as_str();
        if let Some((times, most)) = printed.remove(name) {
            found.push(InputBound { name, declared: true, times, most });
        }
    }
    let undeclared = printed.into_iter().map(|(name, (times, most))| InputBound { name, declared: false, times, most });
    found.extend(undeclared);
    found
}

struct PartOf<'a> {
    message: usize,
    template: usize,
    role: &'a Role,
    heading: Option<&'a str>,
    range: Span,
}

fn parts_of(prompt: &Prompt, cut: Cut) -> Vec<PartOf<'_>> {
    let mut parts = Vec::new();
    for (index, message) in prompt.messages.iter().enumerate() {
        let part = |heading, range| PartOf {
            message: index,
            template: message.template,
            role: &message.role.value,
            heading,
            range,
        };
        match cut {
            Cut::Messages => parts.push(part(None, message.range)),
            Cut::Sections => {
                parts.extend(sections(prompt, message).into_iter().map(|(heading, range)| part(heading, range)));
            }
        }
    }
    parts
}

/// The parts of a message between Markdown headings that are literal text.
fn sections<'a>(prompt: &'a Prompt, message: &Message) -> Vec<(Option<&'a str>, Span)> {
    let template = &prompt.templates[message.template];
    let text = template.text.text.as_str();
    let tags = &template.analysis.tags;
    let mut sections = Vec::new();
    let mut heading = None;
    let mut start = message.range.start as usize;
    let mut at = start;
    let mut in_code = false;
    for line in message.range.slice(text).split_inclusive('\n') {
        let next = tags.partition_point(|tag| tag.span.end as usize <= at);
        let in_tag =
            tags.get(next).is_some_and(|tag| (tag.span.start as usize) < at && tag.kind != TagKind::Expression);
        in_code ^= line.trim_start().starts_with("```");
        if let Some(title) = title(line).filter(|_| !in_tag && !in_code) {
            if at > start {
                sections.push((heading, Span::new(start, at)));
            }
            (heading, start) = (Some(title), at);
        }
        at += line.len();
    }
    sections.push((heading, Span::new(start, at)));
    sections
}

/// The text of a line that is a heading: one to six `#` and a space.
fn title(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    let title = rest.strip_prefix(' ')?.trim();
    (matches!(line.len() - rest.len(), 1..=6) && !title.is_empty()).then_some(title)
}

/// The manifests of a prompt's tools as JSON without white space, and whether these are all.
fn tool_manifests(prompt: &Prompt, store: &Store) -> (Vec<String>, bool) {
    let mut manifests = Vec::new();
    let mut all_known = true;
    for tool in &prompt.tools {
        let manifest = match tool {
            ToolRef::File(reference) => match store.resolve_file(&prompt.path, &reference.value) {
                Resolved::File(path) => manifest_in(store, &path),
                _ => None,
            },
            ToolRef::Inline(name) => inline_manifest(prompt, store, name.span),
        };
        all_known &= manifest.is_some();
        manifests.extend(manifest);
    }
    (manifests, all_known)
}

fn manifest_in(store: &Store, path: &StorePath) -> Option<String> {
    let file = store.file(path)?;
    match serde_json::from_str::<Value>(&file.text) {
        Ok(value) => Some(value.to_string()),
        Err(_) => file.yaml.as_ref()?.root()?.to_json(Limits::default().nodes).map(|value| value.to_string()),
    }
}

/// The entry under `tools` that holds the name at `name`.
fn inline_manifest(prompt: &Prompt, store: &Store, name: Span) -> Option<String> {
    let root = store.file(&prompt.path)?.yaml.as_ref()?.root()?;
    let lists = [root.get("tools"), root.get("model").and_then(|model| model.get("parameters")?.get("tools"))];
    let mut entries = lists.into_iter().flatten().flat_map(|list| list.items().collect::<Vec<_>>());
    let entry = entries.find(|entry| entry.kind() == Kind::Mapping && entry.span().contains(name))?;
    entry.to_json(Limits::default().nodes).map(|value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::snapshot::Snapshot;
    use crate::tokens::Encoding;

    const MODEL: &str = "provider: openai\nmodel: gpt-5.1-2026-03-11\ntokenizer: o200k_base\n";

    fn store(files: &[(&str, &str)]) -> Store {
        let model = [("promptyard.yaml", "version: 1\ndefault_model: models/m\n"), ("models/m.yaml", MODEL)];
        let files = model.iter().chain(files).map(|(path, text)| (*path, text.as_bytes()));
        Store::load(Snapshot::of_texts(files).expect("paths inside the store"))
    }

    /// What `content`, a user's message with `inputs`, takes: text, what loops add, and each input.
    fn weighed(inputs: &str, content: &str, partials: &[(&str, &str)]) -> String {
        let prompt = format!("inputs: {{{inputs}}}\nmessages:\n  - role: user\n    content: {content:?}\n");
        let mut files = vec![("prompts/a.prompt.yaml", prompt.as_str())];
        files.extend(partials);
        let store = store(&files);
        let prompt = &store.prompts()[0];
        let bound = Bound::of(prompt, &store, Target::of(prompt, &store), Cut::Messages);
        assert!(bound.text.is_exact(), "{content}");
        if let (Some(worst), Some(cheap)) = (bound.worst(), at_most(prompt, &store, bound.target.tokenizer)) {
            assert!(worst.high <= cheap, "{content}: {} tokens are more than {cheap} bytes", worst.high);
        }
        let mut drawn = bound.text.likely.to_string();
        if bound.repeated.likely > 0 {
            drawn += &format!(" +{}", bound.repeated.likely);
        }
        for input in &bound.inputs {
            let most = input.most.map_or_else(|| "?".to_owned(), |most| most.high.to_string());
            drawn += &format!(" {}={most}", input.name);
        }
        for caveat in &bound.caveats {
            drawn += &format!(" {caveat:?}");
        }
        drawn
    }

    fn count(text: &str) -> u64 {
        Encoding::O200kBase.count(text) as u64
    }

    #[test]
    fn inputs_count_as_often_as_they_are_printed() {
        for (inputs, content, expected) in [
            ("a: {maxTokens: 10}", "x {{ a }}", "2 a=10"),
            ("a: {maxTokens: 10}", "{{ a }}{{ a }}", "0 a=20"),
            ("a: {}", "{{ a }}", "0 a=?"),
            ("", "{{ b }}", "0 b=?"),
            ("a: {maxTokens: 10}", "{{ a.x }}{{ a.y }}", "0 a=10"),
            ("a: {maxTokens: 10}", "{{ a.x }}{{ a.y }}{{ a.x }}{{ a }}", "0 a=30"),
            ("a: {maxTokens: 10}", "{{ a | length }}", "20"),
            ("a: {type: boolean}", "{{ a }}", "0 a=5"),
            ("a: {maxTokens: 10}", "{% set b = a %}{{ b }}", "0 a=10"),
            ("a: {maxTokens: 10}", "{% macro m() %}{{ a }}{% endmacro %}{{ m() }}{{ m() }}", "0 a=20"),
        ] {
            assert_eq!(weighed(inputs, content, &[]), expected, "{content}");
        }
    }

    #[test]
    fn the_larger_branch_counts() {
        for (inputs, content, expected) in [
            ("a: {maxTokens: 10}, b: {maxTokens: 30}", "{% if a %}{{ a }}{% else %}{{ b }}{% endif %}", "0 b=30"),
            ("a: {}, b: {maxTokens: 30}", "{% if b %}{{ a }}{% else %}{{ b }}{% endif %}", "0 a=?"),
            ("a: {maxTokens: 1}", "{% if a %}one two three{% elif a %}one{% endif %}", "3"),
        ] {
            assert_eq!(weighed(inputs, content, &[]), expected, "{content}");
        }
    }

    #[test]
    fn loops_count_with_the_items_that_there_may_be() {
        let open = "ps: {type: array, maxTokens: 100}";
        let listed = "ps: {type: array, maxItems: 5, maxTokens: 100}, q: {maxTokens: 7}";
        for (inputs, content, expected) in [
            (open, "{% for p in ps %}{{ p }}{% endfor %}", "0 ps=100"),
            (open, "{% for p in ps %}- {{ p }}{% endfor %}", "2 ps=100 LoopCountedOnce { input: Some(\"ps\") }"),
            (listed, "{% for p in ps %}- {{ p }}{% endfor %}", "2 +8 ps=100"),
            (listed, "{% for p in ps %}{{ p.a }}{{ p.b }}{{ q }}{% endfor %}", "0 ps=100 q=35"),
            (listed, "{% for p in ps %}{{ ps }}{% endfor %}", "0 ps=500"),
            (listed, "{% for p in ps %}{% for r in ps %}x{{ q }}{% endfor %}{% endfor %}", "1 +24 q=175"),
            (listed, "{% for p in ps %}x{% else %}one two three{% endfor %}", "1 +4"),
        ] {
            assert_eq!(weighed(inputs, content, &[]), expected, "{content}");
        }
    }

    #[test]
    fn included_text_counts_where_it_is_included() {
        let partials = [
            ("partials/a.md", "One {{ q }}"),
            ("partials/b.md", "{% include 'partials/b.md' %}"),
            ("partials/c.md", "{{ p }}"),
        ];
        for (inputs, content, expected) in [
            ("q: {maxTokens: 9}", "{% include 'partials/a.md' %}{% include 'partials/a.md' %}", "4 q=18"),
            ("", "{% include 'partials/b.md' %}", "0 NotIncluded"),
            ("", "{% include 'partials/no.md' %}", "0 NotIncluded"),
            ("ps: {maxTokens: 9}", "{% for p in ps %}{% include 'partials/c.md' %}{% endfor %}", "0 ps=9"),
        ] {
            assert_eq!(weighed(inputs, content, &partials), expected, "{content}");
        }
    }

    #[test]
    fn a_hostile_store_takes_no_longer_than_a_large_one() {
        let nested: Vec<(String, String)> = (0..6)
            .map(|level| {
                let include = format!("{{% include 'partials/{}.md' %}}", level + 1);
                (format!("partials/{level}.md"), format!("{{% set v{level} = 1 %}}{}", include.repeat(60)))
            })
            .collect();
        let partials: Vec<(&str, &str)> = nested.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let told = weighed("", "{% set v = 1 %}{% include 'partials/0.md' %}", &partials);
        assert!(told.ends_with("NotIncluded"), "{told}");
        let prints: String = (0..3000).map(|at| format!("{{{{ v{at} }}}}")).collect();
        let uses = "{{ m() }}".repeat(3000);
        let told = weighed("", &format!("{{% macro m() %}}{prints}{{% endmacro %}}{uses}"), &[]);
        assert!(told.ends_with("Computed"), "{told}");
    }

    #[test]
    fn a_prompt_without_tags_is_counted_as_it_is() {
        let text = "Answer the customer's question in two sentences.";
        assert_eq!(weighed("", text, &[]), count(text).to_string());
    }

    #[test]
    fn sections_are_those_of_headings() {
        let prompt = "messages:\n  - role: user\n    content: |\n      Hi\n      # One\n      ```\n      # code\n      ```\n      ## Two\n      x\n";
        let store = store(&[("prompts/a.prompt.yaml", prompt)]);
        let prompt = &store.prompts()[0];
        let bound = Bound::of(prompt, &store, Target::of(prompt, &store), Cut::Sections);
        let headings: Vec<_> = bound.parts.iter().map(|part| part.heading).collect();
        assert_eq!(headings, [None, Some("One"), Some("Two")]);
        assert_eq!(bound.parts.iter().map(|part| part.text).sum::<Tokens>(), bound.text);
    }

    #[test]
    fn chat_format_and_tools_are_said_apart() {
        let prompt =
            "messages: [{role: system, content: a}, {role: user, content: b}]\ntools: [tools/t.json, tools/no.json]\n";
        let store = store(&[("prompts/a.prompt.yaml", prompt), ("tools/t.json", "{\"name\": \"t\"}\n")]);
        let prompt = &store.prompts()[0];
        let bound = Bound::of(prompt, &store, Target::of(prompt, &store), Cut::Messages);
        assert_eq!(bound.format, Tokens::exactly(9));
        assert!(bound.tools.high > 0 && !bound.tools.is_exact());
        assert!(bound.caveats.contains(&Caveat::UnknownTool));
    }
}
