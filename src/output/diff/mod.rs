//! What differs between two moments of a store: for people, for programs, and as a comment for a pull request.

pub mod human;
pub mod json;
pub mod markdown;
mod wrap;

use std::collections::BTreeMap;

use super::printable::clean;
use super::summary::{count, plural};
use super::tokens::{money, said};
use crate::contract::Bump;
use crate::diff::words::{Block, Fate as WordFate, Segment, TextDiff};
use crate::diff::{ArtifactDiff, Fate, FindingChanges, Measure, Money, Report};
use crate::name::CommitId;
use crate::tokens::tokenizer::Tokens;

/// The two moments that were compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The older one.
    pub old: End,
    /// The newer one.
    pub new: End,
}

/// One of the two moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// As it was asked for: `HEAD`, `prompts/support/answer@1.2.0`, `the worktree`.
    pub name: String,
    /// The commit, where it is one.
    pub commit: Option<CommitId>,
}

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// One line an artifact.
    Table,
    /// Texts too, long ones cut.
    Folded,
    /// Everything.
    Full,
}

/// Whether a diff is a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// It is: all that is known is told.
    Alone,
    /// It is a part of a check, which tells of findings and counts in places of its own.
    InCheck,
}

impl End {
    /// `HEAD (4c1d9ab)`
    pub(super) fn label(&self) -> String {
        match &self.commit {
            Some(commit) if !commit.to_string().starts_with(&self.name) => {
                format!("{} ({})", clean(&self.name), commit.short())
            }
            Some(commit) => commit.short(),
            None => clean(&self.name),
        }
    }
}

/// The verdict: how many artifacts differ, and what their releases need.
fn sentence(report: &Report, ends: &Ends) -> String {
    let between = format!("{} → {}", ends.old.label(), ends.new.label());
    if report.is_empty() {
        return format!("Nothing differs · {between}");
    }
    let mut parts = counts(report);
    let findings = report.artifacts.iter().map(|diff| &diff.findings).chain([&report.elsewhere]);
    let (added, removed) =
        findings.fold((0, 0), |(added, removed), one| (added + one.added.len(), removed + one.removed.len()));
    if added + removed > 0 {
        parts.push(format!("findings +{added} −{removed}"));
    }
    parts.push(between);
    parts.join(" · ")
}

/// How many artifacts have changed, came and went, and which bumps their releases need, each a part of a sentence.
pub(super) fn counts(report: &Report) -> Vec<String> {
    let count = |wanted: fn(&Fate) -> bool| report.artifacts.iter().filter(|diff| wanted(&diff.fate)).count();
    let fates = [
        (count(|fate| *fate == Fate::Changed), "changed"),
        (count(|fate| *fate == Fate::Added), "added"),
        (count(|fate| *fate == Fate::Removed), "removed"),
        (count(|fate| matches!(fate, Fate::Renamed { .. })), "renamed"),
    ];
    let fates: Vec<String> =
        fates.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let fates = if fates.is_empty() { "none".to_owned() } else { fates.join(", ") };
    let mut parts = vec![format!("{fates} of {}", plural(report.total, "artifact"))];
    let mut bumps: BTreeMap<Bump, usize> = BTreeMap::new();
    report.artifacts.iter().filter_map(ArtifactDiff::demanded).for_each(|bump| *bumps.entry(bump).or_default() += 1);
    if !bumps.is_empty() {
        let bumps: Vec<String> = bumps.iter().rev().map(|(bump, count)| format!("{count} {bump}")).collect();
        parts.push(format!("releases need {}", bumps.join(", ")));
    }
    parts
}

/// What has become of an artifact, in a word: its bump, or that it came or went.
pub(super) fn verdict(diff: &ArtifactDiff) -> &'static str {
    match (&diff.fate, diff.demanded()) {
        (Fate::Added, _) => "added",
        (Fate::Removed, _) => "removed",
        (_, Some(bump)) => bump.as_str(),
        (Fate::Renamed { .. }, None) => "renamed",
        (Fate::Changed, None) => "unknown",
    }
}

/// `412 → 431 (+19)`; one number where nothing is beside it.
fn tokens_change(old: Option<Tokens>, new: Option<Tokens>) -> Option<String> {
    Some(match (old, new) {
        (None, None) => return None,
        (Some(old), Some(new)) if said(old) == said(new) => return None,
        (Some(old), Some(new)) => {
            let sign = if new.likely < old.likely { "−" } else { "+" };
            let change = usize::try_from(new.likely.abs_diff(old.likely)).unwrap_or(usize::MAX);
            format!("{} → {} ({sign}{})", said(old), said(new), count(change))
        }
        (None, Some(new)) => said(new),
        (Some(old), None) => format!("{} → none", said(old)),
    })
}

fn cost_change(old: Option<&Money>, new: Option<&Money>) -> Option<String> {
    let shown = |money: &Money| {
        let about = if money.is_exact { "" } else { "≈" };
        format!("{about}{}", self::money(&money.currency, money.amount))
    };
    match (old.map(shown), new.map(shown)) {
        (Some(old), Some(new)) if old != new => Some(format!("{old} → {new}")),
        (None, Some(new)) => Some(new),
        _ => None,
    }
}

/// What changed of tokens and cost, each with its name.
pub(super) fn measures(both: &[Option<Measure>; 2]) -> Vec<(&'static str, String)> {
    let [old, new] = [both[0].as_ref(), both[1].as_ref()];
    let fixed = tokens_change(old.map(|it| it.fixed), new.map(|it| it.fixed));
    let is_bounded = |measure: Option<&Measure>| measure.is_none_or(|measure| measure.worst.is_some());
    let has_inputs = |measure: Option<&Measure>| measure.is_some_and(|it| it.worst != Some(it.fixed));
    let worst = match (is_bounded(old), is_bounded(new)) {
        (true, true) if !has_inputs(old) && !has_inputs(new) => None,
        (true, true) => tokens_change(old.and_then(|it| it.worst), new.and_then(|it| it.worst)),
        (true, false) if old.is_some() => Some("unbounded now".to_owned()),
        (false, true) if new.is_some() => Some("bounded now".to_owned()),
        _ => None,
    };
    let cost = cost_change(old.and_then(|it| it.cost.as_ref()), new.and_then(|it| it.cost.as_ref()));
    [("text", fixed), ("worst case", worst), ("a call", cost)]
        .into_iter()
        .filter_map(|(name, said)| Some((name, said?)))
        .collect()
}

/// `+2 −1`
pub(super) fn findings_change(changes: &FindingChanges) -> String {
    match (changes.added.len(), changes.removed.len()) {
        (0, 0) => String::new(),
        (added, 0) => format!("+{added}"),
        (0, removed) => format!("−{removed}"),
        (added, removed) => format!("+{added} −{removed}"),
    }
}

/// Characters of kept words that are shown beside a change.
const BESIDE: usize = 80;
/// Characters of a paragraph that came or went.
const PARAGRAPH: usize = 480;
/// Blocks of one text.
const BLOCKS: usize = 24;
/// Findings that came or went in one place.
const FINDINGS: usize = 12;

/// A difference with what nobody has to read cut out, and how many blocks were left out at its end.
fn folded(diff: &TextDiff, detail: Detail) -> (Vec<Block>, usize) {
    // What follows the last change says nothing about it.
    let end = diff.blocks.iter().rposition(|block| !matches!(block, Block::Kept { .. })).map_or(0, |last| last + 1);
    let blocks = &diff.blocks[..end];
    if detail == Detail::Full {
        return (blocks.to_vec(), 0);
    }
    let whole = |block: &Block| match block {
        Block::Changed(segments) => {
            let last = segments.len().saturating_sub(1);
            let cut = |(at, segment): (usize, &Segment)| {
                let text = match segment.fate {
                    WordFate::Kept => {
                        middle_cut(&segment.text, if at == 0 { 0 } else { BESIDE }, if at == last { 0 } else { BESIDE })
                    }
                    _ => middle_cut(&segment.text, PARAGRAPH, 0),
                };
                Segment { fate: segment.fate, text }
            };
            Block::Changed(segments.iter().enumerate().map(cut).collect())
        }
        Block::Added(text) => Block::Added(middle_cut(text, PARAGRAPH, 0)),
        Block::Removed(text) => Block::Removed(middle_cut(text, PARAGRAPH, 0)),
        kept @ Block::Kept { .. } => kept.clone(),
    };
    let shown = blocks.iter().take(BLOCKS).map(whole).collect();
    let rest = blocks.iter().skip(BLOCKS).filter(|block| !matches!(block, Block::Kept { .. })).count();
    (shown, rest)
}

/// Whether more than white space came or went.
fn changes_words(segments: &[Segment]) -> bool {
    segments.iter().any(|segment| segment.fate != WordFate::Kept && !segment.text.trim().is_empty())
}

/// White space that is to be seen.
fn blank(text: &str) -> String {
    text.replace('\n', "⏎").replace(' ', "␣")
}

/// `text` with at most so many characters at each end; what is cut out leaves ` … `, and cuts no word.
fn middle_cut(text: &str, head: usize, tail: usize) -> String {
    if text.chars().count() <= head + tail + BESIDE / 2 {
        return text.to_owned();
    }
    let at = |wanted: usize| text.char_indices().nth(wanted).map_or(text.len(), |(at, _)| at);
    let start = &text[..at(head)];
    let end = &text[at(text.chars().count() - tail)..];
    let start = start.rfind(char::is_whitespace).map_or(start, |space| &start[..space]);
    let end = end.find(char::is_whitespace).map_or(end, |space| &end[space..]);
    let (space_before, space_after) = (if head > 0 { " " } else { "" }, if tail > 0 { " " } else { "" });
    format!("{}{space_before}…{space_after}{}", start.trim_end(), end.trim_start())
}
