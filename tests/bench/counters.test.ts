import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("decisions over shared counters are measured, by how many threads make them at once", () => {
  const file = fileURLToPath(new URL("./counters.ts", import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, "--decisions", "2000"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  for (const row of ["1 threads, reserve", "2 threads, settle", "4 threads, reserve"]) {
    const medians = [...stdout.matchAll(new RegExp(`${row} +([0-9.]+) `, "g"))].map(([, median]) => Number(median));
    expect(medians).toHaveLength(3);
    for (const median of medians) expect(median).toBeGreaterThan(0.1);
  }
});
