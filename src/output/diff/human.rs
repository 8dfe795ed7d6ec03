//! For people: one passage an artifact, the reasons first, then the words.

use std::io::{self, Write};

use anstyle::Style;

use super::{
    Detail, Ends, FINDINGS, Setting, blank, changes_words, findings_change, folded, measures, sentence, tokens_change,
    verdict, wrap,
};
use crate::contract::Bump;
use crate::diagnostic::{Diagnostic, Severity};
use crate::diff::words::{Block, Fate as WordFate, Segment, TextDiff};
use crate::diff::{ArtifactDiff, Fate, Finding, FindingChanges, IncludedDiff, Passage, Rendered, Report, Version};
use crate::output::printable::clean;
use crate::output::summary::plural;
use crate::output::{Screen, style, table};

/// From so many artifacts on, a table stands before them.
const TABLE_FROM: usize = 3;

/// Writes what differs.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, report: &Report, ends: &Ends, detail: Detail, screen: &Screen) -> io::Result<()> {
    let mut page = Page { out, screen, detail, setting: Setting::Alone };
    page.changes(report)?;
    if !report.elsewhere.is_empty() {
        page.title("findings in other files")?;
        page.findings(&report.elsewhere)?;
        writeln!(page.out)?;
    }
    writeln!(page.out, "{}", sentence(report, ends))
}

/// A page while it is written.
pub(in crate::output) struct Page<'a> {
    pub(in crate::output) out: &'a mut dyn Write,
    pub(in crate::output) screen: &'a Screen,
    pub(in crate::output) detail: Detail,
    pub(in crate::output) setting: Setting,
}

impl Page<'_> {
    /// Writes the artifacts and included files that differ, each with a blank line behind it.
    pub(in crate::output) fn changes(&mut self, report: &Report) -> io::Result<()> {
        // What came, went or was renamed as it is has one line; the others have their own passage.
        let (told, listed): (Vec<_>, Vec<_>) = report.artifacts.iter().partition(|diff| !self.is_a_line(diff));
        if self.detail == Detail::Table || told.len() >= TABLE_FROM {
            self.table(&report.artifacts)?;
            writeln!(self.out)?;
        } else if !listed.is_empty() {
            listed.iter().try_for_each(|diff| self.line(diff))?;
            writeln!(self.out)?;
        }
        if self.detail == Detail::Table {
            return Ok(());
        }
        told.iter().try_for_each(|diff| self.artifact(diff))?;
        report.included.iter().try_for_each(|included| self.included(included))
    }

    fn is_a_line(&self, diff: &ArtifactDiff) -> bool {
        let tells_findings = self.setting == Setting::Alone && !diff.findings.added.is_empty();
        diff.changes.is_empty() && diff.unresolved.is_none() && !tells_findings
    }

    fn table(&mut self, artifacts: &[ArtifactDiff]) -> io::Result<()> {
        let row = |diff: &ArtifactDiff| {
            let tokens = diff.measures.as_ref().and_then(|both| {
                let [old, new] = [both[0].as_ref(), both[1].as_ref()].map(|it| it.map(|measure| measure.fixed));
                tokens_change(old, new)
            });
            let why = diff.changes.first().map(|change| clean(&change.text)).or_else(|| renamed(diff));
            let more = diff.changes.len().saturating_sub(1);
            let why = why.unwrap_or_else(|| diff.unresolved.as_deref().map(clean).unwrap_or_default());
            let why = if more > 0 { format!("{why} (+{more})") } else { why };
            [
                clean(diff.id.as_str()),
                verdict(diff).to_owned(),
                tokens.unwrap_or_default(),
                findings_change(&diff.findings),
                why,
            ]
        };
        let rows: Vec<[String; 5]> = artifacts.iter().map(row).collect();
        table::write(self.out, ["ARTIFACT", "BUMP", "TOKENS", "FINDINGS", "WHY"], &rows)
    }

    fn line(&mut self, diff: &ArtifactDiff) -> io::Result<()> {
        let (word, style) = (verdict(diff), of_verdict(verdict(diff)));
        write!(self.out, "{} {}", self.screen.colour.paint(style, format!("{word:<7}")), clean(diff.id.as_str()))?;
        let beside: Vec<String> = renamed(diff).into_iter().chain(self.counts(diff)).collect();
        if beside.is_empty() {
            return writeln!(self.out);
        }
        writeln!(self.out, "  {}", self.screen.colour.paint(style::FAINT, beside.join(" · ")))
    }

    /// Side notes: tokens, cost.
    fn counts(&self, diff: &ArtifactDiff) -> Vec<String> {
        let parts = diff.measures.as_ref().map(measures).unwrap_or_default();
        parts.into_iter().map(|(name, said)| format!("{name} {said}")).collect()
    }

    fn artifact(&mut self, diff: &ArtifactDiff) -> io::Result<()> {
        let (id, word) = (clean(diff.id.as_str()), verdict(diff));
        let id = self.screen.colour.paint(style::STRONG, id);
        writeln!(self.out, "{id}  {}", self.screen.colour.paint(of_verdict(word), word))?;
        if let Some(renamed) = renamed(diff) {
            self.note(&renamed)?;
        }
        if let Some(reason) = &diff.unresolved {
            self.note(&format!("not compared by the contract: {reason}"))?;
        }
        for change in &diff.changes {
            let lead = format!("  {:<6} ", change.bump.as_str());
            let parts = [(Style::new(), clean(&change.text))];
            self.led(&lead, of_bump(change.bump), &parts)?;
        }
        diff.passages.iter().try_for_each(|passage| self.passage(&passage.title, &passage.diff))?;
        for trial in &diff.trials {
            match &trial.rendered {
                Rendered::Differs(passages) => {
                    for Passage { title, diff } in passages {
                        self.passage(&format!("{title}, rendered with {}", trial.values), diff)?;
                    }
                }
                Rendered::Fails { version, reason } => {
                    let when =
                        if *version == Version::New { "does not render any more" } else { "renders now, and failed" };
                    writeln!(self.out)?;
                    self.note(&format!("{when} with {}: {reason}", trial.values))?;
                }
            }
        }
        let counts = self.counts(diff);
        if !counts.is_empty() {
            writeln!(self.out)?;
            self.led("  tokens  ", style::FAINT, &[(Style::new(), counts.join(" · "))])?;
        }
        if self.setting == Setting::Alone && !diff.findings.is_empty() {
            writeln!(self.out)?;
            self.findings(&diff.findings)?;
        }
        writeln!(self.out)
    }

    fn included(&mut self, included: &IncludedDiff) -> io::Result<()> {
        let reaches: Vec<&str> = included.reaches.iter().map(crate::name::ArtifactId::as_str).collect();
        let reach = match reaches.as_slice() {
            [] => "included by nothing".to_owned(),
            [first, rest @ ..] if rest.len() > 2 => format!("included by {first} and {} others", rest.len()),
            reaches => format!("included by {}", reaches.join(", ")),
        };
        self.title(included.path.as_str())?;
        self.note(&reach)?;
        self.text(&included.diff)?;
        writeln!(self.out)
    }

    /// Writes a title.
    pub(in crate::output) fn title(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", self.screen.colour.paint(style::STRONG, clean(text)))
    }

    /// Writes a side note, indented.
    pub(in crate::output) fn note(&mut self, text: &str) -> io::Result<()> {
        let inner = text.trim_start();
        let lead = " ".repeat(2 + text.len() - inner.len());
        wrap::write(self.out, &lead, &[(style::FAINT, inner.to_owned())], self.screen)
    }

    /// A paragraph behind a word in a style of its own.
    pub(in crate::output) fn led(&mut self, lead: &str, style: Style, parts: &[(Style, String)]) -> io::Result<()> {
        let mut text = Vec::new();
        wrap::write(&mut text, lead, parts, self.screen)?;
        let rest = text.strip_prefix(lead.as_bytes()).unwrap_or(&text);
        write!(self.out, "{}", self.screen.colour.paint(style, lead))?;
        self.out.write_all(rest)
    }

    fn passage(&mut self, title: &str, diff: &TextDiff) -> io::Result<()> {
        writeln!(self.out, "\n  {}", self.screen.colour.paint(style::FRAME, clean(title)))?;
        self.text(diff)
    }

    fn text(&mut self, diff: &TextDiff) -> io::Result<()> {
        let (blocks, left_out) = folded(diff, self.detail);
        for block in &blocks {
            match block {
                Block::Kept { paragraphs, heading } => {
                    let heading =
                        heading.as_deref().map(|heading| format!(" · {}", heading.trim())).unwrap_or_default();
                    self.note(&format!("  ⋮ {} unchanged{heading}", plural(*paragraphs, "paragraph")))?;
                }
                Block::Added(text) => self.led("    + ", style::ADDED, &[(style::ADDED, text.clone())])?,
                Block::Removed(text) => self.led("    - ", style::REMOVED, &[(style::REMOVED, text.clone())])?,
                Block::Changed(segments) => {
                    let spaces = if changes_words(segments) { Spaces::Plain } else { Spaces::Marked };
                    let parts: Vec<(Style, String)> = segments.iter().map(|one| marked(one, spaces)).collect();
                    self.led("    ~ ", style::FRAME, &parts)?;
                }
            }
        }
        if left_out > 0 {
            self.note(&format!("  … {} more; --full shows them", plural(left_out, "paragraph")))?;
        }
        Ok(())
    }

    fn findings(&mut self, changes: &FindingChanges) -> io::Result<()> {
        let both = [("+", &changes.added), ("-", &changes.removed)];
        let most = if self.detail == Detail::Full { usize::MAX } else { FINDINGS };
        for (sign, findings) in both {
            for finding in findings.iter().take(most) {
                let Finding { diagnostic: Diagnostic { rule, severity, file, message, .. }, line, column } = finding;
                let style = if sign == "+" { style::of_severity(*severity) } else { style::FAINT };
                let said = format!("{} {}:{line}:{column}: {message}", rule.code, file);
                self.led(&format!("  {sign} {severity} "), style, &[(Style::new(), said)])?;
            }
            if findings.len() > most {
                self.note(&format!("… {} more; --full shows them", plural(findings.len() - most, "finding")))?;
            }
        }
        Ok(())
    }
}

/// How white space that changed is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spaces {
    /// Beside words that changed it goes without saying.
    Plain,
    /// Alone, it is made visible.
    Marked,
}

/// Words that came or went, between marks that are seen without colours too.
fn marked(segment: &Segment, spaces: Spaces) -> (Style, String) {
    // Marks stand at the words, and white space around them.
    let text = &segment.text;
    let inner = text.trim();
    let (start, end) = (&text[..text.len() - text.trim_start().len()], &text[text.trim_end().len()..]);
    match segment.fate {
        WordFate::Kept => (Style::new(), text.clone()),
        WordFate::Removed if inner.is_empty() && spaces == Spaces::Plain => (Style::new(), String::new()),
        WordFate::Added if inner.is_empty() && spaces == Spaces::Plain => (Style::new(), text.clone()),
        WordFate::Removed if inner.is_empty() => (style::REMOVED, format!("[-{}-]", blank(text))),
        WordFate::Added if inner.is_empty() => (style::ADDED, format!("{{+{}+}}", blank(text))),
        WordFate::Removed => (style::REMOVED, format!("{start}[-{inner}-]{end}")),
        WordFate::Added => (style::ADDED, format!("{start}{{+{inner}+}}{end}")),
    }
}

fn renamed(diff: &ArtifactDiff) -> Option<String> {
    match &diff.fate {
        Fate::Renamed { from } => Some(format!("renamed from {}", clean(from.as_str()))),
        _ => None,
    }
}

fn of_bump(bump: Bump) -> Style {
    of_verdict(bump.as_str())
}

fn of_verdict(word: &str) -> Style {
    match word {
        "major" | "removed" => style::of_severity(Severity::Error),
        "minor" | "unknown" => style::of_severity(Severity::Warning),
        "added" => style::ADDED,
        _ => style::FAINT,
    }
}
