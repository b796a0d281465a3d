//! The columns that a sink writes: a field of the record, the record itself, or what a function makes of it. Functions are
//! registered when the sink is given to a flow.

use super::wrong;
use crate::field::Field;
use crate::flow::End;
use crate::graph::{Extractor, FunctionKind, Place, SinkField};
use crate::types::{Kind, Type};
use crate::value::{Binary, TimestampMs, Value};

type Register<'b> = Box<dyn FnOnce(&End<'b>) -> usize + 'b>;

/// `Value::describe` of a sink's records.
pub(crate) type Describe = fn() -> Type;

enum Part<'b> {
    Field(&'static [&'static str]),
    Function(Register<'b>),
}

/// One of them.
pub(crate) struct Column<'b> {
    name: String,
    kind: Type,
    part: Part<'b>,
}

impl<'b> Column<'b> {
    /// What a function makes of a record.
    pub fn computed<T, X, F>(name: &str, place: Place, function: F) -> Column<'b>
    where
        T: Value<'b>,
        X: Value<'b>,
        F: Fn(T) -> X + 'static,
    {
        let register = move |end: &End<'b>| end.map_function(FunctionKind::Field, place, function);
        Column::new(name, X::describe, Part::Function(Box::new(register)))
    }

    /// A field of the record.
    pub fn plain<X: Value<'b>, G>(name: &str, field: Field<G>) -> Column<'b> {
        Column::new(name, X::describe, Part::Field(field.0 .0))
    }

    /// The record itself, as `value`.
    pub fn whole(describe: Describe) -> Column<'b> {
        Column::new("value", describe, Part::Field(&[]))
    }

    #[inline(never)]
    fn new(name: &str, describe: Describe, part: Part<'b>) -> Column<'b> {
        Column { name: name.to_owned(), kind: describe(), part }
    }

    /// A column for each field of the record; of one without fields, a column `value`.
    pub fn of_record(describe: Describe) -> Vec<Column<'b>> {
        let Kind::Struct(fields) = describe().kind else { return vec![Column::whole(describe)] };
        let field = |(name, kind): (&'static str, Type)| {
            let path: &'static [&'static str] = Box::leak(Box::new([name]));
            Column { name: name.to_owned(), kind, part: Part::Field(path) }
        };
        fields.into_iter().map(field).collect()
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn named(self, name: &str) -> Column<'b> {
        Column { name: name.to_owned(), ..self }
    }

    pub fn attach(self, end: &End<'b>) -> SinkField {
        let value = match self.part {
            Part::Field(path) => Extractor::Field(path),
            Part::Function(register) => Extractor::Function(register(end)),
        };
        SinkField { name: self.name, value, kind: self.kind }
    }
}

/// The columns of a sink that is being described.
#[derive(Default)]
pub(crate) struct Columns<'b>(Vec<Column<'b>>);

impl<'b> Columns<'b> {
    /// Adds a column. Two of one name are a mistake.
    #[inline(never)]
    pub fn add(&mut self, column: Column<'b>, place: Place) {
        if self.has(&column.name) {
            wrong(place, &format!("this sink writes `{}` already: leave one of the two out", column.name));
        }
        self.0.push(column);
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|column| column.name == name)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a column out.
    pub fn take(&mut self, name: &str) -> Option<Column<'b>> {
        let at = self.0.iter().position(|column| column.name == name)?;
        Some(self.0.remove(at))
    }

    /// All that are left.
    pub fn rest(&mut self) -> Vec<Column<'b>> {
        std::mem::take(&mut self.0)
    }
}

/// What fits a bound, alone or where it may be missing.
macro_rules! fits {
    ($bound:ident: $($type:ty),*) => { $(
        impl<'b> $bound<'b> for $type {}
        impl<'b> $bound<'b> for Option<$type> {}
    )* };
}

/// Keys of messages: text or binary, perhaps null.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a message",
    note = "a key is text or binary, or an Option of it: .key(|r| r.id.to_string())"
)]
pub trait TextOrBytes<'b>: Value<'b> {}

fits!(TextOrBytes: &'b str, String, std::borrow::Cow<'b, str>, &'b [u8], Binary);

/// Times of messages: milliseconds since 1970, perhaps null.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the time of a message",
    note = "a time is a TimestampMs, or milliseconds since 1970 as i64 or f64, or an Option of these"
)]
pub trait Time<'b>: Value<'b> {}

fits!(Time: TimestampMs, i64, f64);

/// Numbers by which a sorted set is sorted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a score",
    note = "a score is a number, or an Option of one: i8 to i64, u8 to u64, f32 or f64"
)]
pub trait Score<'b>: Value<'b> {}

fits!(Score: i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

/// Adds a pair of methods: a column that a function makes, and a column that is a field.
macro_rules! column_methods {
    ($(#[$about:meta])* $name:ident, $field:ident, $column:literal, $bound:ident) => {
        $(#[$about])*
        #[track_caller]
        pub fn $name<X, F>(mut self, function: F) -> Self
        where
            X: $bound<'b>,
            F: Fn(T) -> X + Sync + 'static,
        {
            let place = ::std::panic::Location::caller();
            self.columns.add(Column::computed($column, place, function), place);
            self
        }

        #[doc = concat!("The same, where it is a field: `", stringify!($field), "(field!(name))`.")]
        #[track_caller]
        pub fn $field<X, G>(mut self, field: Field<G>) -> Self
        where
            X: $bound<'b>,
            G: Fn(&T) -> &X + Sync + 'static,
        {
            self.columns.add(Column::plain::<X, G>($column, field), ::std::panic::Location::caller());
            self
        }
    };
}

pub(crate) use column_methods;
