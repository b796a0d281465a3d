//! What the sinks of a job got, as a test looks at it.

use std::collections::BTreeMap;
use std::ops::Index;

/// What the sinks got.
pub struct Results {
    rows: BTreeMap<String, Vec<Row>>,
}

/// What a sink got of one record: its columns by name. Text is as it is, anything else as JSON: `row["score"] == "1.5"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    columns: Vec<(String, String)>,
}

impl Row {
    pub(super) fn new(columns: Vec<(String, String)>) -> Row {
        Row { columns }
    }

    /// All columns in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.columns.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Index<&str> for Row {
    type Output = String;

    fn index(&self, name: &str) -> &String {
        let found = self.columns.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("the sink writes no `{name}`; it writes {}", listed(self.columns())), |(_, v)| v)
    }
}

fn listed<'a>(columns: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    columns.map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Results {
    pub(super) fn new(rows: BTreeMap<String, Vec<Row>>) -> Results {
        Results { rows }
    }

    /// What a sink got, record by record.
    pub fn rows(&self, sink: &str) -> &[Row] {
        let known = || self.rows.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        self.rows.get(sink).unwrap_or_else(|| panic!("the job has no sink `{sink}`; it has {}", known()))
    }

    /// Every key and value that a sink of keys and values got, in order.
    pub fn updates(&self, sink: &str) -> Vec<(String, String)> {
        self.rows(sink).iter().map(|row| (row["key"].clone(), row["value"].clone())).collect()
    }

    /// The last value of each key.
    pub fn last(&self, sink: &str) -> BTreeMap<&str, &str> {
        self.rows(sink).iter().map(|row| (row["key"].as_str(), row["value"].as_str())).collect()
    }
}
