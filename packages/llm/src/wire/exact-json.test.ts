import { describe, expect, it } from "vitest";
import { chanceFrom } from "#testing/random.ts";
import { writeOddObject } from "#testing/odd-object.ts";
import { ExactMembers, parseExactly, parseExactObject, stringifyExactly, writeExactly } from "./exact-json.ts";
import { memberOf, parseJson } from "./json.ts";

const members = new ExactMembers({ texts: ["input"], numbers: ["schema"] });

describe("an object that is read exactly", () => {
  it("is written as it was, for a thousand of them", () => {
    for (let seed = 1; seed <= 1000; seed += 1) {
      const text = writeOddObject(chanceFrom(seed));
      expect(stringifyExactly(parseExactObject(text)), `seed ${seed}`).toBe(text);
      const document = `{"a":[{"input":${text},"x":"\\"input\\":{"}],"b":1}`;
      const read = parseExactly(document, members);
      expect(read, `seed ${seed}`).toEqual(parseJson(document));
      expect(writeExactly(read), `seed ${seed}`).toBe(document);
    }
  });

  it.each([
    ["spaces between tokens are not kept", '{ "a" : [ 1.0 ,\n 2 ] }', '{"a":[1.0,2]}'],
    ["spaces in strings are", '{ "a b" : " 1.0 ", "c": 1e400 }', '{"a b":" 1.0 ","c":1e400}'],
    ["keys that come twice", '{"a":1,"a":2}', '{"a":1,"a":2}'],
    ["the order of keys that look like numbers", '{"10":"b","2":"a"}', '{"10":"b","2":"a"}'],
    ["a member with the name of the writer's own", '{"toJSON":1.0}', '{"toJSON":1.0}'],
    [
      "texts like the writer's own marks",
      '{"a":"\\\\u0052x","b":"\\u0052","c":1.0}',
      '{"a":"\\\\u0052x","b":"\\u0052","c":1.0}',
    ],
    ["a minus before nothing", '{"a":-0}', '{"a":-0}'],
  ])("%s", (_name, text, written) => {
    expect(writeExactly({ held: parseExactObject(text) })).toBe(`{"held":${written}}`);
  });

  it("has no text of what it was when it is changed", () => {
    const input = memberOf(parseExactly('{"input":{"a":1.0}}', members), "input");
    expect(writeExactly(input)).toBe('{"a":1.0}');
    expect(writeExactly({ ...(input as object), b: 2 })).toBe('{"a":1,"b":2}');
  });

  it.each(["[1]", "1", "null", "", "{", '{"a":01}'])("%j is none", (text) => {
    expect(parseExactObject(text)).toBeUndefined();
  });
});

it("numbers of a schema keep their digits, wherever the schema is put", () => {
  const schema = memberOf(parseExactly('{"schema":{"maximum":9007199254740993,"minimum":1}}', members), "schema");
  expect(writeExactly({ ...(schema as object), type: "integer" })).toBe(
    '{"maximum":9007199254740993,"minimum":1,"type":"integer"}',
  );
});

it("what is no JSON is undefined, and nesting of any depth is read", () => {
  expect(parseExactly('{"input":{', members)).toBeUndefined();
  const deep = `{"input":{"a":1.0},"b":${"[".repeat(5000)}${"]".repeat(5000)}}`;
  expect(memberOf(memberOf(parseExactly(deep, members), "input"), "a")).toBe(1);
});

it("takes time in proportion to the text", () => {
  const input = `{"a":"${'\\"'.repeat(200_000)}","b":1.0}`;
  const document = `[${Array.from({ length: 20 }, () => `{"input":${input}}`).join()}]`;
  // Of this process alone: other work on the machine does not count.
  const before = process.cpuUsage();
  expect(writeExactly(parseExactly(document, members))).toHaveLength(document.length);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(3_000);
});
