// Whether a request that is held may go on: by what was decided of the same request of its key. Invariant: of the same request one
// consent is open at a time, and whoever is granted it has closed it, in one statement, so that of many that ask at once one passes.

import { formatUsd, newId } from "@ghostllm/contract";
import { sql, type Kysely } from "kysely";
import { storableText } from "#control/store/columns.ts";
import type { Database } from "#control/store/database.ts";
import { eventAppenderIn } from "#control/store/events/outbox-append.ts";
import type { Tables } from "#control/store/tables.ts";
import { draftEvent, type EventDraft } from "#domain/event.ts";
import type { ConsentQuestion } from "#link/consents.ts";
import type { AskedConsent, ConsentStore } from "./consent-store.ts";

/** Of one key: nobody shall fill the database with what he makes up. */
export const mostPending = 100;
/** So long a request waits for a decision. */
export const pendingMs = 7 * 24 * 3_600_000;
const longestModel = 200;

export function askingIn(database: Database): ConsentStore["ask"] {
  const { kysely, now } = database;
  const append = eventAppenderIn(database);
  return (question) =>
    kysely.transaction().execute(async (transaction): Promise<AskedConsent> => {
      const at = now();
      const granted = await take(transaction, question, at);
      if (granted !== null) return { kind: "granted", id: granted };
      await closeEnded(transaction, question, at);
      const open = await findOpen(transaction, question);
      if (open !== null) return open;
      const id = await insert(transaction, question, at);
      if (id === null) return (await findOpen(transaction, question)) ?? { kind: "too_many" };
      await append(transaction, [requested(id, question, at)]);
      return { kind: "required", id, isNew: true };
    });
}

type Same = Pick<ConsentQuestion, "keyId" | "fingerprint">;

/** On PostgreSQL, who comes second waits for the first here, and then finds that it is closed. */
async function take(transaction: Kysely<Tables>, { keyId, fingerprint, requestId }: ConsentQuestion, at: number) {
  const taken = await transaction
    .updateTable("consent_requests")
    .set({ status: "used", is_open: 0, used_at: at, used_by: requestId })
    .where("key_id", "=", keyId)
    .where("fingerprint", "=", fingerprint)
    .where("is_open", "=", 1)
    .where("status", "=", "approved")
    .where("ends_at", ">", at)
    .returning("id")
    .executeTakeFirst();
  return taken?.id ?? null;
}

async function closeEnded(transaction: Kysely<Tables>, { keyId, fingerprint }: Same, at: number): Promise<void> {
  await transaction
    .updateTable("consent_requests")
    .set({ is_open: 0 })
    .where("key_id", "=", keyId)
    .where("fingerprint", "=", fingerprint)
    .where("is_open", "=", 1)
    .where("ends_at", "<=", at)
    .execute();
}

async function findOpen(
  transaction: Kysely<Tables>,
  { keyId, fingerprint }: Same,
): Promise<Extract<AskedConsent, { kind: "required" | "refused" }> | null> {
  const open = await transaction
    .selectFrom("consent_requests")
    .select(["id", "status", "note", "ends_at"])
    .where("key_id", "=", keyId)
    .where("fingerprint", "=", fingerprint)
    .where("is_open", "=", 1)
    .executeTakeFirst();
  if (open === undefined) return null;
  const { id, status, note, ends_at: until } = open;
  return status === "refused" ? { kind: "refused", id, note, until } : { kind: "required", id };
}

/** Null where the same request was asked for meanwhile, or too many wait. */
async function insert(transaction: Kysely<Tables>, question: ConsentQuestion, at: number): Promise<string | null> {
  const { keyId } = question;
  const waiting = transaction
    .selectFrom("consent_requests")
    .select(sql<number>`cast(count(*) as bigint)`.as("count"))
    .where("key_id", "=", keyId)
    .where("is_open", "=", 1)
    .where("status", "=", "pending")
    .where("ends_at", ">", at);
  if ((await waiting.executeTakeFirstOrThrow()).count >= mostPending) return null;
  const inserted = await transaction
    .insertInto("consent_requests")
    .values({
      ...{ id: newId(at), key_id: keyId, user_id: question.userId, team_id: question.teamId },
      ...{ fingerprint: question.fingerprint, model: storableText(question.model, longestModel) },
      ...{ operation: question.operation, dialect: question.dialect },
      ...{ cost: question.costNanos, prompt_tokens: question.promptTokens, found: JSON.stringify(question.found) },
      ...{ policies: JSON.stringify(question.policies), valid_ms: question.validMs },
      ...{ status: "pending", is_open: 1, request_id: question.requestId, ends_at: at + pendingMs },
      ...{ decided_at: null, decided_by: null, note: "", used_at: null, used_by: null },
      created_at: at,
    })
    .onConflict((conflict) => conflict.columns(["key_id", "fingerprint"]).where("is_open", "=", sql.lit(1)).doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted?.id ?? null;
}

function requested(id: string, question: ConsentQuestion, at: number): EventDraft {
  const { requestId, userId, keyId, teamId, model, operation, costNanos, policies } = question;
  return draftEvent(
    "consent.requested",
    { happenedAt: at, userId },
    {
      ...{ consent_id: id, request_id: requestId, user_id: userId, key_id: keyId, team_id: teamId },
      ...{ requested_model: storableText(model, longestModel), operation },
      cost_usd: costNanos === null ? null : formatUsd(costNanos),
      policies: policies.map(({ name }) => name),
    },
  );
}
