// Policies that hold requests, and the requests that they have held.

export interface ConsentPoliciesTable {
  id: string;
  name: string;
  /** At most one of the three; none: it holds for everybody. */
  key_id: string | null;
  user_id: string | null;
  team_id: string | null;
  conditions: string;
  valid_ms: number;
  is_active: number;
  created_at: number;
  updated_at: number;
}

export interface ConsentRequestsTable {
  id: string;
  key_id: string;
  user_id: string;
  team_id: string | null;
  fingerprint: string;
  model: string;
  operation: string;
  dialect: string;
  cost: number | null;
  prompt_tokens: number;
  found: string;
  policies: string;
  valid_ms: number;
  status: string;
  /** The same request of the key is answered by it. */
  is_open: number;
  /** That asked first. */
  request_id: string;
  ends_at: number;
  decided_at: number | null;
  decided_by: string | null;
  note: string;
  used_at: number | null;
  used_by: string | null;
  created_at: number;
}

export interface ConsentTables {
  consent_policies: ConsentPoliciesTable;
  consent_requests: ConsentRequestsTable;
}
