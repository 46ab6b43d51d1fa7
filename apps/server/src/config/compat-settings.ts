// Of interfaces of other gateways, for programs that were made for those (docs/moving-from-litellm.md).

import { flag } from "./kinds.ts";
import { setting } from "./setting.ts";

export const compatSettings = {
  compatLitellm: setting({
    path: "compat.litellm",
    variable: "GHOSTLLM_COMPAT_LITELLM",
    kind: flag,
    default: false,
    help: "Answers the parts of LiteLLM's admin API that programs use, under `/litellm`: keys, users, teams, models, spend and health.",
    read: (config) => config.compat.litellm,
  }),
};
