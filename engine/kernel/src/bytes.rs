//! Comparing and copying short byte strings. What it owns: replacements of `memcmp` and `memcpy` for the few bytes that a
//! key or a word has: on wasm32 the first is a byte loop and the second a call into the host.

/// Bytes that can be read from the start of any key, though those beyond its end mean nothing: so short keys are compared
/// without asking how short they are. `scratch.rs` leaves as many behind everything that the host sends.
pub const SLACK: usize = 32;

/// Lengths up to which `copy` moves words itself instead of asking for a bulk copy.
const SHORT: usize = 64;

/// Whether two byte strings are equal.
#[inline(always)]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    let n = a.len();
    if n != b.len() {
        return false;
    }
    let (p, q) = (a.as_ptr(), b.as_ptr());
    // SAFETY: every load lies inside the first `n` bytes of both; loads may overlap, so no tail loop is needed.
    unsafe {
        if n >= 8 {
            let mut i = 0;
            while i + 8 <= n {
                if load::<u64>(p, i) != load::<u64>(q, i) {
                    return false;
                }
                i += 8;
            }
            load::<u64>(p, n - 8) == load::<u64>(q, n - 8)
        } else if n >= 4 {
            load::<u32>(p, 0) == load::<u32>(q, 0) && load::<u32>(p, n - 4) == load::<u32>(q, n - 4)
        } else if n >= 2 {
            load::<u16>(p, 0) == load::<u16>(q, 0) && load::<u16>(p, n - 2) == load::<u16>(q, n - 2)
        } else {
            n == 0 || *p == *q
        }
    }
}

/// Copies `source` to `target`.
///
/// # Safety
/// `target` must be writable for `source.len()` bytes and must not overlap `source`.
#[inline(always)]
pub unsafe fn copy(source: &[u8], target: *mut u8) {
    let n = source.len();
    let p = source.as_ptr();
    unsafe {
        if n > SHORT {
            core::ptr::copy_nonoverlapping(p, target, n);
        } else if n >= 8 {
            let mut i = 0;
            while i + 8 <= n {
                store(target, i, load::<u64>(p, i));
                i += 8;
            }
            store(target, n - 8, load::<u64>(p, n - 8));
        } else if n >= 4 {
            let (head, tail) = (load::<u32>(p, 0), load::<u32>(p, n - 4));
            store(target, 0, head);
            store(target, n - 4, tail);
        } else if n >= 2 {
            let (head, tail) = (load::<u16>(p, 0), load::<u16>(p, n - 2));
            store(target, 0, head);
            store(target, n - 2, tail);
        } else if n == 1 {
            *target = *p;
        }
    }
}

/// Adds bytes at the end of others.
#[inline(always)]
pub fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len());
    // SAFETY: there is room, and a borrowed vector does not lie in `bytes`.
    unsafe {
        copy(bytes, out.as_mut_ptr().add(out.len()));
        out.set_len(out.len() + bytes.len());
    }
}

/// By length of a byte string, which bits of its words count: what lies beyond its end is masked away.
pub const fn masks<const WORDS: usize, const LENGTHS: usize>() -> [[u64; WORDS]; LENGTHS] {
    let mut masks = [[0; WORDS]; LENGTHS];
    let mut length = 0;
    while length < LENGTHS {
        let mut byte = 0;
        while byte < length {
            masks[length][byte / 8] |= 0xff << (8 * (byte % 8));
            byte += 1;
        }
        length += 1;
    }
    masks
}

/// Reads a `T` at `base + at`, aligned or not.
///
/// # Safety
/// The bytes must be readable and `T` plain data.
#[inline(always)]
pub unsafe fn load<T: Copy>(base: *const u8, at: usize) -> T {
    unsafe { base.add(at).cast::<T>().read_unaligned() }
}

/// Writes a `T` at `base + at`, aligned or not.
///
/// # Safety
/// The bytes must be writable.
#[inline(always)]
pub unsafe fn store<T: Copy>(base: *mut u8, at: usize, value: T) {
    unsafe { base.add(at).cast::<T>().write_unaligned(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_agrees_with_slices_at_every_length_and_place() {
        for n in 0..100 {
            let a: Vec<u8> = (0..n as u8).collect();
            assert!(equal(&a, &a.clone()));
            for i in 0..n {
                let mut b = a.clone();
                b[i] ^= 0x80;
                assert!(!equal(&a, &b), "length {n}, byte {i}");
            }
        }
        assert!(!equal(b"a", b"ab"));
    }

    #[test]
    fn copy_writes_exactly_the_bytes() {
        for n in 0..200usize {
            let source: Vec<u8> = (0..n).map(|i| i as u8 | 1).collect();
            let mut target = vec![0u8; n + 1];
            unsafe { copy(&source, target.as_mut_ptr()) };
            assert_eq!(&target[..n], &source[..]);
            assert_eq!(target[n], 0);
        }
    }
}
