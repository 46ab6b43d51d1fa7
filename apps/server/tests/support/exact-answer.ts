// An answer as it came, with the bytes of its body, which `fetch` would decode.

import { request as httpRequest } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";

export interface ExactRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ExactAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

export function askExactly(url: string, { method = "GET", headers = {}, body }: ExactRequest): Promise<ExactAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers }, (response) => {
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
