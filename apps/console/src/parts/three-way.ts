// What two people have made of the same thing, put together: what one has not touched is as the other has it.

type Fields = Readonly<Record<string, unknown>>;

/** `mine` was made of `base`, as `theirs` was. What is a list is one thing. */
export function mergeThreeWay(base: unknown, mine: unknown, theirs: unknown): unknown {
  if (!isRecord(base) || !isRecord(mine) || !isRecord(theirs)) return isSame(base, mine) ? theirs : mine;
  const names = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  return Object.fromEntries([...names].map((name) => [name, mergeThreeWay(base[name], mine[name], theirs[name])]));
}

/** The fields that somebody has changed: `limits.requests_per_minute`. */
export function changedFields(before: unknown, after: unknown, name = ""): readonly string[] {
  if (!isRecord(before) || !isRecord(after)) return isSame(before, after) ? [] : [name];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((one) => changedFields(before[one], after[one], name === "" ? one : `${name}.${one}`));
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field that is empty and one that was never there are the same to who looks at them. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? "") === JSON.stringify(other ?? "");
}
