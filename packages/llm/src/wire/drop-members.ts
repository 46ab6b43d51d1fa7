import { skipSpace, type Member } from "./json-members.ts";

/** The object without some of its members: all others keep their bytes. */
export function dropMembers(json: Buffer, members: readonly Member[], keys: readonly string[]): Buffer {
  const pieces: Buffer[] = [];
  let from = json.indexOf("{") + 1;
  for (const { key, valueEnd } of members) {
    const end = skipSpace(json, valueEnd);
    if (!keys.includes(key)) pieces.push(...(pieces.length > 0 ? [comma] : []), json.subarray(from, end));
    from = end + 1;
  }
  return Buffer.concat([Buffer.from("{"), ...pieces, Buffer.from("}")]);
}

const comma = Buffer.from(",");
