//! What a verb wants to change in the world: returned as a value, shown by `--dry-run`, applied by one function in `repo`.

use std::fmt;

use crate::path::StorePath;

/// One file that a change writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileWrite {
    /// Where.
    pub path: StorePath,
    /// The file's whole new content.
    pub content: String,
    /// Whether the file may already be there.
    pub mode: WriteMode,
}

/// What a write expects to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteMode {
    /// Nothing: a file that is already there is an error, and nothing is written.
    Create,
    /// A file, whatever it says; it is replaced.
    Replace,
    /// A file that says exactly this; one that was changed since it was read is an error, and nothing is written.
    Update {
        /// The file's content as it was read.
        from: String,
    },
}

/// Edits that happen together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The files, in the order of their paths.
    pub files: Vec<FileWrite>,
}

impl fmt::Display for ChangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            let verb = match &file.mode {
                WriteMode::Create => "create",
                WriteMode::Replace | WriteMode::Update { .. } => "change",
            };
            writeln!(f, "{verb} {}", file.path)?;
        }
        Ok(())
    }
}
