// What of an entry is said in words.

import type { AuditEntry } from "#api/queries.ts";
import { shortenId } from "#format/id.ts";
import type { Tone } from "#parts/status.tsx";

export const outcomeTones: Readonly<Record<string, Tone>> = { done: "good", refused: "bad", failed: "warn" };

const comings: Readonly<Record<string, string>> = {
  session: "signed in",
  api_key: "by a key",
  admin_key: "by the admin key",
  server: "by itself",
  anonymous: "not known",
};

export function comingOf({ actor: { kind } }: AuditEntry): string {
  return comings[kind] ?? kind;
}

export function actorOf({ actor: { name, kind } }: AuditEntry): string {
  return name === "" ? kind : name;
}

export function objectOf({ object }: AuditEntry): string {
  if (object === null) return "";
  return object.name === "" ? (object.id === null ? "" : shortenId(object.id)) : object.name;
}

/** The names of the fields that differ. */
export function changedFields({ changes, details }: AuditEntry): string {
  if (changes.length > 0) return changes.map(({ field }) => field).join(", ");
  return Object.entries(details)
    .filter(([name]) => !name.endsWith("_id"))
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

/** Where the object has a page of its own. */
export function pageOf({ object, action }: AuditEntry): string | null {
  if (object === null || object.id === null || action.endsWith(".removed")) return null;
  const path = paths[object.kind];
  return path === undefined ? null : `${path}/${object.id}`;
}

const paths: Readonly<Record<string, string>> = {
  user: "/users",
  key: "/keys",
  provider: "/providers",
  model: "/models",
  alias: "/aliases",
  webhook: "/events/webhooks",
  consent: "/consents",
  consent_policy: "/consents/policies",
  guardrail: "/guardrails",
};

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
