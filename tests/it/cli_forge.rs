//! `init --ci` and `init --codeowners`, and the lint of what they wrote: before, command, after.

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What customers meet.
owners: [\"@acme/safety\"]
//- models/chat.yaml
provider: openai
model: gpt-4o-2024-08-06
owners: [\"@platform\"]
//- prompts/support/answer.prompt.yaml
description: Answers.
owners: [\"@support\", Ann Lee]
messages: [{role: user, content: Answer in a friendly tone.}]
//- prompts/support/triage.prompt.yaml
description: Sorts.
owners: [\"@support\"]
messages: [{role: user, content: Sort this letter into a queue.}]
";

#[test]
fn a_store_gets_the_jobs_of_github_and_nothing_else() {
    let environment = Environment::new(STORE);
    let before = environment.listing();
    insta::assert_snapshot!(environment.run(&["init", "--ci", "github"]), @"
    exit code: 0
    ----- stdout
    create .github/actions/promptyard/action.yml
    create .github/workflows/promptyard.yml
    ----- stderr
    Next: make the check `promptyard` required for your branch, and let code owners review `.github/`: `promptyard init --codeowners`.
    ");
    let new: Vec<String> = environment.listing().into_iter().filter(|path| !before.contains(path)).collect();
    assert_eq!(new, [".github/actions/promptyard/action.yml", ".github/workflows/promptyard.yml"]);
    let action = environment.read(".github/actions/promptyard/action.yml");
    assert!(action.contains(&format!("default: \"{}\"", env!("CARGO_PKG_VERSION"))), "the version is this one");
    environment.write(".github/workflows/promptyard.yml", "mine\n");
    insta::assert_snapshot!(environment.run(&["init", "--ci", "github"]), @"
    exit code: 0
    ----- stderr
    `.github/actions/promptyard/action.yml` is already there, and stays as it is.
    `.github/workflows/promptyard.yml` is already there, and stays as it is.
    Next: make the check `promptyard` required for your branch, and let code owners review `.github/`: `promptyard init --codeowners`.
    ");
    assert_eq!(environment.read(".github/workflows/promptyard.yml"), "mine\n");
}

#[test]
fn a_preview_writes_nothing() {
    let environment = Environment::new(STORE);
    let before = environment.listing();
    let told = environment.run(&["init", "--ci", "gitlab", "--dry-run"]);
    assert!(
        told.starts_with(
            "exit code: 0\n----- stdout\ncreate .gitlab-ci.yml\ncreate .gitlab/promptyard.gitlab-ci.yml\n"
        )
    );
    assert!(told.contains("Nothing was written."), "{told}");
    assert_eq!(environment.listing(), before);
}

#[test]
fn gitlabs_own_file_is_left_to_people() {
    let environment = Environment::new(&format!("{STORE}//- .gitlab-ci.yml\nstages: [test]\n"));
    insta::assert_snapshot!(environment.run(&["init", "--ci", "gitlab"]), @"
    exit code: 0
    ----- stdout
    create .gitlab/promptyard.gitlab-ci.yml
    include:
      - local: .gitlab/promptyard.gitlab-ci.yml
    ----- stderr
    `.gitlab-ci.yml` is already there, and stays as it is. Add these lines to it, or the second one to its own `include`:
    Next: require that pipelines succeed, and let code owners approve `.gitlab/`: `promptyard init --codeowners --ci gitlab`.
    ");
    assert_eq!(environment.read(".gitlab-ci.yml"), "stages: [test]\n");
}

#[test]
fn the_owners_of_the_store_become_code_owners() {
    let environment = Environment::new(&format!("{STORE}//- CODEOWNERS\n* @all\n"));
    insta::assert_snapshot!(environment.run(&["init", "--codeowners"]), @"
    exit code: 0
    ----- stdout
    change CODEOWNERS
    ----- stderr
    warning: `Ann Lee` in `prompts/support/answer.prompt.yaml` is no owner for a forge, and is left out: write `@user`, `@org/team` or an address
    ");
    insta::assert_snapshot!(environment.read("CODEOWNERS"), @"
    * @all
    # >>> promptyard
    # From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.
    /CODEOWNERS @acme/safety
    /models/ @platform
    /policies/ @acme/safety
    /prompts/ @support
    /promptyard.yaml @acme/safety
    # <<< promptyard
    ");
    insta::assert_snapshot!(environment.run(&["init", "--codeowners"]), @"
    exit code: 0
    ----- stderr
    warning: `Ann Lee` in `prompts/support/answer.prompt.yaml` is no owner for a forge, and is left out: write `@user`, `@org/team` or an address
    `CODEOWNERS` says what the store says.
    ");

    let environment = Environment::new(STORE);
    environment.run(&["init", "--codeowners", "--ci", "gitlab"]);
    insta::assert_snapshot!(environment.read(".gitlab/CODEOWNERS"), @"
    # >>> promptyard
    # From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.
    /.gitlab-ci.yml @acme/safety
    /.gitlab/ @acme/safety
    /models/ @platform
    /policies/ @acme/safety
    /prompts/ @support
    /promptyard.yaml @acme/safety
    # <<< promptyard
    ");
}

#[test]
fn lint_says_when_code_owners_are_stale_and_mends_them() {
    let environment = Environment::new(STORE);
    environment.run(&["init", "--codeowners"]);
    insta::assert_snapshot!(environment.run(&["lint", "--fail-on", "info"]), @"
    exit code: 0
    ----- stdout
    No findings in 2 prompts · 6 files
    ");
    environment.write(
        "prompts/support/triage.prompt.yaml",
        "description: Sorts.\nowners: [\"@triage\"]\nmessages: [{role: user, content: Sort this letter into a queue.}]\n",
    );
    insta::assert_snapshot!(environment.run(&["lint"]), @"
    exit code: 1
    ----- stdout
    warning[STR013]: these lines name other owners than the files of the store
       ┌─ .github/CODEOWNERS:1:1
     1 │ # >>> promptyard
       │ ^^^^^^^^^^^^^^^^
       = note: missing: `/prompts/support/answer.prompt.yaml @support`
       = note: missing: `/prompts/support/triage.prompt.yaml @triage`
       = note: not true any more: `/prompts/ @support`
       = help: `promptyard lint --fix` and `promptyard init --codeowners` write them anew (fixable with --fix)

    1 warning in 1 file · 1 fixable with --fix · 6 files
    ");
    insta::assert_snapshot!(environment.run(&["lint", "--fix"]), @"
    exit code: 0
    ----- stdout
    No findings in 2 prompts · 1 fixed · 6 files
    ");
    insta::assert_snapshot!(environment.read(".github/CODEOWNERS"), @"
    # >>> promptyard
    # From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.
    /.github/ @acme/safety
    /models/ @platform
    /policies/ @acme/safety
    /prompts/support/answer.prompt.yaml @support
    /prompts/support/triage.prompt.yaml @triage
    /promptyard.yaml @acme/safety
    # <<< promptyard
    ");
}

#[test]
fn a_change_is_checked_without_the_owners_of_all_others() {
    let environment = Environment::new(STORE);
    environment.run(&["init", "--codeowners"]);
    environment.git(&["init", "--quiet", "--initial-branch=main"]);
    environment.git(&["add", "--all"]);
    environment.git(&["commit", "--quiet", "--message=store"]);
    let path = "prompts/support/triage.prompt.yaml";
    environment.write(path, &environment.read(path).replace("@support", "@triage"));
    environment.git(&["add", "--all"]);
    insta::assert_snapshot!(environment.run(&["lint", "--staged"]), @"
    exit code: 0
    ----- stdout
    No findings in 1 prompt · 2 files
    ");
    assert_eq!(
        environment.run(&["lint", "--since", "HEAD", "--format", "concise", "--quiet"]),
        environment.run(&["lint", "--format", "concise", "--quiet"])
    );
    insta::assert_snapshot!(environment.run(&["lint", "--format", "concise"]), @"
    exit code: 1
    ----- stdout
    .github/CODEOWNERS:1:1: warning[STR013] these lines name other owners than the files of the store
    ----- stderr
    1 warning in 1 file · 1 fixable with --fix · 6 files
    ");
}

#[test]
fn a_store_in_a_folder_gets_its_files_at_the_top_of_the_repository() {
    let environment = Environment::new(&STORE.replace("//- ", "//- apps/my shop/"));
    environment.git(&["init", "--quiet", "--initial-branch=main"]);
    let before = environment.listing();
    insta::assert_snapshot!(environment.run(&["init", "apps/my shop", "--ci", "github", "--codeowners"]), @"
    exit code: 0
    ----- stdout
    create .github/actions/promptyard/action.yml
    create .github/workflows/promptyard.yml
    create .github/CODEOWNERS
    ----- stderr
    The store is in `apps/my shop/`: these files are at the top of its repository.
    warning: `Ann Lee` in `prompts/support/answer.prompt.yaml` is no owner for a forge, and is left out: write `@user`, `@org/team` or an address
    ");
    let new: Vec<String> =
        environment.listing().into_iter().filter(|path| !before.contains(path) && !path.starts_with(".git/")).collect();
    insta::assert_snapshot!(new.join("\n"), @"
    .github/CODEOWNERS
    .github/actions/promptyard/action.yml
    .github/workflows/promptyard.yml
    ");
    insta::assert_snapshot!(environment.read(".github/CODEOWNERS"), @r"
    # >>> promptyard
    # From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.
    /.github/ @acme/safety
    /apps/my\ shop/models/ @platform
    /apps/my\ shop/policies/ @acme/safety
    /apps/my\ shop/prompts/ @support
    /apps/my\ shop/promptyard.yaml @acme/safety
    # <<< promptyard
    ");
    let action = environment.read(".github/actions/promptyard/action.yml");
    assert!(action.contains("default: \"apps/my shop\""), "{action}");
}

#[test]
fn a_folder_without_a_store_gets_both() {
    let environment =
        Environment::new("//- prompts/a.prompt.yaml\nowners: [\"@a\"]\nmessages: [{role: user, content: Hi}]\n");
    insta::assert_snapshot!(environment.run(&["init", "--ci", "github", "--codeowners"]), @"
    exit code: 0
    ----- stdout
    create promptyard.yaml
    create .github/actions/promptyard/action.yml
    create .github/workflows/promptyard.yml
    create .github/CODEOWNERS
    ----- stderr
    This folder is a store now, with the prompt that it has. Next: `promptyard lint`.
    ");
    insta::assert_snapshot!(environment.read(".github/CODEOWNERS"), @"
    # >>> promptyard
    # From `owners` in the files of the store; `promptyard init --codeowners` writes these lines anew.
    /prompts/ @a
    # <<< promptyard
    ");
}

#[test]
fn a_store_of_nobody_gets_no_code_owners() {
    let environment = Environment::new("//- promptyard.yaml\nversion: 1\n");
    insta::assert_snapshot!(environment.run(&["init", "--codeowners"]), @"
    exit code: 0
    ----- stderr
    No file of the store names an owner for a forge, so no line was written.
    ");
    assert_eq!(environment.listing(), ["promptyard.yaml"]);
}
