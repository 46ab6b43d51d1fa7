// What ghostllm.yaml declares of what operators manage otherwise by the admin API: providers with their models, aliases, teams and keys.

import { createHash } from "node:crypto";
import { toText } from "#domain/additions.ts";
import { Secret } from "#domain/secret.ts";
import type { ConfiguredProvider } from "#config/config.ts";
import type { AliasBody, DeclaredHold, KeyBody, TeamBody } from "./schemas.ts";

export interface DeclaredThing<Body> {
  readonly name: string;
  /** The name that it had before; null: it is the same. */
  readonly was: string | null;
  readonly body: Body;
  /** Where it stands: `ghostllm.yaml:12`. */
  readonly place: string;
  /** Where a field of it stands, by the path that the admin API names it by. */
  pointAt(field: string): string;
}

export interface ProviderBody {
  readonly configured: ConfiguredProvider;
  readonly hold: DeclaredHold;
}

export type DeclaredKeyBody = Omit<KeyBody, "secret" | "sha256"> & {
  /** Of the whole key, in hex. */
  readonly sha256: string;
  /** What lists show of it. */
  readonly publicId: string;
};

export type DeclaredProvider = DeclaredThing<ProviderBody>;
export type DeclaredAlias = DeclaredThing<AliasBody>;
export type DeclaredTeam = DeclaredThing<TeamBody>;
export type DeclaredKey = DeclaredThing<DeclaredKeyBody>;

export interface Declarations {
  /** As messages call the file; null where there is none. */
  readonly file: string | null;
  /** There is a section of one of these kinds. Without any, the file says nothing of them, and what it said before stays. */
  readonly governs: boolean;
  readonly providers: readonly DeclaredProvider[];
  readonly aliases: readonly DeclaredAlias[];
  readonly teams: readonly DeclaredTeam[];
  readonly keys: readonly DeclaredKey[];
}

/** Of all that is declared, secrets included; not of where it stands. The same for any order of names in the file. */
export function digestOf({ governs, providers, aliases, teams, keys }: Declarations): string {
  const plain = {
    governs,
    providers: providers.map(({ name, was, body: { configured, hold } }) => {
      const { additions, origin: _origin, ...rest } = configured;
      return { ...rest, name, was, hold, additions: toText(additions).reveal() };
    }),
    ...{ aliases: aliases.map(said), teams: teams.map(said), keys: keys.map(said) },
  };
  return createHash("sha256")
    .update(JSON.stringify(sorted(plain)))
    .digest("hex");
}

function said({ name, was, body }: DeclaredThing<unknown>) {
  return { name, was, body };
}

function sorted(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(fields.map(([name, one]) => [name, sorted(one)]));
}
