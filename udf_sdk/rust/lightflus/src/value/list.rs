//! Lists: `Vec` owns its items, `List` looks at those of the batch.

use std::marker::PhantomData;
use std::ops::Range;

use super::{array, grown, Builder, Rows, Value};
use crate::abi::ArrowArray;
use crate::arena;
use crate::types::Type;

/// Where the offsets and the items of a column are.
pub struct ListReader<R> {
    offsets: *const u32,
    items: R,
}

impl<R: Copy> Clone for ListReader<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Copy> Copy for ListReader<R> {}

impl<R> ListReader<R> {
    #[inline(always)]
    unsafe fn range(&self, row: usize) -> (usize, usize) {
        (*self.offsets.add(row) as usize, *self.offsets.add(row + 1) as usize)
    }
}

/// A column of lists.
pub struct ListBuilder<'b, V: Value<'b>> {
    offsets: *mut u32,
    items: Rows<'b, V>,
}

impl<'b, V: Value<'b>> ListBuilder<'b, V> {
    /// Writes a list of these items in `row`.
    pub(crate) fn push_list(&mut self, row: usize, items: impl Iterator<Item = V>) {
        items.for_each(|item| self.items.push(&item));
        self.end_row(row);
    }

    /// Writes the end of the list in `row`.
    pub(crate) fn end_row(&mut self, row: usize) {
        // SAFETY: there is room for the row (`Value::write`).
        unsafe { self.offsets.add(row + 1).write(self.items.count() as u32) };
    }
}

impl<'b, V: Value<'b>> Builder for ListBuilder<'b, V> {
    fn with_room(room: usize) -> Self {
        let offsets = arena::take_for::<u32>(room + 1);
        // SAFETY: there is room for at least one offset.
        unsafe { offsets.write(0) };
        ListBuilder { offsets, items: Rows::with_room(room) }
    }

    fn grow(&mut self, rows: usize, room: usize) {
        self.offsets = grown(self.offsets, rows + 1, room + 1);
    }

    fn write_nothing(&mut self, row: usize) {
        self.end_row(row);
    }

    fn finish(self, rows: usize) -> &'static mut ArrowArray {
        let items = self.items.into_column();
        array(rows, &[std::ptr::null(), self.offsets.cast::<u8>().cast_const()], &[items])
    }
}

/// A list of the batch. Costs nothing to pass on; an item is read when it is asked for.
pub struct List<'b, V: Value<'b>> {
    items: V::Reader,
    start: usize,
    end: usize,
    lifetime: PhantomData<&'b V>,
}

impl<'b, V: Value<'b>> Clone for List<'b, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<'b, V: Value<'b>> Copy for List<'b, V> {}

impl<'b, V: Value<'b>> List<'b, V> {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Item `k`, if there are that many.
    pub fn get(&self, k: usize) -> Option<V> {
        // SAFETY: the rows from `start` to `end` exist while the batch does.
        (k < self.len()).then(|| unsafe { V::read(&self.items, self.start + k) })
    }

    /// The items in order.
    pub fn iter(&self) -> Items<'b, V> {
        Items { items: self.items, rows: self.start..self.end, lifetime: PhantomData }
    }
}

impl<'b, V: Value<'b>> IntoIterator for List<'b, V> {
    type Item = V;
    type IntoIter = Items<'b, V>;

    fn into_iter(self) -> Items<'b, V> {
        self.iter()
    }
}

impl<'b, V: Value<'b>> IntoIterator for &List<'b, V> {
    type Item = V;
    type IntoIter = Items<'b, V>;

    fn into_iter(self) -> Items<'b, V> {
        self.iter()
    }
}

/// The items of a list in order.
pub struct Items<'b, V: Value<'b>> {
    items: V::Reader,
    rows: Range<usize>,
    lifetime: PhantomData<&'b V>,
}

impl<'b, V: Value<'b>> Items<'b, V> {
    #[inline(always)]
    fn read(&self, row: usize) -> V {
        // SAFETY: the rows of a list exist while its batch does.
        unsafe { V::read(&self.items, row) }
    }
}

impl<'b, V: Value<'b>> Clone for Items<'b, V> {
    fn clone(&self) -> Self {
        Items { items: self.items, rows: self.rows.clone(), lifetime: PhantomData }
    }
}

impl<'b, V: Value<'b>> Iterator for Items<'b, V> {
    type Item = V;

    #[inline(always)]
    fn next(&mut self) -> Option<V> {
        self.rows.next().map(|row| self.read(row))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }

    fn nth(&mut self, k: usize) -> Option<V> {
        self.rows.nth(k).map(|row| self.read(row))
    }
}

impl<'b, V: Value<'b>> DoubleEndedIterator for Items<'b, V> {
    fn next_back(&mut self) -> Option<V> {
        self.rows.next_back().map(|row| self.read(row))
    }
}

impl<'b, V: Value<'b>> ExactSizeIterator for Items<'b, V> {}

impl<'b, V: Value<'b> + std::fmt::Debug> std::fmt::Debug for List<'b, V> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list().entries(self.iter()).finish()
    }
}

impl<'b, V: Value<'b> + PartialEq> PartialEq for List<'b, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'b, V: Value<'b> + Eq> Eq for List<'b, V> {}

// SAFETY: offsets and one child, as docs/abi.md 6.4 says.
unsafe impl<'b, V: Value<'b>> Value<'b> for List<'b, V> {
    type Reader = ListReader<V::Reader>;
    type Builder = ListBuilder<'b, V>;

    fn describe() -> Type {
        Type::list(V::describe())
    }

    unsafe fn bind(array: &ArrowArray) -> Self::Reader {
        ListReader { offsets: array.buffer(1).cast(), items: V::bind(array.child(0)) }
    }

    #[inline(always)]
    unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
        let (start, end) = reader.range(row);
        List { items: reader.items, start, end, lifetime: PhantomData }
    }

    fn write(&self, builder: &mut Self::Builder, row: usize) {
        self.iter().for_each(|item| builder.items.push(&item));
        builder.end_row(row);
    }

    fn is_same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other.iter()).all(|(a, b)| a.is_same(&b))
    }
}

impl<'b, V: Value<'b>> super::NotNull for List<'b, V> {}

// SAFETY: the same.
unsafe impl<'b, V: Value<'b>> Value<'b> for Vec<V> {
    type Reader = ListReader<V::Reader>;
    type Builder = ListBuilder<'b, V>;

    fn describe() -> Type {
        Type::list(V::describe())
    }

    unsafe fn bind(array: &ArrowArray) -> Self::Reader {
        List::<V>::bind(array)
    }

    unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
        List::read(reader, row).iter().collect()
    }

    fn write(&self, builder: &mut Self::Builder, row: usize) {
        self.iter().for_each(|item| builder.items.push(item));
        builder.end_row(row);
    }

    fn is_same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(a, b)| a.is_same(b))
    }
}

impl<V> super::NotNull for Vec<V> {}
