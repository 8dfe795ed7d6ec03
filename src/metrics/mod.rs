//! What was measured of an artifact, release by release, and between which releases a measure moved.

pub mod statistics;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use semver::{Version, VersionReq};

use crate::name::{ArtifactId, ReleaseRef};
use crate::release::ledger::{Entry, Ledger};
use crate::release::record::Metric;
use crate::revision::Moment;
use statistics::Share;

/// Which versions of an artifact are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Range {
    /// Every one.
    All,
    /// From the first to the last, both included: `1.2.0..2.0.0`, `1.2.0..`, `..2.0.0`.
    Between(Option<Version>, Option<Version>),
    /// Those that match a requirement: `^1.2`, `>=1.2, <3`. A version alone is itself and no other.
    Matching(VersionReq),
}

/// Why a text is no range of versions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no range of versions: write it as 1.2.0..2.0.0, or as ^1.2")]
pub struct RangeError(String);

impl FromStr for Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let wrong = || RangeError(text.to_owned());
        let version = |text: &str| match text.trim() {
            "" => Ok(None),
            text => Version::parse(text).map(Some).map_err(|_| wrong()),
        };
        if let Some((first, last)) = text.split_once("..") {
            return Ok(Self::Between(version(first)?, version(last)?));
        }
        if let Ok(one) = Version::parse(text) {
            return Ok(Self::Between(Some(one.clone()), Some(one)));
        }
        VersionReq::parse(text).map(Self::Matching).map_err(|_| wrong())
    }
}

impl Range {
    /// Whether `version` is meant.
    pub fn has(&self, version: &Version) -> bool {
        match self {
            Self::All => true,
            Self::Between(first, last) => {
                first.as_ref().is_none_or(|first| first <= version) && last.as_ref().is_none_or(|last| version <= last)
            }
            Self::Matching(requirement) => requirement.matches(version),
        }
    }
}

/// What was measured of one artifact by one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The artifact.
    pub artifact: ArtifactId,
    /// The metric's name.
    pub name: String,
    /// The measures, by precedence of the releases.
    pub points: Vec<Point>,
}

/// A measure of one release.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The release.
    pub release: ReleaseRef,
    /// When it was tagged, where the tag says it.
    pub when: Option<Moment>,
    /// The measure as the record has it.
    pub metric: Metric,
    /// Its value.
    pub value: f64,
}

impl Point {
    fn of(release: &ReleaseRef, entry: &Entry, metric: &Metric) -> Option<Self> {
        let when = entry.tag.annotation.as_ref().and_then(|annotation| annotation.tagged);
        let value = metric.value.parse().ok().filter(|value: &f64| value.is_finite())?;
        Some(Self { release: release.clone(), when, metric: metric.clone(), value })
    }

    /// The value as a share of its samples, if it can be one.
    pub fn share(&self) -> Option<Share> {
        Share::new(self.value, self.metric.n?)
    }
}

/// Everything that was measured of `artifact`, which keeps what it had under earlier ids, in the order of the metrics'
/// names. `name` leaves out all other metrics.
pub fn series(ledger: &Ledger, artifact: &ArtifactId, range: &Range, name: Option<&str>) -> Vec<Series> {
    let ids = ledger.ids_of(artifact);
    let mut releases: Vec<(&ReleaseRef, &Entry)> = ids.iter().flat_map(|id| ledger.of(id)).collect();
    releases.retain(|(release, _)| range.has(&release.version));
    releases.sort_by(|a, b| a.0.version.cmp(&b.0.version));
    let recorded = |entry: &'_ Entry| entry.record.as_ref().map(|record| record.metrics.clone()).unwrap_or_default();
    let names: BTreeSet<String> = releases
        .iter()
        .flat_map(|(_, entry)| recorded(entry))
        .map(|metric| metric.name)
        .filter(|metric| name.is_none_or(|name| name == metric))
        .collect();
    let of_name = |name: String| {
        let points = releases.iter().flat_map(|(release, entry)| {
            let here = entry.record.iter().flat_map(|record| &record.metrics).filter(|metric| metric.name == name);
            here.filter_map(|metric| Point::of(release, entry, metric)).collect::<Vec<_>>()
        });
        let points: Vec<Point> = points.collect();
        Series { artifact: artifact.clone(), points, name }
    };
    names.into_iter().map(of_name).filter(|series| !series.points.is_empty()).collect()
}

/// What happened to a metric from one release to the next one that has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference<'a> {
    /// Before.
    pub before: &'a Point,
    /// After.
    pub after: &'a Point,
    /// What can be said about it.
    pub verdict: Verdict,
}

/// What the sample sizes allow to say about a difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The values are the same.
    Same,
    /// It moved: were nothing different, so large a difference would have this chance.
    Moved(f64),
    /// The samples do not show that it moved: were nothing different, so large a difference would have this chance.
    Undecided(f64),
    /// It cannot be judged.
    Unknown(Obstacle),
}

/// Why a difference cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The records do not say over how many samples.
    NoSamples,
    /// A value is no share between 0 and 1, and the records do not say how much it varies.
    NoShare,
    /// Other suites, or other versions of a suite, measure something else.
    OtherSuite,
    /// The samples are too few for the test.
    TooFewSamples,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSamples => "the records do not say over how many samples",
            Self::NoShare => "the value is no share between 0 and 1, and the records do not say how much it varies",
            Self::OtherSuite => "they were measured by different suites",
            Self::TooFewSamples => "the samples are too few",
        })
    }
}

/// What happened between each two neighbours of `series`. Differences of one series are judged together, so that many
/// releases do not make one that moved by chance.
pub fn differences(series: &Series) -> Vec<Difference<'_>> {
    let pairs = series.points.windows(2).filter_map(|pair| Some((pair.first()?, pair.last()?)));
    let judged: Vec<_> = pairs.map(|(before, after)| (before, after, chance(before, after))).collect();
    let chances: Vec<f64> = judged.iter().filter_map(|(_, _, chance)| chance.as_ref().ok().copied()).collect();
    let mut stands = statistics::standing(&chances).into_iter();
    let verdict =
        |before: &Point, after: &Point, chance: Result<f64, Obstacle>, stands: &mut dyn Iterator<Item = bool>| {
            let moved = chance.is_ok() && stands.next() == Some(true);
            match chance {
                _ if before.value.total_cmp(&after.value).is_eq() => Verdict::Same,
                Ok(chance) if moved => Verdict::Moved(chance),
                Ok(chance) => Verdict::Undecided(chance),
                Err(obstacle) => Verdict::Unknown(obstacle),
            }
        };
    judged
        .into_iter()
        .map(|(before, after, chance)| {
            let verdict = verdict(before, after, chance, &mut stands);
            Difference { before, after, verdict }
        })
        .collect()
}

fn chance(before: &Point, after: &Point) -> Result<f64, Obstacle> {
    if before.metric.suite != after.metric.suite {
        return Err(Obstacle::OtherSuite);
    }
    if before.metric.n.is_none() || after.metric.n.is_none() {
        return Err(Obstacle::NoSamples);
    }
    let (Some(one), Some(other)) = (before.share(), after.share()) else { return Err(Obstacle::NoShare) };
    statistics::chance_of_difference(one, other).ok_or(Obstacle::TooFewSamples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::CommitId;
    use crate::revision::{Annotation, Tag};

    fn tag(version: &str, metrics: &str) -> Tag {
        let digest = format!("sha256:{}", "1f".repeat(32));
        let message = format!("T\n\nArtifact: a\nVersion: {version}\nDigest: {digest}\n{metrics}");
        let commit = CommitId::new(&[1; 20]).expect("twenty bytes");
        let annotation = Annotation { id: commit, tagger: None, tagged: None, message, signature: None };
        Tag { name: format!("a@{version}"), commit: Some(commit), annotation: Some(annotation) }
    }

    fn verdicts(values: &[&str]) -> Vec<Verdict> {
        let tags =
            values.iter().enumerate().map(|(at, value)| tag(&format!("1.{at}.0"), &format!("Metric: m={value}\n")));
        let ledger = Ledger::new(tags, "");
        let series = series(&ledger, &ArtifactId::from_pattern("a"), &Range::All, Some("m"));
        differences(&series[0]).into_iter().map(|difference| difference.verdict).collect()
    }

    #[test]
    fn a_move_is_told_from_noise_and_from_what_cannot_be_told() {
        let moved = verdicts(&["0.05 n=400", "0.06 n=400", "0.12 n=400", "0.12 n=400"]);
        assert!(matches!(moved[..], [Verdict::Undecided(_), Verdict::Moved(_), Verdict::Same]), "{moved:?}");
        let unknown = |values: [&str; 2]| match verdicts(&values)[..] {
            [Verdict::Unknown(obstacle)] => obstacle,
            ref other => panic!("{other:?}"),
        };
        assert_eq!(unknown(["0.1", "0.2 n=9"]), Obstacle::NoSamples);
        assert_eq!(unknown(["120 n=9", "140 n=9"]), Obstacle::NoShare);
        assert_eq!(unknown(["0.1 n=9", "0.2 n=9"]), Obstacle::TooFewSamples);
        assert_eq!(unknown(["0.1 n=900 suite=s@1.0.0", "0.2 n=900 suite=s@2.0.0"]), Obstacle::OtherSuite);
    }

    #[test]
    fn ranges_are_read() {
        let has = |range: &str| {
            let range: Range = range.parse().unwrap_or_else(|error| panic!("{error}"));
            let all = ["1.0.0", "1.4.0", "1.4.1", "2.0.0-rc.1", "2.0.0"];
            all.into_iter().filter(|version| range.has(&version.parse().expect("a version"))).collect::<Vec<_>>()
        };
        assert_eq!(has("1.4.0"), ["1.4.0"]);
        assert_eq!(has("^1.4"), ["1.4.0", "1.4.1"]);
        assert_eq!(has("1.4.0.."), ["1.4.0", "1.4.1", "2.0.0-rc.1", "2.0.0"]);
        assert_eq!(has("..1.4.0"), ["1.0.0", "1.4.0"]);
        assert!("one".parse::<Range>().is_err() && "1..x".parse::<Range>().is_err());
    }

    #[test]
    fn series_go_by_precedence_of_versions() {
        let tags = [tag("1.10.0", "Metric: b=2\nMetric: a=1\n"), tag("1.9.0", "Metric: a=3\n")];
        let all = series(&Ledger::new(tags, ""), &ArtifactId::from_pattern("a"), &Range::All, None);
        let shown: Vec<(&str, Vec<f64>)> = all
            .iter()
            .map(|series| (series.name.as_str(), series.points.iter().map(|point| point.value).collect()))
            .collect();
        assert_eq!(shown, [("a", vec![3.0, 1.0]), ("b", vec![2.0])]);
    }
}
