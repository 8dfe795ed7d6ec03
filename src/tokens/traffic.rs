//! What a day of traffic costs: a table of calls and sizes against the prompts as they are.
//!
//! The table is CSV with a header. `prompt` is a prompt's id and `calls_per_day` a number; `output_tokens` and a column
//! with the name of an input give the usual size of the answer and of that input, in tokens. An empty cell is the most
//! that the prompt allows.

use std::collections::BTreeMap;

use super::report::{Cost, Row};
use super::tokenizer::Tokens;

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Calls {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The prompt's id.
    pub prompt: String,
    /// How often it is called.
    pub per_day: f64,
    /// The size of an answer.
    pub output_tokens: Option<u64>,
    /// The sizes of inputs by name.
    pub sizes: BTreeMap<String, u64>,
}

/// What a prompt's calls take and cost.
#[derive(Clone, Debug)]
pub struct Simulated<'a> {
    /// The prompt and the model.
    pub row: &'a Row<'a>,
    /// How often it is called.
    pub calls_per_day: f64,
    /// What one call sends.
    pub prompt_tokens: Tokens,
    /// What one call brings back.
    pub output_tokens: u64,
    /// What one call costs; `None` where the model's price is not known.
    pub cost: Option<Cost<'a>>,
}

/// Why a table of traffic can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the traffic: {message}")]
pub struct TrafficError {
    /// The line in the file, from 1.
    pub line: u64,
    /// What is wrong there, a sentence without a full stop.
    pub message: String,
}

const PROMPT: &str = "prompt";
const CALLS: &str = "calls_per_day";
const OUTPUT: &str = "output_tokens";

/// Reads a table of traffic.
///
/// # Errors
/// At the first line that can't be used.
pub fn read(text: &str) -> Result<Vec<Calls>, TrafficError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    let column = |name: &str| {
        let missing = || TrafficError { line: 1, message: format!("the header has no column `{name}`") };
        header.iter().position(|column| column == name).ok_or_else(missing)
    };
    let (prompt, calls) = (column(PROMPT)?, column(CALLS)?);
    if let Some(twice) =
        header.iter().enumerate().find(|(at, name)| header.iter().take(*at).any(|other| other == *name))
    {
        return Err(TrafficError { line: 1, message: format!("the column `{}` is there twice", twice.1) });
    }
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = line_of(text, &record);
        let wrong = |message: String| TrafficError { line, message };
        let cell = |at: usize| record.get(at).unwrap_or_default();
        if cell(prompt).is_empty() {
            return Err(wrong(format!("the cell in `{PROMPT}` is empty")));
        }
        let per_day = cell(calls).parse::<f64>().ok().filter(|calls| calls.is_finite() && *calls >= 0.0);
        let per_day = per_day
            .ok_or_else(|| wrong(format!("`{CALLS}` must be a number of calls, but it is `{}`", cell(calls))))?;
        let mut row =
            Calls { line, prompt: cell(prompt).to_owned(), per_day, output_tokens: None, sizes: BTreeMap::new() };
        for (at, name) in header.iter().enumerate().filter(|(at, _)| *at != prompt && *at != calls) {
            if cell(at).is_empty() {
                continue;
            }
            let size = cell(at).parse::<u64>();
            let size = size
                .map_err(|_| wrong(format!("`{name}` must be a whole number of tokens, but it is `{}`", cell(at))))?;
            match name {
                OUTPUT => row.output_tokens = Some(size),
                input => drop(row.sizes.insert(input.to_owned(), size)),
            }
        }
        found.push(row);
    }
    Ok(found)
}

/// The line of a record: its position is where the reader began to look for it, before remarks and empty lines.
fn line_of(text: &str, record: &csv::StringRecord) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let start = usize::try_from(position.byte()).unwrap_or(0);
    let lines = text.get(start..).unwrap_or_default().split('\n');
    let skipped = lines.take_while(|line| line.starts_with('#') || line.trim_end_matches('\r').is_empty()).count();
    position.line() + skipped as u64
}

fn unreadable(error: &csv::Error) -> TrafficError {
    let line = error.position().map_or(1, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("there are {len} cells, but the header has {expected_len}")
        }
        _ => error.to_string(),
    };
    TrafficError { line, message }
}

/// What `calls` take, prompt by prompt and model by model; prompts without calls are left out.
///
/// # Errors
/// At the first line that names no prompt of `rows`, an input that the prompt does not print, or leaves out the size of
/// one that nothing limits.
pub fn simulate<'a>(calls: &[Calls], rows: &'a [Row<'a>]) -> Result<Vec<Simulated<'a>>, TrafficError> {
    let mut found = Vec::new();
    for calls in calls {
        let wrong = |message: String| TrafficError { line: calls.line, message };
        let mine: Vec<_> = rows.iter().filter(|row| row.prompt.id.as_str() == calls.prompt).collect();
        if mine.is_empty() {
            return Err(wrong(format!(
                "`{}` is not a prompt of this store, or not under the given paths",
                calls.prompt
            )));
        }
        for row in mine {
            found.push(simulate_one(calls, row).map_err(wrong)?);
        }
    }
    Ok(found)
}

fn simulate_one<'a>(calls: &Calls, row: &'a Row<'a>) -> Result<Simulated<'a>, String> {
    let bound = &row.bound;
    for name in calls.sizes.keys() {
        let is_input = bound.inputs.iter().any(|input| input.name == name)
            || row.prompt.inputs.iter().any(|input| input.name.value == *name);
        if !is_input {
            return Err(format!("`{name}` is not an input of {}; leave its cell empty", calls.prompt));
        }
    }
    let mut tokens = bound.fixed() + bound.repeated;
    for input in &bound.inputs {
        let size = calls.sizes.get(input.name).map(|size| Tokens::exactly(*size).times(input.times));
        tokens += size.or(input.most).ok_or_else(|| {
            let name = input.name;
            format!(
                "the size of `{name}` is not known: it has no `maxTokens`, and the column `{name}` is missing or empty"
            )
        })?;
    }
    let output_tokens = calls.output_tokens.or(row.answer).unwrap_or(0);
    Ok(Simulated {
        row,
        calls_per_day: calls.per_day,
        prompt_tokens: tokens,
        output_tokens,
        cost: row.cost(tokens, output_tokens),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_with_its_lines() {
        let calls =
            read("prompt,calls_per_day,question,output_tokens\n# night\nprompts/a, 1000 ,40,\n\"prompts/b\",0.5,,9\n");
        let calls = calls.expect("the table is fine");
        assert_eq!(calls.len(), 2);
        assert_eq!((calls[0].line, calls[0].per_day, calls[0].sizes.get("question")), (3, 1000.0, Some(&40)));
        assert_eq!((calls[1].prompt.as_str(), calls[1].output_tokens, calls[1].sizes.len()), ("prompts/b", Some(9), 0));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, expected) in [
            ("", "line 1 of the traffic: the header has no column `prompt`"),
            ("prompt,calls\n", "line 1 of the traffic: the header has no column `calls_per_day`"),
            ("prompt,calls_per_day,x,x\n", "line 1 of the traffic: the column `x` is there twice"),
            ("prompt,calls_per_day\na\n", "line 2 of the traffic: there are 1 cells, but the header has 2"),
            ("prompt,calls_per_day\n,3\n", "line 2 of the traffic: the cell in `prompt` is empty"),
            (
                "prompt,calls_per_day\na,3\na,many\n",
                "line 3 of the traffic: `calls_per_day` must be a number of calls, but it is `many`",
            ),
            (
                "prompt,calls_per_day\na,-1\n",
                "line 2 of the traffic: `calls_per_day` must be a number of calls, but it is `-1`",
            ),
            (
                "prompt,calls_per_day,q\na,1,2.5\n",
                "line 2 of the traffic: `q` must be a whole number of tokens, but it is `2.5`",
            ),
        ] {
            assert_eq!(read(text).expect_err("it is wrong").to_string(), expected, "{text:?}");
        }
    }
}
