// What others import. way out: use a file of its own and import it
export const CITIES = ["Rom", "Bonn"];
export const LIMIT = 3;
// way out: write the code as a function
export function twice(n: number): number { return n * 2; }
