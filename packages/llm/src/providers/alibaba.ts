import { defineCompatible } from "./define-compatible.ts";

/** Keys belong to one of its regions: the base URL of the others is `dashscope.aliyuncs.com` or `dashscope-us.aliyuncs.com`. */
export const alibaba = defineCompatible({
  type: "alibaba",
  label: "Alibaba Cloud Model Studio",
  documentation: "https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope",
  baseUrl: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
  variablePrefix: "DASHSCOPE",
  // `max_tokens` is of the answer alone, without the thoughts before it.
  pricing: { thoughtsBeyondLimit: 81_920 },
  quirks: { outputLimit: "max_tokens", roles: { developer: "system" }, takes: ["top_k"] },
  operations: {
    "chat.completions": "/chat/completions",
    embeddings: "/embeddings",
  },
});
