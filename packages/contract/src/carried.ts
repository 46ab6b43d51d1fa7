// What was spent and used elsewhere is told in parts of these sizes.

export const mostCarriedSpend = 500;
export const mostCarriedUsage = 1_000;
