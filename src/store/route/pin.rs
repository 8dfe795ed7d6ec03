//! A reference of a route to a release.

use std::fmt;

use super::Dimension;
use crate::name::{Digest, NameError, ReleaseRef};
use crate::store::config::text;
use crate::store::yaml::{Kind, NodeRef};
use crate::text::{Span, Spanned};

/// A release that a route names. The digest decides what is meant, the version is its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The release.
    pub release: Spanned<ReleaseRef>,
    /// What the release's content must be; the short form has none.
    pub digest: Option<Spanned<Digest>>,
    /// The whole value, digest included.
    pub span: Span,
}

/// A reference where a release must stand, and that is none: a bare name, or a version that is no version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loose {
    /// What is written.
    pub reference: Spanned<String>,
    /// Why it is no release.
    pub error: NameError,
    /// Of which dimension.
    pub dimension: Dimension,
    /// In which variant; `None` in the fallback.
    pub variant: Option<String>,
}

/// What stands in the place of a pin.
pub(super) enum Written {
    Pin(Pin),
    Loose(Spanned<String>, NameError),
    /// Neither text nor a mapping with `release`: the schema reports it.
    Nothing,
}

impl Pin {
    pub(super) fn read(node: NodeRef<'_>) -> Written {
        let (release, digest) = match node.kind() {
            Kind::Mapping => (node.get("release").and_then(text), node.get("digest").and_then(read_digest)),
            _ => (text(node), None),
        };
        let Some(release) = release else { return Written::Nothing };
        match release.value.parse() {
            Ok(value) => Written::Pin(Self { release: Spanned::new(value, release.span), digest, span: node.span() }),
            Err(error) => Written::Loose(release, error),
        }
    }

    /// Whether both mean the same content: by their digests where both have one, else by their releases.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self.digest, other.digest) {
            (Some(one), Some(other)) => one.value == other.value,
            _ => self.release.value == other.release.value,
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.release.value.fmt(f)
    }
}

/// A digest; `None` for anything else.
pub(super) fn read_digest(node: NodeRef<'_>) -> Option<Spanned<Digest>> {
    let written = text(node)?;
    Some(Spanned::new(written.value.parse().ok()?, written.span))
}
