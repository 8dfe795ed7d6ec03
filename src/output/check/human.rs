//! For people: what changed, what it reaches, what was found; the verdict is last, where a terminal is read.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use super::{CheckOutput, JUDGED, NO_ARTIFACT, Told, advice, gone, names, reached, verdict};
use crate::check::RouteChange;
use crate::diagnostic::Severity;
use crate::diff::Finding;
use crate::output::diff::human::Page;
use crate::output::diff::{Detail, Setting, counts};
use crate::output::printable::clean;
use crate::output::summary::{count, plural};
use crate::output::{Screen, human, promotion, style};
use crate::promote::{Gate, Verdict};
use crate::text::Span;

/// Lines of one list, where not everything is asked for.
const LINES: usize = 12;
/// Findings with their excerpts.
const EXCERPTS: usize = 20;
/// Columns of the names in front of a list.
const WIDEST: usize = 36;

/// Writes the page.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, check: &CheckOutput<'_>, screen: &Screen) -> io::Result<()> {
    let mut page = Page { out, screen, detail: check.detail, setting: Setting::InCheck };
    page.changes(&check.report.diff)?;
    reach(&mut page, check)?;
    owners(&mut page, check)?;
    let told = Told::of(check.report);
    rules(&mut page, check, &told)?;
    findings(&mut page, check, &told)?;
    routes(&mut page, check)?;
    let mut facts = counts(&check.report.diff);
    if check.report.diff.artifacts.is_empty() {
        facts = vec![NO_ARTIFACT.to_owned()];
    }
    facts.push(format!("{} → {}", check.ends.old.label(), check.ends.new.label()));
    writeln!(page.out, "{}", facts.join(" · "))?;
    let passes = check.report.passes();
    let style = if passes { style::ADDED.bold() } else { style::of_severity(Severity::Error) };
    let heading = format!("{}: ", verdict::heading(check.report));
    page.led("", style, &[(style, heading), (style::STRONG, clean(&verdict::why(check.report)))])
}

/// A list of lines under a title, each behind a name.
fn list(page: &mut Page<'_>, title: &str, lines: &[(String, String)]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    page.title(title)?;
    let most = if page.detail == Detail::Full { usize::MAX } else { LINES };
    let shown = &lines[..lines.len().min(most)];
    let width = shown.iter().map(|(name, _)| name.width()).filter(|width| *width <= WIDEST).max().unwrap_or(0);
    for (name, text) in shown {
        let padding = " ".repeat(width.saturating_sub(name.width()));
        page.led(&format!("  {name}{padding}  "), Style::new(), &[(Style::new(), text.clone())])?;
    }
    more(page, lines.len() - shown.len(), "line")?;
    writeln!(page.out)
}

fn more(page: &mut Page<'_>, left_out: usize, what: &str) -> io::Result<()> {
    match left_out {
        0 => Ok(()),
        _ => page.note(&format!("… {} more; --full shows them", plural(left_out, what))),
    }
}

fn reach(page: &mut Page<'_>, check: &CheckOutput<'_>) -> io::Result<()> {
    let reaches = check.report.reach.iter();
    let lines: Vec<(String, String)> =
        reaches.map(|reach| (clean(&reach.from), reached(reach, clean).join(", "))).collect();
    list(page, "Reaches, once it is released and promoted", &lines)
}

fn owners(page: &mut Page<'_>, check: &CheckOutput<'_>) -> io::Result<()> {
    let line = |(owner, ids): (&String, &std::collections::BTreeSet<String>)| {
        (clean(owner), names(ids.iter().map(String::as_str), clean))
    };
    let lines: Vec<(String, String)> = check.report.owners.iter().map(line).collect();
    list(page, "Owners", &lines)
}

fn rules(page: &mut Page<'_>, check: &CheckOutput<'_>, told: &Told<'_>) -> io::Result<()> {
    if told.rules.is_empty() {
        return Ok(());
    }
    page.title("What it does to the rules, and to what surrounds the check")?;
    lines(page, check, &told.rules)?;
    page.note(JUDGED)?;
    writeln!(page.out)
}

/// Findings without their excerpts.
fn lines(page: &mut Page<'_>, check: &CheckOutput<'_>, findings: &[&Finding]) -> io::Result<()> {
    let most = if page.detail == Detail::Full { usize::MAX } else { LINES };
    // What refuses the change is not what is left out.
    let (refusing, others): (Vec<&&Finding>, Vec<&&Finding>) =
        findings.iter().partition(|finding| check.report.refuses(finding));
    let room = most.saturating_sub(refusing.len());
    for finding in others.iter().take(room).chain(&refusing) {
        let said = &finding.diagnostic;
        let place = place(finding);
        let advice = advice(finding).map(|advice| format!("; {advice}")).unwrap_or_default();
        let text = format!("{} {place}: {}{advice}", said.rule.code, said.message);
        page.led(
            &format!("  {:<7} ", said.severity.as_str()),
            style::of_severity(said.severity),
            &[(Style::new(), text)],
        )?;
    }
    more(page, others.len().saturating_sub(room), "finding")
}

fn findings(page: &mut Page<'_>, check: &CheckOutput<'_>, told: &Told<'_>) -> io::Result<()> {
    if let Some(gone) = gone(check.report) {
        writeln!(page.out, "{gone}\n")?;
    }
    if !told.infos.is_empty() {
        page.title("New, for information")?;
        match page.detail {
            Detail::Full => check.with_some(&told.infos, |run| human::write(page.out, run, page.screen))?,
            Detail::Table | Detail::Folded => {
                lines(page, check, &told.infos)?;
                writeln!(page.out)?;
            }
        }
    }
    if told.loud.is_empty() {
        return Ok(());
    }
    page.title("New findings")?;
    match page.detail {
        Detail::Table => {
            lines(page, check, &told.loud)?;
            writeln!(page.out)
        }
        Detail::Full => check.with_some(&told.loud, |run| human::write(page.out, run, page.screen)),
        Detail::Folded => {
            let left_out = told.loud.len().saturating_sub(EXCERPTS);
            more(page, left_out, "finding")?;
            check.with_some(&told.loud[left_out..], |run| human::write(page.out, run, page.screen))
        }
    }
}

fn routes(page: &mut Page<'_>, check: &CheckOutput<'_>) -> io::Result<()> {
    let most = if page.detail == Detail::Full { usize::MAX } else { LINES };
    let is_shut = |route: &&RouteChange| verdict::shut(route).next().is_some();
    let (shut, open): (Vec<&RouteChange>, Vec<&RouteChange>) = check.report.routes.iter().partition(is_shut);
    let room = most.saturating_sub(shut.len());
    open.iter().take(room).chain(&shut).try_for_each(|one| route(page, one))?;
    if open.len() > room {
        more(page, open.len() - room, "route")?;
        writeln!(page.out)?;
    }
    Ok(())
}

fn route(page: &mut Page<'_>, route: &RouteChange) -> io::Result<()> {
    page.title(&format!("{}/{}", route.environment, route.route))?;
    for words in &route.words {
        page.led("  ", Style::new(), &[(Style::new(), clean(words))])?;
    }
    let is_shown = |gate: &&Gate| page.detail == Detail::Full || !gate.is_open() || gate.verdict == Verdict::Later;
    let (shown, others): (Vec<&Gate>, Vec<&Gate>) = route.gates.iter().partition(is_shown);
    if !shown.is_empty() {
        let mut table = Vec::new();
        promotion::human::write_table(&mut table, shown.iter().copied())?;
        for line in String::from_utf8_lossy(&table).lines() {
            writeln!(page.out, "  {line}")?;
        }
    }
    match (shown.len(), others.len()) {
        (_, 0) => {}
        (0, all) => page.note(&format!("{} open; --full shows them", are("gate", all)))?,
        (_, rest) => page.note(&format!("{} open; --full shows them", are("other gate", rest)))?,
    }
    writeln!(page.out)
}

/// `1 gate is`, `7 gates are`
fn are(what: &str, n: usize) -> String {
    if n == 1 { format!("{} {what} is", count(n)) } else { format!("{} are", plural(n, what)) }
}

/// Where a finding is: the file alone where it is about the file.
fn place(finding: &Finding) -> String {
    let said = &finding.diagnostic;
    match said.span == Span::default() {
        true => said.file.to_string(),
        false => format!("{}:{}:{}", said.file, finding.line, finding.column),
    }
}
