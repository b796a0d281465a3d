//! Several runs of one state to one, as streams: blocks in, pieces out. What it owns: that of an identity the youngest run decides,
//! and that removals and what is over go where nothing is left that they speak of. What it leaves: whose turn it is to be read
//! (whoever reads), the form of the run (`writer.rs`).

use crate::run::form::{Damaged, Row, has_window};
use crate::run::over::Over;
use crate::run::writer::{Piece, Writer};
use std::cmp::Ordering;

/// Rows that a call looks at.
const STEP: usize = 1 << 13;

/// Runs that become one.
pub struct Merge {
    over: Over,
    /// Whether the oldest run is among them, so that removals have nothing to remove.
    is_whole: bool,
    /// The oldest first.
    inputs: Vec<Input>,
    writer: Writer,
    is_written: bool,
}

/// What has been read of a run.
#[derive(Default)]
struct Input {
    blocks: Vec<u8>,
    /// The row that comes next: where it begins and ends, and its hash.
    row: Option<(usize, usize, u64)>,
    last_hash: u64,
    is_last: bool,
}

impl Input {
    fn row(&self, has_window: bool) -> Option<(Row<'_>, u64)> {
        self.row.map(|(start, end, hash)| (Row::written(&self.blocks[start..end], has_window), hash))
    }

    /// Goes on to the next row.
    fn advance(&mut self, has_window: bool) -> Result<(), Damaged> {
        let start = self.row.map_or(0, |(_, end, _)| end);
        let before = self.row(has_window);
        let mut rest = &self.blocks[start..];
        if rest.is_empty() {
            self.row = None;
            return Ok(());
        }
        let row = Row::read(&mut rest, has_window)?;
        let (hash, end) = (row.hash(), self.blocks.len() - rest.len());
        let is_behind = before.is_none_or(|(before, others)| row.compare(hash, &before, others) == Ordering::Greater);
        if hash < self.last_hash || !is_behind {
            return Err(Damaged("rows are not in order"));
        }
        (self.row, self.last_hash) = (Some((start, end, hash)), hash);
        Ok(())
    }
}

impl Merge {
    /// Of so many runs, which have so many rows together.
    pub fn new(over: Over, inputs: usize, rows: usize, is_whole: bool, groups: u32) -> Merge {
        let writer = Writer::new(over.kind, groups, rows);
        let inputs = (0..inputs).map(|_| Input::default()).collect();
        Merge { over, is_whole, inputs, writer, is_written: false }
    }

    /// Adds the next blocks of a run that was asked for, whole ones; none are left behind the `last`.
    pub fn supply(&mut self, input: usize, blocks: &[u8], is_last: bool) -> Result<(), Damaged> {
        let input = self.inputs.get_mut(input).expect("there is such a run");
        assert!(input.row.is_none() && !input.is_last, "a run is supplied when it is asked for");
        (input.blocks, input.is_last) = (blocks.to_vec(), is_last);
        input.advance(has_window(self.over.kind))
    }

    /// The next piece, or the run that is asked for.
    pub fn next(&mut self) -> Result<(Piece, Option<usize>), Damaged> {
        if self.writer.grow() {
            return Ok((Piece::default(), None));
        }
        for _ in 0..STEP {
            if self.writer.is_full() || self.is_written {
                break;
            }
            if let Some(wanted) = self.inputs.iter().position(|input| input.row.is_none() && !input.is_last) {
                return Ok((self.writer.take_blocks(), Some(wanted)));
            }
            self.step()?;
        }
        let piece = self.writer.take_blocks();
        Ok((if piece.data.is_empty() && self.is_written { self.writer.take_footer() } else { piece }, None))
    }

    /// Writes what the youngest run says of the first identity, if it has to be said.
    fn step(&mut self) -> Result<(), Damaged> {
        let has_window = has_window(self.over.kind);
        let Merge { over, inputs, writer, .. } = self;
        let mut first: Option<(usize, Row, u64)> = None;
        for (number, input) in inputs.iter().enumerate() {
            if let Some((row, hash)) = input.row(has_window)
                && first.is_none_or(|(_, least, others)| over.compare(&row, hash, &least, others).is_le())
            {
                first = Some((number, row, hash));
            }
        }
        let Some((_, row, hash)) = first else {
            writer.finish();
            self.is_written = true;
            return Ok(());
        };
        let is_removal = row.state.is_none();
        if !(if is_removal { self.is_whole } else { over.has(&row) }) {
            let latest = if is_removal { i64::MIN } else { over.latest(&row) };
            writer.add(hash, is_removal, latest, |out| row.write(out));
        }
        let same: Vec<usize> = (0..inputs.len())
            .filter(|&number| {
                let other = inputs[number].row(has_window);
                other.is_some_and(|(other, others)| over.compare(&other, others, &row, hash).is_eq())
            })
            .collect();
        same.into_iter().try_for_each(|number| inputs[number].advance(has_window))
    }
}
