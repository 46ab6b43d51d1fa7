export const dialect = "openai-chat";
