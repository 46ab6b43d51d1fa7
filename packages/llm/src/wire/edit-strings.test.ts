import { describe, expect, it } from "vitest";
import { editStrings } from "./edit-strings.ts";
import type { StringVisitor } from "./edit-strings.ts";

const upper: StringVisitor = {
  modeOf: (name) => (name === "id" ? "skipped" : name === "args" ? "free" : "structure"),
  edit: (text) => (text === text.toUpperCase() ? null : text.toUpperCase()),
};

describe("texts within a document", () => {
  it("are changed where they stand, and every other byte stays as it was written", () => {
    const json = '{ "id":"a",\n "n" : 1.0e400 ,"t":"b\\u00e9","l":["c", null,true , -0] , "o":{}}\n';
    expect(editStrings(json, upper)).toBe(
      '{ "id":"a",\n "n" : 1.0e400 ,"t":"BÉ","l":["C", null,true , -0] , "o":{}}\n',
    );
    expect(editStrings('{"t":"B","n":1}', upper)).toBe('{"t":"B","n":1}');
  });

  it("are changed twice where a member is there twice, and by their names where all is text", () => {
    expect(editStrings('{"t":"a","t":"b"}', upper)).toBe('{"t":"A","t":"B"}');
    expect(editStrings('{"t":{"k":"v"},"args":{"k":{"id":"v"}}}', upper)).toBe(
      '{"t":{"k":"V"},"args":{"K":{"ID":"V"}}}',
    );
  });

  it("are those of a document that stands in a text", () => {
    const inner = '{"a": "x\\ny","n":1.0}';
    expect(editStrings(JSON.stringify({ t: inner }), upper)).toBe(JSON.stringify({ t: '{"A": "X\\nY","N":1.0}' }));
    expect(editStrings('{"t":"[link](b)"}', upper)).toBe('{"t":"[LINK](B)"}');
    expect(editStrings('{"t":"{not json}"}', upper)).toBe('{"t":"{NOT JSON}"}');
  });

  it("are none of what is no document", () => {
    const wrong = [
      '{"a":"b"',
      '{"a" "b"}',
      '{"a":"b"}x',
      "[1,]",
      '{"a":tru}',
      '"a',
      "",
      '{"a":"\\x"}',
      '{a:"b"}',
      "[1 2]",
    ];
    for (const json of wrong) expect(editStrings(json, upper), json).toBeNull();
    expect(editStrings(`${"[".repeat(5_000)}${"]".repeat(5_000)}`, upper)).toBeNull();
  });
});
