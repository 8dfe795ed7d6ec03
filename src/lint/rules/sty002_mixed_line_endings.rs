//! STY002: some lines of a file end like Windows', some like everybody else's.

use memchr::memchr_iter;

use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;
use crate::text::Span;

pub(super) struct MixedLineEndings;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STY002", name: "mixed-line-endings" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Safe),
    summary: "A file has both kinds of line endings",
    what: "\
Looks for files in which some lines end with a line feed and others with a carriage return before it. The fix gives all \
lines the ending that most of them have. In a text dialect that changes what the model reads by those characters, \
which is the point of it; YAML reads both alike.",
    why: "\
Editors show both alike, but every diff of such a file shows lines that nobody changed, and a carriage return in a \
prompt is a token of its own.",
    how: "Apply the fix, and set `* text=auto` in `.gitattributes`.",
    bad: "\
//- notes.prompty
---\\x0D
name: greet\\x0D
description: Greets.\\x0D
---\\x0D
system:
Say hello.
",
    good: "\
//- notes.prompty
---
name: greet
description: Greets.
---
system:
Say hello.
",
};

/// Lines that one fix mends; whoever has more runs it again.
const MOST: usize = 10_000;

impl Rule for MixedLineEndings {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, _cx: &Context<'_>, out: &Sink<'_>) {
        if !file.kind.is_written_by_hand() {
            return;
        }
        let bytes = file.text.as_bytes();
        // Most files have no carriage return, and searching for one is all that they cost.
        if memchr::memchr(b'\r', bytes).is_none() {
            return;
        }
        let is_long = |at: &usize| *at > 0 && bytes[at - 1] == b'\r';
        let (mut long, mut short) = (0, 0);
        for at in memchr_iter(b'\n', bytes) {
            if is_long(&at) { long += 1 } else { short += 1 }
        }
        if long == 0 || short == 0 {
            return;
        }
        let long_wins = long > short;
        let odd = || memchr_iter(b'\n', bytes).filter(|at| is_long(at) != long_wins);
        let edit = |at: usize| match long_wins {
            true => Edit { span: Span::at(at), replacement: "\r".to_owned() },
            false => Edit { span: Span::new(at - 1, at), replacement: String::new() },
        };
        let Some(first) = odd().next() else { return };
        let (few, many) = if long_wins { (short, long) } else { (long, short) };
        let names = ["LF", "CRLF"];
        let (odd_name, usual) = if long_wins { (names[0], names[1]) } else { (names[1], names[0]) };
        let start = memchr::memrchr(b'\n', &bytes[..first]).map_or(0, |at| at + 1);
        let line = Span::new(start, if is_long(&first) { first - 1 } else { first });
        let lines = |count: usize| if count == 1 { "1 line".to_owned() } else { format!("{count} lines") };
        out.at(line, format!("{} of this file end with {odd_name}, and {many} with {usual}", lines(few)))
            .help(format!("let all lines end with {usual}"))
            .fix(Applicability::Safe, format!("End all lines with {usual}"), odd().take(MOST).map(edit).collect());
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{fixed, found};

    #[test]
    fn the_majority_decides() {
        let yaml =
            |one: &str, two: &str| format!("description: d{one}messages:{two}  - role: user{two}    content: Hi{two}");
        assert_eq!(fixed("STY002", &yaml("\n", "\r\n")), yaml("\r\n", "\r\n"));
        assert_eq!(fixed("STY002", &yaml("\r\n", "\n")), yaml("\n", "\n"));
        assert_eq!(
            found("STY002", &yaml("\r\n", "\n")),
            ["warning prompts/example.prompt.yaml:1 1 line of this file end with CRLF, and 3 with LF"]
        );
        for ending in ["\n", "\r\n"] {
            assert_eq!(found("STY002", &yaml(ending, ending)), Vec::<String>::new());
        }
    }
}
