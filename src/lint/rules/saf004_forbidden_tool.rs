//! SAF004: a prompt has a tool that a policy forbids.

use super::ref009_tool_name_mismatch::names_in;
use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::Resolved;
use crate::store::prompt::{Prompt, ToolRef};
use crate::store::yaml::Yaml;

pub(super) struct ForbiddenTool;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SAF004", name: "forbidden-tool" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt has a tool that a policy forbids",
    what: "\
Looks at the tools of a prompt, by the names in their manifests and by the manifests' paths, and holds them against \
`forbidden_tools` and `allowed_tools` of the policies that apply to the prompt.",
    why: "A tool is what a model can do to the world. Text from outside can make it do so.",
    how: "Remove the tool, use one that the policy allows, or ask its owners.",
    bad: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
forbidden_tools: [\"shell*\"]
//- tools/shell.json
{\"name\": \"shell_command\"}
//- prompts/answer.prompt.yaml
description: Answers customers.
tools: [tools/shell.json]
messages:
  - role: user
    content: Say hello.
",
    good: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
forbidden_tools: [\"shell*\"]
//- tools/order.json
{\"name\": \"find_order\"}
//- prompts/answer.prompt.yaml
description: Answers customers.
tools: [tools/order.json]
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for ForbiddenTool {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let policies = cx.store.policies().iter().filter(|policy| !policy.tools.is_open());
        for policy in policies.filter(|policy| policy.scope.has(&prompt.path, Some(prompt))) {
            for tool in &prompt.tools {
                let (ToolRef::File(written) | ToolRef::Inline(written)) = tool;
                let mut tools = Vec::new();
                if let ToolRef::File(reference) = tool
                    && let Resolved::File(path) = cx.store.resolve_file(&prompt.path, &reference.value)
                    && let Some(root) = cx.store.file(&path).and_then(|file| file.yaml.as_ref()).and_then(Yaml::root)
                {
                    tools = names_in(root);
                }
                // A manifest goes by its path beside the names in it.
                let forbidden = match tools.is_empty() {
                    true => (!policy.tools.permits(&[&written.value])).then_some(&written.value),
                    false => tools.iter().find(|name| !policy.tools.permits(&[name, &written.value])),
                };
                if let Some(name) = forbidden {
                    let message = format!("`{}` does not allow the tool `{name}`", policy.name());
                    drop(out.at(written.span, message).help("remove it, or use one that the policy allows"));
                }
            }
        }
    }
}
