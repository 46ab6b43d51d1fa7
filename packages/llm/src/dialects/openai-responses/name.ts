export const dialect = "openai-responses";
