//! What a change of an artifact means for those who rely on it, and so the least bump that its next release needs.
//!
//! A *major* change breaks somebody who did nothing wrong: a caller that passes what it always passed, a program that reads
//! answers as the schema promised, whoever trusts what a policy keeps out. A *minor* change alters behaviour within these
//! promises. A *patch* changes nothing that is sent to a model, asked for or refused.
//!
//! | artifact | major | minor | patch |
//! |---|---|---|---|
//! | prompt | an input is removed, renamed, retyped, narrowed, or becomes required; answers can be what they could not be; a tool is removed, or is called with what it did not take; the model's family or the template language changes | any text, partials, parameters, an optional or widened input, an added tool, another snapshot of the same model | description, owners, tags, budget, test data, other metadata |
//! | model | another provider or family; an alias is removed | another snapshot, parameters, where and how it is served | what is only recorded: price, window, dates |
//! | retrieval | another embedding: its vectors do not compare with those of the old one | index, chunking, number of passages, anything else | description |
//! | policy | it is looser: it lets through what it refused | it is stricter | reasons and description |
//! | suite | less is asked, or results no longer compare: cases removed or changed, bounds lowered | more is asked: cases added, bounds raised | description |
//!
//! Where a comparison cannot tell, it says so and takes the change for a breaking one: the bump is a lower bound that a
//! person can raise, and has to lower knowingly.

mod gap;
mod inputs;
pub(crate) mod messages;
mod model;
mod policy;
mod prompt;
mod retrieval;
mod schema;
mod suite;
mod text;
mod tools;

use std::collections::BTreeSet;
use std::fmt;

use semver::{Prerelease, Version};
use serde_json::{Map, Value};

use crate::sensitive::{Scanner, mask};
use crate::store::artifact::ArtifactKind;
use crate::store::content::{Content, canonical};

/// How far a release moves the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bump {
    /// Nothing that is sent, asked for or refused has changed.
    Patch,
    /// Behaviour has changed, and nothing that was promised.
    Minor,
    /// Who relied on the last release may be broken.
    Major,
}

impl Bump {
    /// The word in messages, trailers and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// Reads the word back, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Patch, Self::Minor, Self::Major].into_iter().find(|bump| bump.as_str().eq_ignore_ascii_case(word))
    }

    /// The version after `last`.
    ///
    /// Below 1.0.0 a breaking change raises the second number, as Semantic Versioning's answer to 'how should I deal with
    /// revisions in the 0.y.z initial development phase' has it: 1.0.0 is a promise that a person makes. A pre-release that
    /// is already far enough loses its suffix: the major bump after `2.0.0-rc.1` is `2.0.0`.
    pub fn apply(self, last: &Version) -> Version {
        let bump = if last.major == 0 && self == Self::Major { Self::Minor } else { self };
        let is_release = last.pre == Prerelease::EMPTY;
        match bump {
            Self::Major if !is_release && last.minor == 0 && last.patch == 0 => Version::new(last.major, 0, 0),
            Self::Major => Version::new(last.major + 1, 0, 0),
            Self::Minor if !is_release && last.patch == 0 => Version::new(last.major, last.minor, 0),
            Self::Minor => Version::new(last.major, last.minor + 1, 0),
            Self::Patch if !is_release => Version::new(last.major, last.minor, last.patch),
            Self::Patch => Version::new(last.major, last.minor, last.patch + 1),
        }
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The part of an artifact that has changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// An input, by name.
    Input(String),
    /// The schema of answers, by JSON pointer into it; empty for the whole.
    Output(String),
    /// A tool, by name.
    Tool(String),
    /// Which model it is, or that serves it.
    Model,
    /// A parameter of the call, by name.
    Parameter(String),
    /// A message: its number from 1, and who speaks.
    Message {
        /// Counted from 1, in the new version where it is still there.
        number: usize,
        /// `system`
        role: String,
    },
    /// A text that is included.
    Partial,
    /// The template language, or text around the messages.
    Template,
    /// A policy's key.
    Policy(String),
    /// A retrieval configuration's key.
    Retrieval(String),
    /// A suite's key.
    Suite(String),
    /// Any other key.
    Metadata(String),
}

impl Place {
    /// The kind of place: `input`, `output`, `tool`, `model`, `parameter`, `message`, `partial`, `template`, `policy`,
    /// `retrieval`, `suite`, `metadata`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Input(_) => "input",
            Self::Output(_) => "output",
            Self::Tool(_) => "tool",
            Self::Model => "model",
            Self::Parameter(_) => "parameter",
            Self::Message { .. } => "message",
            Self::Partial => "partial",
            Self::Template => "template",
            Self::Policy(_) => "policy",
            Self::Retrieval(_) => "retrieval",
            Self::Suite(_) => "suite",
            Self::Metadata(_) => "metadata",
        }
    }

    /// Which one of its kind: an input's name, a message's number; empty where there is only one.
    pub fn name(&self) -> String {
        match self {
            Self::Input(name)
            | Self::Output(name)
            | Self::Tool(name)
            | Self::Parameter(name)
            | Self::Policy(name)
            | Self::Retrieval(name)
            | Self::Suite(name)
            | Self::Metadata(name) => name.clone(),
            Self::Message { number, .. } => number.to_string(),
            Self::Model | Self::Partial | Self::Template => String::new(),
        }
    }
}

/// One thing that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it demands.
    pub bump: Bump,
    /// Where.
    pub place: Place,
    /// What, on one line and naming the place: 'input `tone` became required'. Secrets and personal data are masked: it
    /// stands in tags for ever.
    pub text: String,
}

impl Change {
    fn new(bump: Bump, place: Place, text: impl Into<String>) -> Self {
        Self { bump, place, text: text.into() }
    }
}

/// What has changed from `old` to `new`, the most serious first. Empty exactly where both have the same digest.
pub fn compare(old: &Content, new: &Content) -> Vec<Change> {
    if old.kind != new.kind {
        let text = format!("what was a {} is a {}", old.kind, new.kind);
        return vec![Change::new(Bump::Major, Place::Metadata("kind".to_owned()), text)];
    }
    let differing: BTreeSet<&str> = old
        .data
        .keys()
        .chain(new.data.keys())
        .map(String::as_str)
        .filter(|key| !same_entry(&old.data, &new.data, key))
        .collect();
    if differing.is_empty() {
        return Vec::new();
    }
    let mut changes = match old.kind {
        ArtifactKind::Prompt => prompt::compare(&old.data, &new.data, &differing),
        ArtifactKind::Model => each_key(&old.data, &new.data, &differing, model::compare),
        ArtifactKind::Retrieval => each_key(&old.data, &new.data, &differing, retrieval::compare),
        ArtifactKind::Policy => each_key(&old.data, &new.data, &differing, policy::compare),
        ArtifactKind::Suite => suite::compare(&old.data, &new.data, &differing),
    };
    if changes.is_empty() {
        changes = each_key(&old.data, &new.data, &differing, |_, _, _| Vec::new());
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.bump));
    let scanner = Scanner::default();
    changes.iter_mut().for_each(|change| change.text = printable(&scanner, &change.text));
    changes
}

/// The least bump that `changes` demand; `None` where nothing has changed.
pub fn demanded(changes: &[Change]) -> Option<Bump> {
    changes.iter().map(|change| change.bump).max()
}

/// The changes of each differing key; a key about which `of_key` says nothing is metadata.
fn each_key(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    differing: &BTreeSet<&str>,
    of_key: impl Fn(&str, Option<&Value>, Option<&Value>) -> Vec<Change>,
) -> Vec<Change> {
    let of_key = |key: &&str| {
        let found = of_key(key, old.get(*key), new.get(*key));
        if found.is_empty() { vec![metadata(key, old.get(*key), new.get(*key))] } else { found }
    };
    differing.iter().flat_map(of_key).collect()
}

/// A change that nobody but a reader of the file notices.
fn metadata(key: &str, old: Option<&Value>, new: Option<&Value>) -> Change {
    let label = match key {
        "description" | "owners" | "tags" | "name" | "price" => key.to_owned(),
        _ => format!("metadata `{key}`"),
    };
    Change::new(Bump::Patch, Place::Metadata(key.to_owned()), fate(&label, old, new))
}

/// What has become of the thing called `label`: `x was added`, `x was removed`, `x changed`, with short values told.
fn fate(label: &str, old: Option<&Value>, new: Option<&Value>) -> String {
    match (old, new) {
        (None, _) => format!("{label} was added"),
        (_, None) => format!("{label} was removed"),
        (Some(old), Some(new)) => match (short(old), short(new)) {
            (Some(old), Some(new)) => format!("{label} changed from {old} to {new}"),
            _ => format!("{label} changed"),
        },
    }
}

/// A value that is short enough to be told.
fn short(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => return None,
        _ => value.to_string(),
    };
    (!text.is_empty() && text.chars().count() <= 48 && !text.contains('\n')).then_some(text)
}

/// Whether two values are the same once they are canonical: `1` is `1.0`, and the order of keys makes no difference.
fn same(old: &Value, new: &Value) -> bool {
    old == new || canonical(old) == canonical(new)
}

fn same_entry(old: &Map<String, Value>, new: &Map<String, Value>, key: &str) -> bool {
    match (old.get(key), new.get(key)) {
        (Some(old), Some(new)) => same(old, new),
        (old, new) => old.is_none() == new.is_none(),
    }
}

/// The entries of an object; none for any other value.
fn entries(value: Option<&Value>) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.and_then(Value::as_object).unwrap_or(&NONE)
}

/// The items of a list; a single value stands for a list of one.
fn items(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(value) => std::slice::from_ref(value),
    }
}

/// The names of the union of two objects' keys, in order.
fn names<'a>(old: &'a Map<String, Value>, new: &'a Map<String, Value>) -> BTreeSet<&'a str> {
    old.keys().chain(new.keys()).map(String::as_str).collect()
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b`, `c` and 9 more ``; long names are cut off.
fn listed(names: &[String]) -> String {
    const MOST: usize = 3;
    const LONGEST: usize = 48;
    let cut = |name: &String| match name.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("`{}…`", &name[..at]),
        None => format!("`{name}`"),
    };
    let quoted: Vec<String> = names.iter().take(MOST).map(cut).collect();
    match (quoted.as_slice(), names.len()) {
        (_, count) if count > MOST => format!("{} and {} more", quoted.join(", "), count - MOST),
        ([first @ .., last], count) if count > 1 => format!("{} and {last}", first.join(", ")),
        (quoted, _) => quoted.concat(),
    }
}

/// One line without secrets, personal data and line breaks.
fn printable(scanner: &Scanner, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for hit in scanner.scan(text) {
        let range = hit.span.range();
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&mask(hit.span.slice(text)));
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests;
