// A gateway whose aliases have their answers kept: one for a vendor of each dialect, all of them played by one scripted upstream, and keys of
// whomever a test needs.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import type { CachePolicy } from "#domain/cache-policy.ts";
import type { Principal } from "#domain/principal.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { makePrincipal, makeScope, makeSnapshot, startGateway, testKey } from "./gateway.ts";
import type { SnapshotParts, TestGateway } from "./gateway.ts";
import { postJson } from "./stage.ts";
import { everyDialect } from "./talk-vendors.ts";
import { vendorNames } from "./talk.ts";
import type { VendorName } from "./talk.ts";
import { saying } from "./told-texts.ts";

/** A million tokens cost a dollar to read and ten to write. */
const priced: Pick<Target, "prices"> = {
  prices: [{ price: { input: { base: 1_000_000_000 }, output: { base: 10_000_000_000 }, version: "test" } }],
};

interface CachedSettings extends NonNullable<Parameters<typeof startGateway>[1]> {
  readonly policy?: CachePolicy | null;
  readonly principals?: Readonly<Record<string, Principal>>;
  readonly target?: Partial<Target>;
  /** That no alias leads to. */
  readonly beside?: readonly Target[];
}

interface AskInit {
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

interface ServedChange {
  readonly policy?: CachePolicy | null;
  readonly target?: Partial<Target>;
  readonly more?: Partial<SnapshotParts>;
}

export interface CachedStage {
  readonly upstream: FakeUpstream;
  readonly gateway: TestGateway;
  /** By an alias of a vendor of that dialect. */
  ask(path: string, body: object, init?: AskInit): Promise<Response>;
  serve(change: ServedChange): void;
  /** How often a vendor was asked. */
  asks(): number;
  last(): UsageRecord | undefined;
  close(): Promise<void>;
}

export const aliasOf = (vendor: VendorName): string => `cached-${vendor}`;
const usualPolicy: CachePolicy = { ttlSeconds: 3_600, scope: "key" };

export const cachedHello = { model: aliasOf("openai-chat"), messages: [{ role: "user", content: "hello" }] };
export const cacheOf = (response: Response): string | null => response.headers.get("x-ghostllm-cache");
/** What the vendor of OpenAI's chats says. */
export const told = (text: string, stream = false): Script => saying["openai-chat"]([text], stream);

export function makeCaller(id: string, change: Partial<Principal> = {}): Principal {
  const { keyId = `key-${id}`, userId = `user-${id}` } = change;
  const scopes = [makeScope("key", keyId), makeScope("user", userId)];
  return makePrincipal({ keyId, userId, scopes, ...change });
}

export async function startCachedStage({
  policy = usualPolicy,
  principals = { [testKey]: makeCaller("1") },
  target = priced,
  beside = [],
  ...settings
}: CachedSettings = {}): Promise<CachedStage> {
  const upstream = await startFakeUpstream();
  const snapshotOf = (cache: CachePolicy | null, change: Partial<Target>, more: Partial<SnapshotParts> = {}) => {
    const targets = everyDialect(upstream.url).map((one) => ({ ...one, ...change }));
    const aliases = targets.map((one, at): Alias => {
      const name = aliasOf(vendorNames[at] ?? "openai-chat");
      const kept = cache && { ...cache, aliasId: `id-${name}` };
      const members = [{ target: one, weight: 1 }];
      return { id: `id-${name}`, name, strategy: "ordered", targets: members, createdAt: 0, cache: kept };
    });
    return makeSnapshot({
      targets: [...targets, ...beside],
      principals,
      aliases: new Map(aliases.map((one) => [one.name, one])),
      ...more,
    });
  };
  const gateway = await startGateway(snapshotOf(policy, target), settings);
  return {
    upstream,
    gateway,
    ask: (path, body, { key = testKey, headers = {}, signal } = {}) =>
      postJson(gateway.url + path, body, {
        headers: { authorization: `Bearer ${key}`, ...headers },
        ...(signal && { signal }),
      }),
    asks: () => upstream.received.length,
    serve({ policy: other = policy, target: change = target, more }) {
      gateway.swap(snapshotOf(other, change, more));
    },
    last: () => gateway.records.at(-1),
    async close() {
      await gateway.close();
      await upstream.close();
    },
  };
}
