// Clients of issuers, made of what these tell of themselves. Whatever is asked goes through `ask`, which asks nobody whom the rules of
// egress rule out. Invariant: an ID token counts only with the signature of a key that its issuer has published.

import * as openid from "openid-client";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { SignInMethodRow } from "#control/store/sign-in/sign-in-store.ts";
import type { Clock } from "#domain/clock.ts";
import type { AskWeb } from "./ask-web.ts";
import { isOfThisMachine } from "./issuer-url.ts";

interface Known {
  readonly metadata: openid.ServerMetadata;
  readonly readAt: number;
  keys: openid.ExportedJWKSCache | null;
}

interface IssuerClientsOptions {
  readonly ask: AskWeb;
  readonly encryption: Encryption;
  readonly clock: Clock;
}

const metadataForMs = 10 * 60 * 1000;
const timeoutSeconds = 5;
/** How far the clocks of both may be apart. */
const toleranceSeconds = 60;
/** Keys that are said to be so old are read anew where one is missing: an issuer may have changed them at this moment. */
const saidAgeSeconds = 60;

export class IssuerClients {
  readonly #options: IssuerClientsOptions;
  readonly #known = new Map<string, Known>();

  constructor(options: IssuerClientsOptions) {
    this.#options = options;
  }

  /** Rejects where the issuer does not answer, or names itself otherwise. */
  async of(method: SignInMethodRow): Promise<openid.Configuration> {
    const known = this.#recall(method.issuer) ?? (await this.discover(method.issuer));
    const authentication = await this.#authenticationOf(method, known.metadata);
    const metadata = { [openid.clockTolerance]: toleranceSeconds };
    const client = new openid.Configuration(known.metadata, method.clientId, metadata, authentication);
    client[openid.customFetch] = this.#fetch;
    client.timeout = timeoutSeconds;
    openid.enableNonRepudiationChecks(client);
    if (isOfThisMachine(new URL(method.issuer))) openid.allowInsecureRequests(client);
    const { keys } = known;
    if (keys !== null) openid.setJwksCache(client, { ...keys, uat: keys.uat - saidAgeSeconds });
    return client;
  }

  /** Reads anew what an issuer tells of itself. */
  async discover(issuer: string): Promise<Known> {
    const url = new URL(issuer);
    const found = await openid.discovery(url, "ghostllm", undefined, openid.None(), {
      [openid.customFetch]: this.#fetch,
      timeout: timeoutSeconds,
      execute: isOfThisMachine(url) ? [openid.allowInsecureRequests] : [],
    });
    const known = { metadata: found.serverMetadata(), readAt: this.#options.clock.monotonic(), keys: null };
    this.#known.set(issuer, known);
    return known;
  }

  /** Remembers the keys that a client has read. */
  keepKeys({ issuer }: SignInMethodRow, client: openid.Configuration): void {
    const [known, keys] = [this.#known.get(issuer), openid.getJwksCache(client)];
    if (known === undefined || keys === undefined) return;
    if (known.keys === null || keys.uat > known.keys.uat - saidAgeSeconds) known.keys = keys;
  }

  #recall(issuer: string): Known | undefined {
    const known = this.#known.get(issuer);
    return known !== undefined && this.#options.clock.monotonic() - known.readAt < metadataForMs ? known : undefined;
  }

  async #authenticationOf(
    { id, clientSecretEncrypted }: SignInMethodRow,
    { token_endpoint_auth_methods_supported: supported = ["client_secret_basic"] }: openid.ServerMetadata,
  ): Promise<openid.ClientAuth> {
    if (clientSecretEncrypted === null) return openid.None();
    const secret = (await this.#options.encryption.open(clientSecretEncrypted, methodBinding(id))).reveal();
    return supported.includes("client_secret_basic")
      ? openid.ClientSecretBasic(secret)
      : openid.ClientSecretPost(secret);
  }

  readonly #fetch: openid.CustomFetch = async (url, { method, headers, body }) => {
    const request = { method: method === "POST" ? "POST" : "GET", url, headers, body: textOf(body) } as const;
    const answer = await this.#options.ask({ ...request, timeoutMs: timeoutSeconds * 1000 });
    return new Response(answer.body === "" ? null : answer.body, { status: answer.status, headers: answer.headers });
  };
}

/** Of the client's secret. */
export function methodBinding(methodId: string): string {
  return `sign-in method ${methodId}`;
}

function textOf(body: openid.FetchBody): string | null {
  if (body === null || body === undefined) return null;
  if (typeof body === "string" || body instanceof URLSearchParams) return body.toString();
  throw new Error("Issuers are sent forms alone");
}
