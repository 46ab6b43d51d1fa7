// An issuer (OpenID Connect) that does what its script says, the forbidden included: real ones do not forge.

import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWK } from "jose";

type Claims = Readonly<Record<string, unknown>>;

/** What is wrong with the next tokens. */
export interface Forgery {
  readonly claims?: Claims;
  readonly alg?: "none" | "HS256";
  /** Signed with a key that was never published. */
  readonly isUnpublished?: boolean;
}

interface Code {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirectUri: string;
}

interface Keys {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export const client = { id: "ghostllm", secret: "a secret of the client" };

const asJson = { "content-type": "application/json" };

async function makeKeys(): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: randomUUID(), alg: "RS256", use: "sig" } };
}

export class FakeIssuer {
  url = "";
  /** Of who signs in next. */
  claims: Claims = {};
  /** Of the answer about the user; null: there is no such endpoint. */
  userinfo: Claims | null = null;
  forgery: Forgery = {};
  /** Over what the issuer would tell of itself. */
  metadata: Claims = {};
  /** Answered in place of tokens. */
  refusal: { readonly status: number; readonly body: Claims } | null = null;
  refreshTokens = false;
  readonly asked: { readonly path: string; readonly form: URLSearchParams }[] = [];
  readonly #codes = new Map<string, Code>();
  #refreshToken = "";
  #keys: Keys;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  private constructor(keys: Keys) {
    this.#keys = keys;
  }

  static async start(): Promise<FakeIssuer> {
    const issuer = new FakeIssuer(await makeKeys());
    await new Promise<void>((resolve) => issuer.#server.listen(0, "127.0.0.1", resolve));
    const address = issuer.#server.address();
    if (address === null || typeof address === "string") throw new Error("No port");
    issuer.url = `http://127.0.0.1:${address.port}`;
    return issuer;
  }

  async rotateKeys(): Promise<void> {
    this.#keys = await makeKeys();
  }

  /** What its page does when somebody has signed in there: answers where it leads the browser. */
  authorize(url: string, changed: Readonly<Record<string, string | null>> = {}): string {
    const { searchParams: asked } = new URL(url);
    const code = randomUUID();
    const redirectUri = asked.get("redirect_uri") ?? "";
    const [challenge, nonce] = [asked.get("code_challenge") ?? "", asked.get("nonce") ?? ""];
    this.#codes.set(code, { challenge, nonce, redirectUri });
    const back = new URL(redirectUri);
    const parameters = { code, state: asked.get("state"), iss: this.url, ...changed };
    for (const [name, value] of Object.entries(parameters)) if (value !== null) back.searchParams.set(name, value);
    return back.href;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const form = new URLSearchParams(await text(request));
    this.asked.push({ path, form });
    const answers: Readonly<Record<string, () => Promise<readonly [number, unknown]>>> = {
      "/.well-known/openid-configuration": async () => [200, { ...this.#about(), ...this.metadata }],
      "/keys": async () => [200, { keys: [this.#keys.jwk] }],
      "/userinfo": async () => [200, this.userinfo],
      "/token": () => this.#tokens(request, form),
    };
    const [status, body] = (await answers[path]?.()) ?? [404, { error: "not_found" }];
    response.writeHead(status, asJson).end(JSON.stringify(body));
  }

  #about(): Claims {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      jwks_uri: `${this.url}/keys`,
      end_session_endpoint: `${this.url}/logout`,
      ...(this.userinfo !== null && { userinfo_endpoint: `${this.url}/userinfo` }),
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      authorization_response_iss_parameter_supported: true,
    };
  }

  async #tokens({ headers }: IncomingMessage, form: URLSearchParams): Promise<readonly [number, unknown]> {
    if (this.refusal !== null) return [this.refusal.status, this.refusal.body];
    if (
      headers.authorization !==
      `Basic ${btoa(`${client.id}:${encodeURIComponent(client.secret).replaceAll("%20", "+")}`)}`
    )
      return [401, { error: "invalid_client" }];
    if (form.get("grant_type") === "refresh_token") return this.#refreshed(form);
    const name = form.get("code") ?? "";
    const code = this.#codes.get(name);
    this.#codes.delete(name);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isRight = code?.challenge === challenge && code.redirectUri === form.get("redirect_uri");
    return code !== undefined && isRight ? [200, await this.#granted(code.nonce)] : [400, { error: "invalid_grant" }];
  }

  /** Each counts once. */
  async #refreshed(form: URLSearchParams): Promise<readonly [number, unknown]> {
    if (form.get("refresh_token") !== this.#refreshToken) return [400, { error: "invalid_grant" }];
    return [200, await this.#granted(undefined)];
  }

  async #granted(nonce: string | undefined) {
    this.#refreshToken = randomUUID();
    return {
      ...{ access_token: "an access token", token_type: "Bearer", expires_in: 60 },
      id_token: await this.#idToken({ ...this.claims, ...(nonce !== undefined && { nonce }), ...this.forgery.claims }),
      ...(this.refreshTokens && { refresh_token: this.#refreshToken }),
    };
  }

  async #idToken(claims: Claims): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: this.url, aud: client.id, sub: "subject", iat: now, exp: now + 300, ...claims };
    const { jwk, privateKey } = this.#keys;
    const kid = jwk.kid ?? "";
    if (this.forgery.alg === "none") {
      const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${part({ alg: "none", kid })}.${part(payload)}.`;
    }
    const token = new SignJWT(payload);
    // What everybody knows, taken for a shared secret.
    if (this.forgery.alg === "HS256")
      return token.setProtectedHeader({ alg: "HS256", kid }).sign(Buffer.from(JSON.stringify(jwk)));
    const key = this.forgery.isUnpublished === true ? (await makeKeys()).privateKey : privateKey;
    return token.setProtectedHeader({ alg: "RS256", kid }).sign(key);
  }
}
