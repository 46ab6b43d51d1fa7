// What every command works with. Built once in program.ts; tests pass in streams of their own.

import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { connect } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { CliError, exitCodes } from "./exit-codes.ts";
import { findLocalServer } from "./local-configuration.ts";
import { createOutput } from "./output.ts";
import type { Output } from "./output.ts";

export interface Streams {
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly input: NodeJS.ReadableStream;
}

export interface GlobalOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
}

export interface Context {
  readonly output: Output;
  readonly streams: Streams;
  connect(): Promise<Connection>;
  /** `-` is read from the standard input, so that a secret need not be in the list of processes. */
  readSecret(given: string): Promise<string>;
  /** Of a file; `-` is the standard input. */
  readText(file: string): Promise<string>;
}

/** What a command that was given works with. */
export type ContextOf = (command: Command) => Context;

export function createContext(command: Command, streams: Streams): Context {
  const given = command.optsWithGlobals<GlobalOptions>();
  return {
    streams,
    output: createOutput(streams.writeOut, given.json === true),
    connect: () => connect({ given, readLocal: findLocalServer }),
    readSecret: async (secret) => (secret === "-" ? (await text(streams.input)).trim() : secret),
    readText: async (file) => (file === "-" ? text(streams.input) : readFile(file, "utf8").catch(unreadable(file))),
  };
}

function unreadable(file: string) {
  return (): never => {
    throw new CliError("no_file", `${file} cannot be read`, exitCodes.usage);
  };
}
