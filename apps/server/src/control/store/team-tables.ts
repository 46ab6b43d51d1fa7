// The tables of roles, organisations and teams, as those in tables.ts.

export interface RolesTable {
  name: string;
  description: string;
  grants: string;
  created_at: number;
  updated_at: number;
}

export interface OrganisationsTable {
  id: string;
  name: string;
  rate_limit: string;
  budget_limit: number | null;
  budgets: string;
  privacy: string | null;
  created_at: number;
  updated_at: number;
}

export interface TeamsTable {
  id: string;
  organisation_id: string | null;
  name: string;
  models: string;
  members_make_keys: number;
  rate_limit: string;
  budget_limit: number | null;
  budgets: string;
  privacy: string | null;
  store_prompts: string | null;
  created_at: number;
  updated_at: number;
}

export interface TeamMembersTable {
  team_id: string;
  user_id: string;
  role: string;
  created_at: number;
}
