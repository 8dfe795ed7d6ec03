//! What must not stand in a store: each file is scanned once, and the rules of the groups PII and SEC and the rules about
//! hidden characters share what was found.

mod redact;
mod texts;

use std::mem::Discriminant;

use super::limit;
use super::rule::{Context, Sink};
use crate::sensitive::unicode::{Invisible, LookAlike, invisible, look_alikes};
use crate::sensitive::{Kind, Scanner, Settings, mask};
use crate::store::config::LintConfig;
use crate::store::{SourceFile, Store};
use crate::text::Span;
pub use redact::{Redaction, redacted};
use texts::{Audience, Texts};

/// What stands in one file, in order.
#[derive(Default)]
pub(crate) struct Inspection {
    /// Personal data and secrets, of each kind as many as are reported.
    values: Vec<Value>,
    /// Where the others stand: the values, or what they stand in where finding each place would take too long.
    more: Vec<Span>,
    /// Characters that nobody sees, run by run.
    pub(crate) invisible: Vec<Hidden>,
    /// Words with letters of another script.
    pub(crate) look_alikes: Vec<Disguised>,
}

/// A value that is not to be shown. It has no `Debug`, so that it does not get into a message by accident.
struct Value {
    kind: Kind,
    what: &'static str,
    /// In the file.
    span: Span,
    /// As it is decoded.
    text: String,
    audience: Audience,
}

/// A run of invisible characters.
pub(crate) struct Hidden {
    pub(crate) kind: Invisible,
    /// In the file.
    pub(crate) span: Span,
    /// As it is decoded.
    pub(crate) text: String,
    /// Whether taking it out changes nothing that a reader sees.
    pub(crate) removable: bool,
}

/// A word that is not what it looks like. `at` has its places in the decoded text.
pub(crate) struct Disguised {
    pub(crate) at: LookAlike,
    /// The word in the file.
    pub(crate) span: Span,
    pub(crate) word: String,
}

/// Why personal data is no good in a store, for the rules about it.
pub(crate) const WHY_PERSONAL: &str = "\
Prompts are copied to providers, logs and every clone of the repository, and personal data in them goes along. History \
keeps it after it is deleted.";
/// How to mend it, where nothing better can be said.
pub(crate) const HOW_PERSONAL: &str = "\
Write data that is known to be made up, as the rule describes, or pass the value in as an input.";
/// Why secrets are no good in a store, for the rules about them.
pub(crate) const WHY_SECRET: &str = "\
Whoever can read the repository, a log of the provider or the model's answer can use it. History keeps it after it is \
deleted.";
/// How to mend that.
pub(crate) const HOW_SECRET: &str = "\
Revoke it first. Then take it out of the text, and let the application pass it in where it is needed.";

/// The scanner that the configuration asks for.
fn scanner(config: &LintConfig) -> Scanner {
    config
        .regions
        .as_ref()
        .map_or_else(Scanner::default, |regions| Scanner::new(&Settings { regions: regions.clone() }))
}

impl Inspection {
    /// Scans every text of `file` once.
    pub(crate) fn of(store: &Store, file: &SourceFile) -> Self {
        let texts = Texts::of(store, file);
        let mut inspection = Self::default();
        inspection.find_values(&texts, &scanner(&store.config().lint), &file.text);
        inspection.find_hidden(&texts, &file.text);
        inspection
    }

    fn find_values(&mut self, texts: &Texts<'_>, scanner: &Scanner, file_text: &str) {
        let mut counts: Vec<(Discriminant<Kind>, usize)> = Vec::new();
        for hit in scanner.scan(texts.joined()) {
            // What reaches from one text into the next is an accident of their order.
            let Some((part, span)) = texts.part_of(hit.span) else { continue };
            let kind = std::mem::discriminant(&hit.kind);
            let counted = counts.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
                counts.push((kind, 0));
                counts.len() - 1
            });
            counts[counted].1 += 1;
            if counts[counted].1 > limit::FINDINGS {
                self.more.push(part.nearby(file_text, span));
                continue;
            }
            self.values.push(Value {
                kind: hit.kind,
                what: hit.what,
                span: part.to_source(file_text, span),
                text: span.slice(part.text()).to_owned(),
                audience: part.audience,
            });
        }
        self.more.dedup();
        // The texts of a body come after those of the front matter, which need not be their order in the file.
        self.values.sort_by_key(|value| value.span);
    }

    fn find_hidden(&mut self, texts: &Texts<'_>, file_text: &str) {
        for part in texts.parts().filter(|part| !part.text().is_ascii()) {
            let text = part.text();
            let hits = invisible(text);
            // Where there are many, those that are escaped go without, for each place takes a walk over the text.
            let (hits, base) = match part.scalar().filter(|_| hits.len() > limit::FINDINGS) {
                Some(scalar) => (invisible(scalar.slice(file_text)), Some(scalar)),
                None => (hits, None),
            };
            for hit in hits {
                let span = match base {
                    Some(scalar) => hit.span.shift(scalar.range().start),
                    None => part.to_source(file_text, hit.span),
                };
                let decoded = hit.span.slice(base.map_or(text, |scalar| scalar.slice(file_text))).to_owned();
                self.invisible.push(Hidden { kind: hit.kind, span, text: decoded, removable: hit.removable });
            }
            for hit in look_alikes(text).into_iter().take(limit::FINDINGS) {
                let (span, word) = (part.to_source(file_text, hit.span), hit.span.slice(text).to_owned());
                self.look_alikes.push(Disguised { at: hit, span, word });
            }
        }
        self.invisible.sort_by_key(|hidden| hidden.span);
        self.look_alikes.sort_by_key(|disguised| disguised.span);
    }
}

/// Reports the values of `file` whose kind `is` wanted: all that the rules of the groups PII and SEC do.
pub(crate) fn report(file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>, is: impl Fn(Kind) -> bool) {
    for value in cx.sensitive(file).values.iter().filter(|value| is(value.kind)) {
        // Who answers for a file is meant to be reached.
        if value.audience == Audience::Contact && is_personal(value.kind) {
            continue;
        }
        let message = format!("the {} `{}` stands here in plain text", value.what, mask(&value.text));
        drop(out.at(value.span, message).help(help(value.kind)));
    }
}

/// Whether a kind is data about a person, and not a secret.
fn is_personal(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::PrivateKey
            | Kind::ProviderApiKey(_)
            | Kind::JsonWebToken
            | Kind::UrlCredentials
            | Kind::ConnectionString
            | Kind::HighEntropyAssignment
            | Kind::PasswordInProse
    )
}

fn help(kind: Kind) -> &'static str {
    if is_personal(kind) {
        "use made-up data that is known as such, or an input"
    } else {
        "revoke it, for history keeps it, and let the application pass it in where it is needed"
    }
}

#[cfg(test)]
mod tests;
