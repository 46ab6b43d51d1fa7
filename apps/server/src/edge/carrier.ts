import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** The connection below one of TLS, which Node keeps there; null where there is none. */
export function carrierOf(socket: Socket): Duplex | null {
  const parent: unknown = Reflect.get(socket, "_parent");
  return parent instanceof Duplex ? parent : null;
}
