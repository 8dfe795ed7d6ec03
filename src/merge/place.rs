//! What may be merged part by part, and what is one decision that two people cannot make half each.

/// A kind of file, as far as merging is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// A route of an environment.
    Route,
    /// Anything else: prompts, models, policies, suites.
    Other,
}

/// How the value at a place is merged when both sides changed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Key by key, item by item.
    Parts,
    /// Not at all: both halves of two decisions are no decision. Shares of 5 and 95 and shares of 10 and 90 are one.
    Whole,
    /// A list to which each side may append: the order of what both added says nothing.
    Collection,
}

/// Where in a file something stands: the keys and positions that lead there.
#[derive(Clone, Debug)]
pub(super) struct Place {
    family: Family,
    steps: Vec<String>,
}

/// Lists at the root whose items stand for themselves.
const COLLECTIONS: [&str; 5] = ["cases", "holds", "owners", "testData", "tools"];

impl Place {
    pub(super) fn root(family: Family) -> Self {
        Self { family, steps: Vec::new() }
    }

    pub(super) fn child(&self, step: &str) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step.to_owned());
        Self { family: self.family, steps }
    }

    pub(super) fn manner(&self) -> Manner {
        let steps: Vec<&str> = self.steps.iter().map(String::as_str).collect();
        match (self.family, steps.as_slice()) {
            (Family::Route, ["traffic" | "shadow" | "fallback"] | ["variants", _, _] | ["holds", _]) => Manner::Whole,
            (_, [list]) if COLLECTIONS.contains(list) => Manner::Collection,
            _ => Manner::Parts,
        }
    }

    /// Whether two mappings that both sides added here can be one: sections of the file, such as `inputs`. Anything deeper
    /// that two people added under one name is two things.
    pub(super) fn may_be_new_on_both_sides(&self) -> bool {
        self.steps.len() == 1 && self.manner() == Manner::Parts
    }

    /// For people: `inputs.question.type`.
    pub(super) fn name(&self) -> String {
        self.steps.join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_decision_is_one_thing() {
        let manner =
            |family, steps: &[&str]| steps.iter().fold(Place::root(family), |place, step| place.child(step)).manner();
        assert_eq!(manner(Family::Route, &["traffic"]), Manner::Whole);
        assert_eq!(manner(Family::Other, &["traffic"]), Manner::Parts);
        assert_eq!(manner(Family::Route, &["variants", "stable"]), Manner::Parts);
        assert_eq!(manner(Family::Route, &["variants", "stable", "prompt"]), Manner::Whole);
        assert_eq!(manner(Family::Route, &["holds"]), Manner::Collection);
        assert_eq!(manner(Family::Other, &["inputs", "tools"]), Manner::Parts);
    }
}
