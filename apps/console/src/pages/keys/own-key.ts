import type { ApiKey, Me } from "#api/queries.ts";

/** A user names and revokes keys of his own, whoever sees to all else of them. */
export function isOwn(me: Me, key: ApiKey): boolean {
  return me.permissions["own_keys.manage"] !== undefined && key.owner === "user" && key.user_id === me.user?.id;
}
