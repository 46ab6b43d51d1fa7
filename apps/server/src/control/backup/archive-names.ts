// How the archive of journals lies in its place: a folder for each installation, with a file for each piece that was closed, and one for
// each key that seals them.

export const archiveFolder = "journal";

export interface PieceName {
  readonly installation: string;
  /** Without gaps, of one installation. */
  readonly number: number;
  /** Epoch ms, to a second. */
  readonly closedAt: number;
  /** Of the key that seals it. */
  readonly key: string;
}

const digits = 12;
const pattern = /^journal\/([0-9a-f-]+)\/(\d{12})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([0-9a-f]{12})\.age$/;

export function pieceFile({ installation, number, closedAt, key }: PieceName): string {
  const time = new Date(closedAt).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${archiveFolder}/${installation}/${String(number).padStart(digits, "0")}-${time}-${key}.age`;
}

export function keyFileOf(installation: string, key: string): string {
  return `${archiveFolder}/${installation}/${key}.key.age`;
}

/** Null: it is no piece. */
export function readPieceFile(file: string): PieceName | null {
  const [, installation, number, year, month, day, hour, minute, second, key] = pattern.exec(file) ?? [];
  if (installation === undefined || key === undefined) return null;
  const closedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return { installation, number: Number(number), closedAt, key };
}
