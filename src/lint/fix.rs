//! Applying fixes to a text: byte-exact everywhere else.

use std::collections::BTreeMap;

use crate::diagnostic::{Edit, Fix};

/// Applies `fixes` to `text` and says how many took effect. Each fix happens as a whole; one that touches what an
/// earlier fix in the list changes is left for the next pass, as is one whose edits do not fit the text.
pub fn apply<'a>(text: &str, fixes: impl IntoIterator<Item = &'a Fix>) -> (String, usize) {
    // By place and then by order, so that two insertions of one fix at one place keep theirs.
    let mut taken: BTreeMap<(u32, u32, usize), &Edit> = BTreeMap::new();
    let mut applied = 0;
    for fix in fixes {
        let fits = fix.edits.iter().all(|edit| text.get(edit.span.range()).is_some());
        // What is taken never overlaps, so the last edit that starts in reach is the only one that can touch.
        let free = fix.edits.iter().all(|edit| {
            let before = taken.range(..=(edit.span.end, u32::MAX, usize::MAX)).next_back();
            before.is_none_or(|(_, other)| other.span.end < edit.span.start)
        });
        if fits && free && !fix.edits.is_empty() {
            let order = taken.len();
            let keyed = fix.edits.iter().enumerate();
            taken.extend(keyed.map(|(index, edit)| ((edit.span.start, edit.span.end, order + index), edit)));
            applied += 1;
        }
    }
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in taken.values() {
        changed.push_str(text.get(at..edit.span.range().start).unwrap_or_default());
        changed.push_str(&edit.replacement);
        at = edit.span.range().end.max(at);
    }
    changed.push_str(&text[at..]);
    (changed, applied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Applicability;
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
}
