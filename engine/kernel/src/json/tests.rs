//! The reader and the writer as a whole; what they mean in every case is compared with their oracles from Python
//! (`tests/formats/test_json_kernel.py`), on wasm32.

use super::bytes::Bytes;
use super::calendar::{date, days};
use super::digits::float64;
use super::lines::{Found, Reader};
use crate::bytes::SLACK;

/// Two integers, `v` and `w`; the first may be null.
const PAIR: [u8; 12] = [1, 17, 2, 0, 1, 0, b'v', 0x85, 1, 0, b'w', 5];
/// A text `t`.
const TEXT: [u8; 8] = [1, 17, 1, 0, 1, 0, b't', 12];

fn with_slack(text: &[u8]) -> Vec<u8> {
    [text, &[b'x'; SLACK]].concat()
}

fn read(schema: &[u8], text: &[u8]) -> Found {
    unsafe { Reader::new(schema).read_lines(with_slack(text).as_mut_ptr(), text.len()) }
}

fn integers(found: &Found, column: usize) -> Vec<i64> {
    let bytes = found.columns.children[column].data.as_slice();
    bytes.chunks(8).map(|value| i64::from_le_bytes(value.try_into().unwrap())).collect()
}

#[test]
fn a_line_is_an_object_with_its_fields_in_any_order() {
    let found = read(&PAIR, b"{\"v\":1,\"w\":-20}\n{\"w\":3, \"x\":[{}], \"v\":4}");
    assert!(found.refused.is_empty());
    assert_eq!((found.records, found.columns.length), (2, 2));
    assert_eq!((integers(&found, 0), integers(&found, 1)), (vec![1, 4], vec![-20, 3]));
}

#[test]
fn a_line_that_is_refused_leaves_no_trace_and_is_told_without_its_end() {
    let found = read(&PAIR, b"{\"w\":1}\n{\"v\":null,\"w\":2.5}\r\n\n{\"v\":7,\"w\":3}\n{");
    assert_eq!(found.refused, [[1, 8, 18], [4, 43, 1]]);
    assert_eq!((found.records, found.numbers), (5, vec![0, 3]));
    assert_eq!(found.columns.children[0].validity.as_deref(), Some(&[0b10][..]));
}

#[test]
fn text_that_was_begun_by_a_refused_line_is_in_none_of_its_neighbours() {
    let found = read(&TEXT, b"{\"t\":\"a\"}\n{\"t\":\"bc\n{\"t\":\"d\\u00e9\"}");
    assert_eq!(found.numbers, [0, 2]);
    let column = &found.columns.children[0];
    assert_eq!((column.data.as_slice(), &column.offsets[..]), ("ad\u{e9}".as_bytes(), &[0, 1, 4][..]));
}

#[test]
fn messages_may_have_lines_and_end_where_they_end() {
    let text = b"{\"w\":\n12}{\"w\":3}4";
    let mut bytes = with_slack(text);
    let found = unsafe { Reader::new(&PAIR).read_messages(bytes.as_mut_ptr(), &[0, 9, 16, 17]) };
    assert_eq!((integers(&found, 1), found.refused), (vec![12, 3], vec![[2, 16, 1]]));
    assert_eq!(&bytes[..text.len()], text);
}

#[test]
fn numbers_look_as_javascript_prints_them() {
    for (value, text) in
        [(-0.0, "0"), (1e21, "1e+21"), (123e-7, "0.0000123"), (1e-7, "1e-7"), (0.1 + 0.2, "0.30000000000000004")]
    {
        let mut out = Bytes::default();
        float64(&mut out, value);
        assert_eq!(core::str::from_utf8(out.as_slice()), Ok(text));
    }
}

#[test]
fn days_and_dates_are_each_others_inverse() {
    for day in (-800_000..800_000).step_by(61) {
        let (year, month, of_month) = date(day);
        assert_eq!(days(year, month, of_month), day);
    }
    assert_eq!((days(1970, 1, 1), date(59)), (0, (1970, 3, 1)));
}
