//! A comment for a pull request, on one screen: the verdict, a table of the worst findings, all of them folded.

use std::io::{self, Write};

use super::printable::clean;
use super::source::Source;
use super::summary::count;
use super::{LintOutput, prose};
use crate::diagnostic::Diagnostic;

/// Rows of the table that is not folded.
const ROWS: usize = 20;
/// Bytes of the folded part. GitHub refuses comments over 65,536 characters, and a refused comment says nothing.
const ROOM: usize = 48_000;

/// Writes the comment. What has no room is counted, never left out silently.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    let verdict = if run.findings.iter().any(|finding| run.fails(finding)) { "❌" } else { "✅" };
    writeln!(out, "### {verdict} promptyard lint\n\n{}", run.summary.sentence(run.elapsed))?;
    if run.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| | place | rule | finding |\n|---|---|---|---|")?;
    let mut rows = Vec::with_capacity(run.findings.len());
    let mut folded = String::new();
    let mut left_out = 0;
    run.each(|finding, source| {
        rows.push((finding.severity, row(run, finding, source)));
        let entry = entry(run, finding, source);
        if folded.len() + entry.len() > ROOM {
            left_out += 1;
        } else {
            folded.push_str(&entry);
        }
        Ok(())
    })?;
    rows.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    rows.iter().take(ROWS).try_for_each(|(_, row)| writeln!(out, "{row}"))?;
    if rows.len() > ROWS {
        writeln!(out, "\n… and {} more below.", count(rows.len() - ROWS))?;
    }
    writeln!(out, "\n<details><summary>All findings with what to do</summary>\n\n{folded}")?;
    if left_out > 0 {
        writeln!(
            out,
            "… and {} more, for which there is no room here: `promptyard lint` shows them.\n",
            count(left_out)
        )?;
    }
    writeln!(out, "</details>")
}

fn row(run: &LintOutput<'_>, finding: &Diagnostic, source: &Source<'_>) -> String {
    let path = code(&run.path_in_repository(&finding.file)).replace('|', "\\|");
    let line = source.line_column(finding.span.start).line;
    let message = quiet(&finding.message).replace('|', "\\|");
    format!("| {} | {path}:{line} | {} | {message} |", finding.severity, rule(finding))
}

fn entry(run: &LintOutput<'_>, finding: &Diagnostic, source: &Source<'_>) -> String {
    let place = source.line_column(finding.span.start);
    let path = code(&run.path_in_repository(&finding.file));
    let said: Vec<String> = prose::lines(finding).iter().map(|line| quiet(line)).collect();
    let (line, column) = (place.line, place.column);
    format!("- {path}:{line}:{column} {} {}: {}\n", finding.severity, rule(finding), said.join("<br>"))
}

fn rule(finding: &Diagnostic) -> String {
    format!("[{}]({}) `{}`", finding.rule.code, prose::address(finding.rule), finding.rule.name)
}

/// `text` as code, whatever backticks it has, on one line.
pub(super) fn code(text: &str) -> String {
    let text = clean(text);
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A message of ours, which may quote a user's text between backticks. Outside of them nothing of it is markup, a link, or
/// the name of somebody who would be told.
pub(super) fn quiet(text: &str) -> String {
    let text = clean(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(&text);
    }
    let part = |(at, part): (usize, &&str)| if at % 2 == 0 { plain(part) } else { format!("`{part}`") };
    parts.iter().enumerate().map(part).collect()
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '@' => plain.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_message_is_markup() {
        let table = [
            ("use `a_b`, or declare `c`", "use `a_b`, or declare `c`"),
            ("@ann <img> [x](y) *b*", "&#64;ann &lt;img> \\[x\\](y) \\*b\\*"),
            ("an odd ` tick <b>", "an odd \\` tick &lt;b>"),
            ("two\nlines", "two␊lines"),
        ];
        for (text, shown) in table {
            assert_eq!(quiet(text), shown);
        }
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
