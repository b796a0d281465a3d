//! A run as bytes, in pieces (docs/state-format.md). What it owns: blocks and their checksums, the footer. What it leaves: which
//! rows there are, and their order (`seal.rs`, `merge.rs`).

use crate::partition::key_group;
use crate::run::filter::Filter;
use xxhash_rust::xxh3::xxh3_64;

const VERSION: u32 = 1;
const ROW_ENCODING: u32 = 1;
const MAGIC: &[u8; 8] = b"LFSTATE1";
/// Bytes from which on a block is closed.
const BLOCK: usize = 4096;
/// Bytes of a piece, about.
const PIECE: usize = 1 << 18;
/// Bytes of head and tail.
const HEAD: usize = 48;
const TAIL: usize = 12;

/// The next bytes of a run. They are of blocks, or of the footer.
#[derive(Default)]
pub struct Piece {
    pub data: Vec<u8>,
    pub rows: u32,
    pub is_footer: bool,
    pub is_last: bool,
}

/// A run that is being written.
pub struct Writer {
    kind: u32,
    out: Vec<u8>,
    /// Where the open block begins in `out`, and how many rows of it are there.
    open: usize,
    open_rows: u32,
    /// Rows of the blocks in `out` that are closed.
    closed_rows: u32,
    /// Bytes of blocks that have left.
    left: u64,
    hashes: Vec<u64>,
    ends: Vec<u64>,
    checksums: Vec<u64>,
    counts: Vec<u32>,
    groups: Vec<u32>,
    rows: u64,
    removals: u64,
    latest: i64,
    filter: Filter,
    /// Of the footer that has left: sections, and bytes of the next one.
    sections: usize,
    at: usize,
}

impl Writer {
    /// A run of that kind for keys in so many groups, which has `rows` rows at most.
    pub fn new(kind: u32, groups: u32, rows: usize) -> Writer {
        Writer {
            kind,
            out: Vec::new(),
            open: 0,
            open_rows: 0,
            closed_rows: 0,
            left: 0,
            hashes: Vec::new(),
            ends: Vec::new(),
            checksums: Vec::new(),
            counts: Vec::new(),
            groups: vec![0; groups as usize],
            rows: 0,
            removals: 0,
            latest: i64::MIN,
            filter: Filter::new(rows),
            sections: 0,
            at: 0,
        }
    }

    /// Makes room, a bounded part a time; whether some was missing. There must be all of it before the first row.
    pub fn grow(&mut self) -> bool {
        self.filter.grow()
    }

    /// Adds a row, which `write` writes; rows come in order.
    #[inline(always)]
    pub fn add(&mut self, hash: u64, is_removal: bool, latest: i64, write: impl FnOnce(&mut Vec<u8>)) {
        if self.open_rows == 0 {
            self.hashes.push(hash);
        }
        write(&mut self.out);
        self.open_rows += 1;
        self.rows += 1;
        self.removals += u64::from(is_removal);
        self.latest = self.latest.max(latest);
        let group = key_group(hash, self.groups.len() as u32);
        self.groups[group as usize] += 1;
        self.filter.add(hash);
        if self.out.len() - self.open >= BLOCK {
            self.close_block();
        }
    }

    /// Whether a piece is as large as pieces are.
    #[inline(always)]
    pub fn is_full(&self) -> bool {
        self.out.len() >= PIECE
    }

    /// The blocks that are ready.
    pub fn take_blocks(&mut self) -> Piece {
        let rest = self.out.split_off(self.open);
        let data = std::mem::replace(&mut self.out, rest);
        self.out.reserve(if data.is_empty() { 0 } else { PIECE + 2 * BLOCK });
        self.open = 0;
        self.left += data.len() as u64;
        Piece { data, rows: std::mem::take(&mut self.closed_rows), ..Piece::default() }
    }

    /// Ends the blocks.
    pub fn finish(&mut self) {
        if self.open_rows > 0 {
            self.close_block();
        }
    }

    #[inline(never)]
    fn close_block(&mut self) {
        let end = self.out.len();
        self.checksums.push(xxh3_64(&self.out[self.open..]));
        self.counts.push(self.open_rows);
        self.ends.push(self.left + end as u64);
        self.closed_rows += self.open_rows;
        (self.open, self.open_rows) = (end, 0);
    }

    /// The next part of the footer.
    pub fn take_footer(&mut self) -> Piece {
        let mut data = Vec::with_capacity(PIECE);
        let mut is_last = false;
        while data.len() < PIECE && !is_last {
            let head_or_tail = if self.sections == 0 { self.head() } else { self.tail() };
            let section = match self.sections {
                0 => &head_or_tail[..],
                1 => bytes(&self.hashes),
                2 => bytes(&self.ends),
                3 => bytes(&self.checksums),
                4 => bytes(&self.counts),
                5 => bytes(&self.groups),
                more => self.filter.chunk(more - 6).unwrap_or_else(|| {
                    is_last = true;
                    &head_or_tail[..]
                }),
            };
            let end = (self.at + PIECE).min(section.len());
            data.extend_from_slice(&section[self.at..end]);
            self.at = if end == section.len() { 0 } else { end };
            self.sections += usize::from(end == section.len());
        }
        Piece { data, is_footer: true, is_last, ..Piece::default() }
    }

    fn head(&self) -> Vec<u8> {
        let mut head = Vec::with_capacity(HEAD);
        let numbers = [VERSION, ROW_ENCODING, self.kind, self.groups.len() as u32];
        numbers.iter().for_each(|number| head.extend_from_slice(&number.to_le_bytes()));
        [self.rows, self.removals].iter().for_each(|number| head.extend_from_slice(&number.to_le_bytes()));
        let counts = [self.ends.len() as u32, self.filter.blocks() as u32];
        counts.iter().for_each(|number| head.extend_from_slice(&number.to_le_bytes()));
        head.extend_from_slice(&self.latest.to_le_bytes());
        head
    }

    fn tail(&self) -> Vec<u8> {
        let of_blocks = 28 * self.ends.len() + 4 * self.groups.len() + 32 * self.filter.blocks();
        let mut tail = ((HEAD + of_blocks + TAIL) as u32).to_le_bytes().to_vec();
        tail.extend_from_slice(MAGIC);
        tail
    }
}

/// The bytes of numbers: in wasm, and wherever this is tested, they are little-endian.
fn bytes<T>(numbers: &[T]) -> &[u8] {
    // SAFETY: these are plain numbers.
    unsafe { core::slice::from_raw_parts(numbers.as_ptr().cast(), size_of_val(numbers)) }
}
