import type { Miss } from "./compare.ts";
import type { Passed } from "./recordings.ts";
import type { Replay } from "./replay.ts";

interface Tally {
  passed: number;
  total: number;
}

export interface ReportedMiss extends Miss {
  readonly id: string;
  readonly provider: string;
  readonly upstream: string;
  readonly client: string;
  readonly writeBytes: number | null;
}

const mostShown = 20;

function describeMiss({ id, provider, client, upstream, writeBytes, field, expected, actual }: ReportedMiss): string {
  const told = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, 200);
  const pieces = writeBytes === null ? "" : `, pieces of ${writeBytes}`;
  return `${id} (${provider}) ${client} <- ${upstream}${pieces}: ${field} is ${told(actual)}, not ${told(expected)}`;
}

/** Client x upstream x kind, and every miss. */
export class Report {
  readonly #matrix = new Map<string, Tally>();
  readonly #misses: ReportedMiss[] = [];
  readonly #excused = new Map<string, readonly string[]>();
  readonly #passedOver = new Map<string, number>();
  readonly #recordings = new Set<string>();
  readonly #missed = new Set<string>();
  #replays = 0;
  #passed = 0;
  #excuses = 0;

  add({ recording, client, writeBytes, misses }: Replay): void {
    const { record, format, isStream } = recording;
    this.#recordings.add(record.id);
    this.#replays += 1;
    if (misses.length === 0) this.#passed += 1;
    else this.#missed.add(record.id);
    for (const kind of new Set(["all", isStream ? "stream" : "whole", ...record.kinds])) {
      const tally = this.#tallyOf(`${client} | ${format} | ${kind}`);
      tally.total += 1;
      if (misses.length === 0) tally.passed += 1;
    }
    const told = { id: record.id, provider: record.provider, upstream: format, client, writeBytes };
    this.#misses.push(...misses.map((miss) => ({ ...told, ...miss })));
  }

  /** A miss that is the recording's own fault. */
  excuse({ recording: { record } }: Replay, reasons: readonly string[]): void {
    this.#excuses += 1;
    this.#excused.set(`${record.id} (${record.provider})`, reasons);
  }

  /** A recording that is not replayed at all. */
  pass({ why }: Passed): void {
    this.#passedOver.set(why, (this.#passedOver.get(why) ?? 0) + 1);
  }

  get isPerfect(): boolean {
    return this.#misses.length === 0 && this.#replays > 0;
  }

  toJson(): object {
    const matrix = [...this.#matrix]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { passed, total }]) => {
        const [client, upstream, kind] = name.split(" | ");
        return { client, upstream, kind, passed, total };
      });
    return {
      recordings: this.#recordings.size,
      replays: this.#replays,
      passed: this.#passed,
      recordings_missed: this.#missed.size,
      matrix,
      misses: this.#misses,
      excused: Object.fromEntries(this.#excused),
      replays_excused: this.#excuses,
      not_replayed: Object.fromEntries(this.#passedOver),
    };
  }

  /** Client by upstream, for people. */
  toText(): string {
    const rows = [...this.#matrix].filter(([name]) => name.endsWith("| all"));
    const upstreams = [...new Set(rows.map(([name]) => name.split(" | ")[1] ?? ""))];
    const clients = [...new Set(rows.map(([name]) => name.split(" | ")[0] ?? ""))];
    const cell = (client: string, upstream: string): string => {
      const tally = this.#matrix.get(`${client} | ${upstream} | all`);
      return tally === undefined ? "-" : `${tally.passed}/${tally.total}`;
    };
    const lines = clients.map((client) => [client, ...upstreams.map((upstream) => cell(client, upstream))]);
    const table = [["client \\ upstream", ...upstreams], ...lines].map((line) =>
      line.map((text) => text.padEnd(20)).join(""),
    );
    const fields = Object.entries(Object.groupBy(this.#misses, ({ field }) => field));
    return [
      ...table,
      "",
      `${this.#passed} of ${this.#replays} replays of ${this.#recordings.size} recordings are right; ${this.#excuses} more of ${this.#excused.size} recordings are excused`,
      ...this.#excusesAsText(),
      ...[...this.#passedOver].map(([why, count]) => `  not replayed: ${count}, ${why}`),
      ...fields.map(([field, misses = []]) => `  ${field}: ${misses.length}`),
      ...this.#misses.slice(0, mostShown).map(describeMiss),
    ].join("\n");
  }

  /** Each reason with the recordings that it excuses. */
  #excusesAsText(): readonly string[] {
    const byReason = Object.entries(Object.groupBy(this.#excused, ([, reasons]) => reasons.join(" ")));
    return byReason.map(
      ([reason, entries = []]) => `  excused: ${reason} ${entries.map(([recording]) => recording).join(", ")}`,
    );
  }

  #tallyOf(name: string): Tally {
    const tally = this.#matrix.get(name) ?? { passed: 0, total: 0 };
    this.#matrix.set(name, tally);
    return tally;
  }
}
