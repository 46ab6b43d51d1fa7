export interface DeclaredTables {
  declared_objects: DeclaredObjectsTable;
}

export interface DeclaredObjectsTable {
  kind: string;
  object_id: string;
  /** In the file; of a model with its provider's before it. */
  name: string;
  /** `ghostllm.yaml:12`. */
  place: string;
}
