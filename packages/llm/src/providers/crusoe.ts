import { defineCompatible } from "./define-compatible.ts";

export const crusoe = defineCompatible({
  type: "crusoe",
  label: "Crusoe Managed Inference",
  documentation: "https://docs.crusoecloud.com/managed-inference/overview",
  baseUrl: "https://api.inference.crusoecloud.com/v1",
  variablePrefix: "CRUSOE",
  quirks: { takes: ["reasoning"] },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
