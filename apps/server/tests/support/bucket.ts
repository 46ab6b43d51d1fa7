// A bucket that keeps in memory what is put into it, and is strict: it answers only who has signed his request rightly (AWS Signature
// Version 4, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), and takes no body whose hash
// is not the one that was signed.

import { createHash, createHmac, hash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface Bucket {
  readonly endpoint: string;
  readonly name: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secret: string;
  readonly objects: Map<string, Buffer>;
  /** What was refused, and why. */
  readonly refused: readonly string[];
  /** So many of the next requests are answered with 503. */
  failNext(requests: number): void;
  close(): Promise<void>;
}

const name = "backups";
const region = "eu-test-1";
const accessKeyId = "AKIATEST";
const secret = "a secret/with+signs=";
const mostKeys = 20;

const sha256 = (value: string | Buffer): string => createHash("sha256").update(value).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

interface Answer {
  readonly status: number;
  readonly body?: Buffer | string;
}

const refusal = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

export async function startBucket(): Promise<Bucket> {
  const objects = new Map<string, Buffer>();
  const refused: string[] = [];
  let failures = 0;
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const fault = faultOf(request, body);
      if (fault !== null) refused.push(fault);
      const answer =
        failures > 0 ? refusal(503, "SlowDown") : fault === null ? act(objects, request, body) : refusal(403, fault);
      failures = Math.max(0, failures - 1);
      response.writeHead(answer.status, {
        "content-type": typeof answer.body === "string" ? "application/xml" : "application/octet-stream",
      });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ endpoint: `http://127.0.0.1:${port}`, name, region, accessKeyId, secret, objects, refused },
    failNext: (requests) => void (failures = requests),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/** Null: it is signed rightly, for what it is. */
function faultOf(request: IncomingMessage, body: Buffer): string | null {
  const { headers, method = "" } = request;
  const given = /^AWS4-HMAC-SHA256 Credential=(\S+?), ?SignedHeaders=(\S+?), ?Signature=([0-9a-f]{64})$/.exec(
    headers.authorization ?? "",
  );
  const [, credential = "", signedHeaders = "", signature] = given ?? [];
  const time = String(headers["x-amz-date"]);
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  if (credential !== `${accessKeyId}/${scope}`) return "InvalidAccessKeyId";
  const sentAt = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(Date.now() - sentAt) < 15 * 60_000)) return "RequestTimeTooSkewed";
  const names = signedHeaders.split(";");
  const amazon = Object.keys(headers).filter((one) => one.startsWith("x-amz-"));
  if (!["host", ...amazon].every((one) => names.includes(one))) return "HeadersNotSigned";
  const url = new URL(request.url ?? "", "http://bucket");
  const query = [...url.searchParams].map(([key, value]) => `${encoded(key)}=${encoded(value)}`).toSorted();
  const lines = names.map((one) => `${one}:${String(headers[one]).trim().replace(/ +/g, " ")}\n`);
  const payload = String(headers["x-amz-content-sha256"]);
  const canonical = [method, url.pathname, query.join("&"), lines.join(""), signedHeaders, payload].join("\n");
  const key = ["s3", "aws4_request"].reduce(hmac, hmac(hmac(`AWS4${secret}`, day), region));
  const wanted = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n")).toString("hex");
  if (wanted !== signature) return "SignatureDoesNotMatch";
  if (method === "PUT" && headers["x-amz-checksum-sha256"] !== hash("sha256", body, "base64")) return "BadDigest";
  return payload === "UNSIGNED-PAYLOAD" || payload === sha256(body) ? null : "XAmzContentSHA256Mismatch";
}

function act(objects: Map<string, Buffer>, { method, url: asked = "" }: IncomingMessage, body: Buffer): Answer {
  const url = new URL(asked, "http://bucket");
  const [, bucket, ...rest] = decodeURIComponent(url.pathname).split("/");
  if (bucket !== name) return refusal(404, "NoSuchBucket");
  const key = rest.join("/");
  if (method === "GET" && key === "") return list(objects, url.searchParams);
  if (method === "PUT") {
    objects.set(key, body);
    return { status: 200 };
  }
  if (method === "DELETE") {
    objects.delete(key);
    return { status: 204 };
  }
  const found = objects.get(key);
  return found === undefined ? refusal(404, "NoSuchKey") : { status: 200, body: found };
}

function list(objects: Map<string, Buffer>, query: URLSearchParams): Answer {
  if (query.get("list-type") !== "2") return refusal(400, "InvalidArgument");
  const after = query.get("continuation-token") ?? "";
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after).toSorted();
  const page = keys.slice(0, Math.min(mostKeys, Number(query.get("max-keys") ?? mostKeys)));
  const contents = page.map((key) => {
    const size = objects.get(key)?.length ?? 0;
    return `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const isCut = page.length < keys.length;
  const next = isCut ? `<NextContinuationToken>${page.at(-1) ?? ""}</NextContinuationToken>` : "";
  return {
    status: 200,
    body: `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>${name}</Name><KeyCount>${page.length}</KeyCount><IsTruncated>${isCut}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
  };
}
