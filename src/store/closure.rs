//! What decides an artifact's content, and what a change of some files reaches: the files whose meaning they decide.

use std::collections::{BTreeMap, BTreeSet};

use super::artifact::{Artifact, ArtifactKind};
use super::config::CONFIG_NAMES;
use super::prompt::{Dialect, SchemaSource, ToolRef};
use super::resolve::{places_of_file, places_of_include};
use super::snapshot::EntryKind;
use super::{FileKind, Resolved, Store};
use crate::path::{PathError, StorePath};

/// What decides an artifact's content beside the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// The artifact's file, and every file that it takes in, however many files lie between.
    pub files: BTreeSet<StorePath>,
    /// Places that were looked at before one of the files was found, or in vain: a file that appears there decides too.
    pub absent: BTreeSet<StorePath>,
}

impl Closure {
    /// Whether a change of the file at `path` can change the content.
    pub fn has(&self, path: &StorePath) -> bool {
        self.files.contains(path) || self.absent.contains(path)
    }

    /// Every path that [`Self::has`] is true of.
    pub fn paths(&self) -> impl Iterator<Item = &StorePath> {
        self.files.iter().chain(&self.absent)
    }
}

impl Store {
    /// The closure of `artifact`.
    pub fn closure(&self, artifact: &Artifact) -> Closure {
        let mut closure = Closure::default();
        let mut waiting = vec![artifact.path.clone()];
        while let Some(path) = waiting.pop() {
            if !closure.files.insert(path.clone()) {
                continue;
            }
            for places in self.places_in(&path, artifact.kind) {
                for place in places.into_iter().flatten() {
                    if self.snapshot.entry(&place).is_some_and(|entry| entry.kind == EntryKind::File) {
                        waiting.push(place);
                        break;
                    }
                    closure.absent.insert(place);
                }
            }
        }
        closure
    }

    /// For each reference in the file at `path` the places where its file may be.
    fn places_in(&self, path: &StorePath, kind: ArtifactKind) -> Vec<Vec<Result<StorePath, PathError>>> {
        let mut places = Vec::new();
        for template in self.templates_of(path) {
            let targets = template.analysis.includes.iter().filter_map(|include| include.target.as_deref());
            places.extend(targets.map(|target| places_of_include(path, template, target)));
        }
        if let Some(prompt) = self.prompt_at(path) {
            if let Some(SchemaSource::File(reference)) = &prompt.output_schema {
                places.push(places_of_file(path, &reference.value));
            }
            let tools = prompt.tools.iter().filter_map(|tool| match tool {
                ToolRef::File(reference) => Some(places_of_file(path, &reference.value)),
                _ => None,
            });
            places.extend(tools);
            if prompt.dialect == Dialect::SemanticKernel {
                places.push(vec![StorePath::resolve(path.folder(), "config.json")]);
            }
        }
        if kind == ArtifactKind::Suite
            && let Ok(at) = self.suites.binary_search_by(|suite| suite.path.cmp(path))
        {
            places.extend(self.suites[at].data.iter().map(|data| places_of_file(path, &data.value)));
        }
        places
    }

    /// The files of the store among `changed`, and every file that takes one of them in or names it, however many files
    /// lie between. `changed` may have files that are gone: what still names them is reached. The configuration and
    /// policies reach everything, and whatever can have owners reaches `CODEOWNERS`.
    pub fn reached_by(&self, changed: &BTreeSet<StorePath>) -> BTreeSet<&StorePath> {
        let decides_all = |path: &StorePath| {
            CONFIG_NAMES.contains(&path.as_str())
                || path.as_str().starts_with("policies/")
                || self.file(path).is_some_and(|file| file.kind == FileKind::Policy)
        };
        if changed.iter().any(decides_all) {
            return self.files().map(|file| &file.path).collect();
        }
        let mut named_by: BTreeMap<StorePath, Vec<&StorePath>> = BTreeMap::new();
        for file in self.files() {
            for named in self.names_in(&file.path) {
                named_by.entry(named).or_default().push(&file.path);
            }
        }
        let mut reached: BTreeSet<&StorePath> = BTreeSet::new();
        let own = self.files().map(|file| &file.path).filter(|path| changed.contains(path));
        reached.extend(self.code_owners_reached_by(changed));
        let mut waiting: Vec<&StorePath> = own.chain(changed.iter().filter(|path| self.file(path).is_none())).collect();
        while let Some(path) = waiting.pop() {
            if let Some(file) = self.file(path)
                && !reached.insert(&file.path)
            {
                continue;
            }
            // Each list is followed once, so a circle of includes ends.
            waiting.extend(named_by.remove(path).unwrap_or_default());
        }
        reached
    }

    /// The files that the file at `path` names, and the places where one that is missing was looked for.
    fn names_in(&self, path: &StorePath) -> Vec<StorePath> {
        let mut named = Vec::new();
        let mut add = |resolved: Resolved| match resolved {
            Resolved::File(path) => named.push(path),
            Resolved::Missing(tried) => named.extend(tried),
            Resolved::Outside(_) => {}
        };
        for template in self.templates_of(path) {
            let includes = template.analysis.includes.iter();
            includes.filter_map(|include| self.resolve_include(path, template, include)).for_each(&mut add);
        }
        if let Some(prompt) = self.prompt_at(path) {
            if let Some(SchemaSource::File(reference)) = &prompt.output_schema {
                add(self.resolve_file(path, &reference.value));
            }
            for tool in &prompt.tools {
                if let ToolRef::File(reference) = tool {
                    add(self.resolve_file(path, &reference.value));
                }
            }
            named.extend(self.model_of(prompt).map(|model| model.path.clone()));
        }
        for suite in self.suites().iter().filter(|suite| suite.path == *path) {
            let prompts = suite.prompts.iter().filter_map(|id| self.prompt_called(&id.value));
            named.extend(prompts.map(|prompt| prompt.path.clone()));
            named.extend(self.data_of(suite).map(|(path, _)| path.clone()));
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::example;

    const STORE: &str = "\
//- promptyard.yaml
version: 1
//- partials/style.md
{% include 'partials/tone.md' %}
//- partials/tone.md
Be kind.
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
//- prompts/a.prompt.yaml
model: models/chat
messages: [{role: user, content: \"{% include 'partials/style.md' %}\"}]
//- prompts/b.prompt.yaml
messages: [{role: user, content: \"{% include 'partials/gone.md' %}\"}]
//- prompts/c.prompt.yaml
messages: [{role: user, content: Hi}]
//- suites/a.yaml
prompt: prompts/a
cases: []
";

    fn reached(changed: &[&str]) -> Vec<String> {
        let store = Store::load(example::snapshot(STORE).expect("paths inside the store"));
        let changed = changed.iter().map(|path| path.parse().expect("a path")).collect();
        store.reached_by(&changed).into_iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_change_reaches_whatever_takes_it_in() {
        let through_style = ["partials/style.md", "partials/tone.md", "prompts/a.prompt.yaml", "suites/a.yaml"];
        assert_eq!(reached(&["partials/tone.md"]), through_style);
        assert_eq!(reached(&["models/chat.yaml"]), ["models/chat.yaml", "prompts/a.prompt.yaml", "suites/a.yaml"]);
        assert_eq!(reached(&["prompts/c.prompt.yaml", "README.md"]), ["prompts/c.prompt.yaml"]);
    }

    #[test]
    fn a_file_that_is_gone_reaches_what_still_names_it() {
        assert_eq!(reached(&["partials/gone.md"]), ["prompts/b.prompt.yaml"]);
    }

    #[test]
    fn the_configuration_reaches_everything() {
        assert_eq!(reached(&["promptyard.yaml"]).len(), 8);
        assert_eq!(reached(&["policies/removed.yaml"]).len(), 8);
        assert_eq!(reached(&[]), [""; 0]);
    }
}
