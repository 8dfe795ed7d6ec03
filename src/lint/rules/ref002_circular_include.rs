//! REF002: files include each other in a circle.

use std::collections::{BTreeMap, VecDeque};

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::template::{Include, Template};
use crate::store::usage::distinct_includes;
use crate::store::{Resolved, Store};

pub(super) struct CircularInclude;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "REF002", name: "circular-include" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "Files include each other in a circle",
    what: "\
Follows includes from file to file. Files that lead back to themselves are one finding, at the include of the first \
of them by path; the notes give the shortest way round.",
    why: "Rendering such a prompt ends at the engine's recursion limit, not in text.",
    how: "Take one of the includes out, or move the part that both need to a file of its own.",
    bad: "\
//- partials/rules.md
Be kind. {% include \"partials/style.md\" %}
//- partials/style.md
Be brief. {% include \"partials/rules.md\" %}
//- prompts/example.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: system
    content: '{% include \"partials/rules.md\" %}'
  - role: user
    content: \"{{ question }}\"
",
    good: "\
//- partials/rules.md
Be kind. {% include \"partials/style.md\" %}
//- partials/style.md
Be brief.
//- prompts/example.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: system
    content: '{% include \"partials/rules.md\" %}'
  - role: user
    content: \"{{ question }}\"
",
};

impl Rule for CircularInclude {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let graph = Graph::of(cx.store);
        for group in graph.circles() {
            let Some(circle) = graph.shortest_circle(&group) else { continue };
            let Some(&first) = circle.first() else { continue };
            let path = graph.nodes[first.from];
            let place = cx.place(path, first.template, first.include.span);
            let message = if circle.len() == 1 {
                "this file includes itself".to_owned()
            } else {
                format!("this include leads back to its own file through {}", count_of_files(circle.len() - 1))
            };
            let way: Vec<&str> = circle.iter().map(|edge| graph.nodes[edge.to].as_str()).collect();
            out.in_file(path, place, message)
                .note(format!("{path} → {}", way.join(" → ")))
                .help("take one of the includes out, or move what both need to a file of its own");
        }
    }
}

fn count_of_files(count: usize) -> String {
    if count == 1 { "another file".to_owned() } else { format!("{count} other files") }
}

#[derive(Clone, Copy)]
struct Edge<'a> {
    from: usize,
    to: usize,
    template: &'a Template,
    include: &'a Include,
}

/// Files, by index in the order of their paths, and what they include.
struct Graph<'a> {
    nodes: Vec<&'a StorePath>,
    edges: Vec<Vec<Edge<'a>>>,
}

impl<'a> Graph<'a> {
    fn of(store: &'a Store) -> Self {
        let nodes: Vec<&StorePath> = store.files().map(|file| &file.path).collect();
        let index: BTreeMap<&StorePath, usize> = nodes.iter().enumerate().map(|(at, path)| (*path, at)).collect();
        let edges = nodes.iter().enumerate().map(|(from, path)| {
            let includes = store
                .templates_of(path)
                .iter()
                .flat_map(|template| distinct_includes(template).map(move |include| (template, include)));
            let resolved =
                includes.filter_map(|(template, include)| match store.resolve_include(path, template, include)? {
                    Resolved::File(path) => Some(Edge { from, to: *index.get(&path)?, template, include }),
                    Resolved::Missing(_) | Resolved::Outside(_) => None,
                });
            resolved.collect()
        });
        let edges = edges.collect();
        Self { nodes, edges }
    }

    /// The groups of files that can all reach each other, in the order of their first file: Tarjan's strongly connected
    /// components, without recursion because chains may be long.
    fn circles(&self) -> Vec<Vec<usize>> {
        const UNSEEN: usize = usize::MAX;
        let count = self.nodes.len();
        let (mut number, mut low) = (vec![UNSEEN; count], vec![UNSEEN; count]);
        let (mut stack, mut on_stack) = (Vec::new(), vec![false; count]);
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut next = 0;
        for root in 0..count {
            if number[root] != UNSEEN {
                continue;
            }
            let mut path: Vec<(usize, usize)> = vec![(root, 0)];
            while let Some((node, turn)) = path.pop() {
                if turn == 0 {
                    (number[node], low[node]) = (next, next);
                    next += 1;
                    stack.push(node);
                    on_stack[node] = true;
                }
                if let Some(edge) = self.edges[node].get(turn) {
                    path.push((node, turn + 1));
                    if number[edge.to] == UNSEEN {
                        path.push((edge.to, 0));
                    } else if on_stack[edge.to] {
                        low[node] = low[node].min(number[edge.to]);
                    }
                    continue;
                }
                if let Some(&(parent, _)) = path.last() {
                    low[parent] = low[parent].min(low[node]);
                }
                if low[node] == number[node] {
                    let start = stack.iter().rposition(|&member| member == node).unwrap_or(0);
                    let mut group = stack.split_off(start);
                    group.iter().for_each(|&member| on_stack[member] = false);
                    group.sort_unstable();
                    if group.len() > 1 || self.edges[node].iter().any(|edge| edge.to == node) {
                        groups.push(group);
                    }
                }
            }
        }
        groups.sort_unstable();
        groups
    }

    /// The shortest way from the first file of `group` back to itself, inside the group.
    fn shortest_circle(&self, group: &[usize]) -> Option<Vec<Edge<'a>>> {
        let start = *group.first()?;
        let mut came: BTreeMap<usize, Edge<'a>> = BTreeMap::new();
        let mut pending = VecDeque::from([start]);
        while let Some(node) = pending.pop_front() {
            for edge in &self.edges[node] {
                if edge.to == start {
                    let mut way = vec![*edge];
                    while let Some(before) = way.last().and_then(|edge| came.get(&edge.from)) {
                        way.push(*before);
                    }
                    way.reverse();
                    return Some(way);
                }
                if group.binary_search(&edge.to).is_ok() && !came.contains_key(&edge.to) {
                    came.insert(edge.to, *edge);
                    pending.push_back(edge.to);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn each_circle_is_one_finding() {
        let store = "\
//- partials/a.md
{% include 'partials/b.md' %}{% include 'partials/c.md' %}
//- partials/b.md
{% include 'partials/a.md' %}
//- partials/c.md
{% include 'partials/d.md' %}{% include 'partials/a.md' %}
//- partials/d.md
{% include 'partials/d.md' %}
//- partials/e.md
{% include 'partials/f.md' %}
//- partials/f.md
leaf
//- promptyard.yaml
version: 1
";
        assert_eq!(
            found("REF002", store),
            [
                "error partials/a.md:1 this include leads back to its own file through another file",
                "error partials/d.md:1 this file includes itself",
            ]
        );
    }

    #[test]
    fn a_long_chain_is_no_circle_and_no_recursion() {
        let mut store = "//- promptyard.yaml\nversion: 1\n".to_owned();
        for at in 0..3000 {
            store.push_str(&format!("//- partials/{at}.md\n{{% include 'partials/{}.md' %}}\n", at + 1));
        }
        assert_eq!(found("REF002", &store), Vec::<String>::new());
    }
}
