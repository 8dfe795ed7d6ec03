//! How much one rule says about one file.

/// Findings of one rule in one file, after which it is silent: who has more of a kind reads none of them, and finding
/// the place of each takes a walk over the text that it stands in.
pub(crate) const FINDINGS: usize = 100;
