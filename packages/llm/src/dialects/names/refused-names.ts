// Whether a request that stays in its dialect has names of tools or ids of calls which its vendor refuses, with all of the
// request. They stand in many places, and an answer says them again: such a request goes through the hub as others do.

import { GhostError } from "@ghostllm/contract";
import type { ChatRequest } from "#hub.ts";
import { needsOf } from "#fitting/needs.ts";
import { textsOf, valueOf } from "#fitting/text-signs.ts";
import type { Needs } from "#fitting/vendor-needs.ts";
import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { fitNames, isTaken } from "./fitted-names.ts";
import type { ToolNameRules } from "./fitted-names.ts";

type RefusedIds = NonNullable<Needs["refusesCallIds"]>;

export function hasRefusedNames(dialect: Dialect, request: ParsedRequest, { model, quirks }: RequestEdits): boolean {
  const { client, upstream } = dialect;
  const { strictToolNames, refusesCallIds: refused } = needsOf(quirks, model);
  const rules = strictToolNames === true ? upstream.toolNames : undefined;
  if (rules === undefined && refused === undefined) return false;
  if (request.operation !== "chat.completions" || isKept(request)) return false;
  const mayRefuse =
    (rules !== undefined && mayRefuseNames(request, rules)) ||
    (refused !== undefined && mayRefuseIds(request, refused, upstream.resultIds));
  if (!mayRefuse) return false;
  const meant = meaningOf(() => client.decodeRequest(request));
  if (meant === null) return false;
  return (
    (rules !== undefined && !fitNames(meant, rules).isEmpty) || (refused !== undefined && areRefused(meant, refused))
  );
}

/** What a vendor keeps is asked for by the ids that it gave, of which the hub knows nothing. */
function isKept({ kept }: ParsedRequest): boolean {
  return kept !== undefined && (kept.isStored || kept.isBackground || kept.references.length > 0);
}

/** Null for one with another fault, of which its vendor tells. */
function meaningOf(decode: () => ChatRequest): ChatRequest | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof GhostError) return null;
    throw error;
  }
}

function mayRefuseNames(request: ParsedRequest, rules: ToolNameRules): boolean {
  const tools = valueOf(request, "tools");
  if (tools === null) return false;
  for (const name of textsOf(tools, "name")) if (!isTaken(name, rules)) return true;
  return false;
}

function mayRefuseIds({ body }: ParsedRequest, refused: RefusedIds, field: string | undefined): boolean {
  return field !== undefined && isOneRefused(textsOf(body, field), refused);
}

function areRefused({ messages }: ChatRequest, refused: RefusedIds): boolean {
  const parts = messages.flatMap(({ content }) => content);
  return isOneRefused(
    parts.flatMap((part) => (part.kind === "tool_call" ? [part.id] : [])),
    refused,
  );
}

function isOneRefused(ids: Iterable<string>, { ids: pattern, repeated }: RefusedIds): boolean {
  let known: Set<string> | null = null;
  for (const id of ids) {
    if (pattern.test(id) || (repeated === true && known?.has(id) === true)) return true;
    known = (known ?? new Set()).add(id);
  }
  return false;
}
