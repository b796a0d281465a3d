//! hash -> key group -> partition. What it owns: which rows go where. Both functions are specified in docs/key-hash.md;
//! the table in `lines.rs` uses the low half of a hash, so that the keys of one partition still spread over a whole table.

/// The key group of a hash: its high half, scaled to `0..groups`.
#[inline(always)]
pub fn key_group(hash: u64, groups: u32) -> u32 {
    (((hash >> 32) * u64::from(groups)) >> 32) as u32
}

/// Row numbers by partition, ascending within each: `rows` holds them one partition after another, `ends` where each ends.
pub struct Partitioned {
    pub ends: Vec<u32>,
    pub rows: Vec<u32>,
}

/// Distributes rows by hash; partition p has the key groups g with `g * partitions / groups == p`.
pub fn partition(hashes: &[u64], partitions: u32, groups: u32) -> Partitioned {
    assert!(partitions >= 1 && partitions <= groups, "{partitions} partitions of {groups} key groups");
    let of_group: Vec<u32> =
        (0..groups).map(|group| (u64::from(group) * u64::from(partitions) / u64::from(groups)) as u32).collect();
    let targets: Vec<u32> = hashes.iter().map(|&hash| of_group[key_group(hash, groups) as usize]).collect();
    let mut ends = vec![0u32; partitions as usize];
    for &target in &targets {
        ends[target as usize] += 1;
    }
    let mut next = Vec::with_capacity(partitions as usize);
    let mut total = 0;
    for end in &mut ends {
        next.push(total);
        total += *end;
        *end = total;
    }
    let mut rows = vec![0u32; hashes.len()];
    for (row, &target) in targets.iter().enumerate() {
        let place = &mut next[target as usize];
        rows[*place as usize] = row as u32;
        *place += 1;
    }
    Partitioned { ends, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_groups_cover_their_range() {
        assert_eq!(key_group(0, 128), 0);
        assert_eq!(key_group(u64::MAX, 128), 127);
        assert_eq!(key_group(1 << 63, 128), 64);
        assert_eq!(key_group(0xffff_ffff, 128), 0);
    }

    #[test]
    fn every_row_is_in_one_partition_in_order() {
        let hashes: Vec<u64> = (0..1000u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        let done = partition(&hashes, 3, 128);
        let mut from = 0;
        let mut all: Vec<u32> = Vec::new();
        for (partition, &end) in done.ends.iter().enumerate() {
            let rows = &done.rows[from as usize..end as usize];
            assert!(rows.is_sorted());
            assert!(rows.iter().all(|&row| key_group(hashes[row as usize], 128) * 3 / 128 == partition as u32));
            all.extend(rows);
            from = end;
        }
        all.sort();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
    }
}
