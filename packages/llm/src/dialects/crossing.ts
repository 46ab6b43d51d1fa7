// A request on its way to a vendor of another dialect, as that vendor can take it: with what its client dropped, calls that
// can be told apart, names and seals that are not refused. What an answer must undo is remembered.

import type { ChatRequest } from "#hub.ts";
import { untangleCalls } from "./call-ids.ts";
import type { RequestEdits, VendorDialect } from "./dialect.ts";
import type { Notes } from "./extras.ts";
import { fitNames, namesAsTheyAre, renameTools } from "./fitted-names.ts";
import type { FittedNames } from "./fitted-names.ts";
import { restoreTurns } from "./sealed-turns.ts";
import type { SealMemory } from "./sealed-turns.ts";
import { dropForeignSeals, joinThoughts } from "./seals.ts";

/** What is known of a request that was sent. */
export interface Sent {
  readonly callIds: ReadonlySet<string>;
  readonly toolNames: FittedNames;
  /** The vendor's dialect, where it wants thoughts back that have no seal. */
  readonly unsealedBy: string | null;
}

export const nothingSent: Sent = { callIds: new Set(), toolNames: namesAsTheyAre, unsealedBy: null };

interface CrossingContext {
  readonly target: VendorDialect;
  readonly edits: RequestEdits;
  readonly memory: SealMemory;
  readonly notes: Notes;
}

export function crossOver(
  told: ChatRequest,
  { target, edits, memory, notes }: CrossingContext,
): { readonly request: ChatRequest; readonly sent: Sent } {
  const { name, upstream } = target;
  const wantsUnsealed = edits.quirks.wantsThoughts !== undefined;
  const restored = restoreTurns(told, { dialect: name, wantsUnsealed }, memory);
  const { request, callIds } = untangleCalls(restored);
  const toolNames = upstream.toolNames === undefined ? namesAsTheyAre : fitNames(request, upstream.toolNames);
  if (!toolNames.isEmpty) notes.add("names of tools");
  const named = renameTools(request, toolNames);
  const meant = dropForeignSeals(joinThoughts(named, name), name, notes);
  return { request: meant, sent: { callIds, toolNames, unsealedBy: wantsUnsealed ? name : null } };
}
