//! `*.md`, `*.txt`, `*.j2`: a prompt that is a text, with front matter or without.
//!
//! Front matter of Markdown belongs to whoever reads the file (agents, skills, instructions): only the keys that mean
//! the same everywhere are read, and no value is wrong. Jinja texts may have role lines.

use super::fields::{Reader, Shapes};
use super::front_matter::{self, Before};
use super::{Dialect, Parsed, Prompt, PromptSource, Role, body, metadata, roles};
use crate::store::template::{Syntax, Template};
use crate::store::yaml::{Kind, Yaml};
use crate::text::Span;

pub(super) fn parse(source: &PromptSource<'_>, text: &str) -> Parsed {
    let document = front_matter::open(text, Before::Nothing);
    let legible = document.is_legible();
    let mut problems = document.problems;
    let mut prompt = Prompt::bare(source, Dialect::Text, document.head);
    let root = document.yaml.as_ref().and_then(Yaml::root);
    if let Some(root) = root.filter(|root| root.kind() == Kind::Mapping) {
        let mut reader = Reader::new(Shapes::Accepted);
        metadata::read(&mut prompt, root, &mut reader);
        prompt.model = reader.text(root, "model");
        problems.extend(reader.into_problems());
    }
    let syntax = source.syntax.unwrap_or_else(|| syntax_of(&source.path.extension()));
    let template = body::template(text, document.body_start, syntax);
    let role = source.role.clone().unwrap_or(Role::System);
    let markers = if syntax == Syntax::Jinja { leading_role_lines(&template) } else { Vec::new() };
    prompt.messages = body::messages(&template, 0, document.body_start, markers, role);
    prompt.templates.push(template);
    if legible {
        problems.extend(prompt.empty_problem());
    }
    Parsed { prompt, yaml: document.yaml, problems }
}

fn syntax_of(extension: &str) -> Syntax {
    match extension {
        "j2" | "jinja" | "jinja2" => Syntax::Jinja,
        _ => Syntax::Plain,
    }
}

/// The role lines of a text that begins with one. Elsewhere `User:` is part of a dialogue that the text shows.
fn leading_role_lines(template: &Template) -> Vec<roles::Marker> {
    let markers = roles::role_lines(&template.text.text, &template.analysis.tags);
    let leads = markers.first().is_some_and(|first| !body::prints(template, Span { start: 0, end: first.span.start }));
    if leads { markers } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::problem::ProblemKind;
    use crate::store::prompt::fixture::{assert_outline, parse};

    #[test]
    fn markdown_is_one_message_and_its_braces_are_braces() {
        assert_outline(
            Dialect::Text,
            "patterns/a/system.md",
            "---\nname: reviewer\nmodel: [a, b]\ntools: x\n---\n\n# Role\nuser:\nReview {{this}}.\n",
            r##"
            head "name"
            name reviewer at "reviewer"
            open
            system at "": "# Role\nuser:\nReview {{this}}."
            "##,
        );
    }

    #[test]
    fn role_lines_count_where_a_jinja_text_begins_with_one() {
        for (path, text, roles) in [
            ("a.jinja2", "{# note #}\n# system:\nBe brief.\n# user:\n{{ q }}\n", &["system", "user"][..]),
            ("a.md.j2", "Complete this.\nUser:\n{{ q }}\nAssistant:\n", &["system"]),
            ("a.txt", "system:\nBe brief.\nuser:\nHi\n", &["system"]),
        ] {
            let parsed = parse(Dialect::Text, path, text);
            let found: Vec<_> = parsed.prompt.messages.iter().map(|message| message.role.value.as_str()).collect();
            assert_eq!(found, roles, "{path}");
        }
    }

    #[test]
    fn configuration_decides_role_and_language() {
        let path = "a.md".parse().expect("a store path");
        let mut source = crate::store::prompt::fixture::source(&path);
        source.role = Some(Role::User);
        source.syntax = Some(Syntax::Jinja);
        let parsed = super::parse(&source, "Hi {{ name }}\n");
        assert_eq!(parsed.prompt.messages[0].role.value, Role::User);
        assert_eq!(parsed.prompt.templates[0].syntax, Syntax::Jinja);
    }

    #[test]
    fn only_front_matter_can_be_broken() {
        for (text, problems) in [
            ("---\ndescription: 'a: b'\n---\nhi\n", &[][..]),
            ("---\n\nA rule above: and text.\n\n---\nhi\n", &[]),
            ("---\ntitle: not closed\n", &[]),
            ("---\ndescription: a: b\n---\nhi\n", &[ProblemKind::InvalidYaml]),
            ("---\ntitle: x\n---\n\n", &[ProblemKind::EmptyPrompt]),
        ] {
            let found: Vec<_> =
                parse(Dialect::Text, "a.md", text).problems.iter().map(|problem| problem.kind).collect();
            assert_eq!(found, problems, "{text:?}");
        }
    }
}
