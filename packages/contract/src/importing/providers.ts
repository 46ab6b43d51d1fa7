// Providers of an import: those that are the same are one, under a name that does not change with the next run.

import type { DesiredProvider } from "./desired.ts";
import { sha256 } from "./sha256.ts";

export type ProviderFacts = Omit<DesiredProvider, "ref" | "name">;

/** Gathers them in the order in which they are met: the first of a type has the type's name. */
export class ProviderSet {
  readonly #byRef = new Map<string, DesiredProvider>();
  readonly #names = new Set<string>();

  get all(): readonly DesiredProvider[] {
    return [...this.#byRef.values()];
  }

  /** Answers by what targets name it. */
  add(facts: ProviderFacts, wished: string = facts.type): string {
    const ref = refOf(facts);
    if (this.#byRef.has(ref)) return ref;
    const name = this.#names.has(wished) ? suffixed(wished, ref) : wished;
    this.#names.add(name);
    this.#byRef.set(ref, { ref, name, ...facts });
    return ref;
  }
}

/** Of all that makes it what it is, its credential among that. */
function refOf({ type, baseUrl, credential, settings, headers }: ProviderFacts): string {
  const sorted = (fields: Readonly<Record<string, string>>) =>
    Object.entries(fields).toSorted(([one], [other]) => one.localeCompare(other));
  const facts = [type, baseUrl, credential, sorted(settings), sorted(headers)];
  return sha256(JSON.stringify(facts));
}

export function suffixed(name: string, ref: string): string {
  return `${name.slice(0, 55)}-${ref.slice(0, 6)}`;
}

/** As the server takes names of providers. */
export function providerName(text: string, other: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+|-+$/g, "")
    .slice(0, 64);
  return name === "" ? other : name;
}
