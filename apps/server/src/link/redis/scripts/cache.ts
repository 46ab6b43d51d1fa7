// Answers for requests that come again. KEYS: names by when they expire, what is known of each, the sum of their sizes. Each answer is a
// key of its own, in their slot. ARGV[1] is the time, where tests say it.

import { scriptOf } from "./script.ts";
import { time } from "./stores.ts";

const dropping = `
local prefix = ARGV[2]
local function drop(name)
  local known = redis.call('HGET', KEYS[2], name)
  if not known then return 0 end
  redis.call('DECRBY', KEYS[3], cjson.decode(known).size)
  redis.call('HDEL', KEYS[2], name)
  redis.call('ZREM', KEYS[1], name)
  redis.call('UNLINK', prefix .. name)
  return 1
end
`;

/** ARGV: what names have before them, most bytes, lifetime, how long nothing of all that lives, name, what is known of it, text. */
export const keepAnswer = scriptOf(
  "keepAnswer",
  time,
  dropping,
  `
local limit, lifetime, longest = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local name, about, text = ARGV[6], ARGV[7], ARGV[8]
drop(name)
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)) do drop(old) end
local size = cjson.decode(about).size
while tonumber(redis.call('GET', KEYS[3]) or 0) + size > limit do
  local first = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
  if not first then break end
  drop(first)
end
redis.call('SET', prefix .. name, string.format('%.0f', now + lifetime) .. '\\n' .. text, 'PX', math.ceil(lifetime))
redis.call('ZADD', KEYS[1], now + lifetime, name)
redis.call('HSET', KEYS[2], name, about)
redis.call('INCRBY', KEYS[3], size)
for place = 1, 3 do redis.call('PEXPIRE', KEYS[place], longest) end
return 1
`,
);

/** KEYS: the answer. Its text, or an empty one. */
export const findAnswer = scriptOf(
  "findAnswer",
  time,
  `
local kept = redis.call('GET', KEYS[1])
if not kept then return '' end
local line = string.find(kept, '\\n', 1, true)
if tonumber(string.sub(kept, 1, line - 1)) <= now then return '' end
return string.sub(kept, line + 1)
`,
);

/** ARGV: what names have before them, the cursor, then the alias, the key and the user, empty where all are meant. Answers the cursor and how many are gone. */
export const purgeAnswers = scriptOf(
  "purgeAnswers",
  time,
  dropping,
  `
local function is_meant(wanted, id) return wanted == '' or wanted == id end
local scanned = redis.call('HSCAN', KEYS[2], ARGV[3], 'COUNT', 500)
local gone = 0
for place = 1, #scanned[2], 2 do
  local about = cjson.decode(scanned[2][place + 1])
  if is_meant(ARGV[4], about.alias) and is_meant(ARGV[5], about.key) and is_meant(ARGV[6], about.user) then
    gone = gone + drop(scanned[2][place])
  end
end
return {scanned[1], gone}
`,
);

/** How many there are, and their bytes. */
export const useOfCache = scriptOf(
  "useOfCache",
  time,
  `return {redis.call('HLEN', KEYS[2]), tonumber(redis.call('GET', KEYS[3]) or 0)}`,
);
