import { describe, expect, it } from "vitest";
import { barsOf } from "./timeline.ts";
import type { Attempt, UsageRecord } from "./timeline.ts";

const only = {
  ...{ provider: "openai", model: "gpt-5", status: "ok", latency_ms: 900, ttft_ms: 300, trail: null },
} as UsageRecord;

const attempt: Attempt = {
  ...{ provider_id: "p", provider: "anthropic", model: "sonnet", started_ms: 0, ms: 250 },
  ...{ status: 529, reason: "provider_overloaded", rest_ms: 15_000 },
};
const answered: Attempt = { ...attempt, provider: "openai", started_ms: 260, ms: 640, status: null, reason: null };

const told = (record: UsageRecord) => barsOf(record).map(({ label, from, to, kind }) => [label, from, to, kind]);

describe("the course of a request", () => {
  it("with one attempt is told as a whole, since nobody knows when that began", () => {
    expect(told(only)).toEqual([
      ["openai / gpt-5", 0, 900, "answered"],
      ["first byte", 0, 300, "first"],
      ["answer", 300, 900, "plain"],
    ]);
  });

  it("begins with what was done before a vendor was asked, where that is known", () => {
    const phases = [
      { name: "read", us: 200 },
      { name: "admit", us: 50 },
      { name: "choose", us: 20 },
      { name: "vendor", us: 890_000 },
    ];
    const limit = {
      scope: "key",
      id: "k",
      name: "k",
      period: "minute",
      limit: 5,
      left: 4,
      limit_usd: null,
      left_usd: null,
    };
    const limits = ["requests", "tokens", "budget"].map((what) => ({ ...limit, what }));
    const bars = barsOf(only, { phases, limits }).map(({ label, told: words }) => [label, words]);
    expect(bars.slice(0, 3)).toEqual([
      ["Identify, read", "0.2 ms"],
      ["Admit: 2 limits, 1 budget", "50 µs"],
      ["openai / gpt-5", "900 ms"],
    ]);
  });

  it("with several tells why each was left, and the answer from where its attempt began", () => {
    expect(told({ ...only, trail: [attempt, answered] })).toEqual([
      ["1 · anthropic / sonnet", 0, 250, "left"],
      ["529 provider overloaded, rests 15.0 s", null, 250, "rest"],
      ["2 · openai / sonnet", 260, 900, "answered"],
      ["first byte", 260, 300, "first"],
      ["answer", 300, 900, "plain"],
    ]);
  });

  it("without an answer has no first byte", () => {
    const failed = { ...only, status: "error", ttft_ms: null, trail: [attempt] };
    expect(told(failed).map(([label]) => label)).toEqual([
      "1 · anthropic / sonnet",
      "529 provider overloaded, rests 15.0 s",
    ]);
    expect(told({ ...only, provider: "", model: "", status: "error", ttft_ms: null })).toEqual([
      ["No vendor was asked", 0, 900, "left"],
    ]);
  });
});
