import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Agent, Command, Setup } from "./clients/agent.ts";

const patienceMs = 120_000;

export interface AgentRun {
  readonly exitCode: number | null;
  readonly answer: string;
  /** For the message of a failed test. */
  readonly output: string;
}

/** Whoever calls anybody but the gateway gets nowhere: no host is found through a proxy that does not listen. */
const offline = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1,localhost",
};

export async function runAgent(agent: Agent, setup: Omit<Setup, "home">): Promise<AgentRun> {
  const home = mkdtempSync(join(tmpdir(), "ghostllm-agent-"));
  try {
    const command = agent.prepare({ ...setup, home });
    const { exitCode, stdout, stderr } = await runCommand(agent.findProgram() ?? "", command, home);
    const output = `${stdout}\n${stderr}`;
    return { exitCode, answer: exitCode === 0 ? agent.readAnswer(stdout) : "", output };
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runCommand(program: string, { parameters, environment }: Command, home: string) {
  const cwd = join(home, "work");
  mkdirSync(cwd);
  const env = { PATH: process.env["PATH"], HOME: home, CI: "1", ...offline, ...environment };
  // A group of its own, so that what its shell started ends with it.
  const command = program.endsWith(".js") ? [process.execPath, program] : [program];
  const child = spawn(command[0] ?? "", [...command.slice(1), ...parameters], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const kill = (): void => killGroup(child);
  process.once("exit", kill);
  const timer = setTimeout(kill, patienceMs);
  try {
    return await untilClosed(child);
  } finally {
    clearTimeout(timer);
    process.removeListener("exit", kill);
    kill();
  }
}

function untilClosed(child: ChildProcess): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended, and all that it started.
  }
}
