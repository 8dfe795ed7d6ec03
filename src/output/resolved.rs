//! A YAML file as `git diff` shows it: every text by its lines, whatever quotes, folding and brackets it is written in.
//!
//! Nothing is left out. Comments stay, because some of them are directives; a file that is no sound YAML is shown as it is.

use std::io::{self, Write};

use super::printable::clean;
use crate::merge;
use crate::store::yaml::{self, Comment, Kind, Limits, NodeRef};

/// Writes the file `text`: YAML, or front matter with a body.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, text: &str) -> io::Result<()> {
    let (source, body) = merge::front_matter(text).map_or((text, ""), |[front, body]| (front, body));
    let (yaml, problems) = yaml::parse(source, 0, Limits::default());
    let Some(root) = yaml.root().filter(|_| problems.is_empty()) else {
        return out.write_all(text.as_bytes());
    };
    let mut view = View { out, comments: yaml.comments(), source };
    if !body.is_empty() {
        writeln!(view.out, "---")?;
    }
    view.node(root, 0)?;
    view.comments_before(usize::MAX, 0)?;
    body.lines().try_for_each(|line| writeln!(view.out, "{}", clean(line)))
}

struct View<'a> {
    out: &'a mut dyn Write,
    /// Those that are still to come.
    comments: &'a [Comment],
    source: &'a str,
}

impl View<'_> {
    /// Writes a value on lines of its own.
    fn node(&mut self, node: NodeRef<'_>, depth: usize) -> io::Result<()> {
        match node.kind() {
            Kind::Mapping => {
                for entry in node.entries() {
                    self.comments_before(entry.key_span.start as usize, depth)?;
                    write!(self.out, "{}{}:", indent(depth), clean(entry.key))?;
                    self.value(entry.value, depth)?;
                }
                Ok(())
            }
            Kind::Sequence => {
                for item in node.items() {
                    self.comments_before(item.span().start as usize, depth)?;
                    write!(self.out, "{}-", indent(depth))?;
                    self.value(item, depth)?;
                }
                Ok(())
            }
            _ => self.value(node, depth),
        }
    }

    /// Writes what follows a key or a dash: on its line, or below it.
    fn value(&mut self, node: NodeRef<'_>, depth: usize) -> io::Result<()> {
        match (node.kind(), node.scalar()) {
            // What it stands for is shown where it is written: aliases of aliases could be gigabytes.
            _ if node.is_alias() => writeln!(self.out, " {}", clean(node.span().slice(self.source))),
            (Kind::Mapping, _) if node.entries().next().is_none() => writeln!(self.out, " {{}}"),
            (Kind::Sequence, _) if node.items().next().is_none() => writeln!(self.out, " []"),
            (Kind::Mapping | Kind::Sequence, _) => {
                writeln!(self.out)?;
                self.node(node, depth + 1)
            }
            (Kind::String, Some(text)) if text.contains('\n') => self.lines(text, depth + 1),
            // A number and the text of its digits look alike, and are not.
            (Kind::String, Some(text)) if is_taken_for_something_else(text) => {
                writeln!(self.out, " \"{}\"", clean(text))
            }
            (Kind::String, Some("")) => writeln!(self.out, " \"\""),
            (_, None | Some("")) => writeln!(self.out),
            (_, Some(text)) => writeln!(self.out, " {}", clean(text)),
        }
    }

    /// Writes a text of several lines as YAML's block scalars say it: whether it ends with a line break is a part of it.
    fn lines(&mut self, text: &str, depth: usize) -> io::Result<()> {
        let sign = match text.strip_suffix('\n') {
            None => "|-",
            Some(rest) if rest.is_empty() || rest.ends_with('\n') => "|+",
            Some(_) => "|",
        };
        writeln!(self.out, " {sign}")?;
        for line in text.split_terminator('\n') {
            let margin = if line.is_empty() { String::new() } else { indent(depth) };
            writeln!(self.out, "{margin}{}", clean(line))?;
        }
        Ok(())
    }

    fn comments_before(&mut self, offset: usize, depth: usize) -> io::Result<()> {
        while let Some((comment, rest)) = self.comments.split_first()
            && (comment.span.start as usize) < offset
        {
            writeln!(self.out, "{}# {}", indent(depth), clean(&comment.text))?;
            self.comments = rest;
        }
        Ok(())
    }
}

fn is_taken_for_something_else(text: &str) -> bool {
    let (yaml, _) = yaml::parse(text, 0, Limits::default());
    yaml.root().is_none_or(|root| root.as_str() != Some(text))
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, text).expect("a Vec takes any bytes");
        String::from_utf8(out).expect("what is written is UTF-8")
    }

    #[test]
    fn every_text_is_shown_by_its_lines() {
        let source = "# Head\na: {b: 'x', c: [1, \"2\"]} # why\nd: \"one\\ntwo\"\ne: >\n  folded\n  text\nf: {}\ng:\n";
        insta::assert_snapshot!(shown(source), @r#"
        # Head
        a:
          b: x
          c:
            - 1
            - "2"
        # why
        d: |-
          one
          two
        e: |
          folded text
        f: {}
        g:
        "#);
    }

    #[test]
    fn nothing_that_differs_looks_alike() {
        for (one, other) in [
            ("a: 1\n", "a: '1'\n"),
            ("a: |\n  x\n", "a: |-\n  x\n"),
            ("a: x # one\n", "a: x # two\n"),
            ("a:\n", "a: ''\n"),
            ("a: x\n", "a: \"x\\u200b\"\n"),
            ("a: &x [1]\nb: *x\n", "a: &x [1]\nb: [1]\n"),
            ("---\na: 1\n---\nx\n", "---\na: 1\n---\ny\n"),
        ] {
            assert_ne!(shown(one), shown(other), "{one:?} {other:?}");
        }
        assert_eq!(shown("a: [1\n"), "a: [1\n", "what cannot be read is shown as it is");
        assert_eq!(shown("---\na: {b: 1}\n---\nHi\n"), "---\na:\n  b: 1\n---\nHi\n");
    }
}
