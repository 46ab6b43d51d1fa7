// Servers for the application to show: with a vendor that answers, the built console, a port for operators, and somebody who signs in.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import { buildConsole } from "../../console/support/built-console.ts";
import { type ReadyServer, startServer } from "../../support/server-process.ts";
import { cpuSecondsOf } from "./processes.ts";

export const email = "ada@example.com";
export const password = "a password of Ada's 1";

export interface ShownServer extends ReadyServer {
  /** Of the port for operators. */
  readonly operatorsUrl: string;
  readonly fingerprint: string;
  cpuSeconds(): number;
}

export interface Servers {
  start(environment?: NodeJS.ProcessEnv): Promise<ShownServer>;
  readonly consoleDirectory: string;
  close(): Promise<void>;
}

export async function openServers(): Promise<Servers> {
  const built = buildConsole();
  const upstream = await startFakeUpstream({ script: () => ({ kind: "chat", text: "short" }), remember: 0 });
  const running: ReadyServer[] = [];
  const start = async (environment: NodeJS.ProcessEnv = {}): Promise<ShownServer> => {
    const server = await startServer({
      upstreamUrl: upstream.url,
      environment: {
        GHOSTLLM_MANAGEMENT_PORT: "0",
        GHOSTLLM_CONSOLE_DIR: built.directory,
        ADMIN_EMAIL: email,
        ADMIN_PASSWORD: password,
        ...environment,
      },
    });
    running.push(server);
    const [operatorsUrl, fingerprint] = [/Management +(\S+)/, /SHA-256 +(\S+)/].map(
      (pattern) => pattern.exec(server.stdout)?.[1] ?? "",
    );
    return Object.assign(server, {
      operatorsUrl: operatorsUrl ?? "",
      fingerprint: fingerprint ?? "",
      cpuSeconds: () => cpuSecondsOf(server.pid),
    });
  };
  const close = async (): Promise<void> => {
    await Promise.all(running.map((server) => server.stop()));
    await upstream.close();
    built.remove();
  };
  return { start, consoleDirectory: built.directory, close };
}
