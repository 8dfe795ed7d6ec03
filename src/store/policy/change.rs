//! What a policy asks of changes, before they are merged.

use crate::store::problem::{Problem, ProblemKind};
use crate::store::yaml::NodeRef;
use crate::text::Spanned;

/// The part of a policy that is about changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeRules {
    /// `max_token_growth`: the most that a change may add to a prompt's tokens, as a share: 0.2 is a fifth.
    pub token_growth: Option<Spanned<f64>>,
    /// `new_suppressions`
    pub new_suppressions: NewSuppressions,
}

/// What becomes of suppressions that a change brings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewSuppressions {
    /// They count once they are merged, so that no change decides itself what is held against it.
    #[default]
    Later,
    /// They count at once; they are reported.
    Accepted,
}

impl ChangeRules {
    /// Reads the part of the policy at `root`. Wrong values are left out: the schema reports them, and this what is no share.
    pub(super) fn read(root: NodeRef<'_>, problems: &mut Vec<Problem>) -> Self {
        let is_accepted = root.get("new_suppressions").and_then(NodeRef::as_str) == Some("accepted");
        Self {
            token_growth: root.get("max_token_growth").and_then(|node| read_share(node, problems)),
            new_suppressions: if is_accepted { NewSuppressions::Accepted } else { NewSuppressions::Later },
        }
    }
}

/// `0.2`, `20 %`, `"20%"`.
fn read_share(node: NodeRef<'_>, problems: &mut Vec<Problem>) -> Option<Spanned<f64>> {
    let written = node.scalar()?.trim();
    let share = match written.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => written.parse::<f64>(),
    };
    match share {
        Ok(share) if share.is_finite() && share >= 0.0 => Some(Spanned::new(share, node.span())),
        _ => {
            let message = format!("`{written}` is no share like 20 % or 0.2");
            problems.push(Problem::new(ProblemKind::WrongShape, node.span(), message));
            None
        }
    }
}
