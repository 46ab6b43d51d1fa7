// A picture of a page with a palette of its own: a third of the bytes, and nobody sees it, since pages have few colours.
// https://www.w3.org/TR/png-3/

import { crc32, deflateSync, inflateSync } from "node:zlib";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel. */
  readonly colours: Buffer;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const [trueColour, indexed] = [2, 3];
const mostColours = 256;

function* chunksOf(png: Buffer): Generator<readonly [type: string, data: Buffer]> {
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    yield [png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length)];
    at += length + 12;
  }
}

/** As Chromium writes it: 8 bits for each of three colours, not interlaced. */
export function readPng(png: Buffer): Picture {
  const chunks = [...chunksOf(png)];
  const header = chunks.find(([type]) => type === "IHDR")?.[1];
  if (header === undefined || header[8] !== 8 || header[9] !== trueColour || header[12] !== 0)
    throw new Error("this is no picture in true colours");
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const packed = Buffer.concat(chunks.filter(([type]) => type === "IDAT").map(([, data]) => data));
  return { width, height, colours: unfilter(inflateSync(packed), width * 3, height) };
}

/** Each byte was written as what it is beyond those to its left, above it, and above on the left. */
function unfilter(lines: Buffer, lineBytes: number, height: number): Buffer {
  const plain = Buffer.alloc(lineBytes * height);
  for (let y = 0; y < height; y += 1) {
    const filter = lines[y * (lineBytes + 1)] ?? 0;
    for (let x = 0; x < lineBytes; x += 1) {
      const at = y * lineBytes + x;
      const left = x < 3 ? 0 : (plain[at - 3] ?? 0);
      const above = plain[at - lineBytes] ?? 0;
      const corner = x < 3 ? 0 : (plain[at - lineBytes - 3] ?? 0);
      plain[at] = (lines[y * (lineBytes + 1) + 1 + x] ?? 0) + guess(filter, left, above, corner);
    }
  }
  return plain;
}

function guess(filter: number, left: number, above: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

export function writeIndexedPng({ width, height, colours }: Picture): Buffer {
  const { palette, indexOf } = paletteOf(colours);
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      lines[y * (width + 1) + 1 + x] = indexOf(colours.readUIntBE((y * width + x) * 3, 3));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, indexed], 8);
  const parts = [
    chunk("IHDR", header),
    chunk("PLTE", Buffer.concat(palette.map((colour) => bytesOf(colour)))),
    chunk("IDAT", deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...parts]);
}

/** The commonest colours; the others are the edges of letters, and become the nearest of those. */
function paletteOf(colours: Buffer) {
  const counts = new Map<number, number>();
  for (let at = 0; at < colours.length; at += 3) {
    const colour = colours.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const commonest = [...counts].toSorted((a, b) => b[1] - a[1]).slice(0, mostColours);
  const palette = commonest.map(([colour]) => colour);
  const known = new Map(palette.map((colour, index) => [colour, index]));
  const indexOf = (colour: number): number => {
    const index = known.get(colour) ?? nearest(palette, colour);
    known.set(colour, index);
    return index;
  };
  return { palette, indexOf };
}

function nearest(palette: readonly number[], colour: number): number {
  const distances = palette.map((one) => distance(bytesOf(one), bytesOf(colour)));
  return distances.indexOf(Math.min(...distances));
}

function distance(one: Buffer, other: Buffer): number {
  return one.reduce((sum, byte, at) => sum + (byte - (other[at] ?? 0)) ** 2, 0);
}

function bytesOf(colour: number): Buffer {
  return Buffer.from([colour >> 16, (colour >> 8) & 0xff, colour & 0xff]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(data.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
