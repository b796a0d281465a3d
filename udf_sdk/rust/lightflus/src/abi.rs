//! The guest ABI (docs/abi.md, version 1): the structs that cross the border, and their offsets on wasm32.
//!
//! Owns names, layouts and nothing else. The constants are compared with the document by a test of the repository; the
//! structs are compared with the constants when the crate is compiled for wasm32. On other targets the same structs
//! have native pointers, so that the same operators run in `cargo test`.

// Section 4: Call.
pub const CALL_SIZE: usize = 0;
pub const CALL_FUNCTION: usize = 4;
pub const CALL_BATCH: usize = 8;
pub const CALL_ROWS: usize = 12;
pub const CALL_SELECTION: usize = 16;
pub const CALL_WANTED: usize = 20;
pub const CALL_STATE: usize = 24;
pub const CALL_GROUPS: usize = 28;
pub const CALL_GROUP_COUNT: usize = 32;
pub const CALL_KEYS: usize = 36;
pub const CALL_TIMES: usize = 40;
pub const CALL_WINDOW_START: usize = 44;
pub const CALL_WINDOW_END: usize = 48;
pub const CALL_SECOND: usize = 52;
pub const CALL_WATERMARK: usize = 56;
pub const CALL_PROCESSING_TIME: usize = 64;
pub const CALL_MARKS: usize = 72;
pub const CALL_SIDES: usize = 76;
pub const CALL_RULES: usize = 80;
pub const CALL_BYTES: usize = 88;

// Section 4: bits of `wanted`.
pub const WANTED_OUTPUT: u32 = 1;
pub const WANTED_STATE: u32 = 2;

// Section 4: Result.
pub const RESULT_SIZE: usize = 0;
pub const RESULT_OUTPUT: usize = 4;
pub const RESULT_STATE: usize = 8;
pub const RESULT_PORTS: usize = 12;
pub const RESULT_BYTES: usize = 28;

// Section 6: ArrowArray, laid out for wasm32.
pub const ARRAY_LENGTH: usize = 0;
pub const ARRAY_NULL_COUNT: usize = 8;
pub const ARRAY_OFFSET: usize = 16;
pub const ARRAY_N_BUFFERS: usize = 24;
pub const ARRAY_N_CHILDREN: usize = 32;
pub const ARRAY_BUFFERS: usize = 40;
pub const ARRAY_CHILDREN: usize = 44;
pub const ARRAY_DICTIONARY: usize = 48;
pub const ARRAY_RELEASE: usize = 52;
pub const ARRAY_PRIVATE_DATA: usize = 56;
pub const ARRAY_BYTES: usize = 64;

/// Times are whole milliseconds within plus and minus this (rule 5.6).
pub const MOST_TIME: i64 = 8_640_000_000_000_000;
/// The watermark of a split of which no record has come.
pub const NO_MARK: i64 = i64::MIN;

/// An array of the Arrow C Data Interface. Lives in the arena (or is the host's); never dropped.
#[repr(C, align(8))]
pub struct ArrowArray {
    pub length: i64,
    pub null_count: i64,
    pub offset: i64,
    pub n_buffers: i64,
    pub n_children: i64,
    pub buffers: *mut *const u8,
    pub children: *mut *const ArrowArray,
    pub dictionary: *const ArrowArray,
    pub release: *const u8,
    pub private_data: *const u8,
}

impl ArrowArray {
    /// Address of buffer `k`; null = none.
    ///
    /// # Safety
    /// The array is laid out as docs/abi.md 6.4 says, and its type has more than `k` buffers.
    pub unsafe fn buffer(&self, k: usize) -> *const u8 {
        *self.buffers.add(k)
    }

    /// Child `k`.
    ///
    /// # Safety
    /// The array is laid out as docs/abi.md 6.4 says, and its type has more than `k` children.
    pub unsafe fn child<'b>(&self, k: usize) -> &'b ArrowArray {
        &**self.children.add(k)
    }
}

/// What the host hands to every call.
#[repr(C, align(8))]
pub struct Call {
    pub size: u32,
    pub function: u32,
    pub batch: *const ArrowArray,
    pub rows: u32,
    pub selection: *const u32,
    pub wanted: u32,
    pub state: *const ArrowArray,
    pub groups: *const u32,
    pub group_count: u32,
    pub keys: *const ArrowArray,
    pub times: *const i64,
    pub window_start: *const i64,
    pub window_end: *const i64,
    pub second: *const ArrowArray,
    pub watermark: i64,
    pub processing_time: i64,
    pub marks: *const i64,
    pub sides: *const u32,
    pub rules: *const ArrowArray,
    pub unused: u32,
}

/// What they answer.
#[repr(C)]
pub struct Answer {
    pub size: u32,
    pub output: *const ArrowArray,
    pub state: *const ArrowArray,
    pub ports: *const *const ArrowArray,
    pub unused: [u32; 3],
}

/// What `lf_describe` points to.
#[repr(C)]
pub struct Description {
    pub text: *const u8,
    pub size: usize,
}

#[cfg(target_arch = "wasm32")]
const _: () = {
    use core::mem::{offset_of, size_of};
    assert!(size_of::<Call>() == CALL_BYTES && offset_of!(Call, size) == CALL_SIZE);
    assert!(offset_of!(Call, function) == CALL_FUNCTION && offset_of!(Call, batch) == CALL_BATCH);
    assert!(offset_of!(Call, rows) == CALL_ROWS && offset_of!(Call, selection) == CALL_SELECTION);
    assert!(offset_of!(Call, wanted) == CALL_WANTED && offset_of!(Call, state) == CALL_STATE);
    assert!(offset_of!(Call, groups) == CALL_GROUPS && offset_of!(Call, group_count) == CALL_GROUP_COUNT);
    assert!(offset_of!(Call, keys) == CALL_KEYS && offset_of!(Call, times) == CALL_TIMES);
    assert!(offset_of!(Call, window_start) == CALL_WINDOW_START && offset_of!(Call, window_end) == CALL_WINDOW_END);
    assert!(offset_of!(Call, second) == CALL_SECOND && offset_of!(Call, watermark) == CALL_WATERMARK);
    assert!(offset_of!(Call, processing_time) == CALL_PROCESSING_TIME && offset_of!(Call, marks) == CALL_MARKS);
    assert!(offset_of!(Call, sides) == CALL_SIDES && offset_of!(Call, rules) == CALL_RULES);
    assert!(size_of::<Answer>() == RESULT_BYTES && offset_of!(Answer, size) == RESULT_SIZE);
    assert!(offset_of!(Answer, output) == RESULT_OUTPUT && offset_of!(Answer, state) == RESULT_STATE);
    assert!(offset_of!(Answer, ports) == RESULT_PORTS);
    assert!(size_of::<ArrowArray>() == ARRAY_BYTES && offset_of!(ArrowArray, length) == ARRAY_LENGTH);
    assert!(offset_of!(ArrowArray, null_count) == ARRAY_NULL_COUNT && offset_of!(ArrowArray, offset) == ARRAY_OFFSET);
    assert!(offset_of!(ArrowArray, n_buffers) == ARRAY_N_BUFFERS);
    assert!(offset_of!(ArrowArray, n_children) == ARRAY_N_CHILDREN);
    assert!(offset_of!(ArrowArray, buffers) == ARRAY_BUFFERS && offset_of!(ArrowArray, children) == ARRAY_CHILDREN);
    assert!(offset_of!(ArrowArray, dictionary) == ARRAY_DICTIONARY);
    assert!(offset_of!(ArrowArray, release) == ARRAY_RELEASE);
    assert!(offset_of!(ArrowArray, private_data) == ARRAY_PRIVATE_DATA);
};
