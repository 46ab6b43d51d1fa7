import { describe, expect, it } from "vitest";
import { collectEvents } from "#testing/collect-events.ts";
import { readCallPiece, ToolCallStream } from "./tool-call-stream.ts";

/** `[index, id, name, arguments]` */
type Piece = readonly [number | null, string | null, string | null, unknown];

function read(pieces: readonly Piece[]): readonly string[] {
  const calls = new ToolCallStream(0, (call) => `made_${call}`);
  const events = pieces.flatMap(([index, id, name, args]) =>
    calls.push(readCallPiece({ ...(index !== null && { index }), id, function: { name, arguments: args } })),
  );
  const { choices } = collectEvents([...events, ...calls.flush()]);
  return (choices[0]?.calls ?? []).map((call) => `${call.id} ${call.name} ${call.argumentsText}`);
}

const cases: readonly (readonly [string, readonly Piece[], readonly string[]])[] = [
  [
    "numbers",
    [
      [0, "a", "f", ""],
      [1, "b", "g", ""],
      [0, null, null, "{}"],
      [1, null, null, "[]"],
    ],
    ["a f {}", "b g []"],
  ],
  [
    "neither numbers nor types",
    [
      [null, "a", "f", "{}"],
      [null, "b", "f", "{}"],
    ],
    ["a f {}", "b f {}"],
  ],
  [
    "no number, arguments in pieces",
    [
      [null, "a", "f", "{"],
      [null, null, null, "}"],
    ],
    ["a f {}"],
  ],
  [
    "no number, the id in every piece",
    [
      [null, "a", "f", "{"],
      [null, "b", "g", "["],
      [null, "a", null, "}"],
    ],
    ["a f {}", "b g ["],
  ],
  [
    "the id and the name in every piece",
    [
      [0, "a", "f", "{"],
      [0, "a", "f", "}"],
    ],
    ["a f {}"],
  ],
  [
    "an empty id in later pieces",
    [
      [0, "a", "f", "{"],
      [0, "", "", "}"],
    ],
    ["a f {}"],
  ],
  [
    "every call the number 0",
    [
      [0, "a", "f", "{}"],
      [0, "b", "g", "{}"],
    ],
    ["a f {}", "b g {}"],
  ],
  [
    "another id in every piece, without names",
    [
      [0, "a", "f", "{"],
      [0, "b", null, "}"],
    ],
    ["a f {}"],
  ],
  [
    "numbers below zero and gaps",
    [
      [-1, "a", "f", "{}"],
      [7, "b", "g", "{}"],
    ],
    ["a f {}", "b g {}"],
  ],
  [
    "no ids",
    [
      [0, null, "f", "{}"],
      [1, null, "f", "{}"],
    ],
    ["made_0 f {}", "made_1 f {}"],
  ],
  [
    "the name after the arguments",
    [
      [0, "a", null, "{"],
      [0, null, null, "}"],
      [0, null, "f", ""],
    ],
    ["a f {}"],
  ],
  ["no name at all", [[0, "a", null, "{}"]], ["a  {}"]],
  ["arguments as an object", [[0, "a", "f", { x: 1 }]], ['a f {"x":1}']],
];

describe("pieces of calls", () => {
  it.each(cases)("%s", (_name, pieces, calls) => expect(read(pieces)).toEqual(calls));
});
