//! The one integration binary: the program as a user meets it, and the promises that a compiler does not hold.

mod cli_help;
mod cli_init;
mod cli_lint;
mod cli_lint_adoption;
mod cli_redaction;
mod cli_since;
mod cli_streams;
mod cli_tables;
mod cli_tokens;
mod environment;
mod every_file_is_run;
mod generated;
mod json_report;
mod lint_formats;
mod readme;
mod tidy;
mod wrong_input;
