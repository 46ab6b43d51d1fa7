// What an import makes of each thing that it finds at another gateway, and why. Invariant: nothing that is found goes unnamed.

/** `exact`: it does here what it did there. `approximate`: nearly, and the reason says where it differs. `unsupported`: it is not moved. */
export const grades = ["exact", "approximate", "unsupported"] as const;
export type Grade = (typeof grades)[number];

export interface Finding {
  readonly grade: Grade;
  /** Such as `key ci` or `router_settings.num_retries`. */
  readonly item: string;
  readonly reason: string;
}

export class Findings {
  readonly #all: Finding[] = [];

  get all(): readonly Finding[] {
    return this.#all;
  }

  exact(item: string, reason = ""): void {
    this.#all.push({ grade: "exact", item, reason });
  }

  approximate(item: string, reason: string): void {
    this.#all.push({ grade: "approximate", item, reason });
  }

  unsupported(item: string, reason: string): void {
    this.#all.push({ grade: "unsupported", item, reason });
  }

  /** As far as these notes say: without one it is exact. */
  graded(item: string, notes: readonly string[], reason = ""): void {
    if (notes.length === 0) this.exact(item, reason);
    else this.approximate(item, notes.join("; "));
  }
}
