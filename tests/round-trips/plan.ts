// What the model does in every round trip: five turns in each of which it thinks, says something, and calls two tools at
// once; then it answers. Vendors play it in their own format, and check that clients come back with what they were told.

export interface PlannedCall {
  readonly name: "weather" | "clock";
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: string;
}

export interface PlannedTurn {
  readonly thought: string;
  /** What the vendor seals the thought with. */
  readonly seal: string;
  readonly text: string;
  readonly calls: readonly [PlannedCall, PlannedCall];
}

const cities = ["Paris", "Tōkyō", "São Paulo", 'Quote"ville', "Ürümqi"];

export const turns: readonly PlannedTurn[] = cities.map((city, at) => ({
  thought: `Step ${at}: both tools\nfor ${city} 🧭`,
  seal: `c2VhbA+/${at}==`,
  text: at === 2 ? "" : `Looking at ${city}.`,
  calls: [
    {
      name: "weather",
      args: { city, days: [1, 2], deep: { unit: "°C", none: null } },
      result: `${city}: sunny, ${20 + at} °C`,
    },
    { name: "clock", args: { city }, result: `${city}: ${at}:00` },
  ],
}));

export const finalText = "It is sunny everywhere.";

export const system = "You look things up before you answer.";
export const question = "How is the weather in this picture's cities, and how late is it?";

/** 1 x 1, transparent. */
export const picture =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

export const tools = [
  {
    name: "weather",
    description: "The weather of a city",
    parameters: {
      type: "object",
      properties: {
        city: { type: "string" },
        days: { type: "array", items: { type: "integer" } },
        deep: { type: "object", properties: { unit: { type: "string" } } },
      },
      required: ["city"],
    },
  },
  {
    name: "clock",
    description: "The time in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
] as const;

/** What the tool answers to a call. Throws for a call that the model never made. */
export function resultOf(turn: number, name: string, args: unknown): string {
  const call = turns[turn]?.calls.find((planned) => planned.name === name);
  if (call === undefined || JSON.stringify(call.args) !== JSON.stringify(args)) {
    throw new Error(`turn ${turn}: the client was told of ${name} ${JSON.stringify(args)}`);
  }
  return call.result;
}
