// The guest ABI's constants (docs/abi.md, version 1): offsets of the structs that cross the border, and their sizes.
// A test compares them with the document and with engine/lightflus/codec/abi.py. Nothing but constants stands here.

// Section 4: Call.
export const CALL_SIZE: u32 = 0;
export const CALL_FUNCTION: u32 = 4;
export const CALL_BATCH: u32 = 8;
export const CALL_ROWS: u32 = 12;
export const CALL_SELECTION: u32 = 16;
export const CALL_WANTED: u32 = 20;
export const CALL_STATE: u32 = 24;
export const CALL_GROUPS: u32 = 28;
export const CALL_GROUP_COUNT: u32 = 32;
export const CALL_KEYS: u32 = 36;
export const CALL_TIMES: u32 = 40;
export const CALL_WINDOW_START: u32 = 44;
export const CALL_WINDOW_END: u32 = 48;
export const CALL_SECOND: u32 = 52;
export const CALL_WATERMARK: u32 = 56;
export const CALL_PROCESSING_TIME: u32 = 64;
export const CALL_MARKS: u32 = 72;
export const CALL_SIDES: u32 = 76;
export const CALL_RULES: u32 = 80;
export const CALL_BYTES: u32 = 88;

// Section 4: bits of `wanted`.
export const WANTED_OUTPUT: u32 = 1;
export const WANTED_STATE: u32 = 2;

// Section 4: Result.
export const RESULT_SIZE: u32 = 0;
export const RESULT_OUTPUT: u32 = 4;
export const RESULT_STATE: u32 = 8;
export const RESULT_PORTS: u32 = 12;
export const RESULT_BYTES: u32 = 28;

// Section 6: ArrowArray, laid out for wasm32.
export const ARRAY_LENGTH: u32 = 0;
export const ARRAY_NULL_COUNT: u32 = 8;
export const ARRAY_OFFSET: u32 = 16;
export const ARRAY_N_BUFFERS: u32 = 24;
export const ARRAY_N_CHILDREN: u32 = 32;
export const ARRAY_BUFFERS: u32 = 40;
export const ARRAY_CHILDREN: u32 = 44;
export const ARRAY_DICTIONARY: u32 = 48;
export const ARRAY_RELEASE: u32 = 52;
export const ARRAY_PRIVATE_DATA: u32 = 56;
export const ARRAY_BYTES: u32 = 64;
