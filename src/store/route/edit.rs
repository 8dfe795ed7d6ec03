//! Edits of a route's file that leave every byte outside of them as it is.

use super::Pin;
use crate::diagnostic::Edit;
use crate::name::{Digest, ReleaseRef};
use crate::store::yaml::{Kind, NodeRef, edit};

/// A release as a route names it, on one line: `{release: prompts/support/answer@1.3.0, digest: "sha256:..."}`.
pub fn pin_source(release: &ReleaseRef, digest: Option<Digest>) -> String {
    match digest {
        Some(digest) => format!("{{release: {release}, digest: \"{digest}\"}}"),
        None => release.to_string(),
    }
}

/// The edit that gives `pin`, which is written at `node`, its digest. `None` where it has one already, right or wrong.
pub fn complete(file_text: &str, node: NodeRef<'_>, pin: &Pin, digest: Digest) -> Option<Edit> {
    match node.kind() {
        Kind::Mapping if node.get("digest").is_none() => {
            edit::insert_entry(file_text, node, &node.entry("release")?, "digest", &format!("\"{digest}\""))
        }
        Kind::Mapping => None,
        _ => Some(Edit { span: node.span(), replacement: pin_source(&pin.release.value, Some(digest)) }),
    }
}
