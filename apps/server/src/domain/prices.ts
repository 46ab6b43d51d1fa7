import type { PriceSchedule } from "@ghostllm/llm";

/** Tokens of the operator's own hardware cost nothing: a known price of 0, unlike an unknown one. */
export const freePrices: PriceSchedule = [
  { price: { input: { base: 0 }, output: { base: 0 }, isFree: true, version: "free" } },
];
