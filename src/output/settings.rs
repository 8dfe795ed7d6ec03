//! Which rules run for one file, how loud, and why: for people, and as JSON, version 1, published as
//! `schemas/lint-settings-v1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::source::Source;
use super::{style, table};
use crate::lint::select::{Origin, Setting};
use crate::path::StorePath;

/// The published JSON Schema of the settings.
pub const SCHEMA: &str = include_str!("../../schemas/lint-settings-v1.schema.json");

/// What holds for one file.
pub struct FileSettings<'a> {
    /// The file.
    pub file: &'a StorePath,
    /// One for each rule, in the order of the registry.
    pub rules: Vec<Setting>,
    /// The configuration's path and text, where there is one.
    pub config: Option<(&'a StorePath, &'a str)>,
}

#[derive(Serialize)]
struct SettingsV1<'a> {
    version: u32,
    file: &'a str,
    rules: Vec<SettingV1<'a>>,
}

#[derive(Serialize)]
struct SettingV1<'a> {
    code: &'static str,
    name: &'static str,
    runs: bool,
    runs_by: OriginV1<'a>,
    severity: &'static str,
    severity_by: OriginV1<'a>,
}

#[derive(Serialize)]
#[serde(tag = "from", rename_all = "snake_case")]
enum OriginV1<'a> {
    Default,
    Config { key: &'static str, file: &'a str, line: usize },
    CommandLine { flag: &'static str },
    Policy,
}

/// Writes the settings as JSON with a newline at their end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(out: &mut dyn Write, settings: &FileSettings<'_>) -> io::Result<()> {
    let origins = Origins::new(settings);
    let rules = settings.rules.iter().map(|setting| SettingV1 {
        code: setting.rule.code,
        name: setting.rule.name,
        runs: setting.runs.value,
        runs_by: origins.v1(setting.runs.by),
        severity: setting.severity.value.as_str(),
        severity_by: origins.v1(setting.severity.by),
    });
    let document = SettingsV1 { version: 1, file: settings.file.as_str(), rules: rules.collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Writes the settings as a table for people.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_table(out: &mut dyn Write, settings: &FileSettings<'_>, colour: style::Colour) -> io::Result<()> {
    let origins = Origins::new(settings);
    let rows: Vec<_> = settings
        .rules
        .iter()
        .map(|setting| {
            let runs = setting.runs.value;
            // The severity of a rule that does not run is nobody's concern.
            let severity = if runs { setting.severity.value.as_str() } else { "off" };
            let severity_by = if runs { Some(setting.severity.by) } else { None };
            let mut by: Vec<String> = [Some(setting.runs.by), severity_by]
                .into_iter()
                .flatten()
                .filter(|by| *by != Origin::Default)
                .map(|by| origins.told(by))
                .collect();
            if by.is_empty() {
                by.push("default".to_owned());
            }
            [setting.rule.code.to_owned(), setting.rule.name.to_owned(), severity.to_owned(), by.join(", ")]
        })
        .collect();
    let running = settings.rules.iter().filter(|setting| setting.runs.value).count();
    let title = format!("{running} of {} rules run for {}", settings.rules.len(), settings.file);
    writeln!(out, "{}\n", colour.paint(style::STRONG, title))?;
    table::write(out, ["CODE", "NAME", "SEVERITY", "BECAUSE OF"], &rows)
}

/// Places in the configuration as people name them.
struct Origins<'a> {
    path: &'a str,
    source: Source<'a>,
}

impl<'a> Origins<'a> {
    fn new(settings: &FileSettings<'a>) -> Self {
        let (path, text) = settings.config.map_or(("", ""), |(path, text)| (path.as_str(), text));
        Self { path, source: Source::new(text) }
    }

    fn v1(&self, origin: Origin) -> OriginV1<'a> {
        match origin {
            Origin::Default => OriginV1::Default,
            Origin::Policy => OriginV1::Policy,
            Origin::Flag(flag) => OriginV1::CommandLine { flag },
            Origin::Config(key, span) => {
                OriginV1::Config { key, file: self.path, line: self.source.line_column(span.start).line }
            }
        }
    }

    fn told(&self, origin: Origin) -> String {
        match self.v1(origin) {
            OriginV1::Default => "default".to_owned(),
            OriginV1::Policy => "a policy".to_owned(),
            OriginV1::CommandLine { flag } => flag.to_owned(),
            OriginV1::Config { key, file, line } => format!("{key} in {file}:{line}"),
        }
    }
}
