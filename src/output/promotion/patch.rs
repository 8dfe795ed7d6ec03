//! A change of a route as a patch in a mail, which `git am` makes a commit of and `git apply` a change.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::change::WriteMode;
use crate::output::patch::unified;
use crate::promote::Plan;
use crate::revision::Person;

/// Writes the patch, which `author` made at `now`. `folder` is the store's in its repository, with a `/` at its end, or nothing.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, plan: &Plan, author: &Person, now: Timestamp, folder: &str) -> io::Result<()> {
    let message = plan.message();
    let (title, body) = message.split_once('\n').unwrap_or((&message, ""));
    // The line by which mails in a file are told apart; git takes any commit and this date.
    writeln!(out, "From {} Mon Sep 17 00:00:00 2001", "0".repeat(40))?;
    writeln!(out, "From: {} <{}>", author.name, author.mail)?;
    let date = now.strftime("%a, %d %b %Y %H:%M:%S +0000");
    writeln!(out, "Date: {date}")?;
    writeln!(out, "Subject: [PATCH] {title}\n\n{}\n---", body.trim())?;
    for file in &plan.change.files {
        if let WriteMode::Update { from } = &file.mode {
            let path = format!("{folder}{}", file.path);
            write!(out, "{}", unified(&path, from, &file.content))?;
        }
    }
    Ok(())
}
