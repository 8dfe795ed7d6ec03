//! What the commands that change routes withstand, tried out on a repository made for it.
//!
//! `cargo run --example promote_race -- PROGRAM FOLDER [ROUNDS] [KILLS] [SEED]` starts twenty promotions of different
//! dimensions and routes at once, while somebody else commits to the same branch: each is in the result once, and no file of
//! the worktree is left behind. Then it does the same and kills some of them at random moments: each leaves the old state or
//! the new one, git finds nothing wrong, and the next run mends what was left.
#![expect(clippy::disallowed_methods, reason = "an experiment starts programs and reads what they leave")]
#![expect(clippy::print_stdout, reason = "its report")]

mod random;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use random::Random;

/// Routes, each of which has two dimensions to promote.
const ROUTES: usize = 10;
const DIMENSIONS: [(&str, &str); 2] = [("prompt", "prompts/answer"), ("model", "models/chat")];
/// Commits that somebody else makes meanwhile.
const OTHERS: usize = 6;
const JOBS: usize = ROUTES * DIMENSIONS.len();

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, folder, rest @ ..] = arguments.as_slice() else {
        panic!("usage: promote_race PROGRAM FOLDER [ROUNDS] [KILLS] [SEED]")
    };
    let number = |at: usize, default: usize| rest.get(at).map_or(default, |text| text.parse().expect("a number"));
    let store = Store { program, root: Path::new(folder) };
    store.prepare();
    let mut random = Random(number(2, 20_261_121) as u64);
    let mut version = 0;
    let mut longest = Duration::ZERO;
    for round in 0..number(0, 3) {
        version = 1 - version;
        let started = Instant::now();
        race(&store, version, round);
        longest = longest.max(started.elapsed());
    }
    println!("{} rounds of {JOBS} processes: each promotion is there once.", number(0, 3));
    let (mut killed, mut old, mut new, mut mended) = (0, 0, 0, 0);
    while killed < number(1, 100) {
        version = 1 - version;
        let told = kill(&store, version, &mut random, longest);
        killed += told.killed;
        old += told.old;
        new += told.new;
        mended += told.mended;
    }
    println!(
        "{killed} kills: {old} left the old state, {new} the new one; {mended} copies were mended by the next run."
    );
    let told = kill_alone(&store, number(1, 100), &mut random);
    println!("{} kills of one alone: {} left the old state, {} the new one.", told.killed, told.old, told.new);
    store.git(&["fsck", "--strict", "--no-dangling"]);
    println!("{} commits, each of one file; git finds nothing wrong.", store.commits("HEAD").len());
}

/// Starts all promotions at once, and commits beside them.
fn race(store: &Store<'_>, version: usize, round: usize) {
    let base = store.head();
    let children: Vec<Child> = (0..JOBS).map(|job| store.promote(job, version)).collect();
    let (mut others, mut pause) = (0, Instant::now());
    let mut running: Vec<Option<Child>> = children.into_iter().map(Some).collect();
    while running.iter().any(Option::is_some) {
        if others < OTHERS && pause.elapsed() > Duration::from_millis(700) {
            let mut other = store.command("git");
            other.args(["commit", "--quiet", "--allow-empty", "--message", "Other work"]);
            others += usize::from(other.output().expect("git starts").status.success());
            pause = Instant::now();
        }
        for child in &mut running {
            if let Some(ended) = child.take_if(|child| child.try_wait().expect("it can be asked").is_some()) {
                let Output { status, stderr, .. } = ended.wait_with_output().expect("it ends");
                let told = String::from_utf8_lossy(&stderr).into_owned();
                assert!(status.success(), "round {round}: a promotion ended with {status}: {told}");
            }
        }
        thread::sleep(Duration::from_millis(20));
    }
    let commits = store.commits(&format!("{base}..HEAD"));
    assert_eq!(commits.len(), JOBS + others, "round {round}: every commit is there, with {others} of others");
    for job in 0..JOBS {
        assert!(store.has(job, version), "round {round}: job {job} is not in the result");
        assert_eq!(store.count(&commits, job), 1, "round {round}: job {job} is in the result once");
    }
    // Where somebody else's git held the index for too long, the next run mends the copy.
    let idle = store.promote(0, version).wait_with_output().expect("it ends");
    assert!(idle.status.success(), "{}", String::from_utf8_lossy(&idle.stderr));
    assert_eq!(store.status(), "", "round {round}: the worktree and the index are what the branch says");
}

#[derive(Default)]
struct Told {
    killed: usize,
    old: usize,
    new: usize,
    mended: usize,
}

/// Kills one promotion after the other at a random moment of its run, and runs it again.
fn kill_alone(store: &Store<'_>, kills: usize, random: &mut Random) -> Told {
    let mut told = Told::default();
    let mut version = usize::from(store.has(0, 1));
    let mut whole = Duration::ZERO;
    for kill in 0..kills {
        version = 1 - version;
        let base = store.head();
        let started = Instant::now();
        let mut child = store.promote(0, version);
        if kill < 3 {
            assert!(child.wait().expect("it ends").success(), "nobody killed it");
            whole = whole.max(started.elapsed());
            continue;
        }
        thread::sleep(whole.mul_f64(random.share()));
        if child.try_wait().expect("it can be asked").is_some() {
            continue;
        }
        child.kill().expect("it is ours");
        child.wait().expect("it ends");
        let again = store.promote(0, version).wait_with_output().expect("it ends");
        // Whether the killed run had done it: then the second had nothing to do.
        let log = store.git(&["reflog", "--format=%gs", "-1"]);
        assert!(again.status.success(), "kill {kill}: {}", String::from_utf8_lossy(&again.stderr));
        assert!(store.has(0, version), "kill {kill}: {log}");
        assert_eq!(store.commits(&format!("{base}..HEAD")).len(), 1, "kill {kill}: it is there once");
        assert_eq!(store.status(), "", "kill {kill}: the next run has mended what was left");
        told.killed += 1;
        let done = String::from_utf8_lossy(&again.stdout).contains("nothing is to be written");
        told.new += usize::from(done);
        told.old += usize::from(!done);
    }
    told
}

/// Starts all promotions at once, kills every second one at a random moment, then runs what was killed again.
fn kill(store: &Store<'_>, version: usize, random: &mut Random, longest: Duration) -> Told {
    let base = store.head();
    let mut told = Told::default();
    let mut children: Vec<Child> = (0..JOBS).map(|job| store.promote(job, version)).collect();
    let mut order: Vec<(Duration, usize)> =
        (0..JOBS).step_by(2).map(|job| (longest.mul_f64(random.share()), job)).collect();
    order.sort();
    let started = Instant::now();
    let mut victims = Vec::new();
    for (at, job) in order {
        thread::sleep(at.saturating_sub(started.elapsed()));
        if children[job].try_wait().expect("it can be asked").is_none() {
            children[job].kill().expect("it is ours");
            victims.push(job);
        }
    }
    let ended: Vec<bool> = children.iter_mut().map(|child| child.wait().expect("it ends").success()).collect();
    // What a killed run had asked of git may still end.
    thread::sleep(Duration::from_millis(300));
    let commits = store.commits(&format!("{base}..HEAD"));
    for (job, &ended) in ended.iter().enumerate() {
        let count = store.count(&commits, job);
        assert_eq!(store.has(job, version), count == 1, "job {job} has {count} commits");
        assert!(count == 1 || !ended, "job {job} has said that it is done");
        assert!(ended || victims.contains(&job), "job {job} failed, and nobody killed it");
    }
    told.killed = victims.len();
    told.new = victims.iter().filter(|job| store.has(**job, version)).count();
    told.old = told.killed - told.new;
    let behind = !store.status().is_empty();
    for job in &victims {
        let Output { status, stderr, .. } = store.promote(*job, version).wait_with_output().expect("it ends");
        assert!(status.success(), "job {job} again: {}", String::from_utf8_lossy(&stderr));
    }
    assert_eq!(store.status(), "", "the next run has mended what was left");
    told.mended = usize::from(behind);
    let commits = store.commits(&format!("{base}..HEAD"));
    assert_eq!(commits.len(), JOBS, "in the end each promotion is there once");
    told
}

struct Store<'a> {
    program: &'a str,
    root: &'a Path,
}

impl Store<'_> {
    /// Two releases of a prompt and a model, and routes that have the first of both.
    fn prepare(&self) {
        fs::create_dir_all(self.root.join("prompts")).expect("the folder can be made");
        fs::create_dir_all(self.root.join("models")).expect("the folder can be made");
        fs::create_dir_all(self.root.join("environments/production")).expect("the folder can be made");
        self.git(&["init", "--quiet", "--initial-branch", "main"]);
        self.git(&["config", "gc.auto", "0"]);
        self.write("promptyard.yaml", "version: 1\n");
        for version in 0..2 {
            self.write(
                "prompts/answer.prompt.yaml",
                &format!(
                    "description: Answers.\ninputs: {{}}\nmessages: [{{role: user, content: Answer {version}.}}]\n"
                ),
            );
            self.write(
                "models/chat.yaml",
                &format!(
                    "provider: openai\nmodel: gpt-5.1-2026-03-11\nrecorded_at: 2026-03-12\ncontext_window: 400000\n\
                     max_output_tokens: 128000\nparameters: {{temperature: 0.{version}}}\n\
                     price: {{currency: USD, input_per_million: 1.25, output_per_million: 10.0}}\n"
                ),
            );
            self.git(&["add", "."]);
            self.git(&["commit", "--quiet", "--message", "Content"]);
            let release = self.command(self.program).args(["release", "--all-changed", "--initial", "1.0.0"]).output();
            let release = release.expect("the program starts");
            assert!(release.status.success(), "{}", String::from_utf8_lossy(&release.stderr));
        }
        for route in 0..ROUTES {
            let mut text = "variants:\n  stable:\n".to_owned();
            for (dimension, artifact) in DIMENSIONS {
                writeln!(text, "    {dimension}: {artifact}@1.0.0").expect("a String takes any text");
            }
            text.push_str("traffic: {stable: 100}\n");
            self.write(&format!("environments/production/route-{route}.yaml"), &text);
        }
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", "Routes"]);
    }

    fn promote(&self, job: usize, version: usize) -> Child {
        let (_, artifact) = DIMENSIONS[job % 2];
        let mut command = self.command(self.program);
        command.args(["promote", &format!("{artifact}@1.{version}.0"), "--env", "production", "--quiet", "--route"]);
        command.arg(format!("route-{}", job / 2));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    /// Whether the branch has `version` for `job`.
    fn has(&self, job: usize, version: usize) -> bool {
        let route = self.git(&["show", &format!("HEAD:environments/production/route-{}.yaml", job / 2)]);
        route.contains(&format!("{}@1.{version}.0", DIMENSIONS[job % 2].1))
    }

    /// The promotions of `job` among `commits`.
    fn count(&self, commits: &[String], job: usize) -> usize {
        let of = |commit: &&String| {
            commit.contains(&format!("Route: route-{}\n", job / 2))
                && commit.contains(&format!("Dimension: {}\n", DIMENSIONS[job % 2].0))
        };
        commits.iter().filter(of).count()
    }

    fn commits(&self, range: &str) -> Vec<String> {
        let log = self.git(&["log", "--first-parent", "--format=%B%x00", range]);
        log.split('\0').map(str::to_owned).filter(|message| !message.trim().is_empty()).collect()
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    fn status(&self) -> String {
        self.git(&["status", "--porcelain"])
    }

    fn write(&self, path: &str, content: &str) {
        fs::write(self.root.join(path), content).expect("the file can be written");
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = self.command("git").args(arguments).output().expect("git starts");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("what git prints is UTF-8")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.root).stdin(Stdio::null()).env("GIT_CONFIG_NOSYSTEM", "1");
        command.envs([("GIT_AUTHOR_NAME", "Ann Lee"), ("GIT_AUTHOR_EMAIL", "ann@example.com")]);
        command.envs([("GIT_COMMITTER_NAME", "Ann Lee"), ("GIT_COMMITTER_EMAIL", "ann@example.com")]);
        command
    }
}
