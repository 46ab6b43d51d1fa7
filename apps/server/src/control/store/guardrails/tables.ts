// What is looked for in requests and answers.

export interface GuardrailsTable {
  id: string;
  name: string;
  /** At most one of the three; none: it holds for everybody. */
  key_id: string | null;
  user_id: string | null;
  team_id: string | null;
  models: string | null;
  stage: string;
  check_settings: string;
  secret_enc: string | null;
  action: string;
  replacement: string;
  on_failure: string;
  deadline_ms: number;
  is_active: number;
  created_at: number;
  updated_at: number;
}

export interface GuardrailTables {
  guardrails: GuardrailsTable;
}
