// Makes snapshots out of parts, and each next one out of what has changed; in whatever thread it is, from the same data the same
// snapshots. Invariant: a snapshot that was handed out never changes.

import type { ProviderDefinition } from "@ghostllm/llm";
import { ConsentPolicies } from "#domain/consents/policies.ts";
import { Guardrails } from "#domain/guardrails/guardrails.ts";
import { emptySnapshot } from "#domain/snapshot.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import { Catalogue } from "./catalogue.ts";
import { KeyHolders } from "./principals.ts";
import type { Changed, SnapshotChange, SnapshotParts } from "./parts.ts";

export class Assembly {
  #holders = KeyHolders.none();
  readonly catalogue: Catalogue;
  #consents = ConsentPolicies.none;
  #guardrails = Guardrails.none;
  #snapshot = emptySnapshot;

  constructor(definitions: readonly ProviderDefinition[]) {
    this.catalogue = new Catalogue(definitions);
  }

  static of({ version, prices, ...kinds }: SnapshotParts, definitions: readonly ProviderDefinition[]): Assembly {
    const assembly = new Assembly(definitions);
    const { users, teams, organisations, keys, providers, models, aliases, consentPolicies, guardrails } = kinds;
    const holders = { users: allNew(users), teams: allNew(teams), organisations: allNew(organisations) };
    const catalogue = { providers: allNew(providers), models: allNew(models), aliases: allNew(aliases), prices };
    const policies = { consentPolicies: allNew(consentPolicies), guardrails: allNew(guardrails) };
    assembly.apply({ ...holders, keys: allNew(keys), ...catalogue, ...policies }, version);
    return assembly;
  }

  get holders(): KeyHolders {
    return this.#holders;
  }

  get consents(): ConsentPolicies {
    return this.#consents;
  }

  get guardrails(): Guardrails {
    return this.#guardrails;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  apply(change: SnapshotChange, version: number): Snapshot {
    this.#holders = this.#holders.apply(change);
    const catalogue = this.catalogue.apply(change) ? this.catalogue.assemble() : this.#snapshot;
    this.#consents = this.#consents.apply(change.consentPolicies);
    this.#guardrails = this.#guardrails.apply(change.guardrails);
    const policies = { consents: this.#consents, guardrails: this.#guardrails };
    this.#snapshot = { ...catalogue, keys: this.#holders, ...policies, version };
    return this.#snapshot;
  }

  /** What the snapshot in force is made of. */
  parts(): SnapshotParts {
    const policies = { consentPolicies: this.#consents.all, guardrails: this.#guardrails.all };
    return { version: this.#snapshot.version, ...this.#holders.parts(), ...this.catalogue.parts(), ...policies };
  }
}

function allNew<Part>(set: readonly Part[]): Changed<Part> {
  return { set, gone: [] };
}
