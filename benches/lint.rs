//! How fast the lint is: wall time by divan, then processor time, memory and ratios that hold on any machine.
//!
//! `cargo bench --bench lint`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark writes stores to the disk and prints"
)]

mod generator;

use std::path::Path;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use promptyard::store::template::{self, Syntax};
use promptyard::store::yaml::{self, Limits};
use promptyard::{lint, repo, store::Store};

fn main() {
    ratios();
    divan::main();
}

#[divan::bench(args = [1_000, 10_000], sample_count = 10)]
fn lint_store(bencher: divan::Bencher<'_, '_>, prompts: usize) {
    let folder = generated(prompts);
    bencher.counter(divan::counter::ItemsCount::new(prompts)).bench(|| lint_folder(folder.path()));
}

/// A YAML file of a megabyte as a tree with places.
#[divan::bench]
fn parse_yaml(bencher: divan::Bencher<'_, '_>) {
    let text = yardstick();
    let bytes = divan::counter::BytesCount::of_str(text.as_str());
    bencher.counter(bytes).bench(|| yaml::parse(divan::black_box(&text), 0, Limits::default()));
}

/// A Jinja template of four kilobytes.
#[divan::bench]
fn analyse_template(bencher: divan::Bencher<'_, '_>) {
    let part = "Answer {{ question | trim }} in a {{ tone }} tone, with care and in plain words.\n\
                {% for p in passages if p.text %}<p id=\"{{ p.id }}\">{{ p.text | e }}</p>{% endfor %}\n";
    let text = part.repeat(4096 / part.len());
    let bytes = divan::counter::BytesCount::of_str(text.as_str());
    bencher.counter(bytes).bench(|| template::analyse(divan::black_box(&text), Syntax::Jinja));
}

fn generated(prompts: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("because the temporary folder can be written");
    let shape = generator::Shape { prompts, words: 300, seed: 20_261_121 };
    generator::write_store(folder.path(), shape).expect("because the temporary folder can be written");
    folder
}

/// Everything that `promptyard lint` does but print. Returns how many findings there are.
fn lint_folder(root: &Path) -> usize {
    let location = repo::discover(&[root.to_owned()], None).expect("because the folder is there");
    let store = Store::load(repo::snapshot(&location).expect("because the folder can be listed"));
    let request = lint::Request { today: "2026-11-21".to_owned(), ..lint::Request::default() };
    lint::run(&store, &request).expect("because no rule is named").findings.len()
}

/// The least processor time and wall time of `runs` runs.
fn best(runs: usize, mut work: impl FnMut()) -> (Duration, Duration) {
    let measure = |work: &mut dyn FnMut()| {
        let (processor, wall) = (ProcessTime::now(), Instant::now());
        work();
        (processor.elapsed(), wall.elapsed())
    };
    let first = measure(&mut work);
    (1..runs).map(|_| measure(&mut work)).fold(first, |best, now| (best.0.min(now.0), best.1.min(now.1)))
}

fn ratios() {
    // The yardstick: 1 MB of YAML through serde_yaml takes 26 ms on the machine where Google's `promptly` takes 1.40 s of
    // processor time for 1,000 prompts.
    let yaml = yardstick();
    let (yardstick, _) = best(7, || drop(serde_yaml::from_str::<serde_yaml::Value>(&yaml)));
    let anchor = yardstick.mul_f64(1400.0 / 26.0);
    println!("yardstick: 1 MB of YAML through serde_yaml takes {yardstick:.1?} here, so the anchor is {anchor:.0?}");

    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("because one thread can be had");
    println!(
        "{:>8} {:>9} {:>12} {:>12} {:>10} {:>14} {:>11}",
        "prompts", "findings", "processor", "wall", "cores", "of the anchor", "most memory"
    );
    for prompts in [1_000, 10_000] {
        let folder = generated(prompts);
        let mut findings = 0;
        let (processor, wall) = best(5, || findings = lint_folder(folder.path()));
        let (_, alone) = best(5, || findings = one.install(|| lint_folder(folder.path())));
        let speed_up = alone.as_secs_f64() / wall.as_secs_f64();
        let share = processor.as_secs_f64() / (anchor.as_secs_f64() * prompts as f64 / 1000.0);
        println!(
            "{prompts:>8} {findings:>9} {processor:>12.1?} {wall:>12.1?} {speed_up:>9.2}x {:>13.1} % {:>11}",
            share * 100.0,
            most_memory().unwrap_or_else(|| "unknown".to_owned())
        );
    }
}

/// The most memory that this process has had so far, where the system tells.
fn most_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?;
    Some(format!("{} MB", kilobytes.parse::<u64>().ok()? / 1000))
}

fn yardstick() -> String {
    let mut text = String::with_capacity(1 << 20);
    let mut index = 0;
    while text.len() < 1_000_000 {
        text.push_str(&format!(
            "- name: item {index}\n  tags: [a, b, \"c {index}\"]\n  content: |\n    Answer the question with care.\n    Use plain words.\n"
        ));
        index += 1;
    }
    text
}
