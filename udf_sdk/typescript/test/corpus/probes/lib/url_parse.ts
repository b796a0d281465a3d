interface Url {
  scheme: string;
  host: string;
  path: string[];
  query: Map<string, string>;
}
function parseUrl(u: string): Url {
  const [scheme, rest] = u.split("://");
  const q = rest.indexOf("?");
  const main = q < 0 ? rest : rest.slice(0, q);
  const [host, ...path] = main.split("/");
  const query = new Map<string, string>();
  if (q >= 0)
    for (const kv of rest.slice(q + 1).split("&")) {
      const [k, v = ""] = kv.split("=");
      query.set(k, v);
    }
  return { scheme, host, path, query };
}
export function probe(s: string): string {
  const u = parseUrl("http://h.x/a/b?x=1&y&z=" + s);
  return `${u.scheme} ${u.host} ${u.path.join("|")} ${[...u.query].map(([k, v]) => k + "=" + v).join(";")}`;
}
