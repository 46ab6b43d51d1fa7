// A certificate with its key, checked before it is used. Called by whoever has one: files, the store, what is made at start.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";

/** In PEM. The certificate of the server stands first, those of its issuers behind it. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate with its key, fit for use. */
export interface CertificatePair {
  readonly pem: PemPair;
  /** Of the server itself. */
  readonly certificate: X509Certificate;
}

/** What each is called in what is said of it. */
interface Names {
  readonly certificate: string;
  readonly key: string;
}

/** Throws with what is wrong with it, and what to do. */
export function pairOf({ cert, key }: PemPair, names: Names): CertificatePair {
  if (/^-----BEGIN ENCRYPTED |^Proc-Type:.*ENCRYPTED/m.test(key)) {
    throw new Error(
      `The private key in ${names.key} is encrypted, and nobody is there to type its passphrase. Write it without one, for this user alone to read: openssl pkey -in ${names.key} -out plain.key`,
    );
  }
  const certificate = attempt(`${names.certificate} holds no certificate in PEM`, () => new X509Certificate(cert));
  const privateKey = attempt(`${names.key} holds no private key in PEM`, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(
      `The private key in ${names.key} is not that of the first certificate in ${names.certificate}. Put the server's own certificate first and those of its issuers behind it.`,
    );
  }
  attempt(`${names.certificate} and ${names.key} cannot be used for TLS`, () => createSecureContext({ cert, key }));
  return { pem: { cert, key }, certificate };
}

/** The certificate is for this host, which may be an address. */
export function covers({ certificate }: CertificatePair, host: string): boolean {
  return (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;
}

function attempt<Value>(message: string, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${message} (${reason}).`, { cause: error });
  }
}
