//! A bundle as a file: canonical JSON (RFC 8785), version 1. Published as `schemas/bundle.schema.json`.
//!
//! The structs here are the format. Readers ignore keys that they do not know: keys may be added to version 1, and one
//! that changes its meaning or goes makes a version 2.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Bundle, Entry, Served, ServedVariant, Source};
use crate::name::{ArtifactId, NameError};
use crate::store::artifact::ArtifactKind;
use crate::store::content::{canonical, order_of_keys};
use crate::store::route::Share;

/// The published JSON Schema of a bundle.
pub const SCHEMA: &str = include_str!("../../schemas/bundle.schema.json");
/// What `format` says.
pub const FORMAT: &str = "promptyard-bundle";
/// What `version` says.
pub const VERSION: u64 = 1;
/// Larger files are no bundles: 256 MiB.
pub const MOST_BYTES: u64 = 256 << 20;

/// Why a file is no bundle that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It ends before it is complete.
    #[error("the file ends in the middle: it was cut off")]
    CutOff,
    /// It is not JSON.
    #[error("this is not JSON: {0}")]
    NotJson(String),
    /// It is something else.
    #[error("this is not a bundle: it does not say `\"format\":\"{FORMAT}\"`")]
    NoBundle,
    /// It is of another version.
    #[error("this is a bundle of version {0}, and this program reads version {VERSION}")]
    OtherVersion(String),
    /// A key is missing, or has a wrong value.
    #[error("the bundle was changed, or made by something else: {0}")]
    WrongShape(String),
    /// The JSON is not canonical.
    #[error("the bundle was changed, or written anew by another program: its JSON is not the canonical one (RFC 8785)")]
    NotCanonical,
    /// It is too large.
    #[error("the file has {0} bytes; a bundle has {MOST_BYTES} at most")]
    TooLarge(u64),
}

#[derive(Deserialize, Serialize)]
struct Head {
    format: String,
    version: u64,
    store: StoreName,
    source: SourceWord,
    commit: Option<String>,
    environment: Option<String>,
    route: Option<String>,
    routes: BTreeMap<String, RouteOut>,
}

#[derive(Deserialize, Serialize)]
struct StoreName {
    name: Option<String>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum SourceWord {
    Commit,
    Releases,
    Worktree,
}

#[derive(Deserialize, Serialize)]
struct RouteOut {
    description: Option<String>,
    enabled: bool,
    variants: BTreeMap<String, BTreeMap<String, String>>,
    traffic: BTreeMap<String, f64>,
    shadow: Vec<String>,
    sticky_by: Option<String>,
    fallback: Vec<String>,
}

#[derive(Deserialize, Serialize)]
struct EntryHead {
    id: String,
    kind: String,
    version: String,
    released: bool,
    commit: Option<String>,
    digest: String,
}

#[derive(Deserialize)]
struct EntryIn {
    #[serde(flatten)]
    head: EntryHead,
    content: Map<String, Value>,
}

/// About what is said of an artifact beside its content.
const HEAD_BYTES: usize = 512;

/// An object of values that are canonical already.
#[derive(Default)]
struct Object<'a>(Vec<(String, Part<'a>)>);

enum Part<'a> {
    Canonical(Cow<'a, [u8]>),
    Object(Object<'a>),
}

impl Object<'_> {
    /// The entries of `value`, an object.
    fn of(value: &impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("because the structs of the format are JSON");
        let entries = value.as_object().into_iter().flatten();
        Self(entries.map(|(key, value)| (key.clone(), Part::Canonical(canonical(value).into()))).collect())
    }

    /// Writes it in canonical form.
    fn write(mut self, bytes: &mut Vec<u8>) {
        self.0.sort_by(|(a, _), (b, _)| order_of_keys(a, b));
        bytes.push(b'{');
        for (at, (key, value)) in self.0.into_iter().enumerate() {
            if at > 0 {
                bytes.push(b',');
            }
            bytes.extend(canonical(key.as_str()));
            bytes.push(b':');
            match value {
                Part::Canonical(value) => bytes.extend_from_slice(&value),
                Part::Object(object) => object.write(bytes),
            }
        }
        bytes.push(b'}');
    }
}

impl Bundle {
    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut artifacts = Object::default();
        for (name, entry) in &self.artifacts {
            let mut object = Object::of(&entry.head());
            object.0.push(("content".to_owned(), Part::Canonical(Cow::Borrowed(&entry.data))));
            artifacts.0.push((name.clone(), Part::Object(object)));
        }
        let mut object = Object::of(&self.head());
        object.0.push(("artifacts".to_owned(), Part::Object(artifacts)));
        let contents: usize = self.artifacts.values().map(|entry| entry.data.len()).sum();
        let mut bytes = Vec::with_capacity(contents + (1 + self.artifacts.len()) * HEAD_BYTES);
        object.write(&mut bytes);
        bytes
    }

    /// The bundle without the contents, for a manifest.
    pub(super) fn outline(&self) -> Map<String, Value> {
        let Ok(Value::Object(head)) = serde_json::to_value(self.head()) else { return Map::new() };
        head
    }

    fn head(&self) -> Head {
        let (source, commit) = match self.source {
            Source::Commit(commit) => (SourceWord::Commit, Some(commit.to_string())),
            Source::Releases => (SourceWord::Releases, None),
            Source::Worktree => (SourceWord::Worktree, None),
        };
        Head {
            format: FORMAT.to_owned(),
            version: VERSION,
            store: StoreName { name: self.store.clone() },
            source,
            commit,
            environment: self.environment.as_ref().map(ToString::to_string),
            route: self.route.as_ref().map(ToString::to_string),
            routes: self.routes.iter().map(|(name, served)| (name.to_string(), route_out(served))).collect(),
        }
    }

    /// Reads a file back.
    ///
    /// # Errors
    /// When it is no bundle of this version, or was changed so that it is none any more. Whether each content has its
    /// digest is not looked at: see [`Entry::is_sound`].
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() as u64 > MOST_BYTES {
            return Err(ReadError::TooLarge(bytes.len() as u64));
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
            serde_json::error::Category::Eof => ReadError::CutOff,
            _ => ReadError::NotJson(error.to_string()),
        })?;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(ReadError::NoBundle);
        }
        match value.get("version") {
            Some(version) if version.as_u64() == Some(VERSION) => {}
            version => return Err(ReadError::OtherVersion(version.unwrap_or(&Value::Null).to_string())),
        }
        if canonical(&value) != bytes {
            return Err(ReadError::NotCanonical);
        }
        from_value(value).map_err(ReadError::WrongShape)
    }
}

impl Entry {
    fn head(&self) -> EntryHead {
        EntryHead {
            id: self.id.to_string(),
            kind: self.kind.to_string(),
            version: self.version.to_string(),
            released: self.released,
            commit: self.commit.map(|commit| commit.to_string()),
            digest: self.digest.to_string(),
        }
    }

    /// What is said of it beside its content, for a manifest.
    pub(super) fn outline(&self) -> Map<String, Value> {
        let Ok(Value::Object(head)) = serde_json::to_value(self.head()) else { return Map::new() };
        head
    }
}

fn route_out(served: &Served) -> RouteOut {
    let percent = |share: Share| f64::from(share.hundredths()) / 100.0;
    RouteOut {
        description: served.description.clone(),
        enabled: served.enabled,
        variants: served.variants.iter().map(|(name, variant)| (name.clone(), variant.releases.clone())).collect(),
        traffic: served.variants.iter().map(|(name, variant)| (name.clone(), percent(variant.traffic))).collect(),
        shadow: served.shadow.clone(),
        sticky_by: served.sticky_by.clone(),
        fallback: served.fallback.clone(),
    }
}

fn from_value(mut value: Value) -> Result<Bundle, String> {
    let artifacts = value.get_mut("artifacts").map(Value::take);
    let artifacts = artifacts.ok_or("it has no `artifacts`")?;
    let artifacts: BTreeMap<String, EntryIn> =
        serde_json::from_value(artifacts).map_err(|error| format!("in `artifacts`, {error}"))?;
    let head: Head = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let commit = parsed(head.commit)?;
    let source = match (head.source, commit) {
        (SourceWord::Commit, Some(commit)) => Source::Commit(commit),
        (SourceWord::Releases, None) => Source::Releases,
        (SourceWord::Worktree, None) => Source::Worktree,
        (SourceWord::Commit, None) => return Err("it is of a commit and names none".to_owned()),
        (_, Some(_)) => return Err("it names a commit and is of none".to_owned()),
    };
    let artifacts = artifacts.into_iter().map(|(name, entry)| {
        let entry = entry_in(entry).map_err(|error| format!("in `{name}`, {error}"))?;
        if format!("{}@{}", entry.id, entry.version) == name {
            Ok((name, entry))
        } else {
            Err(format!("`{name}` is another artifact"))
        }
    });
    let artifacts: BTreeMap<String, Entry> = artifacts.collect::<Result<_, String>>()?;
    let mut routes = BTreeMap::new();
    for (name, route) in head.routes {
        let served = served_in(route).map_err(|error| format!("in the route `{name}`, {error}"))?;
        let named = served.variants.values().flat_map(|variant| variant.releases.values()).chain(&served.fallback);
        if let Some(gone) = named.into_iter().find(|release| !artifacts.contains_key(*release)) {
            return Err(format!("the route `{name}` names `{gone}`, which is not among the artifacts"));
        }
        routes.insert(name.parse().map_err(|error: NameError| error.to_string())?, served);
    }
    Ok(Bundle {
        store: head.store.name,
        source,
        environment: parsed(head.environment)?,
        route: parsed(head.route)?,
        routes,
        artifacts,
    })
}

fn parsed<T: FromStr<Err = NameError>>(text: Option<String>) -> Result<Option<T>, String> {
    text.map(|text| text.parse()).transpose().map_err(|error: NameError| error.to_string())
}

fn entry_in(EntryIn { head, content }: EntryIn) -> Result<Entry, String> {
    let kind = ArtifactKind::from_word(&head.kind).ok_or_else(|| format!("`{}` is no kind of artifact", head.kind))?;
    Ok(Entry {
        id: ArtifactId::from_pattern(&head.id),
        kind,
        version: Version::parse(&head.version).map_err(|_| format!("`{}` is no version", head.version))?,
        released: head.released,
        commit: parsed(head.commit)?,
        digest: head.digest.parse().map_err(|error: NameError| error.to_string())?,
        data: canonical(&content),
    })
}

fn served_in(route: RouteOut) -> Result<Served, String> {
    let mut variants = BTreeMap::new();
    for (name, releases) in route.variants {
        let percent = route.traffic.get(&name).ok_or_else(|| format!("`{name}` has no traffic"))?;
        // A share has two decimals at most, so that rounding only undoes what a double does to it.
        let hundredths = (percent * 100.0).round();
        let share =
            if (0.0..=10_000.0).contains(&hundredths) { Share::from_hundredths(hundredths as u32) } else { None };
        let traffic = share.ok_or_else(|| format!("{percent} is no share of the traffic"))?;
        variants.insert(name, ServedVariant { releases, traffic });
    }
    Ok(Served {
        description: route.description,
        enabled: route.enabled,
        variants,
        shadow: route.shadow,
        sticky_by: route.sticky_by,
        fallback: route.fallback,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle;
    use crate::store::Store;
    use crate::store::snapshot::Snapshot;

    fn bundle(files: &[(&str, &str)]) -> Bundle {
        let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
        let store = Store::load(Snapshot::of_texts(files).expect("paths inside the store"));
        bundle::of_worktree(&store).expect("everything is there")
    }

    #[test]
    fn what_is_written_is_read_back() {
        let prompt = "messages: [{role: user, content: \"Hi 😀 \\u0007 {{ x }}\"}]\nmodelParameters: {temperature: 1e-7, top_p: 0.30}\n";
        let one = bundle(&[
            ("promptyard.yaml", "version: 1\nname: \"a \\\" shop\"\n"),
            // In UTF-16 the first stands before the second, in UTF-8 behind it.
            ("prompts/😀.prompt.yaml", prompt),
            ("prompts/\u{fb33}.prompt.yaml", prompt),
            ("models/empty.yaml", "{}"),
        ]);
        let bytes = one.to_bytes();
        let read = Bundle::read(&bytes).expect("it was just written");
        assert_eq!(read, one);
        assert!(read.artifacts.values().all(Entry::is_sound));
        let names: Vec<&str> = one.artifacts.keys().map(String::as_str).collect();
        let text = String::from_utf8(bytes).expect("it is UTF-8");
        assert!(text.find(names[2]) < text.find(names[1]), "{names:?}");
        assert_eq!(bundle(&[]).to_bytes(), Bundle::read(&bundle(&[]).to_bytes()).expect("it is empty").to_bytes());
    }

    #[test]
    fn a_changed_content_is_not_sound() {
        let text = String::from_utf8(bundle(&[("models/a.yaml", "model: one")]).to_bytes()).expect("it is UTF-8");
        let changed = Bundle::read(text.replace("one", "two").as_bytes()).expect("it is a bundle");
        assert!(!changed.artifacts.values().any(Entry::is_sound));
    }

    #[test]
    fn nesting_that_would_exhaust_the_stack_is_refused() {
        let deep = format!("{{\"format\":\"promptyard-bundle\",\"a\":{}", "[".repeat(100_000));
        assert!(matches!(Bundle::read(deep.as_bytes()), Err(ReadError::NotJson(_))));
    }
}
