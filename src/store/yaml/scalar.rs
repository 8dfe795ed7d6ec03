//! The way from a scalar's decoded text back to its bytes in the file.
//!
//! The map is computed when a place is first asked for, in one walk over the source: most texts never have a finding, and
//! one that has thousands is walked once. The walk decodes by the rules of YAML 1.2.2 (6.5 line folding, 7.3 flow scalars,
//! 8.1 block scalars) and is guided by the decoded text where the source alone is not enough: how far a block is indented.

use std::ops::Range;

use super::ScalarStyle;
use crate::text::Span;

/// Which bytes of a file each byte of a scalar's decoded text comes from.
#[derive(Clone, Debug)]
pub struct ScalarMap {
    /// In order, without gaps in the decoded text.
    pieces: Vec<Piece>,
    /// Where the source of the text ends; of an empty text, where it would stand.
    source_end: u32,
}

/// A part of the text and its source. Where both are of one length the bytes stand for themselves; otherwise it is one
/// character: an escape, or the fold of a line break.
#[derive(Clone, Copy, Debug)]
struct Piece {
    decoded: Span,
    source: Span,
}

impl ScalarMap {
    /// The map of the scalar at `scalar` in `file`, which decodes to `decoded`.
    pub(crate) fn new(file: &str, scalar: Span, style: ScalarStyle, decoded: &str) -> Self {
        if file.get(scalar.range()).is_none() {
            return Self {
                pieces: vec![Piece { decoded: Span::new(0, decoded.len()), source: scalar }],
                source_end: scalar.end,
            };
        }
        let mut walk = Walk { decoded, at: 0, source_end: scalar.range().start, pieces: Vec::new() };
        match style {
            ScalarStyle::Plain => flow(file, scalar.range(), style, &mut walk),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let Range { start, end } = scalar.range();
                flow(file, start + 1..(start + 1).max(end.saturating_sub(1)), style, &mut walk);
            }
            ScalarStyle::Literal | ScalarStyle::Folded => block(file, scalar.range(), style, &mut walk),
        }
        Self { source_end: Span::at(walk.source_end).start, pieces: walk.pieces }
    }

    /// The bytes of the file that decode to `span` of `decoded`, the text that the map was made of: from the first
    /// character's source to the last one's. What is decoded is whole there: an escape, or the line break that was folded.
    ///
    /// An empty span stays empty and stands before the source of the character that follows.
    pub(crate) fn to_source(&self, decoded: &str, span: Span) -> Span {
        let wanted = floor(decoded, span.range().start)..ceil(decoded, span.range().end);
        let (from, to) = (Span::at(wanted.start).start, Span::at(wanted.end).start);
        let first = self.pieces.partition_point(|piece| piece.decoded.end <= from);
        let start = self.pieces.get(first).map_or(self.source_end, |piece| {
            piece.source.start + if piece.is_verbatim() { from - piece.decoded.start } else { 0 }
        });
        if wanted.is_empty() {
            return Span { start, end: start };
        }
        let last = self.pieces.partition_point(|piece| piece.decoded.end < to);
        let end = self.pieces.get(last).map_or(self.source_end, |piece| {
            if piece.is_verbatim() { piece.source.start + (to - piece.decoded.start) } else { piece.source.end }
        });
        Span { start, end: end.max(start) }
    }
}

impl Piece {
    fn is_verbatim(&self) -> bool {
        self.decoded.len() == self.source.len()
    }
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

fn ceil(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

/// Takes the pieces of a walk in order.
struct Walk<'a> {
    decoded: &'a str,
    /// How much of `decoded` the pieces so far make up.
    at: usize,
    source_end: usize,
    pieces: Vec<Piece>,
}

impl Walk<'_> {
    /// Source bytes that stand for themselves.
    fn verbatim(&mut self, source: Range<usize>) {
        let end = floor(self.decoded, self.at + source.len());
        // Where the file is not the one that was decoded, the text may end before its source.
        self.push(end, source.start..source.start + (end - self.at));
        self.source_end = source.end;
    }

    /// Source bytes that stand for one other character: an escape or the fold of a line break.
    fn character(&mut self, source: Range<usize>) {
        let Some(character) = self.decoded[self.at..].chars().next() else { return };
        self.push(self.at + character.len_utf8(), source);
    }

    fn push(&mut self, end: usize, source: Range<usize>) {
        self.source_end = source.end;
        if end == self.at {
            return;
        }
        let piece = Piece { decoded: Span::new(self.at, end), source: source.into() };
        self.at = end;
        match self.pieces.last_mut() {
            Some(last) if last.is_verbatim() && piece.is_verbatim() && last.source.end == piece.source.start => {
                last.decoded.end = piece.decoded.end;
                last.source.end = piece.source.end;
            }
            _ => self.pieces.push(piece),
        }
    }

    /// Whether nothing that follows can matter.
    fn is_done(&self) -> bool {
        self.at >= self.decoded.len()
    }
}

/// Walks a plain or quoted scalar; `body` is inside of the quotes.
fn flow(file: &str, body: Range<usize>, style: ScalarStyle, walk: &mut Walk<'_>) {
    walk.source_end = body.start;
    let Some(source) = file.get(body.clone()) else { return };
    if source == walk.decoded {
        return walk.verbatim(body);
    }
    let bytes = &file.as_bytes()[..body.end];
    let mut run = body.start;
    let mut at = body.start;
    while at < body.end && !walk.is_done() {
        match bytes[at] {
            b'\n' | b'\r' => {
                let kept = run + file.get(run..at).unwrap_or_default().trim_end_matches([' ', '\t']).len();
                walk.verbatim(run..kept);
                at = fold(bytes, at, walk);
                run = at;
            }
            b'\'' if style == ScalarStyle::SingleQuoted => {
                walk.verbatim(run..at);
                walk.character(at..(at + 2).min(body.end));
                at = (at + 2).min(body.end);
                run = at;
            }
            b'\\' if style == ScalarStyle::DoubleQuoted => {
                walk.verbatim(run..at);
                at = escape(bytes, at, walk);
                run = at;
            }
            _ => at += 1,
        }
    }
    walk.verbatim(run..at.max(run));
}

/// Folds the line breaks from `at` on: one is a space, of several all but the first are kept. Returns where text goes on.
fn fold(bytes: &[u8], at: usize, walk: &mut Walk<'_>) -> usize {
    let first = break_at(bytes, at);
    let next = skip_blanks(bytes, first.end);
    if !is_break(bytes, next) {
        walk.character(first);
        return next;
    }
    keep_breaks(bytes, next, walk)
}

fn keep_breaks(bytes: &[u8], mut at: usize, walk: &mut Walk<'_>) -> usize {
    while is_break(bytes, at) {
        let line_break = break_at(bytes, at);
        at = skip_blanks(bytes, line_break.end);
        walk.character(line_break);
    }
    at
}

/// The escape that starts with the backslash at `at`. Returns the offset after it.
fn escape(bytes: &[u8], at: usize, walk: &mut Walk<'_>) -> usize {
    if is_break(bytes, at + 1) {
        let next = skip_blanks(bytes, break_at(bytes, at + 1).end);
        return keep_breaks(bytes, next, walk);
    }
    let length = match bytes.get(at + 1) {
        Some(b'x') => 4,
        // A character outside of the basic plane may be two escapes: a pair of surrogates, as in JSON.
        Some(b'u') if is_high_surrogate(bytes, at) => 12,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 2,
    };
    let end = (at + length).min(bytes.len());
    walk.character(at..end);
    end
}

fn is_high_surrogate(bytes: &[u8], at: usize) -> bool {
    let digit = |index: usize| bytes.get(at + index).map(u8::to_ascii_lowercase);
    digit(2) == Some(b'd') && matches!(digit(3), Some(b'8' | b'9' | b'a' | b'b')) && digit(6) == Some(b'\\')
}

/// Walks a block scalar. The last line's break stands after the scalar's span, so the walk goes on in the file until
/// the decoded text is used up.
fn block(file: &str, scalar: Range<usize>, style: ScalarStyle, walk: &mut Walk<'_>) {
    let bytes = file.as_bytes();
    let header = line_end(bytes, scalar.start);
    walk.source_end = scalar.end.min(header.start);
    let mut at = header.end;
    let leading = walk.decoded.bytes().take_while(|&byte| byte == b'\n').count();
    for _ in 0..leading {
        let line_break = line_end(bytes, at);
        at = line_break.end;
        walk.character(line_break);
    }
    let Some(indent) = indentation(bytes, at, &walk.decoded[leading..]) else { return };
    let mut blank_lines: Vec<Range<usize>> = Vec::new();
    let mut previous: Option<(Range<usize>, Lead)> = None;
    while at < bytes.len() && !walk.is_done() {
        let line = at;
        let line_break = line_end(bytes, line);
        let content =
            line + bytes[line..line_break.start].iter().take(indent).take_while(|&&byte| byte == b' ').count();
        at = line_break.end;
        if content == line_break.start {
            blank_lines.push(line_break);
            continue;
        }
        if content - line < indent {
            break;
        }
        let lead = if matches!(bytes[content], b' ' | b'\t') { Lead::Blank } else { Lead::Text };
        if let Some((first, before)) = previous.replace((line_break.clone(), lead)) {
            let folds = style == ScalarStyle::Folded && before == Lead::Text && lead == Lead::Text;
            // Between two lines that fold, the first break is a space, unless empty lines follow it: then it is nothing.
            if !folds || blank_lines.is_empty() {
                walk.character(first);
            }
        }
        blank_lines.drain(..).for_each(|blank| walk.character(blank));
        walk.verbatim(content..line_break.start);
    }
    if let Some((last, _)) = previous {
        walk.character(last);
    }
    blank_lines.into_iter().for_each(|blank| walk.character(blank));
}

/// How a line of a block starts; lines that start with white space do not fold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    Blank,
    Text,
}

/// How far a block is indented whose first line that is not empty starts at `line` and decodes to the start of `text`.
fn indentation(bytes: &[u8], line: usize, text: &str) -> Option<usize> {
    let spaces = |text: &[u8]| text.iter().take_while(|&&byte| byte == b' ').count();
    if text.is_empty() {
        return None;
    }
    spaces(bytes.get(line..)?).checked_sub(spaces(text.as_bytes()))
}

/// The break that ends the line of `at`; empty at the end of the file.
fn line_end(bytes: &[u8], at: usize) -> Range<usize> {
    let at = at.min(bytes.len());
    let start = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |offset| at + offset);
    break_at(bytes, start)
}

fn break_at(bytes: &[u8], at: usize) -> Range<usize> {
    match bytes.get(at..) {
        Some([b'\r', b'\n', ..]) => at..at + 2,
        Some([b'\r' | b'\n', ..]) => at..at + 1,
        _ => at..at,
    }
}

fn is_break(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b'\n' | b'\r'))
}

fn skip_blanks(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Limits, NodeRef, ScalarStyle, Yaml, parse};
    use super::ScalarMap;
    use crate::text::Span;

    /// The value of `k` and the source of each of its characters.
    fn characters(source: &str, pick: impl Fn(&Yaml) -> NodeRef<'_>) -> Vec<(char, String)> {
        let (yaml, problems) = parse(source, 0, Limits::default());
        assert_eq!(problems, [], "{source:?}");
        let text = pick(&yaml).text().unwrap();
        text.text
            .char_indices()
            .map(|(at, character)| {
                let span = text.to_source(source, Span::new(at, at + character.len_utf8()));
                (character, span.slice(source).to_owned())
            })
            .collect()
    }

    fn of_k(source: &str) -> Vec<(char, String)> {
        characters(source, |yaml| yaml.root().unwrap().get("k").unwrap())
    }

    /// Draws the map: a character that stands for itself is itself, another is `decoded<source>`.
    fn draw(source: &str) -> String {
        let shown = |text: &str| text.replace('\n', "↵").replace('\r', "←").replace('\t', "→");
        let part = |(character, source): (char, String)| {
            let character = character.to_string();
            if source == character && character != "\n" { source } else { shown(&format!("{character}<{source}>")) }
        };
        of_k(source).into_iter().map(part).collect()
    }

    #[test]
    fn each_style_maps_to_its_source() {
        let cases = [
            ("k: plain text", "plain text"),
            ("k: two\n\n  lines  \n  folded\n", "two↵<↵>lines <↵>folded"),
            ("k: 'it''s'", "it'<''>s"),
            ("k: 'a  \n\n\n  b\r\n  c '", "a↵<↵>↵<↵>b <←↵>c "),
            (r#"k: "a\tb\x41\u00e9\U0001F600\"\\""#, r#"a→<\t>bA<\x41>é<\u00e9>😀<\U0001F600>"<\">\<\\>"#),
            (r#"k: "\ud83d\ude00!""#, r"😀<\ud83d\ude00>!"),
            ("k: \"a \\\n   b\\\n  \\ c\"", r"a b <\ >c"),
            ("k: \"a\\\n\n  b\"", "a↵<↵>b"),
            ("k: |\n  a\n\n    b\r\n  c\n", "a↵<↵>↵<↵>  b↵<←↵>c↵<↵>"),
            ("k: |2-\n    a\n  b", "  a↵<↵>b"),
            ("k: |+\n\n  a\n\n\n", "↵<↵>a↵<↵>↵<↵>↵<↵>"),
            ("k: >\n  a\n  b\n\n  c\n   d\n  e\n", "a <↵>b↵<↵>c↵<↵> d↵<↵>e↵<↵>"),
            ("k: >-\n\n  a\n\n   b\n\n\n  c\n\n", "↵<↵>a↵<↵>↵<↵> b↵<↵>↵<↵>↵<↵>c"),
            ("k: >+ # why\n  a\n\n", "a↵<↵>↵<↵>"),
            ("k: &x !!str |\n  a\n", "a↵<↵>"),
            ("k: |\n  no break", "no break"),
        ];
        for (source, drawn) in cases {
            assert_eq!(draw(source), drawn, "{source:?}");
        }
    }

    #[test]
    fn an_empty_span_stays_empty() {
        let place = |source: &str, at: usize| {
            let (yaml, _) = parse(source, 0, Limits::default());
            let text = yaml.root().unwrap().get("k").unwrap().text().unwrap();
            text.to_source(source, Span::at(at))
        };
        assert_eq!(place("k: ''", 0), Span::at(4));
        assert_eq!(place("k: 'ab'", 2), Span::at(6));
        assert_eq!(place("k: \"\\ta\"", 1), Span::at(6));
        assert_eq!(place("k: |\n  ab\n  cd\n", 3), Span::at(12));
        assert_eq!(place("k:", 0), Span::at(2));
    }

    #[test]
    fn a_part_of_a_text_covers_what_lies_between() {
        let source = "k: >\n  one\n  two\n";
        let (yaml, _) = parse(source, 0, Limits::default());
        let text = yaml.root().unwrap().get("k").unwrap().text().unwrap();
        assert_eq!(text.to_source(source, Span::new(2, 5)).slice(source), "e\n  t");
    }

    #[test]
    fn a_file_that_changed_or_odd_offsets_never_panic() {
        let scalar = Span::new(3, 9);
        for style in [
            ScalarStyle::Plain,
            ScalarStyle::SingleQuoted,
            ScalarStyle::DoubleQuoted,
            ScalarStyle::Literal,
            ScalarStyle::Folded,
        ] {
            for file in ["", "k: ", "k: é\\é\né'", "k: \"\\u\\\"", "k: |\n é\n", "ééééééé"] {
                for (start, end) in [(0, 0), (0, 99), (1, 2), (3, 4)] {
                    for decoded in ["éé\n é", ""] {
                        ScalarMap::new(file, scalar, style, decoded).to_source(decoded, Span::new(start, end));
                    }
                }
            }
        }
    }

    /// Writes `text` in a style; `None` where the style cannot hold it. Each function is the shortest that is right.
    fn emit(style: ScalarStyle, text: &str, line_break: &str) -> Option<String> {
        let is_line = |line: &str| !line.starts_with([' ', '\t']) && !line.ends_with([' ', '\t']);
        let lines = || text.split('\n');
        Some(match style {
            ScalarStyle::Plain => {
                let is_word =
                    |line: &str| line.chars().all(|character| character.is_alphanumeric() || character == ' ');
                let fits = lines().all(|line| is_line(line) && is_word(line))
                    && !text.starts_with('\n')
                    && !text.ends_with('\n');
                let is_text = super::super::resolve::plain(text) == super::super::Kind::String;
                (fits && is_text).then(|| folded_breaks(text, line_break))?
            }
            ScalarStyle::SingleQuoted => {
                if !lines().all(is_line) || text.contains('\n') && (text.starts_with('\n') || text.ends_with('\n')) {
                    return None;
                }
                format!("'{}'", folded_breaks(&text.replace('\'', "''"), line_break))
            }
            ScalarStyle::DoubleQuoted => {
                let escape = |character: char| match character {
                    '"' => "\\\"".to_owned(),
                    '\\' => "\\\\".to_owned(),
                    '\n' => "\\n".to_owned(),
                    '\t' => "\\\t".to_owned(),
                    'e' => "\\x65".to_owned(),
                    'é' => "\\u00E9".to_owned(),
                    '😀' => "\\ud83d\\ude00".to_owned(),
                    'o' => format!("\\{line_break}   o"),
                    other => other.to_string(),
                };
                format!("\"{}\"", text.chars().map(escape).collect::<String>())
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let (body, tail) = text.split_at(text.trim_end_matches('\n').len());
                if body.is_empty() || body.lines().any(|line| line.starts_with('\t')) {
                    return None;
                }
                let chomping = ["-", "", "+"][tail.len().min(2)];
                let indicator = if body.trim_start_matches('\n').starts_with(' ') { "2" } else { "" };
                let is_folded = style == ScalarStyle::Folded;
                let mut written = format!("{}{indicator}{chomping}", if is_folded { '>' } else { '|' });
                written.push_str(line_break);
                let (mut breaks, mut previous) = (0, None);
                for (index, line) in body.split('\n').enumerate() {
                    breaks += usize::from(index > 0);
                    if line.is_empty() {
                        continue;
                    }
                    let is_text = !line.starts_with([' ', '\t']);
                    let folds = is_folded && is_text && previous == Some(true);
                    written.push_str(&line_break.repeat(breaks + usize::from(folds)));
                    written.push_str("  ");
                    written.push_str(&if is_folded && is_text {
                        fold_spaces(line, line_break)
                    } else {
                        line.to_owned()
                    });
                    (breaks, previous) = (0, Some(is_text));
                }
                written + &tail.replace('\n', line_break)
            }
        })
    }

    /// Breaks lines at single spaces after a `b`, which is the same text once it is folded.
    fn fold_spaces(line: &str, line_break: &str) -> String {
        let parts: Vec<&str> = line.split("b ").collect();
        let mut written = parts[0].to_owned();
        for part in &parts[1..] {
            let folds = part.starts_with(|next| !matches!(next, ' ' | '\t' | '\n'));
            written.push_str(&if folds { format!("b{line_break}  {part}") } else { format!("b {part}") });
        }
        written
    }

    /// A line break that is to be kept is written twice in a flow scalar.
    fn folded_breaks(text: &str, line_break: &str) -> String {
        let mut written = String::new();
        let mut in_breaks = false;
        for line in text.split('\n') {
            if in_breaks && written.ends_with(|last| last != '\n') {
                written.push_str(line_break);
            }
            if in_breaks {
                written.push_str(line_break);
            }
            if !line.is_empty() {
                written.push_str(if in_breaks { "  " } else { "" });
                written.push_str(&fold_spaces(line, line_break));
            }
            in_breaks = true;
        }
        written
    }

    fn stands_for(source: &str, character: char) -> bool {
        let is_fold = matches!(character, ' ' | '\n') && matches!(source, "\n" | "\r\n");
        source == character.to_string() || is_fold || source == "''" || source.starts_with('\\')
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_found_again(
            text in "[a-eo .:#'\"\\\\é😀{}\t\n-]{0,40}",
            crlf in any::<bool>(),
        ) {
            let line_break = if crlf { "\r\n" } else { "\n" };
            for style in [
                ScalarStyle::Plain,
                ScalarStyle::SingleQuoted,
                ScalarStyle::DoubleQuoted,
                ScalarStyle::Literal,
                ScalarStyle::Folded,
            ] {
                let Some(scalar) = emit(style, &text, line_break) else { continue };
                let tail = if text.ends_with('\n') && scalar.ends_with('\n') { "" } else { line_break };
                let source = format!("k: {scalar}{tail}z: 1{line_break}");
                let (yaml, problems) = parse(&source, 0, Limits::default());
                prop_assert_eq!(&problems, &[], "{:?}", source);
                let k = yaml.root().unwrap().get("k").unwrap();
                prop_assert_eq!(k.scalar(), Some(text.as_str()), "{:?}", source);
                prop_assert_eq!(k.style(), Some(style));
                prop_assert!(source[k.span().range()].starts_with(['|', '>', '"', '\'']) == (style != ScalarStyle::Plain));
                let mut end = 0;
                for (character, found) in of_k(&source) {
                    prop_assert!(stands_for(&found, character), "{:?} is {:?} in {:?}", character, found, source);
                }
                let mapped = k.text().unwrap();
                for (at, character) in text.char_indices() {
                    let span = mapped.to_source(&source, Span::new(at, at + character.len_utf8()));
                    prop_assert!(span.start >= end, "characters are in order");
                    end = span.end;
                }
            }
        }

        #[test]
        fn places_are_inside_of_the_file_whatever_it_holds(source in "[ab:\\- |>'\"\\\\\n\t\r{}\\[\\],#&*é!%?]{0,60}") {
            let (yaml, problems) = parse(&source, 0, Limits::default());
            for problem in &problems {
                prop_assert!(source.get(problem.span.range()).is_some());
                prop_assert!(!problem.span.is_empty() || source.trim().is_empty());
            }
            let mut nodes: Vec<NodeRef<'_>> = yaml.root().into_iter().collect();
            while let Some(node) = nodes.pop() {
                prop_assert!(source.get(node.span().range()).is_some(), "{:?}", node.span());
                for entry in node.entries() {
                    prop_assert!(source.get(entry.key_span.range()).is_some());
                    nodes.push(entry.value);
                }
                nodes.extend(node.items());
                let Some(text) = node.text() else { continue };
                for at in (0..=text.text.len()).filter(|&at| text.text.is_char_boundary(at)) {
                    let place = text.to_source(&source, Span::new(at, text.text.len()));
                    prop_assert!(source.get(place.range()).is_some(), "{:?}", place);
                }
            }
        }
    }
}
