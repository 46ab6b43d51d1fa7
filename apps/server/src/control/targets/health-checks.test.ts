import { describe, expect, it } from "vitest";
import { systemClock } from "#domain/clock.ts";
import type { TargetStanding } from "#domain/target-report.ts";
import { makeProvider, makeSnapshot, makeTarget } from "../../../tests/support/gateway.ts";
import { HealthChecks } from "./health-checks.ts";

const provider = makeProvider("openai", "http://127.0.0.1:1/v1");
const snapshot = makeSnapshot({ targets: [makeTarget(provider, "one")] });
const resting: TargetStanding = {
  ...{ path: `${provider.id}/one`, isListed: true, operation: "chat.completions" },
  ...{ state: "open", reason: "failures", forMs: 1, restMs: 1, callers: 0, callersRestMs: 0 },
  ...{ attempts: 5, failed: 5, slow: 0 },
};
const { signal } = new AbortController();

function make(standing: TargetStanding) {
  const told: string[] = [];
  const vendor = { status: 200, asked: 0 };
  const checks = new HealthChecks({
    ...{ clock: systemClock, everyMs: 100, snapshot: () => snapshot, standings: () => [standing] },
    fetchJson: async () => {
      vendor.asked += 1;
      return { status: vendor.status, body: { data: [{ id: "one" }] } };
    },
    rest: async ({ reason, restMs }) => void told.push(`${reason} ${restMs}`),
    endRests: async () => void told.push("ended"),
  });
  return { checks, told, vendor };
}

describe("a check", () => {
  it("ends the rests of a provider that it has seen to fail, and of no other", async () => {
    const { checks, told, vendor } = make(resting);
    await checks.look({ signal });
    expect([vendor.asked, told]).toEqual([1, []]);
    vendor.status = 503;
    await checks.look({ signal });
    vendor.status = 200;
    await checks.look({ signal });
    await checks.look({ signal });
    expect(told).toEqual(["failures 150", "ended"]);
  });

  it("parks what is refused, and leaves what is out of money as it is", async () => {
    const refused = make(resting);
    refused.vendor.status = 401;
    await refused.checks.look({ signal });
    const poor = make({ ...resting, state: "parked", reason: "quota" });
    poor.vendor.status = 503;
    await poor.checks.look({ signal });
    expect([refused.told, poor.told]).toEqual([["credential 150"], ["quota 150"]]);
  });

  it("asks nobody of whom all models are asked", async () => {
    const { checks, vendor } = make({ ...resting, state: "closed", reason: null });
    await checks.look({ signal });
    expect(vendor.asked).toBe(0);
  });
});
