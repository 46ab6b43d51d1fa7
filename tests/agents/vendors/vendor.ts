// A fake vendor that plays the plot in its own wire format, and refuses what the real one would refuse.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, ReceivedRequest, Script } from "@ghostllm/fake-upstream";
import { lastWords, Plot, roundCount } from "../plot.ts";
import { isObject } from "./wire.ts";
import type { Reading, Request, Wire } from "./wire.ts";

export class FakeVendor {
  readonly #wires: readonly Wire[];
  readonly #upstream: FakeUpstream;
  #plot = new Plot();
  #faults: string[] = [];
  #sealsKept = 0;
  #chatCount = 0;
  #toolNames: readonly string[] = [];
  #wire: Wire | null = null;

  private constructor(wires: readonly Wire[], upstream: FakeUpstream) {
    this.#wires = wires;
    this.#upstream = upstream;
  }

  static async start(wires: readonly Wire[]): Promise<FakeVendor> {
    const vendor = new FakeVendor(wires, await startFakeUpstream());
    vendor.begin();
    return vendor;
  }

  get url(): string {
    return this.#upstream.url;
  }

  get received(): readonly ReceivedRequest[] {
    return this.#upstream.received;
  }

  /** For what the real vendor would have refused requests since the plot began. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** Rounds whose thoughts came back with their seal in the last request of the conversation. */
  get sealsKept(): number {
    return this.#sealsKept;
  }

  /** In which the last request of the conversation was written. */
  get wire(): Wire | null {
    return this.#wire;
  }

  /** Of the tools in the last request of the conversation. */
  get toolNames(): readonly string[] {
    return this.#toolNames;
  }

  /** Answers given to chat requests. */
  get chatCount(): number {
    return this.#chatCount;
  }

  /** Forgets everything and starts from the first round. */
  begin(): void {
    this.#upstream.clear();
    this.#plot = new Plot();
    this.#faults = [];
    this.#sealsKept = 0;
    this.#chatCount = 0;
    this.#toolNames = [];
    this.#wire = null;
    this.#upstream.script((received) => this.#tryToAnswer(received));
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }

  /** A request that it cannot even read is a fault, too. */
  #tryToAnswer(received: ReceivedRequest): Script {
    try {
      return this.#answer(received);
    } catch (error) {
      this.#faults.push(String(error));
      return { kind: "answer", status: 500, text: String(error) };
    }
  }

  #answer(received: ReceivedRequest): Script {
    const path = received.path.split("?", 1)[0] ?? "";
    const wire = this.#wires.find((each) => each.isChat(path));
    if (wire === undefined) return answerBeside(received);
    const body = received.json();
    if (!isObject(body)) return this.#refuse(wire, ["the body is no object"]);
    const request = { path, body };
    const reading = wire.read(request, this.#plot);
    const faults = [...reading.faults, ...this.#faultsOfResults(reading)];
    if (faults.length > 0) return this.#refuse(wire, faults);
    this.#chatCount += 1;
    return this.#play(wire, request, reading);
  }

  #play(wire: Wire, request: Request, reading: Reading): Script {
    const round = reading.results.length;
    const turn = this.#plot.turnOf(round, reading.tools, wire.idPrefix);
    if (turn === null) return wire.writeText("Asking the shell", request, this.#plot);
    this.#sealsKept = reading.sealsKept;
    this.#toolNames = reading.tools.map(({ name }) => name);
    this.#wire = wire;
    if (round < roundCount) return wire.writeTurn(turn, request, this.#plot);
    return wire.writeText(lastWords, request, this.#plot);
  }

  #faultsOfResults({ results }: Reading): readonly string[] {
    return results.flatMap((texts, round) => {
      const steps = this.#plot.stepsOf(round);
      if (texts.length !== steps.length) return [`round ${round} has ${texts.length} results`];
      return steps.flatMap(({ prints }, index) =>
        texts[index]?.includes(prints) === true
          ? []
          : [`the result of call ${index} of round ${round} is not ${prints}: ${texts[index]}`],
      );
    });
  }

  #refuse(wire: Wire, faults: readonly string[]): Script {
    this.#faults.push(...faults);
    return wire.refuse(faults.join("; "));
  }
}

/** Lists of models, counts of tokens: the gateway asks for them too. */
function answerBeside({ method, path }: ReceivedRequest): Script {
  if (path.includes("count_tokens")) return { kind: "answer", body: { input_tokens: 1234 } };
  if (method === "GET") return { kind: "answer", body: { object: "list", data: [], models: [], has_more: false } };
  return { kind: "answer", status: 404, body: { error: { message: `no such path: ${path}` } } };
}
