//! What one writes first: a hash table with linear probing and a string arena, row by row. The yardstick of
//! `bench/kernel/run.py`: the kernel must be at least as fast, though it also numbers groups and hashes by a standard.

use std::cell::UnsafeCell;

const EMPTY: u64 = u64::MAX;

struct Table {
    entries: Vec<u64>,
    strings: Vec<u8>,
    places: Vec<(u32, u32)>,
    slots: Vec<u32>,
}

struct Place(UnsafeCell<Option<Table>>);

// SAFETY: one thread.
unsafe impl Sync for Place {}

static TABLE: Place = Place(UnsafeCell::new(None));

impl Table {
    fn slot(&mut self, key: &[u8]) -> u32 {
        let hash = hash(key) as u32;
        let mask = self.entries.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let entry = self.entries[at];
            if entry == EMPTY {
                return self.insert(at, hash, key);
            }
            let (start, length) = self.places[entry as u32 as usize];
            if (entry >> 32) as u32 == hash
                && &self.strings[start as usize..(start + length) as usize] == key
            {
                return entry as u32;
            }
            at = (at + 1) & mask;
        }
    }

    fn insert(&mut self, at: usize, hash: u32, key: &[u8]) -> u32 {
        let slot = self.places.len() as u32;
        self.places
            .push((self.strings.len() as u32, key.len() as u32));
        self.strings.extend_from_slice(key);
        self.entries[at] = u64::from(hash) << 32 | u64::from(slot);
        if self.places.len() * 2 > self.entries.len() {
            self.grow();
        }
        slot
    }

    fn grow(&mut self) {
        let size = self.entries.len() * 2;
        for entry in std::mem::replace(&mut self.entries, vec![EMPTY; size]) {
            if entry != EMPTY {
                let mut at = (entry >> 32) as usize & (size - 1);
                while self.entries[at] != EMPTY {
                    at = (at + 1) & (size - 1);
                }
                self.entries[at] = entry;
            }
        }
    }
}

/// A multiplicative hash, eight bytes at a time.
fn hash(key: &[u8]) -> u64 {
    let mut hash = 0x9E37_79B9_7F4A_7C15 ^ key.len() as u64;
    let words = key.chunks_exact(8);
    let rest = words
        .remainder()
        .iter()
        .rev()
        .fold(0, |word, &byte| word << 8 | u64::from(byte));
    for word in words {
        hash = mix(hash, u64::from_le_bytes(word.try_into().unwrap()));
    }
    mix(hash, rest)
}

fn mix(hash: u64, word: u64) -> u64 {
    let mixed = (hash ^ word).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    mixed ^ mixed >> 32
}

fn table() -> &'static mut Table {
    let new = || Table {
        entries: vec![EMPTY; 1024],
        strings: Vec::new(),
        places: Vec::new(),
        slots: Vec::new(),
    };
    unsafe { (*TABLE.0.get()).get_or_insert_with(new) }
}

/// Memory for the host, never freed.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(bytes: usize) -> *mut u8 {
    Vec::leak(vec![0u64; bytes.div_ceil(8)]).as_mut_ptr().cast()
}

/// The slot of every row of a utf8 column.
///
/// # Safety
/// `offsets` has `rows + 1` items and `bytes` what they say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lookup(offsets: *const u32, bytes: *const u8, rows: usize) -> *const u32 {
    let table = table();
    let offsets = unsafe { std::slice::from_raw_parts(offsets, rows + 1) };
    let bytes = unsafe { std::slice::from_raw_parts(bytes, offsets[rows] as usize) };
    let mut slots = std::mem::take(&mut table.slots);
    slots.clear();
    slots.extend(
        (0..rows).map(|row| table.slot(&bytes[offsets[row] as usize..offsets[row + 1] as usize])),
    );
    table.slots = slots;
    table.slots.as_ptr()
}
