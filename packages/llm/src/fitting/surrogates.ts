// Halves of surrogate pairs that stand alone in the text of a JSON document, as `\ud83d` without its other half: most
// parsers refuse the whole of it, also those of vendors. https://www.rfc-editor.org/rfc/rfc8259#section-8.2

const signs = ["\\ud", "\\uD"];
const escapeLength = 6;

/** The same bytes where there is none. Each becomes the replacement character, which is as long. */
export function mendSurrogates(json: Buffer): Buffer {
  let mended = json;
  for (const sign of signs)
    for (let at = json.indexOf(sign); at >= 0; at = json.indexOf(sign, at + 1))
      if (isLone(json, at)) {
        if (mended === json) mended = Buffer.from(json);
        mended.write("fffd", at + 2, "latin1");
      }
  return mended;
}

function isLone(json: Buffer, at: number): boolean {
  const code = codeAt(json, at);
  if (code === null || code < 0xd800 || code > 0xdfff) return false;
  if (code < 0xdc00) return !isBetween(codeAt(json, at + escapeLength), 0xdc00, 0xdfff);
  return !isBetween(codeAt(json, at - escapeLength), 0xd800, 0xdbff);
}

function isBetween(code: number | null, least: number, most: number): boolean {
  return code !== null && code >= least && code <= most;
}

/** Null where no escape begins: an even number of backslashes is a text of backslashes. */
function codeAt(json: Buffer, at: number): number | null {
  if (at < 0) return null;
  const found = /^\\u([0-9a-fA-F]{4})$/.exec(json.toString("latin1", at, at + escapeLength));
  let before = at;
  while (json[before - 1] === 0x5c) before -= 1;
  return found?.[1] === undefined || (at - before) % 2 === 1 ? null : Number.parseInt(found[1], 16);
}
