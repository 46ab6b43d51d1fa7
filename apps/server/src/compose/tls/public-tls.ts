// TLS towards clients: where its certificate comes from, and the port that leads to it. Called by compose.ts and by workers.

import type { Config, EdgeSettings } from "#config/config.ts";
import { Doors } from "#compose/doors.ts";
import type { Disposer } from "#compose/disposer.ts";
import { CertificateFiles } from "#edge/certificates/certificate-files.ts";
import { HandedCertificate } from "#edge/certificates/handed-certificate.ts";
import { pairOf } from "#edge/certificates/pair.ts";
import type { CertificatePair, PemPair } from "#edge/certificates/pair.ts";
import { selfSign } from "#edge/certificates/self-signed.ts";
import { createRedirect } from "#edge/redirect.ts";
import type { AnswerChallenge } from "#edge/redirect.ts";
import { TlsFront } from "./tls-front.ts";
import type { TlsFrontDeps } from "./tls-front.ts";

export interface PublicTls {
  readonly front: TlsFront;
  /** Null where the certificate is in files. */
  readonly handed: HandedCertificate | null;
  /** Null where nobody is led to it. */
  readonly redirect: RedirectDoor | null;
}

const part = "certificate";
/** Until an authority has issued one: who comes before is shown that nobody vouches for it. */
const temporaryDays = 30;

/** Null where the port speaks plain HTTP. Rejects with what is wrong with the certificate. */
export async function openPublicTls(config: Config, deps: TlsFrontDeps): Promise<PublicTls | null> {
  const { edge, server } = config;
  if (edge.tls === null) return null;
  const { files, minVersion } = edge.tls;
  const handed = files === null ? await temporary(edge.domains) : null;
  const source = files === null ? handed : await CertificateFiles.open(files);
  if (source === null) throw new Error("a certificate comes from files or by ACME");
  const front = new TlsFront({ source, minVersion, part }, deps);
  const { redirectPort: port } = edge;
  const doors = port === null ? null : await Doors.take({ ...server, port }, "SERVER_REDIRECT_PORT");
  deps.disposer.add(() => doors?.close());
  return { front, handed, redirect: doors && new RedirectDoor(doors, front, deps.disposer) };
}

async function temporary(domains: readonly string[]): Promise<HandedCertificate> {
  const commonName = "GhostLLM has no certificate yet";
  return new HandedCertificate(await selfSign({ commonName, hosts: domains, days: temporaryDays }), true);
}

/** What is shown, as it crosses to another thread. */
export interface CarriedTls {
  /** Null where threads have it from files. */
  readonly certificate: { readonly pem: PemPair; readonly isTemporary: boolean } | null;
  readonly ticketKeys: Uint8Array | null;
}

/** Null where nothing is shown. */
export function carriedOf(front: TlsFront | null, { acme }: EdgeSettings): CarriedTls | null {
  if (front === null) return null;
  const { current, isTemporary } = front.source;
  return { certificate: acme === null ? null : { pem: current.pem, isTemporary }, ticketKeys: front.ticketKeys };
}

/** As a worker has it: files it watches itself, what comes by ACME it is handed. */
export class WorkerTls {
  readonly front: TlsFront;
  readonly #handed: HandedCertificate | null;

  private constructor(front: TlsFront, handed: HandedCertificate | null) {
    this.front = front;
    this.#handed = handed;
  }

  static async open({ tls }: EdgeSettings, carried: CarriedTls | null, deps: TlsFrontDeps): Promise<WorkerTls | null> {
    if (tls === null || carried === null) return null;
    const { files, minVersion } = tls;
    const { certificate } = carried;
    const handed = certificate && new HandedCertificate(readPair(certificate.pem), certificate.isTemporary);
    const source = files === null ? handed : await CertificateFiles.open(files);
    if (source === null) throw new Error("a worker is handed the certificate that it serves");
    const own = new WorkerTls(new TlsFront({ source, minVersion, part }, deps), handed);
    own.#takeKeys(carried);
    return own;
  }

  /** From the next connection on. */
  use(carried: CarriedTls): void {
    this.#takeKeys(carried);
    const { certificate } = carried;
    if (certificate !== null) this.#handed?.use(readPair(certificate.pem), certificate.isTemporary);
  }

  #takeKeys({ ticketKeys }: CarriedTls): void {
    if (ticketKeys !== null) this.front.useTicketKeys(Buffer.from(ticketKeys));
  }
}

function readPair(pem: PemPair): CertificatePair {
  return pairOf(pem, { certificate: "the certificate", key: "its key" });
}

/** A port that speaks plain HTTP, and leads to TLS. */
export class RedirectDoor {
  readonly #doors: Doors;
  readonly #front: TlsFront;
  readonly #disposer: Disposer;

  constructor(doors: Doors, front: TlsFront, disposer: Disposer) {
    this.#doors = doors;
    this.#front = front;
    this.#disposer = disposer;
  }

  /** Leads those who come without TLS to this port. Answers the URL from where. */
  async serve(
    { publicHosts }: EdgeSettings,
    tlsPort: number,
    answerChallenge: AnswerChallenge | null,
  ): Promise<string> {
    const covers = (host: string): boolean => this.#front.covers(host);
    const server = createRedirect({ publicHosts, covers, port: tlsPort, answerChallenge });
    const url = await this.#doors.leadTo(server);
    this.#disposer.add(() => {
      server.close();
      server.closeAllConnections();
    });
    return url;
  }
}
