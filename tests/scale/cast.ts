// Who there is: organisations, teams, users and keys, as rows. Few keys are asked for most of the requests, as with real ones.

import { hash } from "node:crypto";
import { Chance } from "../../tools/demo/random.ts";
import { createPasswords } from "../../apps/server/src/control/sessions/passwords.ts";
import type { Cell, Loader } from "./loader.ts";
import type { Size } from "./options.ts";

export const password = "of-everybody-at-scale-1";

export interface CastKey {
  readonly id: string;
  readonly userId: string;
  readonly teamId: string | null;
  readonly organisationId: string | null;
  /** What it is asked with. */
  readonly secret: string;
}

export interface Cast {
  readonly organisations: readonly string[];
  readonly teams: readonly { readonly id: string; readonly organisationId: string }[];
  readonly users: readonly { readonly id: string; readonly email: string }[];
  readonly keys: readonly CastKey[];
}

const organisationsOf = ({ teams }: Size): number => Math.max(2, Math.round(teams / 25));

/** The same for the same size and time: what is measured later need not be read from the database. */
export function makeCast(size: Size, from: number): Cast {
  const chance = new Chance(7);
  const id = (): string => chance.id(Math.floor(from - chance.next() * 86_400_000));
  const organisations = Array.from({ length: organisationsOf(size) }, id).toSorted();
  const teams = Array.from({ length: size.teams }, (_, place) => ({
    id: id(),
    organisationId: at(organisations, place % organisations.length),
  }));
  const users = Array.from({ length: size.users }, (_, place) => ({
    id: id(),
    email: `person-${place}@scale.example`,
  }));
  const keys = Array.from({ length: size.keys }, (_, place): CastKey => {
    const team = chance.happens(0.7) ? at(teams, Math.floor(chance.next() ** 2 * teams.length)) : null;
    const user = at(users, Math.floor(chance.next() ** 1.5 * users.length));
    const secret = `gk-${place.toString(16).padStart(12, "0")}-${hash("sha256", `scale ${place}`)}`;
    return {
      ...{ id: id(), userId: user.id, teamId: team?.id ?? null, organisationId: team?.organisationId ?? null },
      secret,
    };
  });
  return { organisations, teams, users, keys };
}

export function at<Item>(items: readonly Item[], place: number): Item {
  const item = items[place];
  if (item === undefined) throw new Error(`there is no item ${place}`);
  return item;
}

const noLimits = JSON.stringify({ requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null });
const someLimits = JSON.stringify({ requestsPerMinute: 6000, tokensPerMinute: 50_000_000, concurrentRequests: 500 });
const allowed = JSON.stringify({ models: null, endpoints: null, addresses: null });
const batch = 20_000;

export async function storeCast(loader: Loader, cast: Cast, from: number): Promise<void> {
  const chance = new Chance(8);
  const times = [from, from];
  const store = async (table: string, columns: string, rows: readonly (readonly Cell[])[]): Promise<void> => {
    for (let begin = 0; begin < rows.length; begin += batch)
      await loader.load(table, columns.split(" "), rows.slice(begin, begin + batch));
  };
  await store(
    "organisations",
    "id name rate_limit budget_limit created_at updated_at",
    cast.organisations.map((id, place) => [id, `Division ${place}`, noLimits, budget(chance, 1e6, 0.5), ...times]),
  );
  await store(
    "teams",
    "id organisation_id name models members_make_keys rate_limit budget_limit created_at updated_at",
    cast.teams.map(({ id, organisationId }, place) => [
      ...[id, organisationId, `Team ${place}`, "null", 0, someLimits, budget(chance, 50_000, 0.6), ...times],
    ]),
  );
  const passwordHash = await createPasswords().hash(password);
  await store(
    "users",
    "id email username password_hash role kind rate_limit budget_limit is_active created_at updated_at",
    cast.users.map(({ id, email }, place) => [
      ...[id, email, `Person ${place}`, passwordHash, "member", "person", noLimits, budget(chance, 5_000, 0.3), 1],
      ...times,
    ]),
  );
  await store(
    "team_members",
    "team_id user_id role created_at",
    cast.users.flatMap(({ id }, place) =>
      [place % cast.teams.length, (place * 7 + 3) % cast.teams.length]
        .filter((team, index, all) => all.indexOf(team) === index)
        .map((team, index) => [at(cast.teams, team).id, id, place < 2000 && index === 0 ? "manager" : "member", from]),
    ),
  );
  await store(
    "api_keys",
    "id user_id team_id name public_id key_hash permissions rate_limit budget_limit expires_at is_active created_at tags",
    cast.keys.map(({ id, userId, teamId, secret }, place) => [
      ...[id, userId, teamId, `key ${place}`, secret.slice(0, 15), hash("sha256", secret), allowed],
      ...[place % 3 === 0 ? someLimits : noLimits, budget(chance, 1_000, 0.2), place % 50 === 49 ? from + 4e11 : null],
      ...[place % 20 === 19 ? 0 : 1, from, place % 10 === 0 ? `["env:prod","app-${place % 70}"]` : "[]"],
    ]),
  );
}

function budget(chance: Chance, medianUsd: number, share: number): number | null {
  return chance.happens(share) ? Math.round(chance.around(medianUsd, 3)) * 1_000_000_000 : null;
}
