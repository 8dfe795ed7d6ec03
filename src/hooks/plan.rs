//! What installing and uninstalling changes: steps that are shown by `--dry-run`, and carried out by `repo`.

use std::fmt;
use std::path::PathBuf;

use super::attributes;
use crate::block;
use crate::store::config::Config;

/// One thing that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Keeps what is at `from` at `to` too, with its permissions; a symbolic link stays one.
    Keep {
        /// What is there.
        from: PathBuf,
        /// Where nothing is yet.
        to: PathBuf,
    },
    /// Writes a file, in the place of what is there.
    Write {
        /// Where.
        path: PathBuf,
        /// The file's whole content.
        content: String,
        /// Whether the file is a program.
        mode: Mode,
    },
    /// Puts the file at `from` in the place of what is at `to`.
    Restore {
        /// What was kept.
        from: PathBuf,
        /// Where it was before.
        to: PathBuf,
    },
    /// Removes a file.
    Remove(PathBuf),
    /// Sets a key of the repository's own configuration.
    Set(&'static str, &'static str),
    /// Removes a key of the repository's own configuration.
    Unset(&'static str),
}

/// What a file is to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Text; a file that is there keeps its permissions.
    Text,
    /// A program.
    Program,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep { from, to } => write!(f, "keep {} as {}", from.display(), to.display()),
            Self::Write { path, .. } => write!(f, "write {}", path.display()),
            Self::Restore { from, to } => write!(f, "restore {} from {}", to.display(), from.display()),
            Self::Remove(path) => write!(f, "remove {}", path.display()),
            Self::Set(key, _) => write!(f, "set {key} in the repository's configuration"),
            Self::Unset(key) => write!(f, "unset {key} in the repository's configuration"),
        }
    }
}

/// How the drivers are set up now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drivers {
    /// `.gitattributes` at the store's root.
    pub attributes: Option<String>,
    /// The values of [`attributes::SETTINGS`], in that order.
    pub settings: Vec<Option<String>>,
}

impl Drivers {
    /// Whether everything is as [`install`] leaves it.
    pub fn are_installed(&self, config: &Config) -> bool {
        self.attributes.as_deref().is_some_and(|text| block::has(text, &attributes::lines(config)))
            && attributes::SETTINGS.iter().zip(&self.settings).all(|((_, wanted), is)| is.as_deref() == Some(*wanted))
    }
}

/// Installs the drivers of a store whose `.gitattributes` is at `path`. Nothing where they are there.
pub fn install(drivers: &Drivers, config: &Config, path: PathBuf) -> Vec<Step> {
    let text = drivers.attributes.as_deref().unwrap_or_default();
    let content = block::put(text, &attributes::lines(config));
    let mut steps = Vec::new();
    // First the configuration: attributes that name a driver nobody knows are passed over by git, which is no harm either.
    for ((key, wanted), is) in attributes::SETTINGS.iter().zip(&drivers.settings) {
        if is.as_deref() != Some(*wanted) {
            steps.push(Step::Set(key, wanted));
        }
    }
    if drivers.attributes.as_deref() != Some(content.as_str()) {
        steps.push(Step::Write { path, content, mode: Mode::Text });
    }
    steps
}

/// Undoes [`install`]. A `.gitattributes` that has nothing else goes.
pub fn uninstall(drivers: &Drivers, path: PathBuf) -> Vec<Step> {
    let mut steps = Vec::new();
    match drivers.attributes.as_deref().and_then(block::take) {
        Some(rest) if rest.is_empty() => steps.push(Step::Remove(path)),
        Some(content) => steps.push(Step::Write { path, content, mode: Mode::Text }),
        None => {}
    }
    let set = attributes::SETTINGS.iter().zip(&drivers.settings).filter(|(_, is)| is.is_some());
    steps.extend(set.map(|((key, _), _)| Step::Unset(key)));
    steps
}
