// Which objects the configuration file declares. Written by control/declared; read by whoever shows or changes such an object.

export const declarableKinds = ["provider", "model", "alias", "team", "key"] as const;

export type DeclarableKind = (typeof declarableKinds)[number];

export interface DeclaredObject {
  readonly kind: DeclarableKind;
  readonly id: string;
  /** In the file; of a model with its provider's before it. */
  readonly name: string;
  /** Where it stands: `ghostllm.yaml:12`. */
  readonly place: string;
}

export interface DeclaredStore {
  list(): Promise<readonly DeclaredObject[]>;
  /** By the ids of the objects. */
  places(kind: DeclarableKind): Promise<ReadonlyMap<string, string>>;
  /** Undefined where the object is an operator's. */
  placeOf(kind: string, id: string): Promise<string | undefined>;
  keep(object: DeclaredObject): Promise<void>;
  forget(object: Pick<DeclaredObject, "kind" | "id">): Promise<void>;
}
