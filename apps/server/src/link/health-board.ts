/** The state of one part that the server depends on, as that part itself last told it. */
export interface PartHealth {
  readonly isHealthy: boolean;
  readonly detail: string;
}

/** Where the planes tell each other how their parts are. What is not healthy degrades; only `readiness` stops traffic. */
export class HealthBoard {
  readonly #parts = new Map<string, PartHealth>();
  /** Null: ready for requests. Otherwise why not: starting, stopping. */
  notReadyBecause: string | null = "starting";
  /** Requests are answered as ever, and new ones should go elsewhere: the end has been announced. */
  isLeaving = false;

  /** Why new requests should go elsewhere; null where they need not. */
  get awayBecause(): string | null {
    return this.notReadyBecause ?? (this.isLeaving ? "stopping" : null);
  }

  report(part: string, health: PartHealth): void {
    this.#parts.set(part, health);
  }

  parts(): Readonly<Record<string, PartHealth>> {
    return Object.fromEntries(this.#parts);
  }

  get isHealthy(): boolean {
    return [...this.#parts.values()].every((part) => part.isHealthy);
  }
}
