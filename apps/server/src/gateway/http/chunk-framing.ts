// Bodies of unknown length as HTTP/1.1 has them (RFC 9112, 7.1), in texts of as many letters as they have bytes: Node joins texts and
// nothing else into one write.

/** Up to this an answer is one text with its head. */
export const mostJoinedBytes = 16 * 1024;

export const lastChunk = "0\r\n\r\n";

export function chunkOf(bytes: Buffer): string {
  return bytes.length === 0 ? "" : `${sizeLine(bytes)}${bytes.toString("latin1")}\r\n`;
}

export function sizeLine({ length }: Buffer): string {
  return `${length.toString(16)}\r\n`;
}
