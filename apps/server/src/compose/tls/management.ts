// The port for operators, with a certificate of its own: from files, or made once and kept for all instances, so that clients can pin it.
// Called by compose.ts.

import { constants } from "node:crypto";
import { hostname } from "node:os";
import type { Config } from "#config/config.ts";
import type { ManagementSettings } from "#config/tls-config.ts";
import { Doors } from "#compose/doors.ts";
import { certificateBinding } from "#control/certificates/bindings.ts";
import type { CertificateBoard } from "#control/certificates/certificate-board.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import type { ControlServer } from "#control/http/control-server.ts";
import { ManagementServer } from "#control/http/management-server.ts";
import type { Store } from "#control/store/store.ts";
import { Secret } from "#domain/secret.ts";
import { CertificateFiles } from "#edge/certificates/certificate-files.ts";
import type { CertificateSource } from "#edge/certificates/certificate-source.ts";
import { ClientAuthorities } from "#edge/certificates/client-authorities.ts";
import { HandedCertificate } from "#edge/certificates/handed-certificate.ts";
import { pairOf } from "#edge/certificates/pair.ts";
import type { CertificatePair } from "#edge/certificates/pair.ts";
import { selfSign } from "#edge/certificates/self-signed.ts";
import { createCors } from "#edge/cors.ts";
import { TlsFront } from "./tls-front.ts";
import type { TlsFrontDeps } from "./tls-front.ts";

interface ManagementParts extends TlsFrontDeps {
  readonly config: Config;
  readonly store: Pick<Store, "certificates">;
  readonly encryption: Encryption;
  readonly control: ControlServer;
  readonly board: CertificateBoard;
}

export interface ManagementPort {
  readonly url: string;
  /** SHA-256 of its certificate. */
  readonly fingerprint: string;
  /** Reads its files anew. */
  reload(): Promise<void>;
}

const name = "management";
/** Whoever pins it does not want another soon. */
const madeDays = 3_650;
/** What is under way at the end. */
const drainMs = 2_000;

/** Found out before all else, as with the other ports; null where there is none. */
export async function takeManagementDoors({ edge, server }: Config): Promise<Doors | null> {
  const { management } = edge;
  if (management === null) return null;
  return Doors.take({ host: management.host ?? server.host, port: management.port }, "GHOSTLLM_MANAGEMENT_PORT");
}

export async function openManagement(doors: Doors | null, parts: ManagementParts): Promise<ManagementPort | null> {
  const { config, control, board, disposer } = parts;
  const { management, cors } = config.edge;
  if (doors === null || management === null) return null;
  const source = await openSource(management, parts);
  board.add({ name, origin: management.files === null ? "made" : "files", source });
  const authorities = management.clientCaFile === null ? null : await ClientAuthorities.open(management.clientCaFile);
  disposer.add(() => authorities?.close());
  const front = new TlsFront(
    { source, minVersion: "TLSv1.2", part: "management_certificate", more: () => clientOptions(authorities) },
    parts,
  );
  const { health } = parts;
  const managed = new ManagementServer({ tls: front.options, authorities, control, health, cors: createCors(cors) });
  front.keepUpToDate(managed.server);
  const reloadAuthorities = watchAuthorities(authorities, front, () => managed.review(), parts);
  const url = await doors.leadTo(managed.server);
  disposer.add(() => managed.close(drainMs, doors.close()));
  return {
    ...{ url, fingerprint: source.current.certificate.fingerprint256 },
    async reload() {
      await front.reload();
      await reloadAuthorities();
    },
  };
}

/** A session that is resumed shows no certificate: none is. */
function clientOptions(authorities: ClientAuthorities | null) {
  if (authorities === null) return {};
  return {
    ...{ ca: authorities.pem, requestCert: true, rejectUnauthorized: true },
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

/** Answers how to read them anew. */
function watchAuthorities(
  authorities: ClientAuthorities | null,
  front: TlsFront,
  review: () => void,
  { health, log }: ManagementParts,
): () => Promise<void> {
  const part = "client_authorities";
  const onProblem = (problem: string | null): void => {
    if (problem !== null) log.error({ problem }, "the new authorities of clients are not used; the old ones stay");
    health.report(part, { isHealthy: problem === null, detail: problem ?? "in use" });
  };
  const onChange = (): void => {
    front.refresh();
    review();
    log.info({}, "the authorities of clients were read anew");
  };
  authorities?.watch({ onChange, onProblem });
  return async () => authorities?.reload({ onChange, onProblem });
}

async function openSource(
  { files }: ManagementSettings,
  { store, encryption, config }: ManagementParts,
): Promise<CertificateSource> {
  if (files !== null) return CertificateFiles.open(files);
  const known = await store.certificates.find(name);
  const row = known ?? (await store.certificates.add(name, await makeOne(encryption, config.edge.domains)));
  const { chain, keyEncrypted } = row;
  if (chain === null || keyEncrypted === null) throw new Error("the certificate of the management port is not whole");
  const key = await encryption.open(keyEncrypted, certificateBinding(name));
  return new HandedCertificate(toPair(chain, key.reveal()), false);
}

async function makeOne(encryption: Encryption, domains: readonly string[]) {
  const hosts = [...new Set(["localhost", "127.0.0.1", "::1", hostname().toLowerCase(), ...domains])];
  const { pem } = await selfSign({ commonName: "GhostLLM management", hosts, days: madeDays });
  const keyEncrypted = await encryption.seal(new Secret(pem.key), certificateBinding(name));
  return { domains: hosts, chain: pem.cert, keyEncrypted, version: 1 };
}

function toPair(cert: string, key: string): CertificatePair {
  return pairOf({ cert, key }, { certificate: "the certificate that was made", key: "the database" });
}
