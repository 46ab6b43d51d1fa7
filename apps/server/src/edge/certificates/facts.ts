// What a certificate says of itself, and when it is to be renewed.

import { createHash, X509Certificate } from "node:crypto";

export interface CertificateFacts {
  readonly domains: readonly string[];
  readonly issuer: string;
  /** SHA-256 of the certificate, as browsers show it. */
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const dayMs = 86_400_000;

/** Of the first certificate in the text. */
export function facts(chain: string): CertificateFacts {
  return factsOf(new X509Certificate(chain));
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    domains: namesOf(certificate),
    issuer: issuerOf(certificate),
    fingerprint: certificate.fingerprint256,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  };
}

function namesOf({ subjectAltName = "" }: X509Certificate): readonly string[] {
  return [...subjectAltName.matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(([, name = ""]) => name);
}

function issuerOf({ issuer }: X509Certificate): string {
  const partOf = (part: string): string | undefined => new RegExp(`^${part}=(.*)$`, "m").exec(issuer)?.[1];
  return [partOf("O"), partOf("CN")].filter((part) => part !== undefined).join(", ");
}

/** When a third of its life is left; a little before, at a moment of its own, so that not all come in the same hour. */
export function renewalAt(chain: string): number {
  const { notBefore, notAfter, fingerprint } = facts(chain);
  const lifeMs = notAfter - notBefore;
  const own = createHash("sha256").update(fingerprint).digest().readUInt32BE(0) / 2 ** 32;
  return notAfter - lifeMs / 3 - (own * lifeMs) / 30;
}

/** From then on it should long have been renewed. */
export function endingAt({ notBefore, notAfter }: Pick<CertificateFacts, "notBefore" | "notAfter">): number {
  return notAfter - Math.min(7 * dayMs, (notAfter - notBefore) / 6);
}
