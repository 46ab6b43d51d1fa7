// Tokens that the key of a service account buys: a statement signed with the key goes to the token endpoint that the key
// file names, and a token that is good for an hour comes back. https://www.rfc-editor.org/rfc/rfc7523
// Invariant: one fetch at a time for each key, and none while a token has still some time to go.

import { importPKCS8, SignJWT } from "jose";
import { z } from "zod";
import type { Clock } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";
import { decoded } from "./decoded-answer.ts";
import { readWhole } from "./read-whole.ts";
import { UpstreamFailure } from "./upstream.ts";
import type { UpstreamClient } from "./upstream.ts";

interface Sources {
  readonly client: UpstreamClient;
  readonly clock: Clock;
}

interface Token {
  readonly text: string;
  /** Epoch ms, from which on another one is fetched. */
  readonly freshUntil: number;
}

/** Of the key file; the rest of it does not matter here. */
const keyFile = z.object({
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string().optional(),
  token_uri: z.url().default("https://oauth2.googleapis.com/token"),
});

type KeyFile = z.infer<typeof keyFile>;

const answer = z.object({ access_token: z.string().min(1), expires_in: z.number().default(300) });
const refusal = z.object({ error: z.string().regex(/^[\w-]{1,60}$/) });

const statementSeconds = 3600;
/** A token that ends on its way to the vendor would be of no use. */
const marginMs = 60_000;
const timeoutMs = 10_000;
const maxAnswerBytes = 64 * 1024;
/** Old keys are forgotten when there are too many. */
const maxTokens = 1000;

export class ServiceAccountTokens {
  readonly #sources: Sources;
  readonly #tokens = new Map<string, Token>();
  readonly #fetches = new Map<string, Promise<string>>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** A promise where it must be fetched, which rejects with UpstreamFailure. */
  get(credential: Secret, scope: string): string | Promise<string> {
    const key = `${scope} ${credential.reveal()}`;
    const token = this.#tokens.get(key);
    if (token !== undefined && this.#sources.clock.monotonic() < token.freshUntil) return token.text;
    const running = this.#fetches.get(key);
    if (running !== undefined) return running;
    const fetching = this.#fetch(key, credential, scope).finally(() => this.#fetches.delete(key));
    this.#fetches.set(key, fetching);
    return fetching;
  }

  async #fetch(key: string, credential: Secret, scope: string): Promise<string> {
    const { clock } = this.#sources;
    const startedAt = clock.monotonic();
    const file = readKeyFile(credential);
    const statement = await signStatement(file, scope, Math.floor(clock.now() / 1000));
    const { access_token: text, expires_in: seconds } = await buyToken(this.#sources.client, file.token_uri, statement);
    if (this.#tokens.size >= maxTokens) this.#tokens.clear();
    this.#tokens.set(key, { text, freshUntil: startedAt + seconds * 1000 - marginMs });
    return text;
  }
}

function readKeyFile(credential: Secret): KeyFile {
  const file = keyFile.safeParse(parse(credential.reveal()));
  if (file.success) return file.data;
  throw new UpstreamFailure("credential", "the credential is no key file of a service account");
}

async function signStatement(file: KeyFile, scope: string, nowSeconds: number): Promise<string> {
  try {
    const key = await importPKCS8(file.private_key, "RS256");
    const { private_key_id: kid } = file;
    return await new SignJWT({ scope })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(kid !== undefined && { kid }) })
      .setIssuer(file.client_email)
      .setAudience(file.token_uri)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + statementSeconds)
      .sign(key);
  } catch {
    // What was thrown may quote the key.
    throw new UpstreamFailure("credential", "the private key of the service account cannot be used");
  }
}

async function buyToken(client: UpstreamClient, url: string, statement: string): Promise<z.infer<typeof answer>> {
  const { status, body } = await post(client, url, statement);
  const bought = answer.safeParse(body);
  if (status === 200 && bought.success) return bought.data;
  const refused = refusal.safeParse(body);
  const reason = refused.success ? ` (${refused.data.error})` : "";
  const kind = status >= 500 || status === 429 || status === 200 ? "broken" : "credential";
  throw new UpstreamFailure(kind, `no access token: the token endpoint answered ${status}${reason}`);
}

async function post(client: UpstreamClient, url: string, statement: string) {
  const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: statement };
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
    "accept-encoding": "identity",
  };
  const call = client.send({ method: "POST", url, headers, body: new URLSearchParams(form).toString() });
  const timer = setTimeout(() => call.abort(), timeoutMs);
  try {
    const came = decoded(await call.answer);
    const { body, complete } = await readWhole(came, maxAnswerBytes);
    if (!complete) call.abort();
    return { status: came.status, body: complete ? parse(body.toString("utf8")) : undefined };
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    const kind = error.kind === "aborted" ? "timeout" : error.kind;
    throw new UpstreamFailure(kind, `no access token: the token endpoint: ${error.message}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
