//! Colours: always a second signal, never the only one.

use std::fmt;

use anstyle::{AnsiColor, Style};

use crate::diagnostic::Severity;

/// Whether colours are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Text alone.
    Plain,
    /// Text with ANSI colours.
    Ansi,
}

/// What an excerpt's frame is drawn with: line numbers, bars, `= help`.
pub(super) const FRAME: Style = AnsiColor::Blue.on_default().bold();
/// What a line is about.
pub(super) const STRONG: Style = Style::new().bold();
/// Places and other second thoughts.
pub(super) const FAINT: Style = Style::new().dimmed();

/// A line of a patch that is new.
pub(super) const ADDED: Style = AnsiColor::Green.on_default();
/// A line of a patch that goes.
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();

/// The style of a severity's word and of the caret.
pub(super) fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Info => AnsiColor::Cyan.on_default().bold(),
    }
}

impl Colour {
    /// `value` in `style`, or as it is.
    pub(super) fn paint<T: fmt::Display>(self, style: Style, value: T) -> Painted<T> {
        let style = if self == Self::Ansi { style } else { Style::new() };
        Painted { style, value }
    }
}

/// A value in a style.
pub(super) struct Painted<T> {
    style: Style,
    value: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.style.render(), self.value, self.style.render_reset())
    }
}
