//! The report of what was measured, which a release takes into its record.
//!
//! A JSON list of measurements, or an object whose `metrics` is one:
//!
//! ```json
//! [{"name": "hallucination_rate", "value": 0.021, "n": 400, "suite": "suites/support@1.1.0",
//!   "artifact": "prompts/support/answer"}]
//! ```

use super::record::{Metric, MetricError};
use crate::name::ArtifactId;
use crate::store::yaml::{self, Kind, Limits, NodeRef};
use crate::text::LineIndex;

/// One measurement of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// What was measured on, where the report says so.
    pub artifact: Option<ArtifactId>,
    /// The measurement.
    pub metric: Metric,
}

/// Why a report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It is no JSON.
    #[error("it is no JSON")]
    NoJson(#[source] serde_json::Error),
    /// It is JSON of another shape.
    #[error("it is neither a list of measurements nor an object with such a list in `metrics`")]
    Shape,
    /// One measurement says something that is none.
    #[error("in line {line}, {what}")]
    Entry {
        /// Counted from 1.
        line: usize,
        /// What is wrong, as the rest of a sentence.
        what: String,
    },
    /// One measurement says something that is none.
    #[error("in line {line}, {problem}")]
    Metric {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        problem: MetricError,
    },
}

/// Reads a report. Numbers are kept as they are written, which is why the tree with the places is read and no values.
///
/// # Errors
/// When it is no report; where it is wrong, and why.
pub fn read(text: &str) -> Result<Vec<Measured>, ReportError> {
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(ReportError::NoJson)?;
    let (tree, problems) = yaml::parse(text, 0, Limits::default());
    let lines = LineIndex::new(text);
    if let Some(problem) = problems.first() {
        return Err(ReportError::Entry { line: lines.line_of(problem.span.start) + 1, what: problem.message.clone() });
    }
    let root = tree.root().ok_or(ReportError::Shape)?;
    let list = if root.kind() == Kind::Mapping { root.get("metrics").ok_or(ReportError::Shape)? } else { root };
    if list.kind() != Kind::Sequence {
        return Err(ReportError::Shape);
    }
    list.items().map(|node| measured(node, lines.line_of(node.span().start) + 1)).collect()
}

fn measured(node: NodeRef<'_>, line: usize) -> Result<Measured, ReportError> {
    let wrong = |what: String| ReportError::Entry { line, what };
    if node.kind() != Kind::Mapping {
        return Err(wrong("a measurement is no object".to_owned()));
    }
    let known = ["name", "value", "n", "suite", "artifact"];
    if let Some(unknown) = node.entries().find(|entry| !known.contains(&entry.key)) {
        return Err(wrong(format!("a measurement has `{}`, which is none of {}", unknown.key, known.join(", "))));
    }
    let present = |key: &str| node.get(key).filter(|value| value.kind() != Kind::Null);
    let text = |key: &str| match present(key) {
        None => Ok(None),
        Some(value) if value.kind() == Kind::String => Ok(value.as_str()),
        Some(_) => Err(wrong(format!("`{key}` is no text"))),
    };
    let name = text("name")?.ok_or_else(|| wrong("a measurement has no `name`".to_owned()))?;
    let value = present("value").ok_or_else(|| wrong(format!("`{name}` has no `value`")))?;
    if !matches!(value.kind(), Kind::Integer | Kind::Float) {
        return Err(wrong(format!("the value of `{name}` is no number")));
    }
    let n = match present("n") {
        None => None,
        Some(n) => Some(n.as_u64().ok_or_else(|| wrong(format!("the `n` of `{name}` is no number of samples")))?),
    };
    let metric = Metric::new(name, value.scalar().unwrap_or_default(), n, text("suite")?);
    let metric = metric.map_err(|problem| ReportError::Metric { line, problem })?;
    Ok(Measured { artifact: text("artifact")?.map(ArtifactId::from_pattern), metric })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Result<Vec<String>, String> {
        let show = |measured: Measured| match measured.artifact {
            Some(artifact) => format!("{artifact}: {}", measured.metric),
            None => measured.metric.to_string(),
        };
        read(text).map(|found| found.into_iter().map(show).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_are_kept_as_they_are_written() {
        let list = r#"[{"name": "rate", "value": 0.0210, "n": 400, "suite": "suites/a@1.0.0"},
            {"name": "cost", "value": 1E-3, "artifact": "prompts/a", "suite": null}]"#;
        let wanted = ["rate=0.0210 n=400 suite=suites/a@1.0.0", "prompts/a: cost=1E-3"];
        assert_eq!(told(list).expect("it is a report"), wanted);
        assert_eq!(told(&format!("{{\"metrics\": {list}}}")).expect("it is a report"), wanted);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = |text: &str| told(text).expect_err(text);
        assert_eq!(wrong("rate: 1"), "it is no JSON");
        assert_eq!(wrong("{}"), "it is neither a list of measurements nor an object with such a list in `metrics`");
        assert_eq!(wrong("[\n{\"value\": 1}]"), "in line 2, a measurement has no `name`");
        assert_eq!(wrong(r#"[{"name": "a", "value": "0.1"}]"#), "in line 1, the value of `a` is no number");
        assert_eq!(
            wrong(r#"[{"name": "a", "value": 1, "n": -3}]"#),
            "in line 1, the `n` of `a` is no number of samples"
        );
        assert_eq!(
            wrong(r#"[{"name": "a", "value": 1, "samples": 3}]"#),
            "in line 1, a measurement has `samples`, which is none of name, value, n, suite, artifact"
        );
        assert_eq!(
            wrong(r#"[{"name": "a b", "value": 1}]"#),
            "in line 1, `a b` is no name for a metric: it has blanks or `=`, or nothing at all"
        );
        assert_eq!(wrong("[1]"), "in line 1, a measurement is no object");
    }
}
