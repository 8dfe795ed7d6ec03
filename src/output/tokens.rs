//! What prompts take and cost, as tables for people. An estimate always has `≈` before it.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::printable::clean;
use super::table;
use crate::tokens::bound::{Bound, PartBound};
use crate::tokens::diff::Delta;
use crate::tokens::report::{Cost, Row};
use crate::tokens::tokenizer::Tokens;
use crate::tokens::traffic::Simulated;

/// What stands where nothing limits an input.
const UNBOUNDED: &str = "unbounded";
/// What stands where nothing is known.
const UNKNOWN: &str = "-";

/// Writes one line for each prompt and model.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_prompts(out: &mut dyn Write, rows: &[Row<'_>]) -> io::Result<()> {
    let header = ["PROMPT", "MODEL", "STATIC", "WORST", "OF WINDOW", "PER CALL", "PER 1,000"];
    let cells = rows.iter().map(|row| {
        let bound = &row.bound;
        let worst = bound.worst();
        let has_window = bound.target.model.is_some_and(|model| model.context_window.is_some());
        let share = row.share_of_window().map_or_else(|| missing(bound, has_window), percent);
        let cost = row.worst_cost();
        let priced = |times: f64| {
            let shown = |cost: Cost<'_>| {
                let about = if cost.is_exact { "" } else { "≈" };
                format!("{about}{}", money(cost.currency, cost.per_call() * times))
            };
            cost.map_or_else(|| missing(bound, row.price().is_some()), shown)
        };
        [
            clean(row.prompt.id.as_str()),
            model(bound),
            said(bound.fixed()),
            worst.map_or_else(|| UNBOUNDED.to_owned(), said),
            share,
            priced(1.0),
            priced(1000.0),
        ]
    });
    write_right(out, header, 2, cells.collect())
}

/// Writes one line for each message or section of each prompt.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_parts(out: &mut dyn Write, rows: &[Row<'_>]) -> io::Result<()> {
    let cells = rows.iter().flat_map(|row| {
        let prompt = clean(row.prompt.id.as_str());
        row.bound.parts.iter().map(move |part| {
            [prompt.clone(), part_name(part), said(part.text), part.worst.map_or_else(|| UNBOUNDED.to_owned(), said)]
        })
    });
    write_right(out, ["PROMPT", "PART", "STATIC", "WORST"], 2, cells.collect())
}

/// Writes one line for each part of the sum: text, what wraps it, inputs.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_inputs(out: &mut dyn Write, rows: &[Row<'_>]) -> io::Result<()> {
    let mut cells = Vec::new();
    for row in rows {
        let bound = &row.bound;
        let prompt = clean(row.prompt.id.as_str());
        let mut line = |what: String, prints: String, worst: String| cells.push([prompt.clone(), what, prints, worst]);
        for (what, tokens) in fixed(bound) {
            if tokens.high > 0 {
                line(format!("({what})"), String::new(), said(tokens));
            }
        }
        for input in &bound.inputs {
            let name = if input.declared { clean(input.name) } else { format!("{} (not declared)", clean(input.name)) };
            let most = input.most.map_or_else(|| "no maxTokens".to_owned(), said);
            line(name, super::summary::count(to_usize(input.times)), most);
        }
    }
    write_right(out, ["PROMPT", "INPUT", "PRINTS", "WORST"], 2, cells)
}

/// Writes what a change does to each prompt: before, after, and the difference.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_deltas(out: &mut dyn Write, deltas: &[Delta<'_, '_>]) -> io::Result<()> {
    let header = ["PROMPT", "MODEL", "STATIC", "NOW", "CHANGE", "WORST", "NOW", "CHANGE", "PER CALL"];
    let cells = deltas.iter().map(|delta| {
        let fixed = |row: Option<&Row<'_>>| row.map_or_else(|| UNKNOWN.to_owned(), |row| said(row.bound.fixed()));
        let worst = |row: Option<&Row<'_>>| {
            let said = |row: &Row<'_>| row.bound.worst().map_or_else(|| UNBOUNDED.to_owned(), said);
            row.map_or_else(|| UNKNOWN.to_owned(), said)
        };
        let cost = delta.cost().map_or_else(|| UNKNOWN.to_owned(), |(currency, more)| more_money(currency, more));
        [
            clean(delta.row().prompt.id.as_str()),
            models(delta),
            fixed(delta.before),
            fixed(delta.after),
            more(delta.fixed()),
            worst(delta.before),
            worst(delta.after),
            delta.worst().map_or_else(|| UNKNOWN.to_owned(), more),
            cost,
        ]
    });
    write_right(out, header, 2, cells.collect())
}

/// `chat`, or `chat → other` where the model changed.
fn models(delta: &Delta<'_, '_>) -> String {
    match (delta.before.map(|row| model(&row.bound)), delta.after.map(|row| model(&row.bound))) {
        (Some(before), Some(after)) if before != after => format!("{before} → {after}"),
        (before, after) => after.or(before).unwrap_or_default(),
    }
}

/// `+12`, `-1,204`, `0`
fn more(number: i128) -> String {
    let sign = match number.signum() {
        1 => "+",
        -1 => "-",
        _ => "",
    };
    let size = usize::try_from(number.unsigned_abs()).unwrap_or(usize::MAX);
    format!("{sign}{}", super::summary::count(size))
}

/// `+$0.0012`
fn more_money(currency: &str, amount: f64) -> String {
    let sign = if amount > 0.0 {
        "+"
    } else if amount < 0.0 {
        "-"
    } else {
        ""
    };
    format!("{sign}{}", money(currency, amount.abs()))
}

/// Writes what a day of traffic costs, one line for each prompt and model, and the sums in each currency.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_traffic(out: &mut dyn Write, calls: &[Simulated<'_>]) -> io::Result<()> {
    let mut cells: Vec<[String; 7]> = Vec::new();
    for call in calls {
        let about = if call.prompt_tokens.is_exact() { "" } else { "≈" };
        let priced = |times: f64| {
            let shown = |cost: &Cost<'_>| format!("{about}{}", money(cost.currency, cost.per_call() * times));
            call.cost.as_ref().map_or_else(|| UNKNOWN.to_owned(), shown)
        };
        cells.push([
            clean(call.row.prompt.id.as_str()),
            model(&call.row.bound),
            number(call.calls_per_day),
            said(call.prompt_tokens),
            super::summary::count(to_usize(call.output_tokens)),
            priced(call.calls_per_day),
            priced(call.calls_per_day * 30.0),
        ]);
    }
    for (currency, per_day, is_exact) in sums(calls) {
        let about = if is_exact { "" } else { "≈" };
        let shown = |sum: f64| format!("{about}{}", money(currency, sum));
        let empty = String::new;
        cells.push(["all".to_owned(), empty(), empty(), empty(), empty(), shown(per_day), shown(per_day * 30.0)]);
    }
    write_right(out, ["PROMPT", "MODEL", "CALLS A DAY", "TOKENS IN", "TOKENS OUT", "PER DAY", "PER 30 DAYS"], 2, cells)
}

/// The cost of a day in each currency, and whether all of it was counted.
pub(super) fn sums<'a>(calls: &'a [Simulated<'_>]) -> Vec<(&'a str, f64, bool)> {
    let mut sums: std::collections::BTreeMap<&str, (f64, bool)> = std::collections::BTreeMap::new();
    for (call, cost) in calls.iter().filter_map(|call| Some((call, call.cost.as_ref()?))) {
        let sum = sums.entry(cost.currency).or_insert((0.0, true));
        sum.0 += cost.per_call() * call.calls_per_day;
        sum.1 &= cost.is_exact;
    }
    sums.into_iter().map(|(currency, (sum, is_exact))| (currency, sum, is_exact)).collect()
}

/// The parts of a bound that are no inputs.
fn fixed(bound: &Bound<'_>) -> [(&'static str, Tokens); 4] {
    [
        ("text", bound.text),
        ("text repeated by loops", bound.repeated),
        ("tools", bound.tools),
        ("chat format", bound.format),
    ]
}

/// What stands where a number would be if there were a worst case, and what it is compared with were known.
fn missing(bound: &Bound<'_>, known: bool) -> String {
    (if known && bound.worst().is_none() { UNBOUNDED } else { UNKNOWN }).to_owned()
}

fn model(bound: &Bound<'_>) -> String {
    let name = bound.target.name.unwrap_or(UNKNOWN);
    clean(if bound.target.model.is_some() { name.rsplit('/').next().unwrap_or(name) } else { name })
}

/// `1 system`, `2 user: Output format`
fn part_name(part: &PartBound<'_>) -> String {
    let heading = part.heading.map_or_else(String::new, |heading| format!(": {}", clean(heading)));
    format!("{} {}{heading}", part.message + 1, clean(part.role.as_str()))
}

pub(super) fn said(tokens: Tokens) -> String {
    let number = super::summary::count(to_usize(tokens.likely));
    if tokens.is_exact() { number } else { format!("≈{number}") }
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(super) fn percent(share: f64) -> String {
    let share = share * 100.0;
    if share > 0.0 && share < 0.05 { "<0.1 %".to_owned() } else { format!("{share:.1} %") }
}

/// A number without the decimals that it does not have.
fn number(number: f64) -> String {
    if number.fract() == 0.0 && number < 1e15 { super::summary::count(number as usize) } else { format!("{number:.2}") }
}

/// An amount of money with four decimals below one and two above.
pub(super) fn money(currency: &str, amount: f64) -> String {
    let symbol = match currency {
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        other => format!("{} ", clean(other)),
    };
    if amount > 0.0 && amount < 0.000_05 {
        return format!("<{symbol}0.0001");
    }
    if amount < 0.995 {
        return format!("{symbol}{amount:.4}");
    }
    let cents = format!("{amount:.2}");
    let (whole, rest) = cents.split_once('.').unwrap_or((&cents, "00"));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), super::summary::count);
    format!("{symbol}{whole}.{rest}")
}

/// Writes a table whose columns from `first` on have their text at the right.
pub(super) fn write_right<const N: usize>(
    out: &mut dyn Write,
    header: [&str; N],
    first: usize,
    mut rows: Vec<[String; N]>,
) -> io::Result<()> {
    let mut header = header.map(str::to_owned);
    for at in first..N {
        let width = rows.iter().map(|row| row[at].width()).chain([header[at].width()]).max().unwrap_or(0);
        for cell in rows.iter_mut().map(|row| &mut row[at]).chain([&mut header[at]]) {
            let missing = width - cell.width();
            cell.insert_str(0, &" ".repeat(missing));
        }
    }
    table::write(out, header.each_ref().map(String::as_str), &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_as_many_decimals_as_it_needs() {
        for (currency, amount, expected) in [
            ("USD", 0.0063, "$0.0063"),
            ("USD", 6.3, "$6.30"),
            ("EUR", 12_345.678, "€12,345.68"),
            ("CHF", 0.25, "CHF 0.2500"),
            ("USD", 0.000_001, "<$0.0001"),
            ("USD", 0.0, "$0.0000"),
        ] {
            assert_eq!(money(currency, amount), expected);
        }
    }

    #[test]
    fn shares_are_percent() {
        assert_eq!([percent(0.0105), percent(0.0001), percent(0.0)], ["1.1 %", "<0.1 %", "0.0 %"]);
    }
}
