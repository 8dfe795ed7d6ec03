//! By whose rules content is judged: by those that have been accepted already, and never by those that it brings along.
//!
//! Configuration, policies and the baseline come from the accepted moment, all other files from the one that is judged.
//! Where the judged moment's own configuration makes files prompts of which the accepted one says nothing, they are
//! prompts: what is new is looked at too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::baseline::DEFAULT_PATH;
use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::store::Store;
use crate::store::artifact::{Artifact, ArtifactKind};
use crate::store::catalogue::Catalogue;
use crate::store::config::{Config, LintConfig};
use crate::store::policy::Policy;
use crate::store::prompt::Prompt;
use crate::store::snapshot::Snapshot;
use crate::text::{Span, Spanned};

/// Who decides which rules run, how much their findings matter and what is waived.
#[derive(Clone, Debug)]
pub struct Judge {
    /// What the configuration says of the lint.
    pub config: LintConfig,
    /// The policies.
    pub policies: Vec<Policy>,
}

/// The rules of an accepted moment.
pub struct Ground {
    accepted: Snapshot,
    catalogue: Catalogue,
    baseline: Option<StorePath>,
    policies: Vec<Policy>,
    /// The tags of its prompts, where policies go by them.
    tags: Arc<BTreeMap<ArtifactId, Vec<String>>>,
}

fn tags(accepted: &Snapshot, catalogue: &Catalogue) -> BTreeMap<ArtifactId, Vec<String>> {
    let prompts: Vec<Artifact> =
        catalogue.artifacts().filter(|artifact| artifact.kind == ArtifactKind::Prompt).collect();
    let store = catalogue.load(accepted, &prompts);
    let tags = |prompt: &Prompt| prompt.tags.iter().map(|tag| tag.value.clone()).collect();
    store.prompts().iter().map(|prompt| (prompt.id.clone(), tags(prompt))).collect()
}

impl Ground {
    /// The rules of `accepted`; `None` where it has no configuration, and so nothing that a change could weaken.
    pub fn of(accepted: &Snapshot) -> Option<Self> {
        let catalogue = Catalogue::new(accepted);
        catalogue.config().path.as_ref()?;
        let written = catalogue.config().lint.baseline.as_ref().map_or(DEFAULT_PATH, |path| path.value.as_str());
        let baseline = written.parse().ok();
        let of_policies = |artifact: &Artifact| artifact.kind == ArtifactKind::Policy;
        let policies: Vec<Artifact> = catalogue.artifacts().filter(of_policies).collect();
        let policies = catalogue.load(accepted, &policies).policies().to_vec();
        let tags = if policies.iter().any(Policy::goes_by_tags) { tags(accepted, &catalogue) } else { BTreeMap::new() };
        Some(Self { accepted: accepted.clone(), catalogue, baseline, policies, tags: tags.into() })
    }

    /// The accepted configuration.
    pub fn config(&self) -> &Config {
        self.catalogue.config()
    }

    /// The accepted policies.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// The file of known findings, where it has a name that a file can have.
    pub fn baseline(&self) -> Option<&StorePath> {
        self.baseline.as_ref()
    }

    /// By whom the text of rules is judged that a change brings: they do not decide that themselves either.
    pub fn judge(&self) -> Judge {
        Judge { config: self.config().lint.clone(), policies: self.policies.clone() }
    }

    /// `moment` by its own rules, but for how much of each file is read, what is looked for in it, and what of that is known
    /// or fails.
    #[must_use]
    pub fn beside(&self, moment: &Snapshot) -> Snapshot {
        let own = Store::config_of(moment);
        let accepted = &self.config().lint;
        let lint = LintConfig {
            fail_on: accepted.fail_on,
            max_file_bytes: accepted.max_file_bytes,
            regions: accepted.regions.clone(),
            baseline: accepted.baseline.clone(),
            ..own.lint.clone()
        };
        let beside = moment.read_by(Config { lint, ..own });
        beside.with_files_of(&self.accepted, |path| self.baseline.as_ref() == Some(path))
    }

    /// `moment` as it is judged by these rules.
    #[must_use]
    pub fn under(&self, moment: &Snapshot) -> Snapshot {
        let judged = self.read(moment);
        let catalogue = Catalogue::new(&judged);
        judged.with_files_of(&self.accepted, |path| self.decides(path) || decides(&catalogue, path))
    }

    /// Those of `changed` that are rules, in the accepted moment or in `moment`.
    pub fn rules_among(&self, changed: &BTreeSet<StorePath>, moment: &Snapshot) -> BTreeSet<StorePath> {
        let catalogue = Catalogue::new(&self.read(moment));
        changed.iter().filter(|path| self.decides(path) || decides(&catalogue, path)).cloned().collect()
    }

    /// `moment` by the accepted configuration, with the prompts that its own one adds, and the model that is called where a
    /// prompt names none: that is what the product does, and no rule.
    fn read(&self, moment: &Snapshot) -> Snapshot {
        let own = Store::config_of(moment);
        let accepted = Config { former_tags: Arc::clone(&self.tags), ..self.config().clone() };
        if own.path.is_none() {
            return moment.read_by(accepted);
        }
        let place = accepted.default_model.as_ref().map_or(Span::default(), |model| model.span);
        let default_model = own.default_model.clone().map(|model| Spanned::new(model.value, place));
        moment.read_by(Config { default_model, also: Some(Box::new(own)), ..accepted })
    }

    fn decides(&self, path: &StorePath) -> bool {
        self.baseline.as_ref() == Some(path) || decides(&self.catalogue, path)
    }
}

/// Whether the file at `path` decides how others are judged.
fn decides(catalogue: &Catalogue, path: &StorePath) -> bool {
    Catalogue::is_configuration(path)
        || catalogue.at(path).is_some_and(|artifact| artifact.kind == ArtifactKind::Policy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{self, Request};

    fn of(files: &[(&str, &str)]) -> Snapshot {
        Snapshot::of_texts(files.iter().map(|(path, text)| (*path, text.as_bytes()))).expect("paths inside the store")
    }

    /// The codes that are found in `moment` by the rules of `accepted`.
    fn found(accepted: &Snapshot, moment: &Snapshot) -> Vec<&'static str> {
        let judged = Ground::of(accepted).expect("there is a configuration").under(moment);
        let report = lint::run(&Store::load(judged), &Request::default()).expect("known rules");
        report.findings.iter().map(|finding| finding.rule.code).collect()
    }

    const BAD: (&str, &str) =
        ("prompts/a.prompt.yaml", "description: d\ninputs: {}\nmessages: [{role: user, content: \"Hi {{ who }}\"}]\n");

    #[test]
    fn a_change_brings_no_rules_of_its_own() {
        let config = "version: 1\nlint: {ignore: [TPL009]}\n";
        let policy = ("policies/p.yaml", "description: d\nbanned_terms: [{term: hi}]\n");
        let accepted = of(&[("promptyard.yaml", config), policy]);
        assert_eq!(found(&accepted, &of(&[("promptyard.yaml", config), policy, BAD])), ["SAF001", "TPL002"]);
        let ignoring = ("promptyard.yaml", "version: 1\nlint: {ignore: [ALL]}\n");
        let lenient = ("policies/p.yaml", "description: d\nwaivers: [{rule: ALL}]\n");
        let another = ("policies/q.yaml", "description: d\nwaivers: [{rule: ALL}]\n");
        let shadowing = ("promptyard.yml", "version: 1\nlint: {ignore: [ALL]}\n");
        for change in [vec![ignoring, lenient, BAD], vec![BAD], vec![another, BAD], vec![shadowing, BAD]] {
            assert_eq!(found(&accepted, &of(&change)), ["SAF001", "TPL002"], "{change:?}");
        }
        assert!(Ground::of(&of(&[BAD])).is_none());
    }

    #[test]
    fn what_the_change_makes_a_prompt_is_one_and_what_was_one_stays_so() {
        let accepted = of(&[("promptyard.yaml", "version: 1\n")]);
        let moved = ("archive/a.prompt.yaml", BAD.1);
        assert_eq!(found(&accepted, &of(&[("promptyard.yaml", "version: 1\n"), moved])), Vec::<&str>::new());
        let sources = ("promptyard.yaml", "version: 1\nsources: [{files: 'archive/*'}]\n");
        assert_eq!(found(&accepted, &of(&[sources, moved, BAD])), ["TPL002", "TPL002"]);
    }
}
