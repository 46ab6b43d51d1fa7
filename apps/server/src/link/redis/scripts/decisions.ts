// What the gateway asks of the counters, each as one script that reads all scopes, decides, and writes all or nothing.

import { beginning, holds, scopes } from "./beginning.ts";
import { scriptOf } from "./script.ts";

/**
 * ARGV: id (empty: nothing is taken), tokens, cost, lifetime, the epoch that the caller knows, how many scopes there are; for each of them what it is held to, as
 * `limits` of the beginning names it, empty where there is none. KEYS: the scopes, and behind them earlier periods.
 */
export const reserve = scriptOf(
  "reserve",
  beginning,
  scopes,
  holds,
  `
local id, tokens, cost, lifetime = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
if is_late then return {'late', now} end
if epoch == '' or epoch ~= ARGV[8] then return {'epoch', now} end
if gate > now and is_awaiting() then return {'wait', now} end
give_back_expired()

local all, unknown = load_limited(tonumber(ARGV[9]), 10), {}
local function look(scope)
  if scope.epoch ~= epoch or has_void(scope) then unknown[#unknown + 1] = scope.index end
end
for _, scope in ipairs(all) do
  advance(scope)
  if scope.budget then
    look(scope)
    for _, one in ipairs(scope.earlier) do look(one) end
  end
end
if #unknown > 0 then return {'unknown', now, unpack(unknown)} end

local function until_fits(scope, what, amount, limit)
  local room = limit - amount
  if room < 0 then return -1 end
  local left, at, seq = scope[what], now, scope.first
  while left > room and seq <= scope.last do
    local began, requests, counted, costs = bucket_of(scope, seq)
    left = left - (what == 'requests' and requests or what == 'tokens' and counted or costs)
    at, seq = began, seq + 1
  end
  return math.max(1, math.ceil((at + span_of(scope) - now) / 1000))
end

local refusal = nil
local function lasts(wait) return wait < 0 and math.huge or wait end
local function refuse(reason, place, limit, wait)
  if refusal and lasts(wait) <= lasts(refusal.wait) then return end
  refusal = {reason = reason, place = place, limit = limit, wait = wait}
end

for place, scope in ipairs(all) do
  local most = scope.most_requests
  if most and scope.requests + 1 > most then refuse(0, place, most, until_fits(scope, 'requests', 1, most)) end
  most = scope.most_tokens
  if most and scope.tokens + tokens > most then refuse(1, place, most, until_fits(scope, 'tokens', tokens, most)) end
  most = scope.most_costs
  if most and cost > 0 and scope.costs + cost > most then
    refuse(4, place, most, until_fits(scope, 'costs', cost, most))
  end
  most = scope.most_running
  if most and scope.running >= most then refuse(2, place, most, 1) end
  most = allowance_of(scope)
  if most and cost > 0 then
    local spent = spent_of(scope)
    if cost > most - spent - scope.reserved then
      refuse(3, place, most, scope.reserved > 0 and cost <= most - spent and 5 or -1)
    end
  end
end

local consulted = {}
local function consult(place, kind, limit, left)
  for _, figure in ipairs({place - 1, kind, limit, left}) do consulted[#consulted + 1] = figure end
end
for place, scope in ipairs(all) do
  local most = scope.most_requests
  if most then consult(place, 0, most, most - scope.requests) end
  most = scope.most_tokens
  if most then consult(place, 1, most, most - scope.tokens) end
  most = scope.most_costs
  if most then consult(place, 2, most, most - scope.costs) end
  most = scope.most_running
  if most then consult(place, 3, most, most - scope.running) end
  if scope.budget then consult(place, 4, scope.budget, allowance_of(scope) - spent_of(scope) - scope.reserved) end
end

if not refusal and id ~= '' and redis.call('HEXISTS', KEYS[3], id) == 0 then
  local hold = {cost = cost, tokens = tokens, scopes = {}, entries = {}, costs = {}}
  for place, scope in ipairs(all) do
    local counts_costs = scope.most_costs and true or false
    if scope.has_window then count(scope, 1, tokens, counts_costs and cost or 0) end
    scope.running = scope.running + 1
    scope.reserved = scope.reserved + cost
    save(scope)
    hold.scopes[place] = name_of(scope.key)
    hold.entries[place] = scope.has_window and scope.last or 0
    hold.costs[place] = counts_costs
  end
  write_hold(KEYS[3], instance, id, hold, now + lifetime)
end

local report = {-1, -1, -1, -1, -1, -1}
local function tighten(from, scope, limit, used, counted_at)
  local remaining = math.max(0, limit - used)
  if report[from] >= 0 and remaining >= report[from + 1] then return end
  report[from], report[from + 1] = limit, remaining
  report[from + 2] = used == 0 and 0 or math.max(1, math.ceil((counted_at + span_of(scope) - now) / 1000))
end
local figures, tolds = {}, {}
for _, scope in ipairs(all) do
  if scope.most_requests then tighten(1, scope, scope.most_requests, scope.requests, scope.lastAt) end
  if scope.most_tokens then tighten(4, scope, scope.most_tokens, scope.tokens, scope.tokensAt) end
  figures[#figures + 1] = scope.budget and spent_of(scope) or 0
  figures[#figures + 1] = scope.reserved
  figures[#figures + 1] = allowance_of(scope) or 0
  tolds[#tolds + 1] = scope.told
end
local verdict = {-1, -1, -1, -1}
if refusal then verdict = {refusal.reason, refusal.place - 1, refusal.limit, refusal.wait} end
return {refusal and 'refused' or 'admitted', now, report, verdict, figures, tolds, consulted}
`,
);

/** ARGV: id, cost, how many scopes there are, and of each of them what reserving says. Answers what was granted. */
export const extend = scriptOf(
  "extend",
  beginning,
  scopes,
  holds,
  `
if is_late then return {'late', now} end
give_back_expired()
local hold = read_hold(KEYS[3], ARGV[4])
if not hold then return {'granted', now, 0} end
local granted, all = tonumber(ARGV[5]), load_limited(tonumber(ARGV[6]), 7)
for _, scope in ipairs(all) do
  advance(scope)
  local budget = allowance_of(scope)
  if budget then granted = math.min(granted, budget - spent_of(scope) - scope.reserved) end
  if scope.most_costs then granted = math.min(granted, scope.most_costs - scope.costs) end
end
granted = math.max(0, granted)
if granted > 0 then
  hold.cost = hold.cost + granted
  redis.call('HSET', KEYS[3], ARGV[4], cmsgpack.pack(hold))
  for place, scope in ipairs(all) do
    scope.reserved = scope.reserved + granted
    if scope.most_costs then correct(scope, hold.entries[place] or 0, 0, granted) end
    save(scope)
  end
end
return {'granted', now, granted}
`,
);

/**
 * ARGV: who held it, id, tokens, cost, whether its answer is still leaving, a number that grows; for each scope what the instance has
 * answered beyond what the database has, empty where it has no budget. Gives back what is held, once, however often it is carried out.
 */
export const settle = scriptOf(
  "settle",
  beginning,
  scopes,
  holds,
  `
if is_late then return {'late', now} end
local holder, id, tokens, cost = ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local is_leaving, seq = ARGV[8] == '1', tonumber(ARGV[9])
local hold = read_hold(KEYS[3], id)
for place = 4, #KEYS do
  local scope = load_scope(KEYS[place])
  if hold then
    local index = place - 3
    advance(scope)
    local more_costs = hold.costs and hold.costs[index] and cost - hold.cost or 0
    correct(scope, hold.entries[index] or 0, tokens - hold.tokens, more_costs)
    scope.reserved = scope.reserved - hold.cost
    if not is_leaving then scope.running = scope.running - 1 end
    save(scope)
  end
  local unstored = tonumber(ARGV[6 + place])
  if unstored then tell_unstored(KEYS[place], scope.told, seq, unstored) end
end
if hold then
  if is_leaving then
    hold.cost, hold.tokens = 0, tokens
    redis.call('HSET', KEYS[3], id, cmsgpack.pack(hold))
  else
    forget_hold(KEYS[3], holder, id)
  end
end
return {'settled', now}
`,
);

/** ARGV: who held them, then ids. */
export const leave = scriptOf(
  "leave",
  beginning,
  holds,
  `
if is_late then return {'late', now} end
for place = 5, #ARGV do give_back(ARGV[4], ARGV[place]) end
return {'left', now}
`,
);

/** Answers requests, tokens, cost, running, reserved and spent of each scope; spent is -1 where it is not known. */
export const inUse = scriptOf(
  "inUse",
  beginning,
  scopes,
  holds,
  `
if is_late then return {'late', now} end
give_back_expired()
local figures = {}
for place = 4, #KEYS do
  local scope = load_scope(KEYS[place])
  if not scope.is_new then
    advance(scope)
    save(scope)
  end
  for _, name in ipairs({'requests', 'tokens', 'costs', 'running', 'reserved'}) do
    figures[#figures + 1] = scope[name]
  end
  local is_known = scope.epoch == epoch and not has_void(scope)
  figures[#figures + 1] = is_known and spent_of(scope) or -1
end
return {'used', now, figures}
`,
);

export const decisions = [reserve, extend, settle, leave, inUse];
