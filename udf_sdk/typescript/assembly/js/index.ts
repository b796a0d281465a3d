// JavaScript's semantics for lowered code: everything that `compiler/builtins.ts` and INTERNALS.md name, as
// `__js.<name>`.
export * from "./array_callbacks";
export * from "./array_changes";
export * from "./arrays";
export * from "./bigints";
export * from "./bits";
export * from "./convert";
export * from "./dates";
export * from "./dicts";
export * from "./errors";
export * from "./fail";
export * from "./json_read";
export * from "./json_text";
export * from "./map_methods";
export * from "./maps";
export * from "./matches";
export * from "./math";
export * from "./mixed";
export * from "./numbers";
export * from "./pattern_replace";
export * from "./patterns";
export * from "./radix";
export * from "./significant";
export * from "./sort";
export * from "./strings";
export * from "./text";
export * from "./text_case";
