// Certificates that an authority issues, and how it is asked for them.

export interface CertificatesTable {
  name: string;
  domains: string;
  directory: string;
  chain: string | null;
  key_enc: string | null;
  issued_at: number | null;
  order_url: string | null;
  order_key_enc: string | null;
  order_directory: string | null;
  asked_at: number | null;
  failures: number;
  next_attempt_at: number;
  last_error: string | null;
  last_error_at: number | null;
  version: number;
  updated_at: number;
}

export interface AcmeAccountsTable {
  directory: string;
  url: string | null;
  key_enc: string;
  email: string | null;
  created_at: number;
}

export interface AcmeChallengesTable {
  token: string;
  answer: string;
  expires_at: number;
}

export interface CertificateTables {
  certificates: CertificatesTable;
  acme_accounts: AcmeAccountsTable;
  acme_challenges: AcmeChallengesTable;
}
