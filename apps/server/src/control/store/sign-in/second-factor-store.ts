export interface SecondFactorRow {
  readonly userId: string;
  /** Envelope-encrypted. */
  readonly secretEncrypted: string;
  /** Null until its user has shown that his app has the secret. */
  readonly confirmedAt: number | null;
  /** Of recovery codes that have not been used. */
  readonly recoveryCodes: number;
}

export interface SecondFactorStore {
  find(userId: string): Promise<SecondFactorRow | undefined>;
  /** In place of one that was not confirmed. False where there is one that was. */
  begin(userId: string, secretEncrypted: string): Promise<boolean>;
  /** False where it is confirmed already, or gone. */
  confirm(userId: string, step: number, recoveryHashes: readonly string[]): Promise<boolean>;
  /** A step counts once, and none before it. */
  useStep(userId: string, step: number): Promise<boolean>;
  useRecoveryCode(userId: string, hash: string): Promise<boolean>;
  remove(userId: string): Promise<boolean>;
}
