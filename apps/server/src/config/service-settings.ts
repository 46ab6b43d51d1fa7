// Which services of all a server runs.

import { services } from "@ghostllm/contract/routes";
import type { Service } from "@ghostllm/contract/routes";
import { jsonOfList, type Kind } from "./kinds.ts";
import { setting } from "./setting.ts";

const serviceList: Kind<readonly Service[]> = {
  name: `of ${services.join(", ")}, between commas`,
  json: jsonOfList,
  parse(raw) {
    const texts: readonly unknown[] = Array.isArray(raw) ? raw : String(raw).split(/[,\s]+/);
    const names = texts.map(String).filter((text) => text !== "");
    const unknown = names.find((name) => !services.some((service) => service === name));
    const hint = `Name some of ${services.join(", ")}, between commas.`;
    if (unknown !== undefined) return { ok: false, message: `\`${unknown.slice(0, 60)}\` is no service`, hint };
    if (names.length === 0) return { ok: false, message: "no service is named", hint };
    return { ok: true, value: services.filter((service) => names.includes(service)) };
  },
  show: (list) => list.join(", "),
};

export const serviceSettings = {
  services: setting<readonly Service[]>({
    path: "server.services",
    variable: "SERVER_SERVICES",
    kind: serviceList,
    default: services,
    help: "What this server runs. Several that share a PostgreSQL may divide the services among them; what one does not run it answers with 404.",
    read: (config) => config.services,
  }),
};
