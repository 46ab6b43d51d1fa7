// Looks every few seconds for the reasons of alerts that this instance can see, and remembers since when each is there. Called by the
// admin API. Invariant: what could not be looked at stays as it was seen last, with when that was.

import { alerts } from "@ghostllm/contract/alerts";
import { type NamedUse, readFurthest } from "#control/budgets/used-budgets.ts";
import type { ControlLog } from "#control/control-log.ts";
import { describeFault } from "#telemetry/fault.ts";
import { judges } from "./judges.ts";
import type { Judge, JudgeDeps, Look, Sighting } from "./judge.ts";

/** As often as Prometheus usually looks. */
const everyMs = 15_000;

export interface SeenReason extends Omit<Sighting, "since"> {
  /** Epoch ms. */
  readonly since: number;
  /** For as long as the rule asks for. */
  readonly isFiring: boolean;
}

interface SeenAlert {
  /** Epoch ms. */
  readonly lookedAt: number;
  readonly reasons: readonly SeenReason[];
}

interface AlertWatchDeps extends JudgeDeps {
  readonly log: Pick<ControlLog, "warn">;
  /** When there is another reason, or one less. */
  readonly changed: () => Promise<void>;
}

export class AlertWatch {
  readonly #deps: AlertWatchDeps;
  readonly #startedAt: number;
  #seen: ReadonlyMap<string, SeenAlert> = new Map();
  #looking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: AlertWatchDeps) {
    this.#deps = deps;
    this.#startedAt = deps.clock.now();
  }

  start(): void {
    void this.look();
    this.#timer = setInterval(() => void this.look(), everyMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** By the name of the alert: one that is not there is judged by nobody here, or was not yet. */
  seen(name: string): SeenAlert | undefined {
    return this.#seen.get(name);
  }

  /** Those who ask meanwhile wait for the same look. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const before = this.#words();
    const seen = new Map(this.#seen);
    const look = this.#lookOnce();
    for (const [name, judge] of Object.entries(judges)) {
      const found = await this.#lookFor(name, judge, look);
      if (found !== null) seen.set(name, found);
    }
    this.#seen = seen;
    if (this.#words() !== before) await this.#deps.changed().catch(() => {});
  }

  #lookOnce(): Look {
    const { store, steadyTime } = this.#deps;
    let uses: Promise<readonly NamedUse[]> | undefined;
    const budgetUses = () => (uses ??= readFurthest(store, steadyTime.now()));
    return { ...this.#deps, startedAt: this.#startedAt, budgetUses };
  }

  /** Null where it cannot be looked for: a database that is away is told by its part. */
  async #lookFor(name: string, judge: Judge, look: Look): Promise<SeenAlert | null> {
    try {
      const found = await judge.look(look);
      const now = this.#deps.clock.now();
      const earlier = new Map(this.#seen.get(name)?.reasons.map((one) => [keyOf(one), one.since]));
      const reasons = found.map((one) => {
        const since = one.since ?? earlier.get(keyOf(one)) ?? now;
        return { subject: one.subject, text: one.text, since, isFiring: now - since >= lastingMs(name) };
      });
      return { lookedAt: now, reasons };
    } catch (error) {
      this.#deps.log.warn({ alert: name, ...describeFault(error) }, "An alert cannot be looked at now");
      return null;
    }
  }

  #words(): string {
    const reasons = [...this.#seen].flatMap(([name, { reasons: all }]) =>
      all.map((one) => `${name} ${keyOf(one)} ${one.isFiring}`),
    );
    return reasons.join("\n");
  }
}

function keyOf({ subject: { kind, id, name } }: Pick<Sighting, "subject">): string {
  return JSON.stringify([kind, id, name]);
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const lasting = new Map(alerts.map(({ name, for: span }) => [name, toMs(span)]));

/** For how long it must be so. */
export function lastingMs(name: string): number {
  return lasting.get(name) ?? 0;
}

function toMs(span: string): number {
  const [, count = "0", unit = "s"] = /^(\d+)([smh])$/.exec(span) ?? [];
  return Number(count) * (unitsMs[unit] ?? 0);
}
