//! REF009: the text names a tool that the prompt does not have.

use std::collections::BTreeSet;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::suggest::nearest;
use crate::store::Resolved;
use crate::store::prompt::{Prompt, ToolRef};
use crate::store::template::Template;
use crate::store::yaml::NodeRef;
use crate::text::Span;

pub(super) struct ToolNameMismatch;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "REF009", name: "tool-name-mismatch" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "The text names a tool that the prompt does not have",
    what: "\
In prompts with tools, looks for a name in backticks next to the word 'tool' or 'function' (`` the `search` tool ``) \
and compares it with the names in the tool manifests. Silent where a manifest is missing or does not say its tools' \
names.",
    why: "The model is told to call something that it is not offered: it makes up a call, or the answer.",
    how: "Use the name of the manifest in the text, or add the tool.",
    bad: "\
//- tools/order-lookup.json
{\"name\": \"order_lookup\", \"description\": \"Finds an order.\", \"parameters\": {\"type\": \"object\"}}
//- prompts/example.prompt.yaml
description: Answers a question about an order.
tools: [tools/order-lookup.json]
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Use the `lookup_order` tool to find the order. {{ question }}\"
",
    good: "\
//- tools/order-lookup.json
{\"name\": \"order_lookup\", \"description\": \"Finds an order.\", \"parameters\": {\"type\": \"object\"}}
//- prompts/example.prompt.yaml
description: Answers a question about an order.
tools: [tools/order-lookup.json]
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Use the `order_lookup` tool to find the order. {{ question }}\"
",
};

impl Rule for ToolNameMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.tools.is_empty() {
            return;
        }
        let Some(tools) = tool_names(prompt, cx) else { return };
        let known: BTreeSet<String> = tools.iter().map(|name| fold(name)).collect();
        let mut said = BTreeSet::new();
        for template in &prompt.templates {
            for (name, span) in named_tools(template) {
                if known.contains(&fold(name)) || said.len() == limit::FINDINGS || !said.insert(name) {
                    continue;
                }
                let list: Vec<String> = tools.iter().map(|name| format!("`{name}`")).collect();
                let mut finding = out
                    .at(cx.place(&prompt.path, template, span), format!("this prompt has no tool `{name}`"))
                    .note(format!("its tools are {}", list.join(", ")))
                    .help("use the name that the tool has, or add the tool");
                if let Some(meant) = nearest(name, tools.iter().map(String::as_str)) {
                    finding = finding.note_at_span(format!("did you mean `{meant}`?"));
                }
                drop(finding);
            }
        }
    }
}

/// The names of all tools; `None` where one of them can't be known.
fn tool_names(prompt: &Prompt, cx: &Context<'_>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for tool in &prompt.tools {
        match tool {
            ToolRef::Inline(name) => names.push(name.value.clone()),
            ToolRef::File(reference) => {
                let Resolved::File(path) = cx.store.resolve_file(&prompt.path, &reference.value) else { return None };
                let root = cx.store.file(&path)?.yaml.as_ref()?.root()?;
                let before = names.len();
                names.extend(names_in(root));
                if names.len() == before {
                    return None;
                }
            }
        }
    }
    Some(names)
}

/// A manifest is one tool, a list of them, or has a list under `tools`; a tool has a `name`, or its `function` has.
pub(super) fn names_in(root: NodeRef<'_>) -> Vec<String> {
    let name = |tool: NodeRef<'_>| {
        let name = tool.get("name").or_else(|| tool.get("function")?.get("name"));
        name.and_then(|name| name.as_str().map(str::to_owned))
    };
    let list = root.get("tools").unwrap_or(root);
    let mut names: Vec<String> = list.items().filter_map(name).collect();
    names.extend(name(root));
    names
}

/// Names without their plugin's prefix, and in one spelling habit.
fn fold(name: &str) -> String {
    let last = name.rsplit(['.', '/', ':']).next().unwrap_or(name);
    last.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The names in backticks that stand next to the word 'tool' or 'function' in the literal text.
fn named_tools(template: &Template) -> Vec<(&str, Span)> {
    let text = template.text.text.as_str();
    let mut found = Vec::new();
    for literal in template.analysis.literals(text.len()) {
        let part = literal.slice(text);
        let mut at = 0;
        while let Some((open, close)) = next_quoted(part, at) {
            let name = &part[open + 1..close];
            let near = follows(&part[close + 1..]) || precedes(&part[..open]);
            if near && is_tool_name(name) {
                found.push((name, Span::new(open + 1, close).shift(literal.start as usize)));
            }
            at = close + 1;
        }
    }
    found
}

/// The next single pair of backticks on one line; runs of them are code blocks.
fn next_quoted(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        let open = at + text.get(at..)?.find('`')?;
        let run = text[open..].bytes().take_while(|byte| *byte == b'`').count();
        let after = open + run;
        if run > 1 {
            // Skip to the run that closes it.
            let fence = &text[open..after];
            at = after + text[after..].find(fence)? + run;
            continue;
        }
        let close = after + text[after..].find(['`', '\n'])?;
        if text.as_bytes()[close] == b'`' {
            return Some((open, close));
        }
        at = close;
    }
}

fn follows(after: &str) -> bool {
    let word: String =
        after.strip_prefix(' ').unwrap_or_default().chars().take_while(char::is_ascii_alphabetic).collect();
    matches!(word.as_str(), "tool" | "function")
}

fn precedes(before: &str) -> bool {
    let before = before.strip_suffix(' ').unwrap_or_default();
    let word = before.rsplit(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
    matches!(word, "tool" | "function")
}

/// An identifier that no plain word is: words in backticks next to 'function' are often code of another kind.
fn is_tool_name(name: &str) -> bool {
    let identifier =
        name.len() > 2 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let compound = name.contains(['_', '-']) || name.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    identifier && compound && name.starts_with(|first: char| first.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::mapped::MappedText;
    use crate::store::template::Syntax;

    #[test]
    fn a_name_counts_only_in_backticks_next_to_the_word() {
        for (text, expected) in [
            ("Use the `order_lookup` tool.", vec!["order_lookup"]),
            ("Call the function `orderLookup`, then stop.", vec!["orderLookup"]),
            ("`a` tool and `order_lookup` toolbox and tools `x_y`", vec![]),
            ("```\n`x_y` tool\n```\nthe `z_w` tool", vec!["z_w"]),
            ("an open ` tick\nand the `z_w` tool", vec!["z_w"]),
            ("the `read` tool, the `use` function", vec![]),
        ] {
            let template = Template::new(MappedText::verbatim(text, 0), Syntax::Plain);
            let names: Vec<&str> = named_tools(&template).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, expected, "{text}");
        }
    }
}
