//! Tuples: records whose fields are called `_0`, `_1`, ..., as in the TypeScript SDK.

use super::{array, Builder, NotNull, Value};
use crate::abi::ArrowArray;
use crate::types::Type;

macro_rules! tuple {
    ($($name:literal $index:tt $value:ident),*) => {
        impl<$($value: Builder),*> Builder for ($($value,)*) {
            fn with_room(room: usize) -> Self {
                ($($value::with_room(room),)*)
            }

            fn grow(&mut self, rows: usize, room: usize) {
                $(self.$index.grow(rows, room);)*
            }

            fn write_nothing(&mut self, row: usize) {
                $(self.$index.write_nothing(row);)*
            }

            fn finish(self, rows: usize) -> &'static mut ArrowArray {
                array(rows, &[std::ptr::null()], &[$(self.$index.finish(rows)),*])
            }
        }

        // SAFETY: a struct's children in the order of the described fields.
        unsafe impl<'b, $($value: Value<'b>),*> Value<'b> for ($($value,)*) {
            const IS_RECORD: bool = true;
            type Reader = ($($value::Reader,)*);
            type Builder = ($($value::Builder,)*);

            fn describe() -> Type {
                Type::record(vec![$(($name, $value::describe())),*])
            }

            unsafe fn bind(array: &ArrowArray) -> Self::Reader {
                ($($value::bind(array.child($index)),)*)
            }

            #[inline(always)]
            unsafe fn read(reader: &Self::Reader, row: usize) -> Self {
                ($($value::read(&reader.$index, row),)*)
            }

            #[inline(always)]
            fn write(&self, builder: &mut Self::Builder, row: usize) {
                $(self.$index.write(&mut builder.$index, row);)*
            }

            fn is_same(&self, other: &Self) -> bool {
                true $(&& self.$index.is_same(&other.$index))*
            }
        }

        impl<$($value),*> NotNull for ($($value,)*) {}
    };
}

tuple!("_0" 0 A);
tuple!("_0" 0 A, "_1" 1 B);
tuple!("_0" 0 A, "_1" 1 B, "_2" 2 C);
tuple!("_0" 0 A, "_1" 1 B, "_2" 2 C, "_3" 3 D);
tuple!("_0" 0 A, "_1" 1 B, "_2" 2 C, "_3" 3 D, "_4" 4 E);
tuple!("_0" 0 A, "_1" 1 B, "_2" 2 C, "_3" 3 D, "_4" 4 E, "_5" 5 F);
