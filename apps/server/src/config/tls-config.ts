// What clients are shown by TLS, as it is configured.

import type { Secret } from "#domain/secret.ts";

export interface CertificateFiles {
  /** In PEM: the certificate of the server, and behind it those of its issuers. */
  readonly certificateFile: string;
  /** In PEM, without a passphrase. */
  readonly keyFile: string;
}

/** An authority that issues certificates by itself (ACME, RFC 8555). */
export interface AcmeSettings {
  /** Names that the certificate is to have; the first one is its subject. */
  readonly domains: readonly string[];
  readonly directoryUrl: string;
  /** Of authorities that are trusted beside those that Node knows. */
  readonly caFile: string | null;
  /** What is in it. */
  readonly certificates: string | null;
  readonly email: string | null;
  /** An account at the authority that exists elsewhere. */
  readonly externalAccount: { readonly keyId: string; readonly hmacKey: Secret } | null;
  readonly keyType: "ecdsa" | "rsa";
  /** After the first failure; from then on twice as long each time. */
  readonly retryMs: number;
}

/** TLS towards clients. */
export interface ServerTls {
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  /** Null: it comes by ACME. */
  readonly files: CertificateFiles | null;
}

/** A port for operators, by TLS. */
export interface ManagementSettings {
  /** Null: that of the server. */
  readonly host: string | null;
  readonly port: number;
  /** Null: a certificate that is made once. */
  readonly files: CertificateFiles | null;
  /** Of those who vouch for clients; null: none of them is asked for a certificate. */
  readonly clientCaFile: string | null;
  /** What is for operators is served nowhere else. */
  readonly isOnly: boolean;
}
