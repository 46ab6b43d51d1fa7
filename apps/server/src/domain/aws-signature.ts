// AWS Signature Version 4 over a request whose body is known. Called for vendors and for the service that keeps keys.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

import { createHmac, hash } from "node:crypto";
import { Secret } from "./secret.ts";

/** Names of headers are in lower case. */
export interface SignableRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

export interface SigningKey {
  readonly id: string;
  readonly secret: Secret;
  /** Of a session, which ends some time. */
  readonly sessionToken: Secret | null;
}

/** `ID:SECRET` or `ID:SECRET:SESSION`; null for a credential of another form. */
export function parseSigningKey(credential: Secret): SigningKey | null {
  const [id = "", secret = "", sessionToken = "", ...others] = credential.reveal().trim().split(":");
  if (!/^[A-Z0-9]{16,128}$/.test(id) || secret === "" || others.length > 0) return null;
  return { id, secret: new Secret(secret), sessionToken: sessionToken === "" ? null : new Secret(sessionToken) };
}

export interface Signing {
  readonly key: SigningKey;
  readonly service: string;
  readonly region: string;
  /** Epoch ms. */
  readonly now: number;
}

/** What proxies on the way may change is not signed. */
const signedHeaders: ReadonlySet<string> = new Set(["content-type", "host"]);

function isSigned(header: string): boolean {
  return signedHeaders.has(header) || header.startsWith("x-amz-");
}

export function signRequest<Request extends SignableRequest>(
  request: Request,
  { key, service, region, now }: Signing,
): Request {
  const url = new URL(request.url);
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const added = {
    "x-amz-date": time,
    ...(key.sessionToken !== null && { "x-amz-security-token": key.sessionToken.reveal() }),
  };
  const headers = Object.entries({ ...request.headers, ...added, host: url.host })
    .filter(([name]) => isSigned(name))
    .toSorted(([left], [right]) => compare(left, right));
  const names = headers.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    encodePath(url.pathname),
    canonicalQuery(url.searchParams),
    ...headers.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, " ")}`),
    "",
    names,
    hash("sha256", request.body ?? ""),
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, scope, hash("sha256", canonical)].join("\n");
  const signature = hmac(deriveKey(key.secret, scope), text).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.id}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...request, headers: { ...request.headers, ...added, authorization } };
}

function deriveKey(secret: Secret, scope: string): Buffer {
  return scope.split("/").reduce<Buffer>(hmac, Buffer.from(`AWS4${secret.reveal()}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** All services but S3 sign a path that is encoded once more than the one that is sent. */
function encodePath(path: string): string {
  return path.split("/").map(encode).join("/");
}

function canonicalQuery(query: URLSearchParams): string {
  const pairs = [...query].map(([name, value]): [string, string] => [encode(name), encode(value)]);
  return pairs
    .toSorted(([left, leftValue], [right, rightValue]) => compare(left, right) || compare(leftValue, rightValue))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** Everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
