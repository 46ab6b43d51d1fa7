// What the store has for accounts that hold keys of a team and are no people.

import type { Reach } from "#domain/access/may.ts";
import type { RateLimits } from "#domain/principal.ts";
import type { NamedPage } from "./page.ts";

export interface ServiceAccountRow {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly limits: RateLimits;
  readonly budgetNanos: number | null;
  readonly spentNanos: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewServiceAccount = Pick<ServiceAccountRow, "teamId" | "name" | "limits" | "budgetNanos">;
export type ServiceAccountChange = Partial<Omit<NewServiceAccount, "teamId"> & Pick<ServiceAccountRow, "isActive">>;

/** As with the rest of the store, nothing is found beyond the reach of whoever asks. */
export interface ServiceAccountStore {
  create(account: NewServiceAccount): Promise<ServiceAccountRow>;
  list(
    query: NamedPage & { readonly teamId?: string; readonly isActive?: boolean },
    reach: Reach,
  ): Promise<readonly ServiceAccountRow[]>;
  find(id: string, reach: Reach): Promise<ServiceAccountRow | undefined>;
  update(id: string, change: ServiceAccountChange, reach: Reach): Promise<ServiceAccountRow | undefined>;
  /** Removes its keys too. */
  remove(id: string, reach: Reach): Promise<boolean>;
  /** The id of the account of the team itself, which is made, with these limits, where there is none yet. */
  ofTeam(teamId: string, limits: RateLimits): Promise<string>;
}
