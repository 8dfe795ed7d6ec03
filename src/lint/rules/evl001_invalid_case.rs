//! EVL001: a case that can't be run.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::{limit, references};
use crate::path::StorePath;
use crate::store::problem::ProblemKind;
use crate::store::suite::{Case, Content, Suite};

pub(super) struct InvalidCase;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "EVL001", name: "invalid-case" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A case of a suite can't be run",
    what: "\
Looks at the cases of suites and of the golden data that they name (JSON Lines): a line that is not JSON or not an \
object, `inputs` that are no mapping, a case without any input although the prompt has some, a data file that the store \
lacks. A case without the key `inputs` is flat: its keys are inputs, but for `id`, `name`, `description`, `expected`, \
`expect`, `answer`, `ground_truth`, `tags`, `metadata`, `weight` and `note`.",
    why: "\
What runs the suite stops there, or worse, leaves the case out: the suite then passes with fewer cases than everybody \
believes it has.",
    how: "Write each case as a mapping with `inputs`, in JSON Lines on one line.",
    bad: "\
//- promptyard.yaml
version: 1
//- suites/support.yaml
description: Questions that must be answered well.
data: suites/support.jsonl
thresholds: {pass_rate: 0.95}
//- suites/support.jsonl
{\"inputs\": {\"question\": \"Where is my parcel?\"}}
{\"inputs\": {\"question\": \"When do you open?\"}}
{\"inputs\": {\"question\": \"Do you sell pianos?\"}}
{\"inputs\": {\"question\": \"Can I pay later?\"}}
{\"inputs\": \"How do I return shoes?\"}
",
    good: "\
//- promptyard.yaml
version: 1
//- suites/support.yaml
description: Questions that must be answered well.
data: suites/support.jsonl
thresholds: {pass_rate: 0.95}
//- suites/support.jsonl
{\"inputs\": {\"question\": \"Where is my parcel?\"}}
{\"inputs\": {\"question\": \"When do you open?\"}}
{\"inputs\": {\"question\": \"Do you sell pianos?\"}}
{\"inputs\": {\"question\": \"Can I pay later?\"}}
{\"inputs\": {\"question\": \"How do I return shoes?\"}}
",
};

impl Rule for InvalidCase {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for suite in cx.store.suites() {
            for reference in &suite.data {
                references::report_missing(reference, "data file", &suite.path, cx, out);
            }
            for (path, _) in cx.store.data_of(suite) {
                let problems = cx.store.file(path).into_iter().flat_map(|file| &file.problems);
                for problem in problems.filter(|problem| problem.kind == ProblemKind::InvalidCase).take(limit::FINDINGS)
                {
                    let help = problem.help.as_deref().unwrap_or_default();
                    out.in_file(path, problem.span, problem.message.as_str()).help(help);
                }
            }
            let needs_inputs = needs_inputs(suite, cx);
            let said = cx.store.cases_of(suite).filter(|(path, case)| {
                // What the suite's own file has in another shape than its schema wants is STR002's.
                report(case, path, **path == suite.path, needs_inputs, out)
            });
            said.take(limit::FINDINGS).for_each(drop);
        }
    }
}

/// Whether a case without inputs is none: not where every prompt that is measured has none.
fn needs_inputs(suite: &Suite, cx: &Context<'_>) -> bool {
    let mut prompts = suite.prompts.iter().filter_map(|id| cx.store.prompt_called(&id.value)).peekable();
    prompts.peek().is_none() || prompts.any(|prompt| !prompt.inputs.is_empty())
}

fn report(case: &Case, path: &StorePath, has_schema: bool, needs_inputs: bool, out: &Sink<'_>) -> bool {
    let (message, help) = match &case.content {
        Content::NoInputs if needs_inputs => {
            ("this case has no inputs", "give the values under `inputs`: `inputs: {question: …}`")
        }
        Content::WrongInputs if !has_schema => (
            "the inputs of this case are not names with values",
            "write a mapping: `\"inputs\": {\"question\": \"…\"}`",
        ),
        Content::NoMapping if !has_schema => {
            ("this case is not an object", "write a JSON object a line: `{\"inputs\": {\"question\": \"…\"}}`")
        }
        _ => return false,
    };
    out.in_file(path, case.head, message).help(help);
    true
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn each_line_is_judged() {
        let store = "\
//- promptyard.yaml
version: 1
//- suites/a.yaml
cases: [{expected: 1}, {question: x}]
data: [suites/b.jsonl, suites/missing.jsonl]
//- suites/b.jsonl
{\"question\": \"x\"}
[1]
{\"expected\": \"x\"}
{\"inputs\": 1}
oops
";
        assert_eq!(
            found("EVL001", store),
            [
                "error suites/a.yaml:1 this case has no inputs",
                "error suites/a.yaml:2 the store has no data file `suites/missing.jsonl`",
                "error suites/b.jsonl:2 this case is not an object",
                "error suites/b.jsonl:3 this case has no inputs",
                "error suites/b.jsonl:4 the inputs of this case are not names with values",
                "error suites/b.jsonl:5 this line is not JSON: expected value",
            ]
        );
    }

    #[test]
    fn a_prompt_without_inputs_is_measured_without_them() {
        let store = "\
//- promptyard.yaml
version: 1
//- prompts/joke.prompt.yaml
messages: [{role: user, content: Tell a joke.}]
//- suites/a.yaml
prompt: prompts/joke
cases: [{expected: funny}]
";
        assert_eq!(found("EVL001", store), Vec::<String>::new());
    }
}
