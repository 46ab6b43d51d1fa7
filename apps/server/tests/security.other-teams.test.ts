// Nobody learns or changes what is of a team that he is not in: every route of the contract, asked by everybody for what is of another one.

import { readFile } from "node:fs/promises";
import { roleNames } from "@ghostllm/contract";
import type { RoleName } from "@ghostllm/contract";
import { adminRouteList, bulkOperations } from "@ghostllm/contract/routes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { roles } from "#domain/access/roles.ts";
import { adminKey, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { addAskers, addSide, type Asker } from "./security-support/sides.ts";
import { reachedBy, rowsOf, walk, type Sides } from "./security-support/walk.ts";

let plane: AdminPlane;
let sides: Sides;
let askers: readonly Asker[];

beforeAll(async () => {
  plane = await startAdminPlane();
  await plane.admin.providers.create({ body: { provider_type: "openai", api_key: "sk-of-the-vendor" } });
  sides = { own: await addSide(plane, "own"), other: await addSide(plane, "other") };
  askers = await addAskers(plane, sides.own);
});
afterAll(() => plane.close());

const askerOf = (name: string): Asker => {
  const found = askers.find((asker) => asker.name === name);
  if (found === undefined) throw new Error(`Nobody is ${name}`);
  return found;
};

const strongest = "all-of-teams who is manager of a team";

describe("what is of another team", () => {
  it("is told to nobody, and changed by nobody", async () => {
    const before = await rowsOf(plane, sides.other);
    expect(before.length).toBeGreaterThan(10);
    for (const asker of askers) {
      const findings = await walk(plane, asker, sides);
      expect([asker.name, findings]).toEqual([asker.name, []]);
      expect([asker.name, await rowsOf(plane, sides.other)]).toEqual([asker.name, before]);
    }
  }, 240_000);

  it("is there for whoever it is of, and for administrators: so the walk has asked for something", async () => {
    const ofPerson = await reachedBy(plane, sides.other.token, sides.other);
    expect(ofPerson).toEqual(
      expect.arrayContaining(["apiKeys.get", "teams.get", "teams.members", "requests.get", "aliases.get"]),
    );
    const ofAdmin = await reachedBy(plane, adminKey, sides.other);
    expect(ofAdmin).toEqual(
      expect.arrayContaining(["users.get", "serviceAccounts.get", "budgets.get", "requests.get", "aliases.get"]),
    );
    const ofManager = await reachedBy(plane, askerOf(strongest).token, sides.own);
    expect(ofManager).toEqual(expect.arrayContaining(["users.get", "serviceAccounts.get", "teams.get", "apiKeys.get"]));
  });
});

/** A handler that does not hand on its reach is a store that is asked for all. */
const forgetful = {
  "apiKeys.get": () => forget(plane.store.apiKeys, "find"),
  "apiKeys.list": () => forget(plane.store.apiKeys, "list"),
  "users.get": () => forget(plane.store.users, "find"),
  "users.list": () => forget(plane.store.users, "list"),
  "teams.get": () => forget(plane.store.teams, "find"),
  "teams.list": () => forget(plane.store.teams, "list"),
  "teams.updateMember": () => forget(plane.store.teams, "member"),
  "serviceAccounts.get": () => forget(plane.store.serviceAccounts, "find"),
  "aliases.get": () => forget(plane.store.aliases, "find"),
  "aliases.list": () => forget(plane.store.aliases, "list"),
  "requests.get": () => forget(plane.store.usage, "find"),
  "requests.list": () => forget(plane.store.usage, "list"),
  "usage.summary": () => forget(plane.store.usage, "series"),
  "budgets.get": () => forget(plane.store.budgets, "find"),
  "sessions.list": () => forget(plane.store.sessions, "list"),
} as const;

type Reaching = (...given: readonly unknown[]) => Promise<unknown>;

/** The reach is what it is given last. Answers how to undo it. */
function forget(part: object, name: string): () => void {
  const kept: Reaching = Reflect.get(part, name);
  Reflect.set(part, name, (...given: readonly unknown[]) => kept(...given.slice(0, kept.length - 1), "all"));
  return () => void Reflect.set(part, name, kept);
}

describe("a handler that forgets its reach", () => {
  const ids = Object.keys(forgetful) as (keyof typeof forgetful)[];
  const inBulk = ids.filter((id) => bulkOperations.some((op) => op === id));
  it.each([...ids.map((id) => ({ id, name: id as string })), ...inBulk.map((id) => ({ id, name: `${id} in bulk` }))])(
    "is found by the walk: $name",
    async ({ id, name }) => {
      const undo = forgetful[id]();
      try {
        const findings = await walk(plane, askerOf(strongest), sides, (one) => one === name);
        expect(findings.length).toBeGreaterThan(0);
      } finally {
        undo();
      }
    },
  );
});

describe("the table of permissions in the documentation", () => {
  it("says what each role is let in to, route by route", async () => {
    const text = await readFile(new URL("../../../docs/permissions.md", import.meta.url), "utf8");
    const [head = [], , ...rows] = text
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
    const cellOf = (permission: string, role: RoleName): string =>
      rows.find((row) => row[1] === permission)?.[head.indexOf(role)] ?? "";
    for (const { permission } of adminRouteList) {
      if (permission === "public") continue;
      for (const role of roleNames)
        expect([permission, role, cellOf(permission, role)]).toEqual([permission, role, roles[role][permission] ?? ""]);
    }
  });
});
