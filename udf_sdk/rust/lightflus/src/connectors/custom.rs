//! Systems that this crate has no words for: a connector by its kind, with the options that it documents.

use std::marker::PhantomData;
use std::panic::Location;

use super::columns::{Column, Columns};
use super::generated::ConnectorBuilder;
use super::options::Options;
use super::{sealed, wrong, Sink};
use crate::field::Field;
use crate::flow::End;
use crate::graph::{self, Place, Step};
use crate::value::Value;

/// Systems of connector packages.
pub struct Connector;

impl Connector {
    /// Says which system is read, by the connector's kind: the scheme that `--bind` spells.
    ///
    /// ```
    /// # use lightflus::prelude::*;
    /// # use lightflus::Connector;
    /// let readings = Connector::source("mqtt").option("host", "localhost").option("topic", "sensors/#").build::<&str>();
    /// ```
    #[track_caller]
    pub fn source(kind: &str) -> ConnectorBuilder {
        ConnectorBuilder::of(&checked(kind, Location::caller()))
    }

    /// A sink by the connector's kind. Unless told which, the fields of the record are written.
    #[track_caller]
    pub fn sink<'b, T: Value<'b>>(kind: &str) -> ConnectorSink<'b, T> {
        let kind = checked(kind, Location::caller());
        ConnectorSink { kind, options: Options::default(), columns: Columns::default(), records: PhantomData }
    }
}

fn checked(kind: &str, place: Place) -> String {
    if kind.is_empty() {
        wrong(place, "a connector has a kind: the scheme that --bind spells, such as \"mqtt\"");
    }
    kind.to_owned()
}

/// Writes into a system of a connector package.
pub struct ConnectorSink<'b, T> {
    kind: String,
    pub(super) options: Options,
    pub(super) columns: Columns<'b>,
    records: PhantomData<fn(T)>,
}

impl<'b, T: Value<'b>> ConnectorSink<'b, T> {
    /// A field to write, by the name that the connector has for it.
    #[track_caller]
    pub fn field<X, F>(mut self, name: &str, function: F) -> Self
    where
        X: Value<'b>,
        F: Fn(T) -> X + Sync + 'static,
    {
        let place = Location::caller();
        self.columns.add(Column::computed(name, place, function), place);
        self
    }

    /// The same, where it is a field of the record.
    #[track_caller]
    pub fn field_of<X, G>(mut self, name: &str, field: Field<G>) -> Self
    where
        X: Value<'b>,
        G: Fn(&T) -> &X + Sync + 'static,
    {
        self.columns.add(Column::plain::<X, G>(name, field), Location::caller());
        self
    }
}

impl<T> sealed::Sealed for ConnectorSink<'_, T> {}

#[allow(private_interfaces)]
impl<'b, T: Value<'b>> Sink<'b, T> for ConnectorSink<'b, T> {
    fn attach(mut self, end: &End<'b>, _place: Place) -> Step {
        let keys = if self.columns.has("key") { vec!["key".to_owned()] } else { Vec::new() };
        let columns = if self.columns.is_empty() { Column::of_record(T::describe) } else { self.columns.rest() };
        graph::sink(&self.kind, self.options, columns, keys, end)
    }
}
