// The requests that consent policies have held, as whoever decides sees them.

import { foundClasses } from "@ghostllm/contract";
import { sql, type Kysely, type RawBuilder, type Selectable } from "kysely";
import { z } from "zod";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import type { Database } from "#control/store/database.ts";
import { isWithin } from "#control/store/reach.ts";
import type { Tables } from "#control/store/tables.ts";
import type { AuditDraft } from "#domain/audit.ts";
import { draftEvent, type EventDraft } from "#domain/event.ts";
import { askingIn } from "./ask.ts";
import type { ConsentRequestRow, ConsentStatus, ConsentStore } from "./consent-store.ts";
import { consentPoliciesIn } from "./policies.ts";
import type { ConsentRequestsTable } from "./tables.ts";

const owners = { user: "user_id", key: "key_id", team: "team_id" };
const keyName = sql<string | null>`(select name from api_keys where api_keys.id = consent_requests.key_id)`;
const username = sql<string | null>`(select username from users where users.id = consent_requests.user_id)`;
const decider = sql<string | null>`(select username from users where users.id = consent_requests.decided_by)`;
const names = [keyName.as("key_name"), username.as("username"), decider.as("decider")] as const;
type Named = Selectable<ConsentRequestsTable> & {
  key_name: string | null;
  username: string | null;
  decider: string | null;
};

const countsSchema: z.ZodType<ConsentRequestRow["found"]> = z.array(
  z.object({ class: z.enum(foundClasses), action: z.enum(["block", "mask", "replace"]), count: z.number() }),
);
const policiesSchema: z.ZodType<ConsentRequestRow["policies"]> = z.array(
  z.object({ id: z.string(), name: z.string() }),
);
const storedStatusSchema = z.enum(["pending", "approved", "refused", "used"]);

export function consentsIn(database: Database): ConsentStore {
  const { kysely, now } = database;
  return {
    policies: consentPoliciesIn(database),
    ask: askingIn(database),
    decide: decidingIn(database),
    async giveBack(id, requestId) {
      const rows = kysely.updateTable("consent_requests").where("id", "=", id).where("status", "=", "used");
      // Where the same was asked for meanwhile, that is open in its place.
      const isAlone = sql<boolean>`not exists (select 1 from consent_requests as other where other.is_open = 1
        and other.key_id = consent_requests.key_id and other.fingerprint = consent_requests.fingerprint)`;
      const values = { status: "approved", is_open: 1, used_at: null, used_by: null };
      await rows.where("used_by", "=", requestId).where(isAlone).set(values).execute();
    },
    async list({ limit, after, status, keyId, userId, teamId, model }, reach) {
      let query = kysely.selectFrom("consent_requests").selectAll().select(names).where(isWithin(reach, owners));
      if (after !== undefined) query = query.where("id", "<", after);
      if (status !== undefined) query = query.where(hasStatus(status, now()));
      if (keyId !== undefined) query = query.where("key_id", "=", keyId);
      if (userId !== undefined) query = query.where("user_id", "=", userId);
      if (teamId !== undefined) query = query.where("team_id", "=", teamId);
      if (model !== undefined) query = query.where("model", "=", model);
      const rows = await query.orderBy("id", "desc").limit(limit).execute();
      return rows.map((row) => toRow(row, now()));
    },
    async find(id, reach) {
      const query = kysely.selectFrom("consent_requests").selectAll().select(names).where("id", "=", id);
      const row = await query.where(isWithin(reach, owners)).executeTakeFirst();
      return row && toRow(row, now());
    },
    async prune(endedBefore, limit) {
      const ended = kysely.selectFrom("consent_requests").select("id").where("ends_at", "<", endedBefore).limit(limit);
      const { numDeletedRows } = await kysely
        .deleteFrom("consent_requests")
        .where("id", "in", ended)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

function decidingIn(database: Database): ConsentStore["decide"] {
  const record = recorderIn(database);
  return (id, { isApproved, note, validMs, by }, reach) =>
    database.kysely.transaction().execute(async (transaction) => {
      const at = database.now();
      const decided = await waitingOf(transaction, id, at)
        .where(isWithin(reach, owners))
        .set(({ ref }) => ({
          status: isApproved ? "approved" : "refused",
          ends_at: validMs === null ? sql<number>`cast(${at} as bigint) + ${ref("valid_ms")}` : at + validMs,
          ...{ decided_at: at, decided_by: by, note },
        }))
        .returningAll()
        .returning(names)
        .executeTakeFirst();
      if (decided === undefined) return undefined;
      const row = toRow(decided, at);
      await record(transaction, [told(row)], [decidedEvent(row, at)]);
      return row;
    });
}

function waitingOf(transaction: Kysely<Tables>, id: string, at: number) {
  const rows = transaction.updateTable("consent_requests").where("id", "=", id);
  return rows.where("status", "=", "pending").where("is_open", "=", 1).where("ends_at", ">", at);
}

function told({ id, model, status, note, endsAt, keyId, userId }: ConsentRequestRow): AuditDraft {
  const changes = [{ field: "status", before: "pending", after: status }];
  const details = { key_id: keyId, user_id: userId, note, ends_at: new Date(endsAt).toISOString() };
  return {
    action: `consent.${status}`,
    outcome: "done",
    object: { kind: "consent", id, name: model },
    changes,
    details,
  };
}

function decidedEvent(row: ConsentRequestRow, at: number): EventDraft {
  const { id, userId, keyId, teamId, model, operation, status, note, endsAt, decidedBy } = row;
  return draftEvent(
    "consent.decided",
    { happenedAt: at, userId },
    {
      ...{ consent_id: id, user_id: userId, key_id: keyId, team_id: teamId, requested_model: model, operation },
      ...{ status, note, ends_at: new Date(endsAt).toISOString(), decided_by: decidedBy },
    },
  );
}

/** What waits, or is agreed to, ends without anybody's doing. */
function hasStatus(status: ConsentStatus, at: number): RawBuilder<boolean> {
  if (status === "expired") return sql<boolean>`status in ('pending', 'approved') and ends_at <= ${at}`;
  if (status === "pending" || status === "approved") return sql<boolean>`status = ${status} and ends_at > ${at}`;
  return sql<boolean>`status = ${status}`;
}

function statusOf({ status, ends_at: endsAt }: Named, at: number): ConsentStatus {
  const stored = storedStatusSchema.parse(status);
  return (stored === "pending" || stored === "approved") && endsAt <= at ? "expired" : stored;
}

function toRow(row: Named, at: number): ConsentRequestRow {
  return {
    ...{ id: row.id, keyId: row.key_id, userId: row.user_id, teamId: row.team_id },
    ...{ keyName: row.key_name, username: row.username, fingerprint: row.fingerprint },
    ...{ model: row.model, operation: row.operation, dialect: row.dialect },
    ...{ costNanos: row.cost, promptTokens: row.prompt_tokens, found: countsSchema.parse(JSON.parse(row.found)) },
    ...{ policies: policiesSchema.parse(JSON.parse(row.policies)), validMs: row.valid_ms },
    ...{ status: statusOf(row, at), requestId: row.request_id, endsAt: row.ends_at },
    ...{ decidedAt: row.decided_at, decidedBy: row.decided_by, decidedByName: row.decider, note: row.note },
    ...{ usedAt: row.used_at, usedBy: row.used_by, createdAt: row.created_at },
  };
}
