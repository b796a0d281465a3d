//! Just enough JSON to write the graph with. Runs in main only.

/// An object, written member by member.
pub(crate) struct Object(String);

/// An empty object.
#[inline(never)]
pub(crate) fn object() -> Object {
    Object(String::from("{"))
}

impl Object {
    /// Adds a member; `value` is JSON.
    pub fn with(self, name: &str, value: impl AsRef<str>) -> Object {
        self.with_text(name, value.as_ref())
    }

    #[inline(never)]
    fn with_text(mut self, name: &str, value: &str) -> Object {
        separate(&mut self.0);
        self.0.push_str(&quote(name));
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    #[inline(never)]
    pub fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// An array of JSON values.
pub(crate) fn list<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let mut text = String::from("[");
    for item in items {
        separate(&mut text);
        text.push_str(item.as_ref());
    }
    text.push(']');
    text
}

#[inline(never)]
fn separate(text: &mut String) {
    if text.len() > 1 {
        text.push(',');
    }
}

/// A JSON string.
#[inline(never)]
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\0'..='\x1f' => {
                let hex = |digit: u32| char::from_digit(digit, 16).unwrap_or('0');
                out.push_str("\\u00");
                out.extend([hex(letter as u32 >> 4), hex(letter as u32 & 15)]);
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_items_are_separated() {
        assert_eq!(object().with("a", list(["1", "2"])).with("b\"", "{}").end(), r#"{"a":[1,2],"b\"":{}}"#);
        assert_eq!(list([object().end(), list(["3"])]), "[{},[3]]");
    }

    #[test]
    fn quotes_and_control_characters_are_escaped() {
        assert_eq!(quote("a\"\\\n\u{1f}é"), r#""a\"\\\u000a\u001fé""#);
    }
}
