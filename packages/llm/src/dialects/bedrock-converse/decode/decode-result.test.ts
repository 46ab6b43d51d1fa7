import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeResult } from "./decode-result.ts";

function fixtureOf(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, "../../../../fixtures/bedrock-converse/answers", `${name}.json`));
}

describe("answers", () => {
  it("name their sources at the text, and are opaque where no other dialect has a word", () => {
    const result = decodeResult(fixtureOf("grounded"));
    expect(result?.choices[0]?.content).toMatchObject([
      { kind: "opaque", value: { toolUse: { name: "nova_grounding" } } },
      { kind: "opaque", value: { toolResult: {} } },
      { kind: "text", citations: [{ url: "https://tides.example/today" }] },
      { kind: "text", citations: [{ title: "Almanac", quote: "six" }] },
    ]);
  });

  it("are sealed by the dialect", () => {
    const result = decodeResult(fixtureOf("tools"));
    expect(result?.choices[0]?.content.slice(0, 2)).toEqual([
      {
        kind: "reasoning",
        text: "Two harbours, so two calls.",
        signature: { by: "bedrock-converse", value: "Eq+/w==" },
      },
      { kind: "reasoning", text: "", encrypted: { by: "bedrock-converse", value: "Em+/w==" } },
    ]);
  });
});
