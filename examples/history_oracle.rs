//! Asks random questions about a repository's past and compares the answers with a slow reference that walks with the git
//! command line and corrects the dates itself.
//!
//! ```sh
//! cargo run --example history_oracle -- STORE [QUESTIONS] [SEED]
//! ```
//! With routes, the questions are about routes; without, about the contents of files, followed through renames as
//! `git log --find-renames` sees them.
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "an example is a program")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use promptyard::history::answer::{Answer, Live};
use promptyard::history::state::State;
use promptyard::history::{self, Past as _, Question, content};
use promptyard::name::{CommitId, EnvName, RouteName};
use promptyard::path::StorePath;
use promptyard::repo::{self, Git};

type Failure = Box<dyn std::error::Error>;

fn git(store: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new("git").arg("-C").arg(store).args(["--no-replace-objects"]).args(arguments).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The reference: commits in order with the second at which each begins, corrected by hand.
fn chain(store: &Path) -> Result<Vec<(String, i64)>, Failure> {
    let listing = git(store, &["log", "--first-parent", "--reverse", "--format=%H %ct", "HEAD"])?;
    let mut chain: Vec<(String, i64)> = Vec::new();
    for line in listing.lines() {
        let (commit, date) = line.split_once(' ').ok_or("a line without a date")?;
        let mut start: i64 = date.parse()?;
        if let Some((_, last)) = chain.last()
            && start <= *last
        {
            start = last + 1;
        }
        chain.push((commit.to_owned(), start));
    }
    Ok(chain)
}

/// `git cat-file --batch`: what is at a path in a commit.
struct CatFile {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl CatFile {
    fn new(store: &Path) -> Result<Self, Failure> {
        let mut child = Command::new("git")
            .arg("-C")
            .arg(store)
            .args(["--no-replace-objects", "cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = BufReader::new(child.stdout.take().ok_or("no stdout")?);
        Ok(Self { child, out })
    }

    fn read(&mut self, name: &str) -> Result<Option<(CommitId, Vec<u8>)>, Failure> {
        writeln!(self.child.stdin.as_mut().ok_or("no stdin")?, "{name}")?;
        let mut head = String::new();
        self.out.read_line(&mut head)?;
        if head.trim_end().ends_with("missing") {
            return Ok(None);
        }
        let mut words = head.split_whitespace();
        let id: CommitId = words.next().ok_or("no id")?.parse()?;
        let size: usize = words.nth(1).ok_or("no size")?.parse()?;
        let mut content = vec![0; size + 1];
        self.out.read_exact(&mut content)?;
        content.pop();
        Ok(Some((id, content)))
    }
}

/// SplitMix64, as in `generate_history`.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit.max(1) as u64).unwrap_or_default()
    }
}

/// A random second: half of them at a border or next to one, the others anywhere.
fn second(random: &mut Random, chain: &[(String, i64)]) -> i64 {
    let (first, last) = (chain[0].1, chain[chain.len() - 1].1);
    if random.below(2) == 0 {
        return chain[random.below(chain.len())].1 + [-1, 0, 1][random.below(3)];
    }
    let length = usize::try_from(last - first).unwrap_or(usize::MAX - 200_000) + 200_000;
    first - 100_000 + i64::try_from(random.below(length)).unwrap_or_default()
}

/// The answer in one line, as the reference would say it.
fn told(answer: Option<&Answer>) -> String {
    let Some(answer) = answer else { return "nothing".to_owned() };
    match &answer.segments[..] {
        [segment] => match &segment.live {
            Live::NotDeployed | Live::Removed => "nothing".to_owned(),
            Live::Illegible => "illegible".to_owned(),
            Live::Disabled => "disabled".to_owned(),
            Live::Unknown => "unknown".to_owned(),
            Live::Serving(serving) => {
                let line = |served: &history::answer::Served| {
                    let pins: Vec<String> = served.pins.iter().map(|pin| pin.release.to_string()).collect();
                    format!("{} {} {pins:?}", served.variant, served.share)
                };
                serving.iter().map(line).collect::<Vec<_>>().join("; ")
            }
            Live::Content { path, blob } => format!("{path} {blob}"),
        },
        segments => format!("{} segments", segments.len()),
    }
}

fn told_by_state(state: &State) -> String {
    match state {
        State::Absent => "nothing".to_owned(),
        State::Illegible(_) => "illegible".to_owned(),
        State::Route(route) if !route.enabled => "disabled".to_owned(),
        State::Route(route) => {
            let line = |(name, variant): (&str, &history::state::VariantState)| {
                let pins: Vec<String> = variant.pins.values().map(|pin| pin.release.to_string()).collect();
                format!("{name} {} {pins:?}", variant.share)
            };
            route.serving().map(line).collect::<Vec<_>>().join("; ")
        }
    }
}

/// Each file of the tip with the positions at which it changed: its path and its blob there, or nothing.
type Lives = BTreeMap<String, Vec<(usize, Option<(String, String)>)>>;

/// The lives of all files, by replaying `git log --raw` from the first commit on.
fn lives(store: &Path, chain: &[(String, i64)]) -> Result<Lives, Failure> {
    let arguments = [
        "log",
        "--first-parent",
        "--reverse",
        "--raw",
        "--no-abbrev",
        "--find-renames=60%",
        "-l0",
        "--diff-merges=first-parent",
        "--format=commit %H",
        "HEAD",
    ];
    let listing = git(store, &arguments)?;
    let positions: BTreeMap<&str, usize> = chain.iter().enumerate().map(|(at, (id, _))| (id.as_str(), at)).collect();
    let mut lives: Lives = BTreeMap::new();
    let mut position = 0;
    let mut of_commit: Vec<Vec<&str>> = Vec::new();
    let mut play = |position: usize, lines: &mut Vec<Vec<&str>>| {
        let mut moved = Vec::new();
        for line in lines.iter().filter(|line| line[4].starts_with('R')) {
            let mut life = lives.remove(line[5]).unwrap_or_default();
            life.push((position, Some((line[6].to_owned(), line[3].to_owned()))));
            moved.push((line[6].to_owned(), life));
        }
        for line in lines.iter().filter(|line| line[4].starts_with('D')) {
            lives.entry(line[5].to_owned()).or_default().push((position, None));
        }
        for line in lines.iter().filter(|line| matches!(&line[4][..1], "A" | "M" | "T")) {
            lives
                .entry(line[5].to_owned())
                .or_default()
                .push((position, Some((line[5].to_owned(), line[3].to_owned()))));
        }
        lives.extend(moved);
        lines.clear();
    };
    for line in listing.lines() {
        if let Some(commit) = line.strip_prefix("commit ") {
            play(position, &mut of_commit);
            position = *positions.get(commit).ok_or("an unknown commit")?;
        } else if line.starts_with(':') {
            of_commit.push(line.split([' ', '\t']).collect());
        }
    }
    play(position, &mut of_commit);
    Ok(lives)
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let store = PathBuf::from(arguments.next().ok_or("history_oracle STORE [QUESTIONS] [SEED]")?);
    let questions: usize = arguments.next().map_or(Ok(1_000), |text| text.parse())?;
    let mut random = Random(arguments.next().map_or(Ok(1), |text| text.parse())?);
    let chain = chain(&store)?;
    let git = Git::open(&repo::discover(std::slice::from_ref(&store), None)?)?;
    let past = git.past(None)?;
    let starts: Vec<i64> = chain.iter().map(|(_, start)| *start).collect();
    let same_chain = past.chain().len() == starts.len()
        && starts.iter().enumerate().all(|(at, start)| past.chain().start(at) == *start);
    println!("{} commits, starts equal: {same_chain}", chain.len());
    let active = |second: i64| chain.iter().rposition(|(_, start)| *start <= second);
    let routes = history::routes(&past, None)?;
    let mut wrong = 0;
    if routes.is_empty() {
        let lives = lives(&store, &chain)?;
        let listing = self::git(&store, &["ls-tree", "-r", "--name-only", "HEAD"])?;
        let names: Vec<&str> = listing.lines().collect();
        let mut known: BTreeMap<&str, content::Lineage> = BTreeMap::new();
        for _ in 0..questions {
            let (name, second) = (names[random.below(names.len())], second(&mut random, &chain));
            let path: StorePath = name.parse()?;
            if !known.contains_key(name) {
                known.insert(name, content::lineage(&past, &path)?);
            }
            let answer = told(Some(&history::of_file(&past, &path, &Question::at(second, i64::MAX))?));
            let life = lives.get(name).map_or(&[][..], Vec::as_slice);
            let now = active(second).and_then(|at| life.iter().rfind(|(position, _)| *position <= at));
            let expected = match now {
                Some((_, Some((path, blob)))) => format!("{path} {blob}"),
                _ => "nothing".to_owned(),
            };
            if answer != expected {
                wrong += 1;
                println!("{name} at {second}: {answer}, and the reference says {expected}");
            }
        }
    } else {
        let mut cat = CatFile::new(&store)?;
        for _ in 0..questions {
            let (environment, route): &(EnvName, RouteName) = &routes[random.below(routes.len())];
            let second = second(&mut random, &chain);
            let answer = history::of_route(&past, environment, route, &Question::at(second, i64::MAX))?;
            let path: StorePath = format!("environments/{environment}/{route}.yaml").parse()?;
            let found = match active(second) {
                Some(at) => cat.read(&format!("{}:{path}", chain[at].0))?,
                None => None,
            };
            let state = found.map_or(State::Absent, |(blob, content)| State::of_file(&path, blob, &content));
            let (answer, expected) = (told(answer.as_ref()), told_by_state(&state));
            if answer != expected {
                wrong += 1;
                println!("{route} at {second}: {answer}, and the reference says {expected}");
            }
        }
        cat.child.kill()?;
    }
    println!("{questions} questions, {wrong} answers differ");
    if wrong == 0 && same_chain { Ok(()) } else { Err("the answers differ".into()) }
}
