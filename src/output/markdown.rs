//! A comment for a pull request, on one screen: the verdict, a table of the worst findings, all of them folded.

use std::fmt::Write as _;
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
    let path = code(&run.path_in_repository(&finding.file));
    let line = source.line_column(finding.span.start).line;
    let message = quiet(&finding.message);
    format!("| {} | {path}:{line} | {} | {message} |", finding.severity, rule(finding))
}

/// A finding in a line of a list, with what to do.
pub(super) fn entry(run: &LintOutput<'_>, finding: &Diagnostic, source: &Source<'_>) -> String {
    let place = source.line_column(finding.span.start);
    let path = code(&run.path_in_repository(&finding.file));
    let said: Vec<String> = prose::lines(finding).iter().map(|line| quiet(line)).collect();
    let (line, column) = (place.line, place.column);
    format!("- {path}:{line}:{column} {} {}: {}\n", finding.severity, rule(finding), said.join("<br>"))
}

fn rule(finding: &Diagnostic) -> String {
    format!("[{}]({}) `{}`", finding.rule.code, prose::address(finding.rule), finding.rule.name)
}

/// `text` as code, whatever it has, on one line. Where Markdown's own marks cannot hold it, also in a cell of a table, tags do.
pub(super) fn code(text: &str) -> String {
    let text = clean(text);
    if !text.is_empty() && !text.contains(['`', '|', '\\']) && text.trim() == text {
        return format!("`{text}`");
    }
    let mut inner = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii_punctuation() => {
                write!(inner, "&#{};", u32::from(c)).expect("because a String takes any text");
            }
            c => inner.push(c),
        }
    }
    format!("<code>{inner}</code>")
}

/// A message of ours, which may quote a user's text between backticks. Outside of them nothing of it is markup, a link, or
/// the name of somebody who would be told.
pub(super) fn quiet(text: &str) -> String {
    let text = clean(text);
    let parts: Vec<&str> = text.split('`').collect();
    // Two backticks beside each other are a mark of another kind.
    if parts.len().is_multiple_of(2) || text.contains("``") {
        return plain(&text);
    }
    let part = |(at, part): (usize, &&str)| if at % 2 == 0 { plain(part) } else { code(part) };
    parts.iter().enumerate().map(part).collect()
}

/// Forges look for names, numbers and addresses in what Markdown has become, where an entity is its character again: only
/// something between the characters keeps them apart.
const GAP: &str = "&#8203;";

/// `text` without markup, links and mentions, one line a line.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let is_number = rest.starts_with(|next: char| next.is_ascii_digit());
        match c {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '@' => plain.extend(["@", GAP]),
            ':' if rest.starts_with('/') => plain.extend([":", GAP]),
            '.' if is_www(&text.as_bytes()[..at]) => plain.extend([GAP, "."]),
            '#' | '!' if is_number => plain.extend(["\\", c.encode_utf8(&mut [0; 4]), GAP]),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' | '|' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

/// `text` on one line between tags that start a block, where Markdown's own marks are no marks.
pub(super) fn in_tags(text: &str) -> String {
    let mut quiet = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => quiet.push_str("&amp;"),
            '<' => quiet.push_str("&lt;"),
            '>' => quiet.push_str("&gt;"),
            '@' | '#' | '!' => quiet.extend([c.encode_utf8(&mut [0; 4]), GAP]),
            c => quiet.push(c),
        }
    }
    quiet
}

fn is_www(before: &[u8]) -> bool {
    before.len() >= 3 && before[before.len() - 3..].eq_ignore_ascii_case(b"www")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_message_is_markup() {
        let table = [
            ("use `a_b`, or declare `c`", "use `a_b`, or declare `c`"),
            ("@ann <img> [x](y) *b*", "@&#8203;ann &lt;img&gt; \\[x\\](y) \\*b\\*"),
            ("an odd ` tick <b>", "an odd \\` tick &lt;b&gt;"),
            ("two\nlines", "two␊lines"),
            ("```@ann`", "\\`\\`\\`@&#8203;ann\\`"),
            ("a|b, `c|d`", "a\\|b, <code>c&#124;d</code>"),
            (
                "see https://evil.example or WWW.evil.example, ann@evil.example",
                "see https:&#8203;//evil.example or WWW&#8203;.evil.example, ann@&#8203;evil.example",
            ),
            ("#12 and # 12, !7", "\\#&#8203;12 and \\# 12, \\!&#8203;7"),
            ("` `", "<code> </code>"),
        ];
        for (text, shown) in table {
            assert_eq!(quiet(text), shown);
        }
        assert_eq!(code("a``b@c"), "<code>a&#96;&#96;b&#64;c</code>");
        assert_eq!(code("x\\|@ann"), "<code>x&#92;&#124;&#64;ann</code>");
        assert_eq!(code(""), "<code></code>");
        assert_eq!(in_tags("</summary> @ann `x` *y*"), "&lt;/summary&gt; @&#8203;ann `x` *y*");
    }
}
