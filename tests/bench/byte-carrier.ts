// The least that a proxy in Node can be: a process that carries bytes between two sockets and looks at none of them. What it costs
// is Node's own and the kernel's, and so the floor of anything that is written in it. The parent says which vendor, and hears the address.

import { connect, createServer, type AddressInfo, type Socket } from "node:net";

function carry(from: Socket, to: Socket): void {
  from.on("data", (bytes) => {
    if (!to.write(bytes)) from.pause();
  });
  to.on("drain", () => from.resume());
  from.on("close", () => to.destroy());
  from.on("error", () => to.destroy());
}

const vendorPort = Number(process.argv[2]);
const server = createServer({ noDelay: true }, (client) => {
  const vendor = connect({ port: vendorPort, host: "127.0.0.1", noDelay: true });
  carry(client, vendor);
  carry(vendor, client);
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
