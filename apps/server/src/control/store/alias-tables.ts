// The table of aliases, as those in tables.ts.

export interface AliasesTable {
  id: string;
  team_id: string | null;
  name: string;
  strategy: string;
  targets: string;
  policy: string | null;
  cache: string | null;
  rate_limit: string;
  budgets: string;
  created_at: number;
  updated_at: number;
}
