//! Counts files with this crate, `o200k_base`, and does nothing else: what a cold start costs.
//!
//! `cargo run --release --example count_with_promptyard FILE...`; `count_with_tiktoken` is its peer.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program, not the core")]

use promptyard::tokens::Encoding;

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path)?;
        println!("{} {path}", Encoding::O200kBase.count(&text));
    }
    Ok(())
}
