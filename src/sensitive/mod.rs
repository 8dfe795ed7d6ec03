//! What must not stand in a prompt: personal data, secrets, and characters that a reader does not see.
//!
//! This room knows only text. [`Scanner::scan`] takes a text and returns [`Hit`]s with byte spans; it has no idea of files,
//! rules or severities. [`unicode`] finds hidden and look-alike characters in the same manner.
//!
//! The order of work keeps it quick and quiet: one pass over the bytes (`scan.rs`) cuts the text into words and looks at
//! nothing else until a word has the outline of a candidate; then a check digit, a known prefix or a label nearby has to
//! confirm it; then what documentation uses as an example is dropped; last, of hits that overlap the one with the
//! strongest [`Evidence`] stays. Everything is linear in the text: each candidate looks at a bounded stretch around it.
//!
//! The finders are plain byte scanners and tables in read-only memory. Nothing is compiled at start-up, which a short
//! prompt in a commit hook would pay for.

mod catalogue;
mod checksum;
mod context;
mod pii;
mod placeholder;
mod scan;
mod secrets;
pub mod unicode;

pub use catalogue::{Evidence, Kind, Which};

use crate::text::Span;

/// What a scan may assume about the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The regions, as ISO 3166-1 alpha-2 codes, whose ways of writing a phone number without a country code count
    /// without a word such as 'phone' before them. Numbers with a country code count everywhere.
    pub regions: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { regions: ["US", "CA", "GB", "FR", "AU"].map(str::to_owned).to_vec() }
    }
}

/// Something in a text that looks like personal data or a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// The value, without quotes or the label before it.
    pub span: Span,
    /// The official name of the thing, for a message: 'French social security number (NIR)'.
    pub what: &'static str,
    /// Why it counts.
    pub evidence: Evidence,
}

/// Finds personal data and secrets. Cheap to make: it owns nothing but its settings.
#[derive(Clone, Debug, Default)]
pub struct Scanner {
    regions: pii::phone::Regions,
}

impl Scanner {
    /// A scanner for texts of these regions. An unknown region is ignored.
    pub fn new(settings: &Settings) -> Self {
        Self { regions: pii::phone::Regions::new(&settings.regions) }
    }

    /// Every hit in `text`, in order of place, none overlapping another.
    pub fn scan(&self, text: &str) -> Vec<Hit> {
        let mut hits = scan::Scan::new(text, self.regions).run();
        hits.sort_by_key(|hit| (std::cmp::Reverse((hit.evidence, hit.span.len())), hit.span, hit.kind));
        let mut kept: std::collections::BTreeMap<u32, Hit> = std::collections::BTreeMap::new();
        for hit in hits {
            // Those kept don't overlap, so the one that starts last before this hit's end is the only rival.
            let rival = kept.range(..hit.span.end).next_back();
            if rival.is_none_or(|(_, kept)| kept.span.end <= hit.span.start) {
                kept.insert(hit.span.start, hit);
            }
        }
        kept.into_values().collect()
    }
}

/// A value as it may be printed: its first and last character, with dots for what is between.
///
/// The number of dots says nothing about the length. A value of fewer than eight characters shows none of its own.
pub fn mask(value: &str) -> String {
    let mut characters = value.chars();
    match (value.chars().nth(7), characters.next(), characters.next_back()) {
        (Some(_), Some(first), Some(last)) => format!("{first}…{last}"),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
