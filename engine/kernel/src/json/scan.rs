//! Sixteen bytes at a time. What it owns: where in them a string does not simply go on.

#[cfg(not(target_arch = "wasm32"))]
use plain as here;
#[cfg(target_arch = "wasm32")]
use wide as here;

/// Bytes that are looked at together.
pub const WIDTH: usize = 16;

/// Copies sixteen bytes; a bit for each of them that is a quote, a backslash, a control character or beyond ASCII.
///
/// # Safety
/// They must be readable and writable.
#[inline(always)]
pub unsafe fn copy_read(from: *const u8, to: *mut u8) -> u32 {
    unsafe { here::copy::<true>(from, to) }
}

/// The same without those beyond ASCII: what stands in a string as it is.
///
/// # Safety
/// They must be readable and writable.
#[inline(always)]
pub unsafe fn copy_written(from: *const u8, to: *mut u8) -> u32 {
    unsafe { here::copy::<false>(from, to) }
}

/// Whether the first `count` of sixteen bytes are the same.
///
/// # Safety
/// They must be readable.
#[inline(always)]
pub unsafe fn are_same(text: *const u8, other: &[u8; WIDTH], count: usize) -> bool {
    let mask = (1u32 << count) - 1;
    unsafe { here::same(text, other) & mask == mask }
}

#[cfg(target_arch = "wasm32")]
mod wide {
    use core::arch::wasm32::{
        i8x16_bitmask, i8x16_eq, i8x16_lt, u8x16_lt, u8x16_splat, v128_load, v128_or, v128_store,
    };

    #[inline(always)]
    pub unsafe fn same(text: *const u8, other: &[u8; super::WIDTH]) -> u32 {
        unsafe { i8x16_bitmask(i8x16_eq(v128_load(text.cast()), v128_load(other.as_ptr().cast()))).into() }
    }

    /// A byte beyond ASCII is a negative one, so a signed comparison finds it with the control characters.
    #[inline(always)]
    pub unsafe fn copy<const BEYOND_ASCII: bool>(from: *const u8, to: *mut u8) -> u32 {
        unsafe {
            let bytes = v128_load(from.cast());
            v128_store(to.cast(), bytes);
            let space = u8x16_splat(b' ');
            let low = if BEYOND_ASCII { i8x16_lt(bytes, space) } else { u8x16_lt(bytes, space) };
            let ends = v128_or(i8x16_eq(bytes, u8x16_splat(b'"')), i8x16_eq(bytes, u8x16_splat(b'\\')));
            i8x16_bitmask(v128_or(low, ends)).into()
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod plain {
    pub unsafe fn same(text: *const u8, other: &[u8; super::WIDTH]) -> u32 {
        (0..super::WIDTH).map(|i| u32::from(unsafe { *text.add(i) } == other[i]) << i).sum()
    }

    /// What the kernel's own tests run on.
    pub unsafe fn copy<const BEYOND_ASCII: bool>(from: *const u8, to: *mut u8) -> u32 {
        let mut bytes = [0u8; super::WIDTH];
        unsafe {
            core::ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), super::WIDTH);
            core::ptr::copy_nonoverlapping(bytes.as_ptr(), to, super::WIDTH);
        }
        let stops = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\' || BEYOND_ASCII && byte >= 0x80;
        (0..super::WIDTH).map(|i| u32::from(stops(bytes[i])) << i).sum()
    }
}
