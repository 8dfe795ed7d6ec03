//! What a gap between two schemas means to those on either side of it, in words.

use serde_json::Value;

use super::schema::{Gap, GapKind};
use super::short;

/// Whose promise is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// What the old version took, the new one has to take: inputs. Gaps are those from the old schema to the new.
    Taking,
    /// What the new version gives, the old one could have given: answers, arguments of tools. Gaps are those from the new
    /// schema to the old.
    Giving,
}

/// The reason that `gap` is, about what is called `label`: 'input `tone` no longer takes null'.
pub(super) fn reason(label: &str, gap: &Gap, promise: Promise) -> String {
    let at = if gap.at.is_empty() { String::new() } else { format!(" at `{}`", gap.at) };
    let what = match promise {
        Promise::Taking => no_longer_taken(&gap.kind),
        Promise::Giving => newly_given(&gap.kind),
    };
    format!("{label}{at} {what}")
}

fn no_longer_taken(kind: &GapKind) -> String {
    match kind {
        GapKind::Types(types) if types == &["anything"] => "no longer takes just any value".to_owned(),
        GapKind::Types(types) => format!("no longer takes {}", or(types)),
        GapKind::Value(value) => format!("no longer takes {}", told(value)),
        GapKind::Unlisted => "takes only listed values now".to_owned(),
        GapKind::Optional { property, .. } => format!("requires the property `{property}` now"),
        GapKind::Refused(property) => format!("no longer takes the property `{property}`"),
        GapKind::Undescribed(property) => format!("restricts the property `{property}` now"),
        GapKind::Open => "no longer takes properties that are not listed".to_owned(),
        GapKind::Bound { keyword, first: Some(old), second: new } => {
            format!("is narrower: `{keyword}` changed from {} to {}", told(old), told(new))
        }
        GapKind::Bound { keyword, first: None, second: new } => {
            format!("is narrower: it got the `{keyword}` {}", told(new))
        }
        GapKind::Unknown(keyword) => {
            format!("may be narrower: by `{keyword}` it cannot be told, so it counts as breaking")
        }
    }
}

fn newly_given(kind: &GapKind) -> String {
    match kind {
        GapKind::Types(types) if types == &["anything"] => "can be anything now".to_owned(),
        GapKind::Types(types) => format!("can be {} now", or(types)),
        GapKind::Value(value) => format!("can be {} now", told(value)),
        GapKind::Unlisted => "can be other than the values that were listed".to_owned(),
        GapKind::Optional { property, known: false } => format!("lost the property `{property}`"),
        GapKind::Optional { property, known: true } => format!("may lack the property `{property}` now"),
        GapKind::Refused(property) => format!("can have the property `{property}` now, which was ruled out"),
        GapKind::Undescribed(property) => format!("no longer says what the property `{property}` is"),
        GapKind::Open => "can have any property now".to_owned(),
        GapKind::Bound { keyword, first: Some(new), second: old } => {
            format!("is wider: `{keyword}` changed from {} to {}", told(old), told(new))
        }
        GapKind::Bound { keyword, first: None, second: old } => {
            format!("is wider: it lost its `{keyword}` of {}", told(old))
        }
        GapKind::Unknown(keyword) => {
            format!("may be wider: by `{keyword}` it cannot be told, so it counts as breaking")
        }
    }
}

fn or(types: &[&str]) -> String {
    types.join(" or ")
}

/// A value in a sentence; texts in quotes.
fn told(value: &Value) -> String {
    match value {
        Value::String(text) => short(value).map_or_else(|| "a long text".to_owned(), |_| format!("\"{text}\"")),
        _ => short(value).unwrap_or_else(|| "an earlier value".to_owned()),
    }
}
