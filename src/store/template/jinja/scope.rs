//! Which names a template binds at a point, what they stand for, and which variables are known to be defined there.

use std::collections::BTreeMap;

use crate::store::template::Step;

/// How many guards are looked at, the newest first. Real templates nest a few; hostile ones must not cost more for it.
const MAX_GUARDS: usize = 64;

/// A place in an outer variable: the variable and the way into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place<'s> {
    pub(super) root: &'s str,
    pub(super) path: Vec<Step>,
}

impl<'s> Place<'s> {
    /// The variable itself.
    pub(super) fn root(root: &'s str) -> Self {
        Self { root, path: Vec::new() }
    }

    /// One step further in.
    pub(super) fn then(mut self, step: Step) -> Self {
        self.path.push(step);
        self
    }

    /// Roughly how many bytes a copy takes.
    pub(super) fn size(&self) -> usize {
        let step = |step: &Step| if let Step::Attribute(name) = step { name.len() + 16 } else { 16 };
        self.root.len() + self.path.iter().map(step).sum::<usize>()
    }

    /// Whether one place lies on the way to the other: that one is defined says something about the other.
    fn relates_to(&self, other: &Self) -> bool {
        let common = self.path.len().min(other.path.len());
        self.root == other.root && self.path[..common] == other.path[..common]
    }
}

/// What a bound name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bound<'s> {
    /// A part of an outer variable.
    Alias {
        place: Place<'s>,
        /// Whether the value was defaulted or tested where the name was bound.
        guarded: bool,
    },
    /// A value of the template's own making.
    Own,
    /// Bound on some ways to this point only; the outer variable of the same name otherwise.
    Sometimes,
}

/// Names and guards, with undo: scopes and branches nest strictly.
#[derive(Debug, Default)]
pub(super) struct Scopes<'s> {
    bound: BTreeMap<&'s str, Vec<Bound<'s>>>,
    /// The names in the order in which they were bound.
    log: Vec<&'s str>,
    guards: Vec<Place<'s>>,
}

/// A point to return to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    bound: usize,
    guards: usize,
}

impl<'s> Scopes<'s> {
    /// What `name` stands for, if the template binds it here.
    pub(super) fn get(&self, name: &str) -> Option<&Bound<'s>> {
        self.bound.get(name)?.last()
    }

    /// Binds `name` until the scope or branch ends.
    pub(super) fn bind(&mut self, name: &'s str, bound: Bound<'s>) {
        self.bound.entry(name).or_default().push(bound);
        self.log.push(name);
    }

    /// Says that `places` are defined until the branch ends.
    pub(super) fn guard(&mut self, places: &[Place<'s>]) {
        self.guards.extend_from_slice(&places[places.len().saturating_sub(MAX_GUARDS)..]);
    }

    /// Whether `place` is known to be defined, or lies in something that was tested.
    pub(super) fn is_guarded(&self, place: &Place<'s>) -> bool {
        self.guards.iter().rev().take(MAX_GUARDS).any(|guard| guard.relates_to(place))
    }

    /// The point to return to.
    pub(super) fn mark(&self) -> Mark {
        Mark { bound: self.log.len(), guards: self.guards.len() }
    }

    /// Ends a scope: forgets what was bound and guarded since `mark`.
    pub(super) fn reset(&mut self, mark: Mark) {
        self.take(mark);
    }

    /// Ends a branch: forgets as [`Self::reset`] and returns what its names stood for at its end.
    pub(super) fn take(&mut self, mark: Mark) -> BTreeMap<&'s str, Bound<'s>> {
        self.guards.truncate(mark.guards);
        let mut taken = BTreeMap::new();
        for name in self.log.drain(mark.bound..).rev() {
            if let Some(last) = self.bound.get_mut(name).and_then(Vec::pop) {
                taken.entry(name).or_insert(last);
            }
        }
        taken
    }

    /// Joins the two ways on after a branch: what both bind is bound, what one binds may be.
    pub(super) fn join(&mut self, left: BTreeMap<&'s str, Bound<'s>>, right: BTreeMap<&'s str, Bound<'s>>) {
        let mut right = right;
        for (name, one) in left {
            let other = right.remove(name);
            self.join_one(name, one, other.as_ref());
        }
        for (name, one) in right {
            self.join_one(name, one, None);
        }
    }

    fn join_one(&mut self, name: &'s str, one: Bound<'s>, other: Option<&Bound<'s>>) {
        let joined = match other.or_else(|| self.get(name)) {
            Some(other) if *other == one => one,
            Some(Bound::Sometimes) => Bound::Sometimes,
            Some(_) if one == Bound::Sometimes => Bound::Sometimes,
            Some(_) => Bound::Own,
            None => Bound::Sometimes,
        };
        self.bind(name, joined);
    }

    /// Every name that is bound here, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &'s str> + '_ {
        self.bound.iter().filter(|(_, stack)| !stack.is_empty()).map(|(name, _)| *name)
    }
}
