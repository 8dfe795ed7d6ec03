//! The past of a branch, found in every way that there is: with a cache and without, with the commit-graph, with its filters,
//! and with none of them. All give the same answers.
#![expect(clippy::disallowed_methods, reason = "tests make files and start git")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::process::Command;

use promptyard::history::{self, Past as _, Question};
use promptyard::repo::{self, Git};

use crate::environment::Environment;

/// Numbers that look random, and are the same in each run: Knuth's MMIX.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A stream for `git fast-import`.
struct Stream {
    text: String,
    numbers: Numbers,
    marks: usize,
    clock: u64,
}

impl Stream {
    fn commit(&mut self, parents: &[usize], message: &str) -> usize {
        self.marks += 1;
        // Half an hour later, in the same second, or, by a wrong clock, before.
        self.clock += [1_800, 1_800, 0][self.numbers.below(3) as usize];
        let date = if self.numbers.below(9) == 0 { self.clock - 40_000 } else { self.clock };
        let (mark, text) = (self.marks, &mut self.text);
        write!(text, "commit refs/heads/main\nmark :{mark}\n").expect("a String takes any text");
        write!(text, "committer Ann Lee <ann@example.com> {date} +0000\ndata {}\n{message}\n", message.len())
            .expect("so");
        for (parent, word) in parents.iter().zip(["from", "merge"]) {
            writeln!(text, "{word} :{parent}").expect("so");
        }
        for _ in 0..1 + self.numbers.below(2) {
            self.edit();
        }
        mark
    }

    fn edit(&mut self) {
        let path = ["a.yaml", "a.yml", "b.yml", "c.yaml"][self.numbers.below(4) as usize];
        let path = format!("store/environments/production/{path}");
        let (kind, one, other) = (self.numbers.below(12), self.numbers.below(4), self.numbers.below(3));
        let put = |mode: &str, path: &str, content: &str| {
            format!("M {mode} inline {path}\ndata {}\n{content}\n", content.len())
        };
        let route = format!(
            "variants:\n  stable: {{prompt: prompts/p@1.{one}.0, model: models/m@1.{other}.0}}\n  canary: {{prompt: prompts/p@1.{other}.0}}\ntraffic: {{stable: 9{one}, canary: {}}}\n",
            10 - one
        );
        self.text += &match kind {
            0 => format!("D {path}\n"),
            1 => "D store/environments/production\n".to_owned(),
            2 => put("120000", &path, "c.yaml"),
            3 => put("100644", &path, "variants: ["),
            4 => put("100755", &path, &route),
            5 | 6 => put("100644", "README.md", &format!("{one} {other}")),
            _ => put("100644", &path, &route),
        };
    }
}

/// A history with merges, swapped parents and rewritten tips, of a store in a folder of its repository.
fn invent(seed: u64) -> Environment {
    let store = Environment::new("//- store/promptyard.yaml\nversion: 1\n");
    store.git(&["init", "--quiet", "--initial-branch", "main"]);
    let mut stream = Stream { text: String::new(), numbers: Numbers(seed), marks: 0, clock: 1_700_000_000 };
    let mut chain = vec![stream.commit(&[], "Start")];
    for _ in 0..160 {
        let tip = chain[chain.len() - 1];
        let made = match stream.numbers.below(8) {
            0 => {
                let before = chain[chain.len() - 1 - stream.numbers.below(5).min(chain.len() as u64 - 1) as usize];
                let side = stream.commit(&[before], "Do something elsewhere");
                stream.commit(&[tip, side], "Merge pull request #1 from ann/side")
            }
            1 => {
                let mut main = tip;
                for _ in 0..1 + stream.numbers.below(3) {
                    main = stream.commit(&[main], "Do something on the branch");
                }
                let side = stream.commit(&[tip], "Do something elsewhere");
                stream.commit(&[side, main], "Merge branch 'main' of example.com:a/b")
            }
            2 => {
                chain.truncate(chain.len().saturating_sub(3).max(1));
                stream.commit(&[chain[chain.len() - 1]], "Do it otherwise")
            }
            _ => stream.commit(&[tip], "Do something"),
        };
        chain.push(made);
    }
    let path = store.root().join(".git/stream");
    fs::write(&path, stream.text).expect("the folder is ours");
    let stream = File::open(path).expect("it was written");
    let import = ["fast-import", "--quiet", "--force"];
    let done = Command::new("git").args(import).current_dir(store.root()).stdin(stream).status();
    assert!(done.is_ok_and(|status| status.success()), "git imports the history");
    store
}

/// Every route at many instants, and the history of all; each question from the beginning where `forget` says so.
fn answers(store: &Environment, seed: u64, forget: &dyn Fn()) -> Vec<String> {
    let location = repo::discover(&[], Some(&store.root().join("store"))).expect("it is a store");
    let ask = |route: &str, question: &Question| {
        forget();
        let git = Git::open(&location).expect("it is a repository");
        let past = git.past(None).expect("it has a branch");
        let (environment, route) = ("production".parse().expect("a name"), route.parse().expect("a name"));
        let is_there = history::has_route(&past, &environment, &route, question.from);
        let answer = history::of_route(&past, &environment, &route, question).expect("everything is there");
        format!("{is_there:?} {answer:#?}")
    };
    let mut numbers = Numbers(seed);
    let mut told = Vec::new();
    for _ in 0..5 {
        let second = 1_699_990_000 + numbers.below(200_000) as i64;
        for route in ["a", "b", "c", "none"] {
            told.push(ask(route, &Question::at(second, 1_800_000_000)));
        }
    }
    let whole = Question { from: None, until: None, ..Question::at(0, 1_800_000_000) };
    told.extend(["a", "b", "c"].map(|route| ask(route, &whole)));
    forget();
    let git = Git::open(&location).expect("it is a repository");
    let past = git.past(None).expect("it has a branch");
    told.push(format!("{:#?}", history::of_environment(&past, None, &whole).expect("everything is there")));
    told.push(format!("{:?}", past.swapped(0, past.chain().len()).expect("everything is there").len()));
    told
}

#[test]
fn every_way_to_an_answer_gives_the_same_one() {
    for seed in 0..2 {
        let store = invent(seed);
        let cache = store.root().join(".git/promptyard");
        let forget = || drop(fs::remove_dir_all(&cache));
        let plain = answers(&store, seed, &forget);
        let check = |way: &str, forget: &dyn Fn()| {
            for (found, expected) in answers(&store, seed, forget).iter().zip(&plain) {
                assert_eq!(found, expected, "{way}, seed {seed}");
            }
        };
        check("with a cache", &|| ());
        for (way, arguments) in [
            ("with a graph", &["--reachable"][..]),
            ("with filters", &["--reachable", "--changed-paths"]),
            ("with a graph of layers", &["--reachable", "--changed-paths", "--split=no-merge"]),
        ] {
            store.git(&[&["commit-graph", "write"], arguments].concat());
            check(way, &forget);
            forget();
            check(&format!("{way} and a cache"), &|| ());
        }
        // The branch goes on, beyond what the graph and the cache know.
        forget();
        let before = answers(&store, seed, &|| ());
        assert_eq!(before, plain);
        for text in ["traffic: {stable: 100}\n", "variants: ["] {
            store.write("store/environments/production/a.yaml", text);
            store.git_at("2024-01-01T10:00:00Z", &["add", "--all", "store"]);
            store.git_at("2024-01-01T10:00:00Z", &["commit", "--quiet", "--message", "Go on"]);
        }
        let extended = answers(&store, seed, &|| ());
        assert_ne!(extended, plain);
        assert_eq!(answers(&store, seed, &forget), extended, "seed {seed}");
        fs::remove_file(store.root().join(".git/objects/info/commit-graph")).ok();
        fs::remove_dir_all(store.root().join(".git/objects/info/commit-graphs")).ok();
        assert_eq!(answers(&store, seed, &forget), extended, "seed {seed}");
        // And it is written again from an earlier commit on.
        store.git(&["reset", "--quiet", "--hard", "HEAD~2"]);
        store.write("store/promptyard.yaml", "version: 1\n");
        assert_eq!(answers(&store, seed, &|| ()), plain, "seed {seed}");
    }
}
