// What all drivers in JavaScript share: a job a line comes in, its result goes out as a line of JSON.

import { createInterface } from "node:readline";

export function describe(error) {
  const status = error?.status ?? error?.statusCode ?? error?.status_code ?? null;
  // undici hides in `cause` what broke the connection.
  const cause = error?.cause?.message ? ` (${error.cause.message})` : "";
  const name = error?.constructor?.name ?? typeof error;
  return {
    class: name,
    status: typeof status === "number" ? status : null,
    message: `${error?.message ?? error}${cause}`,
  };
}

/** `apis`: name -> operation -> (job, result) -> void. What is in `result` when one throws was delivered before. */
export async function serve(apis) {
  for await (const line of createInterface({ input: process.stdin })) {
    const job = JSON.parse(line);
    const result = { text: "" };
    try {
      await apis[job.api][job.operation](job, result);
    } catch (error) {
      // A stream may have told of an error before it broke off.
      result.error ??= describe(error);
    }
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}
