/** How many entries a client wants on a page of a list; `all` where it does not say, or says nothing sensible. */
export function pageSizeOf(asked: string | null, all: number): number {
  return asked !== null && /^[1-9]\d{0,8}$/.test(asked) ? Number(asked) : all;
}
