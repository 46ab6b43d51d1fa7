import { expect, it } from "vitest";
import { countTraffic } from "./network-traffic.ts";

const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1660147718 2114386    0    0    0     0          0         0 1660147718 2114386    0    0    0     0       0          0
  eth0:1000       7    0    0    0     0          0         0       30       5    0    0    0     0       0          0
 wlan0:     200       1    0    0    0     0          0         0       4       1    0    0    0     0       0          0
`;

it("counts what comes from elsewhere and goes there, over all interfaces", () => {
  expect(countTraffic(text)).toEqual({ received: 1200, sent: 34 });
  expect(countTraffic("")).toEqual({ received: 0, sent: 0 });
});
