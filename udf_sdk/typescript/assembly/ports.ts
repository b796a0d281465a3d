// Side outputs of an operator: which there are, of which types. Main fills them in; a process function looks its own up by name.
import { failAt, Node } from "./graph";
import { quote } from "./json";
import { typeOf } from "./types";

/** A side output, as main makes it: a name that an operator and the readers of its side output share. */
export class SideOutput<T> {
  constructor(public name: string) {}

  static of<T>(name: string, meta: string): SideOutput<T> {
    if (!name.length) failAt(meta, 'a side output has a name: SideOutput.of<Late>("late")');
    return new SideOutput<T>(name);
  }

  /** job.proto's Port. */
  toJson(): string {
    return portText(this.name, typeOf<T>());
  }
}

function portText(name: string, type: string): string {
  return '{"name":' + quote(name) + ',"type":' + type + "}";
}

/** The side outputs of one operator. */
export class Ports {
  names: Array<string> = [];
  types: Array<string> = [];

  /**
   * @param late the name of the one for late records; "" = none.
   * @param head the operator's kind up to its list of ports, which ends with `tail`; "" = it has no other ports.
   */
  constructor(
    private late: string,
    private head: string = "",
    private tail: string = "",
  ) {}

  /** Someone reads a side output of the operator. */
  open<T>(node: Node, tag: SideOutput<T>, meta: string): void {
    const at = this.names.indexOf(tag.name);
    if (tag.name == this.late) return;
    if (!this.head.length) failAt(meta, "this window has no side output '" + tag.name + "': say .lateTo(...) with it before the window's function");
    if (at >= 0 && this.types[at] != typeOf<T>()) failAt(meta, "the operator has another side output with the name '" + tag.name + "': give each its own name");
    if (at >= 0) return;
    this.names.push(tag.name);
    this.types.push(typeOf<T>());
    let list = "";
    for (let i = 0; i < this.names.length; i++) list += (i ? "," : "") + portText(this.names[i], this.types[i]);
    node.kind = this.head + ',"ports":[' + list + "]" + this.tail;
  }
}
