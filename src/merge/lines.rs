//! Three versions of a text merged line by line, as `git merge-file` does it.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// One place in which a side differs from the base: lines of the base, and the lines that the side has instead.
#[derive(Clone, Debug)]
struct Hunk {
    base: Range<usize>,
    side: Range<usize>,
}

/// What both sides made of `base`; `None` where they changed the same lines, or neighbouring ones, in different ways.
pub(super) fn merge(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let [base, ours, theirs] = [base, ours, theirs].map(|text| text.split_inclusive('\n').collect::<Vec<&str>>());
    let (mut our_hunks, mut their_hunks) =
        (hunks(&base, &ours).into_iter().peekable(), hunks(&base, &theirs).into_iter().peekable());
    let mut merged = String::new();
    let mut at = 0;
    loop {
        let starts = [&mut our_hunks, &mut their_hunks].map(|hunks| hunks.peek().map(|hunk| hunk.base.start));
        let Some(start) = starts.into_iter().flatten().min() else { break };
        merged.extend(base[at..start].iter().copied());
        let (mut of_ours, mut of_theirs) = (Vec::new(), Vec::new());
        let mut end = start;
        // Hunks that touch each other are one: without a line between them, nobody knows how they belong together.
        loop {
            let touches = |hunk: &Hunk| hunk.base.start <= end;
            if let Some(hunk) = our_hunks.next_if(touches) {
                end = end.max(hunk.base.end);
                of_ours.push(hunk);
            } else if let Some(hunk) = their_hunks.next_if(touches) {
                end = end.max(hunk.base.end);
                of_theirs.push(hunk);
            } else {
                break;
            }
        }
        let our_lines = side(&base, &ours, start..end, &of_ours);
        let their_lines = side(&base, &theirs, start..end, &of_theirs);
        merged.push_str(match (of_ours.is_empty(), of_theirs.is_empty()) {
            (_, true) => &our_lines,
            (true, _) => &their_lines,
            _ if our_lines == their_lines => &our_lines,
            _ => return None,
        });
        at = end;
    }
    merged.extend(base[at..].iter().copied());
    Some(merged)
}

/// Where `side` differs from `base`, in order.
fn hunks(base: &[&str], side: &[&str]) -> Vec<Hunk> {
    let ops = capture_diff_slices(Algorithm::Myers, base, side);
    let changes = ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    changes.map(|op| Hunk { base: op.old_range(), side: op.new_range() }).collect()
}

/// What a side has in the place of the lines `range` of the base.
fn side(base: &[&str], side: &[&str], range: Range<usize>, hunks: &[Hunk]) -> String {
    let mut text = String::new();
    let mut at = range.start;
    for hunk in hunks {
        text.extend(base[at..hunk.base.start].iter().chain(&side[hunk.side.clone()]).copied());
        at = hunk.base.end;
    }
    text.extend(base[at..range.end].iter().copied());
    text
}

#[cfg(test)]
mod tests {
    use super::merge;

    #[test]
    fn changes_with_a_line_between_them_merge() {
        assert_eq!(merge("a\nb\nc\n", "x\nb\nc\n", "a\nb\ny\n").as_deref(), Some("x\nb\ny\n"));
        assert_eq!(merge("a\nb\nc\n", "b\nc\n", "a\nb\nc\nd\n").as_deref(), Some("b\nc\nd\n"));
        assert_eq!(merge("a\nb\n", "a\nx\n", "a\nx\n").as_deref(), Some("a\nx\n"));
        assert_eq!(merge("a\nb\n", "a\nb\n", "a\nx\n").as_deref(), Some("a\nx\n"));
        assert_eq!(merge("", "a\n", "").as_deref(), Some("a\n"));
    }

    #[test]
    fn neighbours_do_not() {
        assert_eq!(merge("a\nb\n", "x\nb\n", "a\ny\n"), None);
        assert_eq!(merge("a\n", "a\nx\n", "a\ny\n"), None);
        assert_eq!(merge("a\n", "x\n", ""), None);
        assert_eq!(merge("", "a\n", "b\n"), None);
    }
}
