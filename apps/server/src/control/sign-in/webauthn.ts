// What browsers answer with passkeys, verified by a library that knows WebAuthn. It is loaded when somebody uses one for the first time:
// whoever has none saves 27 MB (docs/decisions/0059).

import type { Ceremony } from "./passkey-ceremony.ts";

interface Made {
  readonly id: string;
  readonly rawId: string;
  readonly type: "public-key";
  readonly clientExtensionResults: object;
  readonly response: { readonly clientDataJSON: string; readonly attestationObject: string };
}

export interface Signed {
  readonly id: string;
  readonly rawId: string;
  readonly type: "public-key";
  readonly clientExtensionResults: object;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null | undefined;
  };
}

interface VerifiedCredential {
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly isSynced: boolean;
}

/** ES256, EdDSA and RS256: what authenticators make. */
export const algorithms = [-7, -8, -257] as const;

const load = () => import("@simplewebauthn/server");

/** Null where it is not what was asked for. Which maker's device it is, nobody asks: any attestation is taken for none. */
export async function verifyMade(credential: Made, ceremony: Ceremony): Promise<VerifiedCredential | null> {
  const { verifyRegistrationResponse } = await load();
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      ...{ response: { ...credential, clientExtensionResults: {} }, ...expectedBy(ceremony) },
      ...{ requireUserVerification: true, supportedAlgorithmIDs: [...algorithms] },
    });
    if (registrationInfo === undefined) return null;
    const { id, publicKey, counter } = registrationInfo.credential;
    const isSynced = registrationInfo.credentialBackedUp;
    return { credentialId: id, publicKey: Buffer.from(publicKey).toString("base64url"), counter, isSynced };
  } catch {
    // Its words quote what was sent.
    return null;
  }
}

/** Null where the signature, or what was signed, is not what was asked for. */
export async function verifySigned(
  { response, ...credential }: Signed,
  ceremony: Ceremony,
  { credentialId, publicKey }: Pick<VerifiedCredential, "credentialId" | "publicKey">,
): Promise<Pick<VerifiedCredential, "counter" | "isSynced"> | null> {
  const { verifyAuthenticationResponse } = await load();
  const { userHandle, ...signed } = response;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...{ ...credential, clientExtensionResults: {} },
        response: { ...signed, ...(typeof userHandle === "string" && { userHandle }) },
      },
      ...{ ...expectedBy(ceremony), requireUserVerification: true },
      // Whether it has gone on, the store says, in the statement that writes it down.
      credential: { id: credentialId, publicKey: new Uint8Array(Buffer.from(publicKey, "base64url")), counter: 0 },
    });
    if (!verified) return null;
    return { counter: authenticationInfo.newCounter, isSynced: authenticationInfo.credentialBackedUp };
  } catch {
    return null;
  }
}

function expectedBy({ challenge, origin, rpId }: Ceremony) {
  return { expectedChallenge: challenge, expectedOrigin: origin, expectedRPID: rpId };
}
