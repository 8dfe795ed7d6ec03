//! What fixes would do, as a patch that `git apply` and `patch -p1` take. Before each file stand the reasons, in lines that
//! both of them skip.

use std::collections::BTreeMap;
use std::io::{self, Write};

use similar::TextDiff;

use super::printable::clean;
use super::style::{self, Colour};
use crate::lint::mend::MendedFile;
use crate::path::StorePath;

/// Writes a unified diff with three lines of context for each of `files`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, files: &BTreeMap<StorePath, MendedFile>, colour: Colour) -> io::Result<()> {
    for (path, file) in files {
        for (rule, title) in &file.fixes {
            writeln!(
                out,
                "{}",
                colour.paint(style::FAINT, format!("# {} {}: {}", rule.code, rule.name, clean(title)))
            )?;
        }
        let patch = unified(path.as_str(), &file.before, &file.after);
        if colour == Colour::Plain {
            out.write_all(patch.as_bytes())?;
            continue;
        }
        for line in patch.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            let style = match line.as_bytes().first() {
                Some(b'+') => style::ADDED,
                Some(b'-') => style::REMOVED,
                Some(b'@') => style::FRAME,
                _ => anstyle::Style::new(),
            };
            write!(out, "{}{end}", colour.paint(style, line))?;
        }
    }
    Ok(())
}

/// In what `after` differs from `before` at `path`: a unified diff with three lines of context.
pub(super) fn unified(path: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::RuleId;

    #[test]
    fn a_patch_says_why_and_keeps_line_endings() {
        let rule = RuleId { code: "STY001", name: "trailing-whitespace" };
        let file = MendedFile {
            before: "a\r\nb  \r\nc".to_owned(),
            after: "a\r\nb\r\nc".to_owned(),
            fixes: vec![(rule, "Cut it off".to_owned())],
        };
        let files = [("prompts/a.md".parse().expect("a path"), file)].into();
        let mut out = Vec::new();
        write(&mut out, &files, Colour::Plain).expect("a Vec takes any bytes");
        let wanted = "# STY001 trailing-whitespace: Cut it off\n--- a/prompts/a.md\n+++ b/prompts/a.md\n\
                      @@ -1,3 +1,3 @@\n a\r\n-b  \r\n+b\r\n c\n\\ No newline at end of file\n";
        assert_eq!(String::from_utf8(out).expect("a patch of text is text"), wanted);
    }
}
