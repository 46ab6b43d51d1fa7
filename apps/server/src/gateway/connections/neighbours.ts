/** What one address or one key has a share of. */
export type SharedKind = "connectionsOfAddress" | "bytesOfKey" | "bytesOfAddress";

/** What one gateway has at the moment. */
export interface GatewayLoad {
  readonly connections: number;
  readonly heldBytes: number;
}

/** Gateways in other threads of the same server, with whom this one shares what the server may hold, and its clients. */
export interface Neighbours {
  /** Of theirs that are open. */
  readonly connections: number;
  /** By theirs. */
  readonly heldBytes: number;
  /** They are to know how much is held here. */
  tellHeldBytes(bytes: number): void;
  /** What is there of one address or key. */
  shareElsewhere(kind: SharedKind, name: string): number;
  tellShare(kind: SharedKind, name: string, difference: number): void;
  /** All gateways of the server, this one among them. */
  all(): readonly GatewayLoad[];
  /** Told once how to ask for the number of connections that are open here. */
  watchConnections(read: () => number): void;
  /** True where the client of an answer should come with its next request by a new connection, perhaps to one of them. */
  sendsAway(): boolean;
}
