import type { TokenEndpointResponse } from "openid-client";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { SessionGrant } from "#control/store/sign-in/sign-in-store.ts";
import type { Store } from "#control/store/store.ts";
import { Secret } from "#domain/secret.ts";

interface Keeping {
  readonly store: Pick<Store, "signIn">;
  readonly encryption: Encryption;
}

type Kept = Omit<SessionGrant, "idTokenEncrypted" | "refreshTokenEncrypted"> & Partial<SessionGrant>;

/** What an issuer has given for a session, sealed. What it does not give anew stays. */
export async function keepTokens(
  { store, encryption }: Keeping,
  grant: Kept,
  { id_token: idToken, refresh_token: refreshToken }: TokenEndpointResponse,
): Promise<void> {
  const seal = (text: string): Promise<string> => encryption.seal(new Secret(text), grantBinding(grant.sessionId));
  await store.signIn.keepGrant({
    ...grant,
    idTokenEncrypted: idToken === undefined ? (grant.idTokenEncrypted ?? (await seal(""))) : await seal(idToken),
    refreshTokenEncrypted:
      refreshToken === undefined ? (grant.refreshTokenEncrypted ?? null) : await seal(refreshToken),
  });
}

export function grantBinding(sessionId: string): string {
  return `session ${sessionId}`;
}
