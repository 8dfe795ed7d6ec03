//! The program: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "the command line is read here and nowhere else")]
    let arguments = std::env::args_os();
    promptyard::cli::run(arguments)
}
