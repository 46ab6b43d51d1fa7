import { describe, expect, it } from "vitest";
import { isObject } from "./json.ts";
import type { JsonObject } from "./json.ts";
import { spliceChanges } from "./json-splice.ts";

function change(text: string, edit: (fields: JsonObject) => unknown): string {
  const fields: unknown = JSON.parse(text);
  if (!isObject(fields)) throw new TypeError("an object is meant");
  return spliceChanges(Buffer.from(text), fields, edit(fields)).toString();
}

describe("a change in the text of a JSON value", () => {
  it("leaves all other bytes, in numbers, spaces, order and repeated keys", () => {
    const text = '{ "a" : 1.0, "big": 12345678901234567890,\n "x": {"k":1,"k":2}, "gone": [1, 2] , "last":"\\u0041"}';
    expect(change(text, ({ gone: _gone, ...rest }) => rest)).toBe(
      '{ "a" : 1.0, "big": 12345678901234567890,\n "x": {"k":1,"k":2}, "last":"\\u0041"}',
    );
  });

  it("reaches into lists and objects, and adds members at the end", () => {
    const text = '{"list": [ {"text": "a long enough text", "n": 1.50}, {"n": 2.0} ], "end": 0}';
    const edited = change(text, ({ list, ...rest }) => {
      const [first, second] = list as readonly JsonObject[];
      return { ...rest, list: [{ role: "new" }, { ...first, more: true }, second] };
    });
    expect(edited).toBe(
      '{"list": [{"role":"new"},{"text": "a long enough text", "n": 1.50,"more":true},{"n": 2.0}], "end": 0}',
    );
  });

  it("writes an object anew whose keys are in doubt, and only that", () => {
    const text = '{"one": {"k": 1.0, "k": 2.0}, "two": 3.0}';
    expect(change(text, (fields) => ({ ...fields, one: { k: 2, l: 1 } }))).toBe('{"one": {"k":2,"l":1}, "two": 3.0}');
  });

  it("keeps equal words of a list in their order", () => {
    expect(change('{"stop": [ "a" , "a","b", "c"]}', () => ({ stop: ["a", "a", "c"] }))).toBe(
      '{"stop": ["a","a","c"]}',
    );
  });

  it("leaves an empty object where all is gone", () => {
    expect(change('{ "a": 1 }', () => ({}))).toBe("{}");
  });
});
