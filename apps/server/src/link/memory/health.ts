import type { Health, PartHealth } from "#link/health.ts";

export class MemoryHealth implements Health {
  readonly #parts = new Map<string, PartHealth>();

  report(part: string, health: PartHealth): void {
    this.#parts.set(part, health);
  }

  parts(): ReadonlyMap<string, PartHealth> {
    return this.#parts;
  }
}
