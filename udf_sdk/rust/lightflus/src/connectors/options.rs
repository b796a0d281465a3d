//! Options of a connector on their way into the graph, and secrets among them.

use std::ops::RangeInclusive;

use super::wrong;
use crate::graph::Place;

/// Options by name, in the order in which they were first said.
#[derive(Clone, Default)]
pub(crate) struct Options(Vec<(String, String)>);

impl Options {
    #[inline(never)]
    pub fn set(&mut self, name: &str, value: &str) {
        let value = value.to_owned();
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(known) => known.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    #[inline(never)]
    pub fn set_all(&mut self, more: &Options) {
        more.0.iter().for_each(|(name, value)| self.set(name, value));
    }

    /// The value, or an empty text.
    #[inline(never)]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn set_list<A: Into<String>>(&mut self, name: &str, values: impl IntoIterator<Item = A>) {
        self.set(name, &values.into_iter().map(Into::into).collect::<Vec<_>>().join(","));
    }

    #[inline(never)]
    pub fn set_tls(&mut self, more: &Options) {
        self.set("tls", "true");
        self.set_all(more);
    }

    #[inline(never)]
    pub fn set_sasl(&mut self, mechanism: &str, user: &str, password: &str) {
        self.set("sasl.mechanism", mechanism);
        self.set("sasl.user", user);
        self.set("sasl.password", password);
    }

    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// Sets a number within its bounds. `call` is how the user said it, `unit` what it counts, or nothing.
    pub fn set_whole(
        &mut self,
        name: &str,
        number: impl Into<u64>,
        bounds: RangeInclusive<u64>,
        (call, unit): (&str, &str),
        place: Place,
    ) {
        let number = number.into();
        if !bounds.contains(&number) {
            let of = if unit.is_empty() { String::new() } else { format!(" of {unit}") };
            let (least, most) = bounds.into_inner();
            wrong(place, &format!("{call} takes a whole number{of} from {least} to {most}"));
        }
        self.set(name, &number.to_string());
    }
}

/// Passwords and tokens that a job names without holding them: the engine looks them up when the job starts.
pub struct Secret;

impl Secret {
    /// The value of an environment variable of the worker.
    pub fn env(name: &str) -> String {
        format!("env:{name}")
    }

    /// The content of a file of the worker.
    pub fn file(path: &str) -> String {
        format!("file:{path}")
    }
}
