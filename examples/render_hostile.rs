//! Renders templates that were written to exhaust whoever renders them, each in a process of its own, and prints how long
//! it took and how much memory that process needed at most: `cargo run --release --example render_hostile`.
//!
//! Memory is what Linux reports as `VmHWM`; elsewhere it is not shown.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example program starts itself, reads the clock and prints"
)]

use std::error::Error;
use std::process::Command;
use std::time::Instant;

use promptyard::render::{MAX_WORK, Renderer};
use promptyard::store::Store;
use promptyard::store::snapshot::Snapshot;
use serde_json::{Value, json};

/// Name, template, partials: `partials/NUMBER.md`.
fn cases() -> Vec<(&'static str, String, Vec<String>)> {
    let alone = |name, text: &str| (name, text.to_owned(), Vec::new());
    let includes: Vec<String> = (0..30)
        .map(|at| format!("{{% include 'partials/{}.md' %}}", at + 1).repeat(if at < 18 { 10 } else { 0 }))
        .collect();
    let filters = |name, filter: &str| (name, format!("{{{{ x {} }}}}", format!("| {filter} ").repeat(60)), Vec::new());
    vec![
        alone("nothing at all", "Hi {{ xs | length }}"),
        alone("a format's width", "{{ '%0900000000d' | format(1) }}"),
        ("repeated ~", format!("{}{{{{ x | length }}}}", "{% set x = x ~ x %}".repeat(60)), Vec::new()),
        alone(
            "a namespace that doubles",
            "{% set n = namespace(x=x) %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        ),
        ("~ in a chain", format!("{{{{ x{} }}}}", " ~ x".repeat(300)), Vec::new()),
        alone("a repeated text", "{{ 'a' * 100000000 }}"),
        alone("a repeated list", "{{ [1] * 100000000 }}"),
        alone(
            "texts below the limit, kept",
            "{% set n = namespace(l=[]) %}{% for i in range(1000) %}{% set n.l = n.l + ['a' * 1000000] %}{% endfor %}",
        ),
        (
            "a captured block that doubles",
            format!("{}{{{{ x }}}}", "{% set x %}{{ x }}{{ x }}{% endset %}".repeat(60)),
            Vec::new(),
        ),
        alone(
            "a macro that doubles",
            "{% macro m(a, n) %}{% if n %}{{ m(a ~ a, n - 1) }}{% endif %}{% endmacro %}{{ m(x, 60) }}",
        ),
        alone("an endless macro", "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}"),
        alone(
            "nested loops",
            "{% for a in xs %}{% for b in xs %}{% for c in xs %}{{ a }}{% endfor %}{% endfor %}{% endfor %}",
        ),
        alone(
            "nested loops without output",
            "{% for a in xs %}{% for b in xs %}{% for c in xs %}{% endfor %}{% endfor %}{% endfor %}",
        ),
        alone("a recursive loop", "{% for a in xs recursive %}{{ loop(xs) }}{% endfor %}"),
        ("exponential includes", "{% include 'partials/0.md' %}".to_owned(), includes),
        (
            "an endless include",
            "{% include 'partials/0.md' %}".to_owned(),
            vec!["{% include 'partials/0.md' %}".to_owned()],
        ),
        ("lists that double", format!("{}{{{{ x }}}}", "{% set x = [x, x] %}".repeat(60)), Vec::new()),
        ("lists that double, compared", format!("{}{{{{ x == x }}}}", "{% set x = [x, x] %}".repeat(25)), Vec::new()),
        alone(
            "a list in a list in a list",
            "{% set n = namespace(x=1) %}{% for i in range(100000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
        ),
        alone("a namespace that holds itself", "{% set n = namespace(x=1) %}{% set n.x = n %}{{ n }}"),
        alone(
            "sorting again and again",
            "{% for a in range(100000) %}{{ range(100000) | list | sort | length }}{% endfor %}",
        ),
        alone(
            "long texts in upper case",
            "{% for a in xs %}{% for b in xs %}{{ x | upper | length }}{% endfor %}{% endfor %}",
        ),
        alone(
            "long texts compared",
            "{% for a in xs %}{% for b in xs %}{{ 1 if x == y else 2 }}{% endfor %}{% endfor %}",
        ),
        alone("long texts by position", "{% for a in xs %}{% for b in xs %}{{ x[49999] }}{% endfor %}{% endfor %}"),
        alone("replacing by the text itself", "{{ x | replace('a', x) }}"),
        alone("joining by a long text", "{{ xs | join(x) }}"),
        alone("indenting by a lot", "{{ x | indent(900000000) }}"),
        alone("batches with a filler", "{{ xs | batch(900000000, 'x') }}"),
        alone("slices without end", "{{ xs | slice(900000000) }}"),
        alone("JSON with an indent", "{{ xs | tojson(indent=900000000) }}"),
        filters("JSON of JSON", "tojson"),
        filters("lists of lists", "list"),
        alone("attribute tricks", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
        alone("attributes by filter", "{{ x | attr('__class__') | attr('__init__') }}"),
        alone("the engine's inside", "{{ self._TemplateReference__context }}{{ debug() }}"),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(number) = std::env::args().nth(1) {
        return one(number.parse()?);
    }
    println!("{:<34} {:>8} {:>9}  what it says", "case", "ms", "MiB");
    for (number, (name, ..)) in cases().iter().enumerate() {
        let child = Command::new(std::env::current_exe()?).arg(number.to_string()).output()?;
        let told = String::from_utf8_lossy(&child.stdout);
        let told = if child.status.success() { told.trim().to_owned() } else { format!("DIED: {}", child.status) };
        println!("{name:<34} {told}");
    }
    Ok(())
}

/// Renders one case and prints what it took.
fn one(number: usize) -> Result<(), Box<dyn Error>> {
    let (_, text, partials) = cases().swap_remove(number);
    let prompt = format!("messages:\n  - role: user\n    content: {}\n", Value::from(text));
    let mut files = vec![("prompts/case.prompt.yaml".to_owned(), prompt)];
    files.extend(partials.into_iter().enumerate().map(|(at, text)| (format!("partials/{at}.md"), text)));
    let store = Store::load(Snapshot::of_texts(files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())))?);
    let prompt = store.prompts().first().ok_or("the case is no prompt")?;
    let values = json!({"x": "a".repeat(50_000), "y": "a".repeat(50_000), "xs": vec!["b"; 5_000]});
    let values = values.as_object().cloned().unwrap_or_default();
    let start = Instant::now();
    let renderer = Renderer::new(prompt, &store)?;
    let rendered = renderer.render(0, &values, MAX_WORK);
    let elapsed = start.elapsed().as_secs_f64() * 1e3;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse::<f64>().ok());
    let peak = peak.map_or_else(|| "-".to_owned(), |kib| format!("{:.1}", kib / 1024.0));
    let says = match rendered {
        Ok(text) => format!("renders {} bytes", text.len()),
        Err(error) => format!("{error}{}", if error.place.is_some() { "" } else { " (no place)" }),
    };
    println!("{elapsed:>8.1} {peak:>9}  {says}");
    Ok(())
}
