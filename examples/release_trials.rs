//! What `promptyard release` withstands, tried out on a repository made for it.
//!
//! `cargo run --example release_trials -- kill PROGRAM FOLDER [KILLS] [SEED]` kills it at random moments: afterwards either
//! no tag is there or all of them are, git finds nothing wrong, and running it again completes.
//!
//! `... race PROGRAM FOLDER [PROCESSES] [ROUNDS]` runs several at once while the history goes on: no version is given
//! twice, and none is lost.
//!
//! `... many PROGRAM FOLDER [PROMPTS] [RELEASES]` makes that many releases of that many prompts, then says how long it takes
//! to plan the next ones.
#![expect(clippy::disallowed_methods, reason = "an experiment starts programs and reads what they leave")]
#![expect(clippy::print_stdout, reason = "its report")]

mod random;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use random::Random;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [trial, program, folder, rest @ ..] = arguments.as_slice() else {
        panic!("usage: release_trials kill|race|many PROGRAM FOLDER [NUMBER] [NUMBER]")
    };
    let number = |at: usize, default: usize| rest.get(at).map_or(default, |text| text.parse().expect("a number"));
    let store = Store { program, root: Path::new(folder) };
    store.prepare();
    match trial.as_str() {
        "kill" => kill(&store, number(0, 200), number(1, 20_260_301) as u64),
        "race" => race(&store, number(0, 8), number(1, 10)),
        "many" => many(&store, number(0, 1000), number(1, 20)),
        _ => panic!("{trial} is no trial"),
    }
}

fn kill(store: &Store<'_>, kills: usize, seed: u64) {
    const ARTIFACTS: usize = 50;
    store.git(&["config", "gc.auto", "0"]);
    let mut random = Random(seed);
    let whole = (0..3).map(|round| {
        store.change(0..ARTIFACTS, 1_000_000 + round);
        store.timed(&["--all-changed"])
    });
    let whole = whole.max().expect("because three runs were timed");
    let (mut none, mut all, mut ended, mut stale) = (0, 0, 0, 0);
    let mut released = store.tags().len();
    for kill in 0..kills {
        store.change(0..ARTIFACTS, kill);
        let mut child = store.start(&["--all-changed".to_owned()]);
        thread::sleep(whole.mul_f64(random.share() * 1.1));
        ended += usize::from(child.try_wait().expect("it can be asked").is_some());
        child.kill().expect("it is ours");
        child.wait().expect("it ends");
        stale += usize::from(store.root.join(".git/packed-refs.lock").exists());
        match store.tags().len() - released {
            0 => none += 1,
            ARTIFACTS => all += 1,
            some => panic!("kill {kill}: {some} of {ARTIFACTS} tags are there"),
        }
        store.timed(&["--all-changed"]);
        assert_eq!(store.tags().len() - released, ARTIFACTS, "kill {kill}: running it again completes it");
        store.check();
        store.git(&["pack-refs", "--all"]);
        released = store.tags().len();
    }
    println!("{kills} kills in runs of {whole:?}: {none} left no tag, {all} all {ARTIFACTS} ({ended} had ended).");
    println!("{stale} left a lock, which the next run cleared. {released} tags in the end.");
}

fn race(store: &Store<'_>, processes: usize, rounds: usize) {
    const ARTIFACTS: usize = 20;
    let mut by_makers = BTreeMap::new();
    for round in 0..rounds {
        store.change(0..ARTIFACTS, round);
        // Half of them ask for everything, the others for two artifacts each.
        let start = |process: usize| match process % 2 {
            0 => store.start(&["--all-changed".to_owned()]),
            _ => store.start(&[process, process + ARTIFACTS / 2].map(|prompt| format!("prompts/p{prompt}"))),
        };
        let children: Vec<_> = (0..processes).map(start).collect();
        let mut makers = 0;
        for child in children {
            let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
            assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
            makers += usize::from(String::from_utf8_lossy(&stdout).contains(" made at "));
        }
        *by_makers.entry(makers).or_insert(0) += 1;
        let tags = store.tags();
        assert_eq!(tags.len(), ARTIFACTS * (round + 1), "round {round}: each artifact is released once");
        for artifact in 0..ARTIFACTS {
            let tag = format!("prompts/p{artifact}@1.{round}.0");
            assert!(tags.contains(&tag), "round {round}: {tag} is missing");
        }
    }
    store.check();
    println!("{processes} processes, {rounds} rounds: {} tags, each version once.", ARTIFACTS * rounds);
    println!("Rounds by the number of processes that made tags: {by_makers:?}");
}

fn many(store: &Store<'_>, prompts: usize, releases: usize) {
    const PARTS: usize = 10;
    let part = prompts.div_ceil(PARTS);
    for round in 0..releases {
        for at in 0..PARTS {
            store.change(at * part..((at + 1) * part).min(prompts), round);
            store.timed(&["--all-changed"]);
        }
    }
    store.git(&["gc", "--quiet"]);
    store.change(0..prompts.min(20), releases);
    let mut times: Vec<Duration> = (0..15).map(|_| store.timed(&["--all-changed", "--dry-run"])).collect();
    times.sort();
    println!("{} tags; {prompts} prompts, 20 of them changed.", store.tags().len());
    println!(
        "release --all-changed --dry-run: {:?} at best, {:?} in the middle, {:?} at worst",
        times[0], times[7], times[14]
    );
}

/// A store that is tried out.
struct Store<'a> {
    program: &'a str,
    root: &'a Path,
}

impl Store<'_> {
    fn prepare(&self) {
        fs::create_dir_all(self.root.join("prompts")).expect("the folder can be made");
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        self.git(&["config", "user.name", "Ann Lee"]);
        self.git(&["config", "user.email", "ann@example.com"]);
        fs::write(self.root.join("promptyard.yaml"), "version: 1\n").expect("it can be written");
    }

    /// Commits another text of each of these prompts.
    fn change(&self, prompts: std::ops::Range<usize>, round: usize) {
        for prompt in prompts {
            let text = format!("description: d\nmessages: [{{role: user, content: Say {prompt} in round {round}}}]\n");
            fs::write(self.root.join(format!("prompts/p{prompt}.prompt.yaml")), text).expect("it can be written");
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "Change them"]);
    }

    fn start(&self, arguments: &[String]) -> std::process::Child {
        let mut command = Command::new(self.program);
        command.arg("release").args(arguments).current_dir(self.root);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    /// Releases, which succeeds. How long it takes.
    fn timed(&self, arguments: &[&str]) -> Duration {
        let start = Instant::now();
        let mut command = Command::new(self.program);
        succeed(command.arg("release").args(arguments).current_dir(self.root));
        start.elapsed()
    }

    fn tags(&self) -> Vec<String> {
        self.git(&["tag", "--list"]).lines().map(str::to_owned).collect()
    }

    /// Holds git to find nothing wrong.
    fn check(&self) {
        assert_eq!(self.git(&["fsck", "--strict", "--no-dangling"]), "");
    }

    fn git(&self, arguments: &[&str]) -> String {
        succeed(Command::new("git").args(arguments).current_dir(self.root))
    }
}

fn succeed(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
