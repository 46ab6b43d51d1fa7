/** In which order the targets of an alias are asked. */
export const aliasStrategies = ["ordered", "weighted", "latency", "least-busy", "cheapest"] as const;

export type AliasStrategy = (typeof aliasStrategies)[number];
