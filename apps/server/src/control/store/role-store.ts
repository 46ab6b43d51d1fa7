// What the store has for roles that operators have made, and what somebody may.

import type { Grants } from "@ghostllm/contract";
import type { Standing } from "#domain/access/actor.ts";

export interface RoleRow {
  readonly name: string;
  readonly description: string;
  readonly grants: Grants;
  /** How many users have it. */
  readonly users: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewRole = Pick<RoleRow, "name" | "description" | "grants">;
export type RoleChange = Partial<Omit<NewRole, "name">>;

/** Roles belong to the installation. */
export interface RoleStore {
  create(role: NewRole): Promise<RoleRow>;
  /** By name. */
  list(): Promise<readonly RoleRow[]>;
  find(name: string): Promise<RoleRow | undefined>;
  update(name: string, change: RoleChange): Promise<RoleRow | undefined>;
  /** Rejects with `conflict` where a user has it. */
  remove(name: string): Promise<boolean>;
  /** How many users have each role that somebody has, whoever made it. */
  counts(): Promise<ReadonlyMap<string, number>>;
  /** What a user may: by his role and by the teams he is in. `anybody`: also one who is switched off. */
  standing(userId: string, whoever?: "active" | "anybody"): Promise<Standing | undefined>;
}
