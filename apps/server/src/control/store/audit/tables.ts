// Who has done what, and where the log of it ends.

export interface AuditLogTable {
  sequence: number;
  id: string;
  happened_at: number;
  action: string;
  outcome: string;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string;
  actor_user_id: string | null;
  object_kind: string | null;
  object_id: string | null;
  object_name: string | null;
  address: string;
  user_agent: string;
  request_id: string | null;
  route: string | null;
  changes: string;
  details: string;
  hash: string;
}

export interface AuditHeadTable {
  name: string;
  last: number;
  hash: string;
  /** The place of the last entry that is not kept any more. */
  cut: number;
  cut_hash: string;
}

export interface AuditTables {
  audit_log: AuditLogTable;
  audit_head: AuditHeadTable;
}
