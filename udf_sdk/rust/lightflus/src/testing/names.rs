//! The names by which tests, `--bind` and messages know sources and sinks: the engine's rule.

use std::collections::HashSet;

use crate::graph::{Connector, Graph, Node, Step};

const ADDRESSES: [&str; 3] = ["topic", "stream", "table"];

/// A name per operator: what the user gave; of a source or sink, else its address or its connector's kind, with `-2` on
/// repeats; empty for others.
pub(super) fn known_names(graph: &Graph<'_>) -> Vec<String> {
    let mut taken: HashSet<String> = graph.nodes.iter().map(|node| node.name.clone()).collect();
    let mut name = |node: &Node| match connector(node) {
        Some(connector) if node.name.is_empty() => {
            let name = free(address(connector), &taken);
            taken.insert(name.clone());
            name
        }
        _ => node.name.clone(),
    };
    graph.nodes.iter().map(&mut name).collect()
}

fn connector(node: &Node) -> Option<&Connector> {
    match &node.step {
        Step::Source(source) => Some(&source.connector),
        Step::Sink { connector, .. } => Some(connector),
        _ => None,
    }
}

fn address(connector: &Connector) -> &str {
    let addresses = ADDRESSES.iter().map(|name| connector.options.get(name));
    addresses.into_iter().find(|address| !address.is_empty()).unwrap_or(&connector.kind)
}

fn free(name: &str, taken: &HashSet<String>) -> String {
    let repeats = (2..).map(|repeat| format!("{name}-{repeat}"));
    std::iter::once(name.to_owned()).chain(repeats).find(|name| !taken.contains(name)).expect("there are many numbers")
}
