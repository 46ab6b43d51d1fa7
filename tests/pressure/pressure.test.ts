// With less of everything, a part of what `npm run test:pressure` does in full. How long others wait is for that to judge: here
// other suites run beside it.

import { afterAll, describe, expect, it } from "vitest";
import { killStartedServers } from "../support/server-process.ts";
import type { Line } from "./line.ts";
import { lines } from "./lines.ts";
import { limits, measure } from "./measure.ts";
import { startStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

const scale = 0.1;
const quick = lines.filter(({ isQuick }) => isQuick === true);
const stages = new Map<Line["server"], Promise<Stage>>();

function stageOf({ server }: Line): Promise<Stage> {
  const known = stages.get(server) ?? startStage(server);
  stages.set(server, known);
  return known;
}

afterAll(async () => {
  for (const stage of stages.values()) await (await stage).close();
  killStartedServers();
});

describe("a server under pressure", () => {
  it.each(quick.map((line) => [line.name, line] as const))("%s", { timeout: 240_000 }, async (_name, line) => {
    const { fault, during, givenBackSeconds, others } = await measure(await stageOf(line), line, scale);
    expect(fault).toBeNull();
    expect(during.megabytes).toBeLessThan(limits.megabytes);
    expect(givenBackSeconds).not.toBeNull();
    expect(others.failures).toBe(0);
  });
});
