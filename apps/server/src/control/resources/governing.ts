// Somebody who may change users must always be left. Called where users or roles are changed, one change after the other.

import { GhostError } from "@ghostllm/contract";
import { readAll } from "#control/store/page.ts";
import type { Store, UserRow } from "#control/store/store.ts";
import { builtInGrants, governs } from "#domain/access/roles.ts";

type Readers = { readonly users: Pick<Store["users"], "list">; readonly roles: Pick<Store["roles"], "list"> };

/** `isLeft`: who is still as he was when the change is made. */
export async function refuseForLast(store: Readers, isLeft: (user: UserRow) => boolean): Promise<void> {
  const made = new Map((await store.roles.list()).map(({ name, grants }) => [name, grants]));
  const users = await readAll((page) => store.users.list(page, "all"));
  const isGoverning = ({ role, isActive }: UserRow) => isActive && governs(builtInGrants(role) ?? made.get(role) ?? {});
  if (users.some((user) => isGoverning(user) && isLeft(user))) return;
  throw new GhostError(
    "conflict",
    "Nobody would be left who may change users, such as the last admin: let another user do so first",
  );
}
