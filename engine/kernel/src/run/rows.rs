//! The rows of some blocks, for whoever restores or shows them. What it owns: that they are rows, of keys of the right type, in
//! order; and which of them are of some key groups. What it leaves: states (`unpack.rs`), checksums (whoever has read the file).

use crate::bytes::SLACK;
use crate::encode::RowBytes;
use crate::partition::key_group;
use crate::run::form::{Damaged, Row, has_window};
use crate::run::unpack::check_key;
use crate::schema::Node;
use std::cmp::Ordering;
use std::ops::Range;

/// Rows of neighbouring blocks, and the hash of each.
pub struct Stretch<'a> {
    pub rows: Vec<Row<'a>>,
    pub hashes: Vec<u64>,
}

impl<'a> Stretch<'a> {
    /// Reads those in `wanted` of so many key groups.
    ///
    /// # Safety
    /// `SLACK` bytes must be readable behind `bytes`.
    pub unsafe fn read(
        bytes: &'a [u8],
        kind: u32,
        key: &Node,
        wanted: Range<u32>,
        groups: u32,
    ) -> Result<Stretch<'a>, Damaged> {
        let (mut rest, mut last) = (bytes, None);
        let mut stretch = Stretch { rows: Vec::new(), hashes: Vec::new() };
        while !rest.is_empty() {
            let row = Row::read(&mut rest, has_window(kind))?;
            let hash = row.hash();
            if let Some((before, others)) = last.replace((row, hash))
                && row.compare(hash, &before, others) != Ordering::Greater
            {
                return Err(Damaged("rows are not in order"));
            }
            check_key(key, row.key)?;
            if wanted.contains(&key_group(hash, groups)) {
                stretch.rows.push(row);
                stretch.hashes.push(hash);
            }
        }
        Ok(stretch)
    }

    /// Leaves those rows out.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&Row<'a>) -> bool) {
        let (rows, hashes) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.hashes));
        let wanted = rows.into_iter().zip(hashes).filter(|(row, _)| is_wanted(row));
        (self.rows, self.hashes) = wanted.unzip();
    }

    /// Parts them: those that have a state, and removals.
    pub fn parted(self) -> [Stretch<'a>; 2] {
        let (kept, gone): (Vec<_>, Vec<_>) =
            self.rows.into_iter().zip(self.hashes).partition(|(row, _)| row.state.is_some());
        [kept, gone].map(|part| {
            let (rows, hashes) = part.into_iter().unzip();
            Stretch { rows, hashes }
        })
    }
}

// SAFETY: keys lie in the bytes behind which there is slack.
unsafe impl RowBytes for Stretch<'_> {
    #[inline(always)]
    fn row(&self, row: usize) -> &[u8] {
        const { assert!(SLACK > 0) };
        self.rows[row].key
    }
}
