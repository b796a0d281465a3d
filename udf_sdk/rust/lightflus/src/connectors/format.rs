//! How the bytes of a message become a record, and a record the bytes of one. What says an option is in `generated.rs`.

use super::options::Options;

/// How records are decoded and encoded, where the type alone does not say it: without a format, text is taken as it
/// is, and a struct is JSON.
#[derive(Clone)]
pub struct Format {
    pub(crate) name: &'static str,
    pub(crate) options: Options,
}

impl Format {
    pub(super) fn of(name: &'static str) -> Format {
        Format { name, options: Options::default() }
    }

    pub(super) fn set_header(&mut self, has_header: bool) {
        self.options.set("format.header", if has_header { "true" } else { "false" });
    }
}
