//! Git as people and a server run it in the trials: clones of one repository, without anything of this machine's configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Somebody's clone of the server's repository.
pub(crate) struct Clone {
    program: PathBuf,
    root: PathBuf,
    temporary: PathBuf,
}

impl Clone {
    pub(crate) fn new(program: &Path, folder: &Path, temporary: &Path, name: &str, url: &str) -> Self {
        git(folder, temporary, &["clone", "--quiet", url, name]);
        Self { program: program.to_owned(), root: folder.join(name), temporary: temporary.to_owned() }
    }

    pub(crate) fn commit(&self, name: &str, text: &str) {
        self.write(&format!("prompts/{name}.prompt.yaml"), &prompt(text));
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", &format!("{name}: {text}")]);
    }

    pub(crate) fn commit_all(&self) {
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", "Work"]);
    }

    pub(crate) fn tag_anew(&self, name: &str, how: &[&str]) {
        self.git(&[&["tag", "--force"], how, &[name]].concat());
    }

    pub(crate) fn release(&self, name: &str) {
        self.run(&["release", &format!("prompts/{name}")]);
    }

    /// Releases what has no release yet, and remembers the commit.
    pub(crate) fn release_first(&self, name: &str) {
        self.run(&["release", &format!("prompts/{name}"), "--initial", "1.0.0"]);
        self.git(&["update-ref", "refs/trial/released", "HEAD"]);
    }

    /// Pushes what nobody else pushes.
    pub(crate) fn push_own(&self, refs: &[&str], lost: &AtomicUsize) {
        while !self.push(refs) {
            lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Pushes to `main`, on top of what others have pushed meanwhile.
    pub(crate) fn push_until_in(&self, share: f64, lost: &AtomicUsize) {
        loop {
            self.git(&["fetch", "--quiet", "origin", "main"]);
            self.git(&["rebase", "--quiet", "FETCH_HEAD"]);
            if self.push(&["HEAD:main"]) {
                return;
            }
            lost.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(500).mul_f64(share));
        }
    }

    /// Whether the push is in; where it is not, it is git that was in the way.
    fn push(&self, refs: &[&str]) -> bool {
        /// What git says of refs that have moved meanwhile, and where `git gc` has removed an empty folder of objects under it.
        const LATE: [&str; 5] = [
            "[rejected]",
            "cannot lock ref",
            "failed to update ref",
            "incorrect old value",
            "unable to migrate objects to permanent storage",
        ];
        let output = self.output("git", &[&["push", "--porcelain", "origin"], refs].concat());
        let told = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat();
        let is_late = LATE.iter().any(|late| told.contains(late)) && !told.contains("pre-receive hook declined");
        assert!(output.status.success() || is_late, "{told}");
        output.status.success()
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).expect("the file can be read")
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.root, &self.temporary, arguments)
    }

    pub(crate) fn run(&self, arguments: &[&str]) {
        let program = self.program.to_str().expect("the program's path is UTF-8");
        let output = self.output(program, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn output(&self, program: &str, arguments: &[&str]) -> Output {
        command(&self.root, &self.temporary, program).args(arguments).output().expect("the program starts")
    }
}

pub(crate) fn prompt(text: &str) -> String {
    format!(
        "description: Greets.\ninputs:\n  name: {{type: string, trust: trusted, example: Ann}}\nmessages:\n  - role: user\n    content: \
         {text}\n"
    )
}

pub(crate) fn git(folder: &Path, temporary: &Path, arguments: &[&str]) -> String {
    let output = command(folder, temporary, "git").args(arguments).output().expect("git starts");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("what git prints is UTF-8")
}

pub(crate) fn command(folder: &Path, temporary: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null()).env("GIT_CONFIG_NOSYSTEM", "1").env("TMPDIR", temporary);
    command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_TERMINAL_PROMPT", "0")]);
    command.envs([("GIT_AUTHOR_NAME", "Ann Lee"), ("GIT_AUTHOR_EMAIL", "ann@example.com")]);
    command.envs([("GIT_COMMITTER_NAME", "Ann Lee"), ("GIT_COMMITTER_EMAIL", "ann@example.com")]);
    command
}
