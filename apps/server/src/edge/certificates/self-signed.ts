// Certificates that nobody but this server has signed: one that stands in until an authority has issued one, and one that clients
// pin by its fingerprint. Called by compose/tls.

import { isIP } from "node:net";
import { pairOf } from "./pair.ts";
import type { CertificatePair } from "./pair.ts";

export interface SelfSignedOptions {
  readonly commonName: string;
  /** Names and addresses. */
  readonly hosts: readonly string[];
  readonly days: number;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const dayMs = 86_400_000;
/** Clocks differ. */
const slackMs = 3_600_000;

export async function selfSign({ commonName, hosts, days }: SelfSignedOptions): Promise<CertificatePair> {
  // Whoever has a certificate does not load it. The second wants what the first adds to the language.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(crypto);
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const names = hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value }));
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // A positive number of up to 20 bytes.
    serialNumber: `01${Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString("hex")}`,
    name: [{ CN: [commonName] }],
    notBefore: new Date(Date.now() - slackMs),
    notAfter: new Date(Date.now() + days * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  const made = "the certificate that was made";
  return pairOf({ cert: `${certificate.toString("pem")}\n`, key: `${key}\n` }, { certificate: made, key: made });
}
