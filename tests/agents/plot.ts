// What the fake models do, whatever their vendor's wire format: they think and call the shell once, think again and call it
// twice in one answer, and then say what the shell printed. Made anew for every run, so that no run can live off another.

import { randomBytes } from "node:crypto";

export interface Step {
  readonly command: string;
  /** Does not stand in the command: only a shell that ran it can have printed it. */
  readonly prints: string;
}

export interface ToolOffer {
  readonly name: string;
  /** The JSON schema of its arguments. */
  readonly parameters: unknown;
}

export interface PlannedCall {
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Turn {
  readonly round: number;
  readonly thought: string;
  readonly seal: string;
  readonly calls: readonly PlannedCall[];
}

const steps: readonly (readonly Step[])[] = [
  [{ command: "echo ghost-$((40 + 2))", prints: "ghost-42" }],
  [
    { command: "echo left-$((6 * 7))", prints: "left-42" },
    { command: "echo right-$((50 - 8))", prints: "right-42" },
  ],
];

export const roundCount = steps.length;
/** What the model says in the end, and the agent must print. */
export const lastWords = `The shell printed ${steps
  .flat()
  .map(({ prints }) => prints)
  .join(", ")}.`;

const shellNames = ["Bash", "bash", "exec_command", "shell_command", "shell"];

export class Plot {
  /** Of letters and digits only: it becomes part of ids. */
  readonly name = randomBytes(6).toString("hex");

  #answers = 0;

  /** No two answers of a vendor have the same id, and agents rely on it. */
  newAnswerId(): string {
    this.#answers += 1;
    return `${this.name}a${this.#answers}`;
  }

  stepsOf(round: number): readonly Step[] {
    return steps[round] ?? [];
  }

  /** A round of calls of the agent's own shell; null when it offers none, as in requests for a title. */
  turnOf(round: number, tools: readonly ToolOffer[], idPrefix: string): Turn | null {
    const shell = tools.find(({ name }) => shellNames.includes(name));
    if (shell === undefined) return null;
    const calls = this.stepsOf(round).map(({ command }, index) => ({
      id: this.idOf(idPrefix, round, index),
      name: shell.name,
      input: argumentsFor(shell, command),
    }));
    return { round, thought: this.thoughtOf(round), seal: this.sealOf(round), calls };
  }

  idOf(prefix: string, round: number, index: number): string {
    return `${prefix}${this.name}r${round}c${index}`;
  }

  thoughtOf(round: number): string {
    return `Round ${round} of ${this.name}: the shell will know.`;
  }

  /** As long and as opaque as the real ones. */
  sealOf(round: number): string {
    return Buffer.from(`sealed:${this.name}:${round}:`.padEnd(300, "\u0001\u00fe")).toString("base64");
  }

  /** Of the round in which a call was made; null for calls of others. */
  roundOf(id: string): number | null {
    const [, round] = new RegExp(`${this.name}r(\\d+)c\\d+`).exec(id) ?? [];
    return round === undefined ? null : Number(round);
  }
}

/** Fills in what the agent's schema names: the name of the argument, and whether it is a list. */
function argumentsFor({ parameters }: ToolOffer, command: string): Record<string, unknown> {
  const { properties = {} } = parameters as { properties?: Record<string, { type?: unknown }> };
  if ("cmd" in properties) return { cmd: command };
  const isList = String(properties["command"]?.type).toLowerCase() === "array";
  const about = "description" in properties ? { description: "Ask the shell" } : {};
  return { command: isList ? ["bash", "-lc", command] : command, ...about };
}
