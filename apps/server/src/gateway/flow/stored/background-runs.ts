// Answers that a vendor works on after it has answered: their usage comes with whatever first shows that they are final.
// Invariant: who takes a run out records it, so that each is recorded once, whoever asks and however often.

import type { ParsedRequest } from "@ghostllm/llm";
import type { Principal } from "#domain/principal.ts";
import type { Target } from "#domain/snapshot.ts";
import type { CallFacts } from "#gateway/flow/call.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";
import type { UnansweredAttempt } from "#gateway/flow/ask/unanswered.ts";

/** The request that began it, as its record will tell it. */
export interface BackgroundRun {
  /** The answer's id at the vendor. */
  readonly answerId: string;
  readonly exchange: CallFacts;
  readonly principal: Principal;
  /** Without its body. */
  readonly request: ParsedRequest;
  readonly candidates: Candidates;
  readonly target: Target;
  readonly attempts: number;
  readonly unanswered: readonly UnansweredAttempt[];
  readonly httpStatus: number;
  readonly ttftMs: number;
  readonly overheadMs: number;
  /** By the monotonic clock: after this nobody is expected to ask any more. */
  readonly expiresAt: number;
}

/** The longest that vendors work on one answer, with time to ask for it. */
export const backgroundLifetimeMs = 6 * 60 * 60 * 1000;
const maxRuns = 10_000;

/** In the memory of this process. */
export class BackgroundRuns {
  readonly #runs = new Map<string, BackgroundRun>();
  readonly #maxRuns: number;

  constructor(limit: number = maxRuns) {
    this.#maxRuns = limit;
  }

  /** False where one of this id is waiting already. */
  add(run: BackgroundRun): boolean {
    const name = nameOf(run.target.provider.id, run.answerId);
    if (this.#runs.has(name)) return false;
    this.#runs.set(name, run);
    return true;
  }

  take({
    providerId,
    answerId,
  }: {
    readonly providerId: string;
    readonly answerId: string;
  }): BackgroundRun | undefined {
    const name = nameOf(providerId, answerId);
    const run = this.#runs.get(name);
    this.#runs.delete(name);
    return run;
  }

  /** Those whose time is over, and the oldest of too many. */
  takeOverdue(now: number): readonly BackgroundRun[] {
    const tooMany = this.#runs.size - this.#maxRuns;
    const overdue = [...this.#runs].filter(([, { expiresAt }], index) => expiresAt <= now || index < tooMany);
    for (const [name] of overdue) this.#runs.delete(name);
    return overdue.map(([, run]) => run);
  }
}

function nameOf(providerId: string, answerId: string): string {
  return `${providerId} ${answerId}`;
}
