export const dialect = "gemini";
