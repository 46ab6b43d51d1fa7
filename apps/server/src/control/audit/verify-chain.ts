// Whether the audit log is as it was written: hashes are computed anew, places are counted, and the end must be where the head says.

import { cutAction } from "#control/store/audit/audit-cut.ts";
import { digestOf, hashOf } from "#control/store/audit/chain.ts";
import { erasedAction, erasedEntries } from "#control/store/audit/audit-erased.ts";
import type { AuditStore, ChainEnds, Link } from "#control/store/audit/audit-store.ts";
import type { AuditLogTable } from "#control/store/audit/tables.ts";

export type ProblemKind = "missing" | "changed" | "cut_off" | "unannounced_cut" | "unannounced_erasure" | "other_chain";

export interface ChainProblem {
  readonly kind: ProblemKind;
  readonly place: number;
  readonly message: string;
}

export interface Verification {
  readonly problem: ChainProblem | null;
  readonly checked: number;
  readonly from: Link;
  readonly to: Link;
  readonly isWhole: boolean;
  readonly ends: ChainEnds;
}

export interface VerifyOptions {
  /** Null: behind what is not kept any more. */
  readonly after: Link | null;
  readonly limit: number;
  /** Known from before. */
  readonly anchor: Link | null;
}

type Audit = Pick<AuditStore, "chain" | "ends" | "list">;

const pageSize = 500;

/** The log may be cut meanwhile: then it is looked at once more. */
export async function verifyChain(audit: Audit, options: VerifyOptions): Promise<Verification> {
  const first = await verifyOnce(audit, options);
  if (first.problem === null) return first;
  const { cut } = await audit.ends();
  return cut.sequence === first.ends.cut.sequence ? first : verifyOnce(audit, options);
}

async function verifyOnce(audit: Audit, { after, limit, anchor }: VerifyOptions): Promise<Verification> {
  const ends = await audit.ends();
  const from = after === null || after.sequence < ends.cut.sequence ? ends.cut : after;
  const told = (problem: ChainProblem | null, to: Link, isWhole = false): Verification => ({
    ...{ problem, from, to, ends, isWhole, checked: to.sequence - from.sequence },
  });
  const outside = (await faultOfCut(audit, ends)) ?? (await faultOfAnchor(audit, ends, anchor));
  if (outside !== null) return told(outside, from);
  let last = from;
  const erasures = new Erasures(audit);
  const until = Math.min(ends.head.sequence, from.sequence + limit);
  while (last.sequence < until) {
    const rows = await audit.chain(last.sequence, Math.min(pageSize, until - last.sequence));
    for (const row of rows) {
      const fault = faultOf(row, last) ?? (row.erased_in === null ? null : await erasures.faultOf(row));
      if (fault !== null) return told(fault, last);
      last = row;
    }
    if (rows.length === 0) return told(cutOff(last), last);
  }
  const isWhole = last.sequence >= ends.head.sequence;
  if (isWhole && last.hash !== ends.head.hash) return told(headDiffers(last), last);
  return told(null, { sequence: last.sequence, hash: last.hash }, isWhole);
}

function faultOf(row: AuditLogTable, { sequence, hash }: Link): ChainProblem | null {
  const place = sequence + 1;
  if (row.sequence !== place)
    return { kind: "missing", place, message: `Between ${sequence} and ${row.sequence} entries are missing` };
  // Of the oldest entries, which have no salt, nothing is left to compute it from when somebody is erased.
  const isLost = row.erased_in !== null && row.personal_hash === null;
  const isAsWritten = row.erased_in !== null || row.personal_hash === null;
  if (isLost || (isAsWritten && row.hash === hashOf(hash, row))) return null;
  const message = `The entry at ${place} is not the one that was written, or the one before it is not`;
  return { kind: "changed", place, message };
}

/** Whoever takes words out of entries must have said so in the log, and what he has left. */
class Erasures {
  readonly #audit: Audit;
  readonly #known = new Map<number, ReadonlyMap<number, string>>();

  constructor(audit: Audit) {
    this.#audit = audit;
  }

  async faultOf(row: AuditLogTable): Promise<ChainProblem | null> {
    const { sequence: place, erased_in: at } = row;
    const left = at === null || at <= place ? undefined : (await this.#toldAt(at)).get(place);
    if (left === digestOf(row)) return null;
    const message = `That somebody was erased from the entry at ${place} is not what the log says`;
    return { kind: "unannounced_erasure", place, message };
  }

  async #toldAt(place: number): Promise<ReadonlyMap<number, string>> {
    const known = this.#known.get(place);
    if (known !== undefined) return known;
    const [row] = await this.#audit.chain(place - 1, 1);
    const told =
      row?.sequence === place && row.action === erasedAction ? erasedEntries(row) : new Map<number, string>();
    // Most are of the one before.
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(place, told);
    return told;
  }
}

const mostKnown = 20;

function cutOff({ sequence }: Link): ChainProblem {
  return { kind: "cut_off", place: sequence + 1, message: `What was written behind ${sequence} is missing` };
}

function headDiffers({ sequence }: Link): ChainProblem {
  const message = "The last entry is not the one that was written last";
  return { kind: "changed", place: sequence, message };
}

/** Whoever deletes the oldest entries must have said so in the log. */
async function faultOfCut(audit: Audit, { cut }: ChainEnds): Promise<ChainProblem | null> {
  if (cut.sequence === 0) return null;
  const [entry] = await audit.list({ limit: 1 }, { action: cutAction });
  if (entry?.details["place"] === cut.sequence && entry.details["hash"] === cut.hash) return null;
  const message = `That the log is cut at ${cut.sequence} is not what its last entry about it says`;
  return { kind: "unannounced_cut", place: cut.sequence, message };
}

async function faultOfAnchor(
  audit: Audit,
  { head, cut }: ChainEnds,
  anchor: Link | null,
): Promise<ChainProblem | null> {
  if (anchor === null || anchor.sequence < cut.sequence) return null;
  const hash = anchor.sequence === cut.sequence ? cut.hash : (await audit.chain(anchor.sequence - 1, 1))[0]?.hash;
  if (anchor.sequence <= head.sequence && hash === anchor.hash) return null;
  const message = `The log has another entry at ${anchor.sequence} than the one that is remembered, or none`;
  return { kind: "other_chain", place: anchor.sequence, message };
}
