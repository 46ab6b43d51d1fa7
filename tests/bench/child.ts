import { fork, spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const stopPatienceMs = 5_000;

/** Starts a process that does not outlive the bench. */
export function startChild(command: string, parameters: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, parameters, options);
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.removeListener("exit", kill));
  return child;
}

/** A process of Node that tells its address, as JSON, once it listens. */
export async function forkServer(
  main: string,
  parameters: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = fork(main, parameters, { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  if (child.stdout === null) throw new Error(`${main} has no output to tell its address on`);
  const [line] = await Promise.race([once(child.stdout, "data"), failOnExit(main, once(child, "exit"))]);
  const { url }: { url: string } = JSON.parse(String(line));
  return { child, url };
}

async function failOnExit(main: string, exit: Promise<unknown[]>): Promise<never> {
  const [code] = await exit;
  throw new Error(`${main} ended with code ${String(code)}`);
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopPatienceMs);
  await exited;
  clearTimeout(timer);
}

/** Resolves once something listens; rejects when the child has ended, or after the time. */
export async function waitForPort(child: ChildProcess, port: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with code ${child.exitCode}`);
    if (await isListening(port)) return;
    await sleep(50);
  }
  throw new Error(`${child.spawnfile} does not listen on port ${port} after ${timeoutMs} ms`);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
