// Limits and budgets of all instances, counted by Redis: one script per decision. What is settled is settled here and told to
// Redis, now or when it is back, so that no answer waits for that. Invariant: what is told is what stands, never a difference.

import { GhostError } from "@ghostllm/contract";
import type { Counted } from "#domain/access/scope.ts";
import type { Awaitable, Clock } from "#domain/clock.ts";
import type { Counters, Extension, Reservation, ReservationRequest, ScopeUse, Settlement } from "#link/counters.ts";
import type { RedisCommands, Reply } from "./commands.ts";
import { figuresOf, standingAt, toReservation } from "./decided.ts";
import type { Held } from "./held.ts";
import type { RedisKeys } from "./keys.ts";
import { allOf, limitArguments } from "./limit-arguments.ts";
import type { LocalShare } from "./local-share.ts";
import { extend, inUse, leave, reserve, settle } from "./scripts/decisions.ts";
import type { Reunion } from "./reunion.ts";
import { settleOfOther } from "./settle-of-other.ts";
import type { RedisSignals } from "./signals.ts";
import type { Unstored } from "./unstored.ts";
import type { Untold } from "./untold.ts";

export interface CountersParts {
  readonly commands: RedisCommands;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly share: LocalShare;
  readonly unstored: Unstored;
  readonly untold: Untold;
  readonly reunion: Reunion;
  readonly signals: RedisSignals;
  /** When Redis is away, budgets are not looked at. */
  readonly allowsBudgets: boolean;
  readonly held: Map<string, Held>;
}

export class RedisCounters implements Counters {
  readonly #parts: CountersParts;

  constructor(parts: CountersParts) {
    this.#parts = parts;
  }

  reserve(request: ReservationRequest): Awaitable<Reservation> {
    const { joining } = this.#parts.reunion;
    if (joining !== null) return joining.then(() => this.reserve(request));
    return this.#isAway ? this.#reserveHere(request, "here") : this.#reserve(request);
  }

  async extend(extension: Extension): Promise<number> {
    const { commands, share, held } = this.#parts;
    const hold = held.get(extension.id);
    if (hold === undefined || hold.isLeaving || hold.expiresAt <= this.#parts.clock.monotonic()) return 0;
    if (hold.place !== "redis" || this.#isAway) return this.#extendHere(extension, hold);
    const { costNanos, id } = extension;
    const rest = [id, costNanos, ...limitArguments(hold.scopes)];
    const reply = await commands.run(extend, this.#keysOf(allOf(hold.scopes)), rest).catch(() => null);
    if (reply === null) return this.#extendHere(extension, hold);
    const granted = reply[0] === "granted" ? Number(reply[2]) : 0;
    hold.costNanos += granted;
    share.extend({ id, costNanos: granted });
    share.reserveMore(hold.scopes, granted);
    return granted;
  }

  settle(settlement: Settlement): Awaitable<number> {
    const { held, share, unstored, reunion, clock } = this.#parts;
    const hold = held.get(settlement.id);
    if (hold?.isLeaving === true) return 0;
    if (hold === undefined) return this.#settleOfOther(settlement);
    const { costNanos, takesAll = false, staysRunning = false } = settlement;
    const chargedNanos = costNanos === null || takesAll ? Math.max(costNanos ?? 0, hold.costNanos) : costNanos;
    const isKnown = hold.place === "redis" && hold.expiresAt > clock.monotonic();
    share.settle(settlement, hold.scopes, chargedNanos, isKnown ? hold.costNanos : 0);
    reunion.correctHere(settlement.id, settlement.tokens, chargedNanos);
    for (const scope of hold.scopes) if (scope.windowMs === undefined) unstored.add(scope, chargedNanos);
    if (staysRunning) hold.isLeaving = true;
    else held.delete(settlement.id);
    this.#tell(hold, settlement, chargedNanos);
    hold.costNanos = 0;
    return chargedNanos;
  }

  leave(id: string): void {
    const { commands, held, share, untold, keys } = this.#parts;
    const hold = held.get(id);
    if (hold?.isLeaving !== true) return;
    held.delete(id);
    share.leave(id);
    const { instance } = commands;
    commands.run(leave, keys.countersOf(instance), [instance, id]).catch(() => untold.giveBackLater(id));
  }

  async inUse(scopes: readonly Counted[]): Promise<readonly ScopeUse[]> {
    const { commands, share } = this.#parts;
    if (scopes.length === 0) return [];
    const reply = await commands.run(inUse, this.#keysOf(scopes), []).catch(() => null);
    if (reply?.[0] !== "used") return share.inUse(scopes);
    const figures = figuresOf(reply[2]);
    return scopes.map((_, index) => {
      const [requests = 0, tokens = 0, costNanos = 0, ...more] = figures.slice(index * 6, index * 6 + 6);
      const [running = 0, reservedNanos = 0, spent = -1] = more;
      return { requests, tokens, costNanos, running, reservedNanos, spentNanos: spent < 0 ? null : spent };
    });
  }

  async #settleOfOther(settlement: Settlement): Promise<number> {
    const chargedNanos = await settleOfOther(this.#parts, settlement);
    await this.#parts.reunion.flush();
    return chargedNanos;
  }

  get #isAway(): boolean {
    return this.#parts.commands.breaker.isOpen || this.#parts.reunion.epoch === null;
  }

  async #reserve(request: ReservationRequest): Promise<Reservation> {
    const { reunion } = this.#parts;
    try {
      let reply = await this.#ask(request);
      // What a scope has spent is asked for when it is first needed; that may be so for several that come at once.
      if (reply[0] === "unknown") {
        const all = allOf(request.scopes);
        await reunion.learn(reply.slice(2).flatMap((index) => all[Number(index)] ?? []));
        reply = await this.#ask(request);
      }
      if (reply[0] === "admitted" || reply[0] === "refused") return this.#decided(request, reply);
      if (reply[0] === "epoch" || reply[0] === "wait") reunion.begin();
      return await this.#reserveHere(request, "here");
    } catch (error) {
      // Redis does not answer, or the database that is asked what was spent.
      if (error instanceof GhostError) throw error;
      return this.#reserveHere(request, "doubtful");
    }
  }

  #ask({ id, scopes, tokens, costNanos, lifetimeMs, onlyLooks }: ReservationRequest): Promise<Reply> {
    const { commands, reunion } = this.#parts;
    const rest = [onlyLooks ? "" : id, tokens, costNanos, lifetimeMs, reunion.epoch ?? "", ...limitArguments(scopes)];
    return commands.run(reserve, this.#keysOf(allOf(scopes)), rest);
  }

  #decided(request: ReservationRequest, reply: Reply): Reservation {
    const { share } = this.#parts;
    const figures = figuresOf(reply[4]);
    const tolds = Array.isArray(reply[5]) ? reply[5].map(String) : [];
    for (const [index, scope] of request.scopes.entries()) {
      if (scope.budgetNanos === null) continue;
      share.saw(scope, { ...standingAt(figures, index), told: tolds[index] ?? "" });
    }
    const reservation = toReservation(reply, request.scopes);
    if (reservation.admitted && !request.onlyLooks) {
      share.count(request);
      this.#hold(request, "redis");
    }
    return reservation;
  }

  /** Redis may have admitted what it was asked for: that is taken back when it can be told. */
  #reserveHere(request: ReservationRequest, place: "here" | "doubtful"): Awaitable<Reservation> {
    const { share, reunion, untold } = this.#parts;
    const note = (reservation: Reservation): Reservation => {
      if (request.onlyLooks) return reservation;
      if (reservation.admitted) {
        reunion.countHere(request);
        this.#hold(request, place);
      } else if (place === "doubtful") untold.giveBackLater(request.id);
      return reservation;
    };
    const reservation = share.reserve(request);
    return reservation instanceof Promise ? reservation.then(note) : note(reservation);
  }

  #hold({ id, scopes, tokens, costNanos, lifetimeMs }: ReservationRequest, place: Held["place"]): void {
    const { held, clock } = this.#parts;
    held.set(id, {
      ...{ id, scopes, tokens, costNanos, place },
      expiresAt: clock.monotonic() + lifetimeMs,
      ...{ isRaised: false, isLeaving: false },
    });
  }

  #extendHere(extension: Extension, hold: Held): number {
    const { share, allowsBudgets } = this.#parts;
    // What Redis has admitted is held to no share of ours.
    if (hold.place === "redis" && !allowsBudgets) return 0;
    const granted = share.extend(extension);
    hold.costNanos += granted;
    hold.isRaised ||= granted > 0;
    return granted;
  }

  #tell(hold: Held, { id, tokens, staysRunning = false }: Settlement, chargedNanos: number): void {
    const { commands, unstored, untold } = this.#parts;
    const later = (): void => {
      unstored.mark(hold.scopes.filter(({ windowMs }) => windowMs === undefined));
      if (!hold.isLeaving) untold.giveBackLater(id);
    };
    if (this.#isAway) return later();
    const sums = hold.scopes.map((scope) => (scope.windowMs === undefined ? unstored.of(scope) : ""));
    const rest = [commands.instance, id, tokens, chargedNanos, staysRunning ? 1 : 0, commands.nextSeq(), ...sums];
    commands.run(settle, this.#keysOf(hold.scopes), rest).then(
      ([word]) => {
        if (word !== "settled") later();
      },
      () => later(),
    );
  }

  #keysOf(scopes: readonly Counted[]): readonly string[] {
    const { keys, commands } = this.#parts;
    return [...keys.countersOf(commands.instance), ...scopes.map((scope) => keys.scope(scope))];
  }
}
