// The list of prices of an operator's: read from a file or a URL, checked whole, kept, and in force at once.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PriceListSource } from "#control/prices/price-source.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let directory: string;
let file: string;
let plane: AdminPlane | null = null;
beforeEach(async () => {
  kept.clear();
  directory = await mkdtemp(join(tmpdir(), "ghostllm-prices-"));
  file = join(directory, "list.json");
});
afterEach(async () => {
  await plane?.close();
  plane = null;
  await rm(directory, { recursive: true, force: true });
});

const listOf = (input: number, more: object = {}) =>
  JSON.stringify([
    {
      id: "openai",
      models: [{ id: "gpt-9", match: { equals: "gpt-9" }, prices: { input_mtok: input, output_mtok: 8, ...more } }],
    },
  ]);

async function addModel(name: string) {
  const admin = (plane as AdminPlane).admin;
  const provider = await admin.providers.create({ body: { name: "openai", provider_type: "openai", api_key: "sk-x" } });
  return admin.models.create({ body: { provider_id: provider.id, name } });
}

describe("a list of prices in a file", () => {
  it("is in force from the start, is read again when asked, and is told", async () => {
    await writeFile(file, listOf(2));
    plane = await startAdminPlane({ priceSource: file });
    const { admin } = plane;
    const model = await addModel("gpt-9");
    expect(model.prices).toMatchObject({ input_usd: "2", output_usd: "8" });
    expect(await admin.prices.get({})).toMatchObject({ built_in: false, source: file, models: 1, problem: null });
    await writeFile(file, listOf(3, { web_searches_kcount: 10 }));
    const { version } = await admin.prices.refresh({});
    expect(version).toMatch(/^list\.json@[0-9a-f]{12}$/);
    const after = await admin.models.get({ params: { id: model.id } });
    expect(after.prices).toMatchObject({ input_usd: "3", web_search_usd: "0.01", version: `catalog:${version}` });
    // The gateway works from it as well, for models with and without a row.
    const snapshot = plane.snapshots.current();
    expect(snapshot.models.get("gpt-9")?.[0]?.prices?.[0]?.price.input.base).toBe(3_000_000_000);
    expect(snapshot.prices.version).toBe(version);
  });

  it("leaves vendors that it does not name as they are", async () => {
    await writeFile(file, listOf(2));
    const source = new PriceListSource({ ...options(), source: file });
    await source.open();
    expect(source.current().idsOf("openai")).toEqual(["gpt-9"]);
    expect(source.current().idsOf("anthropic")).toContain("claude-sonnet-4-5");
  });

  it("of which a part is wrong is refused with a sentence, and the one before stays", async () => {
    await writeFile(file, listOf(2));
    plane = await startAdminPlane({ priceSource: file });
    const { version } = await plane.admin.prices.get({});
    for (const [text, reason] of [
      [listOf(-1), "openai[0] (gpt-9).prices.input_mtok is not a number that is not negative"],
      ["[]", "the list is not a list of providers"],
      ["{", "it is no JSON"],
    ] as const) {
      await writeFile(file, text);
      const refused = await plane.admin.prices.refresh({}).catch((error: unknown) => error);
      expect(String(refused)).toContain(
        `The list of prices at ${file} is refused: ${reason}. ${version} stays in force.`,
      );
      expect(await plane.admin.prices.get({})).toMatchObject({ version, problem: expect.stringContaining(reason) });
    }
  });
});

describe("without another list", () => {
  it("says so, and why a model has no price and what can be done", async () => {
    plane = await startAdminPlane();
    expect(await plane.admin.prices.get({})).toMatchObject({ built_in: true, source: null, problem: null });
    await expect(plane.admin.prices.refresh({})).rejects.toThrow(/prices\.source/);
    const model = await addModel("gpt-99");
    expect(model.prices).toBeNull();
    expect(model.price_note).toContain("none of 'gpt-99' for OpenAI");
    expect(model.price_note).toContain("POST /admin/prices/refresh");
    const half = await plane.admin.models.update({ params: { id: model.id }, body: { input_price_usd: "1" } });
    expect(half.price_note).toContain("Half a price");
    const whole = await plane.admin.models.update({ params: { id: model.id }, body: { output_price_usd: "2" } });
    expect(whole).toMatchObject({ price_note: null, prices: { input_usd: "1", output_usd: "2", version: "override" } });
  });
});

const quiet = { info() {}, warn() {}, error() {} };
/** Of a database: outlives the servers that use it. */
const kept = new Map<string, string>();
const settings = {
  get: async (name: string) => kept.get(name),
  set: async (name: string, value: string) => void kept.set(name, value),
};
const options = () => ({
  refreshMs: 60_000,
  settings,
  readUrl: () => Promise.reject(new Error("it is away")),
  now: () => 1,
  log: quiet,
});

describe("a list of prices at a URL", () => {
  let server: Server;
  let answer = "";
  beforeEach(async () => {
    server = createServer((_request, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it("is kept, and in force after a restart while the URL is away; another source's is not", async () => {
    answer = listOf(4);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices.json`;
    const readUrl = async (asked: string): Promise<unknown> => (await fetch(asked)).json();
    const first = new PriceListSource({ ...options(), source: url, readUrl });
    await first.open();
    expect(first.state()).toMatchObject({ isBuiltIn: false, loadedAt: 1 });
    const again = new PriceListSource({ ...options(), source: url });
    await again.open();
    expect(again.state()).toMatchObject({ version: first.state().version, isBuiltIn: false });
    expect(again.state().problem).toContain("it is away");
    const other = new PriceListSource({ ...options(), source: "http://elsewhere.test/list" });
    await other.open();
    expect(other.state().isBuiltIn).toBe(true);
  });

  it("is read by one instance, and the others on its database follow", async () => {
    answer = listOf(4);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prices.json`;
    let asked = 0;
    const readUrl = async (from: string): Promise<unknown> => {
      asked += 1;
      return (await fetch(from)).json();
    };
    const [reader, follower] = [1, 2].map(() => new PriceListSource({ ...options(), source: url, readUrl }));
    const changes: string[] = [];
    await reader?.open();
    await follower?.open();
    if (follower !== undefined) follower.onChange = async () => void changes.push(follower.state().version);
    await follower?.follow();
    expect([asked, changes]).toEqual([2, []]);
    answer = listOf(5);
    const { version } = (await reader?.refresh()) ?? {};
    await follower?.follow();
    await follower?.follow();
    expect([asked, changes]).toEqual([3, [version]]);
    expect(follower?.state()).toMatchObject({ version, isBuiltIn: false });
    follower?.startFollowing(5);
    answer = listOf(6);
    await reader?.refresh();
    await vi.waitFor(() => expect(changes).toHaveLength(2));
    follower?.close();
  });
});
