// SHA-256 (FIPS 180-4) where nothing may be waited for and there is no Node: names of providers are made by it in browsers as well.

const bitsOfByte = 8;
const blockBytes = 64;

/** In hex, of the text's UTF-8. */
export function sha256(text: string): string {
  const state = fractions(8, 2);
  const schedule = new Uint32Array(64);
  const rounds = fractions(64, 3);
  const bytes = padded(new TextEncoder().encode(text));
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += blockBytes) {
    for (let word = 0; word < 16; word += 1) schedule[word] = view.getUint32(at + word * 4);
    for (let word = 16; word < 64; word += 1) schedule[word] = extended(schedule, word);
    mix(state, schedule, rounds);
  }
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** A one, zeros, and how many bits it has: whole blocks. */
function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(Math.ceil((bytes.length + 9) / blockBytes) * blockBytes);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  new DataView(whole.buffer).setBigUint64(whole.length - 8, BigInt(bytes.length * bitsOfByte));
  return whole;
}

/** The first 32 bits behind the point of roots of the first primes, exactly. */
function fractions(count: number, root: 2 | 3): Uint32Array {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number += 1)
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  return Uint32Array.from(primes, (prime) =>
    Number(rootOf(BigInt(prime) << BigInt(32 * root), BigInt(root)) & 0xffffffffn),
  );
}

function rootOf(value: bigint, root: bigint): bigint {
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle ** root <= value) low = middle;
    else high = middle;
  }
  return low;
}

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function extended(schedule: Uint32Array, word: number): number {
  const [early, late] = [schedule[word - 15] ?? 0, schedule[word - 2] ?? 0];
  const first = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
  const second = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
  return (schedule[word - 16] ?? 0) + first + (schedule[word - 7] ?? 0) + second;
}

function mix(state: Uint32Array, schedule: Uint32Array, rounds: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < 64; round += 1) {
    const fromE = (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g));
    const fromA = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    const added = h + fromE + (rounds[round] ?? 0) + (schedule[round] ?? 0);
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + added) | 0, c, b, a, (added + fromA) | 0];
  }
  for (const [place, word] of [a, b, c, d, e, f, g, h].entries()) state[place] = (state[place] ?? 0) + word;
}
