//! Rows in the order of hashes, a part at a time. What it owns: dealing rows out by the upper bits of their hashes, and sorting the
//! part whose turn it is; so however many there are, no step takes long. A row is written here, or is that of a cell. What it
//! leaves: what cells hold.

use crate::bytes::append;
use crate::run::form::Row;

/// The upper half of a hash, and where the row is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Entry(u64);

/// Marks the place of a row that is written here; others are numbers of cells.
const HERE: u32 = 1 << 31;

impl Entry {
    #[inline(always)]
    fn new(half: u32, place: u32) -> Entry {
        Entry(u64::from(half) << 32 | u64::from(place))
    }

    #[inline(always)]
    fn half(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The cell, or where in the bytes of its part the row is.
    #[inline(always)]
    fn place(self) -> Result<u32, usize> {
        let place = self.0 as u32;
        if place < HERE { Ok(place) } else { Err((place - HERE) as usize) }
    }
}

/// A row whose turn it is.
pub enum Next<'a> {
    Cell(u32),
    Written(Row<'a>, &'a [u8]),
}

/// What is known of the rows of cells.
pub trait Cells {
    /// Whether a cell's row still counts.
    fn has(&self, cell: u32) -> bool;
    /// Its key and window, with any state.
    fn identity(&self, cell: u32) -> Row<'_>;
}

/// Entries of a part that is sorted at once, at most, unless its hashes are one.
const MOST: usize = 1 << 12;
/// Entries of a part of the first dealing, on average, if hashes are what they should be; and bits of that dealing.
const WANTED: usize = 1 << 10;
const FIRST_BITS: u32 = 11;
/// Bits of a dealing behind it, at most.
const NEXT_BITS: u32 = 8;

/// Rows whose hashes begin with `bits` bits as `first` does.
#[derive(Default)]
struct Part {
    first: u32,
    bits: u32,
    entries: Vec<Entry>,
    bytes: Vec<u8>,
}

impl Part {
    /// Adds a row, and says where it is.
    #[inline(always)]
    fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> u32 {
        let place = self.bytes.len();
        write(&mut self.bytes);
        assert!(self.bytes.len() < HERE as usize, "rows of one part have {} bytes", self.bytes.len());
        HERE | place as u32
    }

    /// A row, and its bytes.
    #[inline(always)]
    fn row(&self, at: usize, has_window: bool) -> (Row<'_>, &[u8]) {
        let mut rest = &self.bytes[at..];
        let row = Row::read(&mut rest, has_window).expect("it was written here");
        (row, &self.bytes[at..self.bytes.len() - rest.len()])
    }

    /// Parts by the `more` bits behind its own, the last one first.
    fn dealt(self, more: u32, has_window: bool) -> Vec<Part> {
        let count = 1usize << more;
        let shift = u32::BITS - self.bits - more;
        let part = |index: usize| Part {
            first: self.first | (index as u64).wrapping_shl(shift) as u32,
            bits: self.bits + more,
            ..Part::default()
        };
        let mut parts: Vec<Part> = (0..count).rev().map(part).collect();
        for &entry in &self.entries {
            let index = (u64::from(entry.half()) >> shift) as usize & (count - 1);
            let part = &mut parts[count - 1 - index];
            let place = match entry.place() {
                Ok(cell) => cell,
                Err(at) => part.write(|out| append(out, self.row(at, has_window).1)),
            };
            part.entries.push(Entry::new(entry.half(), place));
        }
        parts
    }

    /// Puts its entries in order, those that still count; of equal ones a row stands for a removal, too.
    fn sort(&mut self, cells: &impl Cells, has_window: bool) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.retain(|entry| entry.place().is_err() || entry.place().is_ok_and(|cell| cells.has(cell)));
        entries.sort_unstable();
        let known = |entry: Entry| match entry.place() {
            Ok(cell) => cells.identity(cell),
            Err(at) => Row::written(&self.bytes[at..], has_window),
        };
        let compare = |a: Entry, b: Entry| {
            let (a, b) = (known(a), known(b));
            a.compare(a.hash(), &b, b.hash()).then(a.state.is_none().cmp(&b.state.is_none()))
        };
        let is_same = |a: Entry, b: Entry| {
            let (a, b) = (known(a), known(b));
            a.key == b.key && a.window == b.window
        };
        let mut has_same = false;
        for tied in entries.chunk_by_mut(|a, b| a.half() == b.half()).filter(|tied| tied.len() > 1) {
            tied.sort_unstable_by(|&a, &b| compare(a, b));
            has_same |= tied.windows(2).any(|pair| is_same(pair[0], pair[1]));
        }
        if has_same {
            entries.dedup_by(|later, kept| later.half() == kept.half() && is_same(*kept, *later));
        }
        self.entries = entries;
    }
}

/// Rows that are added, then taken in order.
pub struct Parts {
    has_window: bool,
    /// The next one last.
    parts: Vec<Part>,
    /// By how many bits the part of a half is found, as long as they are all there.
    shift: Option<u32>,
    current: Part,
    at: usize,
}

impl Parts {
    /// For about `count` rows.
    pub fn new(count: usize, has_window: bool) -> Parts {
        let bits = (count / WANTED).next_power_of_two().ilog2().min(FIRST_BITS);
        let (parts, shift) = (Part::default().dealt(bits, has_window), Some(u32::BITS - bits));
        Parts { has_window, parts, shift, current: Part::default(), at: 0 }
    }

    /// Adds the row of a cell, before any is taken.
    #[inline(always)]
    pub fn add(&mut self, half: u32, cell: u32) {
        let behind = self.behind(half);
        self.parts[behind].entries.push(Entry::new(half, cell));
    }

    /// Adds a row, which `write` writes. Where its part is being taken, it takes the place of that of the cell `instead`.
    #[inline(always)]
    pub fn write(&mut self, half: u32, instead: Option<u32>, write: impl FnOnce(&mut Vec<u8>)) {
        let behind = self.behind(half);
        if let Some(part) = self.parts.get_mut(behind) {
            let place = part.write(write);
            return part.entries.push(Entry::new(half, place));
        }
        let place = self.current.write(write);
        let rest = &mut self.current.entries[self.at..];
        let start = rest.partition_point(|other| other.half() < half);
        let same = rest[start..].iter_mut().find(|other| other.place().ok() == instead);
        *same.expect("what is saved has not been written") = Entry::new(half, place);
    }

    #[inline(always)]
    fn behind(&self, half: u32) -> usize {
        match self.shift {
            Some(shift) => self.parts.len() - 1 - (u64::from(half) >> shift) as usize,
            None => self.parts.partition_point(|part| part.first > half),
        }
    }

    /// The row to take next, once none is added but in the place of another.
    #[inline(always)]
    pub fn next(&mut self, cells: &impl Cells) -> Option<Next<'_>> {
        while self.at == self.current.entries.len() {
            self.begin_part(cells)?;
        }
        self.at += 1;
        Some(match self.current.entries[self.at - 1].place() {
            Ok(cell) => Next::Cell(cell),
            Err(at) => {
                let (row, bytes) = self.current.row(at, self.has_window);
                Next::Written(row, bytes)
            }
        })
    }

    /// Up to `most` cells that come next, as far as that is known.
    pub fn coming(&self, most: usize) -> impl Iterator<Item = u32> + Clone + '_ {
        let end = self.current.entries.len().min(self.at + most);
        self.current.entries[self.at..end].iter().filter_map(|entry| entry.place().ok())
    }

    #[inline(never)]
    fn begin_part(&mut self, cells: &impl Cells) -> Option<()> {
        let mut part = self.parts.pop()?;
        self.shift = None;
        while part.entries.len() > MOST && part.bits < u32::BITS {
            let more = (part.entries.len() / WANTED).ilog2().min(NEXT_BITS).min(u32::BITS - part.bits);
            self.parts.extend(part.dealt(more, self.has_window));
            part = self.parts.pop()?;
        }
        part.sort(cells, self.has_window);
        (self.current, self.at) = (part, 0);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cells whose keys are their numbers, but for some.
    struct But(Option<u32>, Vec<[u8; 4]>);

    impl Cells for But {
        fn has(&self, cell: u32) -> bool {
            Some(cell) != self.0
        }

        fn identity(&self, cell: u32) -> Row<'_> {
            Row { key: &self.1[cell as usize], window: None, state: Some(&[]) }
        }
    }

    fn but(cell: Option<u32>) -> But {
        But(cell, (0..50_000u32).map(u32::to_be_bytes).collect())
    }

    fn row(key: &[u8], state: Option<&[u8]>) -> Vec<u8> {
        let mut bytes = Vec::new();
        Row { key, window: None, state }.write(&mut bytes);
        bytes
    }

    /// The halves of what comes.
    fn taken(parts: &mut Parts, cells: &But) -> Vec<u32> {
        let half = |parts: &Parts| parts.current.entries[parts.at - 1].half();
        std::iter::from_fn(|| parts.next(cells).is_some().then_some(()).map(|()| half(parts))).collect()
    }

    #[test]
    fn rows_come_in_order_wherever_their_hashes_lie() {
        for (count, spread) in [(0, 1), (10, 0x1234_5678), (50_000, 0x9e37_79b1), (50_000, 3), (20_000, 0)] {
            let halves: Vec<u32> = (0..count).map(|i: u32| i.wrapping_mul(spread)).collect();
            let mut parts = Parts::new(halves.len(), false);
            for (i, &half) in halves.iter().enumerate() {
                match i % 2 {
                    0 => parts.add(half, i as u32),
                    _ => parts.write(half, None, |out| out.extend(row(&(i as u32).to_be_bytes(), Some(b"x")))),
                }
            }
            let mut sorted = halves.clone();
            sorted.sort_unstable();
            assert_eq!(taken(&mut parts, &but(None)), sorted, "{count} by {spread}");
        }
    }

    #[test]
    fn a_cell_that_does_not_count_any_more_is_passed_over() {
        let mut parts = Parts::new(9, false);
        [(5, 1), (7, 2), (1, 3)].iter().for_each(|&(half, cell)| parts.add(half, cell));
        assert_eq!(taken(&mut parts, &but(Some(2))), [1, 5]);
    }

    #[test]
    fn a_row_stands_for_the_removal_of_its_key_too() {
        let mut parts = Parts::new(9, false);
        parts.write(5, None, |out| out.extend(row(b"a", None)));
        parts.write(5, None, |out| out.extend(row(b"a", Some(b"x"))));
        parts.write(5, None, |out| out.extend(row(b"b", None)));
        let cells = but(None);
        let mut rows = Vec::new();
        while let Some(Next::Written(_, bytes)) = parts.next(&cells) {
            rows.push(bytes.to_vec());
        }
        rows.sort();
        assert_eq!(rows, [row(b"a", Some(b"x")), row(b"b", None)]);
    }

    #[test]
    fn a_row_takes_the_place_of_a_cell_in_the_part_that_is_being_taken() {
        let (mut parts, cells) = (Parts::new(9, false), but(None));
        (0..5).for_each(|i| parts.add(i, i));
        assert!(matches!(parts.next(&cells), Some(Next::Cell(0))));
        parts.write(3, Some(3), |out| out.extend(row(b"saved", Some(b""))));
        let mut places = Vec::new();
        while let Some(next) = parts.next(&cells) {
            places.push(if let Next::Cell(cell) = next { cell } else { 9 });
        }
        assert_eq!(places, [1, 2, 9, 4]);
    }
}
