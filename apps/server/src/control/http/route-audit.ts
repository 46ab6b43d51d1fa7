// What the audit log is told of requests to the admin API. Called by the binding of the routes, so that there is no route that changes
// something and is not told of: what is changed in the store is told in its transaction, and what changes something else, here.

import type { IncomingMessage } from "node:http";
import { GhostError } from "@ghostllm/contract";
import type { AdminRoute } from "@ghostllm/contract/routes";
import type { SecurityNotes } from "#control/audit/security-notes.ts";
import type { Written } from "#control/store/audit/authorship.ts";
import type { AuditStore } from "#control/store/audit/audit-store.ts";
import type { Actor } from "#domain/access/actor.ts";
import { deed, nobody, type AuditDraft, type AuditObject, type Author } from "#domain/audit.ts";
import { kindOfGroup } from "./change-of.ts";

interface Asked {
  readonly id: string;
  readonly raw: IncomingMessage;
  readonly params: unknown;
}

/** Who has asked for a route; `actor` is null where nobody is known. */
export function authorOf({ id }: AdminRoute, request: Asked, actor: Actor | null, address: string): Author {
  const userAgent = request.raw.headers["user-agent"] ?? "";
  return { actor: actor?.known ?? nobody, address, userAgent, requestId: request.id, route: id };
}

/** Runs a handler. What it has changed without an entry has one when it is done. */
export function told<Answer>(
  audit: Pick<AuditStore, "by" | "add">,
  author: Author,
  { route, params, handle }: { route: AdminRoute; params: unknown; handle: (written: Written) => Promise<Answer> },
): Promise<Answer> {
  return audit.by(author, async (written) => {
    const answer = await handle(written);
    if (isToBeTold(route) && written.count() === 0) await audit.add([deedOf(route, params, answer)]);
    return answer;
  });
}

/** What everybody may ask, nobody shall fill the log with: signing in is told of with the session. */
function isToBeTold({ method, permission }: AdminRoute): boolean {
  return method !== "GET" && permission !== "public";
}

function deedOf(route: AdminRoute, params: unknown, answer: unknown): AuditDraft {
  const [group = "", name = ""] = route.id.split(".");
  const verb = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const kind = kindOfGroup(group);
  const id = textOf(params, "id") ?? textOf(answer, "id");
  return deed(`${kind}.${verb}`, { kind, id, name: textOf(answer, "name") ?? "" });
}

function textOf(value: unknown, name: string): string | null {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  return typeof found === "string" ? found : null;
}

/** Somebody was refused, be it by the guard or by a handler. */
export function noteRefusal(
  { audit, notes }: { audit: Pick<AuditStore, "by">; notes: SecurityNotes },
  author: Author,
  route: AdminRoute,
  error: unknown,
): void {
  if (!(error instanceof GhostError)) return;
  const action = refusals[error.code];
  if (action === undefined) return;
  const object: AuditObject = { kind: "route", id: route.id, name: `${route.method} ${route.path}` };
  const draft = deed(action, object, {
    outcome: "refused",
    details: { permission: route.permission, reason: error.message },
  });
  void audit.by(author, async () => notes.note(draft));
}

const refusals: Readonly<Partial<Record<GhostError["code"], string>>> = {
  permission_denied: "permission.refused",
  second_factor_setup_required: "permission.refused",
  invalid_api_key: "credential.refused",
};
