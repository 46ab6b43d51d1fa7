// The audit log as the store keeps it: entries that are added and never changed, each with a hash over the one before.

import type { AuditLogTable } from "./tables.ts";
import type { AuditDraft, AuditEntry, Author } from "#domain/audit.ts";
import type { EventDraft } from "#domain/event.ts";
import type { Written } from "./authorship.ts";

/** A place in the chain. */
export interface Link {
  readonly sequence: number;
  readonly hash: string;
}

export interface ChainEnds {
  /** The last entry. */
  readonly head: Link;
  /** The last one that is not kept any more; place 0 where all are. */
  readonly cut: Link;
}

export interface AuditFilter {
  /** An id, or the beginning of a name. */
  readonly actor?: string | undefined;
  /** An action, or what it begins with where it ends in a dot: `key.`. */
  readonly action?: string | undefined;
  readonly objectKind?: string | undefined;
  readonly objectId?: string | undefined;
  readonly outcome?: string | undefined;
  /** Epoch ms. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Words of which each is anywhere in names, actions, addresses, ids of requests and what was changed. */
  readonly text?: string | undefined;
}

export interface AuditPage {
  readonly limit: number;
  readonly before?: number;
  readonly behind?: number;
}

export interface AuditStore {
  /** All that is changed meanwhile is told as the author's; `written` counts the entries. Outside of this it is the server's own. */
  by<Result>(author: Author, run: (written: Written) => Promise<Result>): Promise<Result>;
  /** Whose changes are being made. */
  author(): Author;
  /** In a transaction of its own: what changes something else is told with that. */
  add(drafts: readonly AuditDraft[], events?: readonly EventDraft[]): Promise<void>;
  /** The newest first, before the one place and behind the other. */
  list(page: AuditPage, filter: AuditFilter): Promise<readonly AuditEntry[]>;
  /** In order, behind this place. */
  after(sequence: number, limit: number, filter: AuditFilter): Promise<readonly AuditEntry[]>;
  /** As they are stored, in order, behind this place: of the primary, which knows what is true now. */
  chain(sequence: number, limit: number): Promise<readonly AuditLogTable[]>;
  find(id: string): Promise<AuditEntry | undefined>;
  ends(): Promise<ChainEnds>;
  /** What was older than this (epoch ms) is not kept any more: an entry says so, and where the rest begins. Null where nothing was. */
  cut(before: number): Promise<Link | null>;
  /** Deletes at most so many of those that are not kept any more. Answers how many it has. */
  sweep(limit: number): Promise<number>;
}
