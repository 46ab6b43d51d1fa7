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
  /** Drawn for this entry; null of those from before there was one, and where somebody was erased from it. */
  salt: string | null;
  /** Of what it said of people, where somebody was erased from it. */
  personal_hash: string | null;
  /** The place of the entry that says so. */
  erased_in: number | null;
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
