// The store as the rest of the control plane sees it: one implementation over Kysely, for SQLite and for PostgreSQL.
// Rows use the domain's names; times are epoch ms, money is nano-USD, ids are UUIDv7 text.

import type { AliasStrategy } from "@ghostllm/contract";
import type { AliasPolicy } from "#domain/alias-policy.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Role } from "#domain/access/roles.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { RateLimits, TargetLimits } from "#domain/principal.ts";
import type { ModelChange, ModelRow, NewModel } from "./model-store.ts";
import type { CachePolicy } from "#domain/cache-policy.ts";
import type { OwnedObject } from "#link/owners.ts";
import type { AuditStore } from "#control/store/audit/audit-store.ts";
import type { BackupRunStore } from "#control/store/backup/run-store.ts";
import type { ChatStore } from "#control/store/chats/chat-store.ts";
import type { ContentStore } from "#control/store/contents/content-store.ts";
import type { GuardrailStore } from "#control/store/guardrails/guardrail-store.ts";
import type { ConsentStore } from "#control/store/consents/consent-store.ts";
import type { DeclaredStore } from "#control/store/declared/declared-store.ts";
import type { DirectoryStore } from "#control/store/directory/directory-store.ts";
import type { ErasureStore } from "#control/store/erasure/erasure-store.ts";
import type { EventStore, WebhookStore } from "#control/store/events/event-store.ts";
import type { BudgetStore } from "./budget-store.ts";
import type { News } from "./engines/postgres-news.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import type { ImportStore } from "#control/store/imports/import-store.ts";
import type { InstanceStore } from "./instances.ts";
import type { KeyStore } from "./key-store.ts";
import type { CertificateStore } from "#control/store/certificates/certificate-store.ts";
import type { LeaseStore } from "./leases.ts";
import type { NameQuery, Names } from "./name-store.ts";
import type { NamedPage } from "./page.ts";
import type { ServiceAccountStore } from "./service-account-store.ts";
import type { SessionStore } from "./session-store.ts";
import type { ReplicaState } from "./replica.ts";
import type { RoleStore } from "./role-store.ts";
import type { PasswordLinkStore } from "#control/store/sign-in/password-links.ts";
import type { PasskeyStore } from "#control/store/sign-in/passkey-store.ts";
import type { SecondFactorStore } from "#control/store/sign-in/second-factor-store.ts";
import type { SignInStore } from "#control/store/sign-in/sign-in-store.ts";
import type { ReportStore } from "#control/store/reports/report-store.ts";
import type { SealedValueStore } from "./sealed-values.ts";
import type { SnapshotStore } from "#control/store/snapshot/snapshot-store.ts";
import type { OrganisationStore, TeamStore } from "./team-store.ts";
import type { IdempotencyKeyStore } from "#control/store/units/idempotency-keys.ts";
import type { UnitStore, VersionStore } from "#control/store/units/unit-store.ts";
import type { UsageStore } from "./usage-store.ts";
import type { SpendStore, WindowStore } from "./spend-store.ts";
import type { ViewStore } from "./view-store.ts";

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly username: string;
  readonly hasPassword: boolean;
  readonly role: Role;
  /** May sign in, and call with keys. */
  readonly isActive: boolean;
  readonly limits: RateLimits;
  readonly budgetNanos: number | null;
  readonly budgets: readonly Budget[];
  readonly spentNanos: number;
  /** Null: all personal data passes. */
  readonly privacy: PrivacyPolicy | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Credentials {
  readonly user: UserRow;
  /** Null for a user who cannot sign in. */
  readonly passwordHash: string | null;
}

export interface ProviderRow {
  readonly id: string;
  readonly name: string;
  readonly providerType: string;
  /** Null: the definition's own. */
  readonly baseUrl: string | null;
  /** Envelope-encrypted credential. */
  readonly apiKeyEncrypted: string | null;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, string>>;
  /** Envelope-encrypted headers and parameters that go with every request. */
  readonly additionsEncrypted: string | null;
  /** What it is held to, whoever asks. */
  readonly limits: RateLimits;
  readonly budgets: readonly Budget[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface AliasTargetRow {
  /** Names, not ids: an alias outlives a provider that is removed and added again. */
  readonly provider: string;
  readonly model: string;
  readonly weight: number;
  /** Absent: what the alias sends there is held to nothing. */
  readonly limits?: TargetLimits;
}

export interface AliasRow {
  readonly id: string;
  /** Keys of this team alone find it; null: it is everybody's. */
  readonly teamId: string | null;
  readonly name: string;
  readonly strategy: AliasStrategy;
  readonly targets: readonly AliasTargetRow[];
  /** Null: it says nothing. */
  readonly policy: AliasPolicy | null;
  /** Null: none of its answers is kept. */
  readonly cache: CachePolicy | null;
  readonly limits: RateLimits;
  readonly budgets: readonly Budget[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

type New<Row, Given extends keyof Row> = Pick<Row, Given>;

export type NewUser = New<UserRow, "email" | "username" | "role" | "limits" | "budgetNanos"> &
  Pick<Credentials, "passwordHash"> &
  Partial<Pick<UserRow, "budgets" | "privacy">>;
export type UserChange = Partial<NewUser & Pick<UserRow, "isActive">>;
export type NewProvider = New<
  ProviderRow,
  "name" | "providerType" | "baseUrl" | "apiKeyEncrypted" | "enabled" | "settings" | "additionsEncrypted"
> &
  Partial<Pick<ProviderRow, "limits" | "budgets">>;
export type ProviderChange = Partial<NewProvider>;
export interface UserQuery extends NamedPage {
  /** By its name: who has it. */
  readonly role?: string;
  readonly isActive?: boolean;
}

export type NewAlias = New<AliasRow, "name" | "strategy" | "targets"> &
  Partial<Pick<AliasRow, "teamId" | "policy" | "limits" | "budgets" | "cache">>;
export type AliasChange = Partial<NewAlias>;

/**
 * Methods that name one object answer undefined (or false) where there is none. What belongs to somebody is found only
 * within the reach of whoever asks; beyond it there is nothing. A broken unique constraint rejects
 * with GhostError `conflict`. Every other rejection means that the database is unavailable or faulty.
 */
export interface Store {
  readonly engine: "sqlite" | "postgres";
  readonly users: {
    create(user: NewUser): Promise<UserRow>;
    list(query: UserQuery, reach: Reach): Promise<readonly UserRow[]>;
    find(id: string, reach: Reach): Promise<UserRow | undefined>;
    /** Of whom it is, for whoever knows the whole address. */
    idOf(email: string): Promise<string | undefined>;
    /**
     * A new password, or being switched off, ends all sessions of the user. `by`: the user who does it. Rejects with GhostError
     * `conflict` where nobody would be left who may change users.
     */
    update(id: string, change: UserChange, by?: string | null): Promise<UserRow | undefined>;
    /** Removes the user's keys too, and the views that are not shared; usage_logs keeps what they used. The last who governs stays. */
    remove(id: string): Promise<boolean>;
  };
  readonly organisations: OrganisationStore;
  readonly teams: TeamStore;
  readonly roles: RoleStore;
  readonly serviceAccounts: ServiceAccountStore;
  /** Apart from the users, so that whoever reads those comes by no hash. */
  readonly credentials: {
    find(by: { readonly id: string } | { readonly email: string }): Promise<Credentials | undefined>;
  };
  readonly sessions: SessionStore;
  readonly secondFactors: SecondFactorStore;
  readonly passkeys: PasskeyStore;
  readonly passwordLinks: PasswordLinkStore;
  /** Issuers, and whom they know. */
  readonly signIn: SignInStore;
  /** What directories tell of users and groups. */
  readonly directory: DirectoryStore;
  readonly apiKeys: KeyStore;
  readonly providers: {
    create(provider: NewProvider): Promise<ProviderRow>;
    /** Absent: all of them. */
    list(ids?: readonly string[]): Promise<readonly ProviderRow[]>;
    find(id: string): Promise<ProviderRow | undefined>;
    update(id: string, change: ProviderChange): Promise<ProviderRow | undefined>;
    /** Removes the provider's models too. */
    remove(id: string): Promise<boolean>;
  };
  readonly models: {
    /** Adds those whose (provider, name) is new and leaves the others as they are. Answers how many were added. */
    add(models: readonly NewModel[]): Promise<number>;
    /** Absent: all of them. */
    list(ids?: readonly string[]): Promise<readonly ModelRow[]>;
    find(id: string): Promise<ModelRow | undefined>;
    update(id: string, change: ModelChange): Promise<ModelRow | undefined>;
    remove(id: string): Promise<boolean>;
  };
  readonly aliases: {
    /** One that is of a team has no name that everybody's has, and the other way round. */
    create(alias: NewAlias): Promise<AliasRow>;
    /** Null: all of them. Whoever reaches anything finds those that are everybody's, too. */
    list(ids: readonly string[] | null, reach: Reach): Promise<readonly AliasRow[]>;
    find(id: string, reach: Reach): Promise<AliasRow | undefined>;
    /** Everybody's are changed and removed by whoever reaches all. */
    update(id: string, change: AliasChange, reach: Reach): Promise<AliasRow | undefined>;
    remove(id: string, reach: Reach): Promise<boolean>;
  };
  /** What the configuration file declares. */
  readonly declared: DeclaredStore;
  /** What requests wait for, and what was decided of them. */
  readonly consents: ConsentStore;
  readonly guardrails: GuardrailStore;
  readonly usage: UsageStore;
  /** The texts of requests, where somebody has them stored. */
  readonly contents: ContentStore;
  readonly chats: ChatStore;
  readonly snapshot: SnapshotStore;
  readonly names: {
    find(ids: NameQuery): Promise<Names>;
  };
  readonly budgets: BudgetStore;
  readonly views: ViewStore;
  /** Who has done what. */
  readonly audit: AuditStore;
  /** What is stored about a person, and its erasure. */
  readonly erasures: ErasureStore;
  /** What has happened and is to be told. */
  readonly events: EventStore;
  readonly webhooks: WebhookStore;
  readonly reports: ReportStore;
  readonly backups: BackupRunStore;
  readonly spend: SpendStore;
  readonly windows: WindowStore;
  readonly imports: ImportStore;
  /** Whose the objects are that vendors keep. */
  readonly storedObjects: {
    /** Idempotent; of several words about one id the latest holds. */
    keep(objects: readonly OwnedObject[]): Promise<void>;
    /** The latest ones, oldest first. */
    latest(limit: number): Promise<readonly OwnedObject[]>;
    /** Forgets what is older than this (epoch ms), and the oldest where there are more than `most`. */
    prune(before: number, most: number): Promise<void>;
  };
  /** Called by control/instances only. */
  readonly instances: InstanceStore;
  /** Called by control/certificates only. */
  readonly certificates: CertificateStore;
  /** Called by control/leases only. */
  readonly leases: LeaseStore;
  readonly sealedValues: SealedValueStore;
  readonly units: UnitStore;
  readonly versions: VersionStore;
  /** Called by control/http only. */
  readonly idempotencyKeys: IdempotencyKeyStore;
  readonly settings: {
    get(name: string): Promise<string | undefined>;
    set(name: string, value: string): Promise<void>;
    /** Sets the value only where it still is `expected` (undefined: there is none). False: somebody else was faster. */
    replace(name: string, expected: string | undefined, value: string): Promise<boolean>;
  };
  /** What other servers on this database tell; null: there are none. */
  readonly news: News | null;
  /** Tells them. They may not hear it. */
  tellNews(text: string): Promise<void>;
  /** How the copy is that reports and lists are read from; null: there is none. */
  replica(): ReplicaState | null;
  /** Something was changed, here or by another instance: from now on whoever reads finds it. */
  noteChange(): void;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Rejects also when somebody else keeps its tables locked. */
  probe(): Promise<void>;
  /** In bytes. */
  size(): Promise<number>;
  /** Runs something that may wait for the database no longer than this in all: then it rejects with `service_unavailable`. */
  within<Result>(ms: number, run: () => Promise<Result>): Promise<Result>;
  /** Waits for what others do with the database, within the bounds of whoever is running. */
  wait<Result>(work: Promise<Result>): Promise<Result>;
  /** Is this rejection the database's fault, which passes? */
  isUnavailable(error: unknown): boolean;
  /** Does it show that the database serves nobody at all? */
  isDown(error: unknown): boolean;
  close(): Promise<void>;
}
