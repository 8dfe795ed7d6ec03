//! What a bundle of a whole store costs, by its phases, and whether it is the same each time.
//!
//! `cargo bench --bench bundle`

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark writes stores to the disk and prints"
)]

mod generator;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use cpu_time::ProcessTime;
use promptyard::bundle::{self, Bundle};
use promptyard::repo;
use promptyard::store::Store;
use promptyard::store::content::digest_of;
use promptyard::store::snapshot::Snapshot;

fn main() {
    phases(10_000);
    repetitions(100, 1_000);
}

fn generated(prompts: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("because the temporary folder can be written");
    let shape = generator::Shape { prompts, words: 300, seed: 20_261_121 };
    generator::write_store(folder.path(), shape).expect("because the temporary folder can be written");
    folder
}

fn snapshot(root: &Path) -> Snapshot {
    let location = repo::discover(&[root.to_owned()], None).expect("because the folder is there");
    repo::snapshot(&location).expect("because the folder can be listed")
}

fn bundle(store: &Store) -> Bundle {
    bundle::of_worktree(store).unwrap_or_else(|error| panic!("the generated store is whole: {error}"))
}

/// The least processor time of all threads of five runs, in milliseconds. What they made is freed afterwards: the program
/// does not free it either.
fn best<T>(mut work: impl FnMut() -> T) -> f64 {
    let mut measure = || {
        let start = ProcessTime::now();
        let made = work();
        let elapsed = start.elapsed();
        drop(made);
        elapsed
    };
    (0..5).map(|_| measure()).min().unwrap_or(Duration::ZERO).as_secs_f64() * 1000.0
}

fn phases(prompts: usize) {
    let folder = generated(prompts);
    let root = folder.path();
    let load = || Store::load(snapshot(root));
    let resolve = |store: Store| (bundle(&store), store);
    let write = |(bundle, store): (Bundle, Store)| (bundle.to_bytes(), bundle, store);
    let size = write(resolve(load())).0.len();
    let list = best(|| snapshot(root));
    let (resolve, whole) = (best(|| resolve(load())), best(|| write(resolve(load()))));
    let load = best(load);
    println!("{prompts} prompts, {:.1} MB of bundle, processor time of all threads:", size as f64 / 1e6);
    for (phase, time) in
        [("list", list), ("load", load - list), ("resolve", resolve - load), ("write", whole - resolve)]
    {
        println!("  {phase:<8} {time:>8.1} ms");
    }
    println!("  {:<8} {whole:>8.1} ms", "whole");
}

fn repetitions(prompts: usize, runs: usize) {
    let folder = generated(prompts);
    let digests: BTreeSet<_> =
        (0..runs).map(|_| digest_of(&bundle(&Store::load(snapshot(folder.path()))).to_bytes())).collect();
    println!("{runs} bundles of {prompts} prompts have {} digest(s): {digests:?}", digests.len());
    assert_eq!(digests.len(), 1);
}
