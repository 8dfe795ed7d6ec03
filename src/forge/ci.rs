//! The jobs that check each change, as files of a forge: written once, from then on their repository's own.

use super::Forge;
use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::path::StorePath;

/// What would be written, and what is left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The files that are not there yet.
    pub change: ChangeSet,
    /// Files that are there already, and stay as they are.
    pub left: Vec<StorePath>,
    /// Lines that a person has to add to a file that has others' jobs, too.
    pub advice: Option<Advice>,
}

/// Lines to add by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The file.
    pub file: StorePath,
    /// The lines, each with its end.
    pub lines: &'static str,
}

/// GitLab's own file, which has every job of a project or includes it.
const GITLAB: &str = ".gitlab-ci.yml";

/// What includes our jobs there.
const INCLUDE: &str = include_str!("../../templates/ci/gitlab/gitlab-ci.yml");

/// The file of our jobs.
const GITLAB_JOBS: &str = ".gitlab/promptyard.gitlab-ci.yml";

/// Plans the files of `forge` for a store in `folder`, with `/` at its end, or empty where the store is the repository.
/// `text_at` is the text of the file at a path from the top of the repository.
///
/// # Errors
/// When `text_at` fails.
pub fn plan<E>(
    forge: Forge,
    folder: &str,
    text_at: impl Fn(&StorePath) -> Result<Option<String>, E>,
) -> Result<Plan, E> {
    let files: &[(&str, &str)] = match forge {
        Forge::GitHub => &[
            (".github/actions/promptyard/action.yml", include_str!("../../templates/ci/github/action.yml")),
            (".github/workflows/promptyard.yml", include_str!("../../templates/ci/github/workflow.yml")),
        ],
        Forge::GitLab => {
            &[(GITLAB, INCLUDE), (GITLAB_JOBS, include_str!("../../templates/ci/gitlab/promptyard.gitlab-ci.yml"))]
        }
    };
    let mut plan = Plan::default();
    for (path, template) in files {
        let path: StorePath = path.parse().expect("because it is a constant, and tested");
        match text_at(&path)? {
            None => {
                let content = filled(template, forge, folder);
                plan.change.files.push(FileWrite { path, content, mode: WriteMode::Create });
            }
            Some(text) if path.as_str() == GITLAB => {
                let is_included = text.contains(GITLAB_JOBS);
                plan.advice = (!is_included).then_some(Advice { file: path, lines: INCLUDE });
            }
            Some(_) => plan.left.push(path),
        }
    }
    Ok(plan)
}

/// `template` with the version of this program, which is the one that the jobs install, and the store's folder.
fn filled(template: &str, forge: Forge, folder: &str) -> String {
    let folder = match folder.trim_end_matches('/') {
        "" => ".",
        folder => folder,
    };
    // Both read more into a value than YAML does.
    let folder = match forge {
        Forge::GitHub => folder.replace("${{", "${{ '${{' }}"),
        Forge::GitLab => folder.replace('$', "$$"),
    };
    // A JSON string is a double-quoted YAML scalar.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    template.replace("\"@VERSION@\"", &quoted(env!("CARGO_PKG_VERSION"))).replace("\"@FOLDER@\"", &quoted(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::yaml::{self, Limits, NodeRef, Yaml};

    fn planned(forge: Forge, folder: &str, there: &[(&str, &str)]) -> Plan {
        let text_at = |path: &StorePath| {
            let found = there.iter().find(|(known, _)| *known == path.as_str());
            Ok::<_, ()>(found.map(|(_, text)| (*text).to_owned()))
        };
        plan(forge, folder, text_at).expect("nothing fails")
    }

    fn parsed(plan: &Plan) -> Vec<Yaml> {
        let parse = |file: &FileWrite| {
            let (yaml, problems) = yaml::parse(&file.content, 0, Limits::default());
            assert!(problems.is_empty(), "{}: {problems:?}", file.path);
            yaml
        };
        plan.change.files.iter().map(parse).collect()
    }

    fn text<'a>(node: NodeRef<'a>, key: &str) -> &'a str {
        node.get(key).and_then(NodeRef::scalar).unwrap_or_default()
    }

    #[test]
    fn no_step_of_the_action_is_nameless_or_takes_an_expression_into_its_script() {
        let files = parsed(&planned(Forge::GitHub, "", &[]));
        let [action, workflow] = &files[..] else { panic!("two files") };
        let runs = action.pointer("/runs").expect("an action runs");
        assert_eq!(text(runs, "using"), "composite");
        let steps: Vec<NodeRef<'_>> = runs.get("steps").expect("it has steps").items().collect();
        assert!(steps.len() > 5);
        for step in &steps {
            let name = text(*step, "name");
            assert!(!name.is_empty());
            assert!(!text(*step, "run").contains("${{"), "{name}");
            assert_eq!(step.get("run").is_some(), text(*step, "shell") == "bash", "{name}");
            assert_ne!(step.get("run").is_some(), step.get("uses").is_some(), "{name}");
        }
        let job = workflow.pointer("/jobs/promptyard").expect("the job");
        let others = job.get("steps").expect("it has steps").items().collect::<Vec<_>>();
        for step in steps.iter().chain(&others).filter(|step| step.get("uses").is_some()) {
            let uses = text(*step, "uses");
            let version = uses.split_once('@').map(|(_, version)| version);
            let is_pinned = version.is_some_and(|version| version.len() == 40);
            assert!(is_pinned || uses.starts_with("./"), "{uses} is not pinned to a commit");
        }
        for output in ["verdict", "sarif", "markdown"] {
            let value =
                action.pointer(&format!("/outputs/{output}/value")).and_then(NodeRef::scalar).unwrap_or_default();
            assert_eq!(value, format!("${{{{ steps.check.outputs.{output} }}}}"));
        }
        assert!(steps.iter().any(|step| text(*step, "id") == "check"));
    }

    #[test]
    fn the_workflow_asks_for_no_more_than_it_says() {
        let files = parsed(&planned(Forge::GitHub, "", &[]));
        let workflow = &files[1];
        let on: Vec<&str> =
            workflow.pointer("/on").expect("it has triggers").entries().map(|entry| entry.key).collect();
        assert_eq!(on, ["pull_request", "pull_request_review", "merge_group"]);
        assert_eq!(workflow.pointer("/permissions").map(|node| node.entries().count()), Some(0));
        let permissions = workflow.pointer("/jobs/promptyard/permissions").expect("the job says what it may");
        let permissions: Vec<(&str, &str)> =
            permissions.entries().map(|entry| (entry.key, entry.value.scalar().unwrap_or_default())).collect();
        let least =
            [("contents", "read"), ("pull-requests", "write"), ("security-events", "write"), ("actions", "read")];
        assert_eq!(permissions, least);
        let checkout = workflow.pointer("/jobs/promptyard/steps/0/with").expect("the first step checks out");
        assert_eq!((text(checkout, "fetch-depth"), text(checkout, "persist-credentials")), ("0", "false"));
    }

    #[test]
    fn version_and_folder_are_filled_in() {
        let files = parsed(&planned(Forge::GitHub, "apps/my \"shop\" ${{ x }}/", &[]));
        let default = |input: &str| {
            files[0].pointer(&format!("/inputs/{input}/default")).and_then(NodeRef::scalar).map(str::to_owned)
        };
        assert_eq!(default("version").as_deref(), Some(env!("CARGO_PKG_VERSION")));
        assert_eq!(default("working-directory").as_deref(), Some("apps/my \"shop\" ${{ '${{' }} x }}"));
        let plan = planned(Forge::GitLab, "a$b/", &[]);
        let variables =
            parsed(&plan)[1].pointer("/.promptyard/variables").map(|node| text(node, "PROMPTYARD_STORE").to_owned());
        assert_eq!(variables.as_deref(), Some("a$$b"));
        for plan in [plan, planned(Forge::GitHub, "", &[])] {
            assert!(
                plan.change.files.iter().all(|file| !file.content.contains('@') || !file.content.contains("@VERSION@"))
            );
        }
    }

    #[test]
    fn gitlabs_jobs_are_those_of_merge_requests_and_of_the_default_branch() {
        let files = parsed(&planned(Forge::GitLab, "", &[]));
        let jobs = files[1].root().expect("it has jobs");
        assert_eq!(
            jobs.entries().map(|entry| entry.key).collect::<Vec<_>>(),
            [".promptyard", "promptyard:check", "promptyard:verify"]
        );
        let rule = |job: &str| {
            let mut rules = jobs.get(job).and_then(|job| job.get("rules")).into_iter().flat_map(NodeRef::items);
            rules.next().map(|rule| text(rule, "if").to_owned()).unwrap_or_default()
        };
        assert!(rule("promptyard:check").contains("merge_request_event"));
        assert!(rule("promptyard:verify").contains("$CI_DEFAULT_BRANCH"));
        assert_eq!(files[1].pointer("/.promptyard/variables/GIT_DEPTH").and_then(NodeRef::scalar), Some("0"));
        let include = files[0].pointer("/include/0/local").and_then(NodeRef::scalar);
        assert_eq!(include, Some(GITLAB_JOBS), "what is included is what is written");
    }

    #[test]
    fn what_is_there_stays() {
        let there = [(".github/workflows/promptyard.yml", "mine"), (GITLAB, "stages: [test]\n")];
        let github = planned(Forge::GitHub, "", &there);
        assert_eq!(github.change.files.len(), 1);
        assert_eq!(github.left, [".github/workflows/promptyard.yml".parse().expect("a path")]);
        let gitlab = planned(Forge::GitLab, "", &there);
        assert_eq!(gitlab.change.files.len(), 1);
        assert_eq!(gitlab.advice.map(|advice| advice.lines), Some(INCLUDE));
        assert_eq!(planned(Forge::GitLab, "", &[(GITLAB, INCLUDE)]).advice, None);
    }
}
