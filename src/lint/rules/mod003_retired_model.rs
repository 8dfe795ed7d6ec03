//! MOD003: a model that its provider no longer serves, or soon won't.

use jiff::civil::Date;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::model::Model;

pub(super) struct RetiredModel;

/// Days before the end from which it is a warning: time to measure another model and to release it.
const NOTICE_DAYS: i32 = 90;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "MOD003", name: "retired-model" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A registered model is retired, or will be within 90 days",
    what: "\
Compares `retires_on` of each entry of the model registry with today: an error from that day on, a warning in the 90 \
days before it.",
    why: "After that day every call fails, and a measured replacement takes weeks.",
    how: "Register the successor, measure the prompts that use the entry with it, and promote it before the day.",
    bad: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-4-32k-0613
retires_on: 2025-06-06
",
    good: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-4.1-2025-04-14
retires_on: 2035-01-01
",
};

impl Rule for RetiredModel {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(today) = cx.today else { return };
        for entry in cx.store.models() {
            let Some(written) = &entry.retires_on else { continue };
            let Ok(end) = written.value.parse::<Date>() else { continue };
            let days = end.duration_since(today).as_hours() / 24;
            if days > i64::from(NOTICE_DAYS) {
                continue;
            }
            let name = entry.model.as_ref().map_or(entry.id.as_str(), |model| model.value.as_str());
            let finding = if days <= 0 {
                out.in_file(&entry.path, written.span, format!("`{name}` was retired on {end}"))
            } else {
                let s = if days == 1 { "" } else { "s" };
                let message = format!("`{name}` retires on {end}, in {days} day{s}");
                out.in_file(&entry.path, written.span, message).severity(Severity::Warning)
            };
            let users = users(entry, cx);
            let finding = match users {
                0 => finding,
                1 => finding.note("1 prompt uses it"),
                more => finding.note(format!("{more} prompts use it")),
            };
            drop(finding.help("register its successor, measure the prompts with it, and promote it before that day"));
        }
    }
}

fn users(entry: &Model, cx: &Context<'_>) -> usize {
    let uses = |model: Option<&Model>| model.is_some_and(|model| model.id == entry.id);
    cx.store.prompts().iter().filter(|prompt| uses(cx.store.model_of(prompt))).count()
}

#[cfg(test)]
mod tests {
    use crate::lint::{self, Request, example};
    use crate::store::Store;

    #[test]
    fn the_day_itself_is_too_late() {
        let text =
            "//- models/a.yaml\nprovider: x\nmodel: y-1\nretires_on: 2027-03-01\n//- promptyard.yaml\nversion: 1\n";
        for (today, expected) in [
            ("2026-11-30", &[][..]),
            ("2026-12-01", &["warning `y-1` retires on 2027-03-01, in 90 days"]),
            ("2027-02-28", &["warning `y-1` retires on 2027-03-01, in 1 day"]),
            ("2027-03-01", &["error `y-1` was retired on 2027-03-01"]),
            ("", &[]),
        ] {
            let store = Store::load(example::snapshot(text).expect("paths of the test"));
            let request = Request { today: today.to_owned(), select: vec!["MOD003".to_owned()], ..Request::default() };
            let findings = lint::run(&store, &request).expect("a known rule").findings;
            let said: Vec<String> =
                findings.iter().map(|finding| format!("{} {}", finding.severity, finding.message)).collect();
            assert_eq!(said, expected, "{today}");
        }
    }
}
