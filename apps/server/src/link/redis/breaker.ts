// Whether Redis is asked at all. It opens when Redis fails or is slow, so that no request waits for what will not come, and
// closes by itself when Redis has answered well for a while. Invariant: while it is open, only probes wait.

export type BreakerState = "closed" | "open";

/** Half of the answers of a second take longer: Redis is too slow. */
const slowMs = 50;
const windowMs = 1_000;
/** So long it must stay like that: a burst after which Redis has caught up is no reason to count without it. */
const slowForMs = 500;
/** So many must have been asked within the window. */
const leastSamples = 4;
const failuresInTurn = 2;
/** Probes in turn that must be well before it closes. */
const probesInTurn = 2;

interface Sample {
  readonly at: number;
  readonly ms: number;
}

interface BreakerParts {
  readonly monotonic: () => number;
  readonly onChange: (state: BreakerState, why: string) => void;
  /** By how much this process is late itself: for that Redis is not to blame. */
  readonly lagMs: () => number;
}

export class Breaker {
  readonly #monotonic: () => number;
  readonly #onChange: (state: BreakerState, why: string) => void;
  readonly #lagMs: () => number;
  #samples: Sample[] = [];
  #failures = 0;
  #goodProbes = 0;
  /** Found slow for the first time in turn, and for the last. */
  #slow: { readonly since: number; readonly at: number } | null = null;
  #state: BreakerState = "open";
  #why = "not connected yet";

  constructor({ monotonic, onChange, lagMs }: BreakerParts) {
    this.#monotonic = monotonic;
    this.#onChange = onChange;
    this.#lagMs = lagMs;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get why(): string {
    return this.#why;
  }

  answered(ms: number): void {
    this.#failures = 0;
    this.#add(ms - this.#lagMs());
    if (this.#state === "closed" && this.#isSlow()) this.open(`half of its answers take longer than ${slowMs} ms`);
  }

  failed(reason: string, ms: number): void {
    const lagMs = this.#lagMs();
    if (lagMs > ms / 2) return;
    this.#failures += 1;
    this.#add(ms - lagMs);
    if (this.#state === "open") return;
    if (this.#failures >= failuresInTurn || this.#isSlow()) this.open(reason);
  }

  open(why: string): void {
    this.#goodProbes = 0;
    this.#samples = [];
    this.#slow = null;
    this.#why = why;
    if (this.#state === "open") return;
    this.#state = "open";
    this.#onChange("open", why);
  }

  /** Answers whether it may close now: then whoever probes tells Redis what it has missed, and closes. */
  probed(isGood: boolean): boolean {
    this.#goodProbes = isGood ? this.#goodProbes + 1 : 0;
    return this.#goodProbes >= probesInTurn;
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#failures = 0;
    this.#samples = [];
    this.#slow = null;
    this.#onChange("closed", "");
  }

  isGood(ms: number): boolean {
    return ms - this.#lagMs() <= slowMs;
  }

  #add(ms: number): void {
    const at = this.#monotonic();
    this.#samples.push({ at, ms });
    // A busy second has thousands; the latest say as much.
    if (this.#samples.length > 256) this.#samples = this.#samples.slice(-128);
  }

  #isSlow(): boolean {
    const latest = this.#samples.at(-1);
    if (latest === undefined || latest.ms <= slowMs) return false;
    if (!this.#isMostlySlow(latest.at - windowMs)) {
      this.#slow = null;
      return false;
    }
    const before = this.#slow !== null && latest.at - this.#slow.at < windowMs ? this.#slow : null;
    this.#slow = { since: before?.since ?? latest.at, at: latest.at };
    return latest.at - this.#slow.since >= slowForMs;
  }

  #isMostlySlow(since: number): boolean {
    const recent = this.#samples.filter(({ at }) => at >= since);
    const over = recent.filter(({ ms }) => ms > slowMs).length;
    return recent.length >= leastSamples && over * 2 > recent.length;
  }
}
