// Headers and parameters of a provider, between the API's form and the sealed one.

import { GhostError } from "@ghostllm/contract";
import { openAdditions, sealAdditions } from "#control/snapshot/providers.ts";
import type { ProviderRow } from "#control/store/store.ts";
import { faultOfHeader, faultOfParameter, isNameOfSecret, noAdditions, show } from "#domain/additions.ts";
import type { Additions } from "#domain/additions.ts";
import { Secret } from "#domain/secret.ts";
import { invalid } from "./fields.ts";
import type { ResourceDependencies } from "./resource.ts";

interface Given {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
}

/** What is left out stays as it was, and so does a value that is shown as a secret only. */
export function readAdditions({ headers, query }: Given, before: Additions): Additions {
  return {
    headers: headers === undefined ? before.headers : readHeaders(headers, before.headers),
    query: query === undefined ? before.query : readQuery(query, before.query),
  };
}

const hidden = String(new Secret(""));

function readHeaders(given: Readonly<Record<string, string>>, before: Additions["headers"]): Additions["headers"] {
  const entries = Object.entries(given).map(([name, text]): [string, Secret] => {
    const kept = text === hidden ? before[name.toLowerCase()] : undefined;
    const fault = faultOfHeader(name, text);
    if (fault !== null) throw invalid(`headers.${name}`, fault);
    return [name.toLowerCase(), kept ?? new Secret(text)];
  });
  return Object.fromEntries(entries);
}

function readQuery(given: Readonly<Record<string, string>>, before: Additions["query"]): Additions["query"] {
  const entries = Object.entries(given).map(([name, text]): [string, string | Secret] => {
    const fault = faultOfParameter(name, text);
    if (fault !== null) throw invalid(`query.${name}`, fault);
    const value = isNameOfSecret(name) ? new Secret(text) : text;
    return [name, text === hidden ? (before[name] ?? value) : value];
  });
  return Object.fromEntries(entries);
}

/** Sealed again where they or the provider's name changed. Undefined: no change. */
export async function changedAdditions(
  before: ProviderRow,
  name: string,
  given: Given,
  deps: ResourceDependencies,
): Promise<string | null | undefined> {
  const isGiven = given.headers !== undefined || given.query !== undefined;
  if (!isGiven && (name === before.name || before.additionsEncrypted === null)) return undefined;
  try {
    const present = (await openAdditions(before, deps)) ?? noAdditions;
    return await sealAdditions(readAdditions(given, present), name, deps);
  } catch (cause) {
    if (cause instanceof GhostError) throw cause;
    const message = "The stored headers cannot be opened: give `headers` and `query` again";
    if (given.headers === undefined || given.query === undefined) throw new GhostError("conflict", message, { cause });
    return sealAdditions(readAdditions(given, noAdditions), name, deps);
  }
}

export async function showAdditions(row: ProviderRow, deps: ResourceDependencies) {
  try {
    return show((await openAdditions(row, deps)) ?? noAdditions);
  } catch {
    return show(noAdditions);
  }
}
