//! A plain field of a record, as the graph names it: no call is needed to take it out.

use crate::operation::KeyCheck;
use crate::value::Value;

/// Names from the record inward; none = the whole record.
#[derive(Clone, Copy)]
pub struct Path(pub &'static [&'static str]);

/// A field of a record, made by [`field!`](crate::field): its path, and a function that looks at it, which says what
/// type it has and compares keys. (A pair, since the compiler hands the record's type on into a pair's closure.)
pub type Field<G> = (Path, G);

/// Names a field of a record: `field!(word)`, `field!(address.city)`; `field!(0)` of a tuple; `field!()` is the whole
/// record. A field whose column has another name: `field!(user_id = "userId")`.
#[macro_export]
macro_rules! field {
    () => {
        ($crate::__path!(), |record| record)
    };
    ($name:ident = $column:literal) => {
        ($crate::__path!($column), |record| &record.$name)
    };
    ($($name:ident).+) => {
        ($crate::__path!($($crate::__private::plain(stringify!($name))),+), |record| &record$(.$name)+)
    };
    ($index:tt) => {
        ($crate::__path!(concat!("_", stringify!($index))), |record| &record.$index)
    };
}

/// The path of these names.
#[doc(hidden)]
#[macro_export]
macro_rules! __path {
    ($($name:expr),*) => {{
        const NAMES: &[&str] = &[$($name),*];
        $crate::__private::Path(NAMES)
    }};
}

/// A name without the `r#` of Rust's own words.
#[doc(hidden)]
pub const fn plain(name: &'static str) -> &'static str {
    match name.as_bytes() {
        // SAFETY: what follows two ASCII letters is UTF-8.
        [b'r', b'#', rest @ ..] => unsafe { std::str::from_utf8_unchecked(rest) },
        _ => name,
    }
}

/// The check of a reduce whose stream is keyed by a field: its function must hand that field on.
#[derive(Clone)]
pub struct ByField<G> {
    pub(crate) path: Path,
    pub(crate) get: G,
}

/// No check: the stream is keyed by what a function makes of the record.
#[derive(Clone)]
pub struct ByFunction;

impl<'b, T: 'b, K: Value<'b>, G: Fn(&T) -> &K> KeyCheck<'b, T> for ByField<G> {
    const IS_NEEDED: bool = true;

    fn has_same_key(&self, before: &T, after: &T) -> bool {
        (self.get)(before).is_same((self.get)(after))
    }

    fn field(&self) -> &'static [&'static str] {
        self.path.0
    }
}

impl<'b, T: 'b> KeyCheck<'b, T> for ByFunction {
    const IS_NEEDED: bool = false;

    fn has_same_key(&self, _before: &T, _after: &T) -> bool {
        true
    }

    fn field(&self) -> &'static [&'static str] {
        &[]
    }
}
