import { Client } from "pg";

/** Somebody else who is connected to a PostgreSQL. */
export type Operator = Client;

export async function connectOperator(connectionString: string): Promise<Operator> {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
}
