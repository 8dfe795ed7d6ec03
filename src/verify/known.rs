//! What somebody else knows of the tags: a remote, or an earlier record of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Finding, Gap, Report};
use crate::name::{CommitId, ReleaseRef};
use crate::release::ledger::Ledger;

/// The published JSON Schema of a record.
pub const SCHEMA: &str = include_str!("../../schemas/release-record-v1.schema.json");

/// The objects that tags name, by the tags' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// For each tag the tag object, or the commit of a lightweight one.
    pub tags: BTreeMap<String, CommitId>,
}

/// Who knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witness {
    /// Another repository: what it lacks may just not be pushed, what this clone lacks is not fetched.
    Remote(String),
    /// An earlier record: what it has must still be there.
    Record(String),
}

/// Why a text is no record of releases.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// It is no JSON of the record's form.
    #[error("it is no record of releases: {0}")]
    Form(#[from] serde_json::Error),
    /// It is of a version that is not known here.
    #[error("it is a record of version {0}, and this program knows version 1")]
    Version(u32),
    /// An object's name is none.
    #[error("`{0}` is not the name of a git object")]
    Object(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordV1 {
    version: u32,
    releases: Vec<ReleaseV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseV1 {
    tag: String,
    object: String,
    commit: Option<String>,
    digest: Option<String>,
}

impl Known {
    /// Reads a record that [`record`] has written.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, KnownError> {
        let record: RecordV1 = serde_json::from_str(text)?;
        if record.version != 1 {
            return Err(KnownError::Version(record.version));
        }
        let tag = |release: ReleaseV1| match release.object.parse() {
            Ok(object) => Ok((release.tag, object)),
            Err(_) => Err(KnownError::Object(release.object)),
        };
        Ok(Self { tags: record.releases.into_iter().map(tag).collect::<Result<_, _>>()? })
    }
}

/// The record of `ledger` as JSON, version 1: what [`Known::read`] reads.
pub fn record(ledger: &Ledger) -> String {
    let releases = ledger.entries().filter_map(|(_, entry)| {
        Some(ReleaseV1 {
            tag: entry.tag.name.clone(),
            object: entry.object()?.to_string(),
            commit: entry.commit().map(|commit| commit.to_string()),
            digest: entry.record.as_ref().ok().map(|record| record.digest.to_string()),
        })
    });
    let record = RecordV1 { version: 1, releases: releases.collect() };
    let mut text = serde_json::to_string_pretty(&record).expect("because strings and numbers are JSON");
    text.push('\n');
    text
}

/// Compares the releases of `ledger` that `is_wanted` says yes to with what `witness` knows. How many it does not know.
pub fn compare(
    ledger: &Ledger,
    tag_prefix: &str,
    known: &Known,
    witness: &Witness,
    is_wanted: &dyn Fn(&ReleaseRef) -> bool,
    report: &mut Report,
) -> usize {
    let mut unknown = 0;
    for (release, entry) in ledger.entries().filter(|(release, _)| is_wanted(release)) {
        let Some(here) = entry.object() else { continue };
        match known.tags.get(&entry.tag.name) {
            None => unknown += 1,
            Some(there) if *there == here => {}
            Some(there) => report.findings.push(moved(release, here, *there, witness)),
        }
    }
    for tag in known.tags.keys() {
        let Some(Ok(release)) = tag.strip_prefix(tag_prefix).map(str::parse::<ReleaseRef>) else { continue };
        if ledger.get(&release).is_some() || !is_wanted(&release) {
            continue;
        }
        report.releases += 1;
        match witness {
            Witness::Remote(remote) => report.gaps.push(Gap {
                release,
                reason: format!("this clone lacks a tag that `{remote}` has: `git fetch {remote} --tags` brings it"),
            }),
            Witness::Record(file) => {
                let message = format!("the tag `{tag}` is gone: `{file}` has it");
                let help = "fetch it from a clone that still has it: releases stay for ever";
                report.findings.push(Finding::new("VER003", &release, None, message).help(help));
            }
        }
    }
    report.sort();
    unknown
}

fn moved(release: &ReleaseRef, here: CommitId, there: CommitId, witness: &Witness) -> Finding {
    let who = match witness {
        Witness::Remote(name) | Witness::Record(name) => name,
    };
    let message = format!("the tag is another one than `{who}` has: it was moved or edited");
    Finding::new("VER003", release, None, message)
        .note(format!("here it is {here}"))
        .note(format!("there it is {there}"))
        .help("find out who replaced it and why; bundles and routes that name its digest tell which one was meant")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::{Annotation, Tag};

    fn ledger(objects: &[(&str, u8)]) -> Ledger {
        let tag = |(name, object): &(&str, u8)| {
            let id = CommitId::new(&[*object; 20]).expect("twenty bytes");
            let annotation = Annotation { id, tagger: None, tagged: None, message: String::new(), signature: None };
            Tag { name: (*name).to_owned(), commit: Some(id), annotation: Some(annotation) }
        };
        Ledger::new(objects.iter().map(tag), "")
    }

    fn found(before: &[(&str, u8)], now: &[(&str, u8)], witness: &Witness) -> (usize, Vec<String>) {
        let known = Known::read(&record(&ledger(before))).expect("what was written can be read");
        let mut report = Report::default();
        let unknown = compare(&ledger(now), "", &known, witness, &|_| true, &mut report);
        let findings =
            report.findings.iter().map(|finding| format!("{} {}", finding.diagnostic.rule.code, finding.release));
        let gaps = report.gaps.iter().map(|gap| format!("gap {}", gap.release));
        (unknown, findings.chain(gaps).collect())
    }

    #[test]
    fn a_tag_that_is_another_one_or_gone_is_found() {
        let before = [("a@1.0.0", 1), ("a@1.1.0", 2), ("b@1.0.0", 3)];
        let now = [("a@1.0.0", 1), ("a@1.1.0", 9), ("c@1.0.0", 4)];
        let file = Witness::Record("known.json".to_owned());
        assert_eq!(found(&before, &now, &file), (1, vec!["VER003 a@1.1.0".to_owned(), "VER003 b@1.0.0".to_owned()]));
        let origin = Witness::Remote("origin".to_owned());
        assert_eq!(found(&before, &now, &origin), (1, vec!["VER003 a@1.1.0".to_owned(), "gap b@1.0.0".to_owned()]));
        assert_eq!(found(&before, &before, &file), (0, Vec::new()));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for text in ["", "{}", "{\"version\": 2, \"releases\": []}"] {
            assert!(Known::read(text).is_err(), "{text}");
        }
        let object =
            "{\"version\": 1, \"releases\": [{\"tag\": \"a\", \"object\": \"x\", \"commit\": null, \"digest\": null}]}";
        assert!(matches!(Known::read(object), Err(KnownError::Object(_))));
    }
}
