import type { EventDraft } from "#domain/event.ts";

export interface CertificateRow {
  readonly name: string;
  /** For which it was issued. */
  readonly domains: readonly string[];
  /** URL of the directory of the authority that has issued it. */
  readonly directory: string;
  /** In PEM, with its issuers behind it; null until there is one. */
  readonly chain: string | null;
  readonly keyEncrypted: string | null;
  /** Epoch ms, as are all of these. */
  readonly issuedAt: number | null;
  /** What an authority has been asked for and not yet given. */
  readonly order: CertificateOrder | null;
  /** Since when somebody wants another; null where nobody does. */
  readonly askedAt: number | null;
  /** In a row. */
  readonly failures: number;
  /** Not before then; 0 where nothing stands in the way. */
  readonly nextAttemptAt: number;
  readonly lastError: string | null;
  readonly lastErrorAt: number | null;
  /** Another one for each certificate that was issued. */
  readonly version: number;
}

export interface CertificateOrder {
  readonly url: string;
  readonly keyEncrypted: string;
  /** Whose it is. */
  readonly directory: string;
}

export type CertificateChange = Partial<Omit<CertificateRow, "name">>;

export interface AccountRow {
  readonly directory: string;
  /** By which the authority knows it; null until it has been told of it. */
  readonly url: string | null;
  readonly keyEncrypted: string;
  readonly email: string | null;
}

/** What an authority finds at a path of a name, where it is to see whose the name is. */
export interface ChallengeRow {
  readonly token: string;
  readonly answer: string;
  readonly expiresAt: number;
}

export interface CertificateStore {
  find(name: string): Promise<CertificateRow | undefined>;
  /** Of several at the same time the first one stays, which is answered. */
  add(name: string, certificate: CertificateChange): Promise<CertificateRow>;
  /** Makes the row where there is none, and tells what has happened in the same transaction. */
  change(name: string, change: CertificateChange, events?: readonly EventDraft[]): Promise<CertificateRow>;
  account(directory: string): Promise<AccountRow | undefined>;
  /** Of several at the same time the first one stays, which is answered. */
  addAccount(account: AccountRow): Promise<AccountRow>;
  changeAccount(directory: string, change: Pick<AccountRow, "url" | "email">): Promise<void>;
  addChallenge(challenge: ChallengeRow): Promise<void>;
  /** Those that are still to be found. */
  challenges(): Promise<readonly ChallengeRow[]>;
  /** And those whose time is over. */
  removeChallenges(tokens: readonly string[]): Promise<void>;
}
