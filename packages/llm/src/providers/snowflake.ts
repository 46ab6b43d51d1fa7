import { claudeModels } from "./claude-models.ts";
import { defineCompatible } from "./define-compatible.ts";

/** The base URL is `https://ORGANISATION-ACCOUNT.snowflakecomputing.com/api/v2/cortex/v1`, the key a programmatic access token. */
export const snowflake = defineCompatible({
  type: "snowflake",
  label: "Snowflake Cortex",
  documentation: "https://docs.snowflake.com/en/user-guide/snowflake-cortex/open_ai_sdk",
  baseUrl: null,
  variablePrefix: "SNOWFLAKE",
  modelList: null,
  quirks: { models: claudeModels },
  operations: {
    "chat.completions": "/chat/completions",
  },
});
