//! Applying fixes to a text: byte-exact everywhere else.

use std::collections::BTreeMap;

use crate::diagnostic::{Edit, Fix};

/// Applies `fixes` to `text` and says how many took effect. As [`apply_each`].
pub fn apply<'a>(text: &str, fixes: impl IntoIterator<Item = &'a Fix>) -> (String, usize) {
    let (changed, taken) = apply_each(text, fixes);
    (changed, taken.into_iter().filter(|taken| *taken).count())
}

/// Applies `fixes` to `text` and says of each whether it took effect. Each fix happens as a whole; one that touches what
/// an earlier fix in the list changes is left for the next pass, as is one whose edits do not fit the text.
pub fn apply_each<'a>(text: &str, fixes: impl IntoIterator<Item = &'a Fix>) -> (String, Vec<bool>) {
    // By place and then by order, so that two insertions of one fix at one place keep theirs.
    let mut edits: BTreeMap<(u32, u32, usize), &Edit> = BTreeMap::new();
    let mut taken = Vec::new();
    for fix in fixes {
        let fits = fix.edits.iter().all(|edit| text.get(edit.span.range()).is_some());
        // What is taken never overlaps, so the last edit that starts in reach is the only one that can touch.
        let free = fix.edits.iter().all(|edit| {
            let before = edits.range(..=(edit.span.end, u32::MAX, usize::MAX)).next_back();
            before.is_none_or(|(_, other)| other.span.end < edit.span.start)
        });
        let applies = fits && free && !fix.edits.is_empty();
        if applies {
            let order = edits.len();
            let keyed = fix.edits.iter().enumerate();
            edits.extend(keyed.map(|(index, edit)| ((edit.span.start, edit.span.end, order + index), edit)));
        }
        taken.push(applies);
    }
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits.values() {
        changed.push_str(text.get(at..edit.span.range().start).unwrap_or_default());
        changed.push_str(&edit.replacement);
        at = edit.span.range().end.max(at);
    }
    changed.push_str(&text[at..]);
    (changed, taken)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::{Applicability, Diagnostic, Severity};
    use crate::lint::{self, Request};
    use crate::store::Store;
    use crate::store::problem::is_legible;
    use crate::store::snapshot::Snapshot;
    use crate::text::Span;

    fn fix(edits: &[(usize, usize, &str)]) -> Fix {
        let edit = |&(start, end, with): &(usize, usize, &str)| Edit {
            span: Span::new(start, end),
            replacement: with.to_owned(),
        };
        Fix { title: String::new(), edits: edits.iter().map(edit).collect(), applicability: Applicability::Safe }
    }

    #[test]
    fn the_first_of_two_fixes_that_touch_wins() {
        let fixes = [fix(&[(0, 1, "A"), (4, 5, "E")]), fix(&[(1, 2, "x")]), fix(&[(2, 3, "C")]), fix(&[(4, 4, "!")])];
        assert_eq!(apply("abcde", &fixes), ("AbCdE".to_owned(), 2));
    }

    #[test]
    fn a_fix_happens_whole_or_not_at_all() {
        let fixes = [fix(&[(0, 1, "A")]), fix(&[(0, 1, "x"), (3, 4, "y")]), fix(&[(2, 9, "z")])];
        assert_eq!(apply("abcd", &fixes), ("Abcd".to_owned(), 1));
        assert_eq!(apply("aé", &[fix(&[(2, 3, "")])]), ("aé".to_owned(), 0));
    }

    #[test]
    fn edits_of_one_fix_may_stand_side_by_side() {
        assert_eq!(apply("abcd", &[fix(&[(1, 2, ""), (2, 3, "X")])]), ("aXd".to_owned(), 1));
    }

    /// Prompts with something for each safe fix, cut into pieces that still mean something in another order.
    const PROMPTS: [(&str, &[&str]); 3] = [
        (
            "prompts/a.prompt.yaml",
            &[
                "# promptyard: allow TPL002 reason=\"x\"\n",
                "name: b\n",
                "description: d # promptyard: allow STR007\n",
                "model_parameters: {temperature: 0.2, max_tokens: 3}\n",
                "lint: {allow: [{rule: TPL001, reason: r}, {rule: unused-input, reason: r}]}\n",
                "lint:\n  allow:\n    - {rule: TPL001, reason: r}\n",
                "inputs: {a: {type: string}, b: {}, \"c\": {default: 1}}\n",
                "inputs:\n",
                "  a: {type: string}\n",
                "  # about b\n",
                "  b:\n    type: object\n",
                "  'é':\n",
                "  d: &d {type: string} # one\n",
                "  e: *d\n",
                "\n",
                "messages:\n",
                "messages: [{role: user, content: \"{{ a }} {# promptyard: allow TPL002 #}\"}]\n",
                "  - role: user\n",
                "    content: |\n",
                "      # promptyard: allow TPL002 reason=x\n",
                "      {# promptyard: allow PII001 reason=\"x\" until=2020-01-01 #}\n",
                "      <!-- promptyard: allow TPL002 -->\n",
                "      Hi {{ a }} {{ é }}\n",
                "    content: '{{ a }} # promptyard: allow TPL002'\n",
                "testData: [{a: 1, b: 2}]\n",
            ],
        ),
        (
            "prompts/a.prompty",
            &[
                "---\n",
                "name: b\n",
                "sample: {a: 1}\n",
                "template: jinja2\n",
                "model: {api: chat, configuration: {azure_deployment: x}, parameters: {max_tokens: 3}}\n",
                "model:\n  api: chat\n  parameters:\n    max_tokens: 3\n",
                "inputs:\n",
                "  a: {type: string}\n",
                "  - name: a\n    kind: string\n",
                "  - {name: é, default: 1}\n",
                "  - b\n",
                "inputs: [a, {name: b}]\n",
                "user:\n",
                "# promptyard: allow TPL002\n",
                "{# promptyard: allow TPL002 reason=\"x\" #}\n",
                "Hi {{ a }}\n",
            ],
        ),
        (
            "prompts/a.prompt",
            &[
                "---\n",
                "model: m\n",
                "input:\n",
                "  schema:\n",
                "    a: string\n",
                "    b?(array, é): string\n",
                "    c(enum): [x, y]\n",
                "    (*): any\n",
                "input: {schema: {a: string, b: string}, default: {a: x}}\n",
                "  default: {b: 1}\n",
                "{{! promptyard: allow TPL002 reason=\"x\" }}\n",
                "{{role \"user\"}}\n",
                "Hi {{a}}\n",
            ],
        ),
    ];

    /// A prompt's path and text: its pieces in order, but for a few that are left out, and a few that stand elsewhere.
    fn mutated() -> impl Strategy<Value = (&'static str, String)> {
        let choice = (0..PROMPTS.len(), prop::collection::vec(0..8_u8, 32), any::<bool>());
        let moved = prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..3);
        (choice, moved).prop_map(|((index, kept, ends), moved)| {
            let (path, pieces) = PROMPTS[index];
            let chosen = pieces.iter().zip(kept).filter(|(_, dice)| *dice > 2);
            let mut chosen: Vec<&str> = chosen.map(|(piece, _)| *piece).collect();
            if index > 0 {
                chosen.insert(0, "---\n");
                chosen.insert(chosen.len().min(6), "---\n");
            }
            for (from, to) in moved.into_iter().filter(|_| !pieces.is_empty()) {
                chosen.insert(to.index(chosen.len() + 1), pieces[from.index(pieces.len())]);
            }
            let text = chosen.concat();
            (path, if ends { text } else { text.trim_end().to_owned() })
        })
    }

    /// What every rule says of the text, and whether the file could be read to its end.
    fn lint(path: &str, text: &str) -> (Vec<Diagnostic>, bool) {
        let store = Store::load(Snapshot::of_texts([(path, text.as_bytes())]).expect("a path of the test"));
        let select = vec!["ALL".to_owned()];
        let request = Request { today: "2026-11-21".to_owned(), select, ..Request::default() };
        let legible = store.files().all(|file| is_legible(&file.problems));
        (lint::run(&store, &request).expect("known rules").findings, legible)
    }

    fn errors(findings: &[Diagnostic]) -> BTreeSet<&'static str> {
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        // A prompt that said nothing but a suppression is empty once the model no longer reads that.
        errors.map(|finding| finding.rule.code).filter(|code| *code != "STR005").collect()
    }

    proptest! {
        #[test]
        fn safe_fixes_settle_and_break_nothing((path, text) in mutated()) {
            let (mut findings, legible) = lint(path, &text);
            let before = errors(&findings);
            let mut fixed = text.clone();
            let mut rounds = 0;
            loop {
                let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
                let safe = fixes.filter(|fix| fix.applicability == Applicability::Safe);
                let (next, applied) = apply(&fixed, safe);
                if applied == 0 {
                    break;
                }
                rounds += 1;
                prop_assert!(rounds < 10, "{text:?} goes in circles: {next:?}");
                prop_assert_ne!(&next, &fixed, "a fix of {:?} changes nothing", text);
                fixed = next;
                let still;
                (findings, still) = lint(path, &fixed);
                prop_assert!(still || !legible, "{text:?} was broken: {fixed:?}\n{findings:#?}");
                if !legible {
                    continue;
                }
                let new: Vec<_> = errors(&findings).difference(&before).copied().collect();
                prop_assert!(new.is_empty(), "{text:?} became {fixed:?}: {new:?}");
            }
        }
    }
}
