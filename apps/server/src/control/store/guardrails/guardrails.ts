import { guardrailActions, guardrailOnFailures, guardrailStages } from "@ghostllm/contract";
import type { Kysely, Selectable } from "kysely";
import { z } from "zod";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, toBit } from "#control/store/columns.ts";
import { change, type Database, type Naming } from "#control/store/database.ts";
import { isWithin } from "#control/store/reach.ts";
import type { Tables } from "#control/store/tables.ts";
import type { GuardrailCheck, GuardrailHolder } from "#domain/guardrails/guardrail.ts";
import type { GuardrailChange, GuardrailRow, GuardrailStore } from "./guardrail-store.ts";
import type { GuardrailsTable } from "./tables.ts";

const naming: Naming = { object: "guardrail" };
const owners = { team: "team_id" };

const checkSchema: z.ZodType<GuardrailCheck> = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("text"),
    words: z.array(z.string()),
    wholeWords: z.boolean(),
    patterns: z.array(z.string()),
    window: z.number(),
  }),
  z.object({ kind: z.literal("size"), unit: z.enum(["characters", "tokens"]), most: z.number() }),
  z.object({ kind: z.literal("webhook"), url: z.string() }),
  z.object({
    ...{ kind: z.literal("moderation"), provider: z.string(), model: z.string().nullable() },
    ...{ categories: z.array(z.string()).nullable(), threshold: z.number().nullable() },
  }),
  z.object({
    kind: z.literal("json-schema"),
    ...{ schema: z.record(z.string(), z.unknown()).nullable(), fromRequest: z.boolean() },
  }),
]);

const words = {
  stage: z.enum(guardrailStages),
  action: z.enum(guardrailActions),
  onFailure: z.enum(guardrailOnFailures),
};

export function guardrailsIn(database: Database): GuardrailStore {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async create({ id, ...guardrail }) {
      const at = database.now();
      const stored = { ...toNewColumns(guardrail), id, created_at: at, updated_at: at };
      const insert = async (transaction: Kysely<Tables>): Promise<GuardrailRow> => {
        const insertion = transaction.insertInto("guardrails").values(stored).returningAll();
        const row = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("guardrails", [row]));
        return toRow(row);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list(ids, reach) {
      const all = kysely.selectFrom("guardrails").selectAll().where(isWithin(reach, owners)).orderBy("id");
      return (await (ids === null ? all : all.where("id", "in", ids)).execute()).map(toRow);
    },
    async find(id, reach) {
      const query = kysely.selectFrom("guardrails").selectAll().where("id", "=", id);
      const row = await query.where(isWithin(reach, owners)).executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, given, reach) {
      const values = { ...definedOnly(toColumns(given)), updated_at: database.now() };
      const update = async (transaction: Kysely<Tables>): Promise<GuardrailRow | undefined> => {
        const rows = transaction.updateTable("guardrails").where("id", "=", id);
        const before = await rows.where(isWithin(reach, owners)).set(asItIs).returningAll().executeTakeFirst();
        if (before === undefined) return undefined;
        const after = await rows.set(values).returningAll().executeTakeFirstOrThrow();
        await record(transaction, changed("guardrails", before, after));
        return toRow(after);
      };
      return change(database, naming, () => kysely.transaction().execute(update));
    },
    async remove(id, reach) {
      return kysely.transaction().execute(async (transaction) => {
        const own = transaction.deleteFrom("guardrails").where("id", "=", id).where(isWithin(reach, owners));
        const rows = await own.returningAll().execute();
        await record(transaction, removed("guardrails", rows));
        return rows.length > 0;
      });
    },
  };
}

type NewColumns = Omit<GuardrailsTable, "id" | "created_at" | "updated_at">;

function toNewColumns({ holder, models, check, isActive, ...guardrail }: Required<GuardrailChange>): NewColumns {
  const { name, stage, action, replacement, onFailure, deadlineMs, secretEncrypted } = guardrail;
  return {
    ...{ ...toHolder(holder), name, stage, action, replacement, on_failure: onFailure, deadline_ms: deadlineMs },
    ...{ models: models === null ? null : JSON.stringify(models), check_settings: JSON.stringify(check) },
    ...{ secret_enc: secretEncrypted, is_active: toBit(isActive) },
  };
}

function toColumns({ holder, models, check, isActive, ...guardrail }: GuardrailChange) {
  const { name, stage, action, replacement, onFailure, deadlineMs, secretEncrypted } = guardrail;
  return {
    ...(holder !== undefined && toHolder(holder)),
    ...{ name, stage, action, replacement, on_failure: onFailure, deadline_ms: deadlineMs },
    models: models && JSON.stringify(models),
    check_settings: check && JSON.stringify(check),
    ...{ secret_enc: secretEncrypted, is_active: isActive === undefined ? undefined : toBit(isActive) },
  };
}

function toHolder(holder: GuardrailHolder): Pick<GuardrailsTable, "key_id" | "user_id" | "team_id"> {
  const nobody = { key_id: null, user_id: null, team_id: null };
  return holder.kind === "everyone" ? nobody : { ...nobody, [`${holder.kind}_id`]: holder.id };
}

function holderOf({ key_id: key, user_id: user, team_id: team }: GuardrailsTable): GuardrailHolder {
  if (key !== null) return { kind: "key", id: key };
  if (user !== null) return { kind: "user", id: user };
  return team === null ? { kind: "everyone" } : { kind: "team", id: team };
}

function toRow(row: Selectable<GuardrailsTable>): GuardrailRow {
  return {
    ...{ id: row.id, name: row.name, holder: holderOf(row) },
    models: row.models === null ? null : z.array(z.string()).parse(JSON.parse(row.models)),
    stage: words.stage.parse(row.stage),
    check: checkSchema.parse(JSON.parse(row.check_settings)),
    action: words.action.parse(row.action),
    replacement: row.replacement,
    onFailure: words.onFailure.parse(row.on_failure),
    ...{ deadlineMs: row.deadline_ms, secretEncrypted: row.secret_enc, isActive: row.is_active === 1 },
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  };
}
