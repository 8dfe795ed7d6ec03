//! Names that the product gives meaning to.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use semver::Version;

use crate::path::StorePath;

/// What an artifact is called: its path from the store's root without the extension, `prompts/support/answer`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactId(Arc<str>);

impl ArtifactId {
    /// The id of the artifact in the file at `path`, whose kind writes `suffix` at the end of its files (`.prompt.yaml`).
    pub fn of_file(path: &StorePath, suffix: &str) -> Self {
        Self(path.as_str().strip_suffix(suffix).unwrap_or(path.as_str()).into())
    }

    /// The id of the artifact in the YAML file at `path`, whichever of YAML's two extensions it has.
    pub fn of_yaml(path: &StorePath) -> Self {
        Self::of_file(path, if path.as_str().ends_with(".yml") { ".yml" } else { ".yaml" })
    }

    /// The id that a `sources` entry's `id` pattern gives.
    pub fn from_pattern(text: &str) -> Self {
        Self(text.into())
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment: `answer` of `prompts/support/answer`.
    pub fn last_segment(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Whether the id can be part of a tag's name, and so be released.
    ///
    /// # Errors
    /// Which rule it breaks: segments are `[a-z0-9][a-z0-9._-]*`, without `..`, and do not end in a dot or in `.lock`.
    pub fn check_releasable(&self) -> Result<(), NameError> {
        self.0.split('/').try_for_each(|segment| check_segment(segment, &self.0))
    }
}

impl fmt::Display for ArtifactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why a text is not the name that it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A segment has letters that tags, folders and other systems do not share.
    #[error(
        "`{name}` is no name for a release: `{segment}` is not made of a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit"
    )]
    Segment {
        /// The whole name.
        name: String,
        /// The segment in question.
        segment: String,
    },
    /// Git refuses the name.
    #[error(
        "`{name}` is no name for a release: git accepts no tag whose `{segment}` has `..`, or ends in a dot or in `.lock`"
    )]
    Reserved {
        /// The whole name.
        name: String,
        /// The segment in question.
        segment: String,
    },
    /// A release is not `<artifact id>@<version>`.
    #[error("`{0}` is no release: write it as prompts/support/answer@1.4.0")]
    NoRelease(String),
    /// What stands behind the `@` is no version.
    #[error("`{text}` is no release: `{version}` is not a version like 1.4.0")]
    NoVersion {
        /// The whole text.
        text: String,
        /// What stands behind the `@`.
        version: String,
    },
    /// A digest is not `sha256:` and 64 hexadecimal digits.
    #[error("`{0}` is no digest: write it as `sha256:` and 64 hexadecimal digits")]
    NoDigest(String),
    /// A commit is not 40 or 64 hexadecimal digits.
    #[error("`{0}` is no commit's full name")]
    NoCommit(String),
}

/// Whether `segment`, one of those of `name`, can be part of a tag's name.
pub(crate) fn check_segment(segment: &str, name: &str) -> Result<(), NameError> {
    let starts = segment.as_bytes().first().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let plain =
        segment.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte));
    if !starts || !plain {
        return Err(NameError::Segment { name: name.to_owned(), segment: segment.to_owned() });
    }
    if segment.contains("..") || segment.ends_with('.') || segment.ends_with(".lock") {
        return Err(NameError::Reserved { name: name.to_owned(), segment: segment.to_owned() });
    }
    Ok(())
}

macro_rules! segment_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                check_segment(text, text).map(|()| Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

segment_name! {
    /// An environment's name, which is its folder's: `production`.
    EnvName
}

segment_name! {
    /// A route's name, which is its file's: `support-answer`.
    RouteName
}

/// An artifact at a version: `prompts/support/answer@1.4.0`. Orders by artifact, then by precedence of versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseRef {
    /// The artifact.
    pub artifact: ArtifactId,
    /// The version, by Semantic Versioning 2.0.0.
    pub version: Version,
}

impl FromStr for ReleaseRef {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (artifact, version) = text.rsplit_once('@').ok_or_else(|| NameError::NoRelease(text.to_owned()))?;
        let artifact = ArtifactId(artifact.into());
        artifact.check_releasable()?;
        let version = Version::parse(version)
            .map_err(|_| NameError::NoVersion { text: text.to_owned(), version: version.to_owned() })?;
        Ok(Self { artifact, version })
    }
}

impl fmt::Display for ReleaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}@{}", self.artifact, self.version))
    }
}

/// The version that people mean by `1.2.0`, `v1.2`, or `2`; `None` for anything else.
pub fn version_of_people(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let completed = [text.to_owned(), format!("{text}.0"), format!("{text}.0.0")];
    completed.iter().find_map(|text| Version::parse(text).ok())
}

/// What an artifact says, as a fingerprint: SHA-256 of its content's canonical bytes. See [`crate::store::content`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest that these bytes are.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 hexadecimal digits without `sha256:`.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// The first digits, enough for a table: `sha256:1f0c9a7be2d4`.
    pub fn short(&self) -> String {
        format!("sha256:{}", hex(&self.0[..6]))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let bytes = text.strip_prefix("sha256:").and_then(unhex).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| NameError::NoDigest(text.to_owned()))
    }
}

/// The full name of a commit, or of any other object of git: SHA-1 or SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId {
    bytes: [u8; 32],
    len: u8,
}

impl CommitId {
    /// The id with these bytes: 20 of SHA-1 or 32 of SHA-256. `None` for any other number.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        if !matches!(bytes.len(), 20 | 32) {
            return None;
        }
        let mut id = Self { bytes: [0; 32], len: bytes.len() as u8 };
        id.bytes[..bytes.len()].copy_from_slice(bytes);
        Some(id)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The first seven digits, as people write it.
    pub fn short(&self) -> String {
        let mut text = hex(&self.bytes[..4]);
        text.truncate(7);
        text
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex(self.as_bytes()))
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CommitId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        unhex(text).and_then(|bytes| Self::new(&bytes)).ok_or_else(|| NameError::NoCommit(text.to_owned()))
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

/// The bytes that lower-case hexadecimal digits spell.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_and_written_alike() {
        for text in ["prompts/support/answer@1.4.0", "models/gpt-5.1@2.0.0-rc.1", "a@0.1.0"] {
            assert_eq!(text.parse::<ReleaseRef>().expect("it is a release").to_string(), text);
        }
        for text in [
            "prompts/a",
            "prompts/a@1.4",
            "prompts/a@v1.0.0",
            "Prompts/a@1.0.0",
            "a..b@1.0.0",
            "a.lock/b@1.0.0",
            "@1.0.0",
        ] {
            assert!(text.parse::<ReleaseRef>().is_err(), "{text}");
        }
        let before =
            |a: &str, b: &str| a.parse::<ReleaseRef>().expect("one") < b.parse::<ReleaseRef>().expect("another");
        assert!(before("a@1.9.0", "a@1.10.0") && before("a@2.0.0-rc.1", "a@2.0.0") && before("a@9.0.0", "b@1.0.0"));
    }

    #[test]
    fn versions_are_read_as_people_write_them() {
        for (text, version) in [("1.2.0", "1.2.0"), ("v1.2", "1.2.0"), ("2", "2.0.0"), ("1.0.0-rc.1", "1.0.0-rc.1")] {
            assert_eq!(version_of_people(text), Version::parse(version).ok(), "{text}");
        }
        assert_eq!(version_of_people("2026-03"), None);
    }

    #[test]
    fn fingerprints_are_read_and_written_alike() {
        let digest = Digest::new([0x1f; 32]);
        assert_eq!(digest.to_string().parse::<Digest>(), Ok(digest));
        assert_eq!(digest.short(), "sha256:1f1f1f1f1f1f");
        assert!("sha256:1f".parse::<Digest>().is_err() && "1f".repeat(32).parse::<Digest>().is_err());
        let commit = CommitId::new(&[0xab; 20]).expect("twenty bytes");
        assert_eq!(commit.to_string().parse::<CommitId>(), Ok(commit));
        assert_eq!((commit.short().as_str(), commit.to_string().len()), ("abababa", 40));
        assert!("abc".parse::<CommitId>().is_err() && "AB".repeat(20).parse::<CommitId>().is_err());
    }
}
