import { once } from "node:events";
import { connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";

export interface Shown {
  readonly fingerprint: string;
  readonly names: string;
  readonly issuer: string;
  readonly isTemporary: boolean;
  /** By the authority that was named. */
  readonly isTrusted: boolean;
}

/** What a server shows to a client that looks, and does not mind. */
export async function shownBy(url: string, options: ConnectionOptions = {}): Promise<Shown> {
  const { port, hostname } = new URL(url);
  const servername = "llm.example.com";
  const socket: TLSSocket = connect({
    ...{ port: Number(port), host: hostname, servername, rejectUnauthorized: false, ...options },
  });
  try {
    await once(socket, "secureConnect");
    const { fingerprint256, subjectaltname = "", issuer, subject } = socket.getPeerCertificate();
    return {
      ...{ fingerprint: fingerprint256, names: subjectaltname, issuer: String(issuer.CN) },
      isTemporary: subject?.CN === "GhostLLM has no certificate yet",
      isTrusted: socket.authorized,
    };
  } finally {
    socket.destroy();
  }
}
