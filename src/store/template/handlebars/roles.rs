//! The places in a Dotprompt body where the speaker changes.

use super::expr::{Arg, parse};
use super::scan::{Piece, Sigil, scan};
use crate::text::Span;

/// A place where the speaker changes or the conversation so far is put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMarker {
    /// Which kind of place.
    pub kind: MarkerKind,
    /// The tag, from delimiter to delimiter.
    pub span: Span,
}

/// What a marker does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkerKind {
    /// `{{role "x"}}`: all that follows, up to the next marker, is said by `x`.
    Role {
        /// The role's name.
        name: String,
        /// The name's bytes, without quotes.
        name_span: Span,
    },
    /// `{{#role "x"}}`: what follows up to [`MarkerKind::BlockEnd`] is said by `x`.
    BlockRole {
        /// The role's name.
        name: String,
        /// The name's bytes, without quotes.
        name_span: Span,
    },
    /// `{{/role}}`
    BlockEnd,
    /// `{{history}}`: the messages so far go here; Dotprompt gives what follows to the model's user.
    History,
}

/// The role and history markers of a Dotprompt template, in order. A role that is computed is not a marker.
pub fn role_markers(text: &str) -> Vec<RoleMarker> {
    let mut markers = Vec::new();
    for piece in scan(text).pieces.iter().filter(|piece| piece.closed) {
        let inner = piece.inner.slice(text);
        let kind = match piece.sigil {
            Sigil::Close if inner == "role" => Some(MarkerKind::BlockEnd),
            Sigil::Value if inner == "history" => Some(MarkerKind::History),
            Sigil::Value if inner.starts_with("role") => {
                literal_role(text, *piece).map(|(name, name_span)| MarkerKind::Role { name, name_span })
            }
            Sigil::Open if inner.starts_with("role") => {
                literal_role(text, *piece).map(|(name, name_span)| MarkerKind::BlockRole { name, name_span })
            }
            _ => None,
        };
        markers.extend(kind.map(|kind| RoleMarker { kind, span: piece.span }));
    }
    markers
}

fn literal_role(text: &str, piece: Piece) -> Option<(String, Span)> {
    let (call, _) = parse(text, piece.inner);
    match call.args.as_slice() {
        [Arg::Path(path), Arg::Literal(serde_json::Value::String(role), at)] if path.helper() == Some("role") => {
            Some((role.clone(), Span { start: at.start + 1, end: at.end - 1 }))
        }
        _ => None,
    }
}
