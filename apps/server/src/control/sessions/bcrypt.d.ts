/** The package ships no types; these are the two functions that are called. */
declare module "bcrypt" {
  export function hash(data: string, rounds: number): Promise<string>;
  export function compare(data: string, hash: string): Promise<boolean>;
}
