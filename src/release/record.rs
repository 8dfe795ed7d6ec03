//! What a release says of itself: the message of its tag.
//!
//! ```text
//! prompts/support/answer 1.4.0
//!
//! Shorter answers, and no apologies.
//!
//! Artifact: prompts/support/answer
//! Version: 1.4.0
//! Digest: sha256:1f0c9a7be2d4...
//! Previous: prompts/support/answer@1.3.0
//! Bump: minor
//! Bump-Reason: minor: system message: 2 sentences changed
//! Metric: hallucination_rate=0.021 n=400 suite=suites/support@1.1.0
//! ```
//!
//! A title, the notes, and [trailers](crate::trailer). Artifact, version and digest must be there; whatever else cannot
//! be understood is kept among [`Record::others`], because a tag never moves and so can never be mended.

use std::fmt;
use std::str::FromStr;

use semver::Version;

use super::Bump;
use crate::name::{ArtifactId, Digest, ReleaseRef};
use crate::trailer::{self, Trailer};

/// What a release says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The message's first line.
    pub title: String,
    /// What somebody wrote about the release; may have several paragraphs, may be empty.
    pub notes: String,
    /// The artifact and its version: `Artifact:` and `Version:`.
    pub release: ReleaseRef,
    /// The digest of the artifact's content at the tagged commit.
    pub digest: Digest,
    /// The release that this one was compared with: the one before it on its line of history that is no pre-release. It
    /// has another artifact id where the artifact was renamed. `None` for a first release.
    pub previous: Option<ReleaseRef>,
    /// The step from `previous`. `None` for a first release.
    pub bump: Option<Bump>,
    /// What the content demanded, where somebody allowed less: `Bump-Lowered-From:`.
    pub lowered_from: Option<Bump>,
    /// Why the step is what it is, the gravest reason first.
    pub reasons: Vec<Reason>,
    /// What was measured.
    pub metrics: Vec<Metric>,
    /// Trailers that mean nothing here, or whose value cannot be understood, in order.
    pub others: Vec<Trailer>,
}

/// A reason for a bump: `major: input `tone` became required`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The step that it demands, where it says so.
    pub bump: Option<Bump>,
    /// The reason in words, with its place.
    pub text: String,
}

/// A measured value: `hallucination_rate=0.021 n=400 suite=suites/support@1.1.0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// What was measured. Neither blanks nor `=`.
    pub name: String,
    /// The number as it was given, so that nothing is rounded; it is a number of JSON.
    pub value: String,
    /// Over how many samples.
    pub n: Option<u64>,
    /// By which suite, as it was given: `suites/support@1.1.0`. No blanks.
    pub suite: Option<String>,
}

/// Why a tag's message is no record of a release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A trailer that every record has is not there.
    #[error("it has no `{0}:` trailer")]
    Missing(&'static str),
    /// Its value is none.
    #[error("its `{key}:` trailer says `{value}`, which is not {wanted}")]
    Wrong {
        /// The trailer.
        key: &'static str,
        /// As it is written.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
}

impl FromStr for Record {
    type Err = RecordError;

    fn from_str(message: &str) -> Result<Self, RecordError> {
        let (text, trailers) = trailer::split(message);
        let (title, notes) = text.trim_start().split_once('\n').unwrap_or((text.trim(), ""));
        let required = |key: &'static str| {
            let found = trailers.iter().find(|trailer| trailer.is(key));
            found.map(|trailer| trailer.value.as_str()).ok_or(RecordError::Missing(key))
        };
        let wrong = |key, value: &str, wanted| RecordError::Wrong { key, value: value.to_owned(), wanted };
        let artifact = ArtifactId::from_pattern(required("Artifact")?);
        artifact.check_releasable().map_err(|_| wrong("Artifact", artifact.as_str(), "the id of an artifact"))?;
        let version = required("Version")?;
        let version = Version::parse(version).map_err(|_| wrong("Version", version, "a version like 1.4.0"))?;
        let digest = required("Digest")?;
        let digest = digest.parse().map_err(|_| wrong("Digest", digest, "`sha256:` and 64 hexadecimal digits"))?;
        let mut record = Self {
            title: title.trim_end().to_owned(),
            notes: notes.trim().replace("\r\n", "\n"),
            release: ReleaseRef { artifact, version },
            digest,
            previous: None,
            bump: None,
            lowered_from: None,
            reasons: Vec::new(),
            metrics: Vec::new(),
            others: Vec::new(),
        };
        let mut seen = Vec::new();
        for trailer in trailers {
            let first = ["Artifact", "Version", "Digest"].into_iter().find(|key| trailer.is(key));
            match first.filter(|key| !seen.contains(key)) {
                Some(key) => seen.push(key),
                None => record.take(trailer),
            }
        }
        Ok(record)
    }
}

impl Record {
    /// The value of the digest trailer alone, which is all that most questions need.
    pub fn digest_in(message: &str) -> Option<Digest> {
        trailer::of(message).iter().find(|trailer| trailer.is("Digest"))?.value.parse().ok()
    }

    fn take(&mut self, trailer: Trailer) {
        let value = trailer.value.as_str();
        if trailer.is("Previous") && self.previous.is_none() {
            self.previous = value.parse().ok();
            if self.previous.is_some() {
                return;
            }
        } else if trailer.is("Bump") && self.bump.is_none() {
            self.bump = Bump::from_word(value);
            if self.bump.is_some() {
                return;
            }
        } else if trailer.is("Bump-Lowered-From") && self.lowered_from.is_none() {
            self.lowered_from = Bump::from_word(value);
            if self.lowered_from.is_some() {
                return;
            }
        } else if trailer.is("Bump-Reason") && !value.is_empty() {
            self.reasons.push(Reason::read(value));
            return;
        } else if trailer.is("Metric")
            && let Ok(metric) = value.parse()
        {
            self.metrics.push(metric);
            return;
        }
        self.others.push(trailer);
    }

    fn trailers(&self) -> Vec<Trailer> {
        let mut trailers = vec![
            Trailer::new("Artifact", self.release.artifact.as_str()),
            Trailer::new("Version", &self.release.version.to_string()),
            Trailer::new("Digest", &self.digest.to_string()),
        ];
        trailers.extend(self.previous.as_ref().map(|previous| Trailer::new("Previous", &previous.to_string())));
        trailers.extend(self.bump.map(|bump| Trailer::new("Bump", bump.as_str())));
        trailers.extend(self.lowered_from.map(|bump| Trailer::new("Bump-Lowered-From", bump.as_str())));
        trailers.extend(self.reasons.iter().map(|reason| Trailer::new("Bump-Reason", &reason.to_string())));
        trailers.extend(self.metrics.iter().map(|metric| Trailer::new("Metric", &metric.to_string())));
        trailers.extend(self.others.iter().cloned());
        trailers
    }
}

/// The tag's message, with a line break at its end.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", trailer::one_line(&self.title))?;
        if !self.notes.trim().is_empty() {
            for line in self.notes.trim().lines() {
                // A line that looks like the start of a signature would be taken for one.
                let quoted = if line.starts_with("-----BEGIN ") { " " } else { "" };
                writeln!(f, "{quoted}{}", line.trim_end())?;
            }
            writeln!(f)?;
        }
        self.trailers().iter().try_for_each(|trailer| writeln!(f, "{trailer}"))
    }
}

impl Reason {
    fn read(text: &str) -> Self {
        let split = text.split_once(": ").and_then(|(bump, text)| Some((Bump::from_word(bump)?, text)));
        match split {
            Some((bump, text)) => Self { bump: Some(bump), text: text.to_owned() },
            None => Self { bump: None, text: text.to_owned() },
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bump {
            Some(bump) => write!(f, "{bump}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// Why a text is no metric.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetricError {
    /// The name is empty, or has blanks, control characters or `=`.
    #[error("`{0}` is no name for a metric: it has blanks or `=`, or nothing at all")]
    Name(String),
    /// The value is no number.
    #[error("`{0}` is no number")]
    Value(String),
    /// The number of samples is none.
    #[error("`{0}` is no number of samples")]
    Samples(String),
    /// The suite's name has blanks or control characters, or is empty.
    #[error("`{0}` is no name of a suite")]
    Suite(String),
    /// Something else stands there.
    #[error("`{0}` is not written as `name=value n=samples suite=id@version`")]
    Shape(String),
}

impl Metric {
    /// A metric that can be written and read again.
    ///
    /// # Errors
    /// When the name, the value or the suite is none.
    pub fn new(name: &str, value: &str, n: Option<u64>, suite: Option<&str>) -> Result<Self, MetricError> {
        let is_word = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
        if !is_word(name) || name.contains('=') {
            return Err(MetricError::Name(name.to_owned()));
        }
        // Deserialised as a raw number would be rounded; as a value that is then thrown away it is only checked.
        let is_number = serde_json::from_str::<serde_json::Number>(value).is_ok();
        if !is_number || !is_word(value) {
            return Err(MetricError::Value(value.to_owned()));
        }
        if let Some(suite) = suite.filter(|suite| !is_word(suite)) {
            return Err(MetricError::Suite(suite.to_owned()));
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned(), n, suite: suite.map(str::to_owned) })
    }

    /// The value as a number to count with.
    pub fn number(&self) -> f64 {
        self.value.parse().expect("because a number of JSON is one of Rust")
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)?;
        if let Some(n) = self.n {
            write!(f, " n={n}")?;
        }
        self.suite.as_ref().map_or(Ok(()), |suite| write!(f, " suite={suite}"))
    }
}

impl FromStr for Metric {
    type Err = MetricError;

    fn from_str(text: &str) -> Result<Self, MetricError> {
        let shape = || MetricError::Shape(text.to_owned());
        let mut words = text.split_ascii_whitespace();
        let (name, value) = words.next().and_then(|word| word.split_once('=')).ok_or_else(shape)?;
        let (mut n, mut suite) = (None, None);
        for word in words {
            match word.split_once('=').ok_or_else(shape)? {
                ("n", samples) if n.is_none() => {
                    n = Some(samples.parse().map_err(|_| MetricError::Samples(samples.to_owned()))?);
                }
                ("suite", name) if suite.is_none() => suite = Some(name),
                _ => return Err(shape()),
            }
        }
        Self::new(name, value, n, suite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const MESSAGE: &str = "\
prompts/support/answer 1.4.0

Shorter answers.

Nothing: else changed, and this is no trailer.

Artifact: prompts/support/answer
Version: 1.4.0
Digest: sha256:1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f
Previous: prompts/support/answer@1.3.0
Bump: minor
Bump-Lowered-From: major
Bump-Reason: major: input `tone` became required
Bump-Reason: as it was told
Metric: hallucination_rate=0.0210 n=400 suite=suites/support@1.1.0
Metric: cost=1e-3
Metric: what is this
Ticket: ML-17
";

    #[test]
    fn a_message_is_read_and_written_alike() {
        let record: Record = MESSAGE.parse().expect("it is a record");
        assert_eq!(record.title, "prompts/support/answer 1.4.0");
        assert_eq!(record.notes, "Shorter answers.\n\nNothing: else changed, and this is no trailer.");
        assert_eq!(record.release.to_string(), "prompts/support/answer@1.4.0");
        assert_eq!((record.bump, record.lowered_from), (Some(Bump::Minor), Some(Bump::Major)));
        assert_eq!(record.reasons[0].bump, Some(Bump::Major));
        assert_eq!(record.reasons[1], Reason { bump: None, text: "as it was told".to_owned() });
        assert_eq!((record.metrics[0].value.as_str(), record.metrics[0].n), ("0.0210", Some(400)));
        let others: Vec<String> = record.others.iter().map(ToString::to_string).collect();
        assert_eq!(others, ["Metric: what is this", "Ticket: ML-17"]);
        let moved = MESSAGE.replace("Metric: what is this\n", "").replace("Ticket", "Metric: what is this\nTicket");
        assert_eq!(record.to_string(), moved);
        assert_eq!(Record::digest_in(MESSAGE), Some(record.digest));
    }

    #[test]
    fn a_message_that_is_no_record_says_why() {
        let why = |message: &str| message.parse::<Record>().map(|_| ()).map_err(|error| error.to_string());
        let without = |key: &str| -> String {
            MESSAGE.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect()
        };
        assert_eq!(why("by hand").unwrap_err(), "it has no `Artifact:` trailer");
        assert_eq!(why(&without("Digest")).unwrap_err(), "it has no `Digest:` trailer");
        assert_eq!(
            why(&MESSAGE.replace("Version: 1.4.0", "Version: v1.4")).unwrap_err(),
            "its `Version:` trailer says `v1.4`, which is not a version like 1.4.0"
        );
        assert!(why(&MESSAGE.replace("Previous: ", "Previous: ?")).is_ok(), "what may be missing may be wrong");
    }

    #[test]
    fn a_metric_is_a_number_with_a_name() {
        for text in ["a=1", "a.b/c=-0.5 n=3", "f1=0.30000000000000004441 suite=s@1.0.0", "a=1E+2 n=1 suite=x"] {
            assert_eq!(text.parse::<Metric>().expect(text).to_string(), text);
        }
        for text in ["a", "=1", "a=", "a=NaN", "a=01", "a=1 n=-1", "a=1 k=2", "a=1 n=1 n=2", "a=.5", "a=1 suite="] {
            assert!(text.parse::<Metric>().is_err(), "{text}");
        }
    }

    #[test]
    fn notes_cannot_pass_for_a_signature() {
        let mut record: Record = MESSAGE.parse().expect("it is a record");
        record.notes = "-----BEGIN PGP SIGNATURE-----".to_owned();
        assert!(record.to_string().contains("\n -----BEGIN"));
    }

    fn records() -> impl Strategy<Value = Record> {
        let bump = || proptest::option::of(prop_oneof![Just(Bump::Patch), Just(Bump::Minor), Just(Bump::Major)]);
        let line = "[!-~äλ](.{0,20}[!-~])?".prop_map(|text| trailer::one_line(&text));
        let reason = (bump(), line.clone()).prop_filter_map("a text that names a bump has it", |(bump, text)| {
            let reason = Reason { bump, text };
            (Reason::read(&reason.to_string()) == reason).then_some(reason)
        });
        let metric = ("[a-z_.]{1,9}", any::<f32>(), proptest::option::of(any::<u64>()), any::<bool>())
            .prop_filter_map("finite numbers alone", |(name, value, n, suite)| {
                Metric::new(&name, &value.to_string(), n, suite.then_some("suites/a@1.0.0")).ok()
            });
        let notes = vec(line.clone(), 0..4)
            .prop_map(|lines| lines.join("\n\n"))
            .prop_filter("signatures are quoted", |notes| !notes.contains("-----BEGIN "));
        (notes, any::<[u8; 32]>(), bump(), bump(), vec(reason, 0..4), vec(metric, 0..4), vec(line, 0..3)).prop_map(
            |(notes, digest, bump, lowered_from, reasons, metrics, others)| Record {
                title: "prompts/a 1.2.3-rc.1".to_owned(),
                notes,
                release: "prompts/a@1.2.3-rc.1".parse().expect("a release"),
                digest: Digest::new(digest),
                previous: bump.map(|_| "prompts/b@1.0.0".parse().expect("a release")),
                bump,
                lowered_from,
                reasons,
                metrics,
                others: others.iter().map(|value| Trailer::new("Seen-by", value)).collect(),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(record in records()) {
            let text = record.to_string();
            prop_assert_eq!(text.parse::<Record>().map_err(|error| error.to_string()), Ok(record), "{}", text);
        }

        #[test]
        fn any_message_is_read_without_panic(message in "(\\PC|\n|: |Digest: ){0,80}") {
            let _ = message.parse::<Record>();
            let _ = trailer::of(&message);
        }
    }
}
