//! The key hash: XXH3-64, seed 0, of the encoded key (docs/key-hash.md). What it owns: one hash per row. It must never
//! change: state and partitions of running jobs hang on it.

use crate::encode::RowBytes;
use xxhash_rust::xxh3::xxh3_64;

/// A key that is longer than the engine allows.
#[derive(Debug, PartialEq)]
pub struct TooLong {
    pub row: usize,
    pub bytes: usize,
}

/// The hash of every row of `keys`.
pub fn hash_rows(keys: &impl RowBytes, rows: usize, most: usize) -> Result<Vec<u64>, TooLong> {
    let mut hashes = Vec::with_capacity(rows);
    for row in 0..rows {
        let bytes = keys.row(row);
        if bytes.len() > most {
            return Err(TooLong { row, bytes: bytes.len() });
        }
        hashes.push(xxh3_64(bytes));
    }
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::Encoded;

    #[test]
    fn a_key_that_is_too_long_is_reported_with_its_row() {
        let keys = Encoded::from_rows([vec![1; 3], vec![1; 5]].into_iter());
        assert_eq!(hash_rows(&keys, 2, 4), Err(TooLong { row: 1, bytes: 5 }));
        assert_eq!(hash_rows(&keys, 2, 5).map(|hashes| hashes[0]), Ok(xxh3_64(&[1; 3])));
    }
}
