export const dialect = "anthropic-messages";
