// Passkeys as the browser has them (WebAuthn). Invariant: what it keeps stays in it; a page sees what was signed, and no key.

type CreationOptions = Parameters<typeof PublicKeyCredential.parseCreationOptionsFromJSON>[0];
type RequestOptions = Parameters<typeof PublicKeyCredential.parseRequestOptionsFromJSON>[0];

/** Browsers take no address for a name, and let no page use passkeys that came without encryption. `origin`: the server's, where it has one. */
export function canUsePasskeys(origin: string | null): boolean {
  const isAddress = /^\[|^\d+(?:\.\d+){3}$/.test(location.hostname);
  const isHere = origin === null || origin === location.origin;
  const isKnown = "PublicKeyCredential" in window && "parseCreationOptionsFromJSON" in PublicKeyCredential;
  return window.isSecureContext && isKnown && isHere && !isAddress;
}

/** Rejects with words for who wanted it. */
export async function makePasskey(options: CreationOptions) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = await navigator.credentials.create({ publicKey }).catch(explain);
  const response = made instanceof PublicKeyCredential ? made.response : null;
  if (!(made instanceof PublicKeyCredential) || !(response instanceof AuthenticatorAttestationResponse))
    throw new Error(nothingCame);
  return {
    ...toldOf(made),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

/** Rejects with words for who wanted it. */
export async function signWithPasskey(options: RequestOptions) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const signed = await navigator.credentials.get({ publicKey }).catch(explain);
  const response = signed instanceof PublicKeyCredential ? signed.response : null;
  if (!(signed instanceof PublicKeyCredential) || !(response instanceof AuthenticatorAssertionResponse))
    throw new Error(nothingCame);
  const { userHandle } = response;
  return {
    ...toldOf(signed),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      ...(userHandle !== null && { userHandle: toText(userHandle) }),
    },
  };
}

const nothingCame = "No passkey was used: it was called off, took too long, or there is none for this page here.";

/** Browsers say little, so that pages learn nothing of who is there. */
function explain(error: unknown): never {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") throw new Error("This device has a passkey of yours already.");
  if (name === "NotAllowedError" || name === "AbortError") throw new Error(nothingCame);
  throw error;
}

function toldOf({ id }: PublicKeyCredential) {
  return { id, rawId: id, type: "public-key" as const };
}

/** Base64url, without padding. */
function toText(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
