//! What an artifact says, resolved: its data with partials, schemas, tool manifests and golden data taken in, and the
//! digest of that. Bundles carry it, releases are compared by it.
//!
//! Two artifacts with the same content have the same digest, whatever their files look like: comments, key order, quoting
//! and the names of partials make no difference; every byte of a prompt's text does. The canonical bytes are those of
//! RFC 8785 (JSON Canonicalization Scheme).
//!
//! A digest is for ever: what is released keeps it in a tag. So what these modules make of a file may not change; a test
//! pins the digests of one artifact of each kind and dialect.
//!
//! *Architecture invariant:* what two readers could understand differently has no digest. A key that stands twice, a whole
//! number beyond ±(2^53 − 1) and a number that is not finite are refused (I-JSON, RFC 7493, sections 2.2 and 2.3).

mod canonical;
mod lines;
mod partials;
mod prompt;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::artifact::{Artifact, ArtifactKind};
use super::problem::ProblemKind;
use super::yaml::{NodeRef, Yaml};
use super::{Resolved, SourceFile, Store};
use crate::name::Digest;
use crate::path::StorePath;
use crate::text::Span;
pub use canonical::{Json, canonical, order_of_keys};

/// More nodes than this in one file are no configuration.
const NODE_BUDGET: usize = 1 << 20;
/// The largest whole number that every reader of JSON keeps (RFC 7493, section 2.2).
const LARGEST_EXACT: u64 = (1 << 53) - 1;

/// An artifact's resolved content.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// What it is of.
    pub kind: ArtifactKind,
    /// The data. A prompt's has the keys `dialect`, `name`, `description`, `owners`, `tags`, `model`, `parameters`,
    /// `inputs`, `open_inputs` (where variables need not be listed), `budget`, `output_schema`, `tools`, `template` (the
    /// template language), `messages` (`role` and `content` each), `body` (the whole text, where messages are parts of
    /// one template), `partials` (by the digest of their text) and `metadata` (what else the file says); keys without a
    /// value are left out. A suite's has its file's keys, and `golden` for the cases of its data files. Any other
    /// artifact's is its file's.
    pub data: Map<String, Value>,
}

/// Why an artifact's content cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{file}` {reason}")]
pub struct Unresolved {
    /// The file in question.
    pub file: StorePath,
    /// What is missing, as the rest of a sentence that starts with the file.
    pub reason: String,
    /// Where, if there is a place.
    pub span: Option<Span>,
}

impl Content {
    /// The canonical bytes: what the digest is taken of.
    pub fn canonical(&self) -> Vec<u8> {
        whole(self.kind, &canonical(&self.data)).concat()
    }

    /// The digest.
    pub fn digest(&self) -> Digest {
        digest_of_data(self.kind, &canonical(&self.data))
    }
}

/// The canonical bytes of a content of `kind` whose data has the canonical bytes `data`, in parts.
fn whole(kind: ArtifactKind, data: &[u8]) -> [&[u8]; 5] {
    // The keys are in order and the kind is a plain word: this is canonical when `data` is.
    [b"{\"data\":", data, b",\"kind\":\"", kind.as_str().as_bytes(), b"\"}"]
}

/// The digest of a content of `kind` whose data has the canonical bytes `data`.
pub fn digest_of_data(kind: ArtifactKind, data: &[u8]) -> Digest {
    let mut sum = Sha256::new();
    whole(kind, data).iter().for_each(|part| sum.update(part));
    Digest::new(sum.finalize().into())
}

/// SHA-256 of `bytes`.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest::new(Sha256::digest(bytes).into())
}

impl Store {
    /// The resolved content of `artifact`.
    ///
    /// # Errors
    /// When a file of its closure is missing, cannot be read to its end, has no single meaning, or is only known when it
    /// is rendered.
    pub fn content(&self, artifact: &Artifact) -> Result<Content, Unresolved> {
        self.sound(&artifact.path)?;
        let data = match artifact.kind {
            ArtifactKind::Prompt => {
                let prompt = self.prompt_at(&artifact.path);
                prompt::data(self, prompt.ok_or_else(|| unresolved(&artifact.path, "holds no prompt"))?)?
            }
            ArtifactKind::Suite => self.suite_data(artifact)?,
            ArtifactKind::Model | ArtifactKind::Retrieval | ArtifactKind::Policy => {
                self.file_data(&artifact.path, &["$schema"])?
            }
        };
        if data.values().any(has_inexact) {
            return Err(unresolved(&artifact.path, &format!("takes in {}", too_large("a whole number"))));
        }
        Ok(Content { kind: artifact.kind, data })
    }

    /// The file at `path`, if it was read to its end and means the same to everybody.
    fn sound(&self, path: &StorePath) -> Result<&SourceFile, Unresolved> {
        let file = self.file(path).ok_or_else(|| unresolved(path, "is not part of the store"))?;
        let wrong = |reason: String, span: Span| Err(Unresolved { file: path.clone(), reason, span: Some(span) });
        if let Some(problem) = file.problems.iter().find(|problem| problem.kind.ends_reading()) {
            return wrong(format!("cannot be read to its end: {}", problem.message), problem.span);
        }
        if let Some(problem) = file.problems.iter().find(|problem| problem.kind == ProblemKind::DuplicateKey) {
            return wrong(format!("says two things: {}", problem.message), problem.span);
        }
        if let Some(number) = file.yaml.as_ref().and_then(Yaml::inexact_number) {
            let written = format!("`{}`", number.scalar().unwrap_or_default());
            return wrong(format!("has {}", too_large(&written)), number.span());
        }
        Ok(file)
    }

    /// The file's own entries but those called `left_out`.
    fn file_data(&self, path: &StorePath, left_out: &[&str]) -> Result<Map<String, Value>, Unresolved> {
        let root = self.file(path).and_then(|file| file.yaml.as_ref()?.root());
        let mut data = Map::new();
        for entry in root.into_iter().flat_map(NodeRef::entries).filter(|entry| !left_out.contains(&entry.key)) {
            let value =
                entry.value.to_json(NODE_BUDGET).ok_or_else(|| unresolved(path, "is too large to be resolved"))?;
            data.entry(entry.key).or_insert(value);
        }
        Ok(data)
    }

    fn suite_data(&self, artifact: &Artifact) -> Result<Map<String, Value>, Unresolved> {
        let mut data = self.file_data(&artifact.path, &["$schema", "lint"])?;
        let suite = self.suites().iter().find(|suite| suite.path == artifact.path);
        let Some(suite) = suite.filter(|suite| !suite.data.is_empty()) else { return Ok(data) };
        let mut golden = Vec::new();
        for reference in &suite.data {
            let path = self.named_file(&artifact.path, &reference.value, reference.span)?;
            let text = self.file(&path).map_or("", |file| file.text.as_str());
            let cases = lines::read(text);
            golden.extend(cases.map_err(|reason| unresolved(&path, &reason))?);
        }
        data.remove("data");
        data.insert("golden".to_owned(), Value::Array(golden));
        Ok(data)
    }

    /// The file that `reference` in the file at `from` names, which must have been read.
    fn named_file(&self, from: &StorePath, reference: &str, span: Span) -> Result<StorePath, Unresolved> {
        let fail = |reason: String| Err(Unresolved { file: from.clone(), reason, span: Some(span) });
        match self.resolve_file(from, reference) {
            Resolved::File(path) if self.file(&path).is_some() => self.sound(&path).map(|_| path),
            Resolved::File(path) => fail(format!("names `{path}`, which was not read")),
            Resolved::Missing(_) => fail(format!("names `{reference}`, which is not there")),
            Resolved::Outside(reason) => fail(format!("leads out of the store: {reason}")),
        }
    }

    /// The JSON in the file that `reference` names.
    fn named_json(&self, from: &StorePath, reference: &str, span: Span) -> Result<Value, Unresolved> {
        let path = self.named_file(from, reference, span)?;
        let root = self.file(&path).and_then(|file| file.yaml.as_ref()?.root());
        root.and_then(|root| root.to_json(NODE_BUDGET)).ok_or_else(|| unresolved(&path, "holds no data"))
    }
}

fn unresolved(file: &StorePath, reason: &str) -> Unresolved {
    Unresolved { file: file.clone(), reason: reason.to_owned(), span: None }
}

fn too_large(number: &str) -> String {
    format!("{number}, which readers of JSON do not keep exactly: write a text in quotes")
}

/// Whether a whole number in `value` is one that a reader of JSON may round.
fn has_inexact(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            size.is_some_and(|size| size > LARGEST_EXACT)
        }
        Value::Array(items) => items.iter().any(has_inexact),
        Value::Object(entries) => entries.values().any(has_inexact),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests;
