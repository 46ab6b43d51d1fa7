// What the store has for organisations, teams and who is in them.

import type { PromptPolicy, TeamRoleName } from "@ghostllm/contract";
import type { Reach } from "#domain/access/may.ts";
import type { Budget } from "#domain/budgets/budget.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import type { RateLimits } from "#domain/principal.ts";
import type { NamedPage } from "./page.ts";

export interface OrganisationRow {
  readonly id: string;
  readonly name: string;
  readonly limits: RateLimits;
  readonly budgetNanos: number | null;
  /** Beside that. */
  readonly budgets: readonly Budget[];
  readonly spentNanos: number;
  /** Null: no more than what others say whom its keys count by. */
  readonly privacy: PrivacyPolicy | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface TeamRow extends OrganisationRow {
  readonly organisationId: string | null;
  /** Patterns of what its keys may use; null is every model. */
  readonly models: readonly string[] | null;
  readonly members: number;
  /** That work. */
  readonly keys: number;
  readonly membersMakeKeys: boolean;
  /** Of the texts of requests, where a key says nothing of it. */
  readonly storePrompts: PromptPolicy;
}

export interface MemberRow {
  readonly userId: string;
  readonly email: string;
  readonly username: string;
  readonly role: TeamRoleName;
  readonly joinedAt: number;
}

export type NewOrganisation = Pick<OrganisationRow, "name" | "limits" | "budgetNanos"> &
  Partial<Pick<OrganisationRow, "budgets" | "privacy">>;
export type OrganisationChange = Partial<NewOrganisation>;
export type NewTeam = Pick<
  TeamRow,
  "organisationId" | "name" | "models" | "membersMakeKeys" | "limits" | "budgetNanos"
> &
  Partial<Pick<TeamRow, "budgets" | "privacy" | "storePrompts">>;
/** Its keys count by its organisation for as long as they live. */
export type TeamChange = Partial<Omit<NewTeam, "organisationId">>;

export interface TeamQuery extends NamedPage {
  readonly organisationId?: string;
  /** Who is in them. */
  readonly userId?: string;
}

/** As with the rest of the store, nothing is found beyond the reach of whoever asks. */
export interface OrganisationStore {
  create(organisation: NewOrganisation): Promise<OrganisationRow>;
  list(page: NamedPage, reach: Reach): Promise<readonly OrganisationRow[]>;
  find(id: string, reach: Reach): Promise<OrganisationRow | undefined>;
  update(id: string, change: OrganisationChange, reach: Reach): Promise<OrganisationRow | undefined>;
  /** Rejects with `conflict` where it has teams. */
  remove(id: string, reach: Reach): Promise<boolean>;
}

export interface TeamStore {
  create(team: NewTeam): Promise<TeamRow>;
  list(query: TeamQuery, reach: Reach): Promise<readonly TeamRow[]>;
  find(id: string, reach: Reach): Promise<TeamRow | undefined>;
  update(id: string, change: TeamChange, reach: Reach): Promise<TeamRow | undefined>;
  /** Rejects with `conflict` where keys of it work. */
  remove(id: string, reach: Reach): Promise<boolean>;
  /** A page goes by users. */
  members(id: string, page: NamedPage, reach: Reach): Promise<readonly MemberRow[]>;
  member(id: string, userId: string, reach: Reach): Promise<MemberRow | undefined>;
  addMember(id: string, member: Pick<MemberRow, "userId" | "role">): Promise<MemberRow>;
  updateMember(id: string, userId: string, role: TeamRoleName, reach: Reach): Promise<MemberRow | undefined>;
  /** Answers the ids of the user's own keys of the team, which are revoked by it; undefined where he is not in it. */
  removeMember(id: string, userId: string, reach: Reach): Promise<readonly string[] | undefined>;
}
