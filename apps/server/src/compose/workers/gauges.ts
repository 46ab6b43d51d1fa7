// What each worker holds, in memory that all of them share. Called by other-workers.ts, and by the main thread, which clears away what a
// dead one had. Invariant: each worker writes its own alone; a number may be a moment old.

import type { GatewayLoad, SharedKind } from "#gateway/connections/neighbours.ts";

const gaugeNames: readonly (keyof GatewayLoad)[] = ["connections", "heldBytes"];
const sharedKinds: readonly SharedKind[] = ["connectionsOfAddress", "bytesOfKey", "bytesOfAddress"];

/** A power of two. Names that fall into one cell count together: a limit may then be met a little sooner than it should be. */
const cellsPerKind = 2 ** 14;
const cellsPerWorker = gaugeNames.length + sharedKinds.length * cellsPerKind;

export type GaugesMemory = SharedArrayBuffer;

export function createGaugesMemory(workers: number): GaugesMemory {
  return new SharedArrayBuffer(workers * cellsPerWorker * Float64Array.BYTES_PER_ELEMENT);
}

export class Gauges {
  readonly #cells: Float64Array;
  readonly workers: number;

  constructor(memory: GaugesMemory) {
    this.#cells = new Float64Array(memory);
    this.workers = this.#cells.length / cellsPerWorker;
  }

  set(gauge: keyof GatewayLoad, worker: number, value: number): void {
    this.#cells[placeOf(gauge, worker)] = value;
  }

  sumOfOthers(gauge: keyof GatewayLoad, worker: number): number {
    return this.#sumOfOthers(gaugeNames.indexOf(gauge), worker);
  }

  loads(): readonly GatewayLoad[] {
    const read = (gauge: keyof GatewayLoad, worker: number): number => this.#cells[placeOf(gauge, worker)] ?? 0;
    return Array.from({ length: this.workers }, (_, worker) => {
      return { connections: read("connections", worker), heldBytes: read("heldBytes", worker) };
    });
  }

  /** Of one address or key. */
  change(kind: SharedKind, worker: number, name: string, difference: number): void {
    const place = worker * cellsPerWorker + cellOf(kind, name);
    this.#cells[place] = (this.#cells[place] ?? 0) + difference;
  }

  shareOfOthers(kind: SharedKind, worker: number, name: string): number {
    return this.#sumOfOthers(cellOf(kind, name), worker);
  }

  /** It has ended, and holds nothing. */
  clear(worker: number): void {
    this.#cells.fill(0, worker * cellsPerWorker, (worker + 1) * cellsPerWorker);
  }

  #sumOfOthers(cell: number, worker: number): number {
    let sum = 0;
    for (let other = 0; other < this.workers; other += 1)
      if (other !== worker) sum += this.#cells[other * cellsPerWorker + cell] ?? 0;
    return sum;
  }
}

function placeOf(gauge: keyof GatewayLoad, worker: number): number {
  return worker * cellsPerWorker + gaugeNames.indexOf(gauge);
}

function cellOf(kind: SharedKind, name: string): number {
  return gaugeNames.length + sharedKinds.indexOf(kind) * cellsPerKind + (hashOf(name) & (cellsPerKind - 1));
}

/** FNV-1a, of 32 bits. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
