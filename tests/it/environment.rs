//! A place to run the program in that knows nothing of the machine: an empty folder, an empty environment.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests make files and start the program, and say what they skip"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// When git does what no time is said for.
const NOON: &str = "2026-03-01T12:00:00Z";

/// A folder with files, in which the program runs.
pub(crate) struct Environment {
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, &'static str)>,
}

impl Environment {
    /// The files of `drawing`: each one's content after a line `//- path`.
    pub(crate) fn new(drawing: &str) -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let environment = Self { folder, variables: Vec::new() };
        fs::create_dir(environment.root()).expect("the folder is empty");
        for (path, content) in files(drawing) {
            environment.write(path, content);
        }
        environment
    }

    /// A git repository with the files of `drawing`, all of them committed as `Start` on the branch `main`.
    pub(crate) fn repository(drawing: &str) -> Self {
        let store = Self::unborn(drawing);
        store.commit("Start");
        store
    }

    /// The same before the first commit.
    pub(crate) fn unborn(drawing: &str) -> Self {
        let store = Self::new(drawing);
        store.git(&["init", "--quiet", "--initial-branch", "main"]);
        store
    }

    /// Lets the program find git, which it needs to change a repository, not to read it.
    pub(crate) fn with_git(self) -> Self {
        self.with_variable("PATH", env!("PATH"))
    }

    /// Lets the program change the repository as this person at this time.
    pub(crate) fn with_person(self, name: &'static str, email: &'static str, when: &'static str) -> Self {
        let person = [("GIT_AUTHOR_NAME", name), ("GIT_AUTHOR_EMAIL", email), ("GIT_AUTHOR_DATE", when)];
        let committer = [("GIT_COMMITTER_NAME", name), ("GIT_COMMITTER_EMAIL", email), ("GIT_COMMITTER_DATE", when)];
        let variables = person.into_iter().chain(committer);
        variables.fold(self.with_git(), |store, (variable, value)| store.with_variable(variable, value))
    }

    /// Sets a variable of the program's environment, which has none else.
    pub(crate) fn with_variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(path, content).expect("the file can be written");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The paths of all files, in order.
    pub(crate) fn listing(&self) -> Vec<String> {
        fn collect(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(folder).expect("the folder can be read") {
                let path = entry.expect("the entry can be read").path();
                if path.is_dir() {
                    collect(&path, root, found);
                } else {
                    let inside = path.strip_prefix(root).expect("it is inside of the root");
                    found.push(inside.to_string_lossy().replace('\\', "/"));
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.root(), &self.root(), &mut found);
        found.sort();
        found
    }

    /// The program with `arguments` and without anything of this machine's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_promptyard"));
        command
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.folder.path().join("no-such-file"))
            .env("GIT_CEILING_DIRECTORIES", self.folder.path())
            .envs(self.variables.iter().copied())
            .stdin(Stdio::null());
        command
    }

    /// Commits everything as it is now, as Ann Lee at a fixed time; also where nothing has changed.
    pub(crate) fn commit(&self, message: &str) {
        self.commit_at(NOON, message);
    }

    /// The same at another time.
    pub(crate) fn commit_at(&self, when: &str, message: &str) {
        self.git(&["add", "--all"]);
        self.git_at(when, &["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// Runs git in the store as Ann Lee at a fixed time, without anything of this machine's configuration.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_at(NOON, arguments)
    }

    /// The same at another time.
    pub(crate) fn git_at(&self, when: &str, arguments: &[&str]) -> String {
        let output = self.git_command(when, arguments).output().expect("git is there where this was cloned");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("what git prints is UTF-8")
    }

    /// Runs git in a folder of the store, where its hooks and drivers find the program, whatever comes of it.
    pub(crate) fn git_with_program(&self, folder: &str, arguments: &[&str]) -> Output {
        let program = Path::new(env!("CARGO_BIN_EXE_promptyard")).parent().expect("a program lies in a folder");
        let mut command = self.git_command(NOON, arguments);
        command.current_dir(self.root().join(folder)).env("PATH", format!("{}:{}", program.display(), env!("PATH")));
        command.output().expect("git is there where this was cloned")
    }

    pub(crate) fn git_command(&self, when: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .env("PATH", env!("PATH"))
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.folder.path().join("no-such-file"))
            .envs([("GIT_AUTHOR_NAME", "Ann Lee"), ("GIT_AUTHOR_EMAIL", "ann@example.com"), ("GIT_AUTHOR_DATE", when)])
            .envs([("GIT_COMMITTER_NAME", "Ann Lee"), ("GIT_COMMITTER_EMAIL", "ann@example.com")])
            .env("GIT_COMMITTER_DATE", when);
        command
    }

    /// Makes an ssh key called `name` in the folder of the repository, and has git sign with it, in the words of `gpg.format`:
    /// `false` where there is no ssh-keygen to make one with, and then that is said.
    pub(crate) fn sign_with(&self, name: &str) -> bool {
        let path = self.root().join(".git").join(name);
        if !path.exists() {
            let mut make = Command::new("ssh-keygen");
            make.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(&path).env("PATH", env!("PATH"));
            if !make.status().is_ok_and(|status| status.success()) {
                eprintln!("skipped: there is no ssh-keygen to make a key with");
                return false;
            }
        }
        self.git(&["config", "gpg.format", "ssh"]);
        self.git(&["config", "user.signingKey", &path.with_extension("pub").to_string_lossy()]);
        true
    }

    /// Has git trust the key called `name` as that of `mail`, and no other.
    pub(crate) fn trust(&self, name: &str, mail: &str) {
        self.write(".git/allowed", &format!("{mail} {}", self.read(&format!(".git/{name}.pub"))));
        let allowed = self.root().join(".git/allowed");
        self.git(&["config", "gpg.ssh.allowedSignersFile", &allowed.to_string_lossy()]);
    }

    /// Runs the program: stdout, stderr and the exit code in one text.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.output(arguments);
        let code = status.code().map_or_else(|| "none".to_owned(), |code| code.to_string());
        let mut told = format!("exit code: {code}\n");
        for (name, bytes) in [("stdout", stdout), ("stderr", stderr)] {
            if !bytes.is_empty() {
                let text = String::from_utf8(bytes).expect("what is printed is UTF-8");
                write!(told, "----- {name}\n{}", self.without_folder(&text)).expect("a String takes any text");
            }
        }
        told
    }

    /// Runs the program and gives what it printed as it is.
    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// Releases, which succeeds; everything that is printed.
    pub(crate) fn release(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.output(&[&["release"], arguments].concat());
        let told = [stdout, stderr].map(|bytes| String::from_utf8(bytes).expect("what is printed is UTF-8")).concat();
        assert!(status.success(), "{told}");
        told
    }

    fn without_folder(&self, text: &str) -> String {
        let real = self.root().canonicalize().expect("the folder is there");
        let replaced = text.replace(&*real.to_string_lossy(), "[STORE]");
        replaced.replace(&*self.root().to_string_lossy(), "[STORE]")
    }
}

pub(crate) fn files(drawing: &str) -> Vec<(&str, &str)> {
    let parts = drawing.split("//- ").skip(1);
    parts.filter_map(|part| part.split_once('\n')).collect()
}
