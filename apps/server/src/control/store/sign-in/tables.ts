// Who has signed in, and by which issuers one may.

export interface SessionsTable {
  id: string;
  user_id: string;
  /** How somebody has signed in. */
  method: string;
  address: string;
  user_agent: string;
  is_browser: number;
  created_at: number;
  /** To within a minute. */
  seen_at: number;
  expires_at: number;
  /** When its issuer is asked again; null where it is not. */
  refresh_at: number | null;
  has_factor: number;
}

export interface SignInMethodsTable {
  id: string;
  label: string;
  issuer: string;
  client_id: string;
  client_secret_enc: string | null;
  scopes: string;
  claims: string;
  trusts_email: number;
  provision_domains: string;
  group_roles: string;
  group_teams: string;
  default_role: string;
  is_active: number;
  created_at: number;
  updated_at: number;
}

export interface UserIdentitiesTable {
  issuer: string;
  subject: string;
  user_id: string;
  created_at: number;
}

export interface SessionGrantsTable {
  session_id: string;
  method_id: string;
  issuer: string;
  subject: string;
  id_token_enc: string;
  refresh_token_enc: string | null;
}

export interface SecondFactorsTable {
  user_id: string;
  secret_enc: string;
  confirmed_at: number | null;
  /** The last period whose code has counted. */
  last_step: number;
  created_at: number;
}

export interface RecoveryCodesTable {
  user_id: string;
  code_hash: string;
}

export interface PasskeysTable {
  id: string;
  user_id: string;
  credential_id: string;
  public_key: string;
  rp_id: string;
  name: string;
  counter: number;
  transports: string;
  is_synced: number;
  created_at: number;
  last_used_at: number | null;
}

/** Of passkeys, for as long as they would count. */
export interface UsedChallengesTable {
  challenge_hash: string;
  expires_at: number;
}

export interface PasswordLinksTable {
  user_id: string;
  token_hash: string;
  expires_at: number;
  created_at: number;
}

export interface SignInTables {
  sessions: SessionsTable;
  sign_in_methods: SignInMethodsTable;
  user_identities: UserIdentitiesTable;
  session_grants: SessionGrantsTable;
  second_factors: SecondFactorsTable;
  recovery_codes: RecoveryCodesTable;
  passkeys: PasskeysTable;
  used_challenges: UsedChallengesTable;
  password_links: PasswordLinksTable;
}
