// What a backup holds: written last, so that a backup without it is none.

import { z } from "zod";

export const manifestFormat = 1;

const sum = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();

const part = z.strictObject({
  file: z.string().regex(/^\d{6}\.age$/),
  /** Of the file as it lies there. */
  bytes: count,
  sha256: sum,
  /** A table's rows, lines of the journal, or a file of the data directory. */
  of: z.union([
    z.strictObject({ table: z.string() }),
    z.strictObject({ journal: z.literal(true) }),
    z.strictObject({ file: z.string() }),
  ]),
  /** Rows or lines; 1 of a file. */
  lines: count,
});

const manifestSchema = z.strictObject({
  format: z.literal(manifestFormat),
  id: z.string(),
  version: z.string(),
  engine: z.enum(["sqlite", "postgres"]),
  migrations: z.array(z.strictObject({ number: z.int(), checksum: z.string() })),
  /** Epoch ms. All that was answered before this is in it. */
  point: z.int(),
  finishedAt: z.int(),
  tables: z.array(z.strictObject({ name: z.string(), columns: z.array(z.string()), rows: count, sum })),
  journal: z.strictObject({ lines: count }),
  parts: z.array(part),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type Part = Manifest["parts"][number];
export type TableSum = Manifest["tables"][number];

/** In the place: each of its folders is a backup. */
export const backupsFolder = "backups";
export const keyFile = "key.age";
export const manifestFile = "manifest.age";

/** Throws with a sentence. */
export function readManifest(plain: Uint8Array): Manifest {
  const value: unknown = JSON.parse(Buffer.from(plain).toString("utf8"));
  const format = typeof value === "object" && value !== null && "format" in value ? value.format : undefined;
  if (typeof format === "number" && format > manifestFormat)
    throw new Error(`The backup is of a newer GhostLLM: its format is ${format}, this version reads ${manifestFormat}`);
  return manifestSchema.parse(value);
}

export function writeManifest(manifest: Manifest): Uint8Array {
  return Buffer.from(JSON.stringify(manifest));
}
