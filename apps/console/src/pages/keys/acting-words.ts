// For whom the requests of a key may say that they are, in words.

export const actingWords: Readonly<Record<string, string>> = {
  known: "users of this server; others are refused",
  any: "users of this server; others count for its owner",
};
