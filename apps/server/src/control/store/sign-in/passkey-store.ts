export interface PasskeyRow {
  readonly id: string;
  readonly userId: string;
  /** As its authenticator names it, in base64url; no other passkey has it. */
  readonly credentialId: string;
  /** COSE, in base64url. */
  readonly publicKey: string;
  /** The host that it is for: its authenticator signs for no other. */
  readonly rpId: string;
  readonly name: string;
  /** How often it has signed, as it says itself; 0 where it does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
  readonly isSynced: boolean;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

export type NewPasskey = Omit<PasskeyRow, "id" | "createdAt" | "lastUsedAt">;

/** What was signed. */
export interface UsedChallenge {
  readonly hash: string;
  /** Epoch ms: later ones are refused anyhow. */
  readonly expiresAt: number;
}

export interface PasskeyUse {
  readonly challenge: UsedChallenge;
  readonly counter: number;
  readonly isSynced: boolean;
}

export interface PasskeyStore {
  /** Oldest first. */
  list(userId: string): Promise<readonly PasskeyRow[]>;
  findByCredential(credentialId: string): Promise<PasskeyRow | undefined>;
  /** Rejects with GhostError `conflict` where the credential is known. Null where the challenge has been used. */
  create(passkey: NewPasskey, challenge: UsedChallenge): Promise<PasskeyRow | null>;
  rename(id: string, name: string, userId: string): Promise<PasskeyRow | undefined>;
  remove(id: string, userId: string): Promise<boolean>;
  /**
   * `replayed`: the challenge has been used. `behind`: the counter has not gone on, so that somebody has a copy of the passkey. Neither
   * changes anything.
   */
  use(id: string, use: PasskeyUse): Promise<"used" | "replayed" | "behind">;
}
