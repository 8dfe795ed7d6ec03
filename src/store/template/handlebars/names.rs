//! What the names and helpers inside of a tag mean at their place.

use super::Walker;
use super::expr::{Arg, Call, Path};
use crate::store::template::{Call as CallFound, CallKind, Comparison, Step, UseKind, VariableUse};
use crate::text::Spanned;

/// The value that bare names are looked up in.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Context {
    /// The prompt's input.
    Root,
    /// A part of an input.
    Place(Place),
    /// What a section entered, which may be an item, an object, or nothing new.
    Section(Place),
    /// Something that is no input.
    Opaque,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) root: String,
    pub(super) path: Vec<Step>,
}

impl Place {
    /// Roughly how many bytes a copy takes.
    pub(super) fn size(&self) -> usize {
        let step = |step: &Step| if let Step::Attribute(name) = step { name.len() + 16 } else { 16 };
        self.root.len() + self.path.iter().map(step).sum::<usize>()
    }

    pub(super) fn then(mut self, steps: impl IntoIterator<Item = Step>) -> Self {
        self.path.extend(steps);
        self
    }
}

/// What a path leads to.
struct Resolved {
    place: Place,
    through_binding: bool,
    guarded: bool,
}

impl Walker<'_> {
    /// Records a helper's call and what it reads. `kind` is what happens to its result.
    pub(super) fn call(&mut self, call: &Call, kind: UseKind) {
        let Some(Arg::Path(path)) = call.args.first() else {
            return self.args(call, 0, UseKind::Other);
        };
        let name: Vec<&str> = path.segments.iter().map(|(name, _)| name.as_str()).collect();
        let name = name.join(".");
        if name == "lookup" && call.args.len() == 3 {
            self.lookup(call, kind);
        } else {
            let kind = if name == "json" { kind } else { UseKind::Other };
            self.args(call, 1, kind);
        }
        if matches!(name.as_str(), "ifEquals" | "unlessEquals") {
            self.compare(call);
        }
        if !name.is_empty() {
            self.out.calls.push(CallFound { kind: CallKind::Function, name, span: path.span });
        }
    }

    pub(super) fn args(&mut self, call: &Call, from: usize, kind: UseKind) {
        for arg in call.args.iter().skip(from).chain(call.hash.iter().map(|(_, arg)| arg)) {
            self.arg(arg, kind);
        }
    }

    pub(super) fn arg(&mut self, arg: &Arg, kind: UseKind) {
        match arg {
            Arg::Path(path) => {
                self.read(path, kind);
            }
            Arg::Literal(..) => {}
            // Bounded: the reader refuses deep nesting.
            Arg::Call(call) => self.call(call, UseKind::Other),
        }
    }

    /// `lookup value key`: reads a part of the value.
    fn lookup(&mut self, call: &Call, kind: UseKind) {
        let step = match &call.args[2] {
            Arg::Literal(serde_json::Value::String(key), _) => Step::Attribute(key.clone()),
            Arg::Literal(..) => Step::Item,
            key => {
                self.arg(key, UseKind::Other);
                Step::Dynamic
            }
        };
        match &call.args[1] {
            Arg::Path(path) => {
                if let Some(mut resolved) = self.resolve(path) {
                    resolved.place.path.push(step);
                    self.record(path, resolved, kind);
                }
            }
            other => self.arg(other, kind),
        }
    }

    /// `ifEquals value "literal"`
    fn compare(&mut self, call: &Call) {
        let (path, value, span) = match call.args.as_slice() {
            [_, Arg::Path(path), Arg::Literal(value, span)] | [_, Arg::Literal(value, span), Arg::Path(path)] => {
                (path, value, span)
            }
            _ => return,
        };
        if let Some(Resolved { place: Place { root, path }, .. }) = self.resolve(path) {
            let literals = vec![Spanned::new(value.clone(), *span)];
            self.out.comparisons.push(Comparison { root, path, literals });
        }
    }

    pub(super) fn read(&mut self, path: &Path, kind: UseKind) -> Option<Place> {
        let resolved = self.resolve(path)?;
        let place = resolved.place.clone();
        self.record(path, resolved, kind);
        Some(place)
    }

    fn record(&mut self, path: &Path, resolved: Resolved, kind: UseKind) {
        let Resolved { place, through_binding, guarded } = resolved;
        let tested = self.guards.iter().rev().take(64).any(|guard| {
            let common = guard.path.len().min(place.path.len());
            guard.root == place.root && guard.path[..common] == place.path[..common]
        });
        self.out.uses.push(VariableUse {
            root: place.root,
            path: place.path,
            span: path.span,
            root_span: path.segments.first().map_or(path.span, |(_, span)| *span),
            kind,
            guarded: guarded || tested || self.foreign > 0,
            through_binding: through_binding || self.foreign > 0,
        });
    }

    /// Where a path leads, if it leads into an input.
    fn resolve(&self, path: &Path) -> Option<Resolved> {
        if path.data {
            let mut segments = path.segments.iter();
            if segments.next()?.0 != "root" {
                return None;
            }
            let root = segments.next()?.0.clone();
            let place = Place { root, path: path.steps(2).collect() };
            return Some(Resolved { place, through_binding: false, guarded: false });
        }
        if path.up == 0 && !path.this {
            let first = &path.segments.first()?.0;
            if let Some((_, context)) = self.params.iter().rev().take(64).find(|(name, _)| name == first) {
                return match context {
                    Context::Place(place) | Context::Section(place) => Some(Resolved {
                        place: place.clone().then(path.steps(1)),
                        through_binding: true,
                        guarded: false,
                    }),
                    _ => None,
                };
            }
        }
        let context = match path.up {
            up if up > self.contexts.len() => return None,
            up if up == self.contexts.len() => &Context::Root,
            up => &self.contexts[self.contexts.len() - 1 - up],
        };
        let outer = |guarded| {
            let root = path.segments.first()?.0.clone();
            let place = Place { root, path: path.steps(1).collect() };
            Some(Resolved { place, through_binding: guarded, guarded })
        };
        match context {
            Context::Root => outer(false),
            Context::Section(_) if !path.segments.is_empty() && !path.this => outer(true),
            Context::Place(place) | Context::Section(place) => {
                let guarded = matches!(context, Context::Section(_));
                Some(Resolved { place: place.clone().then(path.steps(0)), through_binding: true, guarded })
            }
            Context::Opaque => None,
        }
    }
}
