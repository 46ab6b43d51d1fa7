// What passes between the planes, and whose engine it is. Called by compose.ts.

import { readInstallation } from "#control/installation.ts";
import type { Counted } from "#domain/access/scope.ts";
import type { Awaitable } from "#domain/clock.ts";
import { parseRedisUrl } from "#domain/redis-address.ts";
import { createMemoryLink } from "#link/memory/memory-link.ts";
import type { LinkBounds } from "#link/memory/memory-link.ts";
import type { CacheUse } from "#link/cache.ts";
import type { RequestContent, StoreContent } from "#link/contents.ts";
import { nobodyKeepsSessions } from "#link/chat-sessions.ts";
import type {
  ChatSessions,
  DeedAnswer,
  SessionAnswer,
  SessionDeed,
  SessionQuestion,
  SessionTurn,
} from "#link/chat-sessions.ts";
import { nobodyKnows } from "#link/consents.ts";
import type { ConsentAnswer, ConsentQuestion, Consents } from "#link/consents.ts";
import type { Link } from "#link/link.ts";
import type { Openable } from "#link/opening.ts";
import type { OwnedObject } from "#link/owners.ts";
import type { BreakerState } from "#link/redis/breaker.ts";
import type { RedisLink } from "#link/redis/redis-link.ts";
import { MemoryMeanings } from "#link/memory/meanings.ts";
import type { Meanings, MeaningsUse } from "#link/meanings.ts";
import { nobodyRemembers } from "#link/told-requests.ts";
import type { ToldRequests } from "#link/told-requests.ts";
import { createThreadsHub, type ThreadsHub } from "#link/threads/hub.ts";
import type { Foundation } from "./foundation.ts";
import { MeaningsOfAll } from "./meanings-of-all.ts";

/** What the database has as spent, in nano-USD, in the order of the scopes. Of no use before the store is open. */
export interface SpendReader {
  read: (scopes: readonly Counted[]) => Promise<readonly number[]>;
}

class LateConsents implements Consents {
  desk: Consents = nobodyKnows;

  ask(question: ConsentQuestion): Awaitable<ConsentAnswer> {
    return this.desk.ask(question);
  }

  giveBack(id: string, requestId: string): Awaitable<void> {
    return this.desk.giveBack(id, requestId);
  }
}

class LateRequests implements ToldRequests {
  desk: ToldRequests = nobodyRemembers;

  find(id: string, keyId: string): Awaitable<string | null> {
    return this.desk.find(id, keyId);
  }
}

class LateSessions implements ChatSessions {
  desk: ChatSessions = nobodyKeepsSessions;

  open(question: SessionQuestion): Awaitable<SessionAnswer> {
    return this.desk.open(question);
  }

  keep(turn: SessionTurn): Awaitable<boolean> {
    return this.desk.keep(turn);
  }

  leave(sessionId: string, requestId: string): Awaitable<void> {
    return this.desk.leave(sessionId, requestId);
  }

  manage(deed: SessionDeed): Awaitable<DeedAnswer> {
    return this.desk.manage(deed);
  }
}

/** Of no use before the control plane is open: nobody is served by then. */
class LateContents {
  store: StoreContent = () => Promise.reject(new Error("The store is not open yet"));

  readonly storeLate: StoreContent = (content: RequestContent) => this.store(content);
}

export interface OpenedLink {
  readonly link: Link & Openable;
  /** Null where this is the only instance. */
  readonly redis: RedisLink | null;
  readonly spend: SpendReader;
  /** What policies hold, by what the database knows. Of no use before the control plane is open. */
  readonly consents: LateConsents;
  readonly contents: LateContents;
  readonly toldRequests: LateRequests;
  readonly chatSessions: LateSessions;
  readonly meanings: MeaningsOfAll;
  /** From which workers have theirs; null where this thread is the only one. */
  readonly hub: ThreadsHub | null;
}

export async function createLink(foundation: Foundation): Promise<OpenedLink> {
  const [consents, contents, toldRequests] = [new LateConsents(), new LateContents(), new LateRequests()];
  const chatSessions = new LateSessions();
  const opened = { ...(await openOwn(foundation)), consents, contents, toldRequests, chatSessions };
  foundation.metrics.watchCache(() => useOf(opened.link));
  foundation.disposer.add(opened.meanings.join(opened.link.signals));
  const { clock, workers, disposer } = foundation;
  if (workers === 1) return { ...opened, hub: null };
  const { link, redis } = opened;
  const { storeLate: storeContent } = contents;
  const asked = { consents, storeContent, toldRequests, chatSessions };
  const hub = createThreadsHub({ link, clock, ...asked, seats: workers, others: redis });
  disposer.add(() => hub.close());
  return { ...opened, link: hub.link, hub };
}

async function useOf({ cache, meanings }: Pick<Link, "cache" | "meanings">): Promise<(CacheUse & MeaningsUse) | null> {
  try {
    return { ...(await cache.use()), ...(await meanings.use()) };
  } catch {
    return null;
  }
}

/** As this thread has it. */
async function openOwn(
  foundation: Foundation,
): Promise<Omit<OpenedLink, "hub" | "consents" | "contents" | "toldRequests" | "chatSessions">> {
  const { clock, config } = foundation;
  const spend: SpendReader = { read: () => Promise.reject(new Error("The store is not open yet")) };
  const write = (object: OwnedObject): void => writeOwner(foundation, object);
  const bounds = boundsOf(foundation);
  const meanings = new MeaningsOfAll(new MemoryMeanings(clock, bounds.vectorBytes), config.redis.url !== null);
  if (config.redis.url === null)
    return { link: createMemoryLink({ clock, write, bounds, meanings }), redis: null, spend, meanings };
  const redis = await createShared(foundation, { spend, write, meanings });
  return { link: redis, redis, spend, meanings };
}

function boundsOf({ config: { capacity } }: Foundation): LinkBounds {
  return { cacheBytes: capacity.cacheBytes, vectorBytes: capacity.vectorBytes, streamBytes: capacity.streams.bytes };
}

interface SharedParts {
  readonly spend: SpendReader;
  readonly write: (object: OwnedObject) => void;
  readonly meanings: Meanings;
}

async function createShared(foundation: Foundation, { spend, write, meanings }: SharedParts): Promise<RedisLink> {
  const { config, clock, metrics, disposer } = foundation;
  const address = parseRedisUrl(config.redis.url?.reveal() ?? "");
  if (address === null) throw new Error("REDIS_URL is no Redis URL");
  // Whoever has none does not load its client.
  const { createRedisLink } = await import("#link/redis/redis-link.ts");
  const link: RedisLink = createRedisLink({
    ...{ address, clock, write, meanings, bounds: boundsOf(foundation) },
    settings: config.redis,
    certificates: config.network.certificates,
    instance: await readInstallation(config.dataDir),
    readSpent: (scopes) => spend.read(scopes),
    onBreaker: (state, why) => tellOfBreaker(foundation, link, { state, why }),
  });
  link.health.report("redis", { isHealthy: false, detail: "not connected yet" });
  metrics.watchRedis(() => ({ isAsked: link.awayBecause === null, instances: link.instances }));
  disposer.add(() => link.close());
  return link;
}

interface BreakerChange {
  readonly state: BreakerState;
  readonly why: string;
}

function tellOfBreaker({ log, metrics }: Foundation, link: Link, { state, why }: BreakerChange): void {
  const isHealthy = state === "closed";
  link.health.report("redis", { isHealthy, detail: isHealthy ? "asked" : `not asked: ${why}` });
  if (isHealthy) return log.info({}, "Redis is asked for limits and budgets");
  metrics.redisAway.inc();
  log.warn(
    { why },
    "Redis is away or too slow: limits and budgets are decided as redis.*_when_away says until it is well",
  );
}

/** What is new goes into the journal, and from there into the database, as usage does. */
function writeOwner({ journal, events }: Pick<Foundation, "journal" | "events">, object: OwnedObject): void {
  try {
    journal.appendObject(object);
  } catch (error) {
    // It is known until the next start.
    events.internalError("journal", error);
  }
}
