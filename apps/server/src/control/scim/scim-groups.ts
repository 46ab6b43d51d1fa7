// Groups as directories see and change them. Whoever comes into one or leaves it has his role by it at once.

import type { DirectoryGroup } from "#control/store/directory/directory-store.ts";
import type { Json } from "./attributes.ts";
import { followDirectory } from "./directory-roles.ts";
import { readGroup, writeGroup } from "./group-document.ts";
import { list, namedValue, type Listed, type ListQuery } from "./listing.ts";
import { applyPatch } from "./patch.ts";
import { ScimError } from "./scim-error.ts";
import { inWords, type ScimDependencies } from "./scim-users.ts";

/** What of a group is told: who is in it may be many. */
export interface Telling {
  readonly base: string;
  readonly withMembers: boolean;
}

export class ScimGroups {
  readonly #deps: ScimDependencies;

  constructor(deps: ScimDependencies) {
    this.#deps = deps;
  }

  list(query: ListQuery, telling: Telling): Promise<Json> {
    const { directory } = this.#deps.store;
    const found = (group: DirectoryGroup | undefined) => (group === undefined ? [] : [group]);
    const listed: Listed<DirectoryGroup> = {
      count: () => directory.countGroups(),
      page: (stretch) => directory.groups(stretch),
      named(filter) {
        const [id, displayName] = [namedValue(filter, "id"), namedValue(filter, "displayName")];
        if (id !== undefined) return directory.findGroup({ id }).then(found);
        return displayName === undefined ? undefined : directory.findGroup({ displayName }).then(found);
      },
      write: (rows) => Promise.all(rows.map((group) => this.#write(group, telling))),
    };
    return list(query, listed);
  }

  async get(id: string, telling: Telling): Promise<Json> {
    return this.#write(await this.#find(id), telling);
  }

  async create(body: Json, telling: Telling): Promise<Json> {
    const given = readGroup(body);
    const group = await this.#deps.store.directory.createGroup(given).catch(inWords);
    await this.#follow(given.memberIds);
    return this.#write(group, telling);
  }

  async replace(id: string, body: Json, telling: Telling): Promise<Json> {
    const { directory } = this.#deps.store;
    const before = await this.#find(id);
    const given = readGroup(body);
    const [were, are] = [new Set(await directory.membersOf(id)), new Set(given.memberIds)];
    const group = await directory.updateGroup(id, given).catch(inWords);
    if (group === undefined) throw noGroup(id);
    const isRenamed = before.displayName !== group.displayName;
    const touched = [...were, ...are].filter((one) => isRenamed || were.has(one) !== are.has(one));
    await this.#follow([...new Set(touched)]);
    return this.#write(group, telling);
  }

  async patch(id: string, body: unknown, telling: Telling): Promise<Json> {
    const whole = await this.get(id, { ...telling, withMembers: true });
    return this.replace(id, applyPatch({ members: [], ...whole }, body), telling);
  }

  async remove(id: string): Promise<void> {
    const { directory } = this.#deps.store;
    const members = await directory.membersOf(id);
    if (!(await directory.removeGroup(id))) throw noGroup(id);
    await this.#follow(members);
  }

  async #follow(userIds: readonly string[]): Promise<void> {
    if (await followDirectory(this.#deps, userIds)) await this.#deps.changed();
  }

  async #find(id: string): Promise<DirectoryGroup> {
    const group = await this.#deps.store.directory.findGroup({ id });
    if (group === undefined) throw noGroup(id);
    return group;
  }

  async #write(group: DirectoryGroup, { base, withMembers }: Telling): Promise<Json> {
    const members = withMembers ? await this.#deps.store.directory.membersOf(group.id) : null;
    return writeGroup({ group, members }, base);
  }
}

function noGroup(id: string): ScimError {
  return new ScimError(404, `There is no group ${id}`);
}
