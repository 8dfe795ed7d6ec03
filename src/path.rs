//! Paths inside a store: UTF-8, `/` between segments, relative to the root, never `..`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The place of a file relative to the store's root. Cheap to clone; orders like its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorePath(Arc<str>);

/// Why a text is not a path inside the store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing is left of it.
    #[error("the path is empty")]
    Empty,
    /// It starts at the file system's root, or with a drive.
    #[error("`{0}` is absolute; write it relative to the store's root")]
    Absolute(String),
    /// It climbs out of the store.
    #[error("`{0}` leaves the store")]
    OutsideStore(String),
    /// It has a NUL or a control character.
    #[error("`{}` has a control character", .0.escape_debug())]
    ControlCharacter(String),
}

impl StorePath {
    /// The text, `/` between segments.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The folder that holds it: `""` for a file at the root.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The text after the file name's last dot, in lower case; empty where there is none.
    pub fn extension(&self) -> String {
        self.file_name().rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
    }

    /// Resolves `reference` from `folder` (a store folder, `""` for the root): `.` and `..` are followed, but never out of the store.
    ///
    /// # Errors
    /// When the result would be empty, absolute or outside of the store.
    pub fn resolve(folder: &str, reference: &str) -> Result<Self, PathError> {
        let drive = reference.as_bytes().get(1) == Some(&b':') && reference.as_bytes()[0].is_ascii_alphabetic();
        if reference.starts_with(['/', '\\']) || drive {
            return Err(PathError::Absolute(reference.to_owned()));
        }
        if reference.chars().any(char::is_control) {
            return Err(PathError::ControlCharacter(reference.to_owned()));
        }
        let mut segments: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
        for segment in reference.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    segments.pop().ok_or_else(|| PathError::OutsideStore(reference.to_owned()))?;
                }
                name => segments.push(name),
            }
        }
        if segments.is_empty() {
            return Err(PathError::Empty);
        }
        Ok(Self(segments.join("/").into()))
    }
}

impl FromStr for StorePath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::resolve("", text)
    }
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for StorePath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_never_leaves_the_store() {
        let resolved = |folder, reference| StorePath::resolve(folder, reference).map(|path| path.to_string());
        assert_eq!(resolved("a/b", "../c.md"), Ok("a/c.md".to_owned()));
        assert_eq!(resolved("a", "../../c.md"), Err(PathError::OutsideStore("../../c.md".to_owned())));
        assert_eq!(resolved("a", "/etc/passwd"), Err(PathError::Absolute("/etc/passwd".to_owned())));
        assert_eq!(resolved("", "."), Err(PathError::Empty));
    }
}
