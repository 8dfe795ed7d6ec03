//! What the hook `pre-receive` withstands, tried out on servers made for it.
//!
//! `cargo run --example push_race -- PROGRAM FOLDER [ROUNDS] [CLONES] [SEED] [SERVER...]` makes a bare repository with the hook
//! for each server: `file` and `http` where none is named, or an address like `ssh://git@localhost:2222`, to which the
//! repository's path is added. Bad pushes of every kind are refused with their reason and leave nothing, good ones pass.
//! Then, in each round, that many clones push at once, first to branches of their own with a release each, then to
//! one branch until they are in, while others push what is bad and somebody tidies the server up: nothing is lost, nothing is
//! there twice, and git finds nothing wrong.
#![expect(clippy::disallowed_methods, reason = "an experiment starts programs and reads what they leave")]
#![expect(clippy::print_stdout, reason = "its report")]

mod git_clone;
mod git_http;
mod random;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use git_clone::{Clone, command, git, prompt};
use random::Random;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, folder, rest @ ..] = arguments.as_slice() else {
        panic!("usage: push_race PROGRAM FOLDER [ROUNDS] [CLONES] [SEED] [SERVER...]")
    };
    let number = |at: usize, default: usize| rest.get(at).map_or(default, |text| text.parse().expect("a number"));
    let servers: Vec<&str> = rest.iter().skip(3).map(String::as_str).collect();
    for (at, server) in if servers.is_empty() { vec!["file", "http"] } else { servers }.into_iter().enumerate() {
        let started = Instant::now();
        let trial = Trial::prepare(program, &Path::new(folder).join(at.to_string()), server);
        let cases = cases();
        for case in &cases {
            trial.attempt(case);
        }
        trial.check_nothing_is_left(&format!("{} pushes, one after the other", cases.len()));
        let bad = cases.iter().filter(|case| case.refused.is_some()).count();
        println!("{server}: {bad} bad pushes were refused and left nothing, {} good ones passed", cases.len() - bad);
        let mut random = Random(number(2, 20_261_121) as u64);
        for round in 0..number(0, 3) {
            let told = trial.race(round, number(1, 20), &mut random);
            println!("{server}, round {round}: {told}");
        }
        println!("{server}: {:.1} s, git finds nothing wrong", started.elapsed().as_secs_f64());
    }
}

/// One push, made on top of what the server's branch `main` has.
struct Case {
    name: &'static str,
    make: fn(&Clone),
    push: &'static [&'static str],
    /// What the refusal says; `None` where the push is fine.
    refused: Option<&'static str>,
}

const GOOD: &str = "Greet {{ name }} warmly.";
const BAD: &str = "Greet {{ nmae }}.";
const CONFIG: &str = "version: 1\ntag_prefix: store/\nenvironments: {production: {branch: main, protected: true}}\n\
                      lint: {ignore: [RTE006, RTE007]}\n";
/// It forbids less.
const WEAK: &str = "version: 1\ntag_prefix: store/\nlint: {ignore: [RTE, TPL]}\n";
const ROUTE: &str = "environments/production/help.yaml";

fn cases() -> Vec<Case> {
    let case = |name, make, push, refused| Case { name, make, push, refused };
    let mut cases = bad_contents(case);
    cases.extend(bad_refs(case));
    cases.extend(bad_histories(case));
    cases.extend(good(case));
    cases
}

type Make = fn(&'static str, fn(&Clone), &'static [&'static str], Option<&'static str>) -> Case;

fn bad_contents(case: Make) -> Vec<Case> {
    vec![
        case("an unknown variable", |clone| clone.commit("a", BAD), &["HEAD:main"], Some("TPL002")),
        case("the same on a new branch", |clone| clone.commit("a", BAD), &["HEAD:refs/heads/new"], Some("TPL002")),
        case("a new prompt", |clone| clone.commit("new/z", BAD), &["HEAD:main"], Some("TPL002")),
        case(
            "a mistake that a later commit of the push has not mended",
            |clone| {
                clone.commit("a", BAD);
                clone.commit("b", GOOD);
            },
            &["HEAD:main"],
            Some("TPL002"),
        ),
        case(
            "an invisible character",
            |clone| clone.commit("a", "Greet \u{202e}{{ name }}."),
            &["HEAD:main"],
            Some("INJ"),
        ),
        case(
            "a route to no release",
            |clone| {
                clone.write(ROUTE, &clone.read(ROUTE).replace("1.0.0", "9.0.0"));
                clone.commit_all();
            },
            &["HEAD:main"],
            Some("RTE001"),
        ),
        case(
            "a configuration that switches the rule off",
            |clone| {
                clone.write("promptyard.yaml", WEAK);
                clone.commit("a", BAD);
            },
            &["HEAD:main"],
            Some("TPL002"),
        ),
        case(
            "no configuration any more",
            |clone| {
                clone.git(&["rm", "--quiet", "promptyard.yaml"]);
                clone.commit("a", BAD);
            },
            &["HEAD:main"],
            Some("TPL002"),
        ),
        case(
            "a baseline that knows the mistake",
            |clone| {
                clone.write("prompts/a.prompt.yaml", &prompt(BAD));
                clone.run(&["lint", "--write-baseline"]);
                clone.commit_all();
            },
            &["HEAD:main"],
            Some("TPL002"),
        ),
        case(
            "a configuration that is none",
            |clone| {
                clone.write("promptyard.yaml", "version: 1\nlint: {ignore: 7}\n");
                clone.commit_all();
            },
            &["HEAD:main"],
            Some("promptyard.yaml"),
        ),
        case(
            "one bad branch among many good ones",
            |clone| {
                clone.commit("b", GOOD);
                for branch in 0..10 {
                    clone.git(&["branch", "--force", &format!("good/{branch}")]);
                }
                clone.commit("a", BAD);
                clone.git(&["branch", "--force", "good/bad"]);
            },
            &["refs/heads/good/*"],
            Some("TPL002"),
        ),
        case(
            "so much that git keeps it as a pack",
            |clone| {
                for at in 0..150 {
                    clone.write(&format!("prompts/many/{at}.prompt.yaml"), &prompt(GOOD));
                }
                clone.commit("a", BAD);
            },
            &["HEAD:main"],
            Some("TPL002"),
        ),
        case(
            "another history",
            |clone| {
                clone.git(&["checkout", "--quiet", "--orphan", "other"]);
                clone.commit("a", BAD);
            },
            &["--force", "HEAD:main"],
            Some("TPL002"),
        ),
        case(
            "a branch moved by force",
            |clone| {
                clone.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
                clone.commit("a", BAD);
            },
            &["--force", "HEAD:main"],
            Some("TPL002"),
        ),
    ]
}

fn bad_refs(case: Make) -> Vec<Case> {
    vec![
        case(
            "a tag moved",
            |clone| clone.tag_anew("store/prompts/a@1.0.0", &["--annotate", "--message", "x"]),
            &["--force", "refs/tags/store/prompts/a@1.0.0"],
            Some("the tag of the release `prompts/a@1.0.0` is out, and this push would move it"),
        ),
        case(
            "a tag deleted",
            |_| (),
            &["--delete", "refs/tags/store/prompts/a@1.0.0"],
            Some("the tag of the release `prompts/a@1.0.0` is out, and this push would delete it"),
        ),
        case(
            "a lightweight tag",
            |clone| clone.tag_anew("store/prompts/a@1.1.0", &[]),
            &["refs/tags/store/prompts/a@1.1.0"],
            Some("VER005"),
        ),
        case(
            "a tag that says another digest",
            |clone| {
                clone.commit("a", GOOD);
                clone.git(&["push", "--quiet", "origin", "HEAD:refs/heads/digest"]);
                let message = clone.git(&["tag", "--list", "--format=%(contents)", "store/prompts/a@1.0.0"]);
                let message = message.replace("1.0.0", "1.1.0");
                clone.tag_anew("store/prompts/a@1.1.0", &["--annotate", "--message", &message]);
            },
            &["refs/tags/store/prompts/a@1.1.0"],
            Some("VER004"),
        ),
        case(
            "a release that is on no branch",
            |clone| {
                clone.commit("a", "Greet {{ name }} twice.");
                clone.release("a");
            },
            &["refs/tags/store/prompts/a@1.1.0"],
            Some("VER007"),
        ),
        case(
            "a release of something bad, with its branch",
            |clone| {
                clone.commit("b", GOOD);
                clone.release("b");
                clone.commit("a", BAD);
            },
            &["HEAD:main", "refs/tags/store/prompts/b@1.1.0"],
            Some("TPL002"),
        ),
        case(
            "a good branch, and a tag that moves",
            |clone| {
                clone.commit("b", GOOD);
                clone.tag_anew("store/prompts/a@1.0.0", &["--annotate", "--message", "x"]);
            },
            &["--force", "HEAD:main", "refs/tags/store/prompts/a@1.0.0"],
            Some("would move it"),
        ),
    ]
}

fn bad_histories(case: Make) -> Vec<Case> {
    vec![
        case(
            "commits taken out of what a protected environment follows",
            |clone| {
                clone.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
            },
            &["--force", "HEAD:main"],
            Some("would take commits out of it"),
        ),
        case("the same, deleted", |_| (), &["--delete", "main"], Some("would delete it")),
    ]
}

fn good(case: Make) -> Vec<Case> {
    vec![
        case("a change", |clone| clone.commit("a", "Greet {{ name }} well."), &["HEAD:main"], None),
        case("a new branch", |clone| clone.commit("a", GOOD), &["HEAD:refs/heads/new"], None),
        case(
            "a branch moved by force",
            |clone| clone.commit("a", "Hello {{ name }}."),
            &["--force", "HEAD:refs/heads/new"],
            None,
        ),
        case("a branch deleted", |_| (), &["--delete", "refs/heads/new"], None),
        case("a tag that is no release", |clone| clone.tag_anew("v1", &[]), &["refs/tags/v1"], None),
        case(
            "the same, moved",
            |clone| clone.tag_anew("v1", &["--annotate", "--message", "x"]),
            &["--force", "refs/tags/v1"],
            None,
        ),
        case("the same, deleted", |_| (), &["--delete", "refs/tags/v1"], None),
        case(
            "a release with the route that serves it",
            |clone| {
                clone.commit("a", GOOD);
                clone.release("a");
                clone.write(ROUTE, &clone.read(ROUTE).replace("1.0.0", "1.1.0"));
                clone.commit_all();
            },
            &["HEAD:main", "refs/tags/store/prompts/a@1.1.0"],
            None,
        ),
        case(
            "a branch to be weak",
            |clone| {
                clone.write("promptyard.yaml", WEAK);
                clone.commit_all();
            },
            &["HEAD:refs/heads/weak"],
            None,
        ),
        case(
            "what the weak branch allows",
            |clone| {
                clone.git(&["reset", "--quiet", "--hard", "origin/weak"]);
                clone.commit("a", BAD);
            },
            &["HEAD:refs/heads/weak"],
            None,
        ),
        case(
            "what main does not allow, though the weak branch had it",
            |clone| {
                clone.git(&["reset", "--quiet", "--hard", "origin/weak"]);
            },
            &["HEAD:main"],
            Some("TPL002"),
        ),
    ]
}

/// A server's repository, and clones of it.
struct Trial {
    program: PathBuf,
    folder: PathBuf,
    bare: PathBuf,
    temporary: PathBuf,
    url: String,
    author: Clone,
}

impl Trial {
    fn prepare(program: &str, folder: &Path, server: &str) -> Self {
        let program = fs::canonicalize(program).expect("the program is there");
        fs::create_dir_all(folder.join("tmp")).expect("the folder can be made");
        let folder = fs::canonicalize(folder).expect("it was made");
        let (bare, temporary) = (folder.join("server.git"), folder.join("tmp"));
        git(&folder, &temporary, &["init", "--quiet", "--bare", "--initial-branch", "main", "server.git"]);
        git(&bare, &temporary, &["config", "http.receivepack", "true"]);
        let hook = bare.join("hooks/pre-receive");
        fs::create_dir_all(bare.join("hooks")).expect("the folder can be made");
        let line = format!("#!/bin/sh\nexec '{}' hooks run pre-receive\n", program.display());
        fs::write(&hook, line).expect("the hook can be written");
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("it was written");
        let url = match server {
            "file" => format!("file://{}", bare.display()),
            "http" => format!("http://{}/server.git", git_http::serve(&folder, &temporary)),
            address => format!("{address}{}", bare.display()),
        };
        let author = Clone::new(&program, &folder, &temporary, "author", &url);
        author.write("promptyard.yaml", CONFIG);
        author.write("prompts/b.prompt.yaml", &prompt("Greet {{ name }}."));
        author.commit("a", "Greet {{ name }}.");
        author.run(&["release", "--all-changed", "--initial", "1.0.0"]);
        author.write(
            ROUTE,
            "description: Answers.\nvariants:\n  stable:\n    prompt: prompts/a@1.0.0\ntraffic: {stable: 100}\n",
        );
        author.commit_all();
        author.git(&["push", "--quiet", "origin", "HEAD:main", "--tags"]);
        Self { program, folder, bare, temporary, url, author }
    }

    fn attempt(&self, case: &Case) {
        let author = &self.author;
        author.git(&["fetch", "--quiet", "--prune", "--prune-tags", "--force", "origin"]);
        author.git(&["checkout", "--quiet", "--force", "--detach", "origin/main"]);
        author.git(&["clean", "--quiet", "--force", "-d"]);
        (case.make)(author);
        let before = self.refs();
        let output = author.output("git", &[&["push", "origin"], case.push].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let name = case.name;
        match case.refused {
            Some(why) => {
                assert!(!output.status.success(), "{name}: it was accepted\n{told}");
                assert!(told.contains(why) && told.contains("The push is refused by promptyard."), "{name}: {told}");
                assert_eq!(self.refs(), before, "{name}: the refs are as they were");
            }
            None => {
                assert!(output.status.success(), "{name}: it was refused\n{told}");
                assert_ne!(self.refs(), before, "{name}: the refs are others");
            }
        }
        self.check_nothing_is_left(name);
    }

    /// Many clones at once: first to branches of their own, then all to one.
    fn race(&self, round: usize, count: usize, random: &mut Random) -> String {
        let clones: Vec<Clone> = (0..count)
            .map(|at| {
                let clone =
                    Clone::new(&self.program, &self.folder, &self.temporary, &format!("{round}-{at}"), &self.url);
                clone.commit(&format!("r{round}/p{at}"), &format!("Greet {{{{ name }}}} {round} times."));
                clone.release_first(&format!("r{round}/p{at}"));
                clone
            })
            .collect();
        let is_over = AtomicBool::new(false);
        let (refused, tidied, lost) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let pauses: Vec<f64> = clones.iter().map(|_| random.share()).collect();
        let started = Instant::now();
        let mut apart = Duration::ZERO;
        thread::scope(|scope| {
            let others =
                [scope.spawn(|| self.push_bad(&is_over, &refused)), scope.spawn(|| self.tidy(&is_over, &tidied))];
            let each = |push: &(dyn Fn(usize, &Clone) + Sync)| {
                thread::scope(|scope| {
                    let pushes: Vec<_> =
                        clones.iter().enumerate().map(|(at, clone)| scope.spawn(move || push(at, clone))).collect();
                    let ended: Vec<bool> = pushes.into_iter().map(|push| push.join().is_ok()).collect();
                    assert!(ended.iter().all(|is_fine| *is_fine), "round {round}: a clone's push failed");
                });
            };
            each(&|at, clone| {
                let branch = format!("HEAD:refs/heads/round-{round}/{at}");
                clone.push_own(&[&branch, "--tags"], &lost);
            });
            apart = started.elapsed();
            each(&|at, clone| {
                clone.commit(&format!("r{round}/q{at}"), &format!("Meet {{{{ name }}}} {round} times."));
                clone.push_until_in(pauses[at], &lost);
            });
            is_over.store(true, Ordering::Relaxed);
            others.into_iter().for_each(|other| other.join().expect("it has told what was wrong"));
        });
        let together = started.elapsed() - apart;
        self.check_round(round, &clones);
        self.check_nothing_is_left(&format!("round {round}"));
        format!(
            "{count} clones to branches of their own with a release each in {:.1} s, then to one branch in {:.1} s, where {} pushes \
             came too late and were made anew; {} bad pushes meanwhile were refused, and the server was tidied up {} times",
            apart.as_secs_f64(),
            together.as_secs_f64(),
            lost.into_inner(),
            refused.into_inner(),
            tidied.into_inner(),
        )
    }

    fn push_bad(&self, is_over: &AtomicBool, refused: &AtomicUsize) {
        let author = &self.author;
        author.git(&["fetch", "--quiet", "origin"]);
        author.git(&["checkout", "--quiet", "--force", "--detach", "origin/main"]);
        author.commit("a", BAD);
        while !is_over.load(Ordering::Relaxed) {
            let output = author.output("git", &["push", "--force", "origin", "HEAD:main", "HEAD:refs/heads/bad"]);
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && told.contains("TPL002"), "a bad push: {told}");
            refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn tidy(&self, is_over: &AtomicBool, tidied: &AtomicUsize) {
        while !is_over.load(Ordering::Relaxed) {
            // Git itself may find a ref locked by a push.
            let output = command(&self.bare, &self.temporary, "git").args(["gc", "--quiet"]).output();
            tidied.fetch_add(usize::from(output.expect("git starts").status.success()), Ordering::Relaxed);
            thread::sleep(Duration::from_millis(300));
        }
    }

    fn check_round(&self, round: usize, clones: &[Clone]) {
        let refs = self.refs();
        assert!(!refs.contains("refs/heads/bad"), "round {round}: a bad push made a branch");
        let subjects = git(&self.bare, &self.temporary, &["log", "--format=%s", "main"]);
        for (at, clone) in clones.iter().enumerate() {
            let own = clone.git(&["rev-parse", "refs/trial/released"]);
            assert!(refs.contains(&format!("{} refs/heads/round-{round}/{at}\n", own.trim())), "the branch of {at}");
            let tag = format!("refs/tags/store/prompts/r{round}/p{at}@1.0.0");
            let tag = clone.git(&["for-each-ref", "--format=%(objectname) %(refname)", &tag]);
            assert!(!tag.is_empty() && refs.contains(&tag), "round {round}: the release of {at}");
            for (prompt, verb) in [("p", "Greet"), ("q", "Meet")] {
                let subject = format!("r{round}/{prompt}{at}: {verb} {{{{ name }}}} {round} times.");
                let found = subjects.lines().filter(|line| **line == subject).count();
                assert_eq!(found, 1, "round {round}: `{subject}` is there once");
            }
        }
    }

    fn refs(&self) -> String {
        git(&self.bare, &self.temporary, &["for-each-ref", "--format=%(objectname) %(refname)"])
    }

    /// No object of a refused push, no lock, no temporary file; and every object is sound.
    fn check_nothing_is_left(&self, after: &str) {
        fn search(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
                let path = entry.path();
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.starts_with("tmp_") || name.starts_with('.') || name.ends_with(".lock") {
                    found.push(path);
                } else if path.is_dir() {
                    search(&path, found);
                }
            }
        }
        let mut left = Vec::new();
        search(&self.bare, &mut left);
        left.extend(fs::read_dir(&self.temporary).expect("it was made").flatten().map(|entry| entry.path()));
        assert!(left.is_empty(), "{after}: these files are left: {left:?}");
        git(&self.bare, &self.temporary, &["fsck", "--full", "--strict", "--no-dangling"]);
    }
}
