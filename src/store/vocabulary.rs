//! Vocabularies that registry entries name: files of the store by which a model's tokens are counted.
//!
//! A vocabulary is megabytes, and most runs count nothing by it. So it is read when it is first asked for, once for each
//! store.

mod ranks;
#[cfg(feature = "tokenizer-json")]
mod tokenizer_json;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

pub use ranks::Ranks;
#[cfg(feature = "tokenizer-json")]
pub use tokenizer_json::TokenizerJson;

use super::model::Model;
use super::snapshot::Snapshot;
use super::{Resolved, Store};
use crate::path::StorePath;

/// The most bytes of a vocabulary: the largest published ones have just less. `lint.max_file_bytes` is for texts.
pub const MAX_BYTES: u64 = 32 << 20;

/// What counts by the file of a registry entry.
#[derive(Debug)]
#[non_exhaustive]
pub enum Vocabulary {
    /// A `.tiktoken` file: tokens and their ranks.
    Ranks(Ranks),
    /// A `tokenizer.json`: a whole tokenizer.
    #[cfg(feature = "tokenizer-json")]
    TokenizerJson(Box<TokenizerJson>),
}

/// Why a registry entry's file does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VocabularyError {
    /// The store has no such file, or it is outside of the store.
    #[error("the store has no tokenizer file `{0}`")]
    NotInStore(String),
    /// It is over [`MAX_BYTES`].
    #[error("the tokenizer file `{path}` has {size} bytes, over the limit of {MAX_BYTES}, and was not read")]
    TooLarge {
        /// Where it is.
        path: StorePath,
        /// Its size in bytes.
        size: u64,
    },
    /// It is a `tokenizer.json`, and this program was built without the feature that reads them.
    #[error("`{0}` was not read, because this program was built without the feature `tokenizer-json`")]
    NeedsFeature(StorePath),
    /// It could not be read, or is not what it should be.
    #[error("the tokenizer file `{path}` cannot be used: {reason}")]
    Unusable {
        /// Where it is.
        path: StorePath,
        /// Why, without a full stop.
        reason: String,
    },
}

/// The file of a vocabulary, and what was read from it.
pub struct VocabularyFile {
    path: StorePath,
    read: OnceLock<Result<Vocabulary, VocabularyError>>,
}

impl VocabularyFile {
    /// Where it is.
    pub fn path(&self) -> &StorePath {
        &self.path
    }
}

impl fmt::Debug for VocabularyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VocabularyFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store {
    /// The file by which the tokens of `model` are counted, if its entry names one. Nothing is read.
    ///
    /// # Errors
    /// What the listing of the store says already: it is missing, too large, or needs a feature of this program.
    pub fn vocabulary_file(&self, model: &Model) -> Option<Result<&VocabularyFile, VocabularyError>> {
        let file = &model.tokenizer_file.as_ref()?.file.value;
        let missing = || VocabularyError::NotInStore(file.clone());
        let Resolved::File(path) = self.resolve_file(&model.path, file) else { return Some(Err(missing())) };
        let size = self.snapshot.size(&path).unwrap_or_default();
        if size > MAX_BYTES {
            return Some(Err(VocabularyError::TooLarge { path, size }));
        }
        if is_json(&path) && cfg!(not(feature = "tokenizer-json")) {
            return Some(Err(VocabularyError::NeedsFeature(path)));
        }
        Some(self.vocabularies.get(&path).ok_or_else(missing))
    }

    /// What is in `file`, read when this is first asked.
    ///
    /// # Errors
    /// When it could not be read, or is not what it should be.
    pub fn vocabulary<'a>(&self, file: &'a VocabularyFile) -> Result<&'a Vocabulary, &'a VocabularyError> {
        file.read.get_or_init(|| read(&self.snapshot, &file.path)).as_ref()
    }

    /// A place for each file that a model names.
    pub(super) fn unread_vocabularies(&self) -> BTreeMap<StorePath, VocabularyFile> {
        let named = self.models.values().filter_map(|model| {
            let file = model.tokenizer_file.as_ref()?;
            match self.resolve_file(&model.path, &file.file.value) {
                Resolved::File(path) => Some((path.clone(), VocabularyFile { path, read: OnceLock::new() })),
                _ => None,
            }
        });
        named.collect()
    }
}

/// Whether the file at `path` is a `tokenizer.json`, which says itself how it cuts text.
pub fn is_json(path: &StorePath) -> bool {
    path.extension() == "json"
}

fn read(snapshot: &Snapshot, path: &StorePath) -> Result<Vocabulary, VocabularyError> {
    let content = snapshot.read(path).and_then(|content| parse(path, &content));
    content.map_err(|reason| VocabularyError::Unusable { path: path.clone(), reason })
}

#[cfg(feature = "tokenizer-json")]
fn parse(path: &StorePath, content: &[u8]) -> Result<Vocabulary, String> {
    match is_json(path) {
        true => TokenizerJson::parse(content).map(|tokenizer| Vocabulary::TokenizerJson(Box::new(tokenizer))),
        false => Ranks::parse(content).map(Vocabulary::Ranks),
    }
}

#[cfg(not(feature = "tokenizer-json"))]
fn parse(_path: &StorePath, content: &[u8]) -> Result<Vocabulary, String> {
    Ranks::parse(content).map(Vocabulary::Ranks)
}
