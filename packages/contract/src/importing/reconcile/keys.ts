// Keys, which go on working by the hashes that their gateway has of them.

import type { DesiredKey } from "#importing/desired.ts";
import type { ApiKey } from "./rows.ts";
import { boundsBody, boundsChange } from "./bounds.ts";
import { differing } from "./changes.ts";
import { changed, type Placed, type Work } from "./people.ts";

/** Answers it as it is then; undefined where it is not there. */
export async function reconcileKey(work: Work, key: DesiredKey, placed: Placed): Promise<ApiKey | undefined> {
  const known = work.existing.keys.get(publicIdOf(key.sha256));
  return known === undefined ? createKey(work, key, placed) : changeKey(work, key, known);
}

/** As the server names keys of which it has the hash alone. */
function publicIdOf(sha256: string): string {
  return `ik-${sha256.slice(0, 12)}`;
}

/** Nothing may be asked for with it: that is said before it is taken out of force, so that there is no moment in which it works. */
const nothingAllowed: string[] = [];

async function createKey({ client, changes }: Work, key: DesiredKey, placed: Placed): Promise<ApiKey | undefined> {
  const what = whatOf(key);
  const [user, team] = [placed.users.get(key.user ?? ""), placed.teams.get(key.team ?? "")];
  const isMissing = (key.user !== null && user === undefined) || (key.team !== null && team === undefined);
  if (changes.isApplied && isMissing) {
    changes.fail(what, "Its user or its team could not be made");
    return undefined;
  }
  const owner = user === undefined ? ({ owner: "team" } as const) : { user_id: user.id };
  const body = {
    ...{ sha256: key.sha256, name: key.name, tags: [...key.tags], ...owner, team_id: team?.id ?? null },
    permissions: key.isOver ? { ...key.permissions, endpoints: nothingAllowed } : key.permissions,
    ...boundsBody(key.bounds),
    expires_at: key.isOver ? null : key.expiresAt,
  };
  const made = await changes.make({ verb: "create", what, fields: [] }, async () => client?.apiKeys.import({ body }));
  if (!key.isOver) return made;
  await changes.make({ verb: "revoke", what, fields: [] }, async () =>
    made === undefined ? undefined : client?.apiKeys.revoke({ params: { id: made.id } }),
  );
  return made;
}

async function changeKey({ client, changes }: Work, key: DesiredKey, known: ApiKey): Promise<ApiKey> {
  const what = whatOf(key);
  if (!known.is_active) {
    changes.unchanged += 1;
    return known;
  }
  if (key.isOver) {
    await changes.make({ verb: "revoke", what, fields: [] }, async () =>
      client?.apiKeys.revoke({ params: { id: known.id } }),
    );
    return known;
  }
  const permissions = differing(key.permissions, known.permissions);
  const body = {
    ...(known.name !== key.name && { name: key.name }),
    ...(Object.keys(permissions).length > 0 && { permissions }),
    ...(known.tags.join() !== key.tags.join() && { tags: [...key.tags] }),
    ...(timeOf(known.expires_at) !== timeOf(key.expiresAt) && { expires_at: key.expiresAt }),
    ...boundsChange(key.bounds, known),
  };
  return changed({ changes, known, what, body }, async () =>
    client?.apiKeys.update({ params: { id: known.id }, body }),
  );
}

function whatOf({ name, sha256 }: DesiredKey): string {
  return `key ${name} (${publicIdOf(sha256)})`;
}

function timeOf(moment: string | null): number | null {
  return moment === null ? null : Date.parse(moment);
}
