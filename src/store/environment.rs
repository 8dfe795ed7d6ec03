//! What `promptyard.yaml` says of an environment.

use super::problem::{Problem, ProblemKind};
use super::yaml::{EntryRef, NodeRef};
use crate::name::EnvName;
use crate::text::{Span, Spanned};

/// One entry of `environments`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// What it is called; the folder of its routes.
    pub name: EnvName,
    /// Its key.
    pub span: Span,
    /// The branch whose route files say what is meant to be live.
    pub branch: Option<Spanned<String>>,
    /// Whether changes need approval.
    pub protected: bool,
    /// The environment that a release passes before this one.
    pub upstream: Option<Spanned<EnvName>>,
}

/// Reads `environments`, in file order. Wrong values are left out: the schema reports them, and this the names that are none.
pub(super) fn read_all(node: Option<NodeRef<'_>>, problems: &mut Vec<Problem>) -> Vec<Environment> {
    node.into_iter().flat_map(NodeRef::entries).filter_map(|entry| read(&entry, problems)).collect()
}

fn read(entry: &EntryRef<'_>, problems: &mut Vec<Problem>) -> Option<Environment> {
    let name = name(entry.node, problems)?.value;
    let part = |key| entry.value.get(key);
    let branch = part("branch").and_then(super::config::text);
    let upstream = part("upstream").and_then(|node| self::name(node, problems));
    let protected = part("protected").and_then(NodeRef::as_bool).unwrap_or_default();
    Some(Environment { name, span: entry.key_span, branch, protected, upstream })
}

fn name(node: NodeRef<'_>, problems: &mut Vec<Problem>) -> Option<Spanned<EnvName>> {
    let written = node.scalar()?;
    match written.parse() {
        Ok(name) => Some(Spanned::new(name, node.span())),
        Err(_) => {
            let message = format!("`{written}` is no name for an environment");
            let help = "name it with a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit";
            problems.push(Problem::new(ProblemKind::WrongShape, node.span(), message).help(help));
            None
        }
    }
}
