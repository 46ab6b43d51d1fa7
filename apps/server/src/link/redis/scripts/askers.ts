// Who asks for what others wait for. KEYS: the name's own. ARGV[1] is the time, where tests say it; ARGV[2] is who asks.

import { scriptOf } from "./script.ts";
import { time } from "./stores.ts";

const asked = `
local packed = redis.call('GET', KEYS[1])
local known = packed and cmsgpack.unpack(packed)
if not known or known.expires <= now then known = {asker = '', failures = 0, expires = 0} end
local function put(lifetime)
  known.expires = now + lifetime
  redis.call('SET', KEYS[1], cmsgpack.pack(known), 'PX', math.ceil(lifetime))
end
`;

/** ARGV: for how long. Answers whether it is his, and how often it has failed. */
export const takeAsking = scriptOf(
  "takeAsking",
  time,
  asked,
  `
if known.asker ~= '' and known.asker ~= ARGV[2] then return {0, known.failures} end
known.asker = ARGV[2]
put(tonumber(ARGV[3]))
return {1, known.failures}
`,
);

/** ARGV: how often it has failed now, and how long that is remembered. */
export const releaseAsking = scriptOf(
  "releaseAsking",
  time,
  asked,
  `
if known.asker ~= ARGV[2] then return 0 end
known.asker, known.failures = '', known.failures + tonumber(ARGV[3])
if known.failures == 0 then return redis.call('DEL', KEYS[1]) end
put(tonumber(ARGV[4]))
return 1
`,
);
