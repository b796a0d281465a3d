//! What a process function gives: records with their times and marks, on the main output and on side outputs.

use crate::abi::ArrowArray;
use crate::value::{array, Rows, Value};

const FIRST_ROOM: usize = 64;

/// The time and mark of records that are made.
#[derive(Clone, Copy)]
pub(crate) struct Stamps {
    pub time: i64,
    pub mark: i64,
}

/// Records of one output. Their columns are made at the first one.
pub(crate) struct Output<'b, R: Value<'b>>(Option<Columns<'b, R>>);

struct Columns<'b, R: Value<'b>> {
    records: Rows<'b, R>,
    times: Rows<'b, i64>,
    marks: Rows<'b, i64>,
}

impl<'b, R: Value<'b>> Output<'b, R> {
    pub fn new() -> Self {
        Output(None)
    }

    pub fn push(&mut self, record: &R, stamps: Stamps) {
        let columns = self.0.get_or_insert_with(|| Columns {
            records: Rows::with_room(FIRST_ROOM),
            times: Rows::with_room(FIRST_ROOM),
            marks: Rows::with_room(FIRST_ROOM),
        });
        columns.records.push(record);
        columns.times.push(&stamps.time);
        columns.marks.push(&stamps.mark);
    }

    /// The batch; null = nothing came.
    pub fn into_batch(self) -> *const ArrowArray {
        let Some(columns) = self.0 else { return std::ptr::null() };
        let beside = [columns.times.into_column() as *const ArrowArray, columns.marks.into_column()];
        with_columns(columns.records.into_batch(), &beside)
    }
}

/// A batch with more columns behind its own.
pub(crate) fn with_columns(batch: &ArrowArray, more: &[*const ArrowArray]) -> &'static mut ArrowArray {
    // SAFETY: a struct array has one buffer and so many children.
    let (validity, own) =
        unsafe { (batch.buffer(0), (0..batch.n_children as usize).map(|k| batch.child(k) as *const ArrowArray)) };
    let children: Vec<_> = own.chain(more.iter().copied()).collect();
    let whole = array(batch.length as usize, &[validity], &children);
    whole.null_count = batch.null_count;
    whole
}

/// A side output, whose type only its tag knows.
pub(crate) trait SideRows {
    /// Where its `Output` is.
    fn address(&mut self) -> *mut u8;

    fn into_batch(self: Box<Self>) -> *const ArrowArray;
}

impl<'b, U: Value<'b>> SideRows for Output<'b, U> {
    fn address(&mut self) -> *mut u8 {
        std::ptr::from_mut(self).cast()
    }

    fn into_batch(self: Box<Self>) -> *const ArrowArray {
        Output::into_batch(*self)
    }
}

/// The side outputs of an operator, as its readers named them.
pub(crate) struct Sides<'b> {
    tags: Vec<u32>,
    outputs: Vec<Option<Box<dyn SideRows + 'b>>>,
}

impl<'b> Sides<'b> {
    pub fn of(tags: &[u32]) -> Sides<'b> {
        Sides { tags: tags.to_vec(), outputs: tags.iter().map(|_| None).collect() }
    }

    /// Adds a record to the output of a tag; nothing, where nobody reads that.
    pub fn push<U: Value<'b>>(&mut self, tag: u32, record: &U, stamps: Stamps) {
        let Some(k) = self.tags.iter().position(|known| *known == tag) else { return };
        let rows = self.outputs[k].get_or_insert_with(|| Box::new(Output::<U>::new()));
        // SAFETY: a number belongs to one SideOutput and its clones, so that U is the type that the output was made for.
        unsafe { &mut *rows.address().cast::<Output<'b, U>>() }.push(record, stamps);
    }

    pub fn into_batches(self) -> Vec<*const ArrowArray> {
        self.outputs.into_iter().map(|rows| rows.map_or(std::ptr::null(), SideRows::into_batch)).collect()
    }
}
