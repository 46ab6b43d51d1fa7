// What an import does at the server, or would do: said as it goes, so that whoever stops it knows how far it came.

export type Verb = "create" | "change" | "revoke" | "carry over";

export interface Change {
  readonly verb: Verb;
  readonly what: string;
  /** Which fields, where it is there already. */
  readonly fields: readonly string[];
}

export interface Failure {
  readonly what: string;
  readonly message: string;
}

/** Carries out what it is told, or only notes it; what fails keeps nothing else from being done. */
export class Changes {
  readonly isApplied: boolean;
  readonly done: Change[] = [];
  readonly failed: Failure[] = [];
  unchanged = 0;

  constructor(isApplied: boolean) {
    this.isApplied = isApplied;
  }

  /** Undefined where it has failed, or is not carried out. */
  async make<Result>(change: Change, run: () => Promise<Result>): Promise<Result | undefined> {
    if (!this.isApplied) {
      this.done.push(change);
      return undefined;
    }
    try {
      const result = await run();
      this.done.push(change);
      return result;
    } catch (error) {
      this.fail(change.what, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  fail(what: string, message: string): void {
    this.failed.push({ what, message });
  }
}

/** Of what is wanted, what differs from what there is: of objects only what is wanted of them is looked at. */
export function differing<Wanted extends object>(wanted: Wanted, present: object): Partial<Wanted> {
  const entries = Object.entries(wanted).filter(
    ([name, value]) => value !== undefined && !isThere(value, Reflect.get(present, name)),
  );
  return Object.fromEntries(entries) as Partial<Wanted>;
}

function isThere(wanted: unknown, present: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return wanted === (present ?? null);
  if (typeof present !== "object" || present === null) return false;
  if (Array.isArray(wanted) && (!Array.isArray(present) || present.length !== wanted.length)) return false;
  return Object.entries(wanted).every(
    ([name, value]) => value === undefined || isThere(value, Reflect.get(present, name)),
  );
}
