import type { Insertable, Kysely, Selectable } from "kysely";
import { z } from "zod";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { changed, created, removed } from "#control/store/audit/row-changes.ts";
import { asItIs, definedOnly, parseTeamRole, toBit } from "#control/store/columns.ts";
import { change, type Database, type Naming } from "#control/store/database.ts";
import { narrowed } from "#control/store/named-list.ts";
import type { Tables } from "#control/store/tables.ts";
import type { GroupTeam } from "#domain/access/group-roles.ts";
import { grantsIn } from "./grants.ts";
import { identitiesIn } from "./identities.ts";
import type { ClaimNames, SignInMethodChange, SignInMethodRow, SignInStore } from "./sign-in-store.ts";
import type { SignInMethodsTable } from "./tables.ts";

const naming: Naming = { object: "sign-in method" };
const listed = { id: "id", searched: ["label", "issuer"], orders: { name: { text: "label" } } };

const texts = z.array(z.string());
const claimNames: z.ZodType<ClaimNames> = z.object({ email: z.string(), name: z.string(), groups: z.string() });
const groupTeams: z.ZodType<readonly GroupTeam[]> = z.array(
  z.object({ group: z.string(), teamId: z.string(), role: z.string().transform(parseTeamRole) }),
);
const groupRoles = z.array(z.object({ group: z.string(), role: z.string() }));

export function signInMethodsIn(database: Database): SignInStore {
  const { kysely } = database;
  const record = recorderIn(database);
  const methods = () => kysely.selectFrom("sign_in_methods").selectAll();
  return {
    async create(method) {
      const at = database.now();
      const values = { ...toColumns(method), id: method.id, created_at: at, updated_at: at };
      const insert = async (transaction: Kysely<Tables>): Promise<SignInMethodRow> => {
        const insertion = transaction.insertInto("sign_in_methods").values(values).returningAll();
        const row = await insertion.executeTakeFirstOrThrow();
        await record(transaction, created("sign_in_methods", [row]));
        return toRow(row);
      };
      return change(database, naming, () => kysely.transaction().execute(insert));
    },
    async list(page) {
      const { where, order } = narrowed(page, listed);
      return (await methods().where(where).orderBy(order).limit(page.limit).execute()).map(toRow);
    },
    async find(id) {
      const row = await methods().where("id", "=", id).executeTakeFirst();
      return row && toRow(row);
    },
    update: (id, given) => update(database, id, given),
    async remove(id) {
      return kysely.transaction().execute(async (transaction) => {
        await endSessions(transaction, id);
        const rows = await transaction.deleteFrom("sign_in_methods").where("id", "=", id).returningAll().execute();
        await record(transaction, removed("sign_in_methods", rows));
        return rows.length > 0;
      });
    },
    ...identitiesIn(database),
    ...grantsIn(database),
  };
}

async function update(database: Database, id: string, given: SignInMethodChange): Promise<SignInMethodRow | undefined> {
  const values = { ...definedOnly(toChangedColumns(given)), updated_at: database.now() };
  const run = async (transaction: Kysely<Tables>) => {
    if (given.isActive === false) await endSessions(transaction, id);
    const rows = transaction.updateTable("sign_in_methods").where("id", "=", id);
    const before = await rows.set(asItIs).returningAll().executeTakeFirst();
    const after = await rows.set(values).returningAll().executeTakeFirst();
    if (before !== undefined && after !== undefined)
      await recorderIn(database)(transaction, changed("sign_in_methods", before, after));
    return after;
  };
  const row = await change(database, naming, () => database.kysely.transaction().execute(run));
  return row && toRow(row);
}

async function endSessions(transaction: Kysely<Tables>, method: string): Promise<void> {
  await transaction.deleteFrom("sessions").where("method", "=", method).execute();
}

type Columns = Omit<Insertable<SignInMethodsTable>, "id" | "created_at" | "updated_at">;

function toColumns(method: Omit<SignInMethodRow, "id" | "createdAt" | "updatedAt">): Columns {
  return {
    ...{ label: method.label, issuer: method.issuer, client_id: method.clientId },
    ...{ client_secret_enc: method.clientSecretEncrypted, default_role: method.defaultRole },
    ...{ scopes: JSON.stringify(method.scopes), claims: JSON.stringify(method.claims) },
    ...{ provision_domains: JSON.stringify(method.provisionDomains), group_roles: JSON.stringify(method.groupRoles) },
    group_teams: JSON.stringify(method.groupTeams),
    ...{ trusts_email: toBit(method.trustsEmail), is_active: toBit(method.isActive) },
  };
}

function toChangedColumns(given: SignInMethodChange) {
  const { scopes, claims, provisionDomains, groupRoles: roles, trustsEmail, isActive } = given;
  return {
    ...{ label: given.label, issuer: given.issuer, client_id: given.clientId },
    ...{ client_secret_enc: given.clientSecretEncrypted, default_role: given.defaultRole },
    ...{ scopes: scopes && JSON.stringify(scopes), claims: claims && JSON.stringify(claims) },
    provision_domains: provisionDomains && JSON.stringify(provisionDomains),
    group_roles: roles && JSON.stringify(roles),
    group_teams: given.groupTeams && JSON.stringify(given.groupTeams),
    trusts_email: trustsEmail === undefined ? undefined : toBit(trustsEmail),
    is_active: isActive === undefined ? undefined : toBit(isActive),
  };
}

function toRow(row: Selectable<SignInMethodsTable>): SignInMethodRow {
  return {
    ...{ id: row.id, label: row.label, issuer: row.issuer, clientId: row.client_id },
    ...{ clientSecretEncrypted: row.client_secret_enc, defaultRole: row.default_role },
    ...{ scopes: texts.parse(JSON.parse(row.scopes)), claims: claimNames.parse(JSON.parse(row.claims)) },
    provisionDomains: texts.parse(JSON.parse(row.provision_domains)),
    groupRoles: groupRoles.parse(JSON.parse(row.group_roles)),
    groupTeams: groupTeams.parse(JSON.parse(row.group_teams)),
    ...{ trustsEmail: row.trusts_email === 1, isActive: row.is_active === 1 },
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  };
}
