//! What is meant to be live, in each format of `status`.

pub mod human;
pub mod json;
pub mod markdown;

use crate::status::{Served, Standing, VariantStatus};

/// What is to be said of a release beside its name, the gravest first.
fn notes(served: &Served, upstream: Option<&str>) -> Vec<String> {
    let standing = match &served.standing {
        Standing::Missing => Some("no such release".to_owned()),
        Standing::Altered { .. } => Some("not the digest of the release".to_owned()),
        Standing::NoRelease => Some("names no release".to_owned()),
        Standing::Behind { newest } => Some(format!("{} is out", newest.version)),
        Standing::Newest | Standing::Unknown => None,
    };
    let held = served.is_held.then(|| "held back".to_owned());
    let drift = upstream.filter(|_| served.has_drifted).map(|upstream| format!("not in {upstream}"));
    let is_grave = !matches!(served.standing, Standing::Behind { .. });
    let (first, last) = if is_grave { (standing, None) } else { (None, standing) };
    first.into_iter().chain(held).chain(drift).chain(last).collect()
}

/// How much of the traffic a variant gets: `95 %`, `shadow`, `off`.
fn traffic(variant: &VariantStatus, enabled: bool) -> String {
    match (enabled, variant.is_shadow) {
        (false, _) => "off".to_owned(),
        (true, true) => "shadow".to_owned(),
        (true, false) => format!("{} %", variant.share),
    }
}
