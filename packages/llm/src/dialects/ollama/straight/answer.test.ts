import { expect, it } from "vitest";
import { readAnswer } from "./answer.ts";

it("scans large answers for their counts", () => {
  const vector = Array.from({ length: 20_000 }, (_item, index) => index / 20_000);
  const body = Buffer.from(JSON.stringify({ model: "m", embeddings: [vector], prompt_eval_count: 9 }));
  expect(readAnswer(body)).toMatchObject({ usage: { promptTokens: 9 }, broken: false });
  expect(readAnswer(body.subarray(0, -1))).toEqual({ usage: null, broken: true });
});
