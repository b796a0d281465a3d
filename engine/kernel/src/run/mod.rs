//! State that leaves as runs and comes back (docs/state-format.md).
//!
//! `seal` keeps what has changed, and makes the next run of it (`sort` puts rows in order, `writer` makes blocks and footer,
//! `filter` is a part of it); `rows` reads blocks, for whoever restores; `merge` makes one run of several, `columns` columns of
//! blocks, and `over` says which of their rows are over. `form` is a row's form. Bytes that are read are hostile: they may say anything, and nothing panics.

pub mod columns;
pub mod filter;
pub mod form;
pub mod merge;
pub mod over;
pub mod pack;
pub mod rows;
pub mod seal;
pub mod sort;
pub mod unpack;
pub mod writer;
