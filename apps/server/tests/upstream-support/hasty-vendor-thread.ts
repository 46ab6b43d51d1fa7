// A vendor that closes each connection a moment after its answer, without having said so. In a thread of its own: whoever shared its
// event loop would never meet the moment at which it closes.

import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { HastyVendorWork } from "./hasty-vendor.ts";

const { closesAfterMs, how } = workerData as HastyVendorWork;

const server = createServer({ noDelay: true }, (socket) => {
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (data) => {
    text += data.toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0);
    if (end < 0 || text.length < end + 4 + length) return;
    text = "";
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    if (closesAfterMs === 0) socket[how]();
    else setTimeout(() => socket[how](), closesAfterMs);
  });
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as AddressInfo).port));
