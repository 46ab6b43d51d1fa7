import { expect, it } from "vitest";
import { readEnvLines } from "./env-lines.ts";

it("reads what the command line reads of a file for environments", () => {
  const text = [
    ...["# of LiteLLM", "OPENAI_API_KEY=sk-1", "export AZURE=two words # a comment", `QUOTED="with # and \\n in it"`],
    ...["SINGLE='kept # whole'", "EMPTY=", "", "  SPACED = around  ", "no assignment"],
  ].join("\n");
  // As Node reads them.
  expect(readEnvLines(text)).toEqual({
    ...{ OPENAI_API_KEY: "sk-1", AZURE: "two words", QUOTED: "with # and \n in it", SINGLE: "kept # whole" },
    ...{ EMPTY: "", SPACED: "around" },
  });
});
