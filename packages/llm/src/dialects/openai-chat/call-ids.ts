import type { Quirks } from "#providers/definition.ts";

const nine = /^[a-zA-Z0-9]{9}$/;

/** The id of a call or of its result in the form that the vendor takes. The same is always made of the same. */
export function writeCallId(id: string, form: Quirks["callIds"]): string {
  if (form === undefined || nine.test(id)) return id;
  return hash(id).toString(36).padStart(9, "0").slice(-9);
}

/** cyrb53: not secret, but far apart for ids that are much alike. */
function hash(text: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 2654435761);
    high = Math.imul(high ^ code, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0);
}
