//! Encoded rows (docs/row-encoding.md) back to state rows in memory, or only looked at. What it owns: that what is read is
//! what was written: whatever else there is, is damage. What it leaves: keys to columns (`decode.rs`).

use crate::bytes::store;
use crate::cell::Cell;
use crate::encode::{canonical32, canonical64};
use crate::run::form::{Damaged, take};
use crate::run::pack::{one_nan32, one_nan64};
use crate::scatter::let_go;
use crate::schema::{Kind, Node};

/// Whether `bytes` are a key of the columns of `schema`.
pub fn check_key(schema: &Node, bytes: &[u8]) -> Result<(), Damaged> {
    let Kind::Struct(fields) = &schema.kind else { unreachable!("a schema of columns is a struct") };
    let mut reader = Reader { rest: bytes, is_key: true };
    fields.iter().try_for_each(|field| reader.value(field, None))?;
    reader.end()
}

/// Replaces the row at `row` by the one that `bytes` encode. After damage it is a row still, but nobody knows which.
///
/// # Safety
/// It must be a row of `schema`, zero or written before. `SLACK` bytes must be readable behind `bytes`.
pub unsafe fn unpack(schema: &Node, bytes: &[u8], row: *mut u8) -> Result<(), Damaged> {
    let Kind::Struct(fields) = &schema.kind else { unreachable!("a schema of columns is a struct") };
    let mut reader = Reader { rest: bytes, is_key: false };
    fields.iter().try_for_each(|field| reader.value(field, Some(row)))?;
    reader.end()
}

struct Reader<'a> {
    rest: &'a [u8],
    is_key: bool,
}

impl<'a> Reader<'a> {
    /// Reads a value, and writes it to its place in the row at `row`, if there is one.
    fn value(&mut self, node: &Node, row: Option<*mut u8>) -> Result<(), Damaged> {
        let place = row.map(|row| unsafe { row.add(node.at) });
        if node.nullable {
            let is_valid = self.flag()?;
            if let Some(place) = place {
                // SAFETY: the byte before a nullable value says whether it is valid.
                unsafe { *place.sub(1) = is_valid };
            }
            if is_valid == 0 {
                row.into_iter().for_each(|row| clear(node, row));
                return Ok(());
            }
        }
        match &node.kind {
            Kind::Bool => {
                let flag = self.flag()?;
                put(place, flag);
            }
            Kind::Fixed(1) => put(place, self.number::<1>()?),
            Kind::Fixed(2) => put(place, self.number::<2>()?),
            Kind::Fixed(4) => put(place, self.number::<4>()?),
            Kind::Fixed(_) => put(place, self.number::<8>()?),
            Kind::Float(4) => {
                let bits = u32::from_le_bytes(self.number()?);
                canonical(bits == if self.is_key { canonical32(bits) } else { one_nan32(bits) })?;
                put(place, bits);
            }
            Kind::Float(_) => {
                let bits = u64::from_le_bytes(self.number()?);
                canonical(bits == if self.is_key { canonical64(bits) } else { one_nan64(bits) })?;
                put(place, bits);
            }
            Kind::Bytes => self.string(node, place)?,
            Kind::List(item) => self.list(item, place)?,
            Kind::Struct(fields) => fields.iter().try_for_each(|field| self.value(field, row))?,
        }
        Ok(())
    }

    fn string(&mut self, node: &Node, place: Option<*mut u8>) -> Result<(), Damaged> {
        let count = if node.ends_row { self.rest.len() } else { self.count()? };
        let bytes = take(&mut self.rest, count)?;
        if node.is_text && core::str::from_utf8(bytes).is_err() {
            return Err(Damaged("a text is not UTF-8"));
        }
        if let Some(place) = place {
            // SAFETY: it is the cell of a string, and there is slack behind all rows.
            unsafe { Cell::at(place).set_bytes(bytes) };
        }
        Ok(())
    }

    fn list(&mut self, item: &Node, place: Option<*mut u8>) -> Result<(), Damaged> {
        let count = self.count()?;
        let Some(place) = place else { return Err(Damaged("a key has a list")) };
        // Every item has a byte at least: so nobody is asked for more memory than there are bytes.
        if count > self.rest.len() {
            return Err(Damaged("a list is cut off"));
        }
        // SAFETY: it is the cell of a list of such items.
        let block = unsafe { Cell::at(place) }.resize_list(count, item.size, &mut |place| let_go(item, place));
        (0..count).try_for_each(|index| self.value(item, Some(unsafe { block.add(index * item.size) })))
    }

    fn end(&self) -> Result<(), Damaged> {
        if self.rest.is_empty() { Ok(()) } else { Err(Damaged("a row has more bytes than its type")) }
    }

    #[inline(always)]
    fn number<const WIDTH: usize>(&mut self) -> Result<[u8; WIDTH], Damaged> {
        Ok(take(&mut self.rest, WIDTH)?.try_into().expect("as many bytes"))
    }

    fn count(&mut self) -> Result<usize, Damaged> {
        Ok(u32::from_le_bytes(self.number()?) as usize)
    }

    fn flag(&mut self) -> Result<u8, Damaged> {
        match self.number::<1>()? {
            [flag @ (0 | 1)] => Ok(flag),
            _ => Err(Damaged("a byte is neither 0 nor 1")),
        }
    }
}

fn canonical(is_it: bool) -> Result<(), Damaged> {
    if is_it { Ok(()) } else { Err(Damaged("a float is not in its form")) }
}

#[inline(always)]
fn put<T: Copy>(place: Option<*mut u8>, value: T) {
    if let Some(place) = place {
        // SAFETY: the place of a value of that size.
        unsafe { store(place, 0, value) };
    }
}

/// Makes the value of a nullable `node` in a row zero, whose validity byte stands.
fn clear(node: &Node, row: *mut u8) {
    let_go(node, row);
    // SAFETY: these are the bytes of the value, which holds nothing outside any more.
    unsafe { core::ptr::write_bytes(row.add(node.at), 0, node.size - 1) };
}
