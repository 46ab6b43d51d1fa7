// UUIDv7 as text: sortable by time of creation, so that a database index on it stays compact.

const hexByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const poolBytes = 4096;
const pool = new Uint8Array(poolBytes);
let poolOffset = poolBytes;

/** A new UUIDv7. `timeMs` is the epoch time to embed: callers with a clock of their own pass it in. */
export function newId(timeMs: number = Date.now()): string {
  // Random bytes are drawn in bulk: a system call for each id would show in the profile of the gateway.
  if (poolOffset + 10 > poolBytes) {
    crypto.getRandomValues(pool);
    poolOffset = 0;
  }
  const at = poolOffset;
  poolOffset += 10;
  const time = timeMs.toString(16).padStart(12, "0");
  const hex = (index: number): string => hexByte[pool[at + index] ?? 0] ?? "00";
  const versioned = hexByte[((pool[at] ?? 0) & 0x0f) | 0x70] ?? "70";
  const variant = hexByte[((pool[at + 2] ?? 0) & 0x3f) | 0x80] ?? "80";
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-${versioned}${hex(1)}-${variant}${hex(3)}-` +
    hex(4) +
    hex(5) +
    hex(6) +
    hex(7) +
    hex(8) +
    hex(9)
  );
}

/** Epoch ms that a UUIDv7 tells; null for what is none. */
export function timeOfId(id: string): number | null {
  return /^[\da-f]{8}-[\da-f]{4}-7/i.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : null;
}

/** The greatest that an id of this epoch time can be. */
export function lastIdOf(timeMs: number): string {
  const time = timeMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7fff-bfff-ffffffffffff`;
}
