//! A run in numbers, and the one line that says them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::diagnostic::{Applicability, Diagnostic, RuleId, Severity};
use crate::path::StorePath;

/// A run of the lint in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity info.
    pub infos: usize,
    /// Prompts that have a finding.
    pub prompts_with_findings: usize,
    /// Files that have a finding and are not prompts.
    pub other_files_with_findings: usize,
    /// Prompts that were looked at.
    pub prompts: usize,
    /// Files that were looked at.
    pub files: usize,
    /// Findings with a safe fix.
    pub fixable: usize,
    /// Findings with a fix that may change the meaning.
    pub unsafely_fixable: usize,
    /// Findings that this run has mended.
    pub fixed: usize,
    /// Findings that are not reported because the baseline has them.
    pub in_baseline: usize,
    /// Findings of the baseline that no longer occur.
    pub gone_from_baseline: usize,
    /// Findings of each rule, in the order of their codes.
    pub by_rule: BTreeMap<RuleId, usize>,
}

impl Summary {
    /// Counts `findings`. `is_prompt` says whether the file at a path is a prompt.
    pub fn new(findings: &[Diagnostic], is_prompt: impl Fn(&StorePath) -> bool) -> Self {
        let mut summary = Self::default();
        let mut files = BTreeSet::new();
        for finding in findings {
            match finding.severity {
                Severity::Error => summary.errors += 1,
                Severity::Warning => summary.warnings += 1,
                Severity::Info => summary.infos += 1,
            }
            match finding.fix.as_ref().map(|fix| fix.applicability) {
                Some(Applicability::Safe) => summary.fixable += 1,
                Some(Applicability::Unsafe) => summary.unsafely_fixable += 1,
                None => {}
            }
            files.insert(&finding.file);
            *summary.by_rule.entry(finding.rule).or_default() += 1;
        }
        summary.prompts_with_findings = files.iter().filter(|path| is_prompt(path)).count();
        summary.other_files_with_findings = files.len() - summary.prompts_with_findings;
        summary
    }

    /// How many findings there are.
    pub fn findings(&self) -> usize {
        self.errors + self.warnings + self.infos
    }

    /// The line under a run: `2 errors, 5 warnings in 3 of 148 prompts · 4 fixable with --fix · 148 files in 31 ms`.
    pub fn sentence(&self, elapsed: Option<Duration>) -> String {
        let mut parts = Vec::new();
        if self.findings() == 0 {
            parts.push(format!("No findings in {}", plural(self.prompts, "prompt")));
        } else {
            parts.push(format!("{} in {}", self.severities(), self.places()));
        }
        if self.fixed > 0 {
            parts.push(format!("{} fixed", count(self.fixed)));
        }
        match (self.fixable, self.unsafely_fixable) {
            (0, 0) => {}
            (safe, 0) => parts.push(format!("{} fixable with --fix", count(safe))),
            (0, more) => parts.push(format!("{} fixable with --unsafe-fixes", count(more))),
            (safe, more) => {
                parts.push(format!("{} fixable with --fix, {} more with --unsafe-fixes", count(safe), count(more)));
            }
        }
        if self.in_baseline > 0 {
            parts.push(format!("{} in the baseline", count(self.in_baseline)));
        }
        let files = plural(self.files, "file");
        parts.push(elapsed.map_or_else(|| files.clone(), |elapsed| format!("{files} in {}", duration(elapsed))));
        parts.join(" · ")
    }

    fn severities(&self) -> String {
        let counted = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")];
        let said: Vec<_> = counted.iter().filter(|(n, _)| *n > 0).map(|(n, word)| plural(*n, word)).collect();
        said.join(", ")
    }

    fn places(&self) -> String {
        let others = self.other_files_with_findings;
        let prompts = format!("{} of {}", count(self.prompts_with_findings), plural(self.prompts, "prompt"));
        match (self.prompts_with_findings, others) {
            (_, 0) => prompts,
            (0, others) => plural(others, "file"),
            (_, others) => format!("{prompts} and {} other {}", count(others), noun(others, "file")),
        }
    }
}

/// `1,012`
pub(super) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 error`, `2 errors`
pub fn plural(n: usize, word: &str) -> String {
    format!("{} {}", count(n), noun(n, word))
}

fn noun(n: usize, word: &str) -> String {
    let ending = match n {
        1 => "",
        _ if word.ends_with('x') => "es",
        _ => "s",
    };
    format!("{word}{ending}")
}

fn duration(elapsed: Duration) -> String {
    if elapsed < Duration::from_secs(1) {
        format!("{} ms", elapsed.as_millis())
    } else {
        format!("{:.2} s", elapsed.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(change: impl FnOnce(&mut Summary)) -> String {
        let mut summary = Summary { prompts: 148, files: 148, ..Summary::default() };
        change(&mut summary);
        summary.sentence(Some(Duration::from_millis(31)))
    }

    #[test]
    fn the_line_says_what_there_is_and_nothing_more() {
        let clean = sentence(|_| {});
        assert_eq!(clean, "No findings in 148 prompts · 148 files in 31 ms");
        let usual = sentence(|run| {
            (run.errors, run.warnings, run.prompts_with_findings, run.fixable) = (2, 5, 3, 4);
        });
        assert_eq!(usual, "2 errors, 5 warnings in 3 of 148 prompts · 4 fixable with --fix · 148 files in 31 ms");
        let elsewhere = sentence(|run| (run.errors, run.other_files_with_findings) = (1, 1));
        assert_eq!(elsewhere, "1 error in 1 file · 148 files in 31 ms");
        let adopted = sentence(|run| run.in_baseline = 12);
        assert_eq!(adopted, "No findings in 148 prompts · 12 in the baseline · 148 files in 31 ms");
        let fixed = sentence(|run| (run.fixed, run.prompts, run.files) = (3, 1, 1234));
        assert_eq!(fixed, "No findings in 1 prompt · 3 fixed · 1,234 files in 31 ms");
    }

    #[test]
    fn long_runs_are_told_in_seconds() {
        assert_eq!(duration(Duration::from_millis(1_234)), "1.23 s");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!([plural(1, "fix"), plural(2, "fix"), plural(0, "file")], ["1 fix", "2 fixes", "0 files"]);
    }
}
