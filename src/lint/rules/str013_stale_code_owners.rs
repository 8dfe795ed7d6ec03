//! STR013: the lines of `CODEOWNERS` that say what the store says, and don't any more.

use std::collections::BTreeSet;

use crate::block;
use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::forge::code_owners::{self, Place};
use crate::lint::rule::{Context, Finding, Rule, RuleMeta, Sink};
use crate::store::{FileKind, SourceFile};
use crate::text::Span;

pub(super) struct StaleCodeOwners;

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
        let mut files = cx.store.files().filter(|file| file.kind == FileKind::CodeOwners).peekable();
        // Whose a file is that could not be read to its end, nobody can say.
        if files.peek().is_none() || !cx.store.owned().iter().all(|owned| owned.file.is_legible()) {
            return;
        }
        for file in files {
            look_at(file, cx, out);
        }
    }
}

fn look_at(file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
    let Some(range) = block::range(&file.text) else { return };
    let place = Place { file: &file.path, folder: "" };
    let wanted = code_owners::lines(cx.store, place, &file.text, |path| cx.store.has_under(path.trim_end_matches('/')));
    if block::has(&file.text, &wanted) {
        return;
    }
    let found = block::lines(&file.text);
    let after = block::put(&file.text, &wanted);
    let replacement = after[range.start..after.len() - (file.text.len() - range.end)].to_owned();
    let head = file.text[range.clone()].lines().next().map_or(0, str::len);
    let mut finding = out.in_file(
        &file.path,
        Span::new(range.start, range.start + head),
        "these lines name other owners than the files of the store",
    );
    let (has, wants): (BTreeSet<&str>, BTreeSet<&str>) =
        (found.iter().copied().collect(), wanted.iter().map(String::as_str).collect());
    finding = told(finding, "missing", &wants.difference(&has).copied().collect::<Vec<_>>());
    finding = told(finding, "not true any more", &has.difference(&wants).copied().collect::<Vec<_>>());
    let edits = vec![Edit { span: Span::new(range.start, range.end), replacement }];
    drop(finding.help("`promptyard lint --fix` and `promptyard init --codeowners` write them anew").fix(
        Applicability::Safe,
        "Write the lines of the store's owners anew",
        edits,
    ));
}

fn told<'a>(finding: Finding<'a>, what: &str, lines: &[&str]) -> Finding<'a> {
    let more = lines.len().saturating_sub(MOST_TOLD);
    let finding = lines.iter().take(MOST_TOLD).fold(finding, |finding, line| finding.note(format!("{what}: `{line}`")));
    if more > 0 { finding.note(format!("{what}: {more} more lines")) } else { finding }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{fixed, found};

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
    fn nothing_is_said_while_an_owner_cannot_be_read() {
        let broken = format!(
            "{PROMPTS}//- prompts/c.prompt.yaml\nowners: [\n//- CODEOWNERS\n# >>> promptyard\n# <<< promptyard\n"
        );
        assert_eq!(found("STR013", &broken), [""; 0]);
    }
}
