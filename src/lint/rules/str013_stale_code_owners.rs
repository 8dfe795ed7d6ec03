//! STR013: the lines of `CODEOWNERS` that say what the store says, and don't any more.

use crate::diagnostic::{Applicability, RuleId, Severity};
use crate::forge::code_owners;
use crate::lint::rule::{Context, Finding, Rule, RuleMeta, Sink};

pub(super) struct StaleCodeOwners;

/// What is said; the merge check says the same.
pub(crate) const MESSAGE: &str = "these lines name other owners than the files of the store";

/// What to do about it.
pub(crate) const HELP: &str = "`promptyard lint --fix` and `promptyard init --codeowners` write them anew";

/// Lines that are told each way; the rest is counted.
const MOST_TOLD: usize = 3;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR013", name: "stale-code-owners" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Safe),
    summary: "`CODEOWNERS` names other owners than the store's files",
    what: "\
Compares the lines that `promptyard init --codeowners` has written into `CODEOWNERS` with the `owners` of prompts, models, \
retrieval configurations, policies, suites and routes. A `CODEOWNERS` without such lines is left alone, and so is one outside \
of the store, as that of a repository whose store is a folder: there, run `promptyard init --codeowners` again.",
    why: "\
The forge asks those for a review whom `CODEOWNERS` names. Where the file is stale, a change goes past the people who answer \
for it.",
    how: "Run `promptyard lint --fix`, or `promptyard init --codeowners`; all other lines stay.",
    bad: "\
//- promptyard.yaml
version: 1
//- .github/CODEOWNERS
* @platform
# >>> promptyard
# From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.
/prompts/ @greetings
# <<< promptyard
//- prompts/greeting.prompt.yaml
description: Greets a customer.
owners: [\"@support\"]
messages:
  - role: user
    content: Say hello.
",
    good: "\
//- promptyard.yaml
version: 1
//- .github/CODEOWNERS
* @platform
# >>> promptyard
# From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.
/prompts/ @support
# <<< promptyard
//- prompts/greeting.prompt.yaml
description: Greets a customer.
owners: [\"@support\"]
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for StaleCodeOwners {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for stale in code_owners::stale(cx.store) {
            let mut finding = out.in_file(&stale.path, stale.head, MESSAGE);
            finding = told(finding, "missing", &stale.missing);
            finding = told(finding, "not true any more", &stale.obsolete);
            let title = "Write the lines of the store's owners anew";
            drop(finding.help(HELP).fix(Applicability::Safe, title, vec![stale.edit]));
        }
    }
}

fn told<'a>(finding: Finding<'a>, what: &str, lines: &[String]) -> Finding<'a> {
    let more = lines.len().saturating_sub(MOST_TOLD);
    let finding = lines.iter().take(MOST_TOLD).fold(finding, |finding, line| finding.note(format!("{what}: `{line}`")));
    if more > 0 { finding.note(format!("{what}: {more} more lines")) } else { finding }
}

#[cfg(test)]
mod tests {
    use crate::forge::code_owners;
    use crate::lint::fixture::{fixed, found};
    use crate::store::Store;

    const PROMPTS: &str = "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
owners: [\"@a\"]
messages: [{role: user, content: Hi}]
//- prompts/b.prompt.yaml
owners: [\"@b\"]
messages: [{role: user, content: Ho}]
";

    #[test]
    fn only_a_file_with_our_lines_is_looked_at() {
        assert_eq!(found("STR013", &format!("{PROMPTS}//- CODEOWNERS\n* @all\n")), [""; 0]);
        let stale = format!("{PROMPTS}//- docs/CODEOWNERS\n* @all\n# >>> promptyard\n# <<< promptyard\n");
        assert_eq!(
            found("STR013", &stale),
            ["warning docs/CODEOWNERS:2 these lines name other owners than the files of the store"]
        );
    }

    #[test]
    fn the_fix_leaves_all_other_lines_as_they_are() {
        let stale = format!(
            "{PROMPTS}//- CODEOWNERS\n*  @all\r\n# >>> promptyard (the line before had no end)\r\n/x @x\r\n# <<< promptyard\r\nlast @b"
        );
        let after = fixed("STR013", &stale);
        insta::assert_snapshot!(after.replace('\r', "␍"), @"
        *  @all␍
        # >>> promptyard (the line before had no end)␍
        # From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.␍
        /prompts/a.prompt.yaml @a␍
        /prompts/b.prompt.yaml @b␍
        # <<< promptyard␍
        last @b
        ");
    }

    #[test]
    fn a_store_that_was_read_in_part_does_not_know_whose_the_rest_is() {
        let files = format!("{PROMPTS}//- CODEOWNERS\n# >>> promptyard\n# <<< promptyard\n");
        let snapshot = crate::lint::example::snapshot(&files).expect("paths of the test are inside the store");
        let part = ["prompts/a.prompt.yaml".parse().expect("a path")].into();
        assert!(code_owners::stale(&Store::load_only(snapshot.clone(), &part)).is_empty());
        assert_eq!(code_owners::stale(&Store::load(snapshot)).len(), 1);
    }

    #[test]
    fn nothing_is_said_while_an_owner_cannot_be_read() {
        let broken = format!(
            "{PROMPTS}//- prompts/c.prompt.yaml\nowners: [\n//- CODEOWNERS\n# >>> promptyard\n# <<< promptyard\n"
        );
        assert_eq!(found("STR013", &broken), [""; 0]);
    }
}
