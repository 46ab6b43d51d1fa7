// Exports that are long: as they are read, and with no more of them in memory than a page and what the client has not taken.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { availableEngines } from "./store-support/engines.ts";
import { createRecord } from "./store-support/records.ts";

const mostBytes = 40 * 2 ** 20;
const begin = Date.parse("2026-03-01T00:00:00Z");
const hourMs = 3_600_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

describe.each(availableEngines())("long exports on $name", (engine) => {
  // The pages are the same of both: that they are bounded shows on one, that they are whole on each.
  const count = engine.name === "sqlite" ? 200_000 : 20_000;
  let plane: AdminPlane;

  beforeAll(async () => {
    plane = await startAdminPlane({ database: await engine.create() });
    await plane.store.usage.prepare([begin]);
    await plane.store.usage.insert([createRecord({ createdAt: begin, requestedModel: "=smart", costNanos: 1 })]);
    await multiply("usage_logs", { id: "'r' || n", created_at: `${begin} + n` });
    // A hundred keys in each of two thousand hours.
    await multiply("usage_hourly", { hour: `${begin} + (n / 100) * ${hourMs}`, api_key_id: "'k' || (n % 100)" });
  }, 240_000);
  afterAll(() => plane.close());

  /** Each row that is there so many times, with other values in these columns. */
  async function multiply(table: "usage_logs" | "usage_hourly", changed: Readonly<Record<string, string>>) {
    const { kysely } = plane.store.database;
    const [row] = (await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(kysely)).rows;
    const columns = Object.keys(row ?? {});
    const values = columns.map((column) => sql.raw(changed[column] ?? column));
    await sql`with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${count - 1})
      insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
      select ${sql.join(values)} from ${sql.table(table)} cross join numbers`.execute(kysely);
  }

  /** Reads it as it comes; looks at the memory ten times on the way. */
  async function read(path: string) {
    const response = await plane.request(path);
    const before = heap();
    const decoder = new TextDecoder();
    let [lines, most, rest, first] = [0, 0, "", ""];
    for await (const piece of response.body ?? []) {
      const parts = (rest + decoder.decode(piece as Uint8Array, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      if (lines === 0) first = parts.slice(0, 2).join("\n");
      const seen = Math.floor((lines * 10) / count);
      lines += parts.length;
      if (Math.floor((lines * 10) / count) > seen) most = Math.max(most, heap() - before);
    }
    expect(rest).toBe("");
    return { lines, most, first, type: response.headers.get("content-type") };
  }

  const usage = "from=2026-03-01&to=2026-12-01&bucket=hour&group_by=key,model";

  it.each([
    ["requests as NDJSON", "/admin/requests/export/ndjson", count, "application/x-ndjson"],
    ["usage as CSV", `/admin/usage/export?${usage}`, count + 1, "text/csv"],
  ])(
    "%s",
    async (_name, path, lines, type) => {
      const told = await read(path);
      expect(told).toMatchObject({ lines, type: `${type}; charset=utf-8` });
      expect(told.most).toBeLessThan(mostBytes);
      expect(told.first).toContain(type === "text/csv" ? "latency_ms_p95" : '"latency_ms":');
    },
    180_000,
  );

  it("are the same in the other form", async () => {
    const of = `model=gpt-4o&from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00.001Z`;
    const csv = await (await plane.request(`/admin/requests/export?${of}`)).text();
    const [header, line, ...rest] = csv.split("\r\n");
    expect(rest).toEqual([""]);
    // Nothing is a formula.
    expect(line).toContain(",'=smart,");
    const [request] = (await (await plane.request(`/admin/requests/export/ndjson?${of}`)).text()).split("\n");
    expect(Object.keys(JSON.parse(request ?? "") as object)).toEqual(header?.split(","));
    const hour = "from=2026-03-01T00:00:00Z&to=2026-03-01T01:00:00Z&bucket=hour&group_by=key,model";
    const json = await (await plane.request(`/admin/usage/export/ndjson?${hour}`)).text();
    const usageLines = json.trimEnd().split("\n");
    expect(usageLines).toHaveLength(100);
    expect(JSON.parse(usageLines[0] ?? "")).toMatchObject({ model: "gpt-4o", requests: 1, reasoning_tokens: 8 });
    expect(JSON.parse(usageLines[0] ?? "")).toMatchObject({ cached_tokens: 64, cache_write_tokens: 5 });
  });
});
