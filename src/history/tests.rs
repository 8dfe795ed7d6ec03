//! Invented histories, asked at random moments, against a replay of their first parents.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::answer::{Answer, Live, Segment};
use super::chain::Chain;
use super::*;
use crate::name::{EnvName, RouteName};
use crate::revision::{Moment, Person};
use crate::store::route::{Dimension, Route, Share};

type Files = BTreeMap<StorePath, String>;

/// A history in memory: every commit with its parents, its date and its files.
#[derive(Clone, Debug, Default)]
struct Invented {
    commits: Vec<InventedCommit>,
    chain: Chain,
    /// The commits of the chain, the first one first.
    firsts: Vec<usize>,
    shallow: bool,
    steps: Vec<Vec<Change>>,
    blobs: BTreeMap<CommitId, String>,
}

#[derive(Clone, Debug)]
struct InventedCommit {
    parents: Vec<usize>,
    date: i64,
    files: Files,
}

fn id(kind: u8, number: u64) -> CommitId {
    let mut bytes = [kind; 20];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    CommitId::new(&bytes).expect("twenty bytes")
}

fn blob_id(content: &str) -> CommitId {
    let hash = content
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    id(0xbb, hash)
}

impl Invented {
    fn finish(mut self, depth: Option<usize>) -> Self {
        let mut firsts = Vec::new();
        let mut at = self.commits.len().checked_sub(1);
        while let Some(commit) = at {
            firsts.push(commit);
            at = self.commits[commit].parents.first().copied();
            if depth.is_some_and(|depth| firsts.len() >= depth) && at.is_some() {
                self.shallow = true;
                break;
            }
        }
        firsts.reverse();
        self.chain = Chain::new(firsts.iter().map(|commit| (id(0xcc, *commit as u64), self.commits[*commit].date)));
        self.firsts = firsts;
        self.steps = (0..self.chain.len()).map(|at| self.between(at)).collect();
        let contents = self.commits.iter().flat_map(|commit| commit.files.values());
        self.blobs = contents.map(|content| (blob_id(content), content.clone())).collect();
        self
    }

    fn files(&self, position: Position) -> &Files {
        &self.commits[self.firsts[position]].files
    }

    fn between(&self, position: Position) -> Vec<Change> {
        let nothing = Files::new();
        let old = position.checked_sub(1).map_or(&nothing, |older| self.files(older));
        let new = self.files(position);
        let paths: std::collections::BTreeSet<&StorePath> = old.keys().chain(new.keys()).collect();
        let blob = |files: &Files, path: &StorePath| files.get(path).map(|content| blob_id(content));
        let changed = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
        changed
            .map(|path| Change { position, path: path.clone(), was: blob(old, path), blob: blob(new, path) })
            .collect()
    }
}

impl Invented {
    /// What the commit at `position` made of a route's file, if it changed it.
    fn version(&self, file: &RouteFile, position: Position) -> Option<RouteVersion> {
        let paths = Extension::ALL.map(|extension| file.path(extension));
        let is_changed = self.steps[position].iter().any(|change| paths.contains(&change.path));
        let now = self.route_file(file, position).expect("everything is there");
        is_changed.then_some(RouteVersion { position, file: now })
    }
}

impl Past for Invented {
    fn chain(&self) -> &Chain {
        &self.chain
    }

    fn branch(&self) -> &str {
        "main"
    }

    fn changes(&self, scope: &StorePath) -> Result<Vec<Change>, RevisionError> {
        let inside = |path: &StorePath| {
            path.as_str().strip_prefix(scope.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Ok(self.steps.iter().flatten().filter(|change| inside(&change.path)).cloned().collect())
    }

    fn version_at(&self, file: &RouteFile, position: Position) -> Result<Option<RouteVersion>, RevisionError> {
        Ok((0..=position).rev().find_map(|at| self.version(file, at)))
    }

    fn version_after(&self, file: &RouteFile, position: Position) -> Result<Option<RouteVersion>, RevisionError> {
        Ok((position + 1..self.chain.len()).find_map(|at| self.version(file, at)))
    }

    fn route_file(&self, file: &RouteFile, at: Position) -> Result<Option<(Extension, CommitId)>, RevisionError> {
        let found = |extension| Some((extension, blob_id(self.files(at).get(&file.path(extension))?)));
        Ok(Extension::ALL.into_iter().find_map(found))
    }

    fn step(&self, position: Position) -> Result<Vec<Change>, RevisionError> {
        Ok(self.steps[position].clone())
    }

    fn blob(&self, blob: CommitId) -> Result<Vec<u8>, RevisionError> {
        Ok(self.blobs[&blob].clone().into_bytes())
    }

    fn commit(&self, commit: CommitId) -> Result<Commit, RevisionError> {
        let position = self.chain.position(commit).expect("only commits of the chain are asked for");
        let person = Person { name: "Ann Lee".to_owned(), mail: "ann@example.com".to_owned() };
        let date = Moment { seconds: self.commits[self.firsts[position]].date, offset: 0 };
        let message = format!("Change {position} (#{position})\n\nApproved-by: R. Ortiz\n");
        let (author, committer) = (person.clone(), person);
        let authored = Moment { seconds: 7, offset: 0 };
        Ok(Commit { id: commit, parents: Vec::new(), author, authored, committer, committed: date, message })
    }

    fn tag(&self, _: &str) -> Result<Option<Tag>, RevisionError> {
        Ok(None)
    }

    fn snapshot(&self, _: CommitId) -> Result<Snapshot, RevisionError> {
        Err(RevisionError::Unknown("nobody asks".to_owned()))
    }

    fn taken_in(&self, commit: CommitId) -> Result<Option<Position>, RevisionError> {
        Ok(self.chain.position(commit))
    }

    fn swapped(&self, _: Position, _: Position) -> Result<Vec<Swapped>, RevisionError> {
        Ok(Vec::new())
    }

    fn is_shallow(&self) -> bool {
        self.shallow
    }

    fn doubts(&self) -> &[Doubt] {
        &[]
    }
}

/// One step in the life of a repository.
#[derive(Clone, Debug)]
enum Step {
    /// A commit on the branch.
    Commit,
    /// Side branches of so many commits, merged.
    Merge(usize, usize),
    /// The branch merged into a side branch, which takes its place.
    Foxtrot(usize),
    /// A side branch of so many commits, made while the branch went on for so many, then written again on top of it by one
    /// command, within one second or two, and taken over as it is.
    Rebase(usize, usize),
    /// So many commits at the tip, written again in one go with other content: what they were is in no history.
    Rewrite(usize),
}

/// What a commit does to the files.
#[derive(Clone, Debug)]
enum Edit {
    Promote { route: u8, variant: u8, dimension: u8, version: u8 },
    Traffic { route: u8, canary: u8 },
    Toggle { route: u8 },
    Remove { route: u8 },
    Rename { route: u8, to: u8 },
    Break { route: u8 },
    Text { prompt: u8, line: u8 },
    Move { prompt: u8, to: u8 },
    Drop { prompt: u8 },
    Other(u8),
}

fn route_path(route: u8) -> StorePath {
    let extension = if route == 2 { "yml" } else { "yaml" };
    format!("environments/production/route-{route}.{extension}").parse().expect("a path")
}

fn prompt_path(prompt: u8) -> StorePath {
    format!("prompts/prompt-{prompt}.md").parse().expect("a path")
}

/// A route with its numbers written down: a version for each dimension of two variants, the canary's traffic, the switch.
fn route_text(numbers: &[u8; 10]) -> String {
    let pins = |at: usize| {
        format!(
            "{{prompt: prompts/a@1.{}.0, model: models/m@1.{}.0, retrieval: retrieval/r@1.{}.0, policy: policies/p@1.{}.0}}",
            numbers[at],
            numbers[at + 1],
            numbers[at + 2],
            numbers[at + 3]
        )
    };
    let (canary, stable) = (numbers[8], 100 - numbers[8]);
    format!(
        "# {numbers:?}\nenabled: {}\nvariants:\n  stable: {}\n  canary: {}\ntraffic: {{canary: {canary}, stable: {stable}}}\n",
        numbers[9] == 0,
        pins(0),
        pins(4)
    )
}

fn numbers_of(files: &Files, route: u8) -> [u8; 10] {
    let Some(text) = files.get(&route_path(route)) else { return [0; 10] };
    let list = text.split(['[', ']']).nth(1).unwrap_or_default();
    let mut numbers = [0; 10];
    for (number, text) in numbers.iter_mut().zip(list.split(", ")) {
        *number = text.parse().unwrap_or_default();
    }
    numbers
}

fn apply(edit: &Edit, files: &mut Files) {
    let mut set = |route: u8, change: &dyn Fn(&mut [u8; 10])| {
        let mut numbers = numbers_of(files, route);
        change(&mut numbers);
        files.insert(route_path(route), route_text(&numbers));
    };
    match *edit {
        Edit::Promote { route, variant, dimension, version } => {
            set(route, &|numbers| numbers[usize::from(variant) * 4 + usize::from(dimension)] = version);
        }
        Edit::Traffic { route, canary } => set(route, &|numbers| numbers[8] = canary),
        Edit::Toggle { route } => set(route, &|numbers| numbers[9] = 1 - numbers[9]),
        Edit::Remove { route } => drop(files.remove(&route_path(route))),
        Edit::Rename { route, to } => {
            if let Some(text) = files.remove(&route_path(route)) {
                files.insert(route_path(to), text);
            }
        }
        Edit::Break { route } => drop(files.insert(route_path(route), "variants: [".to_owned())),
        Edit::Text { prompt, line } => {
            let text = files
                .entry(prompt_path(prompt))
                .or_insert_with(|| (0..12).map(|line| format!("prompt {prompt} line {line}\n")).collect());
            text.push_str(&format!("more {line}\n"));
        }
        Edit::Move { prompt, to } => {
            if let Some(text) = files.remove(&prompt_path(prompt)) {
                files.insert(prompt_path(to), text);
            }
        }
        Edit::Drop { prompt } => drop(files.remove(&prompt_path(prompt))),
        Edit::Other(number) => drop(files.insert("README.md".parse().expect("a path"), number.to_string())),
    }
}

fn invent(steps: &[(Step, Vec<(i64, Edit)>)], depth: Option<usize>) -> Invented {
    let mut invented = Invented::default();
    let mut tip: Option<usize> = None;
    for (step, edits) in steps {
        let mut edits = edits.iter();
        let mut commit = |parents: Vec<usize>, invented: &mut Invented| {
            let (date, edit) = edits.next().expect("there are enough edits");
            let mut files = parents.first().map_or_else(Files::new, |first| invented.commits[*first].files.clone());
            for other in parents.iter().skip(1) {
                files.extend(invented.commits[*other].files.clone());
            }
            apply(edit, &mut files);
            invented.commits.push(InventedCommit { parents, date: *date, files });
            invented.commits.len() - 1
        };
        match *step {
            Step::Commit => tip = Some(commit(tip.into_iter().collect(), &mut invented)),
            Step::Merge(branches, length) => {
                let mut parents: Vec<usize> = tip.into_iter().collect();
                for _ in 0..branches {
                    let mut side = tip;
                    for _ in 0..length {
                        side = Some(commit(side.into_iter().collect(), &mut invented));
                    }
                    parents.extend(side);
                }
                tip = Some(commit(parents, &mut invented));
            }
            Step::Rebase(length, behind) => {
                // What is rebased was written before, and none of that is in the history: its dates are not either.
                for _ in 0..behind {
                    tip = Some(commit(tip.into_iter().collect(), &mut invented));
                }
                let began = invented.commits.len();
                for _ in 0..length {
                    tip = Some(commit(tip.into_iter().collect(), &mut invented));
                }
                in_one_go(&mut invented, began);
            }
            Step::Rewrite(length) => {
                for _ in 0..length {
                    let parent = tip.and_then(|tip| invented.commits[tip].parents.first().copied());
                    tip = parent.or(tip);
                }
                let began = invented.commits.len();
                for _ in 0..length {
                    tip = Some(commit(tip.into_iter().collect(), &mut invented));
                }
                in_one_go(&mut invented, began);
            }
            Step::Foxtrot(length) => {
                let (mut side, main) = (tip, commit(tip.into_iter().collect(), &mut invented));
                for _ in 0..length {
                    side = Some(commit(side.into_iter().collect(), &mut invented));
                }
                tip = Some(commit(side.into_iter().chain([main]).collect(), &mut invented));
            }
        }
    }
    invented.finish(depth)
}

/// Dates the commits from `began` on as one command does: all in the last one's second, but the first may be of the one
/// before.
fn in_one_go(invented: &mut Invented, began: usize) {
    let Some(date) = invented.commits.last().map(|last| last.date) else { return };
    for (at, commit) in invented.commits[began..].iter_mut().enumerate() {
        commit.date = if at == 0 { date - date.rem_euclid(2) } else { date };
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        6 => (0..3_u8, 0..2_u8, 0..4_u8, 0..4_u8)
            .prop_map(|(route, variant, dimension, version)| Edit::Promote { route, variant, dimension, version }),
        3 => (0..3_u8, prop_oneof![Just(0_u8), Just(5), Just(50), Just(100)])
            .prop_map(|(route, canary)| Edit::Traffic { route, canary }),
        1 => (0..3_u8).prop_map(|route| Edit::Toggle { route }),
        1 => (0..3_u8).prop_map(|route| Edit::Remove { route }),
        1 => (0..3_u8, 0..3_u8).prop_map(|(route, to)| Edit::Rename { route, to }),
        1 => (0..3_u8).prop_map(|route| Edit::Break { route }),
        3 => (0..2_u8, 0..9_u8).prop_map(|(prompt, line)| Edit::Text { prompt, line }),
        1 => (0..2_u8, 2..4_u8).prop_map(|(prompt, to)| Edit::Move { prompt, to }),
        1 => (0..4_u8).prop_map(|prompt| Edit::Drop { prompt }),
        2 => any::<u8>().prop_map(Edit::Other),
    ]
}

/// Dates in order, equal, skewed, of 1970 and before, and of the far future.
fn date() -> impl Strategy<Value = i64> {
    prop_oneof![12 => 1_000_i64..1_400, 3 => Just(1_200), 1 => -3_i64..3, 1 => 2_000_i64..2_003]
}

fn history() -> impl Strategy<Value = Invented> {
    let step = prop_oneof![
        6 => Just(Step::Commit),
        2 => (1..2_usize, 1..4_usize).prop_map(|(branches, length)| Step::Merge(branches, length)),
        1 => (2..4_usize, 1..3_usize).prop_map(|(branches, length)| Step::Merge(branches, length)),
        1 => (1..3_usize).prop_map(Step::Foxtrot),
        2 => (1..6_usize, 0..4_usize).prop_map(|(length, behind)| Step::Rebase(length, behind)),
        1 => (1..5_usize).prop_map(Step::Rewrite),
    ];
    let steps = prop::collection::vec((step, prop::collection::vec((date(), edit()), 10)), 1..40);
    (steps, prop::option::weighted(0.2, 1..20_usize)).prop_map(|(steps, depth)| invent(&steps, depth))
}

/// When each commit of the chain becomes active, by the law's words.
fn replayed_starts(invented: &Invented) -> Vec<i64> {
    let mut starts: Vec<i64> = Vec::new();
    for commit in &invented.firsts {
        let date = invented.commits[*commit].date;
        starts.push(match starts.last() {
            Some(last) if date <= *last => last + 1,
            _ => date,
        });
    }
    starts
}

/// The position that is active at `second`, by looking at every commit.
fn replayed(invented: &Invented, second: i64) -> Option<usize> {
    replayed_starts(invented).iter().rposition(|start| *start <= second)
}

/// What the route's file says, in one line.
fn told_by_file(files: Option<&Files>, path: &StorePath) -> String {
    let Some(text) = files.and_then(|files| files.get(path)) else { return "nothing".to_owned() };
    let (Some(route), problems) = Route::of_text(path, text) else { return "illegible".to_owned() };
    if !crate::store::problem::is_legible(&problems) {
        return "illegible".to_owned();
    }
    if !route.is_enabled() {
        return "disabled".to_owned();
    }
    let mut lines: Vec<String> = Vec::new();
    for variant in &route.variants {
        let name = &variant.name.value;
        if route.share_of(name) > Share::NONE {
            let pins: Vec<String> = variant.pins.values().map(ToString::to_string).collect();
            lines.push(format!("{name} {} {pins:?}", route.share_of(name)));
        }
    }
    lines.sort();
    lines.join("; ")
}

fn told_by(live: &Live) -> String {
    match live {
        Live::Unknown => "unknown".to_owned(),
        Live::NotDeployed | Live::Removed => "nothing".to_owned(),
        Live::Illegible => "illegible".to_owned(),
        Live::Disabled => "disabled".to_owned(),
        Live::Serving(serving) => {
            let line = |served: &answer::Served| {
                let pins: Vec<String> = served.pins.iter().map(|pin| pin.release.to_string()).collect();
                format!("{} {} {pins:?}", served.variant, served.share)
            };
            let mut lines: Vec<String> = serving.iter().map(line).collect();
            lines.sort();
            lines.join("; ")
        }
        Live::Content { path, blob } => format!("{path} {blob}"),
    }
}

fn environment() -> EnvName {
    "production".parse().expect("a name")
}

fn ask(invented: &Invented, route: u8, question: &Question) -> Option<Answer> {
    let name: RouteName = format!("route-{route}").parse().expect("a name");
    of_route(invented, &environment(), &name, question).expect("everything is there")
}

/// Since when the dimension of a variant is what it is at `position`, by looking at every commit before.
fn replayed_since(
    invented: &Invented,
    position: usize,
    path: &StorePath,
    variant: &str,
    dimension: Dimension,
) -> usize {
    let of_text = |text: &str| {
        let (route, problems) = Route::of_text(path, text);
        let route = route.filter(|_| crate::store::problem::is_legible(&problems))?;
        let variant = route.variant(variant)?;
        if dimension == Dimension::Traffic {
            return Some(format!("{} {}", route.is_enabled(), route.share_of(&variant.name.value)));
        }
        variant.pin(dimension).map(ToString::to_string)
    };
    let mut known: BTreeMap<&String, Option<String>> = BTreeMap::new();
    let mut told = |at: usize| {
        let text = invented.files(at).get(path)?;
        known.entry(text).or_insert_with(|| of_text(text)).clone()
    };
    let now = told(position);
    (0..position)
        .rev()
        .take_while(|at| told(*at).is_some_and(|then| now.as_ref() == Some(&then)))
        .last()
        .unwrap_or(position)
}

fn check_since(invented: &Invented, position: usize, path: &StorePath, segment: &Segment) {
    let Live::Serving(serving) = &segment.live else { return };
    for served in serving {
        for pin in &served.pins {
            let since = replayed_since(invented, position, path, &served.variant, pin.dimension);
            let cut = since == 0 && invented.shallow;
            assert_eq!(
                pin.since.as_ref().map(|made| made.position),
                (!cut).then_some(since),
                "{} {}",
                served.variant,
                pin.dimension
            );
        }
        let since = replayed_since(invented, position, path, &served.variant, Dimension::Traffic);
        let cut = since == 0 && invented.shallow;
        assert_eq!(served.shared.as_ref().map(|made| made.position), (!cut).then_some(since));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_time: 20_000, ..ProptestConfig::default() })]

    /// 48 histories with 3 routes and 25 moments each: 3,600 questions a run, others in each.
    #[test]
    fn every_instant_has_the_state_of_its_commit(
        invented in history(),
        moments in prop::collection::vec(prop_oneof![8 => 990_i64..1_460, 1 => -10_i64..50, 1 => 1_990_i64..2_060], 25),
    ) {
        let starts: Vec<i64> = (0..invented.chain.len()).map(|at| invented.chain.start(at)).collect();
        prop_assert_eq!(starts, replayed_starts(&invented));
        for route in 0..3 {
            for second in &moments {
                let position = replayed(&invented, *second);
                let path = route_path(route);
                let expected = match position {
                    None if invented.shallow => "unknown".to_owned(),
                    position => told_by_file(position.map(|at| invented.files(at)), &path),
                };
                let Some(answer) = ask(&invented, route, &Question::at(*second, 5_000)) else {
                    prop_assert!(expected == "nothing" || expected == "unknown");
                    continue;
                };
                prop_assert_eq!(answer.segments.len(), 1, "{:?}", &answer.segments);
                let segment = &answer.segments[0];
                prop_assert_eq!(told_by(&segment.live), expected, "at {}", second);
                if let Some(position) = position {
                    check_since(&invented, position, &path, segment);
                }
            }
        }
    }

    /// A window's segments are what its instants are, without gaps, and neighbours differ.
    #[test]
    fn a_window_is_made_of_its_instants(invented in history(), from in 950_i64..1_450, length in 1_i64..300) {
        for route in 0..3 {
            let question = Question { until: Some(from + length), ..Question::at(from, 5_000) };
            let Some(answer) = ask(&invented, route, &question) else { continue };
            let mut reached = from;
            for segment in &answer.segments {
                prop_assert_eq!(segment.start, Some(reached), "{:?}", &answer.segments);
                reached = segment.end.expect("the window has an end");
                for second in [segment.start.expect("it has a start"), reached - 1] {
                    let instant = ask(&invented, route, &Question::at(second, 5_000)).expect("it was there");
                    prop_assert_eq!(told_by(&instant.segments[0].live), told_by(&segment.live));
                    prop_assert_eq!(instant.segments[0].since, segment.since);
                    prop_assert_eq!(instant.segments[0].until, segment.until);
                }
            }
            prop_assert_eq!(reached, from + length);
            for pair in answer.segments.windows(2) {
                prop_assert!(!pair[1].changes.is_empty() || pair[0].live == Live::Unknown || pair[0].live == Live::NotDeployed);
            }
        }
    }

    /// A file on the branch is what it says in the commit that is active, under the name that it has there.
    #[test]
    fn content_is_what_the_active_commit_has(invented in history(), moments in prop::collection::vec(990_i64..1_460, 10)) {
        let Some(last) = invented.firsts.len().checked_sub(1) else { return Ok(()) };
        for prompt in 0..4 {
            let path = prompt_path(prompt);
            for second in &moments {
                let answer = of_file(&invented, &path, &Question::at(*second, 5_000)).expect("everything is there");
                prop_assert_eq!(answer.segments.len(), 1);
                let Some(position) = replayed(&invented, *second) else { continue };
                match &answer.segments[0].live {
                    Live::Content { path, blob } => {
                        let text = invented.files(position).get(path).expect("the file is there");
                        prop_assert_eq!(*blob, blob_id(text));
                    }
                    live => {
                        prop_assert!(matches!(live, Live::NotDeployed | Live::Removed), "{:?}", live);
                        // What was there under this very name all the time is not lost.
                        let always = (position..=last).all(|at| invented.files(at).contains_key(&path));
                        prop_assert!(!always);
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_asked_of_one_dimension_hides_the_others() {
    let set = |numbers: [u8; 10]| Files::from([(route_path(0), route_text(&numbers))]);
    let mut invented = Invented::default();
    for (date, numbers) in
        [(100, [0; 10]), (200, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]), (300, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0])]
    {
        let parents = invented.commits.len().checked_sub(1).into_iter().collect();
        invented.commits.push(InventedCommit { parents, date, files: set(numbers) });
    }
    let invented = invented.finish(None);
    let whole = Question { from: None, until: None, ..Question::at(0, 1_000) };
    assert_eq!(ask(&invented, 0, &whole).expect("it is there").segments.len(), 3);
    let prompt = Question { dimension: Some(Dimension::Prompt), ..whole };
    let answer = ask(&invented, 0, &prompt).expect("it is there");
    let spans: Vec<_> = answer.segments.iter().map(|segment| (segment.since, segment.until)).collect();
    assert_eq!(spans, [(Some(100), Some(300)), (Some(300), None)]);
    let made = answer.segments[1].made.as_ref().expect("somebody did it");
    assert_eq!(
        (made.title(), made.pull_request, &made.approvers[..]),
        ("Change 2", Some(2), &["R. Ortiz".to_owned()][..])
    );
}

#[test]
fn a_renamed_prompt_is_followed_by_what_it_says() {
    let text = |more: &str| format!("{}{more}", (0..12).map(|line| format!("line {line}\n")).collect::<String>());
    let (old, new) = (prompt_path(0), prompt_path(9));
    let mut invented = Invented::default();
    for (date, path, content) in [(100, &old, text("")), (200, &old, text("a\n")), (300, &new, text("b\n"))] {
        let parents = invented.commits.len().checked_sub(1).into_iter().collect();
        let files = Files::from([(path.clone(), content)]);
        invented.commits.push(InventedCommit { parents, date, files });
    }
    let invented = invented.finish(None);
    let answer = of_file(&invented, &new, &Question::at(150, 1_000)).expect("everything is there");
    assert_eq!(told_by(&answer.segments[0].live), format!("{old} {}", blob_id(&text(""))));
    assert_eq!(content::present_name(&invented, &old, 0), Ok(Some(new.clone())));
    let asked_by_its_old_name = of_file(&invented, &old, &Question::at(250, 1_000)).expect("everything is there");
    assert!(asked_by_its_old_name.hazards.iter().any(|hazard| hazard.code() == "renamed"));
}
