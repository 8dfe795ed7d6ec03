//! How a folder becomes a store: an empty one gets a small example, one with prompts a configuration that finds them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::path::StorePath;
use crate::store::config::CONFIG_NAMES;
use crate::store::prompt::{Dialect, Prompt};

/// What `init` would write, and what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The files to write.
    pub change: ChangeSet,
    /// How many prompts were found; with none, the change is the example.
    pub prompts: usize,
}

/// Plans the store of a folder with the files `all`, of which `prompts` are prompts when it is read without a
/// configuration.
pub fn plan(prompts: &[Prompt], all: &BTreeSet<StorePath>) -> Plan {
    let found: Vec<Found<'_>> = prompts.iter().filter_map(|prompt| Found::new(&prompt.path, prompt.dialect)).collect();
    let change = if found.is_empty() { example() } else { ChangeSet { files: vec![configuration(&found, all)] } };
    Plan { change, prompts: found.len() }
}

fn example() -> ChangeSet {
    let files = [
        ("models/chat.yaml", include_str!("../templates/init/chat.yaml")),
        ("partials/house-style.md", include_str!("../templates/init/house-style.md")),
        ("prompts/summarize.prompt.yaml", include_str!("../templates/init/summarize.prompt.yaml")),
        (CONFIG_NAMES[0], include_str!("../templates/init/promptyard.yaml")),
    ];
    ChangeSet { files: files.map(|(path, content)| create(path, content.to_owned())).to_vec() }
}

fn configuration(found: &[Found<'_>], all: &BTreeSet<StorePath>) -> FileWrite {
    let mut text = String::from(include_str!("../templates/init/adopted.yaml"));
    // The default places need no entry, and go on to find every dialect.
    if !found.iter().all(Found::is_in_default_place) {
        text.push_str("# Where prompts are. The first entry that matches a file wins.\nsources:\n");
        for source in sources(found, all) {
            source.write(&mut text);
        }
    }
    create(CONFIG_NAMES[0], text)
}

fn create(path: &str, content: String) -> FileWrite {
    let path = path.parse().expect("because it is a constant, and tested");
    FileWrite { path, content, mode: WriteMode::Create }
}

/// A prompt that was found.
struct Found<'a> {
    path: &'a StorePath,
    dialect: Dialect,
    name: NamePattern<'a>,
}

/// What its file's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum NamePattern<'a> {
    /// Any name with this ending is a prompt: `.prompty`.
    Suffix(&'a str),
    /// This very name is a prompt wherever it stands: `system.md`.
    Name(&'a str),
    /// A template: a prompt only in a folder that is called so, which is this one.
    Template { suffix: &'a str, folder: &'a str },
    /// The content says that it is a prompt; its name says nothing about others with its extension.
    Content { folder: &'a str, suffix: &'static str },
}

const SUFFIXES: [&str; 10] = [
    ".prompt.yaml",
    ".prompt.yml",
    ".prompty",
    ".prompt",
    ".prompt.md",
    ".agent.md",
    ".instructions.md",
    ".chatmode.md",
    ".prompt.txt",
    "skprompt.txt",
];

const YAML_SUFFIXES: [&str; 2] = [".yaml", ".yml"];

const TEMPLATE_SUFFIXES: [&str; 3] = [".j2", ".jinja", ".jinja2"];

impl<'a> Found<'a> {
    /// `None` for a template in a folder that does not say that it holds prompts: it may make anything.
    fn new(path: &'a StorePath, dialect: Dialect) -> Option<Self> {
        let name = path.file_name();
        let suffix = SUFFIXES.into_iter().find(|suffix| name.ends_with(suffix) && name != *suffix);
        let name = if let Some(suffix) = suffix {
            NamePattern::Suffix(suffix)
        } else if let Some(suffix) = TEMPLATE_SUFFIXES.into_iter().find(|suffix| name.ends_with(suffix)) {
            NamePattern::Template { suffix, folder: prompt_folder(path.folder())? }
        } else if let Some(suffix) = YAML_SUFFIXES.into_iter().find(|suffix| name.ends_with(suffix)) {
            NamePattern::Content { folder: path.folder(), suffix }
        } else {
            NamePattern::Name(name)
        };
        Some(Self { path, dialect, name })
    }

    fn is_in_default_place(&self) -> bool {
        let known = match self.name {
            NamePattern::Suffix(suffix) => !self.is_text() && suffix != "skprompt.txt",
            NamePattern::Name(name) => name == "skprompt.txt",
            NamePattern::Template { .. } | NamePattern::Content { .. } => false,
        };
        known && self.path.as_str().starts_with("prompts/")
    }

    fn is_text(&self) -> bool {
        self.dialect == Dialect::Text
    }

    /// Prompts that one entry may describe together: of one kind, under one top folder.
    fn group(&self) -> (&'a str, NamePattern<'a>) {
        let top = self.path.folder().split('/').next().unwrap_or_default();
        (top, self.name)
    }
}

/// The outermost part of `folder` whose last segment is called after prompts: `src/prompts` of `src/prompts/de`.
fn prompt_folder(folder: &str) -> Option<&str> {
    let mut end = 0;
    for segment in folder.split('/') {
        end += segment.len();
        if is_called_after_prompts(segment) {
            return Some(&folder[..end]);
        }
        end += 1;
    }
    None
}

/// `prompts`, `system_prompts`, `prompt-templates`; not `promptflow`.
fn is_called_after_prompts(segment: &str) -> bool {
    let is_it = |word: &str| word.eq_ignore_ascii_case("prompt") || word.eq_ignore_ascii_case("prompts");
    let mut words = segment.split(['-', '_', '.', ' ']);
    words.next().is_some_and(is_it) || words.next_back().is_some_and(is_it)
}

/// An entry of `sources` in the making.
#[derive(Debug)]
struct Source {
    files: String,
    dialect: Option<Dialect>,
    role: Option<&'static str>,
    id: Option<String>,
    matches: usize,
}

fn sources(found: &[Found<'_>], all: &BTreeSet<StorePath>) -> Vec<Source> {
    let mut groups: BTreeMap<_, Vec<&Found<'_>>> = BTreeMap::new();
    for prompt in found {
        groups.entry(prompt.group()).or_default().push(prompt);
    }
    let mut sources = Vec::new();
    for ((_, name), group) in groups {
        match name {
            NamePattern::Content { folder, suffix } if !are_all_with(suffix, folder, &group, all) => {
                sources.extend(group.iter().map(|prompt| exact(prompt)));
            }
            _ => sources.push(source(name, &group)),
        }
    }
    // The first entry that matches wins, so the exact ones come before the wide ones.
    sources.sort_by_key(|source| source.files.contains("**"));
    if sources.iter().all(|source| source.files != NEW_PROMPTS) {
        sources.push(Source { files: NEW_PROMPTS.to_owned(), dialect: None, role: None, id: None, matches: 0 });
    }
    sources
}

/// Where `new prompt` puts prompts.
pub const NEW_PROMPTS: &str = "prompts/**/*.prompt.yaml";

/// Whether every file with this suffix in `folder` itself is one of `group`, so that a pattern finds no other.
fn are_all_with(suffix: &str, folder: &str, group: &[&Found<'_>], all: &BTreeSet<StorePath>) -> bool {
    let with = all.iter().filter(|path| path.folder() == folder && path.file_name().ends_with(suffix)).count();
    with == group.len() && with > 1
}

fn exact(prompt: &Found<'_>) -> Source {
    let files = globset::escape(prompt.path.as_str());
    Source { files, dialect: Some(prompt.dialect), role: None, id: None, matches: 1 }
}

fn source(name: NamePattern<'_>, group: &[&Found<'_>]) -> Source {
    let folders: BTreeSet<&str> = group.iter().map(|prompt| prompt.path.folder()).collect();
    let shared = shared_folder(&folders);
    let mut id = None;
    let files = match name {
        // Dotprompt's partials start with `_`.
        NamePattern::Suffix(".prompt") => within(shared, "**/[!_]*.prompt"),
        NamePattern::Suffix(suffix) => within(shared, &format!("**/*{suffix}")),
        NamePattern::Template { suffix, folder } => within(folder, &format!("**/*{suffix}")),
        NamePattern::Content { folder, suffix } => within(folder, &format!("*{suffix}")),
        NamePattern::Name(name) if folders.len() == 1 => within(shared, &globset::escape(name)),
        NamePattern::Name(name) if are_children(shared, &folders) => {
            id = (!shared.is_empty() && !has_pattern_signs(shared)).then(|| format!("{shared}/{{1}}"));
            within(shared, &format!("*/{}", globset::escape(name)))
        }
        NamePattern::Name(name) => within(shared, &format!("**/{}", globset::escape(name))),
    };
    // Two fixed names in the same folders would share the folders' names.
    let id = id.filter(|_| matches!(name, NamePattern::Name(name) if name == "system.md" || name == "SKILL.md"));
    let dialect = group[0].dialect;
    let by_extension = matches!(name, NamePattern::Suffix(_)) || dialect == Dialect::SemanticKernel;
    Source {
        files,
        dialect: (!by_extension || dialect == Dialect::Text).then_some(dialect),
        role: role(name),
        id,
        matches: group.len(),
    }
}

fn role(name: NamePattern<'_>) -> Option<&'static str> {
    match name {
        NamePattern::Name("user.md") | NamePattern::Suffix(".prompt.md") => Some("user"),
        NamePattern::Name("assistant.md") => Some("assistant"),
        NamePattern::Name(name) if name != "skprompt.txt" => Some("system"),
        NamePattern::Suffix(".agent.md" | ".instructions.md" | ".chatmode.md") => Some("system"),
        _ => None,
    }
}

/// The longest folder that holds all of `folders`.
fn shared_folder<'a>(folders: &BTreeSet<&'a str>) -> &'a str {
    // In order, the first and the last differ most.
    let (Some(first), Some(last)) = (folders.first(), folders.last()) else { return "" };
    if first == last {
        return first;
    }
    let mut end = 0;
    for (at, segment) in first.split('/').zip(last.split('/')).take_while(|(a, b)| a == b).map(|(a, _)| a).enumerate() {
        end += segment.len() + usize::from(at > 0);
    }
    &first[..end]
}

fn are_children(parent: &str, folders: &BTreeSet<&str>) -> bool {
    folders.iter().all(|folder| {
        let rest = if parent.is_empty() {
            Some(*folder)
        } else {
            folder.strip_prefix(parent).and_then(|rest| rest.strip_prefix('/'))
        };
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
    })
}

fn within(folder: &str, pattern: &str) -> String {
    if folder.is_empty() { pattern.to_owned() } else { format!("{}/{pattern}", globset::escape(folder)) }
}

fn has_pattern_signs(text: &str) -> bool {
    text.contains(['{', '}', '*', '?', '[', ']'])
}

impl Source {
    fn write(&self, out: &mut String) {
        let mut fields = vec![format!("files: {}", quoted(&self.files))];
        fields.extend(self.dialect.map(|dialect| format!("dialect: {}", dialect.as_str())));
        fields.extend(self.role.map(|role| format!("role: {role}")));
        fields.extend(self.id.as_ref().map(|id| format!("id: {}", quoted(id))));
        let remark = match self.matches {
            0 => "where `promptyard new prompt` puts them".to_owned(),
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        writeln!(out, "  - {{{}}} # {remark}", fields.join(", ")).expect("because a String takes any text");
    }
}

/// A JSON string is a double-quoted YAML scalar.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(paths: &[(&str, Dialect)]) -> String {
        let parsed: Vec<(StorePath, Dialect)> =
            paths.iter().map(|(path, dialect)| (path.parse().expect("a path"), *dialect)).collect();
        let found: Vec<_> = parsed.iter().filter_map(|(path, dialect)| Found::new(path, *dialect)).collect();
        let all = parsed.iter().map(|(path, _)| path.clone()).collect();
        let text = configuration(&found, &all).content;
        text.split_once("sources:\n").map_or(String::new(), |(_, sources)| sources.to_owned())
    }

    #[test]
    fn prompts_are_grouped_by_the_shape_of_their_folders() {
        let text = Dialect::Text;
        insta::assert_snapshot!(proposed(&[
            ("patterns/summarize/system.md", text),
            ("patterns/translate/system.md", text),
            ("patterns/translate/user.md", text),
            ("apps/shop/a.prompty", Dialect::Prompty),
            ("apps/help/b.prompty", Dialect::Prompty),
            ("flows/_shared.prompt", Dialect::Dotprompt),
            ("src/prompts/de/hello.j2", text),
            ("src/emails/hello.j2", text),
            ("skills/mail/skprompt.txt", Dialect::SemanticKernel),
            ("skills/chat/deep/skprompt.txt", Dialect::SemanticKernel),
            ("config/agent.yaml", Dialect::Native),
            ("samples/a.yml", Dialect::Native),
            ("samples/b.yml", Dialect::Native),
            ("promptflow/hello.j2", text),
            ("app/[id]/x.prompt.yml", Dialect::Native),
        ]), @r#"
          - {files: "config/agent.yaml", dialect: native} # 1 file
          - {files: "patterns/*/system.md", dialect: text, role: system, id: "patterns/{1}"} # 2 files
          - {files: "patterns/translate/user.md", dialect: text, role: user} # 1 file
          - {files: "samples/*.yml", dialect: native} # 2 files
          - {files: "app/[[]id[]]/**/*.prompt.yml"} # 1 file
          - {files: "apps/**/*.prompty"} # 2 files
          - {files: "flows/**/[!_]*.prompt"} # 1 file
          - {files: "skills/**/skprompt.txt"} # 2 files
          - {files: "src/prompts/**/*.j2", dialect: text} # 1 file
          - {files: "prompts/**/*.prompt.yaml"} # where `promptyard new prompt` puts them
        "#);
    }

    #[test]
    fn the_default_places_need_no_entry() {
        assert_eq!(
            proposed(&[("prompts/a.prompt.yaml", Dialect::Native), ("prompts/x/b.prompty", Dialect::Prompty)]),
            ""
        );
        assert_ne!(proposed(&[("prompts/a.prompt.md", Dialect::Text)]), "");
    }

    #[test]
    fn an_empty_folder_gets_an_example() {
        let plan = plan(&[], &BTreeSet::new());
        let paths: Vec<_> = plan.change.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            paths,
            ["models/chat.yaml", "partials/house-style.md", "prompts/summarize.prompt.yaml", "promptyard.yaml"]
        );
        assert!(plan.change.files.iter().all(|file| file.mode == WriteMode::Create));
    }
}
