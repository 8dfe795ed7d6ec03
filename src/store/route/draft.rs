//! A route's file in the making: changes of its text that keep every other byte, comments and order included.

use std::collections::BTreeMap;

use super::edit::pin_source;
use super::{Dimension, Route, Share};
use crate::diagnostic::Edit;
use crate::name::{Digest, ReleaseRef};
use crate::path::StorePath;
use crate::store::problem;
use crate::store::yaml::{self, EntryRef, Kind, Limits, NodeRef, Yaml, edit};

/// A release to be written, with its digest where that is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The release.
    pub release: ReleaseRef,
    /// Its digest.
    pub digest: Option<Digest>,
}

/// A hold to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHold {
    /// What is rolled back.
    pub dimension: Dimension,
    /// The release that is rejected.
    pub rejects: Target,
    /// Why.
    pub reason: Option<String>,
    /// Since when: RFC 3339.
    pub since: String,
    /// By whom.
    pub by: Option<String>,
}

/// Why a route's file could not be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// It is no route, or could not be read to its end.
    #[error("`{0}` is not a route that can be read to its end")]
    Illegible(StorePath),
    /// It has no variant of this name.
    #[error("the route has no variant `{0}`")]
    NoVariant(String),
    /// It is written in a way that cannot be changed without care.
    #[error("{what} of `{path}` is written in a way that only a person can change: by an alias, an anchor or a tag")]
    Unwritable {
        /// The file.
        path: StorePath,
        /// What was to be changed.
        what: String,
    },
}

/// A route's file, changed step by step.
#[derive(Debug)]
pub struct Draft {
    text: String,
    yaml: Yaml,
    route: Route,
}

impl Draft {
    /// The file at `path`, which says `text`.
    ///
    /// # Errors
    /// When it is no route, or cannot be read to its end.
    pub fn new(path: &StorePath, text: impl Into<String>) -> Result<Self, DraftError> {
        let text = text.into();
        let (yaml, problems) = yaml::parse(&text, 0, Limits::default());
        let (route, _) = Route::read(path, &yaml);
        match route {
            Some(route) if problem::is_legible(&problems) => Ok(Self { text, yaml, route }),
            _ => Err(DraftError::Illegible(path.clone())),
        }
    }

    /// The route as it is now.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// The file as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn root(&self) -> NodeRef<'_> {
        self.yaml.root().expect("because a route has a first key")
    }

    fn apply(&mut self, edit: Option<Edit>, what: &str) -> Result<(), DraftError> {
        let path = &self.route.path;
        let unwritable = || DraftError::Unwritable { path: path.clone(), what: what.to_owned() };
        let edit = edit.ok_or_else(unwritable)?;
        let mut text = self.text.clone();
        text.replace_range(edit.span.range(), &edit.replacement);
        // An edit that does not read as a route any more met a form that it does not know.
        *self = Self::new(path, text).map_err(|_| unwritable())?;
        Ok(())
    }

    /// The entry of a variant.
    fn variant(&self, name: &str) -> Result<EntryRef<'_>, DraftError> {
        let entry = self.root().get("variants").and_then(|variants| variants.entry(name));
        entry.ok_or_else(|| DraftError::NoVariant(name.to_owned()))
    }

    /// Writes the release that `variant` has in `dimension`.
    ///
    /// # Errors
    /// When there is no such variant, or the place cannot be changed.
    pub fn set_pin(&mut self, variant: &str, dimension: Dimension, target: &Target) -> Result<(), DraftError> {
        let what = format!("`{dimension}` in `{variant}`");
        let entry = self.variant(variant)?;
        let is_shared = entry.value.is_alias() || edit::is_referred_to(&entry);
        let source = pin_source(&target.release, target.digest);
        let Some(pin) = entry.value.entry(dimension.as_str()) else {
            let key = dimension.as_str();
            let edit = Some(&entry).filter(|_| !is_shared);
            let edit = edit.and_then(|entry| edit::append_entry(&self.text, entry.value, key, &source));
            return self.apply(edit, &what);
        };
        if is_shared || edit::is_referred_to(&pin) {
            return self.apply(None, &what);
        }
        let is_mapping = pin.value.kind() == Kind::Mapping && !pin.value.is_alias();
        let Some(release) = pin.value.get("release").filter(|_| is_mapping) else {
            let blank = if pin.value.span().is_empty() { " " } else { "" };
            let edit = Edit { span: pin.value.span(), replacement: format!("{blank}{source}") };
            return self.apply(Some(edit), &what);
        };
        let edit = edit::replace_scalar(&self.text, release, &target.release.to_string());
        self.apply(edit, &what)?;
        self.set_digest(variant, dimension, target.digest, &what)
    }

    /// Writes the digest of a pin that is a mapping.
    fn set_digest(
        &mut self,
        variant: &str,
        dimension: Dimension,
        digest: Option<Digest>,
        what: &str,
    ) -> Result<(), DraftError> {
        let entry = self.variant(variant)?;
        let pin = entry.value.get(dimension.as_str()).ok_or_else(|| DraftError::NoVariant(variant.to_owned()))?;
        let edit = match (pin.entry("digest"), digest) {
            (None, None) => return Ok(()),
            (Some(written), Some(digest)) => edit::replace_scalar(&self.text, written.value, &digest.to_string()),
            // A digest that is not the release's is worse than none.
            (Some(written), None) => edit::remove_entry(&self.text, pin, &written),
            (None, Some(digest)) => pin
                .entry("release")
                .and_then(|release| edit::insert_entry(&self.text, pin, &release, "digest", &format!("\"{digest}\""))),
        };
        self.apply(edit, what)
    }

    /// Adds a variant after the variant `after`, with its way of writing.
    ///
    /// # Errors
    /// When there is no variant `after`, or the place cannot be changed.
    pub fn add_variant(
        &mut self,
        name: &str,
        pins: &BTreeMap<Dimension, Target>,
        after: &str,
    ) -> Result<(), DraftError> {
        let variants = self.root().get("variants").ok_or_else(|| DraftError::NoVariant(after.to_owned()))?;
        let base = self.variant(after)?;
        let source = |target: &Target| pin_source(&target.release, target.digest);
        let flow: Vec<String> = pins.iter().map(|(dimension, pin)| format!("{dimension}: {}", source(pin))).collect();
        let flow = format!("{{{}}}", flow.join(", "));
        let what = "`variants`";
        let Some(mut edit) = edit::insert_entry(&self.text, variants, &base, name, &flow) else {
            return self.apply(None, what);
        };
        let is_block = |entry: &EntryRef<'_>| !entry.value.span().slice(&self.text).starts_with('{');
        if is_block(&base) && variants.entries().all(|entry| is_block(&entry) || entry.value.kind() != Kind::Mapping) {
            let key = &edit.replacement[..edit.replacement.len() - flow.len()].trim_end().to_owned();
            let line = key.trim_end_matches(|c| c != '\n' && c != '\r');
            let indent: String = key[line.len()..].chars().take_while(|c| c.is_whitespace()).collect();
            let step = " ".repeat(self.step_of(&base, indent.len()));
            let lines = pins.iter().map(|(dimension, pin)| {
                let gap = self.gap_after(&base, *dimension);
                format!("{line}{indent}{step}{dimension}{gap}{}", source(pin))
            });
            edit.replacement = format!("{key}{}", lines.collect::<String>());
        }
        self.apply(Some(edit), what)
    }

    /// How much deeper than the variant's key its releases stand.
    fn step_of(&self, variant: &EntryRef<'_>, indent: usize) -> usize {
        let first = variant.value.entries().next().map(|entry| entry.key_span.range().start);
        let column = first.map(|at| at - self.text[..at].rfind(['\n', '\r']).map_or(0, |found| found + 1));
        column.and_then(|column| column.checked_sub(indent)).filter(|step| *step > 0).unwrap_or(2)
    }

    /// What stands between the key of a release and the release, which keeps columns in line.
    fn gap_after(&self, variant: &EntryRef<'_>, dimension: Dimension) -> &str {
        let entry = variant.value.entry(dimension.as_str());
        let gap = entry.and_then(|entry| self.text.get(entry.key_span.range().end..entry.value.span().range().start));
        gap.filter(|gap| gap.starts_with(':') && gap.ends_with(' ') && gap[1..].trim_matches(' ').is_empty())
            .unwrap_or(": ")
    }

    /// Writes the share of each of `shares`; those of other variants stay.
    ///
    /// # Errors
    /// When the place cannot be changed.
    pub fn set_traffic(&mut self, shares: &[(String, Share)]) -> Result<(), DraftError> {
        let what = "`traffic`";
        let is_there = |name: &str| self.route.traffic.iter().any(|portion| portion.variant.value == name);
        // The place of a new share depends on what the others are.
        let (known, new): (Vec<_>, Vec<_>) = shares.iter().partition(|(name, _)| is_there(name));
        for (name, share) in known.into_iter().chain(new) {
            let Some(traffic) = self.root().get("traffic").filter(|node| node.entries().next().is_some()) else {
                self.start_traffic(name, *share)?;
                continue;
            };
            if traffic.is_alias() {
                return self.apply(None, what);
            }
            let edit = match traffic.entry(name) {
                Some(entry) if edit::is_referred_to(&entry) => None,
                // What reads the same stays as it is written.
                Some(_) if self.route.has_share(name, *share) => continue,
                Some(entry) => {
                    let blank = if entry.value.span().is_empty() { " " } else { "" };
                    Some(Edit { span: entry.value.span(), replacement: format!("{blank}{share}") })
                }
                None => self.new_share(traffic, name, *share),
            };
            self.apply(edit, what)?;
        }
        Ok(())
    }

    fn start_traffic(&mut self, name: &str, share: Share) -> Result<(), DraftError> {
        let source = format!("{{{}: {share}}}", edit::scalar_source(name));
        let root = self.root();
        let edit = match root.get("traffic") {
            Some(node) => {
                let blank = if node.span().is_empty() { " " } else { "" };
                Some(Edit { span: node.span(), replacement: format!("{blank}{source}") })
            }
            None => root
                .entry("variants")
                .and_then(|variants| edit::insert_entry(&self.text, root, &variants, "traffic", &source)),
        };
        self.apply(edit, "`traffic`")
    }

    /// A new share stands on the side of the biggest one where fewer do, so that a change moves no user between others.
    fn new_share(&self, traffic: NodeRef<'_>, name: &str, share: Share) -> Option<Edit> {
        let portions = &self.route.traffic;
        let most = portions.iter().map(|portion| portion.share.value).max();
        let middle = portions.iter().position(|portion| Some(portion.share.value) == most).unwrap_or(0);
        if middle <= portions.len().saturating_sub(middle + 1) {
            edit::prepend_entry(&self.text, traffic, name, &share.to_string())
        } else {
            edit::append_entry(&self.text, traffic, name, &share.to_string())
        }
    }

    /// Writes whether the route serves anybody.
    ///
    /// # Errors
    /// When the place cannot be changed.
    pub fn set_enabled(&mut self, enabled: bool) -> Result<(), DraftError> {
        if self.route.is_enabled() == enabled {
            return Ok(());
        }
        let root = self.root();
        let edit = match root.entry("enabled") {
            Some(entry) if !edit::is_referred_to(&entry) => {
                Some(Edit { span: entry.value.span(), replacement: enabled.to_string() })
            }
            Some(_) => None,
            None => {
                let before = root.entries().take_while(|entry| entry.key != "variants").last();
                match before {
                    Some(before) => edit::insert_entry(&self.text, root, &before, "enabled", &enabled.to_string()),
                    None => edit::prepend_entry(&self.text, root, "enabled", &enabled.to_string()),
                }
            }
        };
        self.apply(edit, "`enabled`")
    }

    /// Adds a hold at the end of the others, on a line of its own.
    ///
    /// # Errors
    /// When the place cannot be changed.
    pub fn add_hold(&mut self, hold: &NewHold) -> Result<(), DraftError> {
        let source = hold_source(hold);
        let root = self.root();
        let edit = match root.get("holds") {
            Some(node) if node.kind() == Kind::Null => {
                let blank = if node.span().is_empty() { " " } else { "" };
                Some(Edit { span: node.span(), replacement: format!("{blank}[{source}]") })
            }
            Some(node) => edit::append_item(&self.text, node, &source),
            None => edit::append_entry(&self.text, root, "holds", "[]").map(|mut edit| {
                let is_block = !root.span().slice(&self.text).starts_with('{');
                let line = if edit.replacement.starts_with('\r') { "\r\n" } else { "\n" };
                let list = if is_block { format!("holds:{line}  - {source}") } else { format!("holds: [{source}]") };
                edit.replacement = edit.replacement.replacen("holds: []", &list, 1);
                edit
            }),
        };
        self.apply(edit, "`holds`")
    }

    /// Removes the hold at `index` among those of the route; the last one takes the key with it.
    ///
    /// # Errors
    /// When the place cannot be changed.
    pub fn remove_hold(&mut self, index: usize) -> Result<(), DraftError> {
        let root = self.root();
        let edit = root.entry("holds").and_then(|holds| {
            let wanted = self.route.holds.get(index)?.span;
            let at = holds.value.items().position(|item| item.span() == wanted)?;
            match holds.value.items().count() {
                1 => edit::remove_entry(&self.text, root, &holds),
                _ => edit::remove_item(&self.text, holds.value, at),
            }
        });
        self.apply(edit, "`holds`")
    }
}

/// A hold on one line.
fn hold_source(hold: &NewHold) -> String {
    let mut parts = vec![format!("dimension: {}", hold.dimension), format!("rejects: {}", hold.rejects.release)];
    parts.extend(hold.rejects.digest.map(|digest| format!("digest: \"{digest}\"")));
    parts.extend(hold.reason.as_ref().map(|reason| format!("reason: {}", edit::scalar_source(reason))));
    parts.push(format!("since: {}", edit::scalar_source(&hold.since)));
    parts.extend(hold.by.as_ref().map(|by| format!("by: {}", edit::scalar_source(by))));
    format!("{{{}}}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const D1: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    const D2: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

    fn path() -> StorePath {
        "environments/production/help.yaml".parse().expect("a path")
    }

    fn target(release: &str, digest: Option<&str>) -> Target {
        let digest = digest.map(|digest| digest.parse().expect("a digest"));
        Target { release: release.parse().expect("a release"), digest }
    }

    fn after(source: &str, change: impl FnOnce(&mut Draft) -> Result<(), DraftError>) -> Result<String, DraftError> {
        let mut draft = Draft::new(&path(), source)?;
        change(&mut draft).map(|()| draft.text().to_owned())
    }

    #[test]
    fn a_release_is_written_in_the_form_that_is_there() {
        let to = target("p@1.4.0", Some(D2));
        for (before, expected) in [
            ("prompt: p@1.3.0 # why", format!("prompt: {{release: p@1.4.0, digest: \"{D2}\"}} # why")),
            (
                &format!("prompt:    {{release: p@1.3.0, digest: \"{D1}\"}}"),
                format!("prompt:    {{release: p@1.4.0, digest: \"{D2}\"}}"),
            ),
            ("prompt: {release: 'p@1.3.0'}", format!("prompt: {{release: 'p@1.4.0', digest: \"{D2}\"}}")),
            (
                "prompt:\n      release: p@1.3.0 # a\n      # b",
                format!("prompt:\n      release: p@1.4.0 # a\n      digest: \"{D2}\"\n      # b"),
            ),
            ("prompt:", format!("prompt: {{release: p@1.4.0, digest: \"{D2}\"}}")),
            ("model: m@1.0.0", format!("model: m@1.0.0\n    prompt: {{release: p@1.4.0, digest: \"{D2}\"}}")),
        ] {
            let source = |pin: &str| {
                format!(
                    "# head\nvariants:\n  stable:\n    {pin}\n  other: {{prompt: x@1.0.0}}\ntraffic: {{stable: 100}}\n"
                )
            };
            let written = after(&source(before), |draft| draft.set_pin("stable", Dimension::Prompt, &to));
            assert_eq!(written, Ok(source(&expected)), "{before}");
        }
        let without =
            after(&format!("variants: {{a: {{prompt: {{release: p@1.3.0, digest: \"{D1}\"}}}}}}\n"), |draft| {
                draft.set_pin("a", Dimension::Prompt, &target("p@1.4.0", None))
            });
        assert_eq!(without.as_deref(), Ok("variants: {a: {prompt: {release: p@1.4.0}}}\n"));
    }

    #[test]
    fn what_others_refer_to_is_left_to_people() {
        for source in [
            "variants:\n  a: &a {prompt: p@1.0.0}\n  b: *a\n",
            "variants:\n  a: {prompt: &p p@1.0.0}\n  b: {prompt: *p}\n",
            "variants:\n  a: {prompt: &p {release: p@1.0.0}}\n  b: {prompt: *p}\n",
        ] {
            let written = after(source, |draft| draft.set_pin("a", Dimension::Prompt, &target("p@1.4.0", None)));
            assert!(matches!(written, Err(DraftError::Unwritable { .. })), "{source} {written:?}");
        }
        let alias = "variants:\n  a: {prompt: &p p@1.0.0}\n  b: {prompt: *p}\n";
        assert_eq!(
            after(alias, |draft| draft.set_pin("b", Dimension::Prompt, &target("p@1.4.0", None))).as_deref(),
            Ok("variants:\n  a: {prompt: &p p@1.0.0}\n  b: {prompt: p@1.4.0}\n")
        );
        let unknown = after(alias, |draft| draft.set_pin("c", Dimension::Prompt, &target("p@1.4.0", None)));
        assert_eq!(unknown, Err(DraftError::NoVariant("c".to_owned())));
    }

    #[test]
    fn a_variant_is_added_as_the_one_before_is_written() {
        let pins = BTreeMap::from([
            (Dimension::Prompt, target("p@1.4.0", Some(D2))),
            (Dimension::Model, target("m@1.0.0", None)),
        ]);
        let block = "variants:\n    stable: # now\n        prompt:   p@1.3.0\n        model:    m@1.0.0 # x\ntraffic: {stable: 100}\n";
        assert_eq!(
            after(block, |draft| draft.add_variant("canary", &pins, "stable")),
            Ok(format!(
                "variants:\n    stable: # now\n        prompt:   p@1.3.0\n        model:    m@1.0.0 # x\n    canary:\n        prompt:   {{release: p@1.4.0, digest: \"{D2}\"}}\n        model:    m@1.0.0\ntraffic: {{stable: 100}}\n"
            ))
        );
        let flow = "variants: {stable: {prompt: p@1.3.0}}\n";
        assert_eq!(
            after(flow, |draft| draft.add_variant("canary", &pins, "stable")),
            Ok(format!(
                "variants: {{stable: {{prompt: p@1.3.0}}, canary: {{prompt: {{release: p@1.4.0, digest: \"{D2}\"}}, model: m@1.0.0}}}}\n"
            ))
        );
    }

    #[test]
    fn shares_keep_their_places_and_new_ones_leave_the_biggest_in_the_middle() {
        let share = |percent: &str| percent.parse::<Share>().expect("a share");
        for (before, shares, expected) in [
            (
                "traffic: {stable: 100} # x",
                vec![("canary", "5"), ("stable", "95")],
                "traffic: {canary: 5, stable: 95} # x",
            ),
            (
                "traffic: {canary: 5, stable: 95}",
                vec![("stable", "90"), ("blue", "5")],
                "traffic: {canary: 5, stable: 90, blue: 5}",
            ),
            (
                "traffic:\n  canary: 5.0\n  stable: 95",
                vec![("canary", "5"), ("stable", "94.5")],
                "traffic:\n  canary: 5.0\n  stable: 94.5",
            ),
            ("traffic:\n  stable: 100", vec![("canary", "5")], "traffic:\n  canary: 5\n  stable: 100"),
            ("traffic: {}", vec![("stable", "100")], "traffic: {stable: 100}"),
            ("traffic:", vec![("stable", "100")], "traffic: {stable: 100}"),
        ] {
            let source = |traffic: &str| format!("variants: {{stable: {{prompt: p@1.0.0}}}}\n{traffic}\n# end\n");
            let shares: Vec<(String, Share)> =
                shares.iter().map(|(name, percent)| ((*name).to_owned(), share(percent))).collect();
            assert_eq!(after(&source(before), |draft| draft.set_traffic(&shares)), Ok(source(expected)));
        }
        assert_eq!(
            after("variants: {a: {prompt: p@1.0.0}} # x\nsticky_by: u\n", |draft| draft
                .set_traffic(&[("a".to_owned(), Share::WHOLE)]))
            .as_deref(),
            Ok("variants: {a: {prompt: p@1.0.0}} # x\ntraffic: {a: 100}\nsticky_by: u\n")
        );
    }

    #[test]
    fn a_route_is_switched_and_holds_come_and_go() {
        let route = "description: d\n# who\nvariants: {a: {prompt: p@1.0.0}}\n";
        assert_eq!(
            after(route, |draft| draft.set_enabled(false)).as_deref(),
            Ok("description: d\nenabled: false\n# who\nvariants: {a: {prompt: p@1.0.0}}\n")
        );
        assert_eq!(
            after("variants: {a: {prompt: p@1.0.0}}\n", |draft| draft.set_enabled(false)).as_deref(),
            Ok("enabled: false\nvariants: {a: {prompt: p@1.0.0}}\n")
        );
        let hold = NewHold {
            dimension: Dimension::Prompt,
            rejects: target("p@1.4.0", Some(D2)),
            reason: Some("it invents: a lot".to_owned()),
            since: "2026-07-20T10:12:00Z".to_owned(),
            by: None,
        };
        let line = format!(
            "{{dimension: prompt, rejects: p@1.4.0, digest: \"{D2}\", reason: \"it invents: a lot\", since: 2026-07-20T10:12:00Z}}"
        );
        let held = after(route, |draft| draft.add_hold(&hold)).expect("it can be written");
        assert_eq!(held, format!("{route}holds:\n  - {line}\n"));
        let twice = after(&held, |draft| draft.add_hold(&hold)).expect("it can be written");
        assert_eq!(twice, format!("{route}holds:\n  - {line}\n  - {line}\n"));
        assert_eq!(after(&twice, |draft| draft.remove_hold(1)), Ok(held.clone()));
        assert_eq!(after(&held, |draft| draft.remove_hold(0)).as_deref(), Ok(route));
    }

    proptest! {
        #[test]
        fn one_change_leaves_the_rest(
            form in 0_usize..4, comments in any::<bool>(), variant in 0_usize..2, dimension in 0_usize..2, crlf in any::<bool>(), digest in any::<bool>()
        ) {
            let pin = |id: &str| match form {
                0 => format!("{id}@1.0.0"),
                1 => format!("{{release: {id}@1.0.0, digest: \"{D1}\"}}"),
                2 => format!("{{release: {id}@1.0.0}}"),
                _ => format!("\n      release: {id}@1.0.0"),
            };
            let comment = if comments { " # kept" } else { "" };
            let mut source = String::from("variants:\n");
            for name in ["stable", "canary"] {
                source.push_str(&format!("  {name}:{comment}\n    prompt: {}{comment}\n    model: {}\n", pin("p"), pin("m")));
            }
            source.push_str("traffic: {canary: 5, stable: 95}\n");
            let source = if crlf { source.replace('\n', "\r\n") } else { source };
            let (name, dimension) = (["stable", "canary"][variant], Dimension::PINNED[dimension]);
            let to = target("q@2.0.0", digest.then_some(D2));
            let mut draft = Draft::new(&path(), source.as_str()).expect("a route");
            let before = draft.route().clone();
            draft.set_pin(name, dimension, &to).expect("it can be written");
            for (old, new) in before.variants.iter().zip(&draft.route().variants) {
                for (of, pin) in &old.pins {
                    let now = new.pin(*of).expect("it is still there");
                    let written = Target { release: now.release.value.clone(), digest: now.digest.map(|digest| digest.value) };
                    if old.name.value == name && *of == dimension {
                        prop_assert_eq!(&written, &to);
                    } else {
                        prop_assert!(pin.is_same_as(now));
                    }
                }
            }
            prop_assert_eq!(draft.text().matches("# kept").count(), source.matches("# kept").count());
            prop_assert_eq!(draft.text().contains("\r\n"), crlf);
            prop_assert_eq!(draft.text().replace("\r\n", "").contains('\n'), !crlf);
        }
    }
}
