//! Whether `CODEOWNERS` names the owners that the change's own files name.
//!
//! Both moments are read as they are: the owners of policies and the lines for them change together, so what has been
//! accepted says nothing about either.

use super::{Moments, Notes};
use crate::block;
use crate::forge::code_owners::{Stale, stale};
use crate::lint::rules::{STALE_CODE_OWNERS_HELP, STALE_CODE_OWNERS_MESSAGE};
use crate::path::StorePath;
use crate::store::Store;
use crate::store::owners::CODE_OWNERS;
use crate::store::snapshot::Snapshot;

/// The rule of these findings: what is found of it in a moment that is judged by another's policies is not true.
pub(super) const CODE: &str = "STR013";

/// Tells of lines that became stale by the change.
pub(super) fn look(moments: &Moments<'_>, notes: &mut Notes<'_>) {
    if !has_lines_of_ours(moments.new) {
        return;
    }
    let [before, after] = [moments.old, moments.new].map(|moment| stale(&Store::load(moment.clone())));
    let was_stale = |path: &StorePath| before.iter().any(|stale| stale.path == *path);
    for Stale { path, head, .. } in after.iter().filter(|stale| !was_stale(&stale.path)) {
        notes.add(CODE, path, *head, STALE_CODE_OWNERS_MESSAGE.to_owned());
        notes.help(STALE_CODE_OWNERS_HELP);
    }
}

fn has_lines_of_ours(moment: &Snapshot) -> bool {
    let paths = CODE_OWNERS.iter().filter_map(|path| path.parse::<StorePath>().ok());
    let mut contents = paths.filter(|path| moment.entry(path).is_some()).filter_map(|path| moment.read(&path).ok());
    contents.any(|content| block::range(&String::from_utf8_lossy(&content)).is_some())
}

#[cfg(test)]
mod tests {
    use crate::check::{Moments, Request, check};
    use crate::store::snapshot::Snapshot;

    fn store(prompt: &str, policy: &str, lines: &str) -> Snapshot {
        let prompt = format!("description: d\nowners: [\"{prompt}\"]\nmessages: [{{role: user, content: Hi}}]\n");
        let policy = format!("description: d\nowners: [\"{policy}\"]\n");
        let intro =
            "# From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.";
        let lines = format!("# >>> promptyard\n{intro}\n{lines}# <<< promptyard\n");
        let other = "description: e\nowners: [\"@other\"]\nmessages: [{role: user, content: Ho}]\n";
        let files = [
            ("promptyard.yaml", "version: 1\n"),
            ("prompts/a/a.prompt.yaml", prompt.as_str()),
            ("prompts/b/b.prompt.yaml", other),
            ("policies/p.yaml", policy.as_str()),
            (".github/CODEOWNERS", lines.as_str()),
        ];
        Snapshot::of_texts(files.map(|(path, text)| (path, text.as_bytes()))).expect("paths inside the store")
    }

    fn lines(prompt: &str, policy: &str) -> String {
        format!(
            "/.github/ {policy}\n/policies/ {policy}\n/prompts/a/ {prompt}\n/prompts/b/ @other\n/promptyard.yaml {policy}\n"
        )
    }

    fn told(old: &Snapshot, new: &Snapshot) -> Vec<String> {
        let report = check(&Moments { accepted: old, old, new }, &Request::default());
        let stale = report.added().into_iter().filter(|finding| finding.diagnostic.rule.code == super::CODE);
        stale.map(|finding| format!("{}:{}", finding.diagnostic.file, finding.line)).collect()
    }

    #[test]
    fn a_change_of_owners_brings_its_code_owners_along() {
        let old = store("@a", "@p", &lines("@a", "@p"));
        let stale = store("@new", "@p", &lines("@a", "@p"));
        assert_eq!(told(&old, &stale), [".github/CODEOWNERS:1"]);
        assert_eq!(told(&old, &store("@new", "@p", &lines("@new", "@p"))), [""; 0]);
        assert_eq!(told(&old, &store("@a", "@new", &lines("@a", "@new"))), [""; 0], "a policy's owners are its own");
        assert_eq!(told(&old, &store("@a", "@new", &lines("@a", "@p"))), [".github/CODEOWNERS:1"]);
        assert_eq!(told(&stale, &store("@newer", "@p", &lines("@a", "@p"))), [""; 0], "it was stale before");
    }
}
