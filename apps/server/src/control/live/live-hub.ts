// Tells open pages what happens, a few times in a second and each only what is within its reach. It works while somebody looks on;
// otherwise it costs nothing. Invariant: a page that does not read holds up nobody, and is told how much it has missed.

import { GhostError } from "@ghostllm/contract";
import type { Store } from "#control/store/store.ts";
import type { ControlLog } from "#control/control-log.ts";
import { namesOf } from "#control/resources/request-detail.ts";
import { toRequestRow, type RequestRow } from "#control/resources/request-row.ts";
import { reach, type Reach } from "#domain/access/may.ts";
import type { SteadyTime } from "#domain/clock.ts";
import { mayChangeAccess, type ObjectChange, type Signals } from "#link/signals.ts";
import { BudgetWatch } from "./budget-watch.ts";
import type { FinishedRequests } from "./finished-requests.ts";
import { changesFor, isWithin } from "./live-changes.ts";
import { ToldRows, type LiveConnection } from "./live-connection.ts";
import type { Refusal, Refusals } from "./refusals.ts";
import type { RestingTarget } from "./resting-targets.ts";

export interface LiveHubDeps {
  readonly store: Pick<Store, "names" | "budgets" | "spend">;
  readonly finished: FinishedRequests;
  readonly refusals: Refusals;
  readonly resting: () => readonly RestingTarget[];
  readonly signals: Pick<Signals, "listen">;
  readonly log: ControlLog;
  readonly steadyTime: Pick<SteadyTime, "now">;
}

const tickMs = 500;
const reviewMs = 30_000;

export class LiveHub {
  readonly #deps: LiveHubDeps;
  readonly #connections = new Set<LiveConnection>();
  readonly #budgets: BudgetWatch;
  readonly #stopListening: readonly (() => void)[];
  #changes: ObjectChange[] = [];
  #resting = "";
  #refusals = 0;
  #timers: readonly NodeJS.Timeout[] = [];
  #isTelling = false;
  #isToReview = false;

  constructor(deps: LiveHubDeps) {
    this.#deps = deps;
    this.#budgets = new BudgetWatch(deps.store, () => deps.steadyTime.now());
    this.#stopListening = [
      deps.signals.listen("object_changed", ({ change }) => this.#note(change)),
      deps.signals.listen("right_withdrawn", () => this.#review()),
    ];
  }

  get count(): number {
    return this.#connections.size;
  }

  /** Of one user; null is the admin key. */
  countOf(userId: string | null): number {
    return [...this.#connections].filter(({ actor }) => actor?.userId === userId).length;
  }

  /** One that has shown who it is. */
  add(connection: LiveConnection): void {
    this.#connections.add(connection);
    connection.onClose(() => this.#remove(connection));
    if (this.#timers.length > 0) return;
    this.#deps.finished.isWanted = true;
    this.#resting = this.#lookAtHealth();
    this.#refusals = this.#deps.refusals.total;
    this.#timers = [
      setInterval(() => void this.#tick(), tickMs),
      setInterval(() => {
        this.#review();
        for (const one of this.#connections) one.checkAlive();
      }, reviewMs),
    ];
  }

  close(): void {
    for (const stop of this.#stopListening) stop();
    for (const connection of this.#connections) connection.leave();
    this.#rest();
  }

  #remove(connection: LiveConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#rest();
  }

  #rest(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#deps.finished.isWanted = false;
    this.#deps.finished.take();
    this.#changes = [];
  }

  #note(change: ObjectChange): void {
    if (this.#connections.size > 0) this.#changes.push(change);
    if (mayChangeAccess(change)) this.#review();
  }

  /** Whoever has lost what he has shown is told no more. What is changed together is looked at once. */
  #review(): void {
    if (this.#isToReview) return;
    this.#isToReview = true;
    setImmediate(() => {
      this.#isToReview = false;
      for (const connection of this.#connections) void this.#reviewOne(connection);
    });
  }

  async #reviewOne(connection: LiveConnection): Promise<void> {
    try {
      connection.actor = await connection.credential();
    } catch (error) {
      const code = error instanceof GhostError ? error.code : null;
      // That the database is away ends nobody's page.
      if (code === "invalid_api_key") connection.end(4401, code, "The session or key has ended");
      if (code === "second_factor_setup_required") connection.end(4401, code, "A second factor is asked for");
    }
  }

  /** One at a time: a database that is slow makes them rarer. */
  async #tick(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      await this.#tell();
    } catch (error) {
      this.#deps.log.warn({ err: error }, "Open pages could not be told what happened");
    } finally {
      this.#isTelling = false;
    }
  }

  async #tell(): Promise<void> {
    const { store, finished } = this.#deps;
    const { records, missed } = finished.take();
    const health = this.#lookAtHealth();
    if (health !== this.#resting) this.#changes.push({ what: "health", id: null, userId: null });
    this.#resting = health;
    const changes = [
      ...this.#changes.splice(0),
      ...(await this.#budgets.look(records)),
      ...(await this.#lookAtRefusals()),
    ];
    const names = records.length === 0 ? null : await namesOf(store, records);
    const rows = names === null ? [] : records.map((record) => toRequestRow(record, names));
    const all = new ToldRows(rows);
    for (const connection of this.#connections) this.#tellOne(connection, { rows, all, missed, changes });
  }

  #tellOne(connection: LiveConnection, { rows, all, missed, changes }: Happened): void {
    const { actor, wantsRequests } = connection;
    if (actor === null) return;
    const reached = wantsRequests ? reach(actor, "usage.read") : [];
    connection.tell({
      requests: reached === "all" ? all : new ToldRows(rowsWithin(reached, rows)),
      // Whose those were nobody has looked.
      missed: reached === "all" ? missed : 0,
      changed: changesFor(actor, changes),
    });
  }

  /** One change for each user and team of whom a request was refused. */
  async #lookAtRefusals(): Promise<readonly ObjectChange[]> {
    const { store, refusals } = this.#deps;
    const latest = refusals.latest(this.#refusals);
    this.#refusals = refusals.total;
    if (latest.length === 0) return [];
    const { keys } = await store.names.find({ keys: keyIdsOf(latest) });
    const owners = latest.map(({ keyId }) => keys.get(keyId ?? ""));
    const told = new Map(owners.map((key) => [`${key?.userId} ${key?.teamId}`, key]));
    return [...told.values()].map((key) => {
      return { what: "refusals", id: null, userId: key?.userId ?? null, teamId: key?.teamId ?? null };
    });
  }

  #lookAtHealth(): string {
    return this.#deps
      .resting()
      .map(({ providerId, model, state }) => `${providerId}/${model} ${state}`)
      .toSorted()
      .join("\n");
  }
}

function keyIdsOf(refusals: readonly Refusal[]): readonly string[] {
  return [...new Set(refusals.flatMap(({ keyId }) => keyId ?? []))];
}

interface Happened {
  readonly rows: readonly RequestRow[];
  /** The same, for who may see them all. */
  readonly all: ToldRows;
  readonly missed: number;
  readonly changes: readonly ObjectChange[];
}

function rowsWithin(reached: Exclude<Reach, "all">, rows: readonly RequestRow[]): readonly RequestRow[] {
  return rows.filter(({ user_id: userId, team_id: teamId }) => isWithin(reached, { userId, teamId }));
}
