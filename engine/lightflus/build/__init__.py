"""From a source to a module: the compilers of TypeScript and Rust, their caches, and places in the user's source."""
