import { describe, expect, it } from "vitest";
import { chanceFrom } from "#testing/random.ts";
import type { Chance } from "#testing/random.ts";
import { findMembers as findInBytes } from "./json-members.ts";

const findMembers = (text: string) => findInBytes(Buffer.from(text));

const scalars = [
  "null",
  "true",
  "1",
  "-0",
  "1.50",
  "1e400",
  "12345678901234567890",
  '""',
  '"a"',
  '"\\""',
  '"\\\\"',
  '"{[,:"',
  '"\\u0041ü😀"',
];
const spaces = ["", "", "", " ", "\n", "\t \r\n"];

function writeValue(chance: Chance, depth: number): string {
  const kind = depth > 3 ? 0 : chance.below(4);
  if (kind === 2) return `[${writeList(chance, () => writeValue(chance, depth + 1))}]`;
  if (kind === 3) return `{${writeList(chance, () => `"k${chance.below(5)}":${writeValue(chance, depth + 1)}`)}}`;
  return chance.pick(scalars);
}

function writeList(chance: Chance, write: () => string): string {
  return Array.from({ length: chance.below(4) }, () => chance.pick(spaces) + write() + chance.pick(spaces)).join(",");
}

function writeObject(chance: Chance): string {
  const space = (): string => chance.pick(spaces);
  const members = Array.from({ length: chance.below(6) }, (_, index) => {
    const key = chance.pick([`key${index}`, `key${index}`, "same", "esc\\u0061ped", `ü${index}`, ""]);
    return `${space()}"${key}"${space()}:${space()}${writeValue(chance, 0)}${space()}`;
  });
  return `${space()}{${members.join(",") || space()}}${space()}`;
}

describe("findMembers", () => {
  it("sees what the parser sees, for two thousand objects, or leaves them to it", () => {
    let found = 0;
    for (let seed = 1; seed <= 2000; seed += 1) {
      const text = writeObject(chanceFrom(seed));
      const parsed = JSON.parse(text) as Record<string, unknown>;
      const members = findMembers(text);
      if (members === null) {
        // Only for keys with escapes and for keys that come twice.
        expect(/"esc\\u|"same".*"same"|"".*""/s.test(text), `seed ${seed}`).toBe(true);
        continue;
      }
      found += 1;
      expect(
        members.map(({ key }) => key),
        `seed ${seed}`,
      ).toEqual(Object.keys(parsed));
      for (const { key, valueStart, valueEnd } of members) {
        const value = Buffer.from(text).toString("utf8", valueStart, valueEnd);
        expect(JSON.parse(value), `seed ${seed}`).toEqual(parsed[key]);
        expect(value).not.toMatch(/^\s|\s$/);
      }
    }
    expect(found).toBeGreaterThan(700);
  });

  it("notices when the document is cut off, wherever that is", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const text = writeObject(chanceFrom(seed)).trimEnd();
      for (let end = 0; end < text.length; end += 1) expect(findMembers(text.slice(0, end)), `seed ${seed}`).toBeNull();
    }
  });

  it.each([
    "",
    "[]",
    "1",
    "null",
    '"{}"',
    "{} x",
    '{"a":[}]}',
    '{"a":1}}',
    '{"a":1',
    '{"a" 1}',
    '{"a":}',
    '{"a":1,}',
    "{a:1}",
    '{,"a":1}',
    '{"a":1 "b":2}',
  ])("leaves %j to the parser", (text) => {
    expect(findMembers(text)).toBeNull();
  });

  it("leaves keys that come twice and keys with escapes to the parser", () => {
    expect(findMembers('{"a":1,"a":2}')).toBeNull();
    expect(findMembers('{"\\u0061":1}')).toBeNull();
    expect(findMembers('{"a":{"b":1,"b":2}}')).toHaveLength(1);
  });

  it("takes time in proportion to the text", () => {
    const keys = Array.from({ length: 200_000 }, (_, index) => `"k${index}":0`).join();
    const quotes = `{"a":"${'\\"'.repeat(1_000_000)}","b":"${"\\\\".repeat(1_000_000)}"}`;
    const nested = `{"a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`;
    // Of this process alone: other work on the machine does not count.
    const before = process.cpuUsage();
    expect(findMembers(`{${keys}}`)).toHaveLength(200_000);
    expect(findMembers(quotes)).toHaveLength(2);
    expect(findMembers(nested)).toHaveLength(1);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1_500);
  });
});
