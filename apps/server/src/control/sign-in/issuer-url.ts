// Where an issuer may be, and where it may send a browser.

import type { Egress } from "#domain/egress/egress.ts";

/** Over plain HTTP: what goes there leaves the machine nowhere. */
export function isOfThisMachine({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Why nobody may be asked there, as a sentence; null where the text says nothing against it. */
export function faultOfIssuer(text: string, egress: Egress): string | null {
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "No user and no password may be in it";
  if (url.search !== "" || url.hash !== "") return "No parameters may be in it";
  if (url.protocol !== "https:" && !isOfThisMachine(url)) return "Give an address with https: tokens go there";
  const fault = egress.faultOf(url);
  return fault === null ? null : `${fault}. Give the address of a server that may be asked`;
}

/** An issuer names its pages itself, and a browser that is sent to one would run a script. */
export function isPage(url: URL): boolean {
  return url.protocol === "https:" || isOfThisMachine(url);
}
