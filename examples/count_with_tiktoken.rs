//! The peer in comparisons of cold starts: counts files with `tiktoken-rs`, `o200k_base`.
//!
//! `cargo run --release --example count_with_tiktoken FILE...`; `count_with_promptyard` does the same with this crate.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program, not the core")]

fn main() -> std::io::Result<()> {
    let encoding = tiktoken_rs::o200k_base().expect("the embedded vocabulary");
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path)?;
        println!("{} {path}", encoding.encode_ordinary(&text).len());
    }
    Ok(())
}
