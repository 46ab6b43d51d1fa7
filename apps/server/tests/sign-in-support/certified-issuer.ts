// An issuer that is none of ours: oidc-provider, a certified implementation, in this process.

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const client = { client_id: "ghostllm", client_secret: "a secret that the issuer made" };
const scopes = ["openid", "email", "profile", "groups", "offline_access"];
const accountId = "ada";

/** Whoever comes to its page signs in as Ada, and consents to all that is asked. */
export class CertifiedIssuer {
  /** Of Ada. */
  groups: readonly string[] = ["staff"];
  readonly client = client;
  readonly scopes = scopes;
  readonly #server: Server;
  #provider: Provider | null = null;
  #consoleUrl = "";

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<CertifiedIssuer> {
    const issuer = new CertifiedIssuer();
    await new Promise<void>((resolve) => issuer.#server.listen(0, "127.0.0.1", resolve));
    return issuer;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  /** The one client that it has is the console there. */
  async register(consoleUrl: string): Promise<void> {
    this.#consoleUrl = consoleUrl;
    await this.renewKeys();
  }

  async renewKeys(): Promise<void> {
    this.#provider = await this.#makeProvider();
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const provider = this.#provider;
    if (provider === null) throw new Error("nobody has registered");
    if (request.url?.startsWith("/interaction/") === true) void letIn(provider, request, response);
    else void provider.callback()(request, response);
  }

  async #makeProvider(): Promise<Provider> {
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const key = { ...(await exportJWK(privateKey)), kid: `key ${Math.random()}`, alg: "RS256", use: "sig" };
    return new Provider(this.url, {
      clients: [
        {
          ...client,
          redirect_uris: [`${this.#consoleUrl}/sign-in/return`],
          post_logout_redirect_uris: [`${this.#consoleUrl}/sign-in`],
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
        },
      ],
      jwks: { keys: [key] },
      scopes,
      claims: { email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
      conformIdTokenClaims: false,
      findAccount: async () => ({
        accountId,
        claims: async () => ({
          ...{ sub: accountId, email: "ada@example.com", email_verified: true, name: "Ada Lovelace" },
          groups: [...this.groups],
        }),
      }),
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
      issueRefreshToken: async () => true,
      rotateRefreshToken: true,
      pkce: { required: () => true },
      cookies: { keys: ["a key of the tests"] },
      ttl: { AccessToken: 60, IdToken: 300, Interaction: 300, Session: 300, Grant: 3_600 },
    });
  }
}

async function letIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const grant = new provider.Grant({ accountId, clientId: client.client_id });
  grant.addOIDCScope(scopes.join(" "));
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
}
