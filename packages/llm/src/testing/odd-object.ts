import type { Chance } from "./random.ts";

const scalars = [
  ...["null", "true", "1", "-0", "1.0", "1.50", "1e400", "-1E-7", "12345678901234567890", "2512292042121000001"],
  ...['""', '"a"', '"\\""', '"\\\\"', '"{[,:"', '"\\u0041ü😀"', '"\\n 1.0"', '"\\/"'],
];

/** JSON of an object without spaces, with what parsers change: long numbers, repeated keys, keys in an order of their own. */
export function writeOddObject(chance: Chance, depth = 0): string {
  const members = Array.from({ length: chance.below(5) }, () => {
    const key = chance.pick(["id", "id", "10", "2", "key", "ü", "$ref", "input", "args", "__proto__"]);
    return `${JSON.stringify(key)}:${writeValue(chance, depth + 1)}`;
  });
  return `{${members.join()}}`;
}

function writeValue(chance: Chance, depth: number): string {
  const kind = depth > 3 ? 0 : chance.below(4);
  if (kind === 2) return `[${Array.from({ length: chance.below(3) }, () => writeValue(chance, depth + 1)).join()}]`;
  return kind === 3 ? writeOddObject(chance, depth) : chance.pick(scalars);
}
