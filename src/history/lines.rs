//! Which version brought each line of a text.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// For each line of the last of `versions`, which are in the order in which they followed each other, the index of the
/// version that brought it. A line that moved is brought by the move.
pub fn origins(versions: &[&str]) -> Vec<usize> {
    let mut lines: Vec<&str> = Vec::new();
    let mut origins: Vec<usize> = Vec::new();
    for (version, text) in versions.iter().enumerate() {
        let new: Vec<&str> = text.lines().collect();
        let mut brought = vec![version; new.len()];
        for op in capture_diff_slices(Algorithm::Myers, &lines, &new) {
            if let DiffOp::Equal { old_index, new_index, len } = op {
                brought[new_index..new_index + len].copy_from_slice(&origins[old_index..old_index + len]);
            }
        }
        (lines, origins) = (new, brought);
    }
    origins
}

/// How alike two texts are, from 0 to 1: the part of the lines of both that they share in order.
pub fn likeness(one: &str, other: &str) -> f32 {
    similar::TextDiff::from_lines(one, other).ratio()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_by_the_version_that_brought_it() {
        assert_eq!(origins(&["a\nb\nc\n", "a\nx\nc\n", "a\nx\nc\nd\n"]), [0, 1, 0, 2]);
        assert_eq!(origins(&["a\n", "", "a\n"]), [2]);
        assert_eq!(origins(&[]), [0; 0]);
    }

    #[test]
    fn likeness_is_the_shared_part() {
        assert!(likeness("a\nb\nc\nd", "a\nb\nc\nx") > 0.7);
        assert!(likeness("a\nb", "c\nd") < 0.1);
    }
}
