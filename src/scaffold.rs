//! New artifacts from templates: a name becomes a change set. Nothing is written here.

use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::name;

/// What `new` can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// A native prompt.
    Prompt,
    /// A text that prompts include.
    Partial,
    /// An entry of the model registry.
    Model,
    /// A retrieval configuration.
    Retrieval,
    /// A policy.
    Policy,
    /// An evaluation suite.
    Suite,
    /// A route of an environment.
    Route,
}

/// Why a name cannot be an artifact's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// A segment has a character that names do not have.
    #[error(
        "`{0}` cannot be a name: names are lower-case letters, digits, `.`, `_` and `-`, and start with a letter or digit"
    )]
    Segment(String),
    /// A segment ends in `.lock`, which git refuses in tags.
    #[error("`{0}` cannot be a name: git refuses tags that end in `.lock`")]
    Lock(String),
    /// A route without its environment.
    #[error("a route's name is its environment and its own name: `production/{0}`")]
    RouteWithoutEnvironment(String),
}

/// A template and where its copy goes.
struct Template {
    folder: &'static str,
    suffix: &'static str,
    content: &'static str,
}

impl Artifact {
    fn template(self) -> Template {
        let (folder, suffix, content) = match self {
            Self::Prompt => ("prompts", ".prompt.yaml", include_str!("../templates/new/prompt.yaml")),
            Self::Partial => ("partials", ".md", include_str!("../templates/new/partial.md")),
            Self::Model => ("models", ".yaml", include_str!("../templates/new/model.yaml")),
            Self::Retrieval => ("retrieval", ".yaml", include_str!("../templates/new/retrieval.yaml")),
            Self::Policy => ("policies", ".yaml", include_str!("../templates/new/policy.yaml")),
            Self::Suite => ("suites", ".yaml", include_str!("../templates/new/suite.yaml")),
            Self::Route => ("environments", ".yaml", include_str!("../templates/new/route.yaml")),
        };
        Template { folder, suffix, content }
    }
}

/// Plans the file of a new artifact called `name`: `support/answer`, with or without its folder and its extension.
///
/// # Errors
/// When `name` cannot be the name of a release.
pub fn plan(artifact: Artifact, name: &str) -> Result<ChangeSet, NameError> {
    let template = artifact.template();
    let name = bare_name(&template, name);
    for segment in name.split('/') {
        check_segment(segment)?;
    }
    // A route's template names artifacts after the feature, without the environment.
    let feature = match artifact {
        Artifact::Route => name.split_once('/').map(|(_, feature)| feature),
        _ => Some(name),
    };
    let feature = feature.ok_or_else(|| NameError::RouteWithoutEnvironment(name.to_owned()))?;
    let content = match artifact {
        Artifact::Retrieval => template.content.replace(NAME, &feature.replace('/', "-")),
        _ => template.content.replace(NAME, feature),
    };
    let path = format!("{}/{name}{}", template.folder, template.suffix);
    let path = path.parse().expect("because it is put together from checked names");
    Ok(ChangeSet { files: vec![FileWrite { path, content, mode: WriteMode::Create }] })
}

/// What a template has where the artifact's own name belongs.
const NAME: &str = "__NAME__";

/// `support/answer`, whichever of `prompts/support/answer.prompt.yaml` was written.
fn bare_name<'a>(template: &Template, name: &'a str) -> &'a str {
    let name = name.strip_suffix(template.suffix).unwrap_or(name);
    name.strip_prefix(template.folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name)
}

/// What can be released can be a file's name too, on file systems that ignore case as well.
fn check_segment(segment: &str) -> Result<(), NameError> {
    name::check_segment(segment, segment).map_err(|error| match error {
        name::NameError::Reserved { .. } if segment.ends_with(".lock") => NameError::Lock(segment.to_owned()),
        _ => NameError::Segment(segment.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema;

    fn paths(artifact: Artifact, name: &str) -> Result<Vec<String>, NameError> {
        Ok(plan(artifact, name)?.files.iter().map(|file| file.path.to_string()).collect())
    }

    #[test]
    fn a_name_may_be_written_with_its_folder_and_extension() {
        for name in ["support/answer", "prompts/support/answer", "prompts/support/answer.prompt.yaml"] {
            assert_eq!(paths(Artifact::Prompt, name), Ok(vec!["prompts/support/answer.prompt.yaml".to_owned()]));
        }
        assert_eq!(paths(Artifact::Model, "chat"), Ok(vec!["models/chat.yaml".to_owned()]));
        assert_eq!(
            paths(Artifact::Route, "production/support"),
            Ok(vec!["environments/production/support.yaml".to_owned()])
        );
    }

    #[test]
    fn a_name_that_cannot_be_a_tag_is_refused() {
        for name in ["Support", "a b", "../up", "", "a//b", "-x", "a..b", "über", "a."] {
            assert!(matches!(paths(Artifact::Prompt, name), Err(NameError::Segment(_))), "{name:?}");
        }
        assert!(matches!(paths(Artifact::Prompt, "a.lock"), Err(NameError::Lock(_))));
        assert!(matches!(paths(Artifact::Route, "support"), Err(NameError::RouteWithoutEnvironment(_))));
    }

    #[test]
    fn a_new_file_names_its_schema_and_matches_it() {
        let kinds = [
            (Artifact::Prompt, Some("prompt")),
            (Artifact::Partial, None),
            (Artifact::Model, Some("model")),
            (Artifact::Retrieval, Some("retrieval")),
            (Artifact::Policy, Some("policy")),
            (Artifact::Suite, Some("suite")),
            (Artifact::Route, Some("route")),
        ];
        for (artifact, schema) in kinds {
            let change = plan(artifact, "production/x").expect("the name is sound");
            let content = &change.files[0].content;
            assert!(!content.contains(NAME) && content.ends_with('\n'), "{artifact:?}");
            let Some(name) = schema else { continue };
            let (_, text) = schema::all().iter().find(|(known, _)| *known == name).expect("it is published");
            let published: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
            let id = published["$id"].as_str().expect("it has an id");
            assert!(content.starts_with(&format!("# yaml-language-server: $schema={id}\n")), "{artifact:?}");
        }
    }
}
