// All of link over one Redis, for any number of instances. What has to be at hand while Redis is away is kept here as well.
// Called by compose/link.ts. Invariant: no request waits for Redis longer than a command may take, and none is refused for its
// sake where the operator has not asked for that.

import type { RedisSettings } from "#config/config.ts";
import type { Counted } from "#domain/access/scope.ts";
import { ScopeMap } from "#domain/access/scope.ts";
import { systemClock } from "#domain/clock.ts";
import type { Clock } from "#domain/clock.ts";
import type { RedisAddress } from "#domain/redis-address.ts";
import { chargesOf as chargesOfRecord } from "#domain/usage-record.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import type { Link } from "#link/link.ts";
import type { Meanings } from "#link/meanings.ts";
import { MemoryHealth } from "#link/memory/health.ts";
import { MemoryMeanings } from "#link/memory/meanings.ts";
import type { LinkBounds } from "#link/memory/memory-link.ts";
import type { Openable } from "#link/opening.ts";
import type { OwnedObject } from "#link/owners.ts";
import type { Signal } from "#link/signals.ts";
import { RedisAskers } from "./askers.ts";
import { Breaker } from "./breaker.ts";
import type { BreakerState } from "./breaker.ts";
import { RedisCache } from "./cache.ts";
import { RedisCommands } from "./commands.ts";
import { createConnection } from "./connection.ts";
import { RedisCounters } from "./counters.ts";
import type { Held } from "./held.ts";
import { Heartbeat } from "./heartbeat.ts";
import { RedisKeys } from "./keys.ts";
import { RedisOwners } from "./owners.ts";
import { RedisPendingAnswers } from "./pending-answers.ts";
import { LoopLag } from "./loop-lag.ts";
import { LocalShare } from "./local-share.ts";
import { Reunion } from "./reunion.ts";
import { tellRaised } from "./raised.ts";
import { RedisSignals } from "./signals.ts";
import { RedisStreams } from "./streams.ts";
import { RedisTurns } from "./turns.ts";
import { Unstored } from "./unstored.ts";
import { Untold } from "./untold.ts";

export interface RedisLinkOptions {
  readonly address: RedisAddress;
  readonly settings: Omit<RedisSettings, "url">;
  readonly certificates: string | null;
  readonly clock: Clock;
  /** Of this process, the same after a restart, and of no other that runs. */
  readonly instance: string;
  /** What the database has as spent. */
  readonly readSpent: (scopes: readonly Counted[]) => Promise<readonly number[]>;
  /** Told of what is to be known after a restart, too. Must not throw. */
  readonly write: (object: OwnedObject) => void;
  readonly onBreaker: (state: BreakerState, why: string) => void;
  readonly bounds?: LinkBounds;
  /** Absent: in memory, of this instance alone. */
  readonly meanings?: Meanings;
  /** Tests say what time it is for Redis. */
  readonly serverTime?: () => number;
}

export interface RedisLink extends Link, Openable {
  /** Records that the database has now. */
  stored(records: readonly UsageRecord[]): Promise<void>;
  /** What other instances signal is told to it, too, for the other threads of this one. */
  tellThreads(tell: (signal: Signal) => void): void;
  /** Of how many instances this is one. */
  readonly instances: number;
  /** Null while it is asked. */
  readonly awayBecause: string | null;
  close(): Promise<void>;
}

const startPatienceMs = 5_000;
const databasePatienceMs = 500;

export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const assembled = assemble(options);
  const { connection, commands, reunion, heartbeat, signals, unstored, untold, lag } = assembled;
  const { breaker } = commands;
  const kept = keepersOf(assembled, options);
  let isClosing = false;
  connection.on("error", () => undefined);
  connection.on("close", () => {
    if (!isClosing) breaker.open("the connection is lost");
  });
  return {
    counters: new RedisCounters(assembled),
    ...kept,
    // Each instance tells of itself.
    health: new MemoryHealth(),
    signals,
    async open(opening) {
      for (const [scope, nanos] of opening.unstored ?? []) unstored.add(scope, nanos);
      kept.owners.restore(opening.objects);
      reunion.mayHaveOthers = !opening.spent[Symbol.iterator]().next().done;
      await withPatience([signals.listenToOthers(), connection.connect().then(() => heartbeat.begin())]);
      heartbeat.start();
    },
    addSpent: (spent) => addSpent(assembled, spent),
    tellThreads(tell) {
      signals.onOthers = tell;
    },
    async stored(records) {
      untold.stored(chargesOf(records));
      await reunion.flush();
    },
    get instances() {
      return reunion.members.length;
    },
    get awayBecause() {
      return breaker.isOpen ? breaker.why : null;
    },
    async close() {
      await heartbeat.stop();
      isClosing = true;
      lag.stop();
      connection.disconnect();
      signals.close();
    },
  };
}

/** As with records: this instance tells of it until Redis has heard what the database says. */
async function addSpent({ unstored, untold, reunion }: Assembled, spent: ScopeMap<number>): Promise<void> {
  for (const [scope, nanos] of spent) unstored.add(scope, nanos);
  untold.stored(spent);
  await reunion.flush();
}

type Assembled = Pick<ReturnType<typeof assemble>, "unstored" | "untold" | "reunion">;

/** What is kept by name, here and there; and how each learns of what the other has not been told. */
function keepersOf(assembled: ReturnType<typeof assemble>, options: RedisLinkOptions) {
  const { bounds = {}, write, clock } = options;
  const { reunion, signals } = assembled;
  const owners = new RedisOwners({ ...assembled, limit: bounds.objects, write });
  const turns = new RedisTurns({ ...assembled, limit: bounds.turnCharacters });
  const cache = new RedisCache({ ...assembled, limit: bounds.cacheBytes });
  const askers = new RedisAskers(assembled);
  const streams = new RedisStreams({ ...assembled, limit: bounds.streamBytes });
  const instances = (): number => reunion.members.length;
  const pendingAnswers = new RedisPendingAnswers({ ...assembled, limit: bounds.pendingAnswers, instances });
  reunion.onMet = async (hasLost) => {
    await tellRaised(assembled);
    await pendingAnswers.tellAgain();
    if (hasLost) await owners.tellAgain();
  };
  signals.onSettled = (id) => {
    reunion.forget(id);
    pendingAnswers.forget(id);
  };
  const meanings = options.meanings ?? new MemoryMeanings(clock, bounds.vectorBytes);
  return { owners, turns, cache, meanings, askers, streams, pendingAnswers };
}

function assemble(options: RedisLinkOptions) {
  const { address, settings, certificates, clock, instance, serverTime } = options;
  const readSpent = (scopes: readonly Counted[]) => withinTime(options.readSpent(scopes));
  const { commandTimeoutMs, whenAway } = settings;
  const connection = createConnection({ address, certificates, commandTimeoutMs });
  const listener = createConnection({ address, certificates, commandTimeoutMs }, true);
  // How long Redis takes is true time, whatever time tests make it.
  const { monotonic } = systemClock;
  const lag = new LoopLag(monotonic);
  const breaker = new Breaker({ monotonic, onChange: options.onBreaker, lagMs: () => lag.latest });
  const timeoutMs = commandTimeoutMs;
  const commands = new RedisCommands({ connection, breaker, instance, serverTime, monotonic, timeoutMs });
  const keys = new RedisKeys(settings.keyPrefix);
  const [held, unstored] = [new Map<string, Held>(), new Unstored()];
  const share: LocalShare = new LocalShare({
    ...{ clock, whenAway, readSpent, instance, instances: () => reunion.members.length },
    ownOf: (scope) => ({ nanos: unstored.of(scope), storedNanos: untold.storedOf(scope) }),
  });
  const { channel } = keys;
  const signals = new RedisSignals({ listener, sender: connection, channel, instance });
  const parts = { connection, commands, keys, clock, share, unstored, held, readSpent, signals, lag };
  const untold: Untold = new Untold(parts);
  const reunion: Reunion = new Reunion({ ...parts, untold });
  const allowsBudgets = whenAway.budgets === "allow";
  return { ...parts, untold, reunion, allowsBudgets, heartbeat: new Heartbeat({ commands, keys, reunion, monotonic }) };
}

/** A Redis that is away at the start is waited for no longer than that; it is tried again and again. */
async function withPatience(beginnings: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, startPatienceMs)));
  await Promise.race([Promise.allSettled(beginnings), patience]);
  clearTimeout(timer);
}

/** A database that does not answer holds up no request for longer. */
async function withinTime<Value>(asking: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The database does not answer")), databasePatienceMs);
  });
  return Promise.race([asking, patience]).finally(() => clearTimeout(timer));
}

function chargesOf(records: readonly UsageRecord[]): ScopeMap<number> {
  const charges = new ScopeMap<number>();
  for (const record of records) {
    for (const { scope, nanos } of chargesOfRecord(record)) charges.set(scope, (charges.get(scope) ?? 0) + nanos);
  }
  return charges;
}
