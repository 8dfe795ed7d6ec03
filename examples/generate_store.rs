//! Writes a store of any size: `cargo run --release --example generate_store -- FOLDER [PROMPTS] [WORDS] [SEED]`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example program reads its arguments and prints"
)]

#[path = "../benches/generator/mod.rs"]
mod generator;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("name the folder to write into")?);
    let mut number = |default: u64| arguments.next().map_or(Ok(default), |text| text.parse::<u64>());
    let prompts = usize::try_from(number(1000)?)?;
    let words = usize::try_from(number(300)?)?;
    let seed = number(20_261_121)?;
    std::fs::create_dir_all(&root)?;
    generator::write_store(&root, generator::Shape { prompts, words, seed })?;
    println!("{prompts} prompts of about {words} words in {} (seed {seed})", root.display());
    Ok(())
}
