// What is stored of a provider opens a door at its own server: it goes to another one only when it is given anew, so that
// nobody who may change an address learns what nobody is ever shown.

import { effectiveBaseUrl, openAdditions } from "#control/snapshot/providers.ts";
import type { ProviderRow } from "#control/store/store.ts";
import { Secret } from "#domain/secret.ts";
import { invalid } from "./fields.ts";
import type { ResourceDependencies } from "./resource.ts";

interface Change {
  readonly base_url?: string | null | undefined;
  readonly settings?: Readonly<Record<string, string>> | undefined;
  readonly api_key?: string | null | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
}

/** Throws GhostError `invalid_request_error` where something stored would leave for another server. */
export async function checkBoundSecrets(
  before: ProviderRow,
  change: Change,
  deps: ResourceDependencies,
): Promise<void> {
  const { base_url: baseUrl = before.baseUrl, settings = before.settings } = change;
  const [from, to] = [originOf(before, deps), originOf({ ...before, baseUrl, settings }, deps)];
  if (from === to) return;
  const stays = (what: string) => `${what} is for ${from ?? "another server"}: give it anew for ${to ?? "the new one"}`;
  if (before.apiKeyEncrypted !== null && change.api_key === undefined)
    throw invalid("api_key", `${stays("The stored API key")}, or null to have none`);
  const hidden = await hiddenNames(before, deps);
  const lostHeader = hidden.headers.find((name) => isKept(change.headers, name));
  if (lostHeader !== undefined) throw invalid("headers", stays(`The stored value of \`${lostHeader}\``));
  const lostParameter = hidden.query.find((name) => isKept(change.query, name));
  if (lostParameter !== undefined) throw invalid("query", stays(`The stored value of \`${lostParameter}\``));
}

function originOf(row: ProviderRow, deps: ResourceDependencies): string | null {
  return URL.parse(effectiveBaseUrl(row, deps) ?? "")?.origin ?? null;
}

/** Left out altogether, or given as it is shown. */
function isKept(given: Readonly<Record<string, string>> | undefined, name: string): boolean {
  if (given === undefined) return true;
  const value = Object.entries(given).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return value === String(new Secret(""));
}

/** Of what nobody is shown. What cannot be opened goes nowhere. */
async function hiddenNames(row: ProviderRow, deps: ResourceDependencies) {
  const additions = await openAdditions(row, deps).catch(() => null);
  const { headers = {}, query = {} } = additions ?? {};
  const secret = Object.entries(query).filter(([, value]) => value instanceof Secret);
  return { headers: Object.keys(headers), query: secret.map(([name]) => name) };
}
