// How instances come together over one Redis: who is there, what each has answered beyond the database, and what is held. All of
// it is told as it stands and never as a difference, so that it may be told again after any loss, by any number of instances.

import { beginning, holds, scopes } from "./beginning.ts";
import { scriptOf } from "./script.ts";

/**
 * ARGV: a name for a new epoch, how long others are waited for, then the instances that were last seen. An epoch ends when Redis
 * has lost what it knew, or may have: with the process. Answers the epoch, the ids of what it holds for the instance, and whether
 * it has just begun.
 */
export const hello = scriptOf(
  "hello",
  beginning,
  `
if is_late then return {'late', now} end
local members, awaited, met = base .. 'members', base .. 'awaited', base .. 'met'
local others, is_new = {}, 0
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or ''
if epoch == '' or redis.call('HGET', KEYS[1], 'run') ~= run then
  epoch, is_new = ARGV[4], 1
  redis.call('DEL', awaited, met)
  others = redis.call('ZRANGEBYSCORE', members, now - 15000, '+inf')
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'run', run)
end
-- Each knows of others: those that have not come back yet are waited for, whoever came back first.
for place = 6, #ARGV do others[#others + 1] = ARGV[place] end
for _, other in ipairs(others) do
  if other ~= instance and redis.call('SISMEMBER', met, other) == 0 and redis.call('SADD', awaited, other) == 1 then
    redis.call('HSET', KEYS[1], 'gate', now + tonumber(ARGV[5]))
  end
end
return {'hello', now, epoch, redis.call('HKEYS', KEYS[3]), is_new}
`,
);

/** The instance has told all that it knows. ARGV: the first of the numbers of this process that grow. */
export const ready = scriptOf(
  "ready",
  beginning,
  `
if is_late then return {'late', now} end
local awaited = base .. 'awaited'
redis.call('SREM', awaited, instance)
redis.call('SADD', base .. 'met', instance)
redis.call('HSET', KEYS[1], 'began:' .. instance, ARGV[4])
redis.call('ZADD', base .. 'members', now, instance)
if redis.call('EXISTS', awaited) == 0 then redis.call('HDEL', KEYS[1], 'gate') end
return {'ready', now, redis.call('ZRANGEBYSCORE', base .. 'members', now - 15000, '+inf')}
`,
);

/**
 * What was counted by somebody who could not ask goes where it belongs in time, so that it leaves the window when it should. From the
 * oldest of it on, entries are written anew; beyond the exact ones those within a part of the window share one, at its last time.
 * A hold that was counted among them meanwhile may then be corrected in its neighbour, which takes as much back or less.
 */
const countedEarlier = `
local function read_counted(text)
  local counted = {}
  for ago, requests, tokens, costs in string.gmatch(text, '(%d+):(%d+):(%d+):(%d+)') do
    counted[#counted + 1] = {now - tonumber(ago), tonumber(requests), tonumber(tokens), tonumber(costs)}
  end
  return counted
end

local function take_from(scope, at)
  local entries = {}
  while scope.last >= scope.first do
    local entry = {bucket_of(scope, scope.last)}
    if entry[1] < at then
      scope.lastAt, scope.lastBegan = entry[1], entry[1]
      break
    end
    table.insert(entries, 1, entry)
    redis.call('HDEL', scope.key, 'b' .. scope.last)
    scope.last = scope.last - 1
    scope.requests, scope.tokens = scope.requests - entry[2], scope.tokens - entry[3]
    scope.costs = scope.costs - entry[4]
  end
  return entries
end

local function count_earlier(scope, counted)
  local present, after = now, take_from(scope, counted[1][1])
  local next_counted, next_after = 1, 1
  while counted[next_counted] or after[next_after] do
    local one, other = counted[next_counted], after[next_after]
    if not other or (one and one[1] <= other[1]) then next_counted = next_counted + 1 else next_after, one = next_after + 1, other end
    if one[1] + span_of(scope) > present then
      now = one[1]
      count(scope, one[2], one[3], one[4])
      redis.call('HSET', scope.key, 'b' .. scope.last, scope.bucket)
    end
  end
  now = present
end
`;

/**
 * ARGV: the epoch, a number that grows, whether the database was asked because it was not known, the first
 * number of this process; for each scope: what the instance has answered beyond the database, what the database
 * has, what others were last heard to tell, the window, and what was counted in it elsewhere: how long ago, requests, tokens and
 * cost, the oldest first. Empty is unknown.
 */
export const tell = scriptOf(
  "tell",
  beginning,
  scopes,
  countedEarlier,
  `
if is_late then return {'late', now} end
local seq, is_learnt, first_seq = tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7])
for place = 4, #KEYS do
  local from, key = 8 + (place - 4) * 5, KEYS[place]
  local unstored, stored, heard = tonumber(ARGV[from]), tonumber(ARGV[from + 1]), ARGV[from + 2]
  local window, counted = tonumber(ARGV[from + 3]), read_counted(ARGV[from + 4])
  local scope = load_scope(key)
  if window then scope.window = window end
  -- The database only ever has more: whatever was read of it is the least that was spent.
  if stored then
    redis.call('HSET', key, 'stored', math.max(scope.stored, stored))
    if epoch == ARGV[4] then redis.call('HSET', key, 'epoch', epoch) end
  end
  local told = read_told(scope.told)
  if heard ~= '' then
    for name, word in pairs(read_told(heard)) do add_told(told, name, word.seq, word.nanos) end
  end
  add_own(key, told, seq, unstored, first_seq)
  write_told(key, told, is_learnt)
  if #counted > 0 then
    advance(scope)
    count_earlier(scope, counted)
  end
  save(scope)
end
return {'told', now}
`,
);

/** ARGV: id, tokens, cost, what is left of its time. In the windows it is counted by what is told of them. */
export const hold = scriptOf(
  "hold",
  beginning,
  scopes,
  holds,
  `
if is_late then return {'late', now} end
local known = read_hold(KEYS[3], ARGV[4])
if known then
  -- More may have been granted by the instance while it did not ask here.
  local more = tonumber(ARGV[6]) - known.cost
  if more > 0 then
    known.cost = known.cost + more
    redis.call('HSET', KEYS[3], ARGV[4], cmsgpack.pack(known))
    for place = 4, #KEYS do redis.call('HINCRBY', KEYS[place], 'reserved', string.format('%.0f', more)) end
  end
  return {'held', now}
end
local hold = {cost = tonumber(ARGV[6]), tokens = tonumber(ARGV[5]), scopes = {}, entries = {}}
for place = 4, #KEYS do
  local scope = load_scope(KEYS[place])
  scope.running = scope.running + 1
  scope.reserved = scope.reserved + hold.cost
  save(scope)
  hold.scopes[#hold.scopes + 1] = name_of(scope.key)
  hold.entries[#hold.entries + 1] = 0
end
write_hold(KEYS[3], instance, ARGV[4], hold, now + tonumber(ARGV[7]))
return {'held', now}
`,
);

/** ARGV: what the instance tells of itself. What a silent instance holds is given back. Answers who is there. */
export const beat = scriptOf(
  "beat",
  beginning,
  holds,
  `
if is_late then return {'late', now} end
local members, silent_ms, forgotten_ms = base .. 'members', 15000, 86400000
redis.call('ZADD', members, now, instance)
redis.call('ZREMRANGEBYSCORE', members, '-inf', now - forgotten_ms)
for _, silent in ipairs(redis.call('ZRANGEBYSCORE', members, '-inf', now - silent_ms)) do
  local page = redis.call('HSCAN', base .. 'holds:' .. silent, 0, 'COUNT', 200)
  for place = 1, #page[2], 2 do give_back(silent, page[2][place]) end
end
return {'beat', now, epoch, redis.call('ZRANGEBYSCORE', members, now - silent_ms, '+inf')}
`,
);

/** ARGV: an id that another instance holds. Answers who, what it holds, and of which scopes. */
export const find = scriptOf(
  "find",
  beginning,
  holds,
  `
if is_late then return {'late', now} end
for _, holder in ipairs(redis.call('ZRANGE', base .. 'members', 0, -1)) do
  local hold = read_hold(base .. 'holds:' .. holder, ARGV[4])
  if hold then return {'found', now, holder, hold.cost, hold.scopes} end
end
return {'none', now}
`,
);

/** The instance stops: it holds nothing and has told the database all. */
export const goodbye = scriptOf(
  "goodbye",
  beginning,
  holds,
  `
for _, id in ipairs(redis.call('HKEYS', KEYS[3])) do give_back(instance, id) end
redis.call('ZREM', base .. 'members', instance)
redis.call('SREM', base .. 'awaited', instance)
return {'left', now}
`,
);

export const encounters = [hello, ready, tell, hold, beat, find, goodbye];
