//! What was applied, beside what was meant to be live: deploy receipts against the branch.

use super::answer::{Answer, Evidence, Observed, Receipt, Subject};
use super::hazard::Hazard;
use super::state::{State, differences};
use super::{ENVIRONMENTS, Past};
use crate::name::{CommitId, EnvName, RouteName};
use crate::path::StorePath;
use crate::revision::RevisionError;
use crate::store::route::Dimension;
use crate::store::snapshot::Snapshot;

/// Puts beside `answer` what `receipts` say of its environment, and grades the evidence. `receipts` may be in any order; of
/// two for one second the later one counts. `until` is the first second after the time that was asked about.
///
/// # Errors
/// When a part of the history is not in this clone. A commit of a receipt that is not is a hazard.
pub fn observe(
    past: &dyn Past,
    answer: &mut Answer,
    receipts: &[Receipt],
    until: i64,
    dimension: Option<Dimension>,
) -> Result<(), RevisionError> {
    let Subject::Route { environment, route } = answer.subject.clone() else { return Ok(()) };
    let mut receipts: Vec<&Receipt> = receipts.iter().filter(|receipt| receipt.applied < until).collect();
    receipts.sort_by_key(|receipt| receipt.applied);
    if receipts.is_empty() {
        return Ok(());
    }
    let reader = Reader { past, environment: &environment, route: &route, dimension };
    let mut covered = true;
    for segment in &answer.segments {
        let (Some(start), end) = (segment.start, segment.end.unwrap_or(until).min(until)) else {
            covered = false;
            continue;
        };
        let first = receipts.partition_point(|receipt| receipt.applied <= start);
        covered &= first > 0;
        let later = receipts[first..].iter().take_while(|receipt| receipt.applied < end);
        let within: Vec<&&Receipt> = receipts[..first].last().into_iter().chain(later).collect();
        for (at, receipt) in within.iter().enumerate() {
            let start = receipt.applied.max(start);
            let end = within.get(at + 1).map_or(end, |next| next.applied);
            if end <= start {
                continue;
            }
            match reader.differences(start, receipt.commit) {
                Ok(differences) => {
                    answer.observed.push(Observed { start, end, receipt: (**receipt).clone(), differences });
                }
                Err(RevisionError::Incomplete(_) | RevisionError::Unknown(_)) => {
                    covered = false;
                    let (commit, applied) = (receipt.commit, receipt.applied);
                    answer.hazards.push(Hazard::UnknownDeployment { commit, applied });
                }
                Err(error) => return Err(error),
            }
        }
    }
    answer.hazards.sort();
    answer.hazards.dedup();
    // An answer is as well founded as its weakest part.
    let weakest = answer.observed.iter().map(|observed| &observed.receipt).min_by_key(|receipt| receipt.signed);
    if let Some(weakest) = weakest.filter(|_| covered) {
        answer.evidence = Evidence::Observed(weakest.clone());
    }
    Ok(())
}

struct Reader<'a> {
    past: &'a dyn Past,
    environment: &'a EnvName,
    route: &'a RouteName,
    dimension: Option<Dimension>,
}

impl Reader<'_> {
    /// In what the state of `applied` differs from what was meant to be live at `second`.
    fn differences(&self, second: i64, applied: CommitId) -> Result<Vec<super::state::Difference>, RevisionError> {
        let chain = self.past.chain();
        let intended = match chain.active(second) {
            Some(position) if chain.commit(position) == applied => return Ok(Vec::new()),
            Some(position) => self.state(chain.commit(position))?,
            None => State::Absent,
        };
        Ok(differences(&intended, &self.state(applied)?))
    }

    fn state(&self, commit: CommitId) -> Result<State, RevisionError> {
        let snapshot = self.past.snapshot(commit)?;
        Ok(self.read(&snapshot).unwrap_or(State::Absent).only(self.dimension))
    }

    fn read(&self, snapshot: &Snapshot) -> Option<State> {
        // Of two files of one name `.yaml` stands first, as in the store.
        ["yaml", "yml"].into_iter().find_map(|suffix| {
            let path: StorePath =
                format!("{ENVIRONMENTS}/{}/{}.{suffix}", self.environment, self.route).parse().ok()?;
            let blob = snapshot.entry(&path)?.blob?;
            Some(State::of_file(&path, blob, &snapshot.read(&path).ok()?))
        })
    }
}
