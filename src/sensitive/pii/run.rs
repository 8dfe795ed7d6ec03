//! A run of numbers: blocks of digits with the separators that people put between them.

use std::ops::Range;

/// The most blocks that a run is followed for. Nothing that is looked for has more.
const BLOCKS: usize = 10;
/// The most digits.
const DIGITS: usize = 24;

/// Blocks of digits on one line with `-`, `.`, `/`, a space, or parentheses between them.
pub(super) struct Run {
    /// Where the run begins, with an opening parenthesis or `+` that belongs to it.
    start: usize,
    blocks: [(usize, usize); BLOCKS],
    count: usize,
    digits: [u8; DIGITS],
    length: usize,
}

impl Run {
    /// Follows the run whose first digit stands at `start`.
    pub(super) fn new(bytes: &[u8], start: usize) -> Self {
        let mut run = Self { start, blocks: [(0, 0); BLOCKS], count: 0, digits: [0; DIGITS], length: 0 };
        if start > 0 && matches!(bytes[start - 1], b'+' | b'(') {
            run.start -= 1;
            if start > 1 && bytes[start - 2] == b'+' {
                run.start -= 1;
            }
        }
        let mut at = start;
        loop {
            let end = at + bytes[at..].iter().take(DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
            if run.count == BLOCKS || run.length + (end - at) > DIGITS {
                return run;
            }
            run.digits[run.length..run.length + (end - at)].copy_from_slice(&bytes[at..end]);
            run.length += end - at;
            run.blocks[run.count] = (at, end);
            run.count += 1;
            match separator(&bytes[end..bytes.len().min(end + 4)]) {
                Some(width) => at = end + width,
                None => return run,
            }
        }
    }

    /// Every digit, without separators.
    pub(super) fn digits(&self) -> &[u8] {
        &self.digits[..self.length]
    }

    /// The blocks as ranges of the text.
    pub(super) fn blocks(&self) -> &[(usize, usize)] {
        &self.blocks[..self.count]
    }

    /// Where the first digit stands.
    pub(super) fn first(&self) -> usize {
        self.blocks[0].0
    }

    /// Where the run ends.
    pub(super) fn end(&self) -> usize {
        self.blocks().last().map_or(self.start, |block| block.1)
    }

    /// The run from its sign or parenthesis to its end.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end()
    }

    /// The first `count` blocks alone.
    pub(super) fn prefix(&self, count: usize) -> Self {
        let length = self.blocks[..count].iter().map(|block| block.1 - block.0).sum();
        Self { count, length, ..*self }
    }

    /// The blocks from `skip` on.
    pub(super) fn suffix(&self, skip: usize, bytes: &[u8]) -> Self {
        let start = self.blocks[skip].0;
        let end = self.end();
        Self::new(&bytes[..end], start)
    }

    /// The lengths of the blocks: `[3, 2, 4]` for a social security number.
    pub(super) fn shape(&self) -> Shape {
        let mut shape = Shape { lengths: [0; BLOCKS], count: self.count };
        for (length, block) in shape.lengths.iter_mut().zip(self.blocks()) {
            *length = block.1 - block.0;
        }
        shape
    }

    /// The single separator that stands between all blocks, where there is one.
    pub(super) fn separator(&self, bytes: &[u8]) -> Option<u8> {
        let mut pairs = self.blocks().windows(2).map(|pair| (pair[0].1, pair[1].0));
        let (end, _) = pairs.clone().next()?;
        pairs.all(|(end_of, start)| start == end_of + 1 && bytes[end_of] == bytes[end]).then(|| bytes[end])
    }
}

/// Lengths of a run's blocks.
pub(super) struct Shape {
    lengths: [usize; BLOCKS],
    count: usize,
}

impl Shape {
    pub(super) fn lengths(&self) -> &[usize] {
        &self.lengths[..self.count]
    }
}

/// The width of a separator that a digit follows.
fn separator(bytes: &[u8]) -> Option<usize> {
    let width = match bytes {
        [b')', b' ' | b'-' | b'.', ..] | [b' ' | b'-', b'(', ..] => 2,
        [b' ', b'-' | b'/', b' ', ..] => 3,
        [b' ' | b'-' | b'.' | b'/' | b'(' | b')', ..] => 1,
        // A no-break space.
        [0xC2, 0xA0, ..] => 2,
        _ => return None,
    };
    bytes.get(width).is_some_and(u8::is_ascii_digit).then_some(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, Vec<usize>) {
        let start = text.find(|letter: char| letter.is_ascii_digit()).expect("a digit");
        let run = Run::new(text.as_bytes(), start);
        (text[run.range()].to_owned(), run.shape().lengths().to_vec())
    }

    #[test]
    fn blocks_follow_the_separators_that_people_write() {
        assert_eq!(parts("at +41 (0)96 471 07 95, or"), ("+41 (0)96 471 07 95".into(), vec![2, 1, 2, 3, 2, 2]));
        assert_eq!(parts("(602)272-9781"), ("(602)272-9781".into(), vec![3, 3, 4]));
        assert_eq!(parts("078-05-1120. 3 of"), ("078-05-1120".into(), vec![3, 2, 4]));
        assert_eq!(parts("12\n34"), ("12".into(), vec![2]));
    }
}
