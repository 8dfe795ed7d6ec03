//! Reads and parses one file, whatever is wrong with it.

use crate::block;
use crate::path::StorePath;
use crate::store::classify::{self, Classified, PromptFile};
use crate::store::mapped::{MappedText, SharedText};
use crate::store::problem::{Problem, ProblemKind};
use crate::store::prompt::{self, Dialect, Prompt, PromptSource};
use crate::store::snapshot::{EntryKind, Snapshot};
use crate::store::template::{Syntax, Template};
use crate::store::yaml::{self, Limits};
use crate::store::{FileKind, SourceFile};
use crate::text::Span;

/// What one file gave.
pub(super) struct Loaded {
    pub(super) file: SourceFile,
    pub(super) prompt: Option<Prompt>,
}

/// How a file that others name is read.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    Partial(Syntax),
    Data(FileKind),
    /// Golden data, which is read when everything is loaded.
    Lines,
}

/// How a file starts that stands for one that Git LFS stores elsewhere, by the specification of its pointers.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Reads the files of a snapshot one by one. Never fails: what cannot be read or parsed is a problem of its file.
pub(super) struct Reader<'a> {
    pub(super) snapshot: &'a Snapshot,
    /// Files with more bytes are reported, not read.
    pub(super) limit: u64,
}

impl Reader<'_> {
    pub(super) fn load(&self, path: &StorePath, classified: Classified) -> Option<Loaded> {
        match classified {
            Classified::Prompt(prompt) => self.load_prompt(path, &prompt),
            Classified::Other(FileKind::CodeOwners) => self.load_code_owners(path),
            Classified::Other(kind) => {
                let wanted = match kind {
                    FileKind::Partial => Wanted::Partial(partial_syntax(path)),
                    FileKind::Data => Wanted::Lines,
                    kind => Wanted::Data(kind),
                };
                let load = || Loaded { file: self.load_reference(path, wanted), prompt: None };
                (!self.is_link_inside(path)).then(load)
            }
            Classified::Candidate => {
                let entry = self.snapshot.entry(path)?;
                let too_large = self.snapshot.size(path).is_some_and(|size| size > self.limit);
                if entry.kind != EntryKind::File || too_large {
                    return None;
                }
                let content = self.snapshot.read(path).ok()?;
                classify::looks_like_prompt(&content).then_some(())?;
                self.load_prompt(path, &classify::candidate(path))
            }
        }
    }

    /// `None` for a link to a file that the store has under its own name: it is loaded there.
    fn load_prompt(&self, path: &StorePath, source: &PromptFile) -> Option<Loaded> {
        if self.is_link_inside(path) {
            return None;
        }
        let text = match self.read_text(path) {
            Ok(text) => text,
            Err((text, problem)) => {
                return Some(Loaded { file: unparsed(path, FileKind::Prompt, text, problem), prompt: None });
            }
        };
        let sidecar = (source.dialect == Dialect::SemanticKernel).then(|| self.sidecar(path)).flatten();
        let mut parsed = prompt::parse(
            &PromptSource {
                path,
                id: source.id.clone(),
                role: source.role.clone(),
                syntax: source.syntax,
                sidecar: sidecar.as_deref(),
            },
            source.dialect,
            &text,
        );
        let text = SharedText::from(text);
        parsed.prompt.templates.iter_mut().for_each(|template| template.text.share(&text));
        let file = SourceFile {
            path: path.clone(),
            kind: FileKind::Prompt,
            text,
            yaml: parsed.yaml,
            template: None,
            problems: parsed.problems,
        };
        Some(Loaded { file, prompt: Some(parsed.prompt) })
    }

    /// `None` for a file that has no lines of ours, or that cannot be read: it is for others.
    fn load_code_owners(&self, path: &StorePath) -> Option<Loaded> {
        let text = self.read_text(path).ok().filter(|text| block::range(text).is_some())?;
        let kind = FileKind::CodeOwners;
        let file = SourceFile {
            path: path.clone(),
            kind,
            text: text.into(),
            yaml: None,
            template: None,
            problems: Vec::new(),
        };
        Some(Loaded { file, prompt: None })
    }

    pub(super) fn load_reference(&self, path: &StorePath, wanted: Wanted) -> SourceFile {
        let kind = match wanted {
            Wanted::Partial(_) => FileKind::Partial,
            Wanted::Data(kind) => kind,
            Wanted::Lines => FileKind::Data,
        };
        let text = match self.read_text(path) {
            Ok(text) => text,
            Err((text, problem)) => return unparsed(path, kind, text, problem),
        };
        match wanted {
            Wanted::Partial(_) if path.extension() == "prompt" => dotprompt_partial(path, text),
            Wanted::Partial(syntax) => {
                let text = SharedText::from(text);
                let template = Template::new(MappedText::verbatim(text.clone(), 0), syntax);
                SourceFile {
                    path: path.clone(),
                    kind,
                    text,
                    yaml: None,
                    template: Some(Box::new(template)),
                    problems: Vec::new(),
                }
            }
            Wanted::Lines => SourceFile {
                path: path.clone(),
                kind,
                text: text.as_str().into(),
                yaml: None,
                template: None,
                problems: Vec::new(),
            },
            Wanted::Data(kind) => {
                let (yaml, problems) = yaml::parse(&text, 0, Limits::default());
                SourceFile { path: path.clone(), kind, text: text.into(), yaml: Some(yaml), template: None, problems }
            }
        }
    }

    fn is_link_inside(&self, path: &StorePath) -> bool {
        self.snapshot.entry(path).is_some_and(|entry| entry.kind == EntryKind::LinkInside)
    }

    fn sidecar(&self, path: &StorePath) -> Option<String> {
        let config = StorePath::resolve(path.folder(), "config.json").ok()?;
        self.snapshot.entry(&config)?;
        self.read_text(&config).ok()
    }

    /// The text of a file, or as much of it as is text and the problem that ends it.
    fn read_text(&self, path: &StorePath) -> Result<String, (String, Problem)> {
        let refuse = |kind, message: String, help: &str| {
            Err((String::new(), Problem::new(kind, Span::default(), message).help(help)))
        };
        match self.snapshot.entry(path).map(|entry| (entry.kind, self.snapshot.size(path))) {
            Some((EntryKind::LinkInside | EntryKind::LinkOutside, _)) => {
                return refuse(
                    ProblemKind::NotAnalysed,
                    "this is a symbolic link, which is never followed".to_owned(),
                    "put the file itself here",
                );
            }
            Some((EntryKind::File, Some(size))) if size > self.limit => {
                return refuse(
                    ProblemKind::FileTooLarge,
                    format!("the file has {size} bytes, over the limit of {}, and was not read", self.limit),
                    "raise `lint.max_file_bytes` in promptyard.yaml, or leave the file out of `sources`",
                );
            }
            _ => {}
        }
        let content = match self.snapshot.read(path) {
            Ok(content) => content,
            Err(reason) => {
                return refuse(
                    ProblemKind::NotAnalysed,
                    format!("the file could not be read: {reason}"),
                    "make it readable, or leave it out of `sources`",
                );
            }
        };
        if content.starts_with(LFS_POINTER) {
            return refuse(
                ProblemKind::NotAnalysed,
                "this is a pointer of Git LFS, and the text itself is not here".to_owned(),
                "store the text in git itself: prompts are small, and reviewed line by line",
            );
        }
        String::from_utf8(content).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let mut content = error.into_bytes();
            let byte = content[valid];
            let utf_16 = content.starts_with(&[0xFF, 0xFE]) || content.starts_with(&[0xFE, 0xFF]);
            let binary = content.contains(&0);
            content.truncate(valid);
            let message = if utf_16 {
                "the file is UTF-16, not UTF-8".to_owned()
            } else if binary {
                "this looks like a binary file, not like text".to_owned()
            } else {
                format!("the byte 0x{byte:02X} at offset {valid} is not UTF-8")
            };
            let text = String::from_utf8(content).expect("because the bytes up to `valid_up_to` are UTF-8");
            let problem = Problem::new(ProblemKind::InvalidUtf8, Span::at(valid), message)
                .help("save the file as UTF-8, or leave it out of `sources`");
            (text, problem)
        })
    }
}

/// Dotprompt's partials are prompts whose body is taken in.
fn dotprompt_partial(path: &StorePath, text: String) -> SourceFile {
    let id = crate::name::ArtifactId::of_file(path, ".prompt");
    let source = PromptSource { path, id, role: None, syntax: None, sidecar: None };
    let mut parsed = prompt::parse(&source, Dialect::Dotprompt, &text);
    parsed.problems.retain(|problem| problem.kind != ProblemKind::EmptyPrompt);
    let text = SharedText::from(text);
    parsed.prompt.templates.iter_mut().for_each(|template| template.text.share(&text));
    SourceFile {
        path: path.clone(),
        kind: FileKind::Partial,
        text,
        yaml: parsed.yaml,
        template: parsed.prompt.templates.pop().map(Box::new),
        problems: parsed.problems,
    }
}

/// A partial's language where nobody includes it.
fn partial_syntax(path: &StorePath) -> Syntax {
    match path.extension().as_str() {
        "hbs" | "handlebars" | "prompt" => Syntax::Handlebars,
        "mustache" => Syntax::Mustache,
        _ => Syntax::Jinja,
    }
}

pub(super) fn not_analysed(path: &StorePath, kind: FileKind, reason: &str) -> SourceFile {
    let problem =
        Problem::new(ProblemKind::NotAnalysed, Span::default(), format!("this could not be analysed: {reason}"));
    unparsed(path, kind, String::new(), problem)
}

fn unparsed(path: &StorePath, kind: FileKind, text: String, problem: Problem) -> SourceFile {
    SourceFile { path: path.clone(), kind, text: text.into(), yaml: None, template: None, problems: vec![problem] }
}
