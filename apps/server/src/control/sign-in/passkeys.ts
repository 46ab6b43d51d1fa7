// Passkeys (WebAuthn): added by who has signed in, and signed in with by whoever has one, without a password and a code. Called by the
// resources `passkeys` and `signIn`. Invariant: what is signed counts once, at whatever instance, in the browser that has begun, for
// what it was begun for, and only where the device has verified its user.

import { isIP } from "node:net";
import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { Encryption } from "#control/encryption/encryption.ts";
import { switchedOff, WrongCredentials } from "#control/sessions/sessions.ts";
import type { PasskeyRow } from "#control/store/sign-in/passkey-store.ts";
import type { Store, UserRow } from "#control/store/store.ts";
import type { Clock } from "#domain/clock.ts";
import { ceremonyLifetimeMs, challengeOf, newCeremony, openCeremony, sealCeremony } from "./passkey-ceremony.ts";
import type { Purpose, Site } from "./passkey-ceremony.ts";
import { algorithms, verifyMade, verifySigned, type Signed } from "./webauthn.ts";

interface PasskeysOptions {
  readonly store: Pick<Store, "passkeys" | "users">;
  readonly encryption: Encryption;
  readonly clock: Clock;
  /** Where people reach this server; null where that is told by each page. */
  readonly publicUrl: string | null;
}

interface Begun<Options> {
  /** For the browser. */
  readonly options: Options;
  /** What it keeps until it answers. */
  readonly sealed: string;
}

interface Added {
  readonly userId: string;
  readonly name: string;
  readonly sealed: string | null;
  readonly credential: Parameters<typeof verifyMade>[0] & {
    readonly response: { readonly transports: readonly string[] };
  };
}

type CreationOptions = RouteAnswer<AdminRoutes["passkeys"]["begin"]>["options"];
type RequestOptions = RouteAnswer<AdminRoutes["signIn"]["beginPasskey"]>["options"];

const mostPasskeys = 20;

const notBegun = new GhostError(
  "invalid_request_error",
  "This was not begun in this browser, or more than five minutes ago, or it is done already. Begin anew.",
);
const notAccepted =
  "The passkey does not open this server, or not in this way: try it again, or sign in with a password";

export class Passkeys {
  readonly #options: PasskeysOptions;
  /** Whose pages alone may use passkeys; null: whichever the browser names. */
  readonly origin: string | null;

  constructor(options: PasskeysOptions) {
    this.#options = options;
    this.origin = options.publicUrl === null ? null : new URL(options.publicUrl).origin;
  }

  /** `origin` is that of the page. Rejects with GhostError. */
  async beginAdding({ id, email, username }: UserRow, origin: string | null): Promise<Begun<CreationOptions>> {
    const site = this.#siteOf(origin);
    const known = await this.#options.store.passkeys.list(id);
    if (known.length >= mostPasskeys)
      throw new GhostError("conflict", `There are ${mostPasskeys} passkeys already: remove one that is not needed`);
    const { challenge, sealed } = await this.#begin(site, "adding", id);
    const user = { id: handleOf(id), name: email, displayName: username };
    const options: CreationOptions = {
      ...{ challenge, rp: { id: site.rpId, name: "GhostLLM" }, user, timeout: ceremonyLifetimeMs },
      pubKeyCredParams: algorithms.map((alg) => ({ alg, type: "public-key" })),
      // Without a name typed, and so that the device knows who holds it.
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      excludeCredentials: known.filter(({ rpId }) => rpId === site.rpId).map(describe),
      attestation: "none",
    };
    return { options, sealed };
  }

  async add({ userId, name, sealed, credential }: Added): Promise<PasskeyRow> {
    const ceremony = await openCeremony(sealed, "adding", this.#options);
    if (ceremony === null || ceremony.userId !== userId) throw notBegun;
    const made = await verifyMade(credential, ceremony);
    if (made === null)
      throw new GhostError("invalid_request_error", "credential: It is no answer to what was begun here", {
        param: "credential",
      });
    const { rpId } = ceremony;
    const transports = credential.response.transports.filter((one) => /^[\w-]+$/.test(one));
    const row = { userId, name, rpId, transports, ...made };
    const passkey = await this.#options.store.passkeys.create(row, challengeOf(ceremony));
    if (passkey === null) throw notBegun;
    return passkey;
  }

  async beginSignIn(origin: string | null): Promise<Begun<RequestOptions>> {
    const { rpId, ...site } = this.#siteOf(origin);
    const { challenge, sealed } = await this.#begin({ rpId, ...site }, "sign-in", null);
    return { options: { challenge, rpId, userVerification: "required", timeout: ceremonyLifetimeMs }, sealed };
  }

  /** Whose passkey it is. Rejects with WrongCredentials where it proves nothing. */
  async signIn({ sealed, credential }: { readonly sealed: string | null; readonly credential: Signed }) {
    const ceremony = await openCeremony(sealed, "sign-in", this.#options);
    if (ceremony === null) throw notBegun;
    const { passkeys, users } = this.#options.store;
    const passkey = await passkeys.findByCredential(credential.id);
    const user = passkey === undefined ? undefined : await users.find(passkey.userId, "all");
    if (passkey === undefined || user === undefined) throw new WrongCredentials(null, notAccepted, "unknown");
    const isHis = credential.response.userHandle === handleOf(user.id);
    const isHere = passkey.rpId === ceremony.rpId;
    const signed = isHis && isHere ? await verifySigned(credential, ceremony, passkey) : null;
    if (signed === null) throw new WrongCredentials(user, notAccepted, "not_verified");
    if (!user.isActive) throw new GhostError("permission_denied", switchedOff);
    const outcome = await passkeys.use(passkey.id, { ...signed, challenge: challengeOf(ceremony) });
    if (outcome !== "used") throw new WrongCredentials(user, notAccepted, outcome);
    return user;
  }

  async #begin(site: Site, purpose: Purpose, userId: string | null) {
    const { encryption, clock } = this.#options;
    const ceremony = newCeremony(site, userId, clock);
    return { challenge: ceremony.challenge, sealed: await sealCeremony(ceremony, purpose, encryption) };
  }

  /** A browser lets no page use passkeys of another host than its own; nor does it take an address for one. */
  #siteOf(given: string | null): Site {
    if (given === null || !URL.canParse(given))
      throw new GhostError("permission_denied", "Passkeys are for browsers, which name the page that asks (Origin)");
    if (this.origin !== null && given !== this.origin)
      throw new GhostError("permission_denied", `Passkeys are for ${this.origin}: open the console there`);
    const { hostname } = new URL(given);
    if (hostname.startsWith("[") || isIP(hostname) !== 0)
      throw new GhostError("permission_denied", "Passkeys are for a name: open the console by one, not by an address");
    return { origin: given, rpId: hostname };
  }
}

/** By which an authenticator tells whose passkey it is: it tells nothing of him to anybody else. */
function handleOf(userId: string): string {
  return Buffer.from(userId, "utf8").toString("base64url");
}

function describe({ credentialId, transports }: PasskeyRow): CreationOptions["excludeCredentials"][number] {
  return { id: credentialId, type: "public-key", transports: [...transports] };
}
