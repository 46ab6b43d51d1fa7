// What a server does about backups by itself: those that are asked for, those that are due, and the archive of its journal.

import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatUsd } from "@ghostllm/contract";
import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openPlace } from "#control/backup/open-place.ts";
import { findBackup, listBackups } from "#control/backup/read-backup.ts";
import { restoreBackup } from "#control/backup/restore-backup.ts";
import type { Opener } from "#control/backup/seal.ts";
import { verifyBackup } from "#control/backup/verify-backup.ts";
import { createDirectory } from "./store-support/engines.ts";
import { openMigrated, readTotals, silentLog } from "./store-support/open.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

const patient = { timeout: 60_000, interval: 100 };

let directory: Awaited<ReturnType<typeof createDirectory>>;
let server: WholeServer;
let to: string;
let lock: Opener;
let recipient: string;
let vendor: FakeUpstream;

const place = () => openPlace({ to, s3Endpoint: null, s3Region: "r", s3AccessKeyId: null, s3SecretAccessKey: null });

const start = (environment: Readonly<Record<string, string>> = {}): Promise<WholeServer> =>
  startWholeServer({
    ...{ BACKUP_TO: to, BACKUP_RECIPIENTS: recipient, BACKUP_KEEP: "2", BACKUP_JOURNAL_EVERY: "300ms" },
    ...environment,
  });

async function ask(key = server.apiKey): Promise<string> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "v/m", messages: [{ role: "user", content: "Hello" }] }),
  });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get("x-request-id") ?? "";
}

async function settled(id: string) {
  return vi.waitUntil(async () => {
    const run = (await server.admin.backups.list({ query: {} })).data.find((one) => one.id === id);
    return run?.state === "made" || run?.state === "failed" ? run : null;
  }, patient);
}

const make = async () => settled((await server.admin.backups.create({})).id);

beforeAll(async () => {
  directory = await createDirectory();
  to = join(directory.path, "place");
  const identity = await generateX25519Identity();
  lock = { identities: [identity] };
  recipient = await identityToRecipient(identity);
  vendor = await startFakeUpstream();
  server = await start();
  const about = { name: "v", provider_type: "openai-compatible", base_url: `${vendor.url}/v1`, api_key: "sk-vendor" };
  const { id } = await server.admin.providers.create({ body: about });
  const prices = { input_price_usd: "3.1", output_price_usd: "7.77" };
  await server.admin.models.create({ body: { provider_id: id, name: "m", ...prices } });
});
afterAll(async () => {
  await server.close();
  await vendor.close();
  await directory.remove();
});

describe("a server that has a place for backups", () => {
  it("makes one when it is asked to, and one at a time", async () => {
    await ask();
    const asked = await server.admin.backups.create({});
    expect(asked).toMatchObject({ state: "waiting", reason: "asked", place: to, bytes: null });
    await expect(server.admin.backups.create({})).rejects.toMatchObject({ code: "conflict" });
    const made = await settled(asked.id);
    expect(made).toMatchObject({ state: "made", error: null, removed_at: null });
    const { faults, manifest } = await verifyBackup(await place(), made.backup_id, lock);
    expect(faults).toEqual([]);
    expect(made.rows).toBe(manifest.tables.reduce((sum, { rows }) => sum + rows, 0));
    const plan = await server.admin.backups.plan();
    expect(plan).toMatchObject({ place: to, sealed_by: "recipients", every_seconds: null, next_at: null, keep: 2 });
    expect(plan.last_made_at).toBe(made.finished_at);
  });

  it("tells of it: an event, the audit log and metrics", async () => {
    const { data: events } = await server.admin.events.list({ query: { types: "backup.made" } });
    expect(events.at(0)?.event.data).toMatchObject({ place: to, reason: "asked" });
    const { data: entries } = await server.admin.audit.list({ query: { q: "backup.create" } });
    expect(entries.at(0)).toMatchObject({ action: "backup.create", outcome: "done" });
    const told = await vi.waitUntil(async () => {
      const response = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.apiKey}` } });
      const [, at] = /^ghostllm_backup_last_success_timestamp_seconds ([\d.e+]+)$/m.exec(await response.text()) ?? [];
      return Number(at) > 0 ? Number(at) : null;
    }, patient);
    expect(Math.abs(told - Date.now() / 1_000)).toBeLessThan(60);
  });

  it("keeps as many as it is to", async () => {
    const first = (await server.admin.backups.list({ query: {} })).data.at(-1);
    for (let count = 0; count < 2; count += 1) await make();
    const runs = (await server.admin.backups.list({ query: {} })).data;
    await vi.waitFor(async () => {
      const there = (await listBackups(await place())).map(({ id }) => id);
      expect(there).toEqual(runs.slice(0, 2).map((run) => run.backup_id));
    }, patient);
    await vi.waitFor(async () => {
      const gone = (await server.admin.backups.list({ query: {} })).data.find(({ id }) => id === first?.id);
      expect(gone?.removed_at).not.toBeNull();
    }, patient);
  });

  it("says why one could not be made, and makes the next one", async () => {
    const aside = `${to}.aside`;
    await rename(to, aside);
    await writeFile(to, "no folder");
    const failed = await make();
    expect(failed).toMatchObject({ state: "failed", bytes: null });
    expect(failed.error).toMatch(/ENOTDIR|EEXIST/);
    const { data: events } = await server.admin.events.list({ query: { types: "backup.failed" } });
    expect(events.at(0)?.event.data).toMatchObject({ backup_id: failed.backup_id });
    await rm(to);
    await rename(aside, to);
    expect(await make()).toMatchObject({ state: "made" });
  });

  it("archives what it has stored, so that usage can be restored up to a moment", async () => {
    const base = await make();
    for (let count = 0; count < 3; count += 1) await ask();
    await archived();
    const moment = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (let count = 0; count < 2; count += 1) await ask();
    await archived();
    const costs = (await server.admin.usage.list({ query: { limit: 500 } })).data;
    const before = costs.filter(({ created_at: at }) => Date.parse(at) <= moment);
    expect(costs.length).toBe(before.length + 2);
    const [upTo, all] = [await restored(base.backup_id, moment), await restored(base.backup_id, Date.now())];
    expect(upTo.ids.toSorted()).toEqual(before.map(({ id }) => id).toSorted());
    expect(all.ids.toSorted()).toEqual(costs.map(({ id }) => id).toSorted());
    const sum = (some: typeof costs): string =>
      formatUsd(some.reduce((nanos, { cost_usd: cost }) => nanos + Math.round(Number(cost ?? 0) * 1e9), 0));
    expect(formatUsd(upTo.cost.logs)).toBe(sum(before));
    expect([formatUsd(all.cost.logs), all.cost.users]).toEqual([sum(costs), all.cost.logs]);
  });

  it("settles one that was being made when its server was killed, and makes what is due", async () => {
    await server.close();
    const store = await openMigrated({ databaseUrl: null, dataDir: directory.path });
    const cut = await store.backups.ask({ backupId: "20260101T000000Z-aaaaaa", reason: "due", place: to });
    await store.backups.begin(cut.id);
    await store.close();
    server = await start({ GHOSTLLM_DATA_DIR: directory.path, BACKUP_EVERY: "1s" });
    const run = await settled(cut.id);
    expect(run).toMatchObject({ state: "failed", error: "The server that made it has ended" });
    const due = await vi.waitUntil(async () => {
      const runs = (await server.admin.backups.list({ query: {} })).data;
      return runs.find(({ state, reason, id }) => state === "made" && reason === "due" && id !== cut.id);
    }, patient);
    expect(due.place).toBe(to);
    expect((await server.admin.backups.plan()).next_at).not.toBeNull();
  });
});

/** All that was answered. */
async function archived(): Promise<void> {
  const since = Date.now();
  await vi.waitUntil(async () => {
    const { journal } = await server.admin.backups.plan();
    const upTo = Date.parse(journal?.archived_up_to ?? "1970-01-01");
    // The ledger stores what was answered within a quarter of a second.
    return journal?.pending_bytes === 0 && upTo > since + 700;
  }, patient);
}

async function restored(id: string, until: number) {
  const target = await createDirectory();
  try {
    const database = { databaseUrl: null, dataDir: target.path, log: silentLog };
    const found = await findBackup(await place(), { id });
    const { reach } = await restoreBackup({ database, place: await place(), id: found.id, opener: lock, until });
    expect(reach.map(({ missing }) => missing)).toEqual([[]]);
    expect(await readdir(target.path)).toEqual(expect.arrayContaining(["encryption.key", "ghostllm.db"]));
    const store = await openMigrated(database);
    try {
      return await readTotals(store);
    } finally {
      await store.close();
    }
  } finally {
    await target.remove();
  }
}
