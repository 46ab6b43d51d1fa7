// Requests that were answered with an error before any vendor was asked. They have no usage record, so that a flood of them fills no
// database: the last ones are kept in memory, for whoever wonders why a key does not work. It works beside the gateway's events.

import type { ErrorCode } from "@ghostllm/contract";
import type { Clock } from "#domain/clock.ts";
import type { Events } from "#telemetry/events.ts";

const mostKept = 500;

export interface Refusal {
  readonly id: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly code: ErrorCode;
  readonly status: number;
  readonly path: string;
  /** Null where the caller was not known. */
  readonly keyId: string | null;
  readonly address: string | null;
  /** SHA-256 of a key that was shown, and opens nothing or nothing any more. */
  readonly refusedKeyHash: string | null;
}

/** Of requests that a vendor was asked for there are records. */
const recorded: ReadonlySet<ErrorCode> = new Set(["provider_error", "provider_overloaded", "timeout_error"]);

export class Refusals {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #kept: Refusal[] = [];
  #total = 0;
  /** Told of each at once; it takes no time. */
  onKeep: (refusal: Refusal) => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same events, looked at on the way. */
  watch(events: Events): Events {
    return {
      ...events,
      errorAnswered: (error) => {
        events.errorAnswered(error);
        const { requestId: id, code, status, path, keyId = null, address = null, refusedKeyHash = null } = error;
        if (recorded.has(code)) return;
        this.keep({ id, createdAt: this.#clock.now(), code, status, path, keyId, address, refusedKeyHash });
      },
    };
  }

  /** How many there ever were: by this it shows that there are new ones. */
  get total(): number {
    return this.#total;
  }

  /** Newest first; with `after`, those that came when there had been so many. */
  latest(after = 0): readonly Refusal[] {
    const count = Math.min(this.#kept.length, this.#total - after);
    const latest = count <= 0 ? [] : this.#kept.slice(-count);
    // Those of several threads come a little out of order; ids tell the time.
    return latest.toSorted((one, other) => (one.id < other.id ? 1 : -1));
  }

  /** Also for what another thread has refused. */
  keep(refusal: Refusal): void {
    this.#total += 1;
    this.#kept.push(refusal);
    if (this.#kept.length > mostKept) this.#kept.shift();
    this.onKeep(refusal);
  }
}
