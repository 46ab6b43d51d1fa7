import { parentPort } from "node:worker_threads";
import { dialects } from "@ghostllm/llm";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { compactHeap } from "#gateway/heavy-work/compact-heap.ts";
import type { EstimateRequest, TokenCounts } from "./estimator.ts";

/** The tokenizer needs seconds for a long run without spaces, so text is cut: this is off by a token a piece at most. */
const pieceLength = 500;
/** Longer texts are counted up to here and scaled. */
const maxLength = 200_000;

function count(text: string): number {
  const sample = text.slice(0, maxLength);
  let tokens = 0;
  for (let at = 0; at < sample.length; at += pieceLength) {
    // Text that looks like a special token is text here.
    tokens += countTokens(sample.slice(at, at + pieceLength), { disallowedSpecial: new Set() });
  }
  return sample.length === 0 ? 0 : Math.ceil((tokens * text.length) / sample.length);
}

function estimate({ dialect, prompt, answer, streamed }: EstimateRequest): TokenCounts {
  const codec = Object.values(dialects).find(({ name }) => name === dialect);
  const written = codec?.upstream.readText(answer, streamed) ?? "";
  const text = Buffer.from(prompt).toString("utf8");
  const asked = codec?.client.readPromptText(text) ?? text;
  return { promptTokens: count(asked), completionTokens: count(written) };
}

/** A text that cannot be counted must not end the worker, on which others wait. */
function tryToEstimate(request: EstimateRequest): TokenCounts | null {
  try {
    return estimate(request);
  } catch {
    return null;
  }
}

/** Reading the vocabulary, or a long text, leaves as much behind as it needs. */
const idle = setTimeout(compactHeap, 1_000).unref();

parentPort?.on("message", (request: EstimateRequest) => {
  parentPort?.postMessage(tryToEstimate(request));
  idle.refresh();
});
