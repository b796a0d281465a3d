//! Rows between operators: an array, which of its rows count, and the time and mark of each.

use crate::abi::{ArrowArray, Call, NO_MARK};
use crate::types::Type;

use super::cell::{read_batch, Cell};

/// The time of a row, and the watermark of its split just before it.
pub(super) type Stamp = (i64, i64);

/// Rows of an array: all, or those of a selection; with their stamps, where there is event time.
#[derive(Clone)]
pub(super) struct Batch {
    pub array: &'static ArrowArray,
    pub rows: usize,
    pub selection: Option<Vec<u32>>,
    pub stamps: Option<Vec<Stamp>>,
}

impl Batch {
    /// All rows of an array, without event time.
    pub fn of(array: &'static ArrowArray) -> Batch {
        Batch { array, rows: array.length as usize, selection: None, stamps: None }
    }

    /// The row of the array that is row `i`.
    pub fn row(&self, i: usize) -> usize {
        self.selection.as_ref().map_or(i, |rows| rows[i] as usize)
    }

    /// The record in row `i`.
    pub fn record(&self, kind: &Type, i: usize) -> Cell {
        // SAFETY: the batch has the type that the graph says.
        unsafe { read_batch(self.array, kind, self.row(i)) }
    }

    pub fn stamp(&self, i: usize) -> Stamp {
        self.stamps.as_ref().map_or((0, NO_MARK), |stamps| stamps[i])
    }

    /// Some of these rows, in any order.
    pub fn chosen(&self, rows: &[usize]) -> Batch {
        Batch {
            array: self.array,
            rows: rows.len(),
            selection: Some(rows.iter().map(|i| self.row(*i) as u32).collect()),
            stamps: self.stamps.as_ref().map(|stamps| rows.iter().map(|i| stamps[*i]).collect()),
        }
    }

    /// A call of a function over these rows.
    pub fn call(&self, function: usize) -> Call {
        let none = std::ptr::null();
        Call {
            size: size_of::<Call>() as u32,
            function: function as u32,
            batch: self.array,
            rows: self.rows as u32,
            selection: self.selection.as_ref().map_or(none, |rows| rows.as_ptr()),
            wanted: 0,
            state: std::ptr::null(),
            groups: none,
            group_count: 0,
            keys: std::ptr::null(),
            times: std::ptr::null(),
            window_start: std::ptr::null(),
            window_end: std::ptr::null(),
            second: std::ptr::null(),
            watermark: NO_MARK,
            processing_time: 0,
            marks: std::ptr::null(),
            sides: none,
            rules: std::ptr::null(),
            unused: 0,
        }
    }
}
