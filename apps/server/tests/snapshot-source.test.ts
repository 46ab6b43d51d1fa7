import { afterEach, beforeEach, expect, it } from "vitest";
import { createSnapshotSource } from "#control/snapshot/snapshot-source.ts";
import type { SnapshotSource } from "#control/snapshot/snapshot-source.ts";
import { createEncryption } from "#control/encryption/encryption.ts";
import { localKey } from "#control/encryption/local-key.ts";
import { Secret } from "#domain/secret.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
let source: SnapshotSource;
const warnings: string[] = [];
const log = { info: () => {}, error: () => {}, warn: (_: object, message: string) => void warnings.push(message) };

beforeEach(async () => {
  warnings.length = 0;
  plane = await startAdminPlane();
  const encryption = createEncryption([localKey(new Secret("ab".repeat(32)), "configured")]);
  source = createSnapshotSource({
    store: plane.store,
    encryption,
    definitions: [],
    baseUrlOf: () => null,
    log,
    followMs: 20,
  });
});
afterEach(async () => {
  await source.close();
  await plane.close();
});

async function addKey(): Promise<void> {
  const user = await plane.admin.users.create({ body: { email: `u${Math.random()}@example.com` } });
  await plane.admin.apiKeys.create({ body: { user_id: user.id, name: "x" } });
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("It did not happen within 15 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it("takes in by itself what another process has stored", async () => {
  source.startFollowing();
  await addKey();
  await until(() => source.current().keys.size === 1);
});

it("shares one build among all that wait, and reflects what was stored before", async () => {
  await Promise.all(Array.from({ length: 50 }, () => source.catchUp()));
  expect(source.current().version).toBeLessThanOrEqual(2);
  const before = source.current();
  const building = source.catchUp();
  await addKey();
  await source.catchUp();
  await building;
  expect(source.current().keys.size).toBe(1);
  expect(before.keys.size).toBe(0);
});

it("keeps what it has while the store is down, and says so once", async () => {
  await addKey();
  await source.catchUp();
  const inForce = source.current();
  await plane.store.close();
  await expect(source.catchUp()).rejects.toMatchObject({ code: "service_unavailable" });
  source.startFollowing();
  await until(() => warnings.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(warnings).toHaveLength(1);
  expect(source.current()).toBe(inForce);
});
