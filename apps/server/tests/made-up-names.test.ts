// Names that clients make up are kept nowhere without a bound: a hundred thousand of them leave no more behind than a few
// thousand.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { loadConfig } from "#config/load.ts";
import { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import { findModel } from "#gateway/flow/resolve.ts";
import { MemoryOwners } from "#link/memory/owners.ts";
import { MemoryTurns } from "#link/memory/turns.ts";
import { createEvents } from "#telemetry/events.ts";
import { createLog } from "#telemetry/log.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget } from "./support/gateway.ts";
import { TestClock } from "./support/stage.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

it("a hundred thousand names of models and ids leave the memory as it was", async () => {
  const clock = new TestClock();
  const provider = makeProvider("openai", "http://127.0.0.1:1/v1");
  const listed = makeTarget(provider, "fake-model");
  const snapshot = makeSnapshot({ targets: [listed] });
  const caller = makePrincipal();
  const health = new TargetHealth({
    settings: loadConfig({ environment: {}, cwd: "/nonexistent" }).health,
    random: () => 0,
  });
  const owners = new MemoryOwners(clock, { limit: 2_000 });
  const turns = new MemoryTurns(clock, 2 ** 20);
  const metrics = createMetrics();
  const events = createEvents({ metrics, log: createLog("silent") });
  const failure = {
    operation: "chat.completions",
    caller: "user",
    now: 0,
    restMs: 0,
    isAnybodys: true,
    reason: "failures",
  } as const;
  for (let count = 0; count < 5; count += 1) health.recordFailure({ ...failure, target: listed });
  const use = (from: number, to: number): void => {
    for (let index = from; index < to; index += 1) {
      const name = `openai/made-up-${index}-${"x".repeat(200)}`;
      // A look at the price list takes longer than all else, so that a few longer ones stand for many.
      if (index % 20 === 0) expect(findModel(snapshot, name + "y".repeat(1_500), caller).targets).toHaveLength(1);
      health.recordFailure({ ...failure, target: makeTarget(provider, name, { modelId: null }) });
      owners.keep([name], { userId: "user", providerId: provider.id, model: name, requestedModel: name });
      turns.keep(
        { kind: "user", id: "user" },
        { callNames: [name], turn: { by: "gemini", reasoning: [], signatures: {} } },
      );
      events.attemptFailed({ requestId: name, provider: "openai", model: name, reason: "500", message: name });
    }
  };
  use(0, 20_000);
  const before = heapMegabytes();
  const labels = (await metrics.read(0)).text.length;
  use(20_000, 100_000);
  expect(heapMegabytes() - before).toBeLessThan(12);
  expect(health.size).toBeLessThanOrEqual(1_001);
  expect((await metrics.read(0)).text.length - labels).toBeLessThan(1_000);
  // What is known of the models that are listed is not pushed out.
  expect(health.restMs({ target: listed, operation: "chat.completions", caller: "user" }, 1)).toBeGreaterThan(0);
});
