use super::lines::{Found, Reader};
use crate::bytes::SLACK;

/// Two integers, `v` and `w`.
const PAIR: [u8; 12] = [1, 17, 2, 0, 1, 0, b'v', 5, 1, 0, b'w', 5];

fn read(schema: &[u8], text: &[u8]) -> Found {
    let mut bytes = text.to_vec();
    bytes.resize(text.len() + SLACK, b'x');
    unsafe { Reader::new(schema).read_lines(bytes.as_mut_ptr(), text.len()) }
}

#[test]
fn a_line_is_an_object() {
    let found = read(&PAIR, b"{\"v\":1,\"w\":-20}\n{\"w\":3, \"v\":4}");
    assert_eq!(found.refused, Vec::<[u32; 3]>::new());
    assert_eq!((found.records, found.columns.length), (2, 2));
    assert_eq!(found.columns.children[1].data.as_slice(), [(-20i64).to_le_bytes(), 3i64.to_le_bytes()].concat());
}
