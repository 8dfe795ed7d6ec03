//! What the YAML parser refuses, in words for people, at the place where it is mended.
//!
//! The parser says what it expected and where it gave up. Both are often far from the mistake: an open quote is noticed
//! lines later, a missing colon on the line below. So the text around the place is looked at too.

use granit_parser::ErrorKind;

use crate::store::problem::{Problem, ProblemKind};
use crate::text::Span;

/// Where the parser gave up. Offsets are of `source`.
pub(super) struct Scene<'a> {
    pub(super) source: &'a str,
    /// The place that the parser names.
    pub(super) at: usize,
    /// The end of the last thing that was read.
    pub(super) read_to: usize,
    /// Where the open brackets are, outermost first.
    pub(super) brackets: &'a [usize],
}

/// At least one visible character at or before `at`: the word there, or the one sign.
pub(super) fn visible(source: &str, at: usize) -> Span {
    let at = (0..=at.min(source.len())).rev().find(|&at| source.is_char_boundary(at)).unwrap_or(0);
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    let rest = &source[at..];
    let word = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
    if word > 0 {
        return Span::new(at, at + word);
    }
    match rest.chars().next() {
        Some(sign) if !sign.is_whitespace() && sign != '\u{feff}' => Span::new(at, at + sign.len_utf8()),
        _ => {
            let end = source[..at].trim_end().len();
            let last = source[..end].chars().next_back().map_or(0, char::len_utf8);
            Span::new(end - last, end)
        }
    }
}

/// Whether `text` starts as a template does, which YAML takes for a mapping.
pub(super) fn is_template(text: &str) -> bool {
    text.starts_with("{{") || text.starts_with("{%") || text.starts_with("{#")
}

/// The problem of a value that is a template without quotes.
pub(super) fn unquoted_template(span: Span, value: &str) -> Problem {
    let opening = value.get(..2).unwrap_or("{{");
    let message = format!("`{opening}` without quotes starts a mapping in YAML, not a template");
    Problem::new(ProblemKind::InvalidYaml, span, message).help("quote the value")
}

fn invalid(span: Span, message: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::InvalidYaml, span, message)
}

impl<'a> Scene<'a> {
    /// The problem for the parser's error.
    pub(super) fn explain(&self, kind: &ErrorKind) -> Problem {
        if let Some(problem) = self.template(kind) {
            return problem;
        }
        let here = visible(self.source, self.at);
        match kind {
            ErrorKind::UnclosedQuotedScalar
            | ErrorKind::DocumentIndicatorInQuotedScalar
            | ErrorKind::InvalidQuotedScalarIndent => self.open_quote(),
            ErrorKind::InvalidTrailingSingleQuotedScalar => invalid(here, "text follows the closing quote")
                .help("write `''` for a quote inside of single quotes, or put the whole value in quotes"),
            ErrorKind::InvalidTrailingDoubleQuotedScalar => invalid(here, "text follows the closing quote")
                .help("write `\\\"` for a quote inside of double quotes, or put the whole value in quotes"),
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::InvalidBlockEntryWhitespace
            | ErrorKind::InvalidMappingValueWhitespace => self.tab(),
            ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => self.colon(),
            ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => self.no_colon(),
            ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::InvalidIndentation
            | ErrorKind::InvalidFlowScalarIndent => self.stray(),
            ErrorKind::UnexpectedCharacter { character } => self.character(*character),
            ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
                invalid(here, "a list item cannot start here").help("start it on a line of its own, or quote the value")
            }
            _ => self.flow(kind).or_else(|| self.scalar(kind)).unwrap_or_else(|| other(kind, here)),
        }
    }

    fn word(&self, span: Span) -> &'a str {
        span.slice(self.source)
    }

    fn line_start(&self, at: usize) -> usize {
        self.source[..at].rfind(['\n', '\r']).map_or(0, |at| at + 1)
    }

    /// The line of `at` without its ending.
    fn line(&self, at: usize) -> &'a str {
        let rest = &self.source[self.line_start(at)..];
        &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())]
    }

    /// The span of a line's text without the white space around it.
    fn line_text(&self, at: usize) -> Span {
        let line = self.line(at);
        let start = self.line_start(at) + line.len() - line.trim_start().len();
        Span::new(start, start + line.trim().len())
    }

    /// The start of the value that comes next after what was read: indicators, anchors, tags and comments are skipped.
    fn next_value(&self) -> usize {
        let mut at = self.read_to.min(self.source.len());
        loop {
            let rest = &self.source[at..];
            let blanks = rest.len() - rest.trim_start().len();
            let token = &rest[blanks..];
            let length = match token.as_bytes() {
                [b'#', ..] => token.find(['\n', '\r']).unwrap_or(token.len()),
                [b'&' | b'!', ..] => token.find(char::is_whitespace).unwrap_or(token.len()),
                [b':' | b'-' | b'?' | b',', ..] => 1,
                _ => 0,
            };
            if length == 0 {
                return at + blanks;
            }
            at += blanks + length;
        }
    }

    /// A template at the start of an unquoted value, where the parser gave up inside or after it.
    fn template(&self, kind: &ErrorKind) -> Option<Problem> {
        if matches!(kind, ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar) {
            return None;
        }
        let next = self.next_value();
        let start =
            self.brackets.iter().copied().chain([next]).find(|&at| at <= self.at && is_template(&self.source[at..]))?;
        let text = self.line_text(start).range();
        Some(unquoted_template(Span::new(start, text.end.max(start + 2)), &self.source[start..]))
    }

    fn open_quote(&self) -> Problem {
        let start = [self.at, self.next_value()].into_iter().find(|&at| self.source[at..].starts_with(['"', '\'']));
        let span = start.map_or_else(|| visible(self.source, self.at), |at| Span::new(at, at + 1));
        let message = format!("the text that this `{}` opens is not closed", self.word(span));
        invalid(span, message).help("close the quote; lines that belong to the text must be indented")
    }

    fn tab(&self) -> Problem {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let tab_at_start = |line: usize| {
            let blanks = self.source.as_bytes()[line..].iter().take_while(|byte| is_blank(byte));
            blanks.zip(line..).find(|(byte, _)| **byte == b'\t').map(|(_, at)| at)
        };
        let start = self.line_start(self.at);
        let later = || {
            let breaks = self.source[self.at..].match_indices('\n').map(|(offset, _)| self.at + offset + 1);
            breaks.take(64).find_map(tab_at_start)
        };
        let before = || self.source[start..self.at].rfind('\t').map(|offset| start + offset);
        let at_place = self.source[self.at..].starts_with('\t').then_some(self.at);
        let place = at_place.or_else(|| tab_at_start(start)).or_else(before).or_else(later);
        let span = place.map_or_else(|| visible(self.source, self.at), |at| Span::new(at, at + 1));
        invalid(span, "a tab stands where YAML wants spaces: indentation is never made of tabs")
            .help("replace the tab with spaces")
    }

    /// A `:` where no key can be.
    fn colon(&self) -> Problem {
        if let Some(problem) = self.unclosed_before() {
            return problem;
        }
        let start = self.line_start(self.at);
        let above = self.source[..start].trim_end();
        if self.source[start..self.at].contains(": ") || above.is_empty() {
            return self.colon_in_text();
        }
        // The key's line is a continuation of the text above: either that has no colon, or this one is too deep.
        let line = self.line_text(above.len());
        let text = self.word(line);
        if let Some(problem) = no_space_after_colon(line, text) {
            return problem;
        }
        if !text.contains(": ") && !text.starts_with("- ") {
            return missing_colon(line, text);
        }
        let key = self.line_text(self.at).range();
        let span = Span::new(key.start, self.at.max(key.start + 1));
        invalid(span, "this key is indented deeper than the line above, which has its value already")
            .help("indent it like the key above, or remove the value there")
    }

    fn colon_in_text(&self) -> Problem {
        let span = visible(self.source, self.at);
        invalid(span, "`: ` inside of an unquoted value reads as another key")
            .help("quote the value, or write it as a block after `|`")
    }

    /// A line that should be a key and its value.
    fn no_colon(&self) -> Problem {
        if let Some(problem) = self.unclosed_before() {
            return problem;
        }
        let line = self.line_text(self.at);
        let text = self.word(line);
        no_space_after_colon(line, text).unwrap_or_else(|| missing_colon(line, text))
    }

    /// Something complete is followed by something that does not belong there.
    fn stray(&self) -> Problem {
        let here = visible(self.source, self.at);
        let before = self.source[self.line_start(self.at)..self.at].trim();
        let is_list_item = before == "-" || self.line(self.at).trim_start().starts_with("- ");
        if !before.is_empty() && before != "-" {
            return invalid(here, "text follows a value that is complete")
                .help("quote the whole value if it is one text");
        }
        let depth = |at: usize| at - self.line_start(at);
        let line = self.line_text(self.at);
        let levels = self.source[..self.line_start(self.at)].lines().rev().take(1000);
        let is_aligned = levels
            .filter(|line| !line.trim().is_empty())
            .any(|above| above.len() - above.trim_start().len() == depth(line.range().start));
        if !is_aligned {
            return invalid(line, "this line's indentation fits none of the lines above")
                .help("indent it like the line above that it belongs with");
        }
        if is_list_item {
            return invalid(line, "a list item stands where a key is expected")
                .help("indent the item under its key, or remove the value before it");
        }
        invalid(line, "this line stands among list items but does not start with `- `")
            .help("start it with `- `, or indent it under an item")
    }

    fn character(&self, character: char) -> Problem {
        let here = visible(self.source, self.at);
        if character.is_control() || !matches!(character, ' '..='~') {
            let found = self.source[self.at..].find(character).map(|offset| self.at + offset);
            let span = found.map_or(here, |at| Span::new(at, at + character.len_utf8()));
            return invalid(span, format!("the character U+{:04X} is not allowed in YAML", u32::from(character)))
                .help("remove it, or write it as an escape in double quotes");
        }
        let shown = if character == '`' { "a backtick".to_owned() } else { format!("`{character}`") };
        invalid(here, format!("a value without quotes cannot start with {shown}")).help("quote the value")
    }

    /// The bracket that is open although a later line goes on as if it were closed.
    fn unclosed_before(&self) -> Option<Problem> {
        let &open = self.brackets.last()?;
        let is_earlier_line = open < self.line_start(self.at);
        is_earlier_line.then(|| self.unclosed(open))
    }

    fn unclosed(&self, open: usize) -> Problem {
        let span = Span::new(open, open + 1);
        let closing = if self.word(span) == "[" { ']' } else { '}' };
        invalid(span, format!("the `{}` that stands here is not closed", self.word(span)))
            .help(format!("add `{closing}` where the list or mapping ends"))
    }

    fn flow(&self, kind: &ErrorKind) -> Option<Problem> {
        let here = visible(self.source, self.at);
        Some(match kind {
            ErrorKind::UnclosedFlowCollection { .. } => self.unclosed(here.range().start),
            ErrorKind::UnexpectedEofFlowSequence | ErrorKind::UnexpectedEofFlowMapping
                if self.source[self.at..].trim().is_empty() =>
            {
                self.unclosed(*self.brackets.last()?)
            }
            ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
            | ErrorKind::ExpectedNodeContent => {
                if let Some(problem) = self.unclosed_before().filter(|_| self.word(here) == ":") {
                    return Some(problem);
                }
                match self.word(here) {
                    "," => {
                        invalid(here, "nothing stands before this comma").help("remove it, or add the missing value")
                    }
                    ":" => return Some(self.colon_in_text()),
                    found => invalid(here, format!("`{found}` stands where `,` or a closing bracket is expected"))
                        .help("separate the entries with commas, and quote texts with special characters"),
                }
            }
            ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
                invalid(here, format!("this `{open}` is closed by `{close}`"))
                    .help("close each bracket with its own kind")
            }
            ErrorKind::MisplacedFlowCollectionEnd => {
                invalid(here, format!("this `{}` closes nothing", self.word(here)))
                    .help("remove it, or quote the value that starts with it")
            }
            ErrorKind::FlowMappingValueAdjacentCollection => {
                invalid(here, "a space is missing after `:`").help("write `: `")
            }
            ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
                invalid(here, "a value without quotes cannot be just `-`").help("quote the value")
            }
            _ => return None,
        })
    }

    fn scalar(&self, kind: &ErrorKind) -> Option<Problem> {
        let here = visible(self.source, self.at);
        Some(match kind {
            ErrorKind::UnknownQuotedScalarEscape
            | ErrorKind::InvalidQuotedScalarHexEscape
            | ErrorKind::InvalidLowSurrogateHexEscape
            | ErrorKind::InvalidLowSurrogate
            | ErrorKind::MissingLowSurrogate
            | ErrorKind::UnpairedLowSurrogate
            | ErrorKind::InvalidUnicodeEscape => {
                let span = bad_escape(self.source, self.at).unwrap_or(here);
                invalid(span, format!("`{}` is no escape that YAML knows", self.word(span)))
                    .help("write `\\\\` for a backslash, or use single quotes, where a backslash is just itself")
            }
            ErrorKind::ZeroBlockScalarIndent => {
                invalid(here, "the indentation of a block of text is a digit from 1 to 9")
            }
            ErrorKind::InvalidBlockScalarHeader => {
                invalid(self.rest_of_line(here), "text after `|` or `>` must start on the next line")
                    .help("start the text on a line of its own, or quote a value that starts with `|` or `>`")
            }
            ErrorKind::InvalidBlockScalarIndent => {
                invalid(here, "this line is indented less than the block of text that it belongs to")
                    .help("indent every line of the block alike")
            }
            ErrorKind::CommentInterceptedScalar => {
                invalid(here, "this comment ends an unquoted text, but the next line goes on with it")
                    .help("remove the comment, or quote the whole text")
            }
            ErrorKind::CommentNotSeparated => {
                invalid(here, "a space is missing before `#`").help("write ` #` for a comment, or quote the value")
            }
            ErrorKind::BomInsideDocument => {
                invalid(here, "a byte order mark stands inside of the text").help("remove the invisible character")
            }
            _ => return None,
        })
    }

    fn rest_of_line(&self, span: Span) -> Span {
        span.cover(Span::at(self.line_text(span.range().start).range().end.max(span.range().start)))
    }
}

/// Errors of directives, tags and anchors, which are rare in hand-written files, and what the parser may add later.
fn other(kind: &ErrorKind, here: Span) -> Problem {
    match kind {
        ErrorKind::MissingAnchorOrAliasName => {
            invalid(here, "a value without quotes cannot start with `*` or `&` and a space").help("quote the value")
        }
        ErrorKind::UndeclaredTagHandle => invalid(here, "the prefix of this tag is not declared")
            .help("quote the value if it is text that starts with `!`"),
        ErrorKind::MappingKeyNotAllowed => {
            invalid(here, "a key cannot start here").help("quote the value if it is text")
        }
        ErrorKind::InvalidDocumentEnd => invalid(here, "text follows the `...` that ends the document"),
        ErrorKind::ExpectedDocumentStart | ErrorKind::MissingDocumentEndBeforeDirective => {
            invalid(here, "this stands outside of the document").help("add a line `---` after the directive")
        }
        ErrorKind::DuplicateVersionDirective
        | ErrorKind::UnsupportedYamlMajorVersion
        | ErrorKind::DuplicateTagDirective
        | ErrorKind::InvalidDirectiveTerminator
        | ErrorKind::MissingYamlVersionSeparator
        | ErrorKind::MissingDirectiveName
        | ErrorKind::InvalidDirectiveName
        | ErrorKind::YamlVersionTooLong
        | ErrorKind::MissingYamlVersion
        | ErrorKind::ExpectedTagDirectiveBang
        | ErrorKind::InvalidTagDirectiveTerminator => {
            invalid(here, "this directive is none that YAML knows, or it stands twice").help("remove the line")
        }
        ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidTagUtf8LeadingByte
        | ErrorKind::InvalidTagUtf8TrailingByte
        | ErrorKind::InvalidTagUtf8 => {
            invalid(here, "this tag is not complete").help("quote the value if it is text that starts with `!`")
        }
        _ => invalid(here, format!("this is not valid YAML: {kind}")),
    }
}

fn missing_colon(line: Span, text: &str) -> Problem {
    let shown: String = text.chars().take(40).collect();
    let ellipsis = if shown.len() < text.len() { "…" } else { "" };
    invalid(line, format!("`{shown}{ellipsis}` is neither a key with `:` nor part of the text above"))
        .help("add `:` after the key, or indent the line if it continues a text")
}

/// `key:value`, which is one word to YAML.
fn no_space_after_colon(line: Span, text: &str) -> Option<Problem> {
    let (key, value) = text.split_once(':')?;
    let is_key =
        !key.is_empty() && key.chars().all(|character| character.is_alphanumeric() || "_-.".contains(character));
    let is_glued = !value.is_empty() && !value.starts_with([' ', '\t', '/']);
    let colon = line.range().start + key.len();
    (is_key && is_glued)
        .then(|| invalid(Span::new(colon, colon + 1), "a space is missing after `:`").help("write `: `"))
}

/// The first escape of the double-quoted text at `quote` that is none.
fn bad_escape(source: &str, quote: usize) -> Option<Span> {
    let bytes = source.as_bytes();
    let mut at = quote + 1;
    loop {
        at += memchr::memchr(b'\\', bytes.get(at..)?)?;
        let escape = *bytes.get(at + 1)?;
        let digits = match escape {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let end = at + 2 + digits;
        let hex = source.get(at + 2..end).unwrap_or_default();
        let value = u32::from_str_radix(hex, 16).ok().filter(|_| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let is_high = matches!(value, Some(0xD800..=0xDBFF)) && source.get(end..end + 2) == Some("\\u");
        let is_fine = match digits {
            0 => {
                matches!(escape, b'\n' | b'\r' | b'\t' | b' ' | b'"' | b'/' | b'\\')
                    || b"0abtnvfreN_LP".contains(&escape)
            }
            _ => is_high || value.is_some_and(|value| char::from_u32(value).is_some()),
        };
        if !is_fine {
            let shown =
                source[at + 1..].chars().take(1 + digits).take_while(|character| !matches!(character, '"' | '\n'));
            return Some(Span::new(at, at + 1 + shown.map(char::len_utf8).sum::<usize>()));
        }
        at = if is_high { end + 6 } else { end };
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, parse};

    /// The first problem: the text that it stands at and what it says.
    fn told(source: &str) -> (String, String, String) {
        let (_, problems) = parse(source, 0, Limits::default());
        let problem = problems.first().unwrap_or_else(|| panic!("{source:?} is accepted"));
        let place = source[problem.span.range()].to_owned();
        (place, problem.message.clone(), problem.help.clone().unwrap_or_default())
    }

    #[test]
    fn common_mistakes_are_told_in_plain_words_where_they_are_mended() {
        let cases = [
            ("a: \"b\nc: 1\n", "\"", "the text that this `\"` opens is not closed"),
            ("a: x\nb: 'c\n\nd: 1\n", "'", "the text that this `'` opens is not closed"),
            ("- &x 'a\nb: 1\n", "'", "the text that this `'` opens is not closed"),
            ("a: 'it's'\n", "s", "text follows the closing quote"),
            ("a:\n\tb: 1\n", "\t", "a tab stands where YAML wants spaces: indentation is never made of tabs"),
            ("a: 1\n\tb: 1\n", "\t", "a tab stands where YAML wants spaces: indentation is never made of tabs"),
            ("a: note: b\n", ":", "`: ` inside of an unquoted value reads as another key"),
            ("a: 1\nschema\n  b: 1\n", "schema", "`schema` is neither a key with `:` nor part of the text above"),
            ("schema\n  b: 1\n", "schema", "`schema` is neither a key with `:` nor part of the text above"),
            ("a:b\nc: d\n", ":", "a space is missing after `:`"),
            ("a: 1\nc:d\n", ":", "a space is missing after `:`"),
            ("a: 1\n  b: 2\n", "b", "this key is indented deeper than the line above, which has its value already"),
            ("a:\n  b: 1\n c: 2\n", "c: 2", "this line's indentation fits none of the lines above"),
            ("a: 1\n- b\n", "- b", "a list item stands where a key is expected"),
            ("- a\nb: c\n", "b: c", "this line stands among list items but does not start with `- `"),
            ("a: [b] c\n", "c", "text follows a value that is complete"),
            ("a: {{ x }} y\n", "{{ x }} y", "`{{` without quotes starts a mapping in YAML, not a template"),
            ("a: {% x %}\n", "{% x %}", "`{%` without quotes starts a mapping in YAML, not a template"),
            ("a: [b, c\nd: 1\n", "[", "the `[` that stands here is not closed"),
            ("a: [    x?(array, é): string\na: ", "[", "the `[` that stands here is not closed"),
            ("a: [[b]: c\nd: 1\n", "[", "the `[` that stands here is not closed"),
            ("a: [b, é: c\nd: 1\n", "[", "the `[` that stands here is not closed"),
            ("a: {b: c\n", "{", "the `{` that stands here is not closed"),
            ("[a}\n", "[", "this `[` is closed by `}`"),
            ("a: ]\n", "]", "this `]` closes nothing"),
            ("[a, , b]\n", ",", "nothing stands before this comma"),
            ("a: \"\\d\"\n", "\\d", "`\\d` is no escape that YAML knows"),
            ("a: \"x\\\\\\u12\"\n", "\\u12", "`\\u12` is no escape that YAML knows"),
            ("a: @b\n", "@", "a value without quotes cannot start with `@`"),
            ("a: `b`\n", "`", "a value without quotes cannot start with a backtick"),
            ("a: *b* c\n", "*b*", "`*b*` refers to an anchor `&b*` that does not stand before it"),
            ("a: b\u{7}c\n", "\u{7}", "the character U+0007 is not allowed in YAML"),
            ("a: | x\n", "| x", "text after `|` or `>` must start on the next line"),
            ("a: b # c\n  d\n", "#", "this comment ends an unquoted text, but the next line goes on with it"),
            ("a: - b\n", "-", "a list item cannot start here"),
        ];
        for (source, place, message) in cases {
            let (found, said, _) = told(source);
            assert_eq!((found.as_str(), said.as_str()), (place, message), "{source:?}");
        }
    }

    #[test]
    fn a_place_is_visible_even_at_the_end() {
        assert_eq!(super::visible("a: b\n\n", 6).slice("a: b\n\n"), "b");
        assert_eq!(super::visible("a é", 3).slice("a é"), "é");
        assert_eq!(super::visible("", 0).range(), 0..0);
    }
}
