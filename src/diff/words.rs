//! The difference of two texts as a reader of prose wants it: by word, inside paragraphs.
//!
//! Texts are cut into paragraphs: what stands between empty lines, and each list item, heading, row of a table and line of
//! code by itself; a short line ends its paragraph, for text that was wrapped fills its lines. Paragraphs that differ in nothing but white space are the same, so a text that was wrapped anew has not
//! changed.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// What has become of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextDiff {
    /// In the order of the text.
    pub blocks: Vec<Block>,
}

/// A part of a text that was changed or kept as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// So many paragraphs are the same.
    Kept {
        /// How many.
        paragraphs: usize,
        /// The last Markdown heading among them: it says where the next block stands.
        heading: Option<String>,
    },
    /// A paragraph of which some words have changed.
    Changed(Vec<Segment>),
    /// A new paragraph.
    Added(String),
    /// A paragraph that is gone.
    Removed(String),
}

/// Words that were kept, removed or added together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Which.
    pub fate: Fate,
    /// The words, with the white space between them.
    pub text: String,
}

/// What has become of some words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// They stand in both versions.
    Kept,
    /// Only in the old one.
    Removed,
    /// Only in the new one.
    Added,
}

/// Above so many pairs of items, a comparison by item would take too long: everything counts as changed.
const MAX_PAIRS: usize = 16_000_000;
/// So many paragraphs in place of so many others are told apart; of more, all are removed and added.
const MAX_REPLACED: usize = 4_000;
/// A line with no more characters was not wrapped: it ends where its writer wanted.
const LEAST_WRAPPED: usize = 50;
/// Paragraphs that share less than this part of their words are two paragraphs.
const LEAST_IN_COMMON: f64 = 0.5;

impl TextDiff {
    /// The difference from `old` to `new`.
    pub fn of(old: &str, new: &str) -> Self {
        let (before, after) = (paragraphs(old), paragraphs(new));
        let keys = |paragraphs: &[&str]| paragraphs.iter().map(|one| folded(one)).collect::<Vec<String>>();
        let mut blocks = Vec::new();
        for op in differences(&keys(&before), &keys(&after), Algorithm::Patience) {
            match op {
                DiffOp::Equal { new_index, len, .. } => {
                    let kept = &after[new_index..new_index + len];
                    let heading = kept.iter().rev().find(|one| is_heading(one)).map(|one| one.trim().to_owned());
                    blocks.push(Block::Kept { paragraphs: len, heading });
                }
                op => replaced(&before[op.old_range()], &after[op.new_range()], &mut blocks),
            }
        }
        Self { blocks }
    }

    /// Whether nothing but white space has changed.
    pub fn is_empty(&self) -> bool {
        self.blocks.iter().all(|block| matches!(block, Block::Kept { .. }))
    }

    /// The words that were removed and added, one text a block.
    pub fn changes(&self) -> Vec<(Fate, &str)> {
        let mut found = Vec::new();
        for block in &self.blocks {
            match block {
                Block::Kept { .. } => {}
                Block::Added(text) => found.push((Fate::Added, text.trim())),
                Block::Removed(text) => found.push((Fate::Removed, text.trim())),
                Block::Changed(segments) => {
                    let changed = segments.iter().filter(|segment| segment.fate != Fate::Kept);
                    found.extend(changed.map(|segment| (segment.fate, segment.text.trim())));
                }
            }
        }
        found
    }
}

fn differences<T: Ord + std::hash::Hash>(old: &[T], new: &[T], algorithm: Algorithm) -> Vec<DiffOp> {
    let head = old.iter().zip(new).take_while(|(before, after)| before == after).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(before, after)| before == after);
    let tail = tail.count();
    let (old_len, new_len) = (old.len() - head - tail, new.len() - head - tail);
    if old_len.saturating_mul(new_len) <= MAX_PAIRS {
        return capture_diff_slices(algorithm, old, new);
    }
    let equal = |old_index, new_index, len| DiffOp::Equal { old_index, new_index, len };
    let ops = [
        equal(0, 0, head),
        DiffOp::Replace { old_index: head, old_len, new_index: head, new_len },
        equal(old.len() - tail, new.len() - tail, tail),
    ];
    ops.into_iter().filter(|op| !(op.old_range().is_empty() && op.new_range().is_empty())).collect()
}

/// Paragraphs in place of others: each new one is compared with the next old one that it resembles.
fn replaced(old: &[&str], new: &[&str], blocks: &mut Vec<Block>) {
    let mut next = 0;
    let compares = old.len().saturating_mul(new.len()) <= MAX_REPLACED;
    for after in new {
        let alike = |at: &usize| in_common(old[*at], after) >= LEAST_IN_COMMON;
        let Some(at) = (next..old.len()).find(|at| compares && alike(at)) else {
            blocks.push(Block::Added((*after).to_owned()));
            continue;
        };
        // What went stands before what came in its place.
        let unmatched = blocks.iter().rev().take_while(|block| matches!(block, Block::Added(_))).count();
        let place = if next < at { blocks.len() - unmatched } else { blocks.len() };
        blocks.splice(place..place, old[next..at].iter().map(|one| Block::Removed((*one).to_owned())));
        let segments = words(old[at], after);
        if is_readable(&segments) {
            blocks.push(Block::Changed(segments));
        } else {
            blocks.extend([Block::Removed(old[at].to_owned()), Block::Added((*after).to_owned())]);
        }
        next = at + 1;
    }
    let unmatched = blocks.iter().rev().take_while(|block| matches!(block, Block::Added(_))).count();
    let place = blocks.len() - unmatched;
    blocks.splice(place..place, old[next..].iter().map(|one| Block::Removed((*one).to_owned())));
}

/// The difference of two paragraphs by word.
fn words(old: &str, new: &str) -> Vec<Segment> {
    let (before, after) = (tokens(old), tokens(new));
    let keys = |tokens: &[&str]| tokens.iter().map(|token| folded(token)).collect::<Vec<String>>();
    let mut segments: Vec<Segment> = Vec::new();
    for op in differences(&keys(&before), &keys(&after), Algorithm::Myers) {
        let (gone, come) = (before[op.old_range()].concat(), after[op.new_range()].concat());
        match op {
            DiffOp::Equal { .. } => push(&mut segments, Fate::Kept, &come),
            _ => {
                push(&mut segments, Fate::Removed, &gone);
                push(&mut segments, Fate::Added, &come);
            }
        }
    }
    joined(segments)
}

/// Whether most of one version was kept: else both are easier to read one after the other.
fn is_readable(segments: &[Segment]) -> bool {
    let length = |wanted: Fate| -> usize {
        segments.iter().filter(|one| one.fate == wanted).map(|one| one.text.trim().chars().count()).sum()
    };
    length(Fate::Kept) >= length(Fate::Removed).min(length(Fate::Added))
}

fn push(segments: &mut Vec<Segment>, fate: Fate, text: &str) {
    if text.is_empty() {
        return;
    }
    match segments.last_mut() {
        Some(last) if last.fate == fate => last.text.push_str(text),
        _ => segments.push(Segment { fate, text: text.to_owned() }),
    }
}

/// `segments` without crumbs: what was kept between two changes and is hardly a word belongs to both of them.
fn joined(segments: Vec<Segment>) -> Vec<Segment> {
    let last = segments.len().saturating_sub(1);
    let mut out: Vec<Segment> = Vec::new();
    let (mut gone, mut come) = (String::new(), String::new());
    for (at, segment) in segments.into_iter().enumerate() {
        match segment.fate {
            Fate::Removed => gone.push_str(&segment.text),
            Fate::Added => come.push_str(&segment.text),
            Fate::Kept if at > 0 && at < last && is_crumb(&segment.text) => {
                gone.push_str(&segment.text);
                come.push_str(&segment.text);
            }
            Fate::Kept => {
                push(&mut out, Fate::Removed, &std::mem::take(&mut gone));
                push(&mut out, Fate::Added, &std::mem::take(&mut come));
                push(&mut out, Fate::Kept, &segment.text);
            }
        }
    }
    push(&mut out, Fate::Removed, &gone);
    push(&mut out, Fate::Added, &come);
    out
}

fn is_crumb(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphanumeric()).count() <= 3 && !text.contains('\n')
}

/// Words, runs of white space, and every other character by itself.
fn tokens(text: &str) -> Vec<&str> {
    #[derive(PartialEq)]
    enum Class {
        Word,
        Space,
        Other,
    }
    let class = |c: char| match c {
        _ if c.is_alphanumeric() || matches!(c, '_' | '\'' | '’') => Class::Word,
        _ if c.is_whitespace() => Class::Space,
        _ => Class::Other,
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let class = class(c);
        if before.as_ref().is_some_and(|before| *before != class || class == Class::Other) {
            found.push(&text[start..at]);
            start = at;
        }
        before = Some(class);
    }
    found.push(&text[start..]);
    found.retain(|token| !token.is_empty());
    found
}

/// The part of their words that two paragraphs share, 1 for all.
fn in_common(one: &str, other: &str) -> f64 {
    let bag = |text: &str| {
        let mut bag: BTreeMap<String, usize> = BTreeMap::new();
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            *bag.entry(word.to_lowercase()).or_default() += 1;
        }
        bag
    };
    let (one, other) = (bag(one), bag(other));
    let total: usize = one.values().chain(other.values()).sum();
    let shared: usize = one.iter().map(|(word, count)| *count.min(other.get(word).unwrap_or(&0))).sum();
    if total == 0 { 0.0 } else { 2.0 * shared as f64 / total as f64 }
}

/// Runs of white space as one space, and none at the ends; white space alone is one space.
fn folded(text: &str) -> String {
    if text.chars().all(char::is_whitespace) && !text.is_empty() {
        return " ".to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The paragraphs of a text, in order.
fn paragraphs(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    let mut in_code = false;
    let mut after_short = false;
    for line in text.split_inclusive('\n') {
        let begin = at;
        at += line.len();
        let trimmed = line.trim();
        let is_fence = trimmed.starts_with("```") || trimmed.starts_with("~~~");
        if trimmed.is_empty() || is_fence || in_code || after_short || begins_paragraph(trimmed) {
            found.extend(start.take().map(|start| &text[start..begin]));
        }
        after_short = trimmed.chars().nth(LEAST_WRAPPED).is_none();
        if trimmed.is_empty() {
            continue;
        }
        if is_fence || in_code || is_heading(trimmed) {
            found.push(&text[begin..at]);
            in_code ^= is_fence;
        } else {
            start.get_or_insert(begin);
        }
    }
    found.extend(start.map(|start| &text[start..]));
    found
}

fn is_heading(line: &str) -> bool {
    let rest = line.trim_start().trim_start_matches('#');
    rest.len() < line.trim_start().len()
        && (rest.starts_with(' ') || rest.trim().is_empty())
        && !line.trim().contains('\n')
}

/// Whether a line is the first of a paragraph, whatever stands before it: a list item, a row of a table, a tag.
fn begins_paragraph(line: &str) -> bool {
    let after_number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered =
        after_number.len() < line.len() && (after_number.starts_with(". ") || after_number.starts_with(") "));
    numbered
        || is_heading(line)
        || ["- ", "* ", "+ ", "• ", "|", ">", "<", "{%", "{{#"].iter().any(|mark| line.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A difference as one line: `[-removed-]{+added+}`, `…` for what was kept between paragraphs.
    fn drawn(old: &str, new: &str) -> String {
        let segment = |fate: Fate, text: &str| match fate {
            Fate::Kept => text.to_owned(),
            Fate::Removed => format!("[-{text}-]"),
            Fate::Added => format!("{{+{text}+}}"),
        };
        let block = |block: &Block| match block {
            Block::Kept { paragraphs, heading } => format!("…{paragraphs}{}", heading.as_deref().unwrap_or_default()),
            Block::Changed(segments) => segments.iter().map(|one| segment(one.fate, &one.text)).collect(),
            Block::Added(text) => segment(Fate::Added, text.trim_end()),
            Block::Removed(text) => segment(Fate::Removed, text.trim_end()),
        };
        TextDiff::of(old, new).blocks.iter().map(block).collect::<Vec<String>>().join(" ¶ ")
    }

    #[test]
    fn words_differ_inside_paragraphs() {
        for (old, new, wanted) in [
            ("Answer in a warm tone.", "Answer in a formal tone.", "Answer in a [-warm-]{+formal+} tone."),
            ("# A\n\nOne two three.\n", "# A\n\nOne two four.\n", "…1# A ¶ One two [-three-]{+four+}."),
            (
                "It was wrapped at some column or other, wherever that was,\nand is no more.",
                "It was wrapped at some column or other,   wherever that was, and\nis no more.",
                "…1",
            ),
            ("90: good\n80: fair", "95: good\n80: fair", "[-90-]{+95+}: good ¶ …1"),
            ("- one item\n- other thing", "- one item\n- new point\n- other thing", "…1 ¶ {+- new point+} ¶ …1"),
            ("Keep this.\n\nDrop that now.", "Keep this.", "…1 ¶ [-Drop that now.-]"),
            ("Say hello to her.", "Count all the stars!", "[-Say hello to her.-] ¶ {+Count all the stars!+}"),
            ("", "New.", "{+New.+}"),
            (
                "Be brief and a bit kind.",
                "Be kind or a tad brief.",
                "[-Be brief and a bit kind.-] ¶ {+Be kind or a tad brief.+}",
            ),
        ] {
            let drawn = drawn(old, new);
            let said = drawn.replace('\n', "");
            assert_eq!(said, wanted, "{old:?} {new:?}");
        }
    }

    fn texts() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "a", "bb", "é", " ", "\n", "\n\n", "- ", "# ", "```\n", ".", "word ", "\t", "日本",
        ]);
        prop::collection::vec(word, 0..30).prop_map(|words| words.concat())
    }

    proptest! {
        #[test]
        fn what_is_kept_and_added_is_the_new_text(old in texts(), new in texts()) {
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            let changes = |wanted: Fate| {
                let diff = TextDiff::of(&old, &new);
                let mut kept_or_wanted = String::new();
                for block in &diff.blocks {
                    match block {
                        Block::Kept { .. } => {}
                        Block::Added(text) if wanted == Fate::Added => kept_or_wanted.push_str(text),
                        Block::Removed(text) if wanted == Fate::Removed => kept_or_wanted.push_str(text),
                        Block::Changed(segments) => segments.iter().filter(|one| one.fate == wanted || one.fate == Fate::Kept).for_each(|one| kept_or_wanted.push_str(&one.text)),
                        _ => {}
                    }
                }
                squeezed(&kept_or_wanted)
            };
            // Every character that is told stands in the text that it is told of, in order.
            let in_order = |part: &str, whole: &str| { let mut rest = whole.chars(); part.chars().all(|c| rest.any(|other| other == c)) };
            prop_assert!(in_order(&changes(Fate::Added), &squeezed(&new)));
            prop_assert!(in_order(&changes(Fate::Removed), &squeezed(&old)));
            prop_assert!(TextDiff::of(&old, &old).is_empty());
            prop_assert_eq!(TextDiff::of(&old, &new).is_empty(), paragraphs(&old).iter().map(|one| folded(one)).eq(paragraphs(&new).iter().map(|one| folded(one))));
        }
    }
}
