// The head of an answer, as a text. Called by plain-response.ts.

import { STATUS_CODES } from "node:http";
import type { OutletHeaders } from "#gateway/flow/answer/outlet.ts";

const nameText = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const valueText = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Without the empty line at its end. Throws where it holds what would not stay in its place. */
export function statusAndHeaders(status: number, added: OutletHeaders | null, headers: OutletHeaders): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "unknown"}\r\n`;
  for (const name in added) {
    const value = added[name];
    if (value !== undefined && headers[name] === undefined) text += lineOf(name, value);
  }
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) text += lineOf(name, value);
  }
  return text;
}

function lineOf(name: string, value: string | number): string {
  if (!nameText.test(name) || (typeof value === "string" && !valueText.test(value)))
    throw new TypeError(`the header ${name} holds what a header cannot`);
  return `${name}: ${value}\r\n`;
}

/** The line of `Date`, made once a second. */
export class DateLine {
  #second = 0;
  #text = "";

  at(now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = `Date: ${new Date(now).toUTCString()}\r\n`;
    }
    return this.#text;
  }
}
