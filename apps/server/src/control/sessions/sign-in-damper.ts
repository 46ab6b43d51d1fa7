// Who may try a password now. Strangers shall neither guess one nor keep its owner out: who fails waits, by account and network;
// an account as a whole takes only so many failures from networks that it does not know, however many these are; and one that
// it knows, since somebody has signed in from there, waits for none of them. Invariant: memory is bounded.

import { isIPv6 } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { GhostError } from "@ghostllm/contract";
import type { Clock } from "#domain/clock.ts";
import { Damper } from "./damper.ts";

/** Tries of one network that are judged at a time: more at once would be judged before the first has failed. */
const mostAtOnce = 4;

interface SignInDamperOptions {
  readonly clock: Clock;
  /** Of each of its memories. */
  readonly capacity?: number;
  /** What an account takes from unknown networks at once, and how long it takes to be given one more. */
  readonly accountFailures?: number;
  readonly accountIntervalMs?: number;
  /** Who comes from a network that has not failed waits in person for that long. */
  readonly mostWaiting?: number;
}

/** A try that is under way. It counts as failed until it is told otherwise. */
export interface Try {
  succeeded(): void;
  failed(): void;
  /** It was not judged. */
  undone(): void;
  /** It is over, whatever came of it. */
  ended(): void;
}

interface Place {
  readonly account: string;
  /** From the narrowest to the widest. */
  readonly networks: readonly string[];
  readonly pair: string;
  readonly isKnown: boolean;
}

export class SignInDamper {
  readonly #pairs: Damper;
  readonly #knownPairs: Damper;
  readonly #networks: readonly Damper[];
  readonly #accounts: Allowance;
  readonly #known = new Map<string, true>();
  readonly #running = new Map<string, number>();
  readonly #waiting = new Map<string, number>();
  readonly #mostWaiting: number;
  readonly #capacity: number;

  constructor(options: SignInDamperOptions) {
    const { clock, capacity = 10_000, accountFailures = 60, accountIntervalMs = 5_000, mostWaiting = 4 } = options;
    this.#capacity = capacity;
    this.#pairs = new Damper({ free: 5, capacity, clock });
    // Others may be in the same network, such as behind one proxy: they shall not keep its owner out for long.
    this.#knownPairs = new Damper({ free: 10, capacity, clock, largestWaitMs: 30_000 });
    this.#networks = [50, 500].map((free) => new Damper({ free, capacity, clock }));
    this.#accounts = new Allowance({ clock, capacity, most: accountFailures, intervalMs: accountIntervalMs });
    this.#mostWaiting = mostWaiting;
  }

  /** Resolves when the try may be judged. Rejects with `rate_limit_exceeded`. */
  async begin(account: string, address: string): Promise<Try> {
    const place = this.#placeOf(account.normalize("NFKC").trim().toLowerCase(), address);
    const waitMs = Math.max(...this.#dampersOf(place).map(([damper, subject]) => damper.waitMs(subject)));
    if (waitMs > 0) throw refusal(waitMs);
    const [network = ""] = place.networks;
    if ((this.#running.get(network) ?? 0) >= mostAtOnce) throw refusal(1_000);
    count(this.#running, network, 1);
    try {
      if (!place.isKnown) await this.#waitForAccount(place);
    } catch (error) {
      count(this.#running, network, -1);
      throw error;
    }
    for (const [damper, subject] of this.#dampersOf(place)) damper.fail(subject);
    return this.#tryAt(place, network);
  }

  #tryAt(place: Place, network: string): Try {
    const forgive = (): void => {
      for (const [damper, subject] of this.#dampersOf(place)) damper.forgive(subject);
      if (!place.isKnown) this.#accounts.giveBack(place.account);
    };
    return {
      undone: forgive,
      failed: () => {
        for (const [damper, subject] of this.#dampersOf(place)) damper.restart(subject);
      },
      ended: () => count(this.#running, network, -1),
      succeeded: () => {
        forgive();
        this.#pairs.succeed(place.pair);
        this.#knownPairs.succeed(place.pair);
        this.#know(place.pair);
      },
    };
  }

  #placeOf(account: string, address: string): Place {
    const networks = networksOf(address);
    const pair = `${account} ${networks[0]}`;
    return { account, networks, pair, isKnown: this.#known.has(pair) };
  }

  #dampersOf({ pair, networks, isKnown }: Place): readonly (readonly [damper: Damper, subject: string])[] {
    if (isKnown) return [[this.#knownPairs, pair]];
    const ofNetworks = this.#networks.map((damper, index) => [damper, networks[index] ?? ""] as const);
    return [[this.#pairs, pair], ...ofNetworks];
  }

  /** An account that has had its failures is tried on in turn, first by whom it has not seen fail. */
  async #waitForAccount({ account, pair }: Place): Promise<void> {
    const waitMs = this.#accounts.waitMs(account);
    if (waitMs > 0 && (this.#pairs.hasFailed(pair) || (this.#waiting.get(account) ?? 0) >= this.#mostWaiting))
      throw refusal(waitMs);
    this.#accounts.take(account);
    if (waitMs === 0) return;
    count(this.#waiting, account, 1);
    await sleep(waitMs);
    count(this.#waiting, account, -1);
  }

  #know(pair: string): void {
    this.#known.delete(pair);
    this.#known.set(pair, true);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#capacity && oldest !== undefined) this.#known.delete(oldest);
  }
}

function count(counts: Map<string, number>, subject: string, by: number): void {
  const next = (counts.get(subject) ?? 0) + by;
  if (next > 0) counts.set(subject, next);
  else counts.delete(subject);
}

/** Who has one address of IPv6 has a whole network of them, and often many of those. */
export function networksOf(address: string): readonly string[] {
  if (!isIPv6(address)) return [address, address];
  const [before = "", behind = ""] = address.split("%", 1)[0]?.split("::") ?? [];
  const [head, tail] = [before, behind].map((text) => text.split(":").filter((group) => group !== ""));
  const missing = 8 - (head?.length ?? 0) - (tail?.length ?? 0);
  const groups = [...(head ?? []), ...Array.from({ length: Math.max(0, missing) }, () => "0"), ...(tail ?? [])];
  return [4, 3].map((length) =>
    groups
      .slice(0, length)
      .map((group) => parseInt(group, 16).toString(16))
      .join(":"),
  );
}

interface AllowanceOptions {
  readonly clock: Clock;
  readonly capacity: number;
  readonly most: number;
  readonly intervalMs: number;
}

/** So many at once, and one more each interval. What has had none lately is not remembered. */
class Allowance {
  readonly #options: AllowanceOptions;
  /** When each will have all again, by the monotonic clock. */
  readonly #fullAt = new Map<string, number>();

  constructor(options: AllowanceOptions) {
    this.#options = options;
  }

  waitMs(subject: string): number {
    const { clock, most, intervalMs } = this.#options;
    const missingMs = (this.#fullAt.get(subject) ?? 0) - clock.monotonic();
    return Math.max(0, missingMs - (most - 1) * intervalMs);
  }

  take(subject: string): void {
    this.#move(subject, this.#options.intervalMs);
    if (this.#fullAt.size > this.#options.capacity) this.#forget();
  }

  giveBack(subject: string): void {
    this.#move(subject, -this.#options.intervalMs);
  }

  #move(subject: string, byMs: number): void {
    const now = this.#options.clock.monotonic();
    this.#fullAt.set(subject, Math.max(now, this.#fullAt.get(subject) ?? 0) + byMs);
  }

  /** Those that are full; where there are none, the fullest. */
  #forget(): void {
    const now = this.#options.clock.monotonic();
    let [fullest, earliest] = ["", Infinity];
    for (const [subject, fullAt] of this.#fullAt) {
      if (fullAt < earliest) [fullest, earliest] = [subject, fullAt];
      if (fullAt <= now) this.#fullAt.delete(subject);
    }
    this.#fullAt.delete(fullest);
  }
}

function refusal(waitMs: number): GhostError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return new GhostError("rate_limit_exceeded", `Too many failed attempts to sign in: wait ${retryAfterSeconds} s`, {
    retryAfterSeconds,
  });
}
