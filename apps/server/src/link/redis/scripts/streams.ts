// Streams that clients may come back to. KEYS: ids by when they expire, what is known of each, the sum of their sizes. The bytes of each are a
// key of their own, in their slot. ARGV[1] is the time, where tests say it; ARGV[2] what the names of those keys have before them.

import { scriptOf } from "./script.ts";
import { time } from "./stores.ts";

const known = `
local prefix = ARGV[2]
local function look(id)
  local packed = redis.call('HGET', KEYS[2], id)
  return packed and cmsgpack.unpack(packed)
end
local function put(id, stream)
  redis.call('HSET', KEYS[2], id, cmsgpack.pack(stream))
end
local function empty(id, stream)
  redis.call('DECRBY', KEYS[3], stream.length)
  redis.call('UNLINK', prefix .. id)
  stream.length = 0
end
local function drop(id, overhead)
  local stream = look(id)
  if stream then
    empty(id, stream)
    redis.call('DECRBY', KEYS[3], overhead)
  end
  redis.call('HDEL', KEYS[2], id)
  redis.call('ZREM', KEYS[1], id)
end
`;

/**
 * ARGV: most bytes, what each takes beside its bytes, lifetime, id, what came before, how it ends or nothing, what it is, bytes. Answers
 * whether it is kept, and how long ago it was read: -1 where nobody has.
 */
export const appendToStream = scriptOf(
  "appendToStream",
  time,
  known,
  `
local limit, overhead, lifetime = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local id, at, ending, about, bytes = ARGV[6], tonumber(ARGV[7]), ARGV[8], ARGV[9], ARGV[10]
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100)) do drop(old, overhead) end
local stream = look(id)
if not stream and at == 0 then
  stream = {about = about, length = 0, ending = '', read = -1}
  redis.call('INCRBY', KEYS[3], overhead)
end
if not stream or stream.ending ~= '' or stream.length ~= at then return {0, -1} end
local added = ending == 'dropped' and 0 or #bytes
local first = 0
while tonumber(redis.call('GET', KEYS[3])) + added > limit and ending ~= 'dropped' do
  local other = redis.call('ZRANGE', KEYS[1], first, first)[1]
  if not other then
    ending = 'dropped'
  elseif other ~= id and look(other).ending ~= '' then
    drop(other, overhead)
  else
    first = first + 1
    if first > 100 then ending = 'dropped' end
  end
end
if ending == 'dropped' then
  empty(id, stream)
else
  redis.call('APPEND', prefix .. id, bytes)
  redis.call('PEXPIRE', prefix .. id, math.ceil(lifetime))
  redis.call('INCRBY', KEYS[3], added)
  stream.length = at + added
end
stream.ending, stream.written = ending, now
put(id, stream)
redis.call('ZADD', KEYS[1], now + lifetime, id)
for place = 1, 3 do redis.call('PEXPIRE', KEYS[place], 2 * lifetime) end
return {ending == 'dropped' and 0 or 1, stream.read < 0 and -1 or now - stream.read}
`,
);

/** ARGV: id. Answers what it is, its length, how it ended, and how long ago it was written to; nothing where there is none. */
export const readStream = scriptOf(
  "readStream",
  time,
  known,
  `
local stream = look(ARGV[3])
local expires = redis.call('ZSCORE', KEYS[1], ARGV[3])
if not stream or not expires or tonumber(expires) <= now then return {} end
stream.read = now
put(ARGV[3], stream)
return {stream.about, stream.length, stream.ending, now - stream.written}
`,
);
