//! The owner of the streams: data on stdout, everything said about it on stderr.
#![expect(clippy::disallowed_methods, reason = "the one place that may take the process's streams")]

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, Read as _, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use super::error::CliError;
use crate::output::Screen;
use crate::output::style::Colour;

/// Columns for output that goes to a file or another program.
const PIPED_WIDTH: usize = 100;

/// How much is said beside the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verbosity {
    /// What was asked for, and errors.
    Quiet,
    /// Also what was done, and remarks.
    Normal,
}

/// Stdout and stderr, with what is known of their other end.
#[derive(Debug)]
pub(super) struct Ui {
    verbosity: Verbosity,
}

impl Ui {
    pub(super) fn new(color: ColorChoice, verbosity: Verbosity) -> Self {
        color.write_global();
        Self { verbosity }
    }

    /// Writes data for people to stdout, whole or up to where the reader stopped reading.
    pub(super) fn people(
        &self,
        render: impl FnOnce(&mut dyn Write, &Screen) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let stdout = io::stdout();
        let choice = AutoStream::choice(&stdout);
        if choice == ColorChoice::Never {
            let screen = Screen { width: width(), colour: Colour::Plain };
            return self.machine(|out| render(out, &screen));
        }
        let screen = Screen { width: width(), colour: Colour::Ansi };
        let mut out = BufWriter::with_capacity(1 << 16, AutoStream::new(stdout.lock(), choice));
        render(&mut out, &screen).and_then(|()| out.flush()).map_err(CliError::Output)
    }

    /// Writes data for programs to stdout, byte for byte.
    #[expect(clippy::unused_self, reason = "writing is the privilege of who holds the streams' owner")]
    pub(super) fn machine(&self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        render(&mut out).and_then(|()| out.flush()).map_err(CliError::Output)
    }

    /// Whether a person reads the data as it appears.
    #[expect(clippy::unused_self, reason = "asking is the privilege of who holds the streams' owner")]
    pub(super) fn is_watched(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether a person sees what is said beside the data, and wants to.
    pub(super) fn shows_progress(&self) -> bool {
        !self.is_quiet() && io::stderr().is_terminal()
    }

    /// Everything that is on standard input.
    #[expect(clippy::unused_self, reason = "reading is the privilege of who holds the streams' owner")]
    pub(super) fn input(&self) -> Result<Vec<u8>, CliError> {
        let mut content = Vec::new();
        io::stdin().lock().read_to_end(&mut content).map_err(CliError::Input)?;
        Ok(content)
    }

    /// Writes data for people to stderr, where stdout has other data.
    #[expect(clippy::unused_self, reason = "writing is the privilege of who holds the streams' owner")]
    pub(super) fn aside(&self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        // Nobody may be reading it; that is no reason to fail.
        let _ = render(&mut BufWriter::new(io::stderr().lock()));
    }

    /// Whether remarks are wanted.
    pub(super) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    /// Says what was done.
    pub(super) fn status(&self, message: impl Display) {
        if !self.is_quiet() {
            say(&message);
        }
    }

    /// Says what may surprise.
    pub(super) fn warning(&self, message: impl Display) {
        if !self.is_quiet() {
            let style = AnsiColor::Yellow.on_default().bold();
            say(&format_args!("{style}warning{style:#}: {message}"));
        }
    }

    /// Says why the command could not do what it was asked to.
    pub(super) fn error(&self, error: &CliError) {
        if error.is_closed_pipe() {
            return;
        }
        let (red, bold) = (AnsiColor::Red.on_default().bold(), Style::new().bold());
        say(&format_args!("{red}error{red:#}: {error}"));
        let mut cause = std::error::Error::source(error);
        while let Some(deeper) = cause {
            say(&format_args!("  {bold}cause{bold:#}: {deeper}"));
            cause = deeper.source();
        }
        for hint in error.hints() {
            say(&format_args!("  {bold}help{bold:#}: {hint}"));
        }
    }
}

/// Writes a line to stderr. Nobody may be reading it; that is no reason to fail.
fn say(line: &dyn Display) {
    let _ = writeln!(AutoStream::auto(io::stderr().lock()), "{line}");
}

fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(PIPED_WIDTH, |(width, _)| usize::from(width.0))
}
