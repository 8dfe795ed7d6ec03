//! For a comment on a pull request: each message under its role, in a fence that its text cannot close.

use std::io::{self, Write};

use super::Rendered;
use crate::render::messages::Part;

/// Writes the messages.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, rendered: &Rendered<'_>) -> io::Result<()> {
    writeln!(out, "## `{}`", rendered.prompt)?;
    if let Some(model) = &rendered.call.model {
        writeln!(out, "\nModel: `{model}`")?;
    }
    for message in rendered.messages {
        writeln!(out, "\n### {}\n", message.role.as_str())?;
        for part in &message.content {
            match part {
                Part::Text(printed) => {
                    let fence = fence(&printed.text);
                    let ending = if printed.text.ends_with('\n') || printed.text.is_empty() { "" } else { "\n" };
                    writeln!(out, "{fence}text\n{}{ending}{fence}", printed.text)?;
                }
                Part::Media { url, content_type } => {
                    let shown: String = url.chars().take(200).collect();
                    writeln!(out, "*{}*: `{}`", content_type.as_deref().unwrap_or("media"), shown.replace('`', "%60"))?;
                }
                Part::Section { name } => writeln!(out, "*section*: `{name}`")?,
            }
        }
    }
    Ok(())
}

/// A fence longer than any run of back-ticks in `text`.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}
