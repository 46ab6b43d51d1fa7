// Which parts of snapshots have changed in the store since they were read last, by whatever process. Called by the snapshot source.

import { oldestUnseen } from "#control/store/snapshot/changes.ts";
import type { StoredChange, StoredChanges, WatchedTable } from "#control/store/snapshot/snapshot-store.ts";
import type { Store } from "#control/store/store.ts";
import type { PartKind } from "#domain/snapshot/parts.ts";
import type { NamedParts } from "./read-parts.ts";

export interface NewChanges {
  /** Null: nobody knows, so that all is to be read anew. */
  readonly named: NamedParts | null;
  /** They have been taken in, and are not told again. */
  done(): void;
}

/** For more, all is read anew. */
const mostChanges = 5_000;
/** A connection on which nothing comes any more is given up: whoever asks twice a second knows soon when the store is back. */
const patienceMs = 3_000;

const kinds: Readonly<Record<WatchedTable, PartKind>> = {
  organisations: "organisations",
  teams: "teams",
  users: "users",
  api_keys: "keys",
  providers: "providers",
  models: "models",
  aliases: "aliases",
  consent_policies: "consentPolicies",
  guardrails: "guardrails",
};

export class ChangesInStore {
  readonly #store: Pick<Store, "snapshot" | "within">;
  /** Null: nothing has been read yet. */
  #position: string | null = null;

  constructor(store: Pick<Store, "snapshot" | "within">) {
    this.#store = store;
  }

  async read(): Promise<NewChanges> {
    const since = this.#position;
    const found = await this.#store.within(patienceMs, () => this.#store.snapshot.changes(since, mostChanges + 1));
    return {
      named: since !== null && isWithoutGap(found, since) ? byKind(found.changes) : null,
      done: () => void (this.#position = found.position),
    };
  }
}

/** Nothing was forgotten that was not read, there is not too much, and it is the database that it was. */
function isWithoutGap({ forgotten, position, changes }: StoredChanges, since: string): boolean {
  const oldest = oldestUnseen(since);
  return forgotten <= oldest && oldestUnseen(position) >= oldest && changes.length <= mostChanges;
}

function byKind(changes: readonly StoredChange[]): NamedParts {
  const names = (kind: PartKind) => [
    ...new Set(changes.filter(({ table }) => kinds[table] === kind).map(({ id }) => id)),
  ];
  return {
    organisations: names("organisations"),
    teams: names("teams"),
    users: names("users"),
    keys: names("keys"),
    providers: names("providers"),
    models: names("models"),
    aliases: names("aliases"),
    consentPolicies: names("consentPolicies"),
    guardrails: names("guardrails"),
  };
}
