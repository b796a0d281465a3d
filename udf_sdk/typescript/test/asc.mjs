// asc, without what it does to the process: its "portable" library replaces Array.prototype.sort by one that sorts numbers
// by value, and tests here compare with what Node does. Whoever imports this first is safe from later imports too.
const sort = Array.prototype.sort;
const asc = await import("assemblyscript/asc");
Array.prototype.sort = sort;

export default asc;
