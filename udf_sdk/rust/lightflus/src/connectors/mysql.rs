//! MySQL and MariaDB: a statement for each record, or rows of a table.

use std::marker::PhantomData;
use std::panic::Location;

use super::columns::{Column, Columns, Describe};
use super::options::Options;
use super::sql::parameter_count;
use super::{sealed, wrong, Sink};
use crate::field::Field;
use crate::flow::End;
use crate::graph::{self, Place, Step};
use crate::value::Value;

/// Where a server is, and who the job is there.
///
/// ```
/// # use lightflus::prelude::*;
/// let shop = MysqlConnection::new("localhost").user("app").password(Secret::env("DB_PASSWORD")).database("shop");
/// ```
#[derive(Clone)]
pub struct MysqlConnection {
    pub(super) options: Options,
}

impl MysqlConnection {
    /// The server's name; it needs a database, too.
    pub fn new(host: &str) -> MysqlConnection {
        let mut options = Options::default();
        options.set("host", host);
        MysqlConnection { options }
    }
}

/// Runs a statement for each record, or writes rows of a table.
pub struct Mysql<'b, T> {
    said: Said<'b>,
    records: PhantomData<fn(T)>,
}

/// What is said about a sink.
#[derive(Default)]
struct Said<'b> {
    connection: Options,
    statement: String,
    parameters: Vec<(Column<'b>, Place)>,
    table: String,
    columns: Columns<'b>,
    names: Vec<String>,
    keys: Vec<String>,
}

impl<'b, T: Value<'b>> Mysql<'b, T> {
    /// A sink of records of type T; it needs a connection, and a statement or a table.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Mysql { said: Said::default(), records: PhantomData }
    }

    /// Where the server is.
    pub fn connection(mut self, connection: MysqlConnection) -> Self {
        self.said.connection = connection.options;
        self
    }

    /// What is done for each record, with a `?` for each value: `"insert into person (id, name) values (?, ?)"`.
    pub fn statement(mut self, sql: &str) -> Self {
        self.said.statement = sql.to_owned();
        self
    }

    /// The value of the statement's next `?`; an `Option` may be NULL.
    #[track_caller]
    pub fn param<X, F>(mut self, function: F) -> Self
    where
        X: Value<'b>,
        F: Fn(T) -> X + Sync + 'static,
    {
        let place = Location::caller();
        let name = (self.said.parameters.len() + 1).to_string();
        self.said.parameters.push((Column::computed(&name, place, function), place));
        self
    }

    /// The same, where it is a field: `param_field(field!(name))`.
    #[track_caller]
    pub fn param_field<X, G>(mut self, field: Field<G>) -> Self
    where
        X: Value<'b>,
        G: Fn(&T) -> &X + Sync + 'static,
    {
        let name = (self.said.parameters.len() + 1).to_string();
        self.said.parameters.push((Column::plain::<X, G>(&name, field), Location::caller()));
        self
    }

    /// In place of a statement: each record is a row of this table, each field a column of the same name.
    pub fn table(mut self, name: &str) -> Self {
        self.said.table = name.to_owned();
        self
    }

    /// Of a table, only these fields of the record are written.
    pub fn columns<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.said.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// A column of the table that a function makes of a record; with one, only columns that are told are written.
    #[track_caller]
    pub fn column<X, F>(mut self, name: &str, function: F) -> Self
    where
        X: Value<'b>,
        F: Fn(T) -> X + Sync + 'static,
    {
        let place = Location::caller();
        self.said.columns.add(Column::computed(name, place, function), place);
        self
    }

    /// The same, where it is a field of the record with another name than the column.
    #[track_caller]
    pub fn column_field<X, G>(mut self, name: &str, field: Field<G>) -> Self
    where
        X: Value<'b>,
        G: Fn(&T) -> &X + Sync + 'static,
    {
        self.said.columns.add(Column::plain::<X, G>(name, field), Location::caller());
        self
    }

    /// The table's key: a row with the same values is replaced. Without it every record is a new row.
    pub fn keys<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.said.keys = names.into_iter().map(Into::into).collect();
        self
    }
}

impl<'b> Said<'b> {
    /// The parameters in order; each `?` has one.
    fn values(&mut self, place: Place) -> Vec<Column<'b>> {
        let count = parameter_count(&self.statement);
        if count == 0 {
            wrong(place, "the statement has no parameters: write a ? for each value");
        }
        if let Some((_, place)) = self.parameters.get(count) {
            let has = if count == 1 { "1 parameter".to_owned() } else { format!("{count} parameters") };
            wrong(place, &format!("the statement has {has}: write another ?, or leave this one out"));
        }
        let given = self.parameters.len();
        if given < count {
            let ways = "add .param(|record| ...) or .param_field(field!(...))";
            wrong(place, &format!("parameter {} of the statement is not set: {ways}", given + 1));
        }
        std::mem::take(&mut self.parameters).into_iter().map(|(column, _)| column).collect()
    }

    /// The columns of the table.
    fn rows(&mut self, describe: Describe, place: Place) -> Vec<Column<'b>> {
        if let Some((_, place)) = self.parameters.first() {
            wrong(place, "parameters are for a statement: a table has .columns([...]) and .column(name, |record| ...)");
        }
        let mut told = std::mem::take(&mut self.columns);
        if self.names.is_empty() && !told.is_empty() {
            return told.rest();
        }
        let mut fields = Column::of_record(describe);
        if self.names.is_empty() {
            return fields;
        }
        let field = |name: &String| match fields.iter().position(|column| column.name() == name) {
            Some(at) => fields.swap_remove(at),
            None => wrong(place, &format!("the record has no field `{name}` that is not written already")),
        };
        let mut chosen: Vec<_> = self.names.iter().map(field).collect();
        chosen.extend(told.rest());
        chosen
    }

    fn check(&self, place: Place) {
        if self.connection.get("host").is_empty() {
            wrong(place, "this MySQL sink has no connection: add .connection(MysqlConnection::new(host)...) to it");
        }
        MysqlConnection::check(&self.connection, place);
        if self.statement.is_empty() == self.table.is_empty() {
            let ways = "add .statement(\"insert into t (id) values (?)\") or .table(\"t\")";
            wrong(place, &format!("a MySQL sink has either a statement or a table: {ways}"));
        }
        let has_columns = !(self.names.is_empty() && self.columns.is_empty() && self.keys.is_empty());
        if has_columns && self.table.is_empty() {
            wrong(place, "columns and keys are for a table: a statement has .param(|record| ...) for each ?");
        }
    }

    #[inline(never)]
    fn attach(mut self, describe: Describe, end: &End<'b>, place: Place) -> Step {
        self.check(place);
        let mut options = std::mem::take(&mut self.connection);
        let columns = if self.table.is_empty() {
            options.set("statement", &self.statement);
            self.values(place)
        } else {
            options.set("table", &self.table);
            self.rows(describe, place)
        };
        if let Some(key) = self.keys.iter().find(|key| !columns.iter().any(|column| column.name() == **key)) {
            wrong(place, &format!("the key `{key}` is none of the columns that are written"));
        }
        graph::sink("mysql", options, columns, self.keys, end)
    }
}

impl<T> sealed::Sealed for Mysql<'_, T> {}

#[allow(private_interfaces)]
impl<'b, T: Value<'b>> Sink<'b, T> for Mysql<'b, T> {
    fn attach(self, end: &End<'b>, place: Place) -> Step {
        self.said.attach(T::describe, end, place)
    }
}
