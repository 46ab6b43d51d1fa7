import { findElements, findMembers } from "#wire/json-members.ts";

/** The text of a value within a document: of members by their keys, of elements by their places. Null where there is none. */
export function spanAt(json: Buffer, path: readonly (string | number)[]): Buffer | null {
  let at = json;
  for (const step of path) {
    const inner = typeof step === "string" ? memberAt(at, step) : elementsOf(at)?.[step];
    if (inner === undefined) return null;
    at = inner;
  }
  return at;
}

/** The texts of the elements of a list; null where it is none. */
export function elementsOf(json: Buffer): readonly Buffer[] | null {
  return findElements(json, 0)?.map(({ start, end }) => json.subarray(start, end)) ?? null;
}

function memberAt(json: Buffer, key: string): Buffer | undefined {
  const member = findMembers(json)?.find((one) => one.key === key);
  return member && json.subarray(member.valueStart, member.valueEnd);
}
