export type Summary = { page: string; user: string; mean: number };

export const SEPARATOR = "::";

export function format({ page, user, mean }: Summary): string {
  return `${page}|${user}|${mean}`;
}

export default function unused(): number {
  return 1;
}

export const twice = (s: string): string => s + s;
