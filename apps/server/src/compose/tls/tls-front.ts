// What TLS towards clients adds to a server: its certificate, kept up to date. Called by compose for each listener, in each thread.

import type { Server } from "node:http";
import { Server as TlsServer } from "node:https";
import type { TlsOptions as TlsServerOptions } from "node:tls";
import type { EdgeSettings } from "#config/config.ts";
import type { ServerTls } from "#config/tls-config.ts";
import type { Disposer } from "#compose/disposer.ts";
import type { CertificateDeps, CertificateSource } from "#edge/certificates/certificate-source.ts";
import { endingAt, factsOf } from "#edge/certificates/facts.ts";
import { covers } from "#edge/certificates/pair.ts";
import type { CertificatePair } from "#edge/certificates/pair.ts";
import { tlsOptions } from "#edge/tls-options.ts";
import type { TlsOptions } from "#edge/tls-options.ts";
import type { Health } from "#link/health.ts";
import type { Log } from "#telemetry/log.ts";

export interface TlsFrontDeps {
  readonly health: Health;
  readonly log: Log;
  readonly disposer: Disposer;
}

interface TlsFrontOptions {
  readonly source: CertificateSource;
  readonly minVersion: ServerTls["minVersion"];
  /** Of the part of `/health`. */
  readonly part: string;
  /** What else the server is told. */
  readonly more?: () => ClientOptions;
}

/** Of what clients are to show. */
type ClientOptions = Pick<TlsServerOptions, "ca" | "requestCert" | "rejectUnauthorized" | "secureOptions">;

const hourMs = 3_600_000;
const notYet = "waiting for its first certificate";

export class TlsFront {
  readonly #options: TlsFrontOptions;
  readonly #deps: TlsFrontDeps;
  #server: Server | null = null;
  #ticketKeys: Buffer | null = null;
  #problem: string | null = null;
  #onChange: () => void = () => {};
  readonly #changes: CertificateDeps = {
    onChange: (pair) => this.#change(pair),
    onProblem: (problem) => this.#learn(problem),
  };

  constructor(options: TlsFrontOptions, deps: TlsFrontDeps) {
    this.#options = options;
    this.#deps = deps;
    deps.disposer.add(() => options.source.close());
    this.#report();
    // It ends without anybody touching a file.
    const timer = setInterval(() => this.#report(), hourMs).unref();
    deps.disposer.add(() => clearInterval(timer));
  }

  get source(): CertificateSource {
    return this.#options.source;
  }

  get options(): TlsOptions & ClientOptions {
    const { minVersion, more } = this.#options;
    return { ...tlsOptions(this.source.current.pem, minVersion, this.#ticketKeys), ...more?.() };
  }

  /** Null: each thread has its own. */
  get ticketKeys(): Buffer | null {
    return this.#ticketKeys;
  }

  /** Why clients should go elsewhere; null where they need not. */
  get awayBecause(): string | null {
    return this.source.isTemporary ? notYet : null;
  }

  covers(host: string): boolean {
    return covers(this.source.current, host);
  }

  /** From now on the server has what the source has; connections keep what they began with. `onChange`: also of what resumes sessions. */
  keepUpToDate(server: Server | null, onChange: () => void = () => {}): void {
    this.#server = server;
    this.#onChange = onChange;
    this.source.watch(this.#changes);
  }

  /** Looks for another certificate now. */
  reload(): Promise<void> {
    return this.source.reload(this.#changes);
  }

  /** By which sessions are resumed: what one thread has given out another takes. */
  useTicketKeys(keys: Buffer): void {
    this.#ticketKeys = keys;
    if (this.#server instanceof TlsServer) this.#server.setTicketKeys(keys);
    this.#onChange();
  }

  /** What else the server is told has changed. */
  refresh(): void {
    if (this.#server instanceof TlsServer) this.#server.setSecureContext(this.options);
  }

  #change(pair: CertificatePair): void {
    this.refresh();
    this.#onChange();
    this.#deps.log.info({ validTo: pair.certificate.validTo }, "there is another certificate");
    this.#report();
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
    const { isTemporary, current } = this.source;
    const told = factsOf(current.certificate);
    const until = new Date(told.notAfter).toISOString();
    const isEnding = !isTemporary && Date.now() > endingAt(told);
    if (isEnding) log.warn({ until }, "the certificate ends soon, or has ended");
    const inUse = isTemporary ? notYet : `valid until ${until}`;
    const detail = problem === null ? inUse : `the one in use is ${inUse}; ${problem}`;
    health.report(this.#options.part, { isHealthy: problem === null && !isEnding && !isTemporary, detail });
  }
}

/** Null where nobody comes by TLS, or nobody is to be held to it. */
export function hstsOf({ tls, trustedProxies, hstsSeconds }: EdgeSettings): string | null {
  const comesByTls = tls !== null || trustedProxies.addresses.length > 0;
  return comesByTls && hstsSeconds > 0 ? `max-age=${hstsSeconds}` : null;
}
