//! Waivers: the exceptions that policies grant, which hold for locked rules too.

use jiff::civil::Date;

use super::select;
use super::suppress::{Standing, standing};
use crate::diagnostic::Diagnostic;
use crate::store::Store;
use crate::store::policy::Policy;

/// Drops the findings that a waiver of `policies` covers today, and counts them.
pub(super) fn apply(policies: &[Policy], store: &Store, today: Option<Date>, findings: &mut Vec<Diagnostic>) -> usize {
    let waivers = policies.iter().flat_map(|policy| &policy.waivers);
    let holding: Vec<_> = waivers.filter(|waiver| standing(waiver.until.as_ref(), today) == Standing::Holds).collect();
    if holding.is_empty() {
        return 0;
    }
    let before = findings.len();
    findings.retain(|finding| {
        // The lint's own rules are ignored by the configuration alone.
        finding.rule.code.starts_with("LNT")
            || !holding.iter().any(|waiver| {
                select::names(&waiver.rule.value, finding.rule)
                    && waiver.files.has(&finding.file, store.prompt_at(&finding.file))
            })
    });
    before - findings.len()
}

#[cfg(test)]
mod tests {
    use crate::lint::{self, Request, example};
    use crate::store::Store;

    fn lint(waiver: &str) -> (Vec<&'static str>, usize) {
        let text = format!(
            "//- promptyard.yaml\nversion: 1\n//- policies/p.yaml\ndescription: d\nlocked: [PII001]\nwaivers:\n  - {waiver}\n\
             //- prompts/a.prompt.yaml\ndescription: d\nmessages:\n  - {{role: user, content: ask anna.berg@web.de}}\n"
        );
        let store = Store::load(example::snapshot(&text).expect("paths inside the store"));
        let request = Request { today: "2026-11-21".to_owned(), ..Request::default() };
        let report = lint::run(&store, &request).expect("known rules");
        (report.findings.iter().map(|finding| finding.rule.code).collect(), report.suppressed)
    }

    #[test]
    fn a_waiver_holds_where_and_as_long_as_it_says() {
        assert_eq!(lint("{rule: PII001, files: 'prompts/**', reason: r, until: 2026-11-21}"), (vec![], 1));
        assert_eq!(lint("{rule: email-address, reason: r}"), (vec![], 1));
        assert_eq!(lint("{rule: PII001, files: 'prompts/b*', reason: r}"), (vec!["PII001"], 0));
        assert_eq!(lint("{rule: PII001, reason: r, until: 2026-11-20}"), (vec!["LNT002", "PII001"], 0));
    }
}
