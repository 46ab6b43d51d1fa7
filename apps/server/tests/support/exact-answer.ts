// An answer as it came, with the bytes of its body, which `fetch` would decode.

import { request as httpRequest } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import type { ConnectionOptions, SecureContextOptions } from "node:tls";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";

export interface ExactRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly path?: string;
  /** Of a client that comes by TLS. */
  readonly tls?: SecureContextOptions & Pick<ConnectionOptions, "rejectUnauthorized">;
}

export interface ExactAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

export function askExactly(
  url: string,
  { method = "GET", headers = {}, body, tls, ...more }: ExactRequest,
): Promise<ExactAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const request = send(url, { method, headers, agent: false, ...tls, ...more }, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      buffer(response).then((bytes) => resolve({ status, headers: answered, bytes }), reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

const decoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** What the body says, by its own `Content-Encoding`. */
export function decoded({ headers, bytes }: ExactAnswer): Buffer {
  const coding = headers["content-encoding"];
  return coding === undefined ? bytes : (decoders[coding]?.(bytes) ?? Buffer.from(`unknown coding ${coding}`));
}
