// A row as a line of a backup, the same whichever engine it was read from: a JSON list of its columns in the order of their names, each
// a text, a whole number or null. Called by the sources and targets of this folder.

import { hash } from "node:crypto";

export type Cell = string | number | bigint | null;

/** Whole numbers as they are stored, also those that a number of JavaScript cannot hold. */
export function lineOf(cells: readonly Cell[]): string {
  return `[${cells.map(textOf).join(",")}]`;
}

function textOf(cell: Cell): string {
  if (cell === null) return "null";
  return typeof cell === "string" ? JSON.stringify(cell) : String(cell);
}

const longNumber = /\d{16}/;
const wholeNumber = /^-?\d+$/;

/** Throws where it is no line. */
export function cellsOf(line: string): readonly Cell[] {
  const cells: unknown = longNumber.test(line) ? JSON.parse(line, exactly) : JSON.parse(line);
  if (!Array.isArray(cells) || !cells.every(isCell)) throw new Error("a line of the backup is no row");
  return cells;
}

function exactly(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? "";
  return typeof value === "number" && !Number.isSafeInteger(value) && wholeNumber.test(source) ? BigInt(source) : value;
}

function isCell(cell: unknown): cell is Cell {
  return cell === null || ["string", "number", "bigint"].includes(typeof cell);
}

const lanes = 8;

/** What rows are told apart by as a whole, in whatever order they come: the sum of the hashes of their lines, lane by lane. */
export class RowSum {
  readonly #sum = new Uint32Array(lanes);
  rows = 0;

  add(line: string): void {
    const digest = hash("sha256", line, "buffer");
    for (let lane = 0; lane < lanes; lane += 1)
      this.#sum[lane] = (this.#sum[lane] ?? 0) + digest.readUInt32LE(lane * 4);
    this.rows += 1;
  }

  get text(): string {
    return Buffer.from(this.#sum.buffer).toString("hex");
  }
}
