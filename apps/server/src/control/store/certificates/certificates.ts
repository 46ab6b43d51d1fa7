import type { Kysely, Selectable } from "kysely";
import { z } from "zod";
import { recorderIn } from "#control/store/audit/audit-append.ts";
import { definedOnly } from "#control/store/columns.ts";
import type { Database } from "#control/store/database.ts";
import type { Tables } from "#control/store/tables.ts";
import type {
  AccountRow,
  CertificateChange,
  CertificateOrder,
  CertificateRow,
  CertificateStore,
} from "./certificate-store.ts";
import type { AcmeAccountsTable, CertificatesTable } from "./tables.ts";

const domainsSchema = z.array(z.string());

export function certificatesIn(database: Database): CertificateStore {
  return { ...rowsIn(database), ...accountsIn(database), ...challengesIn(database) };
}

function rowsIn(database: Database): Pick<CertificateStore, "find" | "add" | "change"> {
  const { kysely, now } = database;
  const record = recorderIn(database);
  return {
    async find(name) {
      const query = kysely.selectFrom("certificates").selectAll().where("name", "=", name);
      const row = await query.executeTakeFirst();
      return row && toRow(row);
    },
    async add(name, given) {
      const values = { ...unwritten, ...definedOnly(toColumns(given)), name, updated_at: now() };
      const insertion = kysely.insertInto("certificates").values(values);
      await insertion.onConflict((conflict) => conflict.column("name").doNothing()).execute();
      const query = kysely.selectFrom("certificates").selectAll().where("name", "=", name);
      return toRow(await query.executeTakeFirstOrThrow());
    },
    change(name, given, events = []) {
      const values = { ...definedOnly(toColumns(given)), updated_at: now() };
      const write = async (transaction: Kysely<Tables>): Promise<CertificateRow> => {
        const row = await transaction
          .insertInto("certificates")
          .values({ ...unwritten, ...values, name })
          .onConflict((conflict) => conflict.column("name").doUpdateSet(values))
          .returningAll()
          .executeTakeFirstOrThrow();
        await record(transaction, [], events);
        return toRow(row);
      };
      return kysely.transaction().execute(write);
    },
  };
}

function accountsIn({ kysely, now }: Database): Pick<CertificateStore, "account" | "addAccount" | "changeAccount"> {
  const find = async (directory: string): Promise<AccountRow | undefined> => {
    const query = kysely.selectFrom("acme_accounts").selectAll().where("directory", "=", directory);
    const row = await query.executeTakeFirst();
    return row && toAccount(row);
  };
  return {
    account: find,
    async addAccount({ directory, url, keyEncrypted, email }) {
      const row = { directory, url, key_enc: keyEncrypted, email, created_at: now() };
      const insertion = kysely.insertInto("acme_accounts").values(row);
      await insertion.onConflict((conflict) => conflict.column("directory").doNothing()).execute();
      return (await find(directory)) ?? { directory, url, keyEncrypted, email };
    },
    async changeAccount(directory, { url, email }) {
      await kysely.updateTable("acme_accounts").set({ url, email }).where("directory", "=", directory).execute();
    },
  };
}

type Challenging = Pick<CertificateStore, "addChallenge" | "challenges" | "removeChallenges">;

function challengesIn({ kysely, now }: Database): Challenging {
  return {
    async addChallenge({ token, answer, expiresAt }) {
      const row = { answer, expires_at: expiresAt };
      await kysely
        .insertInto("acme_challenges")
        .values({ token, ...row })
        .onConflict((conflict) => conflict.column("token").doUpdateSet(row))
        .execute();
    },
    async challenges() {
      const rows = await kysely.selectFrom("acme_challenges").selectAll().where("expires_at", ">", now()).execute();
      return rows.map(({ token, answer, expires_at: expiresAt }) => ({ token, answer, expiresAt }));
    },
    async removeChallenges(tokens) {
      const removal = kysely.deleteFrom("acme_challenges");
      await removal
        .where(({ eb, or }) => or([eb("expires_at", "<=", now()), ...tokens.map((token) => eb("token", "=", token))]))
        .execute();
    },
  };
}

const unwritten: Omit<CertificatesTable, "name" | "updated_at"> = {
  ...{ domains: "[]", directory: "", chain: null, key_enc: null, issued_at: null },
  ...{ order_url: null, order_key_enc: null, order_directory: null, asked_at: null, failures: 0, next_attempt_at: 0 },
  ...{ last_error: null, last_error_at: null, version: 0 },
};

function toColumns({ domains, order, ...given }: CertificateChange) {
  return {
    ...{ domains: domains && JSON.stringify(domains), directory: given.directory, chain: given.chain },
    ...{ key_enc: given.keyEncrypted, issued_at: given.issuedAt, asked_at: given.askedAt },
    ...(order !== undefined && toOrderColumns(order)),
    ...{ failures: given.failures, next_attempt_at: given.nextAttemptAt, version: given.version },
    ...{ last_error: given.lastError, last_error_at: given.lastErrorAt },
  };
}

function toOrderColumns(order: CertificateOrder | null) {
  const { url = null, keyEncrypted = null, directory = null } = order ?? {};
  return { order_url: url, order_key_enc: keyEncrypted, order_directory: directory };
}

function toOrder(row: Selectable<CertificatesTable>): CertificateOrder | null {
  const { order_url: url, order_key_enc: keyEncrypted, order_directory: directory } = row;
  return url === null || keyEncrypted === null || directory === null ? null : { url, keyEncrypted, directory };
}

function toRow(row: Selectable<CertificatesTable>): CertificateRow {
  return {
    ...{ name: row.name, domains: domainsSchema.parse(JSON.parse(row.domains)), directory: row.directory },
    ...{ chain: row.chain, keyEncrypted: row.key_enc, issuedAt: row.issued_at, askedAt: row.asked_at },
    order: toOrder(row),
    ...{ failures: row.failures, nextAttemptAt: row.next_attempt_at, version: row.version },
    ...{ lastError: row.last_error, lastErrorAt: row.last_error_at },
  };
}

function toAccount(row: Selectable<AcmeAccountsTable>): AccountRow {
  return { directory: row.directory, url: row.url, keyEncrypted: row.key_enc, email: row.email };
}
