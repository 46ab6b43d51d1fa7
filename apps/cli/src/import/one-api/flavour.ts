/** The two have other numbers for some vendors, and other columns. */
export type Flavour = "one-api" | "new-api";
