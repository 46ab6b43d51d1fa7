// Which file counts where several instances share a database, and when it is applied. Called by compose. One applies at a time, and:
// a file that changes while its instance runs counts at once; at start one does that the database has never seen; and an older one does
// when no instance has had the one in force for a minute (docs/decisions/0083). Invariant: an older file never takes the place of a
// newer one that an instance has.

import { z } from "zod";
import type { Declarations } from "#config/declared/declarations.ts";
import type { LoadedConfig } from "#config/load.ts";
import type { ConfigProblem } from "#config/problems.ts";
import { alone } from "#control/leases/alone.ts";
import type { Leases } from "#control/leases/leases.ts";
import type { InstanceRegistry } from "#control/instances/registry.ts";
import type { ControlLog } from "#control/control-log.ts";
import type { Store } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";
import type { DeclaredApplier } from "./applier.ts";
import { CannotApply, type Step } from "./report.ts";
import type { DeclaredThings, Drift, Standing } from "./standing.ts";

export interface KeeperOptions {
  readonly applier: Pick<DeclaredApplier, "apply" | "look">;
  readonly store: Pick<Store, "settings" | "engine" | "units">;
  readonly leases: Leases;
  readonly registry: Pick<InstanceRegistry, "declare" | "others" | "instance">;
  readonly clock: Clock;
  readonly log: ControlLog;
}

/** What a file declares. */
type Read = Pick<LoadedConfig, "declared" | "digest">;

type Reason = "start" | "change" | "look" | "demand";

const setting = "declared_file";
const mostKnown = 100;
const lookEveryMs = 5_000;
const orphanedAfterMs = 60_000;

const recordSchema = z.object({
  ...{ digest: z.string(), file: z.string(), at: z.number(), instance: z.string() },
  /** Of all that were applied before, the latest first. */
  former: z.array(z.string()),
});
type AppliedRecord = z.output<typeof recordSchema>;

export class DeclaredKeeper implements DeclaredThings {
  readonly #options: KeeperOptions;
  /** Null before it is opened. */
  #declared: Declarations | null = null;
  #digest = "";
  #problems: readonly ConfigProblem[] = [];
  #orphanedSince: number | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;
  #looking: Promise<unknown> = Promise.resolve();
  #nextLook: Promise<Drift> | null = null;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Before the first request is answered. What cannot be applied is told, and all stays as it is stored. */
  async open(read: Read): Promise<void> {
    await this.#take(read, "start");
    this.#timer = setInterval(() => void this.#lookAgain(), lookEveryMs).unref();
  }

  /** The file has changed. Answers what is wrong with it, as the database shows; empty where nothing is. */
  async change(read: Read): Promise<readonly ConfigProblem[]> {
    const isSame = read.digest === this.#digest && this.#problems.length === 0 && !this.#isDue;
    await this.#take(read, isSame ? "start" : "change");
    return this.#problems;
  }

  /** Whatever other instances have. */
  async applyNow(): Promise<readonly Step[]> {
    const { engine, units } = this.#options.store;
    const settle = () => this.#settle("demand");
    // A request whose changes are one holds the embedded database, for which whoever has the turn may be waiting.
    return engine === "sqlite" && units.settled() !== null ? settle() : this.#inTurn(settle);
  }

  /** What the store has that differs from this instance's file. Many who ask share one look, which begins after they have asked. */
  drift(): Promise<Drift> {
    if (this.#nextLook !== null) return this.#nextLook;
    const look = this.#looking.then(() => {
      this.#nextLook = null;
      return this.#drift();
    });
    this.#nextLook = look;
    this.#looking = look.catch(() => undefined);
    return look;
  }

  async #drift(): Promise<Drift> {
    if (this.#declared?.governs !== true) return { steps: [], problems: [] };
    try {
      return { steps: await this.#options.applier.look(this.#declared), problems: [] };
    } catch (error) {
      if (error instanceof CannotApply) return { steps: [], problems: error.problems };
      throw error;
    }
  }

  async standing(): Promise<Standing> {
    const { file = null, governs = false } = this.#declared ?? {};
    const applied = await this.#read();
    const isInForce = applied?.digest === this.#digest;
    const state = this.#problems.length > 0 ? "refused" : isInForce ? "in_force" : "older";
    return { file, state: governs ? state : "none", applied, problems: this.#problems };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#last.catch(() => undefined);
  }

  async #take({ declared, digest }: Read, reason: Reason): Promise<void> {
    this.#declared = declared;
    this.#digest = digest;
    this.#orphanedSince = null;
    this.#isDue = reason === "change";
    await this.#inTurn(async () => {
      await this.#options.registry.declare(declared.governs ? this.#digest : null);
      await this.#settle(reason);
    });
  }

  /** The database was away, or what was newer has gone. */
  async #lookAgain(): Promise<void> {
    const look = this.#inTurn(() => this.#settle(this.#isDue ? "change" : "look"));
    await look.catch(() => undefined);
  }

  async #settle(reason: Reason): Promise<readonly Step[]> {
    const { store } = this.#options;
    const declared = this.#declared;
    if (declared?.governs !== true) return [];
    if (reason === "look" && !(await this.#counts("look", await this.#read()))) return [];
    const run = () => this.#applyIfItCounts(declared, reason);
    const steps = await (store.engine === "postgres" ? this.#alone(run) : run());
    this.#isDue = false;
    return steps;
  }

  /** Outside of the transaction of a request that asks for it: nobody else would see there that the lease is taken. */
  #alone<Result>(run: () => Promise<Result>): Promise<Result> {
    const { leases, store } = this.#options;
    return new Promise((resolve, reject) => {
      store.units.outside(() => void alone(leases, "declared", run).then(resolve, reject));
    });
  }

  async #applyIfItCounts(declared: Declarations, reason: Reason): Promise<readonly Step[]> {
    const { applier, log, store } = this.#options;
    const applied = await this.#read();
    if (!(await this.#counts(reason, applied))) {
      log.warn(
        { file: declared.file, applied },
        "another instance has a newer configuration file: what this one declares is not applied",
      );
      return [];
    }
    try {
      // Noted in the same transaction: an instance that is killed in between would leave the note of an older file.
      const steps = await store.units.together(async () => {
        const done = await applier.apply(declared);
        await this.#note(applied);
        return done;
      });
      this.#problems = [];
      for (const { differences: _, ...step } of steps) log.info(step, "the configuration file is applied");
      return steps;
    } catch (error) {
      if (!(error instanceof CannotApply)) throw error;
      this.#problems = error.problems;
      for (const { path, message } of error.problems)
        log.error({ path, problem: message }, "what is declared cannot be applied, and nothing is changed");
      return [];
    }
  }

  async #counts(reason: Reason, applied: AppliedRecord | null): Promise<boolean> {
    if (reason === "change" || reason === "demand" || applied === null) return true;
    if (applied.digest === this.#digest) return reason === "start";
    if (reason === "start" && !applied.former.includes(this.#digest)) return true;
    if (this.#problems.length > 0) return false;
    const isHeld = this.#options.registry.others.some(({ declaredDigest }) => declaredDigest === applied.digest);
    if (reason === "start") return !isHeld;
    const now = this.#options.clock.monotonic();
    this.#orphanedSince = isHeld ? null : (this.#orphanedSince ?? now);
    return this.#orphanedSince !== null && now - this.#orphanedSince >= orphanedAfterMs;
  }

  async #read(): Promise<AppliedRecord | null> {
    const text = await this.#options.store.settings.get(setting);
    return text === undefined ? null : recordSchema.parse(JSON.parse(text));
  }

  async #note(before: AppliedRecord | null): Promise<void> {
    const { store, registry, clock } = this.#options;
    const digest = this.#digest;
    if (before?.digest === digest) return;
    const former = before === null ? [] : [before.digest, ...before.former.filter((one) => one !== digest)];
    const record: AppliedRecord = {
      ...{ digest, file: this.#declared?.file ?? "", at: clock.now(), instance: registry.instance.id },
      former: former.filter((one) => one !== digest).slice(0, mostKnown),
    };
    await store.settings.set(setting, JSON.stringify(record));
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
