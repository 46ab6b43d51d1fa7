/** The package ships no types; these are the two functions that are called. */
declare module "bcrypt" {
  export function hashSync(data: string, rounds: number): string;
  export function compareSync(data: string, hash: string): boolean;
}
