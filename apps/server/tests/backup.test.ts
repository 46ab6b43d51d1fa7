// Backups of either engine, restored into either: every row of every table, and each request once.

import { mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeBackup, type MadeBackup } from "#control/backup/make-backup.ts";
import { openPlace } from "#control/backup/open-place.ts";
import type { PlaceSettings } from "#control/backup/place.ts";
import { findBackup, listBackups } from "#control/backup/read-backup.ts";
import { restoreBackup } from "#control/backup/restore-backup.ts";
import type { Lock, Opener } from "#control/backup/seal.ts";
import { verifyBackup } from "#control/backup/verify-backup.ts";
import { readDatabase } from "#control/store/backup/backup-source.ts";
import { RowSum } from "#control/store/backup/table-lines.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { Secret } from "#domain/secret.ts";
import { encodeObject, encodeRecord } from "#link/journal/record-line.ts";
import { startBucket } from "./support/bucket.ts";
import { availableEngines, createDirectory, type TestDatabase, type TestEngine } from "./store-support/engines.ts";
import { newUser, newKey, openMigrated, readTotals, silentLog } from "./store-support/open.ts";
import { changeAtRandom } from "./store-support/random-changes.ts";
import { createRecord } from "./store-support/records.ts";

const passphrase = new Secret("correct horse battery staple");
const lock: Lock = { passphrase };
const engines = availableEngines();

const placeAt = (to: string): PlaceSettings => ({
  ...{ to, s3Endpoint: null, s3Region: "us-east-1", s3AccessKeyId: null, s3SecretAccessKey: null },
});

const databaseOf = ({ databaseUrl, dataDir }: Pick<TestDatabase, "databaseUrl" | "dataDir">) => ({
  ...{ databaseUrl, dataDir, log: silentLog },
});

/** Of every table that is backed up. */
async function sumsOf(database: TestDatabase): Promise<ReadonlyMap<string, string>> {
  return readDatabase(databaseOf(database), async (source) => {
    const sums = new Map<string, string>();
    for (const table of source.tables) {
      const sum = new RowSum();
      for await (const lines of source.lines(table)) for (const line of lines) sum.add(line);
      sums.set(table.name, `${sum.rows} ${sum.text}`);
    }
    return sums;
  });
}

const texts = ['"quoted" \\ back', "line\nbreak\tand \u0001", "grün 漢字 🦊 \u2028", "", "2024-01-01", "null", "1e400"];

function recordsOver(months: number, count: number, changed: Partial<UsageRecord>): readonly UsageRecord[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) =>
    createRecord({
      ...changed,
      createdAt: now - Math.floor((index / count) * months * 30 * 86_400_000),
      costNanos: 1_000_000 + index * 7,
      userAgent: texts[index % texts.length] ?? null,
    }),
  );
}

interface Filled {
  /** In the database, and of some of them a line is in the journal still. */
  readonly stored: readonly UsageRecord[];
  /** In the journal alone. */
  readonly pending: readonly UsageRecord[];
}

async function fill(store: OpenStore, dataDir: string): Promise<Filled> {
  const user = await store.users.create(newUser(texts[2] ?? ""));
  const key = await store.apiKeys.create(newKey(user, "backup"));
  await changeAtRandom(store, 7, async () => {});
  const mine = { userId: user.id, apiKeyId: key.id };
  const stored = recordsOver(5, 1_700, mine);
  await store.usage.insert(stored);
  // Larger than a number of JavaScript holds.
  const large = sql`insert into spend (scope_kind, scope_id, period, nanos) values ('user', 'large', 'total', 9007199254740993)`;
  await large.execute(store.database.kysely);
  const pending = recordsOver(0, 50, mine);
  await mkdir(join(dataDir, "journal", "worker-1"), { recursive: true });
  const both = [...stored.slice(0, 20), ...pending.slice(0, 30)].map(encodeRecord).join("");
  await writeFile(join(dataDir, "journal", "usage-000000000007.jsonl"), both);
  const object = {
    id: "file-1",
    userId: user.id,
    providerId: "p",
    model: "m",
    requestedModel: "m",
    keptAt: Date.now(),
  };
  const torn = `${pending.slice(30).map(encodeRecord).join("")}${encodeObject(object)}{"id":"torn`;
  await writeFile(join(dataDir, "journal", "worker-1", "usage-000000000001.jsonl"), torn);
  await writeFile(join(dataDir, "encryption.key"), "0123456789abcdef\n");
  await writeFile(join(dataDir, "installation.id"), "of this directory\n");
  return { stored, pending };
}

describe.each(engines)("a backup of $name", ({ create }) => {
  const stage = {} as { database: TestDatabase; filled: Filled; place: string; made: MadeBackup };
  let sums: ReadonlyMap<string, string>;
  let cleanUp: () => Promise<void>;

  beforeAll(async () => {
    const directory = await createDirectory();
    const database = await create();
    const store = await openMigrated(database);
    Object.assign(stage, { database, place: directory.path, filled: await fill(store, database.dataDir) });
    await store.close();
    sums = await sumsOf(database);
    stage.made = await makeBackup({
      ...{ database: databaseOf(database), place: placeAt(directory.path), lock, version: "0.0.1", now: Date.now },
    });
    cleanUp = async () => {
      await database.dispose();
      await directory.remove();
    };
  });
  afterAll(() => cleanUp());

  test("is whole, and says how much is in it", async () => {
    const place = await openPlace(placeAt(stage.place));
    const { manifest, faults } = await verifyBackup(place, stage.made.id, lock);
    expect(faults).toEqual([]);
    expect(manifest.tables.find(({ name }) => name === "usage_logs")?.rows).toBe(stage.filled.stored.length);
    expect(manifest.tables.map(({ name }) => name)).toEqual([...sums.keys()]);
    expect(stage.made.journalLines).toBe(20 + 50 + 1 + 1);
    expect(await listBackups(place)).toMatchObject([{ id: stage.made.id, isWhole: true, bytes: stage.made.bytes }]);
  });

  test("opens with its passphrase alone", async () => {
    const place = await openPlace(placeAt(stage.place));
    const other = { passphrase: new Secret("correct horse battery stapler") };
    await expect(verifyBackup(place, stage.made.id, other)).rejects.toThrow(/does not open: the passphrase/);
  });

  test.each(engines)("is restored into $name: every table, and the journal once", async (into: TestEngine) => {
    const target = await into.createEmpty();
    try {
      const place = await openPlace(placeAt(stage.place));
      const options = { database: databaseOf(target), place, id: stage.made.id, opener: lock, until: null };
      const restored = await restoreBackup(options);
      expect(restored).toMatchObject({ journalLines: stage.filled.pending.length, refusedLines: 1 });
      const { stored, pending } = stage.filled;
      const store = await openMigrated(target);
      const totals = await readTotals(store);
      await store.close();
      const cost = [...stored, ...pending].reduce((sum, record) => sum + (record.costNanos ?? 0), 0);
      expect(totals.ids.toSorted()).toEqual([...stored, ...pending].map(({ id }) => id).toSorted());
      expect(totals.cost.logs).toBe(cost);
      expect(totals.cost.hourly).toBe(cost);
      // Tables that the journal's lines do not touch are as they were; the others were compared before those came.
      const after = await sumsOf(target);
      const touched = [...sums].filter(([name, sum]) => after.get(name) !== sum).map(([name]) => name);
      expect(touched.filter((name) => !/^(usage_|spend$|api_keys$|stored_objects$|settings$)/.test(name))).toEqual([]);
      expect(await readFile(join(target.dataDir, "encryption.key"), "utf8")).toBe("0123456789abcdef\n");
      expect(await readFile(join(target.dataDir, "journal", "usage.rejected"), "utf8")).toContain("torn");
      expect(await readdir(target.dataDir)).not.toContain("installation.id");
      await expect(restoreBackup(options)).rejects.toThrow(/into an empty (database|data directory) only/);
    } finally {
      await target.dispose();
    }
  });
});

describe("what is wrong with a backup is found", () => {
  let sealedFor: Lock;
  let opener: Opener;
  let directory: { readonly path: string; remove(): Promise<void> };
  let database: TestDatabase;
  let id: string;
  let folder: string;

  beforeAll(async () => {
    const [sqlite] = engines;
    if (sqlite === undefined) throw new Error("there is no SQLite");
    directory = await createDirectory();
    database = await sqlite.create();
    const store = await openMigrated(database);
    await store.usage.insert(recordsOver(1, 300, {}));
    await store.close();
    await writeFile(join(database.dataDir, "encryption.key"), "0123456789abcdef\n");
    const identity = await generateX25519Identity();
    opener = { identities: [identity] };
    sealedFor = { recipients: [await identityToRecipient(identity)] };
    const place = placeAt(directory.path);
    ({ id } = await makeBackup({
      database: databaseOf(database),
      place,
      lock: sealedFor,
      version: "0.0.1",
      now: Date.now,
    }));
    folder = join(directory.path, "backups", id);
  });
  afterAll(async () => {
    await database.dispose();
    await directory.remove();
  });

  const verify = async (by = opener): Promise<readonly string[]> =>
    (await verifyBackup(await openPlace(placeAt(directory.path)), id, by)).faults;

  /** `change` does something to each file, one at a time. */
  async function withEachFile(change: (path: string, content: Buffer) => Promise<void>): Promise<readonly string[]> {
    const unseen: string[] = [];
    const files = (await readdir(folder)).toSorted();
    // Those of one row are all alike.
    const some = files.filter((file, index) => !/^\d/.test(file) || index % 7 === 0);
    for (const file of some) {
      const path = join(folder, file);
      const content = await readFile(path);
      await change(path, content);
      const faults = await verify().catch((error: unknown) => [String(error)]);
      if (faults.length === 0) unseen.push(file);
      await writeFile(path, content);
    }
    expect(some).toEqual(expect.arrayContaining(["key.age", "manifest.age", "000001.age"]));
    expect(await verify()).toEqual([]);
    return unseen;
  }

  test("a flipped bit in every file, wherever it is", async () => {
    for (const place of [0, 0.3, 0.7, 1]) {
      const flip = async (path: string, content: Buffer): Promise<void> => {
        const changed = Buffer.from(content);
        const at = Math.round((changed.length - 1) * place);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        await writeFile(path, changed);
      };
      expect(await withEachFile(flip)).toEqual([]);
    }
  });

  test("a file that is cut off, and one that is missing", async () => {
    expect(await withEachFile((path, content) => truncate(path, content.length - 1))).toEqual([]);
    expect(await withEachFile((path) => truncate(path, 0))).toEqual([]);
    expect(await withEachFile((path) => rm(path))).toEqual([]);
  });

  test("another identity, and a passphrase in its place", async () => {
    await expect(verify({ identities: [await generateX25519Identity()] })).rejects.toThrow(/does not open/);
    await expect(verify(lock)).rejects.toThrow(/does not open/);
  });

  test("two parts that have changed their places", async () => {
    const [one, other] = ["000001.age", "000002.age"].map((file) => join(folder, file)) as [string, string];
    const [first, second] = [await readFile(one), await readFile(other)];
    await writeFile(one, second);
    await writeFile(other, first);
    expect(await verify()).toHaveLength(2);
    await writeFile(one, first);
    await writeFile(other, second);
  });

  test("one that was broken off is not taken for whole", async () => {
    const broken = "20991231T235959Z-ffffff";
    await mkdir(join(directory.path, "backups", broken));
    await writeFile(join(directory.path, "backups", broken, "000001.age"), "something");
    const place = await openPlace(placeAt(directory.path));
    expect((await listBackups(place)).map((one) => [one.id, one.isWhole])).toEqual([
      [broken, false],
      [id, true],
    ]);
    expect((await findBackup(place, {})).id).toBe(id);
    await expect(findBackup(place, { id: broken })).rejects.toThrow(/is not whole/);
  });

  test("nothing is left where a damaged one was to be restored", async () => {
    const path = join(folder, "000003.age");
    const content = await readFile(path);
    await rm(path);
    const target = await createDirectory();
    try {
      const place = await openPlace(placeAt(directory.path));
      const empty = { databaseUrl: null, dataDir: target.path, log: silentLog };
      const restoring = restoreBackup({ database: empty, place, id, opener, until: null });
      await expect(restoring).rejects.toThrow(/is missing/);
      expect(await readdir(target.path)).not.toContain("ghostllm.db");
    } finally {
      await writeFile(path, content);
      await target.remove();
    }
  });
});

describe("a bucket", () => {
  test("has a backup as a folder has it, from whoever may write to it", async () => {
    const [sqlite] = engines;
    if (sqlite === undefined) throw new Error("there is no SQLite");
    const [bucket, database, target] = [await startBucket(), await sqlite.create(), await sqlite.createEmpty()];
    try {
      const store = await openMigrated(database);
      await store.usage.insert(recordsOver(1, 300, {}));
      await store.close();
      const secret = new Secret(bucket.secret);
      const settings: PlaceSettings = {
        ...{ to: `s3://${bucket.name}/ghost llm/here`, s3Endpoint: bucket.endpoint, s3Region: bucket.region },
        ...{ s3AccessKeyId: bucket.accessKeyId, s3SecretAccessKey: secret },
      };
      // Busy for a moment.
      bucket.failNext(2);
      const made = await makeBackup({
        database: databaseOf(database),
        place: settings,
        lock,
        version: "0.0.1",
        now: Date.now,
      });
      expect([...bucket.objects.keys()].every((key) => key.startsWith(`ghost llm/here/backups/${made.id}/`))).toBe(
        true,
      );
      const place = await openPlace(settings);
      expect(await listBackups(place)).toMatchObject([{ id: made.id, isWhole: true, bytes: made.bytes }]);
      expect((await verifyBackup(place, made.id, lock)).faults).toEqual([]);
      await restoreBackup({ database: databaseOf(target), place, id: made.id, opener: lock, until: null });
      expect(await sumsOf(target)).toEqual(await sumsOf(database));
      expect(bucket.refused).toEqual([]);
      const other = await openPlace({ ...settings, s3SecretAccessKey: new Secret("another") });
      await expect(listBackups(other)).rejects.toThrow(/SignatureDoesNotMatch/);
      await place.remove((await place.list("backups")).map(({ name }) => name));
      expect(bucket.objects.size).toBe(0);
    } finally {
      await Promise.all([bucket.close(), database.dispose(), target.dispose()]);
    }
  });
});
