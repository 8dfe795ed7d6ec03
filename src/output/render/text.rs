//! For people: what the model reads, message by message, with the role above each.

use std::io::{self, Write};

use super::Rendered;
use crate::output::Screen;
use crate::output::printable;
use crate::output::style::{FAINT, STRONG};
use crate::render::messages::Part;

/// Writes the messages. Text is shown as it is, but for what a terminal would act on.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, rendered: &Rendered<'_>, screen: &Screen) -> io::Result<()> {
    for (at, message) in rendered.messages.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let name = message.metadata.get("name").and_then(|name| name.as_str());
        let name = name.map_or_else(String::new, |name| format!(" ({})", printable::clean(name)));
        let role = format!("{}{name}:", printable::clean(message.role.as_str()));
        writeln!(out, "{}", screen.colour.paint(STRONG, role))?;
        for part in &message.content {
            match part {
                Part::Text(printed) => {
                    for line in printed.text.lines() {
                        writeln!(out, "{}", printable::clean(line))?;
                    }
                }
                Part::Media { url, content_type } => {
                    let kind = content_type.as_deref().unwrap_or("media");
                    let shown: String = url.chars().take(80).collect();
                    let what = printable::clean(&format!("[{kind} {shown}]"));
                    writeln!(out, "{}", screen.colour.paint(FAINT, what))?;
                }
                Part::Section { name } => {
                    writeln!(out, "{}", screen.colour.paint(FAINT, printable::clean(&format!("[section {name}]"))))?;
                }
            }
        }
    }
    Ok(())
}
