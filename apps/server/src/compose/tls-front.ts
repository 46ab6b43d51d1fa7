// What TLS towards clients adds to the server: its certificate, kept up to date, and the port that leads to it.

import type { Server } from "node:http";
import { Server as TlsServer } from "node:https";
import type { SecureContextOptions } from "node:tls";
import type { Config, EdgeSettings } from "#config/config.ts";
import { Certificate } from "#edge/certificate.ts";
import type { CertificateDeps } from "#edge/certificate.ts";
import { createRedirect } from "#edge/redirect.ts";
import type { Health } from "#link/health.ts";
import type { Log } from "#telemetry/log.ts";
import type { Disposer } from "./disposer.ts";
import { Doors } from "./doors.ts";

export interface TlsFrontDeps {
  readonly health: Health;
  readonly log: Log;
  readonly disposer: Disposer;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Before its end a certificate should have been renewed. */
const renewalMs = 7 * dayMs;

/** Null where the port speaks plain HTTP. Rejects with what is wrong with the certificate. */
export async function openTlsFront({ edge, server }: Config, deps: TlsFrontDeps): Promise<TlsFront | null> {
  if (edge.tls === null) return null;
  const certificate = await Certificate.open(edge.tls);
  deps.disposer.add(() => certificate.close());
  const { redirectPort: port } = edge;
  const doors = port === null ? null : await Doors.take({ ...server, port }, "SERVER_REDIRECT_PORT");
  deps.disposer.add(() => doors?.close());
  return new TlsFront(certificate, doors, deps);
}

export class TlsFront {
  readonly #certificate: Certificate;
  readonly #redirectDoors: Doors | null;
  readonly #deps: TlsFrontDeps;
  #problem: string | null = null;
  #changes: CertificateDeps = { onChange: () => {}, onProblem: (problem) => this.#learn(problem) };

  constructor(certificate: Certificate, redirectDoors: Doors | null, deps: TlsFrontDeps) {
    this.#certificate = certificate;
    this.#redirectDoors = redirectDoors;
    this.#deps = deps;
    this.#report();
    // It ends without anybody touching a file.
    const timer = setInterval(() => this.#report(), hourMs).unref();
    deps.disposer.add(() => clearInterval(timer));
  }

  get options(): SecureContextOptions {
    return this.#certificate.current.secureContext;
  }

  /** Epoch ms. */
  get expiresAt(): number {
    return this.#certificate.expiresAt;
  }

  /** From now on the server has what the files have; connections keep what they began with. Without one they are watched all the same. */
  keepUpToDate(server: Server | null): void {
    const onChange: CertificateDeps["onChange"] = ({ secureContext, certificate: { validTo } }) => {
      if (server instanceof TlsServer) server.setSecureContext(secureContext);
      this.#deps.log.info({ validTo }, "the certificate was read anew");
    };
    this.#changes = { ...this.#changes, onChange };
    this.#certificate.watch(this.#changes);
  }

  /** Reads the files anew now. */
  reload(): Promise<void> {
    return this.#certificate.reload(this.#changes);
  }

  /** Leads those who come without TLS to this port. Answers the URL from where; null where there is none. */
  async serveRedirect({ publicHosts }: EdgeSettings, tlsPort: number): Promise<string | null> {
    const doors = this.#redirectDoors;
    if (doors === null) return null;
    const covers = (host: string): boolean => this.#certificate.covers(host);
    const server = createRedirect({ publicHosts, covers, port: tlsPort });
    const url = await doors.leadTo(server);
    this.#deps.disposer.add(() => {
      server.close();
      server.closeAllConnections();
    });
    return url;
  }

  #learn(problem: string | null): void {
    this.#problem = problem;
    if (problem !== null)
      this.#deps.log.error({ problem }, "the new certificate is not used; the old one stays in force");
    this.#report();
  }

  #report(): void {
    const { health, log } = this.#deps;
    const problem = this.#problem;
    const { expiresAt } = this.#certificate;
    const until = new Date(expiresAt).toISOString();
    const isEnding = expiresAt - Date.now() < renewalMs;
    if (isEnding) log.warn({ until }, "the certificate ends soon, or has ended");
    const detail = problem === null ? `valid until ${until}` : `the one in use is valid until ${until}; ${problem}`;
    health.report("certificate", { isHealthy: problem === null && !isEnding, detail });
  }
}

/** Null where nobody comes by TLS, or nobody is to be held to it. */
export function hstsOf({ tls, trustedProxies, hstsSeconds }: EdgeSettings): string | null {
  const comesByTls = tls !== null || trustedProxies.addresses.length > 0;
  return comesByTls && hstsSeconds > 0 ? `max-age=${hstsSeconds}` : null;
}
