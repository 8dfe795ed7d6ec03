//! SARIF 2.1.0 (OASIS, errata 01), the subset that says what a lint knows. The structs here are the format.
//!
//! What columns count is what `columnKind` says. Paths are relative to the repository's root:
//! it is called `%SRCROOT%`, and where it lies is not said, so that the same run gives the same bytes on any machine.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::rules;
use super::source::Source;
use super::{LintOutput, history, prose};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::lint::fingerprint::Fingerprint;
use crate::lint::history::{HistoryReport, PastFinding};
use crate::lint::rule::RuleMeta;
use crate::lint::rules::{RULES, index_of};
use crate::text::Span;

const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, BaseId>,
    invocations: [Invocation; 1],
    results: Vec<ResultOf<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    help: Text,
    help_uri: String,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: Vec<&'static str>,
}

#[derive(Serialize)]
struct Text {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
struct BaseId {
    description: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOf<'a> {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[FixOf<'a>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    /// After the last character.
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixOf<'a> {
    description: Text,
    artifact_changes: [ArtifactChange<'a>; 1],
    properties: FixProperties,
}

#[derive(Serialize)]
struct FixProperties {
    applicability: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Content<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    text: &'a str,
}

/// Writes the log with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    let mut results = Vec::with_capacity(run.findings.len());
    let mut fingerprints = run.fingerprints().into_iter();
    run.each(|finding, source| {
        let file = ArtifactLocation { uri: uri(&run.path_in_repository(&finding.file)), uri_base_id: ROOT };
        results.push(result(finding, fingerprints.next(), &file, source));
        Ok(())
    })?;
    // Units of UTF-16 are what GitHub expects.
    write_log(out, "utf16CodeUnits", results)
}

/// Writes what a history has had in it. A result's place is that in the content which brought the value in.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_history(out: &mut dyn Write, report: &HistoryReport, now: &str, folder: &str) -> io::Result<()> {
    let result = |finding: &PastFinding| {
        let file = ArtifactLocation { uri: uri(&format!("{folder}{}", finding.path)), uri_base_id: ROOT };
        let (line, column) = (finding.place.line, finding.place.column);
        let region = Region { start_line: line, start_column: column, end_line: line, end_column: column };
        let said = [vec![finding.message.clone()], history::facts(finding, now).to_vec()].concat();
        let fingerprint = format!("{}:{}:{line}:{column}", finding.content, finding.rule.code);
        ResultOf {
            rule_id: finding.rule.code,
            rule_index: index_of(finding.rule.code),
            level: level(finding.severity),
            message: message(&said.join("\n")),
            locations: [Location {
                id: None,
                physical_location: PhysicalLocation { artifact_location: file, region },
                message: None,
            }],
            related_locations: Vec::new(),
            partial_fingerprints: [("promptyard/history/v1", fingerprint)].into(),
            fixes: None,
        }
    };
    write_log(out, "unicodeCodePoints", report.findings.iter().map(result).collect())
}

fn write_log(out: &mut dyn Write, column_kind: &'static str, results: Vec<ResultOf<'_>>) -> io::Result<()> {
    let root = BaseId { description: text("The root of the repository.") };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool { driver: driver() },
            column_kind,
            original_uri_base_ids: [(ROOT, root)].into(),
            invocations: [Invocation { execution_successful: true }],
            results,
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn driver() -> Driver {
    Driver {
        name: "promptyard",
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: "https://promptyard.dev",
        rules: RULES.iter().map(|rule| descriptor(rule.meta())).collect(),
    }
}

fn descriptor(meta: &RuleMeta) -> ReportingDescriptor {
    let sentence = format!("{}.", meta.summary);
    ReportingDescriptor {
        id: meta.id.code,
        name: meta.id.name,
        short_description: text(&sentence),
        full_description: text(meta.what.trim()),
        help: Text {
            text: format!("{}\n\n{}", meta.why.trim(), meta.how.trim()),
            markdown: Some(rules::help_in_markdown(meta)),
        },
        help_uri: prose::address(meta.id),
        default_configuration: Configuration { enabled: meta.default, level: level(meta.severity) },
        properties: RuleProperties { tags: tags(meta.id.code) },
    }
}

/// What a rule is about, in the words that viewers filter by.
fn tags(code: &str) -> Vec<&'static str> {
    match code.get(..3).unwrap_or(code) {
        "STR" => vec!["structure"],
        "TPL" => vec!["template"],
        "TOK" => vec!["tokens", "cost"],
        "PII" => vec!["security", "privacy"],
        "SEC" => vec!["security", "secrets"],
        "SAF" => vec!["policy"],
        "INJ" => vec!["security", "prompt-injection"],
        "MOD" => vec!["models"],
        "REF" => vec!["composition"],
        "VER" => vec!["releases"],
        "RTE" => vec!["routes"],
        "EVL" => vec!["evaluation"],
        "STY" => vec!["style"],
        _ => vec!["lint"],
    }
}

fn result<'a>(
    finding: &'a Diagnostic,
    fingerprint: Option<Fingerprint>,
    file: &ArtifactLocation,
    source: &Source<'_>,
) -> ResultOf<'a> {
    let location = |span| PhysicalLocation { artifact_location: file.clone(), region: region(span, source) };
    let related = finding.labels.iter().enumerate().map(|(at, label)| Location {
        id: Some(at + 1),
        physical_location: location(label.span),
        message: Some(message(&label.text)),
    });
    ResultOf {
        rule_id: finding.rule.code,
        rule_index: index_of(finding.rule.code),
        level: level(finding.severity),
        message: message(&prose::lines(finding).join("\n")),
        locations: [Location { id: None, physical_location: location(finding.span), message: None }],
        related_locations: related.collect(),
        partial_fingerprints: fingerprint.map(partial_fingerprints).unwrap_or_default(),
        fixes: finding.fix.as_ref().map(|fix| [self::fix(fix, file, source)]),
    }
}

/// The first key is the one that GitHub compares, together with the path.
fn partial_fingerprints(fingerprint: Fingerprint) -> BTreeMap<&'static str, String> {
    let of_file = format!("{}:{}", fingerprint.identity, fingerprint.occurrence_in_file);
    [("primaryLocationLineHash", of_file), ("promptyard/v1", fingerprint.to_string())].into()
}

fn fix<'a>(fix: &'a Fix, file: &ArtifactLocation, source: &Source<'_>) -> FixOf<'a> {
    let replacement = |edit: &'a Edit| Replacement {
        deleted_region: region(edit.span, source),
        inserted_content: Content { text: &edit.replacement },
    };
    let replacements = fix.edits.iter().map(replacement).collect();
    FixOf {
        description: text(&fix.title),
        artifact_changes: [ArtifactChange { artifact_location: file.clone(), replacements }],
        properties: FixProperties {
            applicability: match fix.applicability {
                Applicability::Safe => "safe",
                Applicability::Unsafe => "unsafe",
            },
        },
    }
}

fn region(span: Span, source: &Source<'_>) -> Region {
    let (start, end) = (source.line_column_in_utf16(span.start), source.line_column_in_utf16(span.end));
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A message, in which a link of a user's text is none (3.11.6).
///
/// Braces stay single, against 3.11.5: GitHub and the viewers of editors show them as they are written, and `{{ x }}` is
/// what these messages are about.
fn message(said: &str) -> Text {
    if said.contains("](") { text(&said.replace('[', "\\[").replace(']', "\\]")) } else { text(said) }
}

fn text(text: &str) -> Text {
    Text { text: text.to_owned(), markdown: None }
}

/// `path` as a relative reference of RFC 3986: what is neither unreserved nor `/` is percent-encoded.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => write!(uri, "%{byte:02X}").expect("because a String takes any text"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_reference() {
        assert_eq!(uri("prompts/a b/ñ:%.yaml"), "prompts/a%20b/%C3%B1%3A%25.yaml");
    }

    #[test]
    fn a_message_has_no_links_but_shows_placeholders() {
        assert_eq!(message("see [this](https://example.com)").text, "see \\[this\\](https://example.com)");
        assert_eq!(message("`{{ x[0] }}` is left over").text, "`{{ x[0] }}` is left over");
    }

    #[test]
    fn every_group_of_rules_has_a_tag_of_its_own() {
        for rule in RULES.iter().map(|rule| rule.meta()).filter(|meta| !meta.id.code.starts_with("LNT")) {
            assert_ne!(tags(rule.id.code), ["lint"], "{}", rule.id.code);
        }
    }
}
