// What is kept by name: owners, turns, pending answers. ARGV[1] is the time, where tests say it.

import { scriptOf } from "./script.ts";

export const time = `
local function read_now()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local parts = redis.call('TIME')
  return parts[1] * 1000 + math.floor(parts[2] / 1000)
end
local now = read_now()
`;

/** KEYS: values, their order, their sum of sizes. What is kept again is the latest; the oldest make room. */
const shelf = `
local function get(name)
  local packed = redis.call('HGET', KEYS[1], name)
  local kept = packed and cmsgpack.unpack(packed)
  if kept and kept.expires > now then return kept end
  return nil
end

local function drop(name)
  local packed = redis.call('HGET', KEYS[1], name)
  if packed then redis.call('HINCRBY', KEYS[3], 'size', -cmsgpack.unpack(packed).size) end
  redis.call('HDEL', KEYS[1], name)
  redis.call('ZREM', KEYS[2], name)
end

local function put(name, kept, lifetime)
  drop(name)
  kept.expires = now + lifetime
  redis.call('HSET', KEYS[1], name, cmsgpack.pack(kept))
  redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[3], 'seq', 1), name)
  redis.call('HINCRBY', KEYS[3], 'size', kept.size)
end

local function make_room(limit, lifetime)
  while true do
    local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
    if not oldest then break end
    if tonumber(redis.call('HGET', KEYS[3], 'size')) <= limit and get(oldest) then break end
    drop(oldest)
  end
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, 2 * lifetime) end
end
`;

/**
 * ARGV: most of them, lifetime, after which time one is written down again, user, what must be the same, text, then ids.
 * Answers of each 0 where it is somebody else's, 1 where it is kept, 2 where it is to be written down as well.
 */
export const keepOwner = scriptOf(
  "keepOwner",
  time,
  shelf,
  `
local limit, lifetime, rewrite_after = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local user, same, text = ARGV[5], ARGV[6], ARGV[7]
local kept = {}
for place = 8, #ARGV do
  local id = ARGV[place]
  local known = get(id)
  kept[#kept + 1] = 0
  if not known or known.user == user then
    local is_written = known and now - known.written < rewrite_after and known.same == same
    local written = is_written and known.written or now
    put(id, {user = user, same = same, text = text, written = written, size = 1}, lifetime)
    kept[#kept] = is_written and 1 or 2
  end
end
make_room(limit, lifetime)
return kept
`,
);

/** ARGV: most of all sizes, lifetime; then name, size, text of each. */
export const keepTurns = scriptOf(
  "keepTurns",
  time,
  shelf,
  `
local lifetime = tonumber(ARGV[3])
for place = 4, #ARGV, 3 do
  put(ARGV[place], {size = tonumber(ARGV[place + 1]), text = ARGV[place + 2]}, lifetime)
end
make_room(tonumber(ARGV[2]), lifetime)
return 1
`,
);

/** ARGV: names. Answers the text of each, empty where it is not known. */
export const findKept = scriptOf(
  "findKept",
  time,
  shelf,
  `
local texts = {}
for place = 2, #ARGV do
  local kept = get(ARGV[place])
  texts[#texts + 1] = kept and kept.text or ''
end
return texts
`,
);

/** KEYS: texts, when each is overdue, their order. ARGV: name, text, lifetime. */
export const addPending = scriptOf(
  "addPending",
  time,
  `
if redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[3]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), ARGV[2])
local latest = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2]
redis.call('ZADD', KEYS[3], (latest or 0) + 1, ARGV[2])
return 1
`,
);

const takePending = `
local taken = {}
local function take(name)
  local text = redis.call('HGET', KEYS[1], name)
  if not text then return end
  taken[#taken + 1] = text
  taken[#taken + 1] = tonumber(redis.call('ZSCORE', KEYS[2], name)) - now
  redis.call('HDEL', KEYS[1], name)
  redis.call('ZREM', KEYS[2], name)
  redis.call('ZREM', KEYS[3], name)
end
`;

/** ARGV: names. Answers the text and what is left of the time of each that was there. */
export const takeNamed = scriptOf(
  "takeNamed",
  time,
  takePending,
  `
for place = 2, #ARGV do take(ARGV[place]) end
return taken
`,
);

/** ARGV: how many may wait, and how many are taken at once. */
export const takeOverdue = scriptOf(
  "takeOverdue",
  time,
  takePending,
  `
local at_once = tonumber(ARGV[3])
local names = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, at_once)
local too_many = math.min(at_once, redis.call('ZCARD', KEYS[3]) - tonumber(ARGV[2]))
if too_many > 0 then
  for _, name in ipairs(redis.call('ZRANGE', KEYS[3], 0, too_many - 1)) do names[#names + 1] = name end
end
for _, name in ipairs(names) do take(name) end
return taken
`,
);
