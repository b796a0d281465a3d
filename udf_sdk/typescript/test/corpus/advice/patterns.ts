// Advice about regular expressions.
const HEAD = "[a-z]";
// way out: write it as a literal, or make it of constants: it is read when the job is built
const WORD = new RegExp(`${HEAD}+`, "g");

export function patterns(s: string): string[] {
  const match = /(?<first>[a-z])(?<second>.?)/.exec(s);
  return [
    // way out: match without it, and compare the groups: m[1] === m[2]
    [...s.matchAll(/(.)(.)/g)].map((m) => m[1] === m[2]).join(),
    // way out: match what stands before as a group of its own, and put it back: (before)what, with $1 in the replacement
    s.replace(/(b)./g, "$1-"),
    // way out: write a pattern: /[0-9]+/
    // way out: write a pattern without it, as a literal or of constants
    `${/[0-9]+/.test(s)}`,
    // way out: give it a pattern: /text/
    `${s.search(/b/)}`,
    // way out: correct the pattern
    // way out: use the flags d, g, i, m, s, u and y
    // way out: use the pattern's own flags
    `${/B/i.test(s)}`,
    // way out: use + or *, and look at the length of what was found
    // way out: use smaller counts
    // way out: make two patterns of it
    `${(s.match(/b+/)?.[0] ?? "").length > 2000}${/b{3}/.test(s)}${/(a)/.test(s) && /(b)/.test(s)}`,
    // way out: use split, indexOf, includes and slice for this part
    s.includes("b") ? s.slice(s.indexOf("b")) : s,
    // way out: write [...…], or use it in for (const m of ...)
    [...s.matchAll(/b/g)].length.toString(),
    // way out: make the pattern inside the function, take its flag g or y away, or use text.matchAll(pattern)
    [...s.matchAll(WORD)].map((m) => m[0]).join("-"),
    // way out: change a copy: [...match]
    match === null ? "" : [...match].reverse().join(),
    // way out: write match.groups.name
    match?.groups?.first ?? "none",
    // way out: write match.…
    `${match?.index ?? -1}`,
    // way out: write the pattern here, or into a const
    // way out: take them as parameters: (match, first, second) => ...
    // way out: say so: …: number
    s.replace(WORD, (word, at: number) => `${word}${at}`) + s.replace(/(a)(b)/, (m, first, second) => second + first),
    // way out: call it, or wrap it: (text) => pattern.…(text)
    ["a", "B"].filter((text) => /a/i.test(text)).join(),
  ];
}
