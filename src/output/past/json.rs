//! Answers about the past as JSON, version 1. Published as `schemas/blame-at-report-v1.schema.json` and
//! `schemas/timeline-report-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::{Times, code, instant};
use crate::history::answer::{Answer, Evidence, Live, Observed, Segment, Served, ServedPin, Subject};
use crate::history::made::Made;
use crate::history::state::Difference;
use crate::history::text::Text;
use crate::release::record::Metric;
use crate::revision::Person;
use crate::store::route::Dimension;

/// The published JSON Schema of what `blame-at` prints.
pub const BLAME_AT_SCHEMA: &str = include_str!("../../../schemas/blame-at-report-v1.schema.json");
/// The published JSON Schema of what `history` prints.
pub const HISTORY_SCHEMA: &str = include_str!("../../../schemas/timeline-report-v1.schema.json");

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    question: Question<'a>,
    answers: Vec<AnswerOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<Vec<TextOut<'a>>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// What was asked.
#[derive(Clone, Debug, Serialize)]
pub struct Question<'a> {
    /// The time as it was written; `history` has none where it is about everything.
    pub at: Option<&'a str>,
    /// The first second of that time.
    pub from: Option<String>,
    /// The first second after it.
    pub until: Option<String>,
    /// The zone in which it was read and in which people are shown it.
    pub zone: String,
    /// The one dimension that was asked about.
    pub dimension: Option<&'static str>,
}

impl<'a> Question<'a> {
    /// The question about `[from, until)` in seconds since 1970.
    pub fn new(
        at: Option<&'a str>,
        from: Option<i64>,
        until: Option<i64>,
        times: &Times,
        dimension: Option<Dimension>,
    ) -> Self {
        let zone = times.zone_name();
        Self { at, from: from.map(time), until: until.map(time), zone, dimension: dimension.map(Dimension::as_str) }
    }
}

#[derive(Serialize)]
struct AnswerOut<'a> {
    environment: Option<&'a str>,
    route: Option<&'a str>,
    file: Option<&'a str>,
    evidence: &'static str,
    branch: &'a str,
    tip: Option<String>,
    history_since: Option<String>,
    history_complete: bool,
    hazards: Vec<HazardOut>,
    /// What deploy receipts say.
    observed: Vec<ObservedOut<'a>>,
    segments: Vec<SegmentOut<'a>>,
}

#[derive(Serialize)]
struct ObservedOut<'a> {
    start: String,
    end: String,
    commit: String,
    applied_at: String,
    signed: bool,
    /// Nothing where it is as intended.
    differences: Vec<ChangeOut<'a>>,
}

#[derive(Serialize)]
struct HazardOut {
    code: &'static str,
    message: String,
    help: Option<String>,
}

#[derive(Serialize)]
struct SegmentOut<'a> {
    start: Option<String>,
    end: Option<String>,
    seconds: Option<i64>,
    since: Option<String>,
    until: Option<String>,
    state: &'static str,
    made_by: Option<MadeOut<'a>>,
    changes: Vec<ChangeOut<'a>>,
    variants: Vec<VariantOut<'a>>,
    content: Option<ContentOut<'a>>,
}

#[derive(Serialize)]
struct MadeOut<'a> {
    commit: String,
    at: String,
    title: &'a str,
    author: PersonOut<'a>,
    authored: String,
    committer: PersonOut<'a>,
    committed: String,
    approvers: &'a [String],
    pull_request: Option<u64>,
}

#[derive(Serialize)]
struct PersonOut<'a> {
    name: &'a str,
    mail: &'a str,
}

#[derive(Serialize)]
struct ChangeOut<'a> {
    variant: Option<&'a str>,
    dimension: Option<&'static str>,
    from: Option<&'a str>,
    to: Option<&'a str>,
}

#[derive(Serialize)]
struct VariantOut<'a> {
    variant: &'a str,
    /// Percent.
    traffic: f64,
    shadow: bool,
    traffic_by: Option<MadeOut<'a>>,
    releases: Vec<ReleaseOut<'a>>,
}

#[derive(Serialize)]
struct ReleaseOut<'a> {
    dimension: &'static str,
    release: String,
    digest: Option<String>,
    tagged_commit: Option<String>,
    made_by: Option<MadeOut<'a>>,
    replaces: Option<String>,
    metrics: Vec<MetricOut<'a>>,
}

#[derive(Serialize)]
struct MetricOut<'a> {
    name: &'a str,
    value: Value,
    n: Option<u64>,
    suite: Option<&'a str>,
    was: Option<Value>,
}

#[derive(Serialize)]
struct ContentOut<'a> {
    path: &'a str,
    blob: String,
}

#[derive(Serialize)]
struct TextOut<'a> {
    path: &'a str,
    release: Option<String>,
    lines: Vec<LineOut<'a>>,
}

#[derive(Serialize)]
struct LineOut<'a> {
    text: &'a str,
    release: Option<String>,
    commit: Option<String>,
}

/// Writes one document. `texts` are the texts that were asked for, if they were.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    out: &mut dyn Write,
    question: Question<'_>,
    answers: &[Answer],
    texts: Option<&[Text]>,
    times: &Times,
) -> io::Result<()> {
    let report = Report {
        version: 1,
        tool: Tool { name: "promptyard", version: env!("CARGO_PKG_VERSION") },
        question,
        answers: answers.iter().map(|answer| of_answer(answer, times)).collect(),
        texts: texts.map(|texts| texts.iter().map(of_text).collect()),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn time(seconds: i64) -> String {
    instant(seconds).to_string()
}

fn of_answer<'a>(answer: &'a Answer, times: &Times) -> AnswerOut<'a> {
    let (environment, route, file) = match &answer.subject {
        Subject::Route { environment, route } => (Some(environment.as_str()), Some(route.as_str()), None),
        Subject::File(path) => (None, None, Some(path.as_str())),
    };
    let hazards = answer.hazards.iter().map(|hazard| HazardOut {
        code: hazard.code(),
        message: hazard.message(|seconds| times.full(seconds)),
        help: hazard.help(),
    });
    AnswerOut {
        environment,
        route,
        file,
        evidence: match &answer.evidence {
            Evidence::Intended => "intended",
            Evidence::Observed(receipt) if receipt.signed => "observed-and-signed",
            Evidence::Observed(_) => "observed",
        },
        branch: &answer.source.branch,
        tip: answer.source.tip.map(|tip| tip.to_string()),
        history_since: answer.source.since.map(time),
        history_complete: answer.source.complete,
        hazards: hazards.collect(),
        observed: answer.observed.iter().map(of_observed).collect(),
        segments: answer.segments.iter().map(of_segment).collect(),
    }
}

fn of_segment(segment: &Segment) -> SegmentOut<'_> {
    SegmentOut {
        start: segment.start.map(time),
        end: segment.end.map(time),
        seconds: segment.seconds(),
        since: segment.since.map(time),
        until: segment.until.map(time),
        state: code(&segment.live),
        made_by: segment.made.as_deref().map(of_made),
        changes: segment.changes.iter().map(of_change).collect(),
        variants: super::served(segment).iter().map(of_variant).collect(),
        content: match &segment.live {
            Live::Content { path, blob } => Some(ContentOut { path: path.as_str(), blob: blob.to_string() }),
            _ => None,
        },
    }
}

fn of_observed(observed: &Observed) -> ObservedOut<'_> {
    ObservedOut {
        start: time(observed.start),
        end: time(observed.end),
        commit: observed.receipt.commit.to_string(),
        applied_at: time(observed.receipt.applied),
        signed: observed.receipt.signed,
        differences: observed.differences.iter().map(of_change).collect(),
    }
}

fn of_change(change: &Difference) -> ChangeOut<'_> {
    ChangeOut {
        variant: change.variant.as_deref(),
        dimension: change.dimension.map(Dimension::as_str),
        from: change.from.as_deref(),
        to: change.to.as_deref(),
    }
}

fn of_made(made: &Made) -> MadeOut<'_> {
    MadeOut {
        commit: made.commit.id.to_string(),
        at: time(made.at),
        title: made.title(),
        author: of_person(&made.commit.author),
        authored: time(made.commit.authored.seconds),
        committer: of_person(&made.commit.committer),
        committed: time(made.commit.committed.seconds),
        approvers: &made.approvers,
        pull_request: made.pull_request,
    }
}

fn of_person(person: &Person) -> PersonOut<'_> {
    PersonOut { name: &person.name, mail: &person.mail }
}

fn of_variant(served: &Served) -> VariantOut<'_> {
    VariantOut {
        variant: &served.variant,
        traffic: f64::from(served.share.hundredths()) / 100.0,
        shadow: served.shadow,
        traffic_by: served.shared.as_deref().map(of_made),
        releases: served.pins.iter().map(of_pin).collect(),
    }
}

fn of_pin(pin: &ServedPin) -> ReleaseOut<'_> {
    let was = |metric: &Metric| pin.before.as_ref().and_then(|before| before.value_of(metric)).map(number);
    let metrics = pin.record.iter().flat_map(|record| &record.metrics).map(|metric| MetricOut {
        name: &metric.name,
        value: number(&metric.value),
        n: metric.n,
        suite: metric.suite.as_deref(),
        was: was(metric),
    });
    ReleaseOut {
        dimension: pin.dimension.as_str(),
        release: pin.release.to_string(),
        digest: pin.digest.map(|digest| digest.to_string()),
        tagged_commit: pin.tagged.map(|commit| commit.to_string()),
        made_by: pin.since.as_deref().map(of_made),
        replaces: pin.before.as_ref().map(|before| before.release.to_string()),
        metrics: metrics.collect(),
    }
}

/// A metric's value, which is a number of JSON.
fn number(value: &str) -> Value {
    serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))
}

fn of_text(text: &Text) -> TextOut<'_> {
    let lines = text.lines.iter().map(|line| LineOut {
        text: &line.text,
        release: line.release.as_ref().map(ToString::to_string),
        commit: line.made.as_ref().map(|made| made.commit.id.to_string()),
    });
    let release = text.release.as_ref().map(ToString::to_string);
    TextOut { path: text.path.as_str(), release, lines: lines.collect() }
}
