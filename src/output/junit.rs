//! JUnit's XML, as Jenkins, GitLab and Azure read it: a suite a file, a case a finding. What does not fail the run is a
//! case that passes, with its text as output.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{LintOutput, prose};
use crate::diagnostic::Diagnostic;

/// Writes the report with a newline at its end. A run without findings has one case that passes: readers take a report
/// without any for a run that did not happen.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    let failures = |findings: &[Diagnostic]| findings.iter().filter(|finding| run.fails(finding)).count();
    let (cases, failed) = (run.findings.len().max(1), failures(run.findings));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"promptyard lint\" tests=\"{cases}\" failures=\"{failed}\" errors=\"0\">")?;
    if run.findings.is_empty() {
        writeln!(out, "  <testsuite name=\"promptyard lint\" tests=\"1\" failures=\"0\" errors=\"0\">")?;
        writeln!(out, "    <testcase classname=\"promptyard\" name=\"no findings\"/>")?;
        writeln!(out, "  </testsuite>")?;
    }
    let mut suites = run.findings.chunk_by(|a, b| a.file == b.file);
    let mut left = 0;
    run.each(|finding, source| {
        let path = xml(&run.path_in_repository(&finding.file)).into_owned();
        if left == 0 {
            let suite = suites.next().unwrap_or_default();
            left = suite.len();
            let failed = failures(suite);
            writeln!(out, "  <testsuite name=\"{path}\" tests=\"{left}\" failures=\"{failed}\" errors=\"0\">")?;
        }
        left -= 1;
        let place = source.line_column(finding.span.start);
        write_case(out, finding, &path, (place.line, place.column), run.fails(finding))?;
        if left == 0 { writeln!(out, "  </testsuite>") } else { Ok(()) }
    })?;
    writeln!(out, "</testsuites>")
}

fn write_case(
    out: &mut dyn Write,
    finding: &Diagnostic,
    path: &str,
    (line, column): (usize, usize),
    fails: bool,
) -> io::Result<()> {
    let (code, name) = (finding.rule.code, finding.rule.name);
    writeln!(
        out,
        "    <testcase classname=\"{path}\" name=\"{code} {name} at {line}:{column}\" file=\"{path}\" line=\"{line}\">"
    )?;
    let text = xml(&prose::lines(finding).join("\n")).into_owned();
    if fails {
        let (message, severity) = (xml(&finding.message), finding.severity);
        writeln!(out, "      <failure type=\"{severity}\" message=\"{message}\">{text}</failure>")?;
    } else {
        writeln!(out, "      <system-out>{text}</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}

/// `text` for an attribute or between tags. XML 1.0 has no way to write most control characters: they become U+FFFD.
fn xml(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !matches!(c, '<' | '>' | '&' | '"' | '\'' | '\n' | '\t' | '\r') && is_allowed(c)) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // In an attribute these would be read as spaces.
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            c if is_allowed(c) => escaped.push(c),
            _ => escaped.push('\u{fffd}'),
        }
    }
    Cow::Owned(escaped)
}

/// The `Char` production of XML 1.0.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_say_is_replaced() {
        assert_eq!(xml("a\u{0}b\u{1b}[1m\u{ffff}😀"), "a\u{fffd}b\u{fffd}[1m\u{fffd}😀");
        assert_eq!(xml("<a href=\"x\">&'\n</a>"), "&lt;a href=&quot;x&quot;&gt;&amp;&apos;&#10;&lt;/a&gt;");
        assert!(matches!(xml("plain ñ"), Cow::Borrowed(_)));
    }
}
