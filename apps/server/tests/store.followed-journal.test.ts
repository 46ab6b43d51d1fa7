import { once } from "node:events";
import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FollowedJournal } from "#link/journal/followed-journal.ts";
import type { JournalSource } from "#link/journal/journal.ts";
import { MergedJournal } from "#link/journal/merged-journal.ts";
import { openJournal } from "#link/journal/open-journal.ts";
import type { FileJournal } from "#link/journal/file-journal.ts";
import { createDirectory } from "./store-support/engines.ts";
import { silentLog } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";
import { encodeRecord } from "#link/journal/record-line.ts";

let root: Awaited<ReturnType<typeof createDirectory>>;
let main: FileJournal;
const writers: Worker[] = [];

beforeEach(async () => {
  root = await createDirectory();
  main = await openJournal({ directory: join(root.path, "journal"), log: silentLog, reserveBytes: 10_000 });
});

afterEach(async () => {
  await Promise.all(writers.splice(0).map((writer) => writer.terminate()));
  await main.close();
  await root.remove();
});

interface Writer {
  readonly thread: Worker;
  write(count: number): Promise<readonly string[]>;
}

async function startWriter(journal: FollowedJournal): Promise<Writer> {
  const workerData = { ...journal.seat(), lockPath: main.lockPath };
  const thread = new Worker(new URL("store-support/write-journal.ts", import.meta.url), { workerData });
  writers.push(thread);
  await once(thread, "message");
  return {
    thread,
    async write(count) {
      thread.postMessage(count);
      const [ids] = (await once(thread, "message")) as [readonly string[]];
      return ids;
    },
  };
}

async function drain(journal: JournalSource): Promise<readonly string[]> {
  const ids: string[] = [];
  for (;;) {
    const { records, position } = await journal.read(100);
    if (position === null) return ids;
    ids.push(...records.map(({ id }) => id));
    await journal.acknowledge(position);
  }
}

function folder(name: string): string {
  return join(root.path, "journal", name);
}

it("a thread's records are read as it writes them, and their files go", async () => {
  const journal = await FollowedJournal.open(folder("worker-1"));
  const told = vi.fn<() => void>();
  journal.onAppend(told);
  const writer = await startWriter(journal);
  expect(journal).toMatchObject({ pendingRecords: 0 });
  expect(journal.healthy()).toBe(true);
  const first = await writer.write(3);
  await vi.waitFor(() => expect(told).toHaveBeenCalled());
  expect(await drain(journal)).toEqual(first);
  // More than two files full.
  const second = await writer.write(15_000);
  expect(journal.pendingRecords).toBe(15_000);
  expect((await readdir(folder("worker-1"))).filter((name) => name.endsWith(".jsonl")).length).toBeGreaterThan(2);
  expect(await drain(journal)).toEqual(second);
  const files = async () => (await readdir(folder("worker-1"))).filter((name) => name.endsWith(".jsonl"));
  await vi.waitFor(async () => expect(await files()).toHaveLength(1), { timeout: 5_000 });
  journal.close();
});

it("a file of some size is replaced once it is drained", async () => {
  const journal = await FollowedJournal.open(folder("worker-1"));
  const writer = await startWriter(journal);
  await writer.write(3_000);
  await drain(journal);
  const files = async () => (await readdir(folder("worker-1"))).filter((name) => name.endsWith(".jsonl"));
  await vi.waitFor(async () => expect(await files()).toEqual(["usage-000000000002.jsonl"]), { timeout: 5_000 });
  expect(await drain(journal)).toEqual([]);
  const more = await writer.write(2);
  expect(await drain(journal)).toEqual(more);
  journal.close();
});

it("what a thread leaves when it dies is read, and another goes on behind it", async () => {
  const journal = await FollowedJournal.open(folder("worker-1"));
  const first = await startWriter(journal);
  const written = [...(await first.write(5))];
  await first.thread.terminate();
  // It had this line with the kernel, and died before it could tell.
  const last = createRecord();
  await appendFile(folder("worker-1/usage-000000000001.jsonl"), encodeRecord(last));
  await journal.endWriting();
  const second = await startWriter(journal);
  written.push(last.id, ...(await second.write(2)));
  expect(await drain(journal)).toEqual(written);
  journal.close();
  await second.thread.terminate();
  const reopened = await FollowedJournal.open(folder("worker-1"));
  expect(await drain(reopened)).toEqual(written.slice(-2));
  reopened.close();
});

it("journals are read together, each in its order, and acknowledged together", async () => {
  const journal = await FollowedJournal.open(folder("worker-1"));
  const writer = await startWriter(journal);
  const own = Array.from({ length: 150 }, () => createRecord());
  main.append(...own);
  const others = await writer.write(150);
  const merged = new MergedJournal([main, journal]);
  expect(merged.pendingRecords).toBe(300);
  const { records, position } = await merged.read(200);
  expect(records).toHaveLength(200);
  expect((await merged.read(200)).records).toEqual(records);
  const next = await merged.read(200, position);
  expect(next.records).toHaveLength(100);
  expect((await merged.read(200, next.position)).position).toBeNull();
  const ids = await drain(merged);
  expect(ids.filter((id) => own.some((record) => record.id === id))).toEqual(own.map(({ id }) => id));
  expect(ids.filter((id) => others.includes(id))).toEqual(others);
  expect(merged).toMatchObject({ pendingRecords: 0, pendingBytes: 0 });
  journal.close();
});

it("a line that the machine stopped within does not run into those of another journal", async () => {
  await main.close();
  await appendFile(join(root.path, "journal", "usage-000000000001.jsonl"), '{"id":"torn');
  main = await openJournal({ directory: join(root.path, "journal"), log: silentLog, reserveBytes: 10_000 });
  const journal = await FollowedJournal.open(folder("worker-1"));
  const writer = await startWriter(journal);
  const ids = await writer.write(2);
  const merged = new MergedJournal([main, journal]);
  const { records, unreadable } = await merged.read(100);
  expect(records.map(({ id }) => id)).toEqual(ids);
  expect(unreadable).toHaveLength(1);
  journal.close();
});
