export const dialect = "bedrock-converse";
