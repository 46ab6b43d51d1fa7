// The name under which an answer is kept. Invariant: whatever an answer may depend on is in it, all that is not known to be of no matter
// included; and whose it is: nobody is ever told what was told to somebody outside of the alias's scope.

import { createHash } from "node:crypto";
import type { CacheScope } from "@ghostllm/contract";
import { crossesAs } from "@ghostllm/llm";
import type { ClosingText, Dialect, ParsedRequest } from "@ghostllm/llm";
import type { AliasCache } from "#domain/cache-policy.ts";
import type { Routing } from "#domain/routing/routing.ts";
import type { Scope } from "#domain/access/scope.ts";
import type { Target } from "#domain/snapshot.ts";
import type { Principal } from "#domain/principal.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";
import type { Protected } from "#gateway/flow/protection.ts";

export interface KeyParts {
  readonly policy: AliasCache;
  readonly principal: Pick<Principal, "keyId" | "userId" | "teamId" | "organisationId" | "namedBy">;
  readonly candidates: Candidates;
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: Dialect;
  readonly protection: Protected | null;
  /** Of the client's headers, those that its vendor is sent. */
  readonly forwarded: Readonly<Record<string, string>>;
  readonly isStrict: boolean;
  /** By which it may be answered by another target; absent or null: nothing of that. */
  readonly routing?: Routing | null;
}

/** To be raised where the same request would be answered otherwise, or what is kept is read otherwise. */
const version = 1;

/** Null where the body is no JSON object whose members are known. */
export function cacheKeyOf(parts: KeyParts): string | null {
  return digestOf(parts, surroundings(parts), null);
}

/**
 * The same for all requests that are the same but for the text with which they end, where that was embedded by the same model. Null where there
 * is no such name.
 */
export function groupNameOf(parts: KeyParts, closing: ClosingText, { provider, model, sentAs }: Target) {
  const embeddedBy = [provider.id, provider.baseUrl, model, sentAs ?? null];
  return digestOf(parts, ["by meaning", embeddedBy, ...surroundings(parts)], closing);
}

type Left = Pick<ClosingText, "start" | "end">;

/** `left`: what does not count of the body. */
function digestOf({ request, dialect }: KeyParts, around: readonly unknown[], left: Left | null): string | null {
  if (request.members === null || request.form !== undefined) return null;
  const hash = createHash("sha256").update(JSON.stringify(around));
  const { immaterial } = dialect.client.recall;
  const members = request.members.filter(({ key }) => !immaterial.includes(key));
  // Their order says nothing. What is within them is taken as it was written: the order of properties in a schema, say, is one that models keep.
  for (const { key, valueStart, valueEnd } of members.toSorted((one, other) => order(one.key, other.key))) {
    const isLeft = left !== null && valueStart <= left.start && left.end <= valueEnd;
    const parts = isLeft
      ? [request.body.subarray(valueStart, left.start), request.body.subarray(left.end, valueEnd)]
      : [request.body.subarray(valueStart, valueEnd)];
    hash.update(`\n${JSON.stringify(key)} ${parts.map(({ length }) => length).join(" ")} `);
    for (const part of parts) hash.update(part);
  }
  return hash.digest("base64url");
}

function surroundings(parts: KeyParts): readonly unknown[] {
  const { policy, principal, candidates, request, dialect, protection, forwarded, isStrict, routing } = parts;
  const tenant = tenantOf(policy.scope, principal);
  // A placeholder stands for a text of one key alone.
  const placeholdersOf = protection === null || protection.placeholders.size === 0 ? null : whose(principal);
  // What is a stream for one is told as a whole to another only where chats are meant.
  const isStream = crossesAs(request.operation) === "chat.completions" ? null : request.stream;
  const { immaterialHeaders } = dialect.client.recall;
  const headers = Object.entries(forwarded).filter(([name]) => !immaterialHeaders.includes(name));
  return [
    ...[version, tenant.kind, tenant.id, placeholdersOf, policy.aliasId, candidates.requested, request.model],
    ...[versionOf(candidates), dialect.name, request.operation, isStream, isStrict, sorted(headers)],
    ...(routing ? [routing] : []),
  ];
}

function sorted(entries: readonly (readonly [string, string])[]) {
  return entries.toSorted(([one], [other]) => order(one, other));
}

/** The same wherever it runs. */
const order = (one: string, other: string): number => (one < other ? -1 : 1);

type Ids = KeyParts["principal"];

/** Who is in no team, or no organisation, shares with himself alone. */
function tenantOf(scope: CacheScope, ids: Ids): Scope {
  const { userId, teamId, organisationId, namedBy } = ids;
  if (scope === "organisation" && organisationId !== null) return { kind: "organisation", id: organisationId };
  if (scope === "team" && teamId !== null) return { kind: "team", id: teamId };
  return scope === "key" || namedBy !== undefined ? { kind: "key", id: whose(ids) } : { kind: "user", id: userId };
}

/** Those for whom a key acts share nothing with each other. */
function whose({ keyId, namedBy }: Ids): string {
  return namedBy === undefined ? keyId : `${keyId} ${namedBy.toLowerCase()}`;
}

const versions = new WeakMap<Candidates["targets"], string>();

/** By which targets are others than they were: another model, another address. */
function versionOf({ strategy, targets }: Candidates): string {
  let known = versions.get(targets);
  if (known === undefined) {
    const facts = targets.map(({ target: { provider, model, sentAs = null }, weight }) => [
      ...[provider.id, provider.definition.type, provider.baseUrl, sorted(Object.entries(provider.settings))],
      ...[model, sentAs, weight],
    ]);
    known = JSON.stringify([strategy, facts]);
    versions.set(targets, known);
  }
  return known;
}
