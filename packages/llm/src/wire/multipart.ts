// Finds one field of a multipart form in its bytes, without decoding the rest, which may be a large file.
// RFC 7578: parts are between lines of `--` and the boundary; a part's headers end with an empty line.

export interface FormField {
  readonly value: string;
  /** Place of the value, in bytes. */
  readonly start: number;
  readonly end: number;
}

/** Of a header such as `multipart/form-data; boundary=abc`; null where it is none of a form. */
export function boundaryOf(contentType: string): string | null {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return null;
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2] ?? null;
}

const emptyLine = "\r\n\r\n";
/** Headers of a part that are longer belong to no field that is read. */
const maxHeaderBytes = 4_096;

interface FormPart {
  readonly name: string;
  readonly isFile: boolean;
  /** Place of the value, in bytes. */
  readonly start: number;
  readonly end: number;
}

/** All fields of a form, files included; null where it does not end as forms do. */
export function eachField(body: Buffer, boundary: string): readonly FormPart[] | null {
  const line = Buffer.from(`--${boundary}`);
  const end = Buffer.from(`\r\n--${boundary}`);
  const parts: FormPart[] = [];
  for (let at = body.indexOf(line); at >= 0;) {
    const headersStart = at + line.length;
    if (body.toString("latin1", headersStart, headersStart + 2) === "--") return parts;
    const headersEnd = body.indexOf(emptyLine, headersStart);
    if (headersEnd < 0 || headersEnd - headersStart > maxHeaderBytes) return null;
    const start = headersEnd + emptyLine.length;
    const valueEnd = body.indexOf(end, headersEnd);
    if (valueEnd < start) return null;
    parts.push({ ...readDisposition(body.toString("latin1", headersStart, headersEnd)), start, end: valueEnd });
    at = valueEnd + 2;
  }
  return null;
}

/**
 * What stands between the lines of the boundary, with the headers of each part: of the same form the same, by whatever boundary it was sent.
 * Null for what is no whole form.
 */
export function partsOfForm(body: Buffer, contentType: string): readonly Buffer[] | null {
  const boundary = boundaryOf(contentType);
  const fields = boundary === null ? null : eachField(body, boundary);
  if (boundary === null || fields === null) return null;
  const line = Buffer.from(`--${boundary}`);
  let at = body.indexOf(line);
  const parts = [body.subarray(0, at)];
  for (const { end } of fields) {
    parts.push(body.subarray(at + line.length, end));
    at = end + 2;
  }
  return [...parts, body.subarray(at + line.length)];
}

function readDisposition(headers: string): Pick<FormPart, "name" | "isFile"> {
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? "";
  const match = /;\s*name=(?:"([^"]*)"|([^\s;]+))/i.exec(disposition);
  return { name: match?.[1] ?? match?.[2] ?? "", isFile: /;\s*filename\*?=/i.test(disposition) };
}

/**
 * The field of this name; null where the form has none, or has it twice: vendors differ in which of the two they take.
 * Files are fields, too, but have a `filename` and are not looked at.
 */
export function findField(body: Buffer, boundary: string, name: string): FormField | null {
  const line = Buffer.from(`--${boundary}`);
  const end = Buffer.from(`\r\n--${boundary}`);
  let found: FormField | null = null;
  for (let at = body.indexOf(line); at >= 0;) {
    const headersStart = at + line.length;
    const headersEnd = body.indexOf(emptyLine, headersStart);
    if (headersEnd < 0 || headersEnd - headersStart > maxHeaderBytes) return found;
    const valueStart = headersEnd + emptyLine.length;
    const valueEnd = body.indexOf(end, headersEnd);
    if (valueEnd < valueStart) return found;
    if (isField(body.toString("latin1", headersStart, headersEnd), name)) {
      if (found !== null) return null;
      found = { value: body.toString("utf8", valueStart, valueEnd), start: valueStart, end: valueEnd };
    }
    at = valueEnd + 2;
  }
  return found;
}

function isField(headers: string, wanted: string): boolean {
  const { name, isFile } = readDisposition(headers);
  return !isFile && name === wanted;
}
