export const dialect = "ollama";
