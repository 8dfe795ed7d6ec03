//! A comment for a pull request, on one screen: the verdict, a table, then the words of each artifact, folded.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Detail, Ends, Setting, blank, changes_words, findings_change, folded, measures, sentence, verdict, wrap};
use crate::diagnostic::Diagnostic;
use crate::diff::words::{Block, Fate as WordFate, Segment, TextDiff};
use crate::diff::{ArtifactDiff, Fate, Finding, FindingChanges, IncludedDiff, Passage, Rendered, Report, Version};
use crate::output::markdown::{code, in_tags, quiet};
use crate::output::printable::clean;
use crate::output::summary::{count, plural};
use crate::text::Span;

/// Rows of the table.
const ROWS: usize = 40;
/// Bytes of the folded part. GitHub refuses comments over 65,536 characters, and a refused comment says nothing.
const ROOM: usize = 48_000;
/// Columns of a paragraph: so many are seen in a comment of a forge.
const COLUMNS: usize = 100;

/// Writes the comment. What has no room is counted, never left out silently.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, report: &Report, ends: &Ends, detail: Detail) -> io::Result<()> {
    writeln!(out, "### promptyard diff\n\n{}", quiet(&sentence(report, ends)))?;
    if report.is_empty() {
        return Ok(());
    }
    if !report.artifacts.is_empty() {
        writeln!(out, "\n| artifact | bump | why | tokens and cost | findings |\n|---|---|---|---|---|")?;
        report.artifacts.iter().take(ROWS).try_for_each(|diff| writeln!(out, "{}", row(diff)))?;
        if report.artifacts.len() > ROWS {
            writeln!(out, "\n… and {} more artifacts.", count(report.artifacts.len() - ROWS))?;
        }
    }
    if detail == Detail::Table {
        return Ok(());
    }
    let mut room = ROOM;
    let mut left_out = 0;
    let artifacts = report.artifacts.iter().filter_map(|diff| passage(diff, detail, Setting::Alone));
    let included = report.included.iter().map(|diff| included(diff, detail));
    let elsewhere = (!report.elsewhere.is_empty())
        .then(|| folded_part("Findings in other files", &format!("\n{}", findings(&report.elsewhere))));
    for part in artifacts.chain(included).chain(elsewhere) {
        if part.len() > room {
            left_out += 1;
            continue;
        }
        room -= part.len();
        writeln!(out, "\n{part}")?;
    }
    if left_out > 0 {
        writeln!(
            out,
            "\n… and {} for which there is no room here: `promptyard diff` shows them.",
            plural(left_out, "part")
        )?;
    }
    Ok(())
}

/// An artifact's name, and the one that it had.
pub(in crate::output) fn name(diff: &ArtifactDiff) -> String {
    match &diff.fate {
        Fate::Renamed { from } => format!("{}<br>was {}", code(diff.id.as_str()), code(from.as_str())),
        _ => code(diff.id.as_str()),
    }
}

/// The artifact's bump, or what has become of it.
pub(in crate::output) fn bump(diff: &ArtifactDiff) -> &'static str {
    match verdict(diff) {
        "major" => "**major**",
        word => word,
    }
}

fn row(diff: &ArtifactDiff) -> String {
    let mut why: Vec<String> = diff.changes.iter().take(3).map(|change| quiet(&change.text)).collect();
    if diff.changes.len() > why.len() {
        why.push(format!("… and {} more", diff.changes.len() - 3));
    }
    why.extend(diff.unresolved.as_deref().map(quiet));
    let counts = diff.measures.as_ref().map(measures).unwrap_or_default();
    let counts: Vec<String> = counts.into_iter().map(|(name, said)| format!("{name} {said}")).collect();
    let cells =
        [name(diff), bump(diff).to_owned(), why.join("<br>"), counts.join("<br>"), findings_change(&diff.findings)];
    format!("| {} |", cells.join(" | "))
}

/// The words and findings of an artifact; `None` where the table says all.
pub(in crate::output) fn passage(diff: &ArtifactDiff, detail: Detail, setting: Setting) -> Option<String> {
    let mut body = String::new();
    let tells_changes = setting == Setting::InCheck || diff.changes.len() > 3;
    for change in diff.changes.iter().filter(|_| tells_changes) {
        write!(body, "\n- {}: {}", change.bump, quiet(&change.text)).expect("because a String takes any text");
    }
    for Passage { title, diff } in &diff.passages {
        body.push_str(&titled(title, &text(diff, detail)));
    }
    for trial in &diff.trials {
        match &trial.rendered {
            Rendered::Differs(passages) => {
                for Passage { title, diff } in passages {
                    body.push_str(&titled(&format!("{title}, rendered with {}", trial.values), &text(diff, detail)));
                }
            }
            Rendered::Fails { version, reason } => {
                let when =
                    if *version == Version::New { "Does not render any more" } else { "Renders now, and failed" };
                body.push_str(&format!("\n\n{when} with {}: {}", trial.values, quiet(reason)));
            }
        }
    }
    if setting == Setting::Alone && !diff.findings.is_empty() {
        body.push_str("\n\n");
        body.push_str(&findings(&diff.findings));
    }
    (!body.is_empty()).then(|| folded_part(&clean(diff.id.as_str()), &body))
}

/// The words of an included file.
pub(in crate::output) fn included(diff: &IncludedDiff, detail: Detail) -> String {
    let reach = plural(diff.reaches.len(), "artifact");
    folded_part(&format!("{}, included by {reach}", clean(diff.path.as_str())), &text(&diff.diff, detail))
}

/// A part that is folded under its summary, which is text.
pub(in crate::output) fn folded_part(summary: &str, body: &str) -> String {
    format!("<details><summary>{}</summary>\n{body}\n\n</details>", in_tags(summary))
}

fn titled(title: &str, text: &str) -> String {
    format!("\n\n**{}**\n{text}", quiet(title))
}

/// The difference as preformatted text: in it nothing of a user's text is markup.
fn text(diff: &TextDiff, detail: Detail) -> String {
    let (blocks, left_out) = folded(diff, detail);
    let mut lines: Vec<String> = Vec::new();
    for block in &blocks {
        match block {
            Block::Kept { paragraphs, heading } => {
                let heading =
                    heading.as_deref().map(|heading| format!(" · {}", html(&clean(heading)))).unwrap_or_default();
                lines.push(format!("⋮ {} unchanged{heading}", plural(*paragraphs, "paragraph")));
            }
            Block::Added(text) => wrapped(&mut lines, "+ ", &[(WordFate::Added, text.clone())]),
            Block::Removed(text) => wrapped(&mut lines, "- ", &[(WordFate::Removed, text.clone())]),
            Block::Changed(segments) => {
                let show: fn(&Segment) -> _ = if changes_words(segments) { words } else { spaces };
                let parts: Vec<(WordFate, String)> = segments.iter().filter_map(show).collect();
                wrapped(&mut lines, "~ ", &parts);
            }
        }
    }
    if left_out > 0 {
        lines.push(format!("… {} more changed", plural(left_out, "paragraph")));
    }
    format!("\n<pre>\n{}\n</pre>", lines.join("\n"))
}

/// What is shown of a segment beside words that came or went: of white space that did, nothing is said.
fn words(segment: &Segment) -> Option<(WordFate, String)> {
    match (segment.fate, segment.text.trim().is_empty()) {
        (WordFate::Removed, true) => None,
        (_, true) => Some((WordFate::Kept, segment.text.clone())),
        (fate, false) => Some((fate, segment.text.clone())),
    }
}

/// What is shown of a segment where white space alone came or went.
fn spaces(segment: &Segment) -> Option<(WordFate, String)> {
    let text = if segment.fate == WordFate::Kept { segment.text.clone() } else { blank(&segment.text) };
    Some((segment.fate, text))
}

/// Appends a paragraph, which does not wrap by itself where it is shown, with what came and went between tags.
fn wrapped(lines: &mut Vec<String>, lead: &str, parts: &[(WordFate, String)]) {
    let filled = wrap::fill(lead, parts, COLUMNS, |start, parts| {
        let mut line = start.to_owned();
        for (fate, text) in parts {
            let inner = text.trim_start();
            line.push_str(&text[..text.len() - inner.len()]);
            match fate {
                WordFate::Kept => line.push_str(&html(inner)),
                WordFate::Removed => line.extend(["<del>", &html(inner), "</del>"]),
                WordFate::Added => line.extend(["<ins>", &html(inner), "</ins>"]),
            }
        }
        lines.push(line);
        Ok(())
    });
    filled.expect("because nothing is written anywhere");
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "&#64;")
}

/// A finding in a line of a list, behind a word. `folder` is the store's in its repository, with a `/` at its end, or nothing.
pub(in crate::output) fn finding_line(word: &str, finding: &Finding, folder: &str) -> String {
    let Finding { diagnostic: Diagnostic { rule, severity, file, span, message, .. }, line, column } = finding;
    let path = code(&format!("{folder}{file}"));
    // What is said of a file as a whole has no line.
    let place = if *span == Span::default() { path } else { format!("{path}:{line}:{column}") };
    format!("- {word}{severity} {} {place}: {}", rule.code, quiet(message))
}

fn findings(changes: &FindingChanges) -> String {
    let line = |word, finding| finding_line(word, finding, "");
    let added = changes.added.iter().map(|finding| line("new: ", finding));
    let removed = changes.removed.iter().map(|finding| line("gone: ", finding));
    added.chain(removed).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_between_tags_and_white_space_alone_is_visible() {
        let segment = |fate, text: &str| Segment { fate, text: text.to_owned() };
        let shown = |segments: Vec<Segment>| text(&TextDiff { blocks: vec![Block::Changed(segments)] }, Detail::Folded);
        let words = shown(vec![
            segment(WordFate::Kept, "Be "),
            segment(WordFate::Removed, "kind\n"),
            segment(WordFate::Added, "<b>@ann"),
            segment(WordFate::Added, " "),
            segment(WordFate::Kept, "here."),
        ]);
        assert_eq!(words, "\n<pre>\n~ Be <del>kind</del> <ins>&lt;b&gt;&#64;ann</ins> here.\n</pre>");
        let spaces = shown(vec![
            segment(WordFate::Kept, "Be"),
            segment(WordFate::Removed, " "),
            segment(WordFate::Added, "\n\n"),
            segment(WordFate::Kept, "here."),
        ]);
        assert_eq!(spaces, "\n<pre>\n~ Be<del>␣</del><ins>⏎⏎</ins>here.\n</pre>");
    }
}
