//! What a release is found to be when its tagged commit is looked at.

use super::Check;
use crate::lint::baseline::Baseline;
use crate::lint::ground::Ground;
use crate::lint::{self, Request};
use crate::name::{ArtifactId, CommitId};
use crate::path::StorePath;
use crate::release::record::Record;
use crate::revision::{Contents, Revisions};
use crate::store::Store;
use crate::store::catalogue::Catalogue;
use crate::store::snapshot::Snapshot;

/// Whether the artifact at `commit` has the digest that `record` says.
pub fn digest(revisions: &dyn Revisions, commit: CommitId, record: &Record) -> Check {
    let snapshot = match revisions.snapshot(commit) {
        Ok(snapshot) => snapshot,
        Err(error) => return Check::Unknown(error.to_string()),
    };
    let catalogue = Catalogue::new(&snapshot);
    let Some(artifact) = catalogue.artifact(&record.release.artifact) else {
        return Check::Failed(format!("the tagged commit {} has no such artifact", commit.short()));
    };
    let store = catalogue.load(&snapshot, [&artifact]);
    match store.content(&artifact) {
        Ok(content) if content.digest() == record.digest => Check::Passed,
        Ok(content) => {
            let digest = content.digest();
            Check::Failed(format!(
                "the tagged content has {}, and the tag says {}",
                digest.short(),
                record.digest.short()
            ))
        }
        Err(unresolved) => match store.closure(&artifact).files.iter().find_map(|path| snapshot.read(path).err()) {
            Some(reason) => Check::Unknown(reason),
            None => Check::Failed(format!("the tagged content has no digest: {unresolved}")),
        },
    }
}

/// Whether the artifact `id` at `commit` lints clean by the policies, the configuration and the baseline of `target`: the
/// branch that is to serve it. `today` is as in [`Request::today`].
pub fn lint(contents: &dyn Contents, commit: CommitId, id: &ArtifactId, target: &Snapshot, today: String) -> Check {
    let tagged = match contents.snapshot(commit) {
        Ok(tagged) => tagged,
        Err(error) => return Check::Unknown(error.to_string()),
    };
    let moment = Ground::of(target).map_or_else(|| tagged.clone(), |ground| ground.under(&tagged));
    let Some(artifact) = Catalogue::new(&moment).artifact(id) else {
        return Check::Failed(format!("the tagged commit {} has no such artifact", commit.short()));
    };
    let store = Store::load_only(moment, &[artifact.path.clone()].into());
    let scope = store.closure(&artifact).paths().map(ToString::to_string).collect();
    let request = Request { scope, today, ..Request::default() };
    let mut report = lint::run(&store, &request).expect("because only a request that names rules can name a wrong one");
    let path = store.config().lint.baseline.as_ref().map_or(lint::baseline::DEFAULT_PATH, |path| path.value.as_str());
    let known = path.parse().ok().and_then(|path: StorePath| target.entry(&path).and_then(|_| target.read(&path).ok()));
    if let Some(baseline) = known.and_then(|text| Baseline::read(&String::from_utf8_lossy(&text)).ok()) {
        baseline.hold_back(&mut report, &store, &request);
    }
    if let Err(error) = contents.check_reads() {
        return Check::Unknown(error.to_string());
    }
    let least = store.config().lint.fail_on;
    let mut failing = report.findings.iter().filter(|finding| finding.severity >= least);
    let Some(first) = failing.next() else { return Check::Passed };
    let more = match failing.count() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Check::Failed(format!("{} in `{}` at the tag: {}{more}", first.rule.code, first.file, first.message))
}
