// The thread that owns the SQLite connection, so that its fsyncs never hold the server's event loop.
// Started by sqlite-thread.ts; it answers messages in the order in which they come.

import { parentPort, workerData } from "node:worker_threads";
import { SqliteConnection } from "./sqlite-connection.ts";
import type { drainInto } from "./sqlite-drain.ts";
import { SqliteFault } from "./sqlite-faults.ts";
import type { SqliteAnswer, SqliteDrain, SqliteMessage, SqliteThreadOptions } from "./sqlite-protocol.ts";

const port = parentPort;
if (port === null) throw new Error("sqlite-worker.ts runs as a worker thread only");
// Of sqlite-thread.ts, which is of the same version: what would check it takes longer to load than all else here.
const connection = new SqliteConnection(workerData as SqliteThreadOptions);

/** Loaded when there is something to store: who only reads, such as the command line, goes without. */
let drainer: Promise<{ readonly drainInto: typeof drainInto }> | undefined;

async function drain({ lines }: SqliteDrain): Promise<SqliteAnswer> {
  drainer ??= import("./sqlite-drain.ts");
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  return { drained: await (await drainer).drainInto(connection, text) };
}

function errorOf(error: unknown): SqliteAnswer {
  const code = error instanceof SqliteFault ? error.code : "";
  return { error: { code, message: error instanceof Error ? error.message : String(error) } };
}

function answer(message: SqliteMessage): SqliteAnswer | Promise<SqliteAnswer> {
  try {
    if (message === "close") {
      connection.close();
      return "closed";
    }
    return "lines" in message ? drain(message).catch(errorOf) : connection.run(message);
  } catch (error) {
    return errorOf(error);
  }
}

/** What came before is being done. */
let inTurn: Promise<void> | null = null;

async function answerInTurn(message: SqliteMessage): Promise<void> {
  await inTurn;
  tell(await answer(message));
}

function tell(told: SqliteAnswer): void {
  port?.postMessage(told);
  if (told === "closed") port?.close();
}

port.on("message", (message: SqliteMessage) => {
  if (inTurn === null && (message === "close" || !("lines" in message))) {
    const told = answer(message);
    if (!(told instanceof Promise)) return tell(told);
  }
  const turn = answerInTurn(message).finally(() => {
    if (inTurn === turn) inTurn = null;
  });
  inTurn = turn;
});
