import { expect, it } from "vitest";
import { slowdown } from "../../../../../tests/support/slowdown.ts";
import { createEstimator } from "./estimator.ts";
import type { EstimateRequest } from "./estimator.ts";

const ask = (prompt: Buffer): EstimateRequest => ({ dialect: "openai-chat", prompt, answer: "", streamed: false });
const chat = (content: string): Buffer => Buffer.from(JSON.stringify({ messages: [{ role: "user", content }] }));

it("answers all in time, and at once those for whom there is no room", async () => {
  const estimator = createEstimator();
  // The worker starts with the first one.
  while ((await estimator.estimate(ask(chat("hello")))) === null);
  const large = chat("one more word ".repeat(800_000));
  const startedAt = performance.now();
  const took: number[] = [];
  const counts = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const count = await estimator.estimate(ask(large));
      took.push(performance.now() - startedAt);
      return count;
    }),
  );
  expect(counts.filter((count) => count === null).length).toBeGreaterThan(40);
  expect(Math.min(...took)).toBeLessThan(200 * slowdown());
  expect(Math.max(...took)).toBeLessThan(2_000 * slowdown());
  await expect.poll(() => estimator.estimate(ask(chat("hello there"))), { timeout: 45_000 }).not.toBeNull();
  await estimator.close();
});
