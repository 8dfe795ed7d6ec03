//! One comment of a pull request, on one screen: the verdict, what changed, what it reaches; the rest is folded.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{CheckOutput, JUDGED, NO_ARTIFACT, Told, advice, gone, names, reached, verdict};
use crate::check::{Reach, Report, RouteChange};
use crate::contract::Bump;
use crate::diagnostic::Severity;
use crate::diff::{ArtifactDiff, Fate, Finding};
use crate::output::diff::markdown::{bump, finding_line, folded_part, included, name, passage};
use crate::output::diff::{Detail, Setting, counts, findings_change, measures};
use crate::output::markdown::{code, entry, quiet};
use crate::output::promotion::word;
use crate::output::summary::{count, plural};
use crate::path::StorePath;
use crate::promote::{Gate, Verdict};

/// By which whoever keeps one comment a pull request finds it again.
const MARK: &str = "<!-- promptyard check -->";
/// Rows of the table, and lines of a list.
const ROWS: usize = 20;
/// From so many artifacts on, a row has a reason only where the bump is major.
const REASONS: usize = 8;
/// Findings that refuse the change, under the verdict.
const REFUSING: usize = 5;
/// Bytes that are not folded.
const OPEN: usize = 16_000;
/// Bytes of the folded list of findings, and of that of gates.
const LIST: usize = 14_000;
/// Bytes in all. GitHub refuses comments over 65,536 characters, and a refused comment says nothing.
const ALL: usize = 58_000;
/// From so many folded parts on, they are folded once more.
const FOLDS: usize = 6;

/// Writes the comment. What has no room is counted, never left out silently.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, check: &CheckOutput<'_>) -> io::Result<()> {
    let mut comment = Comment { check, text: format!("{MARK}\n") };
    let told = Told::of(check.report);
    comment.verdict(&told);
    comment.artifacts();
    comment.reach();
    comment.routes();
    comment.rules(&told);
    comment.owners();
    if check.detail != Detail::Table {
        comment.folded()?;
    }
    out.write_all(comment.text.as_bytes())
}

/// A comment while it is written.
struct Comment<'a> {
    check: &'a CheckOutput<'a>,
    text: String,
}

impl Comment<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// As many of `lines` as there is room for, and how many are not there.
    fn lines(&mut self, lines: &[String], most: usize, what: &str) {
        let mut shown = 0;
        for line in lines.iter().take(most) {
            if self.text.len() + line.len() > OPEN {
                break;
            }
            self.line(line);
            shown += 1;
        }
        if shown < lines.len() {
            let more = left_out(&plural(lines.len() - shown, what), self.check);
            self.line(&format!("\n{more}"));
        }
    }

    fn list(&mut self, title: &str, lines: &[String]) {
        if !lines.is_empty() {
            self.line(&format!("\n**{title}**\n"));
            self.lines(lines, ROWS, "line");
        }
    }

    fn verdict(&mut self, told: &Told<'_>) {
        let (report, ends) = (self.check.report, self.check.ends);
        let sign = if report.passes() { "✅" } else { "❌" };
        let why = verdict::why(report);
        // It starts a sentence here; names stay as they are.
        let why = why.strip_prefix("no ").map_or_else(|| why.clone(), |rest| format!("No {rest}"));
        self.line(&format!("### {sign} {}\n\n{}.", verdict::heading(report), quiet(&why)));
        let refusing = self.refusing(told);
        if !refusing.is_empty() {
            self.line("");
            self.lines(&refusing, REFUSING, "line");
        }
        let mut facts = counts(&report.diff);
        if report.diff.artifacts.is_empty() {
            facts = vec![NO_ARTIFACT.to_owned()];
        }
        facts.extend(gone(report));
        facts.push(format!("{} → {}", short(&ends.old.label()), short(&ends.new.label())));
        self.line(&format!("\n{}", quiet(&facts.join(" · "))));
    }

    /// The findings that refuse the change, the worst first; those of one rule in one file are one line.
    fn refusing(&self, told: &Told<'_>) -> Vec<String> {
        let mut groups: Vec<Vec<&Finding>> = Vec::new();
        let mut known: BTreeMap<(&str, &StorePath), usize> = BTreeMap::new();
        let mut refusing: Vec<&Finding> = told.loud.clone();
        refusing.retain(|finding| self.check.report.refuses(finding));
        refusing.sort_by_key(|finding| Reverse(finding.diagnostic.severity));
        for finding in refusing {
            let at = *known.entry((finding.diagnostic.rule.code, &finding.diagnostic.file)).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.push(finding),
                None => groups.push(vec![finding]),
            }
        }
        let line = |group: Vec<&Finding>| {
            let line = group.first().map(|first| finding_line("", first, &self.check.folder)).unwrap_or_default();
            if group.len() > 1 { format!("{line} (and {} more in this file)", count(group.len() - 1)) } else { line }
        };
        groups.into_iter().map(line).collect()
    }

    fn artifacts(&mut self) {
        let mut artifacts: Vec<&ArtifactDiff> = self.check.report.diff.artifacts.iter().collect();
        if artifacts.is_empty() {
            return;
        }
        if artifacts.len() > ROWS {
            artifacts.sort_by_key(|diff| Reverse(weight(diff, self.check.report)));
        }
        let rows: Vec<[String; 5]> = artifacts.iter().map(|diff| row(diff, artifacts.len())).collect();
        let is_used = |column: usize| rows.iter().any(|cells| !cells[column].is_empty());
        let header = ["artifact", "bump", "tokens", "cost of a call", "findings"];
        let columns: Vec<usize> = (0..header.len()).filter(|column| is_used(*column)).collect();
        let line = |cells: &dyn Fn(usize) -> String| {
            let cells: Vec<String> = columns.iter().map(|column| cells(*column)).collect();
            format!("| {} |", cells.join(" | "))
        };
        let (names, rule) = (line(&|column| header[column].to_owned()), line(&|_| "---".to_owned()));
        self.line(&format!("\n{names}\n{rule}"));
        let rows: Vec<String> = rows.iter().map(|cells| line(&|column| cells[column].clone())).collect();
        self.lines(&rows, ROWS, "artifact");
    }

    fn reach(&mut self) {
        let line = |reach: &Reach| format!("- {}: {}", code(&reach.from), reached(reach, code).join(", "));
        let lines: Vec<String> = self.check.report.reach.iter().map(line).collect();
        self.list("Reaches, once it is released and promoted", &lines);
    }

    fn routes(&mut self) {
        let lines: Vec<String> = self.check.report.routes.iter().map(route).collect();
        self.list("Routes", &lines);
    }

    fn rules(&mut self, told: &Told<'_>) {
        let mut rules = told.rules.clone();
        rules.sort_by_key(|finding| Reverse(finding.diagnostic.severity));
        let line = |finding: &Finding| {
            let advice = advice(finding).map(|advice| format!("; {}", quiet(advice))).unwrap_or_default();
            format!("{}{advice}", finding_line("", finding, &self.check.folder))
        };
        let lines: Vec<String> = rules.into_iter().map(line).collect();
        if !lines.is_empty() {
            self.list("What it does to the rules, and to what surrounds the check", &lines);
            self.line(&format!("\n{JUDGED}"));
        }
    }

    fn owners(&mut self) {
        let owners = self.check.report.owners.iter();
        let said =
            owners.map(|(owner, ids)| format!("{} for {}", code(owner), names(ids.iter().map(String::as_str), code)));
        let said: Vec<String> = said.collect();
        if !said.is_empty() {
            let more =
                if said.len() > ROWS { format!(" and {} more", count(said.len() - ROWS)) } else { String::new() };
            let line = format!("\nOwners: {}{more}", said[..said.len().min(ROWS)].join("; "));
            if self.text.len() + line.len() <= OPEN + LIST {
                self.line(&line);
            }
        }
    }

    /// The words, the findings and the gates, each folded.
    fn folded(&mut self) -> io::Result<()> {
        let after = [self.findings()?, self.gates()];
        let kept: usize = after.iter().flatten().map(String::len).sum();
        let mut room = ALL.saturating_sub(self.text.len() + kept);
        let CheckOutput { report, detail, .. } = self.check;
        let artifacts = report.diff.artifacts.iter().filter_map(|diff| passage(diff, *detail, Setting::InCheck));
        let mut parts: Vec<String> =
            artifacts.chain(report.diff.included.iter().map(|one| included(one, *detail))).collect();
        let all = parts.len();
        parts.retain(|part| {
            let fits = part.len() <= room;
            room -= if fits { part.len() } else { 0 };
            fits
        });
        let lost = all - parts.len();
        if lost > 0 {
            parts.push(left_out(&plural(lost, "text"), self.check));
        }
        match all {
            0 => {}
            all if all < FOLDS => parts.iter().for_each(|part| self.line(&format!("\n{part}"))),
            all => {
                let title = format!("The words that changed, in {} places", count(all));
                self.line(&format!("\n{}", folded_part(&title, &format!("\n{}", parts.join("\n\n")))));
            }
        }
        after.iter().flatten().for_each(|part| self.line(&format!("\n{part}")));
        Ok(())
    }

    /// Every finding that came, with what to do, and those that went.
    fn findings(&self) -> io::Result<Option<String>> {
        let report = self.check.report;
        let mut entries: Vec<(Reverse<Severity>, String)> = Vec::new();
        self.check.with_findings(|run| {
            run.each(|finding, source| {
                entries.push((Reverse(finding.severity), entry(run, finding, source).trim_end().to_owned()));
                Ok(())
            })
        })?;
        entries.sort_by_key(|(severity, _)| *severity);
        let mut lines: Vec<String> = entries.into_iter().map(|(_, entry)| entry).collect();
        let new = lines.len();
        lines.extend(report.removed().map(|finding| finding_line("gone: ", finding, &self.check.folder)));
        if lines.is_empty() {
            return Ok(None);
        }
        let title = format!("All findings: {} new, {} gone", count(new), count(lines.len() - new));
        Ok(Some(folded_part(&title, &self.within(LIST, &lines, "finding"))))
    }

    /// Every gate of every route, the open ones too.
    fn gates(&self) -> Option<String> {
        let gate = |route: &RouteChange, gate: &Gate| {
            let place = format!("{}/{}", route.environment, route.route);
            format!("| {} | {} | {} | {} |", code(&place), gate.name, word(gate.verdict), quiet(&gate.why))
        };
        let routes = self.check.report.routes.iter();
        let rows: Vec<String> = routes.flat_map(|route| route.gates.iter().map(move |one| gate(route, one))).collect();
        let title = format!("All gates: {}", plural(rows.len(), "gate"));
        let table = self.within(LIST, &rows, "gate");
        let body = format!("\n| route | gate | verdict | why |\n|---|---|---|---|{table}");
        (!rows.is_empty()).then(|| folded_part(&title, &body))
    }

    /// As many of `lines` as fit into `room` bytes, each after a line break.
    fn within(&self, room: usize, lines: &[String], what: &str) -> String {
        let mut text = String::new();
        let mut shown = 0;
        for line in lines {
            if text.len() + line.len() > room {
                break;
            }
            text.push('\n');
            text.push_str(line);
            shown += 1;
        }
        if shown < lines.len() {
            text.push_str("\n\n");
            text.push_str(&left_out(&plural(lines.len() - shown, what), self.check));
        }
        text
    }
}

/// The start of a name that is longer than names are.
fn short(name: &str) -> String {
    const LONGEST: usize = 100;
    match name.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &name[..at]),
        None => name.to_owned(),
    }
}

/// What is not there, and what shows it.
fn left_out(what: &str, check: &CheckOutput<'_>) -> String {
    const LONGEST: usize = 120;
    let (base, head) = (&check.ends.old.name, &check.ends.new.name);
    let of_head = if head == "HEAD" { String::new() } else { format!(" --head {head}") };
    let exact = format!("promptyard check --base {base}{of_head} --full");
    let command = if exact.len() > LONGEST { "promptyard check --base … --full" } else { &exact };
    format!("… and {what} more: {} shows everything.", code(command))
}

/// How much a change of an artifact matters, where not all have room.
fn weight(diff: &ArtifactDiff, report: &Report) -> (bool, Option<Bump>) {
    let refuses = diff.findings.added.iter().any(|finding| report.refuses(finding));
    let is_loss = matches!(diff.fate, Fate::Removed) || diff.unresolved.is_some();
    (refuses, if is_loss { Some(Bump::Major) } else { diff.demanded() })
}

/// The cells of an artifact, one of so many.
fn row(diff: &ArtifactDiff, all: usize) -> [String; 5] {
    let mut about = vec![name(diff)];
    let tells_why = all <= REASONS || diff.demanded() == Some(Bump::Major);
    about.extend(diff.changes.first().filter(|_| tells_why).map(|change| {
        let more = diff.changes.len() - 1;
        let more = if more > 0 { format!(" (+{})", count(more)) } else { String::new() };
        format!("{}{more}", quiet(&change.text))
    }));
    about.extend(diff.unresolved.as_deref().map(quiet));
    let measures = diff.measures.as_ref().map(measures).unwrap_or_default();
    let (mut tokens, mut cost) = (Vec::new(), String::new());
    for (what, said) in measures {
        match what {
            "a call" => cost = said,
            "text" => tokens.push(said),
            _ => tokens.push(format!("{what} {said}")),
        }
    }
    [about.join("<br>"), bump(diff).to_owned(), tokens.join("<br>"), cost, findings_change(&diff.findings)]
}

/// A route in words, with the gates that are not simply open.
fn route(route: &RouteChange) -> String {
    let words: Vec<String> = route.words.iter().map(|words| with_releases(words)).collect();
    let place = code(&format!("{}/{}", route.environment, route.route));
    let mut lines = vec![format!("- {place}: {}", words.join("; "))];
    let (told, open): (Vec<&Gate>, Vec<&Gate>) =
        route.gates.iter().partition(|gate| !gate.is_open() || gate.verdict == Verdict::Later);
    for gate in told {
        let sign = if gate.is_open() { "" } else { "❌ " };
        lines.push(format!("  - {sign}{} {}: {}", gate.name, word(gate.verdict), quiet(&gate.why)));
    }
    match open.len() {
        0 => {}
        1 => lines.push(format!("  - 1 gate is open: {}", open[0].name)),
        many => {
            let mut names: Vec<&str> = open.iter().map(|gate| gate.name).collect();
            names.dedup();
            lines.push(format!("  - {} gates are open: {}", count(many), names.join(", ")));
        }
    }
    lines.join("\n")
}

/// Words of ours in which releases stand, each of them as code.
fn with_releases(words: &str) -> String {
    let word = |word: &str| {
        let release = word.trim_end_matches(',');
        if release.contains('@') { format!("{}{}", code(release), &word[release.len()..]) } else { quiet(word) }
    };
    words.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Change, Place};
    use crate::diagnostic::{Diagnostic, RuleId};
    use crate::diff::words::{Block, TextDiff};
    use crate::diff::{self, FindingChanges, IncludedDiff, Passage};
    use crate::name::ReleaseRef;
    use crate::output::diff::{End, Ends};
    use crate::store::artifact::ArtifactKind;
    use crate::text::Span;

    /// What a user may have written anywhere.
    const EVIL: &str = "</details></pre>--><img src=x> ```@ann` [x](https://evil.example) |a\\|@bob| #12 www.evil.example \n\n# h `` ~~~";

    fn finding(severity: Severity, text: &str) -> Finding {
        let diagnostic = Diagnostic {
            rule: RuleId { code: "TPL002", name: "undeclared-variable" },
            severity,
            file: "prompts/`x`|@carl.prompt.yaml".parse().expect("a path"),
            span: Span::default(),
            message: format!("`{text}` is not an input, and {text} neither"),
            note_at_span: Some(text.to_owned()),
            labels: Vec::new(),
            notes: vec![text.to_owned()],
            help: Some(text.to_owned()),
            fix: None,
        };
        Finding { diagnostic, line: 1, column: 1 }
    }

    fn artifact(n: usize, text: &str) -> ArtifactDiff {
        let passage = || Passage {
            title: text.to_owned(),
            diff: TextDiff {
                blocks: vec![
                    Block::Kept { paragraphs: 2, heading: Some(text.to_owned()) },
                    Block::Added(text.to_owned()),
                    Block::Removed(text.to_owned()),
                ],
            },
        };
        ArtifactDiff {
            id: format!("prompts/p{n}@1.0.0").parse::<ReleaseRef>().expect("a release").artifact,
            kind: ArtifactKind::Prompt,
            fate: Fate::Changed,
            paths: [None, None],
            digests: [None, None],
            changes: vec![Change { bump: Bump::Major, place: Place::Input(text.to_owned()), text: text.to_owned() }],
            unresolved: Some(text.to_owned()),
            passages: vec![passage(), passage()],
            trials: Vec::new(),
            measures: None,
            findings: FindingChanges { added: vec![finding(Severity::Error, text)], removed: Vec::new() },
        }
    }

    fn route(n: usize, text: &str) -> RouteChange {
        let gate = |verdict| Gate { name: "hold", verdict, why: format!("`{text}` is held back: {text}") };
        RouteChange {
            environment: "production".parse().expect("a name"),
            route: format!("r{n}").parse().expect("a name"),
            path: format!("environments/production/r{n}.yaml").parse().expect("a path"),
            words: vec![text.to_owned(), format!("{text}@1.0.0, more")],
            arrivals: Vec::new(),
            shifts_traffic: false,
            gates: vec![gate(Verdict::Failed), gate(Verdict::Later), gate(Verdict::Passed)],
        }
    }

    /// The comment of a change of `n` artifacts, files and routes in which every text is `text`.
    fn comment(n: usize, text: &str) -> String {
        let included = |_| IncludedDiff {
            path: "partials/`@dora|.md".parse().expect("a path"),
            diff: TextDiff { blocks: vec![Block::Added(text.to_owned())] },
            reaches: Vec::new(),
        };
        let report = Report {
            diff: diff::Report {
                artifacts: (0..n).map(|n| artifact(n, text)).collect(),
                included: (0..n).map(included).collect(),
                ..diff::Report::default()
            },
            about_rules: (0..n)
                .map(|_| {
                    let mut finding = finding(Severity::Info, text);
                    finding.diagnostic.rule = RuleId { code: "LNT011", name: "added-link" };
                    finding
                })
                .collect(),
            reach: (0..n).map(|_| Reach { from: text.to_owned(), prompts: Vec::new(), routes: Vec::new() }).collect(),
            routes: (0..n).map(|n| route(n, text)).collect(),
            owners: (0..n).map(|n| (format!("{text}{n}"), [text.to_owned()].into())).collect(),
            fail_on: Severity::Warning,
            texts: BTreeMap::new(),
        };
        let end = || End { name: text.to_owned(), commit: None };
        let ends = Ends { old: end(), new: end() };
        let check = CheckOutput { report: &report, ends: &ends, detail: Detail::Folded, folder: String::new() };
        let mut out = Vec::new();
        write(&mut out, &check).expect("a Vec takes any bytes");
        String::from_utf8(out).expect("it is UTF-8")
    }

    /// `comment` without what is code: in it nothing is markup.
    fn without_code(comment: &str) -> String {
        let mut rest = comment.to_owned();
        for (start, end) in [("<pre>", "</pre>"), ("<code>", "</code>"), ("`", "`")] {
            let mut kept = String::new();
            let mut parts = rest.split(start);
            kept.push_str(parts.next().unwrap_or_default());
            if start == end {
                kept.extend(parts.skip(1).step_by(2));
            } else {
                kept.extend(parts.map(|part| part.split_once(end).unwrap_or_else(|| panic!("{part}")).1));
            }
            rest = kept;
        }
        rest
    }

    #[test]
    fn nothing_of_a_users_text_is_markup_a_link_or_a_mention() {
        let comment = comment(2, EVIL);
        assert!(comment.starts_with("<!-- promptyard check -->\n### ❌ This change may not be merged\n"), "{comment}");
        assert_eq!(comment.matches("<!--").count(), 1);
        let folds = comment.matches("<details>").count();
        assert_eq!((folds, comment.matches("</details>").count()), (6, 6), "{comment}");
        // Escaped backticks are none, and the links to rules are ours.
        let own = ["\\`", "(https://promptyard.dev/rules#TPL002)", "(https://promptyard.dev/rules#LNT011)"];
        let outside = without_code(&own.iter().fold(comment.clone(), |text, own| text.replace(own, "")));
        for (at, _) in outside.match_indices('@') {
            assert!(outside[at..].starts_with("@&#8203;"), "{}", &outside[at..]);
        }
        for wrong in ["<img", "://", "www.evil", "#12", "\n# h", "\n~~~"] {
            assert!(!outside.contains(wrong), "{wrong}: {outside}");
        }
        let tags = ["<!-- promptyard check -->", "<details>", "</details>", "<summary>", "</summary>", "<br>"];
        let plain = tags.iter().fold(outside, |text, tag| text.replace(tag, ""));
        assert!(!plain.contains('<'), "{plain}");
        let columns = |line: &&str| line.starts_with('|');
        for row in comment.lines().filter(columns) {
            let cells = row.replace("\\|", "").matches('|').count();
            assert!(cells == 5 || cells == 4, "{cells}: {row}");
        }
    }

    #[test]
    fn a_comment_is_never_too_long_and_says_what_is_missing() {
        for (n, text) in
            [(300, "short"), (300, EVIL), (3, EVIL.repeat(200).as_str()), (50, "word ".repeat(500).as_str())]
        {
            let comment = comment(n, text);
            assert!(comment.len() < 60_000, "{}", comment.len());
            assert!(
                comment.contains("more: `promptyard check --base") || comment.contains("more: <code>"),
                "{comment}"
            );
            assert_eq!(comment.matches("<details>").count(), comment.matches("</details>").count());
            assert_eq!(comment.matches("<pre>").count(), comment.matches("</pre>").count());
        }
    }

    #[test]
    fn releases_in_words_are_code() {
        let words = "canary prompt prompts/a@1.0.0 → 1.1.0";
        assert_eq!(with_releases(words), "canary prompt `prompts/a@1.0.0` → 1.1.0");
        assert_eq!(with_releases("5 % on a@1.0.0, b@2.0.0"), "5 % on `a@1.0.0`, `b@2.0.0`");
    }
}
