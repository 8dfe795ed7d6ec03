//! Writes an invented history as a `git fast-import` stream: prompts, routes that are promoted, merged side branches and
//! release tags; the same seed gives the same history.
//!
//! ```sh
//! git init --quiet --initial-branch main STORE
//! cargo run --example generate_history -- --commits 100000 --seed 1 | git -C STORE fast-import --quiet --force
//! ```
#![expect(clippy::disallowed_methods, clippy::print_stderr, reason = "an example is a program")]

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

/// What to invent.
struct Options {
    /// Commits on the first-parent chain.
    commits: u64,
    prompts: u64,
    routes: u64,
    /// Other files, which are in the way.
    others: u64,
    seed: u64,
    /// Whether clocks are wrong, parents are swapped, branches are rebased and rewritten, and routes come and go.
    is_weird: bool,
}

/// SplitMix64 (Steele, Lea, Flood 2014): a few lines, and the same numbers everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Changes of files: a path with its new content, or none.
type Edits = BTreeMap<String, Option<String>>;

struct Writer<'a> {
    out: &'a mut dyn Write,
    random: Random,
    options: &'a Options,
    marks: u64,
    clock: i64,
    /// The date of all commits that one command writes.
    second: Option<i64>,
    /// Versions of each route's releases: stable prompt, model, canary prompt; the canary's traffic.
    routes: Vec<Option<[u64; 4]>>,
    tagged: BTreeMap<String, u64>,
}

impl Writer<'_> {
    fn commit(&mut self, branch: &str, parents: &[u64], message: &str, edits: &Edits) -> io::Result<u64> {
        self.marks += 1;
        let (mark, date) = (self.marks, self.date());
        let authored = date - 86_400;
        let mail = self.random.below(20);
        let out = &mut self.out;
        writeln!(out, "commit refs/heads/{branch}\nmark :{mark}")?;
        writeln!(out, "author Person {mail} <person-{mail}@example.com> {authored} +0000")?;
        writeln!(out, "committer Person {mail} <person-{mail}@example.com> {date} +0000")?;
        writeln!(out, "data {}\n{message}", message.len())?;
        if let Some(first) = parents.first() {
            writeln!(out, "from :{first}")?;
        }
        for other in parents.iter().skip(1) {
            writeln!(out, "merge :{other}")?;
        }
        for (path, content) in edits {
            match content {
                Some(content) => writeln!(out, "M 100644 inline {path}\ndata {}\n{content}", content.len())?,
                None => writeln!(out, "D {path}")?,
            }
        }
        writeln!(out)?;
        Ok(mark)
    }

    /// The next date: some minutes later, or a wrong one.
    fn date(&mut self) -> i64 {
        if let Some(second) = self.second {
            return second;
        }
        self.clock += i64::try_from(self.random.below(1_800)).unwrap_or_default();
        if !self.options.is_weird {
            return self.clock.max(1);
        }
        match self.random.below(40) {
            0 => 0,
            1 => self.clock - 40_000,
            2 => self.clock + 3_000,
            3..=7 => self.clock - self.clock % 3_600,
            _ => self.clock,
        }
    }

    fn prompt_path(&self, number: u64) -> String {
        format!("prompts/area-{:02}/prompt-{number:03}.prompt.yaml", number % 15)
    }

    fn prompt(&mut self, number: u64) -> (String, Option<String>) {
        let mut text = format!("description: Prompt {number}.\nmessages:\n  - role: system\n    content: |\n");
        for line in 0..20 {
            let word = if self.random.chance(10) { self.random.below(1_000) } else { line };
            text.push_str(&format!("      Sentence {line} of prompt {number} says {word}.\n"));
        }
        (self.prompt_path(number), Some(text))
    }

    fn other(&mut self) -> (String, Option<String>) {
        let number = self.random.below(self.options.others);
        let content = format!("file {number} {}\n", self.random.next());
        (format!("src/module-{:02}/file-{number:04}.txt", number % 40), Some(content))
    }

    fn route(&mut self, number: u64) -> (String, Option<String>) {
        let path = format!("environments/production/route-{number:02}.yaml");
        let index = usize::try_from(number).unwrap_or_default();
        let gone = self.options.is_weird && self.random.chance(5);
        if gone && self.routes[index].is_some() {
            self.routes[index] = None;
            return (path, None);
        }
        let mut state = self.routes[index].unwrap_or([0, 0, 0, 0]);
        match self.random.below(4) {
            0 => state[0] = state[2].max(state[0] + 1),
            1 => state[1] += 1,
            2 => state[2] = state[0].max(state[2]) + 1,
            _ => state[3] = [0, 5, 20, 50][usize::try_from(self.random.below(4)).unwrap_or_default()],
        }
        self.routes[index] = Some(state);
        let prompt = self.prompt_path(number).replace(".prompt.yaml", "");
        let [stable, model, canary, traffic] = state;
        let digest = |kind: u64, version: u64| format!("sha256:{:064x}", kind * 1_000_000 + version);
        let pin = |artifact: &str, kind: u64, version: u64| {
            format!("{{release: {artifact}@1.{version}.0, digest: \"{}\"}}", digest(kind, version))
        };
        let variant = |name: &str, version: u64| {
            format!(
                "  {name}:\n    prompt:    {}\n    model:     {}\n    retrieval: {}\n    policy:    {}\n",
                pin(&prompt, number, version),
                pin("models/chat", 900, model),
                pin("retrieval/help", 901, 0),
                pin("policies/safety", 902, 0)
            )
        };
        let content = format!(
            "description: Route {number}.\nvariants:\n{}{}traffic: {{stable: {}, canary: {traffic}}}\nsticky_by: user_id\n",
            variant("stable", stable),
            variant("canary", canary),
            100 - traffic
        );
        for (artifact, kind, version) in [
            (prompt.as_str(), number, stable),
            (prompt.as_str(), number, canary),
            ("models/chat", 900, model),
            ("retrieval/help", 901, 0),
            ("policies/safety", 902, 0),
        ] {
            let message = format!(
                "{artifact} 1.{version}.0\n\nArtifact: {artifact}\nVersion: 1.{version}.0\nDigest: {}\nMetric: accuracy=0.{version} n=100 suite=suites/main@1.0.0\n",
                digest(kind, version)
            );
            self.tagged.entry(format!("{artifact}@1.{version}.0\n{message}")).or_insert(0);
        }
        (path, Some(content))
    }

    fn edit(&mut self) -> Edits {
        let edit = match self.random.below(100) {
            0..3 => {
                let number = self.random.below(self.options.routes);
                self.route(number)
            }
            3..40 => {
                let number = self.random.below(self.options.prompts);
                self.prompt(number)
            }
            _ => self.other(),
        };
        Edits::from([edit])
    }

    /// Writes the tags of the releases that `mark`'s commit was the first to name.
    fn tags(&mut self, mark: u64) -> io::Result<()> {
        let new: Vec<String> =
            self.tagged.iter().filter(|(_, at)| **at == 0).map(|(release, _)| release.clone()).collect();
        for release in new {
            let (name, message) = release.split_once('\n').unwrap_or((&release, ""));
            writeln!(
                self.out,
                "tag {name}\nfrom :{mark}\ntagger Person 0 <person-0@example.com> {} +0000",
                self.clock
            )?;
            writeln!(self.out, "data {}\n{message}", message.len())?;
            self.tagged.insert(release.clone(), mark);
        }
        Ok(())
    }

    /// Some commits in one second, as a rebase writes them: on top of the branch, which takes them over as they are, or in
    /// place of the last ones, of which nothing is left. How many more there are then.
    fn rewrite(&mut self, chain: &mut Vec<u64>) -> io::Result<u64> {
        let length = usize::try_from(1 + self.random.below(6)).unwrap_or(1);
        let lost = if self.random.chance(30) { length.min(chain.len() - 1) } else { 0 };
        chain.truncate(chain.len() - lost);
        self.second = Some(self.date());
        for at in 0..length {
            let edits = self.edit();
            let parent = chain.last().copied();
            let tip = self.commit("main", parent.as_slice(), &format!("Change something again, part {at}"), &edits)?;
            self.tags(tip)?;
            chain.push(tip);
        }
        self.second = None;
        Ok((length - lost) as u64)
    }

    fn all(&mut self) -> io::Result<()> {
        let mut edits =
            Edits::from([("promptyard.yaml".to_owned(), Some("version: 1\ntimezone: Europe/Berlin\n".to_owned()))]);
        edits.extend((0..self.options.prompts).map(|number| self.prompt(number)).collect::<Vec<_>>());
        for _ in 0..self.options.others * 2 {
            edits.extend([self.other()]);
        }
        let mut tip = self.commit("main", &[], "Start", &edits)?;
        let mut made = 1;
        let mut chain = vec![tip];
        while made < self.options.commits {
            if self.options.is_weird && self.random.chance(8) {
                made += self.rewrite(&mut chain)?;
                tip = chain.last().copied().unwrap_or(tip);
                continue;
            }
            let is_merge = self.random.chance(10);
            if !is_merge {
                let edits = self.edit();
                let number = self.random.below(10_000);
                tip = self.commit("main", &[tip], &format!("Change something (#{number})"), &edits)?;
            } else if self.options.is_weird && self.random.chance(20) {
                // The branch is merged into somebody's work, which takes its place.
                let lost = self.edit();
                let main = self.commit("main", &[tip], "Change something on the branch", &lost)?;
                let mine = self.edit();
                let side = self.commit("side", &[tip], "Change something elsewhere", &mine)?;
                let both: Edits = lost.into_iter().collect();
                tip = self.commit("main", &[side, main], "Merge branch 'main' of example.com:a/b", &both)?;
                made += 1;
            } else {
                let mut parents = vec![tip];
                let mut all = Edits::new();
                for _ in 0..if self.options.is_weird { 1 + self.random.below(3) } else { 1 } {
                    let mut side = tip;
                    for _ in 0..1 + self.random.below(3) {
                        let edits = self.edit();
                        side = self.commit("side", &[side], "Change something on the side", &edits)?;
                        all.extend(edits);
                    }
                    parents.push(side);
                }
                let number = self.random.below(10_000);
                let message = format!("Merge pull request #{number} from somebody/side\n\nChange more");
                tip = self.commit("main", &parents, &message, &all)?;
            }
            self.tags(tip)?;
            chain.push(tip);
            made += 1;
        }
        writeln!(self.out, "reset refs/heads/side\nfrom 0000000000000000000000000000000000000000\n")?;
        writeln!(self.out, "done")
    }
}

fn main() -> io::Result<()> {
    let mut options = Options { commits: 1_000, prompts: 300, routes: 20, others: 1_000, seed: 1, is_weird: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--weird" {
            options.is_weird = true;
            continue;
        }
        let value = arguments.next().and_then(|value| value.parse().ok());
        let Some(value) = value else {
            eprintln!("generate_history [--commits N] [--prompts N] [--routes N] [--others N] [--seed N] [--weird]");
            return Ok(());
        };
        match argument.as_str() {
            "--commits" => options.commits = value,
            "--prompts" => options.prompts = value,
            "--routes" => options.routes = value,
            "--others" => options.others = value,
            "--seed" => options.seed = value,
            other => eprintln!("{other} is not an option"),
        }
    }
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let routes = vec![None; usize::try_from(options.routes).unwrap_or_default()];
    let random = Random(options.seed);
    let mut writer = Writer {
        out: &mut out,
        random,
        options: &options,
        marks: 0,
        clock: 1_600_000_000,
        second: None,
        routes,
        tagged: BTreeMap::new(),
    };
    writer.all()?;
    out.flush()
}
