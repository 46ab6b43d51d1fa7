// How long routes take: each the first time after the start of the server, and then so many times more.

import { createClient } from "@ghostllm/contract/client";
import { percentile, sortNumbers } from "../bench/statistics.ts";
import type { ReadyServer } from "../support/server-process.ts";
import type { Ask, Caller, Made } from "./asks.ts";
import { at, password, type Cast } from "./cast.ts";

export interface Measured {
  readonly ask: Ask;
  readonly coldMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly mostMs: number;
  /** Of the last answer, or of what was read of it. */
  readonly kilobytes: number;
  readonly isWithin: boolean;
}

export type Tokens = Readonly<Record<Caller, string>>;

interface Way {
  readonly tokens: Tokens;
  readonly calls: number;
  readonly limitMs: number;
  tell(measured: Measured): void;
}

export async function measureAll(
  asks: readonly Ask[],
  { url }: ReadyServer,
  { tokens, calls, limitMs, tell }: Way,
): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const ask of asks) {
    const timed = (call: number) => timeOf(`${url}${ask.path(call)}`, tokens[ask.caller], ask.isExport);
    const cold = await timed(0);
    const times: number[] = [];
    let bytes = cold.bytes;
    for (let call = 1; call <= calls && bytes > 0; call += 1) {
      const warm = await timed(call);
      times.push(warm.ms);
      bytes = warm.bytes;
    }
    const sorted = sortNumbers(times.length === 0 ? [cold.ms] : times);
    const p95Ms = percentile(sorted, 95);
    const one = {
      ...{ ask, coldMs: cold.ms, p50Ms: percentile(sorted, 50), p95Ms, mostMs: percentile(sorted, 100) },
      ...{ kilobytes: bytes / 1000, isWithin: p95Ms < limitMs },
    };
    measured.push(one);
    tell(one);
  }
  return measured;
}

async function timeOf(
  url: string,
  token: string,
  isExport: boolean,
): Promise<{ readonly ms: number; readonly bytes: number }> {
  const leaving = new AbortController();
  const startedAt = performance.now();
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: leaving.signal });
  if (!response.ok) {
    console.error(`${url} was answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
    return { ms: Infinity, bytes: 0 };
  }
  if (!isExport) {
    const { byteLength: bytes } = await response.arrayBuffer();
    return { ms: performance.now() - startedAt, bytes };
  }
  const first = await response.body?.getReader().read();
  const ms = performance.now() - startedAt;
  leaving.abort();
  return { ms, bytes: first?.value?.length ?? 0 };
}

export async function signIn(url: string, email: string, address = "192.0.2.200"): Promise<Response> {
  return fetch(`${url}/admin/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": address },
    body: JSON.stringify({ email, password }),
  });
}

/** The manager is one of the first users, the member one of the last. */
const managerPlace = 1;

export async function signInAll({ url, adminKey }: ReadyServer, { users }: Cast): Promise<Tokens> {
  const tokenOf = async (place: number): Promise<string> => {
    const response = await signIn(url, at(users, place).email);
    if (!response.ok) throw new Error(`nobody can sign in: ${await response.text()}`);
    return ((await response.json()) as { readonly token: string }).token;
  };
  return { admin: adminKey, manager: await tokenOf(managerPlace), member: await tokenOf(users.length >> 4) };
}

export async function makeThings(
  { url, admin }: ReadyServer,
  { users, teams }: Cast,
  { manager }: Tokens,
): Promise<Made> {
  const [provider, model] = [
    (await admin.providers.list({ query: {} })).data[0],
    (await admin.models.list({ query: {} })).data[0],
  ];
  if (provider === undefined || model === undefined) throw new Error("the server has no provider with a model");
  const unique = Date.now().toString(36);
  const targets = [{ provider: provider.name, model: model.name }];
  const requests = (await admin.requests.list({ query: { limit: 100 } })).data.map(({ id }) => id);
  const entries = (await admin.audit.list({ query: { limit: 100 } })).data.map(({ id }) => id);
  const alias = await admin.aliases.create({ body: { name: `scale-${unique}`, strategy: "ordered", targets } });
  const webhook = await admin.webhooks.create({
    body: { name: `scale ${unique}`, url: "http://127.0.0.1:9/", types: ["model.added"], is_active: false },
  });
  const consents = (await admin.consents.list({ query: { limit: 100 } })).data.map(({ id }) => id);
  const policy = await admin.consentPolicies.create({ body: { name: `scale ${unique}`, is_active: false } });
  // Whose they are must be somebody, which the admin key is not.
  const report = await createClient({ baseUrl: url, apiKey: manager }).reports.create({
    body: {
      name: `scale ${unique}`,
      schedule: { every: "day" },
      recipients: [at(users, managerPlace).email],
      is_active: false,
    },
  });
  const account = await admin.serviceAccounts.create({ body: { name: `scale ${unique}`, team_id: at(teams, 0).id } });
  if (users.length === 0) throw new Error("there is nobody");
  return {
    ...{ alias: alias.id, webhook: webhook.id, serviceAccount: account.id },
    ...{ consentPolicy: policy.id, report: report.id, consents },
    ...{ provider: provider.id, model: model.id, requests, entries },
  };
}
