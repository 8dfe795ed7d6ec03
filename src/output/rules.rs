//! What is said about rules: the table, the page of documentation, and the text of `explain`.

use std::io::{self, Write};

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::{Screen, style, table};
use crate::diagnostic::Applicability;
use crate::lint::rule::{Rule, RuleMeta};

/// Writes a table of `rules` for people.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_table(out: &mut dyn Write, rules: &[&dyn Rule]) -> io::Result<()> {
    let rows: Vec<_> = rules
        .iter()
        .map(|rule| {
            let meta = rule.meta();
            [
                meta.id.code.to_owned(),
                meta.id.name.to_owned(),
                meta.severity.to_string(),
                fix_word(meta).unwrap_or("-").to_owned(),
                (if meta.default { "yes" } else { "-" }).to_owned(),
                meta.summary.to_owned(),
            ]
        })
        .collect();
    table::write(out, ["CODE", "NAME", "SEVERITY", "FIX", "DEFAULT", "WHAT IT FINDS"], &rows)
}

#[derive(Serialize)]
struct RuleV1 {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    default: bool,
    fix: Option<&'static str>,
    summary: &'static str,
    what: &'static str,
    why: &'static str,
    how: &'static str,
    bad: &'static str,
    good: &'static str,
}

#[derive(Serialize)]
struct RulesV1 {
    version: u32,
    rules: Vec<RuleV1>,
}

/// Writes everything about `rules` as JSON, version 1.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(out: &mut dyn Write, rules: &[&dyn Rule]) -> io::Result<()> {
    let rules = rules.iter().map(|rule| rule_v1(rule.meta())).collect();
    serde_json::to_writer_pretty(&mut *out, &RulesV1 { version: 1, rules })?;
    writeln!(out)
}

fn rule_v1(meta: &RuleMeta) -> RuleV1 {
    RuleV1 {
        code: meta.id.code,
        name: meta.id.name,
        severity: meta.severity.as_str(),
        default: meta.default,
        fix: fix_word(meta),
        summary: meta.summary,
        what: meta.what,
        why: meta.why,
        how: meta.how,
        bad: meta.bad,
        good: meta.good,
    }
}

/// Writes the page of all `rules` in Markdown: a table, then a section for each rule.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_markdown(out: &mut dyn Write, rules: &[&dyn Rule]) -> io::Result<()> {
    writeln!(out, "# Rules\n")?;
    writeln!(out, "| code | name | severity | fix | default | what it finds |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for rule in rules {
        let meta = rule.meta();
        let (code, name, severity, summary) = (meta.id.code, meta.id.name, meta.severity, meta.summary);
        let fix = fix_word(meta).unwrap_or("-");
        let default = if meta.default { "yes" } else { "-" };
        let summary = summary.replace('|', "\\|");
        writeln!(out, "| [{code}](#{code}) | `{name}` | {severity} | {fix} | {default} | {summary} |")?;
    }
    for rule in rules {
        let meta = rule.meta();
        let code = meta.id.code;
        writeln!(out, "\n<a id=\"{code}\"></a>\n\n## {}\n", title(meta))?;
        out.write_all(body_in_markdown(meta).as_bytes())?;
    }
    Ok(())
}

/// What a viewer shows beside a finding of the rule, in Markdown: everything but its name.
pub(super) fn help_in_markdown(meta: &RuleMeta) -> String {
    format!("{}\n{}", body_in_markdown(meta), footer(meta))
}

fn body_in_markdown(meta: &RuleMeta) -> String {
    let sections = sections(meta).map(|(heading, text)| format!("### {heading}\n\n{}\n", text.trim()));
    let examples = examples(meta).map(|(heading, example)| {
        let fence = fence(example);
        format!("### {heading}\n\n{fence}yaml\n{}\n{fence}\n", example.trim_end())
    });
    [sections.join("\n"), examples.join("\n")].join("\n")
}

/// Writes the documentation of one rule for people.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_explanation(out: &mut dyn Write, meta: &RuleMeta, screen: &Screen) -> io::Result<()> {
    let colour = screen.colour;
    writeln!(out, "{}", colour.paint(style::STRONG, title(meta)))?;
    for (heading, text) in sections(meta) {
        writeln!(out, "\n{}", colour.paint(style::FRAME, heading))?;
        for line in text.trim().lines() {
            write_wrapped(out, line, screen.width.min(READABLE_WIDTH))?;
        }
    }
    for (heading, example) in examples(meta) {
        writeln!(out, "\n{}", colour.paint(style::FRAME, heading))?;
        for line in example.trim_end().lines() {
            writeln!(out, "{}", format!("    {line}").trim_end())?;
        }
    }
    writeln!(out, "\n{}", colour.paint(style::FAINT, footer(meta)))
}

/// Columns beyond which prose is hard to read.
const READABLE_WIDTH: usize = 100;

/// Writes a line of prose, broken between words. A line that is indented or part of a table stays as it is.
fn write_wrapped(out: &mut dyn Write, line: &str, width: usize) -> io::Result<()> {
    if line.starts_with([' ', '|']) {
        return writeln!(out, "{line}");
    }
    let mut used = 0;
    for word in line.split(' ') {
        let wide = word.width();
        if used > 0 && used + 1 + wide > width {
            writeln!(out)?;
            used = 0;
        } else if used > 0 {
            write!(out, " ")?;
            used += 1;
        }
        write!(out, "{word}")?;
        used += wide;
    }
    writeln!(out)
}

/// `TPL002 undeclared-variable (error)`
fn title(meta: &RuleMeta) -> String {
    format!("{} {} ({})", meta.id.code, meta.id.name, meta.severity)
}

fn sections(meta: &RuleMeta) -> [(&'static str, &'static str); 3] {
    [("What it finds", meta.what), ("Why that is bad", meta.why), ("How to mend it", meta.how)]
}

const BAD: &str = "An example that it finds";

fn examples(meta: &RuleMeta) -> [(&'static str, &'static str); 2] {
    [(BAD, meta.bad), ("The same without the flaw", meta.good)]
}

fn footer(meta: &RuleMeta) -> String {
    let default = if meta.default {
        "It runs by default."
    } else {
        "It runs only where it is selected: `lint: {select: [...]}` or --select."
    };
    let fix = match meta.fix {
        None => "",
        Some(Applicability::Safe) => " It can mend what it finds: --fix.",
        Some(Applicability::Unsafe) => " It can mend what it finds, but that may change the meaning: --unsafe-fixes.",
    };
    format!("{default}{fix}")
}

fn fix_word(meta: &RuleMeta) -> Option<&'static str> {
    meta.fix.map(|applicability| match applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
    })
}

/// A fence that is longer than any run of backticks in `text`.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
