//! Which version comes next.

use semver::{BuildMetadata, Prerelease, Version};

use super::Bump;

/// What decides the next version of an artifact.
pub(super) struct Step<'a> {
    /// The release that it follows; `None` for a first one.
    pub(super) base: Option<&'a Version>,
    /// The highest version on this line, pre-releases too.
    pub(super) highest: Option<&'a Version>,
    /// Every version on any line.
    pub(super) taken: &'a [&'a Version],
    /// The step; a first release has none.
    pub(super) bump: Option<Bump>,
    /// The version of a first release.
    pub(super) initial: &'a Version,
    /// The label of a pre-release.
    pub(super) label: Option<&'a str>,
}

/// The next version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) version: Version,
    /// The version that was due, where another line has it.
    pub(super) skipped: Option<Version>,
}

/// Why there is no next version: it would come before this one, which is released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backwards {
    pub(super) version: Version,
    pub(super) released: Version,
}

impl Step<'_> {
    /// The next version. It is above every one of this line, and no line has it.
    pub(super) fn next(&self) -> Result<Next, Backwards> {
        let bump = self.bump.unwrap_or(Bump::Minor);
        let mut due = self.base.map_or_else(|| core(self.initial), |base| bump.apply(base));
        if let Some(highest) = self.highest
            && *highest > due
        {
            // What pre-releases have announced is not taken back.
            due = core(highest);
        }
        let first = due.clone();
        while self.is_taken(&due) {
            due = bump.apply(&due);
        }
        let skipped = (due != first).then_some(first);
        let version = match self.label {
            Some(label) => self.pre_release(&due, label),
            None if self.base.is_none() && core(self.initial) == due => self.initial.clone(),
            None => due,
        };
        match self.highest {
            Some(highest) if version <= *highest => Err(Backwards { version, released: highest.clone() }),
            _ => Ok(Next { version, skipped }),
        }
    }

    fn is_taken(&self, version: &Version) -> bool {
        self.taken.iter().any(|taken| super::line::same(taken, version))
    }

    fn pre_release(&self, due: &Version, label: &str) -> Version {
        let number = |taken: &&Version| {
            let (its_label, number) = taken.pre.as_str().rsplit_once('.')?;
            (core(taken) == *due && its_label == label).then(|| number.parse::<u64>().ok()).flatten()
        };
        let last = self.taken.iter().filter_map(number).max().unwrap_or(0);
        let pre = Prerelease::new(&format!("{label}.{}", last.saturating_add(1)));
        Version { pre: pre.expect("because labels are checked where they are read"), ..due.clone() }
    }
}

fn core(version: &Version) -> Version {
    Version { pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY, ..version.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next version after the releases `line`, with those `elsewhere` taken too.
    fn next(line: &[&str], elsewhere: &[&str], bump: Option<Bump>, label: Option<&str>) -> String {
        let parse = |text: &&str| text.parse::<Version>().expect("a version");
        let line: Vec<Version> = line.iter().map(parse).collect();
        let elsewhere: Vec<Version> = elsewhere.iter().map(parse).collect();
        let step = Step {
            base: line.iter().filter(|version| version.pre.is_empty()).max(),
            highest: line.iter().max(),
            taken: &line.iter().chain(&elsewhere).collect::<Vec<_>>(),
            bump,
            initial: &Version::new(1, 0, 0),
            label,
        };
        match step.next() {
            Ok(Next { version, skipped: None }) => version.to_string(),
            Ok(Next { version, skipped: Some(skipped) }) => format!("{version}, not {skipped}"),
            Err(Backwards { version, released }) => format!("{version} before {released}"),
        }
    }

    #[test]
    fn the_next_version_follows_the_line() {
        use Bump::{Major, Minor, Patch};
        assert_eq!(next(&[], &[], None, None), "1.0.0");
        assert_eq!(next(&["1.3.0"], &[], Some(Patch), None), "1.3.1");
        assert_eq!(next(&["1.3.1"], &[], Some(Minor), None), "1.4.0");
        assert_eq!(next(&["1.3.1"], &[], Some(Major), None), "2.0.0");
        assert_eq!(next(&["0.3.1"], &[], Some(Major), None), "0.4.0");
    }

    #[test]
    fn a_hotfix_takes_the_next_free_version() {
        use Bump::{Minor, Patch};
        assert_eq!(next(&["1.4.0"], &["1.5.0"], Some(Patch), None), "1.4.1");
        assert_eq!(next(&["1.4.0"], &["1.5.0", "1.4.1"], Some(Patch), None), "1.4.2, not 1.4.1");
        assert_eq!(next(&["1.4.0"], &["1.5.0"], Some(Minor), None), "1.6.0, not 1.5.0");
        assert_eq!(next(&[], &["1.0.0"], None, None), "1.1.0, not 1.0.0");
    }

    #[test]
    fn pre_releases_lead_to_their_release() {
        use Bump::{Major, Minor, Patch};
        assert_eq!(next(&["1.3.0"], &[], Some(Minor), Some("rc")), "1.4.0-rc.1");
        assert_eq!(next(&["1.3.0", "1.4.0-rc.1"], &[], Some(Minor), Some("rc")), "1.4.0-rc.2");
        assert_eq!(next(&["1.3.0", "1.4.0-rc.9"], &["1.4.0-rc.10"], Some(Minor), Some("rc")), "1.4.0-rc.11");
        assert_eq!(next(&["1.3.0", "1.4.0-rc.2"], &[], Some(Minor), None), "1.4.0");
        assert_eq!(next(&["1.3.0", "1.4.0-rc.2"], &[], Some(Patch), None), "1.4.0");
        assert_eq!(next(&["1.3.0", "1.4.0-rc.2"], &[], Some(Major), Some("rc")), "2.0.0-rc.1");
        assert_eq!(next(&["1.3.0", "1.4.0-rc.2"], &[], Some(Minor), Some("beta")), "1.4.0-beta.1 before 1.4.0-rc.2");
        assert_eq!(next(&[], &[], None, Some("rc")), "1.0.0-rc.1");
        assert_eq!(next(&["1.0.0-rc.1"], &[], None, None), "1.0.0");
    }
}
