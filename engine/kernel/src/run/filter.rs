//! A split-block Bloom filter of key hashes (docs/state-format.md). What it owns: its blocks, in chunks that are made one by one,
//! so that no call is busy with all of them. What it leaves: asking it, which whoever reads a run does.

/// Bits of the filter for each row.
const BITS: usize = 10;
/// Words of a block: one bit of each is set.
const WORDS: usize = 8;
const BLOCK: usize = WORDS * size_of::<u32>();
/// Blocks of a chunk.
const CHUNK: usize = 1 << 15;
const SALT: [u32; WORDS] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// A filter that is being filled.
pub struct Filter {
    blocks: usize,
    chunks: Vec<Vec<[u32; WORDS]>>,
}

impl Filter {
    /// For so many rows at most.
    pub fn new(rows: usize) -> Filter {
        Filter { blocks: (rows * BITS).div_ceil(8 * BLOCK), chunks: Vec::new() }
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// Makes a chunk, unless all are there; whether one was missing.
    pub fn grow(&mut self) -> bool {
        let made = self.chunks.len() * CHUNK;
        let is_missing = made < self.blocks;
        if is_missing {
            self.chunks.push(vec![[0; WORDS]; CHUNK.min(self.blocks - made)]);
        }
        is_missing
    }

    /// Adds a hash.
    #[inline(always)]
    pub fn add(&mut self, hash: u64) {
        let at = (((hash & 0xffff_ffff) * self.blocks as u64) >> 32) as usize;
        let block = &mut self.chunks[at / CHUNK][at % CHUNK];
        for (word, salt) in block.iter_mut().zip(SALT) {
            *word |= 1 << (((hash >> 32) as u32).wrapping_mul(salt) >> 27);
        }
    }

    /// Its bytes, chunk by chunk.
    pub fn chunk(&self, index: usize) -> Option<&[u8]> {
        let chunk = self.chunks.get(index)?;
        // SAFETY: these are plain numbers.
        Some(unsafe { core::slice::from_raw_parts(chunk.as_ptr().cast(), chunk.len() * BLOCK) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hash;

    fn may_have(filter: &Filter, hash: u64) -> bool {
        let at = (((hash & 0xffff_ffff) * filter.blocks as u64) >> 32) as usize;
        let block = &filter.chunks[at / CHUNK][at % CHUNK];
        block.iter().zip(SALT).all(|(word, salt)| word >> (((hash >> 32) as u32).wrapping_mul(salt) >> 27) & 1 != 0)
    }

    #[test]
    fn what_was_added_is_there_and_little_else_also_where_hashes_are_of_one_key_group() {
        for group in [None, Some(5u64)] {
            let hash = |i: u64| match group {
                None => hash(&i.to_le_bytes()),
                Some(group) => hash(&i.to_le_bytes()) >> 7 | group << 57,
            };
            let mut filter = Filter::new(100_000);
            while filter.grow() {}
            (0..100_000).for_each(|i| filter.add(hash(i)));
            assert!((0..100_000).all(|i| may_have(&filter, hash(i))));
            let wrong = (100_000..200_000).filter(|&i| may_have(&filter, hash(i))).count();
            assert!(wrong < 3_000, "{wrong} of 100,000");
        }
    }
}
