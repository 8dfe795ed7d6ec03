//! Findings for people: what is wrong, the characters in question, what to do.

use std::io::{self, Write};

use super::excerpt::{self, Mark};
use super::printable::clean;
use super::source::Source;
use super::{LintOutput, Screen, prose, style};
use crate::diagnostic::Diagnostic;

/// Writes each finding with its excerpt.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>, screen: &Screen) -> io::Result<()> {
    run.each(|finding, source| write_finding(out, finding, source, screen))
}

/// Writes the run in one line.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_summary(out: &mut dyn Write, run: &LintOutput<'_>, screen: &Screen) -> io::Result<()> {
    writeln!(out, "{}", screen.colour.paint(style::STRONG, run.summary.sentence(run.elapsed)))
}

fn write_finding(out: &mut dyn Write, finding: &Diagnostic, source: &Source<'_>, screen: &Screen) -> io::Result<()> {
    let colour = screen.colour;
    let severity = style::of_severity(finding.severity);
    let marks = marks(finding);
    let gutter = excerpt::gutter(source, &marks);
    writeln!(
        out,
        "{}{} {}",
        colour.paint(severity, format!("{}[{}]", finding.severity, finding.rule.code)),
        colour.paint(style::STRONG, ":"),
        colour.paint(style::STRONG, clean(&finding.message)),
    )?;
    let place = source.line_column(finding.span.start);
    let path = clean(finding.file.as_str());
    let arrow = colour.paint(style::FRAME, "┌─");
    writeln!(out, "{:gutter$} {arrow} {path}:{}:{}", "", place.line, place.column)?;
    if !source.text().is_empty() {
        excerpt::draw(out, source, &marks, gutter, screen)?;
    }
    for note in &finding.notes {
        write_remark(out, "note", &clean(note), gutter, screen)?;
    }
    if let Some(help) = prose::help(finding) {
        write_remark(out, "help", &clean(&help), gutter, screen)?;
    }
    writeln!(out)
}

fn marks(finding: &Diagnostic) -> Vec<Mark<'_>> {
    let mut marks = vec![Mark {
        span: finding.span,
        underline: '^',
        style: style::of_severity(finding.severity),
        text: finding.note_at_span.as_deref(),
    }];
    marks.extend(finding.labels.iter().map(|label| Mark {
        span: label.span,
        underline: '-',
        style: style::FRAME,
        text: Some(&label.text),
    }));
    marks
}

fn write_remark(out: &mut dyn Write, word: &str, text: &str, gutter: usize, screen: &Screen) -> io::Result<()> {
    let colour = screen.colour;
    let sign = colour.paint(style::FRAME, "=");
    writeln!(out, "{:gutter$} {sign} {}: {text}", "", colour.paint(style::STRONG, word))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::diagnostic::{Applicability, Edit, Fix, Label, RuleId, Severity};
    use crate::output::style::Colour;
    use crate::output::summary::Summary;
    use crate::text::Span;

    const TEXT: &str = "inputs:\n  customer_name: {type: string}\nmessages:\n  - role: user\n    content: |\n      Dear {{ custmer_name }},\n";

    fn finding(text: &str, marked: &str) -> Diagnostic {
        let start = text.find(marked).expect("the text has it");
        Diagnostic {
            rule: RuleId { code: "TPL002", name: "undeclared-variable" },
            severity: Severity::Error,
            file: "prompts/answer.prompt.yaml".parse().expect("a path"),
            span: Span::new(start, start + marked.len()),
            message: format!("`{marked}` is not an input of this prompt"),
            note_at_span: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
        }
    }

    fn render(text: &str, findings: &[Diagnostic], colour: Colour) -> String {
        let run = LintOutput {
            findings,
            text_of: &|_| Some(text),
            summary: Summary { prompts: 148, files: 148, ..Summary::new(findings, |_| true) },
            elapsed: Some(Duration::from_millis(31)),
            fails_on: None,
            folder: String::new(),
        };
        let mut out = Vec::new();
        let screen = Screen { width: 100, colour };
        write(&mut out, &run, &screen).expect("a Vec takes any bytes");
        write_summary(&mut out, &run, &screen).expect("a Vec takes any bytes");
        String::from_utf8(out).expect("output is UTF-8")
    }

    #[test]
    fn a_finding_shows_the_exact_characters_and_what_to_do() {
        let mut finding = finding(TEXT, "custmer_name");
        finding.note_at_span = Some("did you mean `customer_name`?".to_owned());
        finding.help = Some("declare it under `inputs`, or use `customer_name`".to_owned());
        finding.notes.push("the inputs of this prompt are `customer_name`".to_owned());
        let declared = TEXT.find("customer_name").expect("it is declared");
        finding.labels.push(Label { span: Span::new(declared, declared + 13), text: "declared here".to_owned() });
        let edits = vec![Edit { span: finding.span, replacement: "customer_name".to_owned() }];
        let title = "Use `customer_name`".to_owned();
        finding.fix = Some(Fix { title, edits, applicability: Applicability::Unsafe });
        insta::assert_snapshot!(render(TEXT, &[finding], Colour::Plain), @r"
        error[TPL002]: `custmer_name` is not an input of this prompt
           ┌─ prompts/answer.prompt.yaml:6:15
         2 │   customer_name: {type: string}
           │   ------------- declared here
           ·
         6 │       Dear {{ custmer_name }},
           │               ^^^^^^^^^^^^ did you mean `customer_name`?
           = note: the inputs of this prompt are `customer_name`
           = help: declare it under `inputs`, or use `customer_name` (fixable with --unsafe-fixes)

        1 error in 1 of 148 prompts · 1 fixable with --unsafe-fixes · 148 files in 31 ms
        ");
    }

    #[test]
    fn nothing_found_is_said() {
        assert_eq!(render("", &[], Colour::Plain), "No findings in 148 prompts · 148 files in 31 ms\n");
    }

    #[test]
    fn a_file_that_was_not_read_has_no_excerpt() {
        let mut finding = finding("x", "x");
        finding.message = "the file is over the size limit".to_owned();
        let drawn = render("", &[finding], Colour::Plain);
        assert!(
            drawn.starts_with(
                "error[TPL002]: the file is over the size limit\n   ┌─ prompts/answer.prompt.yaml:1:1\n\n"
            )
        );
    }

    #[test]
    fn colour_adds_to_the_words_and_changes_none() {
        let findings = [finding(TEXT, "custmer_name")];
        let coloured = render(TEXT, &findings, Colour::Ansi);
        assert!(coloured.contains("\u{1b}["));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), render(TEXT, &findings, Colour::Plain));
    }

    #[test]
    fn many_findings_on_one_long_line_each_get_their_caret() {
        let text = "word ".repeat(200_000);
        let mut findings = vec![finding(&text, "word"); 200];
        for (n, finding) in findings.iter_mut().enumerate() {
            finding.span = finding.span.shift(n * 5_000);
        }
        assert_eq!(render(&text, &findings, Colour::Plain).matches('^').count(), 800);
    }
}
