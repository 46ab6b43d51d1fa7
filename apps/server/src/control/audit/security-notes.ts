// Notes in the audit log what concerns security and changes nothing: who failed, and who was refused. Nobody waits for it, and whoever
// floods fills no disk: of each address so many a minute are noted, and of all together; the next one says how many were not.

import type { ControlLog } from "#control/control-log.ts";
import type { AuditStore } from "#control/store/audit/audit-store.ts";
import type { AuditDraft } from "#domain/audit.ts";
import type { Clock } from "#domain/clock.ts";

interface NotesDeps {
  readonly audit: Pick<AuditStore, "add" | "author">;
  readonly clock: Pick<Clock, "monotonic">;
  readonly log: ControlLog;
}

interface Count {
  since: number;
  noted: number;
  withheld: number;
}

const minuteMs = 60_000;
const mostOfOne = 20;
const mostOfAll = 300;
const mostCounts = 2_000;

export class SecurityNotes {
  readonly #deps: NotesDeps;
  readonly #counts = new Map<string, Count>();
  readonly #writing = new Set<Promise<void>>();
  readonly #all: Count = { since: -Infinity, noted: 0, withheld: 0 };

  constructor(deps: NotesDeps) {
    this.#deps = deps;
  }

  /** Of whoever is at work. */
  note(draft: AuditDraft): void {
    const { address } = this.#deps.audit.author();
    const count = this.#countOf(`${address} ${draft.action}`);
    const isMost = this.#begun(count).noted >= mostOfOne || this.#begun(this.#all).noted >= mostOfAll;
    if (isMost) {
      count.withheld += 1;
      return;
    }
    const details = count.withheld === 0 ? draft.details : { ...draft.details, not_noted_before: count.withheld };
    count.noted += 1;
    this.#all.noted += 1;
    count.withheld = 0;
    this.#write({ ...draft, details });
  }

  /** Resolves when all is written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing);
  }

  #write(draft: AuditDraft): void {
    const { audit, log } = this.#deps;
    const { action } = draft;
    const writing = audit
      .add([draft])
      .catch((error: unknown) => log.error({ err: error, action }, "The audit log could not be written"))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  #countOf(name: string): Count {
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    const [oldest] = this.#counts.keys();
    if (this.#counts.size >= mostCounts && oldest !== undefined) this.#counts.delete(oldest);
    const count: Count = { since: -Infinity, noted: 0, withheld: 0 };
    this.#counts.set(name, count);
    return count;
  }

  #begun(count: Count): Count {
    const now = this.#deps.clock.monotonic();
    if (now - count.since >= minuteMs) {
      count.since = now;
      count.noted = 0;
    }
    return count;
  }
}
