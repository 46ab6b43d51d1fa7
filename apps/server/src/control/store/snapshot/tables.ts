// What has changed of that which snapshots are made of, as triggers note it.

export interface SnapshotChangesTable {
  mark: number;
  what: string;
  id: string;
  at: number;
}

export interface SnapshotChangesForgottenTable {
  forgotten: number;
}

export interface SnapshotTables {
  snapshot_changes: SnapshotChangesTable;
  snapshot_changes_forgotten: SnapshotChangesForgottenTable;
}
