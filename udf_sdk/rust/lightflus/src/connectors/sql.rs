//! How many parameters a statement has: the `?` outside of texts, names and comments. The TypeScript SDK counts the same.

pub(crate) fn parameter_count(sql: &str) -> usize {
    let text = sql.as_bytes();
    let mut count = 0;
    let mut i = 0;
    while i < text.len() {
        match &text[i..] {
            [quote @ (b'\'' | b'"' | b'`'), ..] => i = behind_quoted(text, i, *quote),
            [b'#', ..] | [b'-', b'-'] | [b'-', b'-', ..=b' ', ..] => i = behind(text, i, b"\n"),
            [b'/', b'*', ..] => i = behind(text, i + 2, b"*/"),
            [letter, ..] => {
                count += usize::from(*letter == b'?');
                i += 1;
            }
            [] => break,
        }
    }
    count
}

/// A doubled quote inside is two texts side by side, which is the same here.
fn behind_quoted(text: &[u8], at: usize, quote: u8) -> usize {
    let mut i = at + 1;
    while i < text.len() && text[i] != quote {
        i += if text[i] == b'\\' && quote != b'`' { 2 } else { 1 };
    }
    i + 1
}

fn behind(text: &[u8], at: usize, end: &[u8]) -> usize {
    let found = text[at.min(text.len())..].windows(end.len()).position(|window| window == end);
    found.map_or(text.len(), |offset| at + offset + end.len())
}

#[cfg(test)]
mod tests {
    use super::parameter_count;

    #[test]
    fn parameters_are_counted_outside_of_texts_names_and_comments() {
        for (sql, count) in [
            ("insert into t (a, b) values (?, ?)", 2),
            ("update t set a = 'what?', `odd?` = ?, b = \"it\\\"s?\" where c = ?", 2),
            ("select ? -- really?\n, ?", 2),
            ("select ? # why?\n", 1),
            ("select 1--?", 1),
            ("select ? /* ? \n ? */ + ?", 2),
            ("select 'it''s?', ?", 1),
            ("select '?", 0),
            ("select ? /* ?", 1),
            ("", 0),
            ("select ? --", 1),
        ] {
            assert_eq!(parameter_count(sql), count, "{sql}");
        }
    }
}
