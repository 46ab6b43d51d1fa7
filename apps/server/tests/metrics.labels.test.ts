// Whatever operators configure and clients ask for: series are bounded, and nothing is lost of what is counted.

import { expect, it } from "vitest";
import { createEvents } from "#telemetry/events.ts";
import { createLog } from "#telemetry/log.ts";
import { createMetrics } from "#telemetry/metrics.ts";
import { createRecord } from "./store-support/records.ts";

async function seriesOf(metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> {
  const text = (await metrics.read(Infinity)).text.toString();
  return text.split("\n").filter((line) => line.startsWith("ghostllm_"));
}

it("thousands of names of models, providers, teams and aliases are a few that are told apart, and other", async () => {
  const metrics = createMetrics({ mostNames: 10 });
  const events = createEvents({ metrics, log: createLog("silent") });
  for (let index = 0; index < 3_000; index += 1) {
    const record = createRecord({ provider: `p${index % 300}`, model: `m${index}`, modelId: "1", teamId: `t${index}` });
    events.requestFinished({ ...record, promptTokens: 2 }, 1);
    events.attemptFailed({ requestId: "r", provider: `p${index}`, model: "m", reason: "500", message: "" });
    events.waited({ alias: `a${index}`, outcome: "served", ms: 1 });
  }
  const series = await seriesOf(metrics);
  const values = (name: string, label: string) =>
    new Set(
      series
        .filter((line) => line.startsWith(`${name}{`))
        .map((line) => new RegExp(`${label}="([^"]*)"`).exec(line)?.[1]),
    );
  expect(values("ghostllm_requests_total", "model").size).toBe(11);
  expect(values("ghostllm_requests_total", "provider").size).toBe(11);
  expect(values("ghostllm_team_requests_total", "team").size).toBe(11);
  expect(values("ghostllm_attempt_failures_total", "provider").size).toBe(11);
  expect(values("ghostllm_queue_requests_total", "alias").size).toBe(11);
  expect(series.length).toBeLessThan(1_500);
  expect(series).toContain('ghostllm_team_requests_total{team="other"} 2990');
  const prompt = series.filter((line) => /^ghostllm_tokens_total\{.*type="prompt"/.test(line));
  expect(prompt.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)).toBe(6_000);
});
