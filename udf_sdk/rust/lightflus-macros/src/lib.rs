//! `#[derive(Record)]` and `#[job]` for the crate `lightflus`.
//!
//! Owns the translation from the user's items to the crate's private seam (`lightflus::__private`); runs in the compiler.

mod job;
mod record;

use proc_macro::TokenStream;

/// Makes a struct a record: its fields are columns, by name and in order.
///
/// Fields are `bool`, `i8` to `i64`, `u8` to `u64`, `f32`, `f64`, `&'a str`, `String`, `&'a [u8]`, `Binary`, `Date`,
/// `TimestampMs`, `TimestampUs`, other records, tuples of them, `Vec<_>`, `List<'a, _>`, and `Option<_>` of all these.
/// `#[record(rename = "type")]` on a field gives its column another name.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    record::expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Makes a function the entry of a job: `#[lightflus::job]` on `fn name(job: &Job)`.
///
/// The job is called like the function; `#[lightflus::job(id = "wordCount", namespace = "default")]` says otherwise.
#[proc_macro_attribute]
pub fn job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    job::expand(arguments.into(), item.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}
