// What this server speaks by TLS, whichever certificate it shows (docs/tls.md has the table, a test holds both together).

import type { SecureContextOptions } from "node:tls";
import type { PemPair } from "./certificates/pair.ts";

export type TlsOptions = SecureContextOptions & { readonly ALPNProtocols: string[]; readonly ticketKeys?: Buffer };

/** Of TLS 1.3, which has no other kind. */
const ciphersOfTls13 = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];
/** Of TLS 1.2: with forward secrecy, and authenticated. */
const ciphersOfTls12 = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
];

export function tlsOptions(
  { cert, key }: PemPair,
  minVersion: "TLSv1.2" | "TLSv1.3",
  ticketKeys: Buffer | null = null,
): TlsOptions {
  return {
    ...{ cert, key, minVersion, maxVersion: "TLSv1.3" },
    ciphers: [...ciphersOfTls13, ...ciphersOfTls12].join(":"),
    // The gateway reads HTTP/1.1; who offers nothing else is refused.
    ALPNProtocols: ["http/1.1"],
    // The same in all threads and instances, which resume each other's sessions.
    sessionIdContext: "ghostllm",
    ...(ticketKeys !== null && { ticketKeys }),
  };
}
