import { foundClasses, newId } from "@ghostllm/contract";
import type { Kysely, Selectable } from "kysely";
import { z } from "zod";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, toBit } from "#control/store/columns.ts";
import { change, type Database, type Naming } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type { ConsentConditions, ConsentHolder } from "#domain/consents/policy.ts";
import type { ConsentPolicyChange, ConsentPolicyRow, ConsentPolicyStore } from "./consent-store.ts";
import type { ConsentPoliciesTable } from "./tables.ts";

const naming: Naming = { object: "consent policy" };

const conditionsSchema: z.ZodType<ConsentConditions> = z.object({
  models: z.array(z.string()).nullable(),
  aboveNanos: z.number().int().nonnegative().nullable(),
  classes: z.array(z.enum(foundClasses)).nullable(),
  hours: z
    .object({
      timeZone: z.string(),
      weekdays: z.array(z.number().int()),
      from: z.number().int(),
      to: z.number().int(),
      isOutside: z.boolean(),
    })
    .nullable(),
});

export function consentPoliciesIn(database: Database): ConsentPolicyStore {
  const { kysely } = database;
  const record = recorderIn(database);
  return {
    async create({ name, holder, conditions, validMs, isActive }) {
      const at = database.now();
      const values = { ...toHolder(holder), name, conditions: JSON.stringify(conditions), valid_ms: validMs };
      const stored = { ...values, id: newId(at), is_active: toBit(isActive), created_at: at, updated_at: at };
      const insert = async (transaction: Kysely<Tables>): Promise<ConsentPolicyRow> => {
        const insertion = transaction.insertInto("consent_policies").values(stored).returningAll();
        const row = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("consent_policies", [row]));
        return toRow(row);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list(ids) {
      const all = kysely.selectFrom("consent_policies").selectAll().orderBy("id");
      return (await (ids === undefined ? all : all.where("id", "in", ids)).execute()).map(toRow);
    },
    async find(id) {
      const row = await kysely.selectFrom("consent_policies").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    async update(id, policyChange) {
      const values = { ...definedOnly(toColumns(policyChange)), updated_at: database.now() };
      const update = async (transaction: Kysely<Tables>): Promise<ConsentPolicyRow | undefined> => {
        const rows = transaction.updateTable("consent_policies").where("id", "=", id);
        const before = await rows.set(asItIs).returningAll().executeTakeFirst();
        const after = await rows.set(values).returningAll().executeTakeFirst();
        if (before === undefined || after === undefined) return undefined;
        await record(transaction, changed("consent_policies", before, after));
        return toRow(after);
      };
      return change(database, naming, () => kysely.transaction().execute(update));
    },
    async remove(id) {
      return kysely.transaction().execute(async (transaction) => {
        const rows = await transaction.deleteFrom("consent_policies").where("id", "=", id).returningAll().execute();
        await record(transaction, removed("consent_policies", rows));
        return rows.length > 0;
      });
    },
  };
}

function toColumns({ name, holder, conditions, validMs, isActive }: ConsentPolicyChange) {
  return {
    ...(holder !== undefined && toHolder(holder)),
    ...{ name, valid_ms: validMs, conditions: conditions && JSON.stringify(conditions) },
    is_active: isActive === undefined ? undefined : toBit(isActive),
  };
}

function toHolder(holder: ConsentHolder): Pick<ConsentPoliciesTable, "key_id" | "user_id" | "team_id"> {
  const nobody = { key_id: null, user_id: null, team_id: null };
  return holder.kind === "everyone" ? nobody : { ...nobody, [`${holder.kind}_id`]: holder.id };
}

function holderOf({ key_id: key, user_id: user, team_id: team }: ConsentPoliciesTable): ConsentHolder {
  if (key !== null) return { kind: "key", id: key };
  if (user !== null) return { kind: "user", id: user };
  return team === null ? { kind: "everyone" } : { kind: "team", id: team };
}

function toRow(row: Selectable<ConsentPoliciesTable>): ConsentPolicyRow {
  return {
    id: row.id,
    name: row.name,
    holder: holderOf(row),
    conditions: conditionsSchema.parse(JSON.parse(row.conditions)),
    validMs: row.valid_ms,
    isActive: row.is_active === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
