import { defineCompatible } from "./define-compatible.ts";

export const xiaomi = defineCompatible({
  type: "xiaomi",
  label: "Xiaomi MiMo",
  documentation: "https://platform.xiaomimimo.com/docs",
  baseUrl: "https://api.xiaomimimo.com/v1",
  variablePrefix: "XIAOMI",
  credentialVariables: ["XIAOMI_API_KEY", "MIMO_API_KEY"],
  // The usage chunk comes whether it was asked for or not.
  quirks: { streamUsage: "unasked", takes: ["reasoning_content"], wantsThoughts: { refusing: /mimo/ } },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
