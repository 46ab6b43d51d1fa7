// A copy of the database that reports and lists are read from, so that they take nothing from what requests need. Called by
// open-store.ts. Invariants: after a change that this server knows of, nothing is read from the copy until it has that change; and
// whenever it is away, or too far behind, the primary answers.

import { sql, type Kysely } from "kysely";
import type { ControlLog } from "#control/control-log.ts";
import type { Engine } from "./database.ts";
import { isTooSlow } from "./patience.ts";
import { Lag, readPosition } from "./replica-lag.ts";
import type { Tables } from "./tables.ts";

export interface ReplicaState {
  /** Reports and lists are read from it. */
  readonly isRead: boolean;
  /** It can be, when it has the latest changes. */
  readonly isWell: boolean;
  /** How far behind it is; null while nobody knows. */
  readonly lagMs: number | null;
  readonly detail: string;
}

export interface ReplicaOptions {
  readonly engine: Pick<Engine, "isUnavailable">;
  readonly primary: Kysely<Tables>;
  readonly kysely: Kysely<Tables>;
  /** A connection of its own, which no report keeps busy. */
  readonly watch: Kysely<Tables>;
  readonly maxLagMs: number;
  readonly log: Pick<ControlLog, "warn">;
}

interface Place {
  readonly position: string | null;
  readonly system: string | null;
}

const pollMs = 500;
/** While somebody waits for a change to arrive. */
const urgentPollMs = 100;
const patienceMs = 1_000;

/** Nobody waits any longer for what it was asked. */
class ReplicaLeft extends Error {
  override readonly name = "ReplicaLeft";
}

export class Replica {
  readonly #options: ReplicaOptions;
  readonly #lag = new Lag(() => performance.now());
  /** Changes that this server knows of, and up to which of them the replica has them. At the start: what was migrated. */
  #changes = 1;
  #arrived = 0;
  #awaited: { readonly changes: number; readonly position: bigint } | null = null;
  #problem: string | null = "it has not been asked yet";
  #left = Promise.withResolvers<never>();
  #timer: NodeJS.Timeout | undefined;
  #isPolling = false;
  #isClosed = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#left.promise.catch(() => undefined);
    void this.#poll();
  }

  state(): ReplicaState {
    const isWell = this.#problem === null;
    const isRead = isWell && this.#arrived === this.#changes;
    const { lagMs } = this.#lag;
    const behind = lagMs === null ? "" : `, ${(lagMs / 1000).toFixed(1)} s behind`;
    const detail = isRead
      ? `reports and lists are read from it${behind}`
      : "the primary answers until it has all changes";
    return { isRead, isWell, lagMs, detail: this.#problem === null ? detail : `${this.#problem}: the primary answers` };
  }

  /** Something was changed: whoever looks for it must find it. */
  noteChange(): void {
    this.#changes += 1;
    this.#schedule(0);
  }

  async read<Result>(run: (kysely: Kysely<Tables>) => Promise<Result>): Promise<Result> {
    const { engine, primary, kysely } = this.#options;
    if (!this.state().isRead) return run(primary);
    try {
      const reading = run(kysely);
      reading.catch(() => undefined);
      return await Promise.race([reading, this.#left.promise]);
    } catch (error) {
      if (isTooSlow(error) || !(error instanceof ReplicaLeft || engine.isUnavailable(error))) throw error;
      return run(primary);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all([this.#options.kysely.destroy(), this.#options.watch.destroy()]);
  }

  #schedule(ms: number): void {
    if (this.#isClosed || this.#isPolling) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#poll(), ms).unref();
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    const problem = await this.#look().catch((error: unknown) => reasonOf(error));
    this.#isPolling = false;
    this.#learn(problem);
    this.#schedule(this.#arrived === this.#changes ? pollMs : urgentPollMs);
  }

  /** Answers why it cannot be read from. */
  async #look(): Promise<string | null> {
    const { primary, watch, maxLagMs } = this.#options;
    const changes = this.#changes;
    // Where the primary is away nobody knows how far behind the replica is, and nothing else answers.
    const first = await soon(currentPlace(primary)).catch(() => null);
    if (first !== null && first.position !== null) this.#await(changes, readPosition(first.position));
    const { position, system } = await soon(replayedPlace(watch));
    if (position === null) return "it is no replica";
    if (system !== null && first !== null && first.system !== null && system !== first.system)
      return "it is a replica of another database";
    const replayed = readPosition(position);
    if (this.#awaited !== null && replayed >= this.#awaited.position) {
      this.#arrived = this.#awaited.changes;
      this.#awaited = null;
    }
    this.#lag.replayed(replayed);
    const { lagMs } = this.#lag;
    return lagMs !== null && lagMs > maxLagMs ? `it is ${(lagMs / 1000).toFixed(1)} s behind` : null;
  }

  #await(changes: number, position: bigint): void {
    this.#lag.written(position);
    if (this.#arrived !== changes) this.#awaited ??= { changes, position };
  }

  #learn(problem: string | null): void {
    if (this.#isClosed) return;
    const { log } = this.#options;
    if (problem !== null && this.#problem === null) {
      log.warn({ problem }, "The replica of the database is not read from: the primary answers");
      this.#left.reject(new ReplicaLeft(problem));
    }
    if (problem === null && this.#problem !== null) {
      this.#left = Promise.withResolvers<never>();
      this.#left.promise.catch(() => undefined);
    }
    this.#problem = problem;
  }
}

/** The system's number needs a right that not everybody has. */
const system = sql`case when has_function_privilege('pg_control_system()', 'execute')
  then (select system_identifier::text from pg_control_system()) end`;

async function currentPlace(primary: Kysely<Tables>): Promise<Place | null> {
  const query = sql<Place>`select pg_current_wal_insert_lsn()::text as position, ${system} as system`;
  return (await query.execute(primary)).rows[0] ?? null;
}

async function replayedPlace(replica: Kysely<Tables>): Promise<Place> {
  const query = sql<Place>`select case when pg_is_in_recovery() then pg_last_wal_replay_lsn()::text end as position,
    ${system} as system`;
  return (await query.execute(replica)).rows[0] ?? { position: null, system: null };
}

async function soon<Result>(work: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("it does not answer")), patienceMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

function reasonOf(error: unknown): string {
  const reason = error instanceof AggregateError ? error.errors[0] : error;
  return reason instanceof Error ? `it cannot be reached (${reason.message})` : "it cannot be reached";
}
