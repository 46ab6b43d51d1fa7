// Users as directories see and change them. Whoever is switched off or removed loses sessions, keys and what runs by them at once.

import { GhostError } from "@ghostllm/contract";
import { unlimited } from "#control/resources/fields.ts";
import type { Store, UserRow } from "#control/store/store.ts";
import type { Right } from "#domain/right.ts";
import type { Json } from "./attributes.ts";
import { followDirectory, readDirectoryRoles } from "./directory-roles.ts";
import { list, namedValue, type Listed, type ListQuery } from "./listing.ts";
import { applyPatch } from "./patch.ts";
import { ScimError } from "./scim-error.ts";
import { readUser, writeUser, type GivenUser } from "./user-document.ts";

export interface ScimDependencies {
  readonly store: Pick<Store, "users" | "directory" | "settings" | "teams">;
  /** Resolves when the change is in force on the gateway. */
  readonly changed: () => Promise<void>;
  readonly withdraw: (right: Right) => Promise<void>;
}

export class ScimUsers {
  readonly #deps: ScimDependencies;

  constructor(deps: ScimDependencies) {
    this.#deps = deps;
  }

  list(query: ListQuery, base: string): Promise<Json> {
    const { directory, users } = this.#deps.store;
    const byIds = async (ids: readonly string[]): Promise<readonly UserRow[]> =>
      (await Promise.all(ids.map((id) => users.find(id, "all")))).filter((row) => row !== undefined);
    const byId = (id: string | undefined) => byIds(id === undefined ? [] : [id]);
    const listed: Listed<UserRow> = {
      count: () => directory.countUsers(),
      page: async (stretch) => byIds(await directory.userIds(stretch)),
      named(filter) {
        const [id, userName] = [namedValue(filter, "id"), namedValue(filter, "userName")];
        const externalId = namedValue(filter, "externalId");
        if (id !== undefined) return byId(id);
        if (userName !== undefined) return directory.userIdBy({ userName }).then(byId);
        return externalId === undefined ? undefined : directory.userIdBy({ externalId }).then(byId);
      },
      write: (rows) => this.#write(rows, base),
    };
    return list(query, listed);
  }

  async get(id: string, base: string): Promise<Json> {
    const [written] = await this.#write([await this.#find(id)], base);
    if (written === undefined) throw noUser(id);
    return written;
  }

  async create(body: Json, base: string): Promise<Json> {
    const { store, changed } = this.#deps;
    const given = readUser(body);
    if ((await store.directory.userIdBy(given)) !== undefined) throw taken("userName");
    const { defaultRole: role } = await readDirectoryRoles(store);
    const facts = { email: given.email, username: given.displayName, passwordHash: null, role };
    const user = await store.users.create({ ...facts, limits: unlimited, budgetNanos: null }).catch(inWords);
    await this.#keep(user.id, given);
    if (!given.isActive) await store.users.update(user.id, { isActive: false });
    await changed();
    return this.get(user.id, base);
  }

  async replace(id: string, body: Json, base: string): Promise<Json> {
    const { store, changed, withdraw } = this.#deps;
    const before = await this.#find(id);
    const given = readUser(body);
    const owner = await store.directory.userIdBy(given);
    if (owner !== undefined && owner !== id) throw taken("userName");
    const { email, displayName: username, isActive } = given;
    await store.users.update(id, { email, username, isActive }).catch(inWords);
    await this.#keep(id, given);
    if (before.isActive && !isActive) await withdraw({ kind: "user", id });
    await changed();
    return this.get(id, base);
  }

  async patch(id: string, body: unknown, base: string): Promise<Json> {
    return this.replace(id, applyPatch(await this.get(id, base), body), base);
  }

  async remove(id: string): Promise<void> {
    const { store, changed, withdraw } = this.#deps;
    if (!(await store.users.remove(id))) throw noUser(id);
    await withdraw({ kind: "user", id });
    await changed();
  }

  /** Gives all users the roles that follow from their groups. */
  async followAll(): Promise<void> {
    const { store, changed } = this.#deps;
    const pageSize = 500;
    let hasChanged = false;
    for (let offset = 0; ; offset += pageSize) {
      const ids = await store.directory.userIds({ offset, limit: pageSize });
      const told = await store.directory.told(ids);
      // Whom no directory knows is nobody's but his administrator's.
      hasChanged = (await followDirectory(this.#deps, [...told.keys()])) || hasChanged;
      if (ids.length < pageSize) break;
    }
    if (hasChanged) await changed();
  }

  async #find(id: string): Promise<UserRow> {
    const user = await this.#deps.store.users.find(id, "all");
    if (user === undefined) throw noUser(id);
    return user;
  }

  #keep(userId: string, { userName, externalId, attributes }: GivenUser): Promise<void> {
    return this.#deps.store.directory.keepUser({ userId, userName, externalId, attributes }).catch(inWords);
  }

  async #write(rows: readonly UserRow[], base: string): Promise<readonly Json[]> {
    const { directory } = this.#deps.store;
    const ids = rows.map(({ id }) => id);
    const [told, groups] = [await directory.told(ids), await directory.groupsOf(ids)];
    return rows.map((user) => writeUser({ user, told: told.get(user.id), groups: groups.get(user.id) ?? [] }, base));
  }
}

function noUser(id: string): ScimError {
  return new ScimError(404, `There is no user ${id}`);
}

function taken(attribute: string): ScimError {
  return new ScimError(409, `There is already a user with this ${attribute}`, "uniqueness");
}

export function inWords(error: unknown): never {
  // Of a name that is taken the field is told; who governs as the last one is in conflict with nobody.
  const isTaken = error instanceof GhostError && error.code === "conflict" && error.param !== undefined;
  if (isTaken) throw new ScimError(409, error.message, "uniqueness");
  if (error instanceof GhostError && error.status === 400) throw new ScimError(400, error.message, "invalidValue");
  throw error;
}
