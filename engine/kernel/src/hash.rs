//! The key hash: XXH3-64, seed 0, of the encoded key (docs/key-hash.md). What it owns: one hash per row. It must never
//! change: state and partitions of running jobs hang on it.

use crate::bytes::load;
use crate::encode::RowBytes;
use std::hint::black_box;
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
        hashes.push(hash(bytes));
    }
    Ok(hashes)
}

/// XXH3-64. Keys of 9 to 128 bytes are so frequent, and the library's way for them so slow on wasm32 (which has no wide
/// multiplication, but a call for it), that they have a way of their own.
#[inline(always)]
pub fn hash(bytes: &[u8]) -> u64 {
    match bytes.len() {
        9..=16 => hash_9_to_16(bytes),
        17..=128 => hash_17_to_128(bytes),
        _ => xxh3_64(bytes),
    }
}

/// The first words of XXH3's secret.
const SECRET: [u64; 16] = [
    0xbe4b_a423_396c_feb8,
    0x1cad_21f7_2c81_017c,
    0xdb97_9083_e96d_d4de,
    0x1f67_b3b7_a4a4_4072,
    0x78e5_c0cc_4ee6_79cb,
    0x2172_ffcc_7dd0_5a82,
    0x8e24_43f7_7446_08b8,
    0x4c26_3a81_e690_35e0,
    0xcb00_c391_bb52_283c,
    0xa32e_531b_8b65_d088,
    0x4ef9_0da2_9748_6471,
    0xd8ac_dea9_46ef_1938,
    0x3f34_9ce3_3f76_faa8,
    0x1d4f_0bc7_c7bb_dcf9,
    0x3159_b4cd_4be0_518a,
    0x6473_78d9_c97e_9fc8,
];

#[inline(always)]
fn hash_9_to_16(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    // SAFETY: there are at least 8 bytes.
    let (low, high) = unsafe { (load::<u64>(bytes.as_ptr(), 0), load::<u64>(bytes.as_ptr(), n - 8)) };
    let (low, high) = (low ^ SECRET[3] ^ SECRET[4], high ^ SECRET[5] ^ SECRET[6]);
    avalanche((n as u64).wrapping_add(low.swap_bytes()).wrapping_add(high).wrapping_add(multiply_fold(low, high)))
}

/// Sixteen bytes from the start and sixteen from the end, as often as it takes for them to meet.
fn hash_17_to_128(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let mut mixed = (n as u64).wrapping_mul(0x9e37_79b1_85eb_ca87);
    for pair in 0..=(n - 1) / 32 {
        let (from_start, from_end) = (16 * pair, n - 16 * (pair + 1));
        mixed = mixed.wrapping_add(mix(bytes, from_start, 4 * pair)).wrapping_add(mix(bytes, from_end, 4 * pair + 2));
    }
    avalanche(mixed)
}

#[inline(always)]
fn mix(bytes: &[u8], at: usize, secret: usize) -> u64 {
    // SAFETY: `at` is 16 bytes before the end or further.
    let (low, high) = unsafe { (load::<u64>(bytes.as_ptr(), at), load::<u64>(bytes.as_ptr(), at + 8)) };
    multiply_fold(low ^ SECRET[secret], high ^ SECRET[secret + 1])
}

#[inline(always)]
fn avalanche(mut mixed: u64) -> u64 {
    mixed ^= mixed >> 37;
    mixed = mixed.wrapping_mul(0x1656_6791_9e37_79f9);
    mixed ^ mixed >> 32
}

/// The lower half of a 128-bit product, exclusive-or the upper: a sum of four products of halves.
///
/// The compiler would recognise the sum and call its 128-bit multiplication after all; the black box keeps it from that.
#[inline(always)]
fn multiply_fold(a: u64, b: u64) -> u64 {
    const LOW: u64 = 0xffff_ffff;
    let (low, high) = ((a & LOW) * (b & LOW), (a >> 32) * (b >> 32));
    let (left, right) = ((a >> 32) * (b & LOW), (a & LOW) * (b >> 32));
    let cross = black_box((low >> 32) + (left & LOW) + right);
    let upper = (left >> 32) + (cross >> 32) + high;
    (cross << 32 | low & LOW) ^ upper
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

    #[test]
    fn every_length_is_hashed_as_the_library_does() {
        let mut bytes = vec![];
        for n in 0..300u64 {
            assert_eq!(hash(&bytes), xxh3_64(&bytes), "length {n}");
            bytes.push((n.wrapping_mul(0x9e37_79b9) >> 3) as u8);
        }
    }

    #[test]
    fn a_fold_is_that_of_the_wide_product() {
        for (a, b) in [(0, 5), (u64::MAX, u64::MAX), (0xffff_ffff, 1 << 63), (0x1234_5678_9abc_def0, u64::MAX - 2)] {
            let product = u128::from(a) * u128::from(b);
            assert_eq!(multiply_fold(a, b), product as u64 ^ (product >> 64) as u64);
        }
    }
}
