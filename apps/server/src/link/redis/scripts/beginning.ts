// How every script begins that counts: what time it is, whether it comes too late, and what a scope has counted.
// KEYS: era, expiries, the holds of an instance, then scopes. ARGV: the time, where tests say it; the time after which nothing
// is to be done any more; the instance. Invariant: time never goes back, whatever the clock of the machine does.

export const beginning = `
local base = string.sub(KEYS[1], 1, -4)
local minute = 60000

local function read_wall()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local era = redis.call('HMGET', KEYS[1], 'last', 'shift', 'epoch', 'gate')
local epoch = era[3] or ''
local gate = tonumber(era[4] or 0)
local last, shift = tonumber(era[1] or 0), tonumber(era[2] or 0)
local now = read_wall() + shift
if now < last then
  redis.call('HSET', KEYS[1], 'shift', shift + last - now)
  now = last
elseif now > last then
  redis.call('HSET', KEYS[1], 'last', now)
end

local is_late = ARGV[2] ~= '' and now > tonumber(ARGV[2])
local instance = ARGV[3]

-- Instances that have not come back after a loss: until they have, nobody knows what they hold.
local function is_awaiting() return redis.call('EXISTS', base .. 'awaited') == 1 end
`;

export const scopes = `
local numbers = {'first', 'firstAt', 'last', 'lastAt', 'lastBegan', 'tokensAt', 'requests', 'tokens', 'running', 'reserved'}
for _, name in ipairs({'costs', 'window'}) do numbers[#numbers + 1] = name end
local names = {unpack(numbers)}
for _, name in ipairs({'stored', 'told', 'epoch'}) do names[#names + 1] = name end
local exact_entries, shared_parts, kept_ms = 64, 240, 604800000

local function load_scope(key)
  local values = redis.call('HMGET', key, unpack(names))
  local scope = {key = key, is_new = not values[1], epoch = values[#names] or '', told = values[#names - 1] or ''}
  for place = 1, #names - 2 do scope[names[place]] = tonumber(values[place] or 0) end
  if scope.is_new then scope.first = 1 end
  return scope
end

local function bucket_of(scope, seq)
  local packed = redis.call('HGET', scope.key, 'b' .. seq)
  if not packed then return 0, 0, 0, 0 end
  local at, requests, tokens, costs = cmsgpack.unpack(packed)
  return at, requests, tokens, costs or 0
end

-- How long its window is: a minute, where nothing else was said.
local function span_of(scope) return scope.window > 0 and scope.window or minute end

-- What was counted a window ago counts no more. It is written down at once: of a refusal nothing else is.
local function advance(scope)
  local span = span_of(scope)
  if scope.first > scope.last or scope.firstAt + span > now then return end
  while scope.first <= scope.last do
    local at, requests, tokens, costs = bucket_of(scope, scope.first)
    scope.firstAt = at
    if at + span > now then break end
    scope.requests = scope.requests - requests
    scope.tokens = scope.tokens - tokens
    scope.costs = scope.costs - costs
    redis.call('HDEL', scope.key, 'b' .. scope.first)
    scope.first = scope.first + 1
  end
  local first, at = scope.first, scope.firstAt
  local sums = {'requests', scope.requests, 'tokens', scope.tokens, 'costs', scope.costs}
  redis.call('HSET', scope.key, 'first', first, 'firstAt', at, unpack(sums))
end

-- Entries are kept to the millisecond up to a number; beyond it, what comes within a part of the window shares one.
local function count(scope, requests, tokens, costs)
  local entries = scope.last - scope.first + 1
  local at = now
  local is_shared = entries >= exact_entries and (now - scope.lastBegan) * shared_parts < span_of(scope)
  if entries > 0 and (now <= scope.lastAt or is_shared) then
    local before, known_requests, known_tokens, known_costs = bucket_of(scope, scope.last)
    at = math.max(before, now)
    scope.bucket = cmsgpack.pack(at, known_requests + requests, known_tokens + tokens, known_costs + costs)
  else
    scope.last = scope.last + 1
    scope.lastBegan = now
    if entries == 0 then scope.firstAt = now end
    scope.bucket = cmsgpack.pack(now, requests, tokens, costs)
  end
  scope.lastAt = at
  if tokens > 0 then scope.tokensAt = at end
  scope.requests = scope.requests + requests
  scope.tokens = scope.tokens + tokens
  scope.costs = scope.costs + costs
end

local function correct(scope, seq, more_tokens, more_costs)
  if (more_tokens == 0 and more_costs == 0) or seq < scope.first or seq > scope.last then return end
  local at, requests, tokens, costs = bucket_of(scope, seq)
  local corrected, corrected_costs = math.max(0, tokens + more_tokens), math.max(0, costs + more_costs)
  scope.tokens = scope.tokens + corrected - tokens
  scope.costs = scope.costs + corrected_costs - costs
  if corrected > tokens then scope.tokensAt = math.max(scope.tokensAt, at) end
  redis.call('HSET', scope.key, 'b' .. seq, cmsgpack.pack(at, requests, corrected, corrected_costs))
end

local function save(scope)
  local fields = {}
  for _, name in ipairs(numbers) do
    fields[#fields + 1] = name
    fields[#fields + 1] = scope[name]
  end
  if scope.bucket then
    fields[#fields + 1] = 'b' .. scope.last
    fields[#fields + 1] = scope.bucket
  end
  redis.call('HSET', scope.key, unpack(fields))
  if scope.is_new or scope.last % 32 == 0 then redis.call('PEXPIRE', scope.key, kept_ms) end
end

-- What instances have told: nano-USD that they have answered and the database does not have, each as a whole and with a number
-- that grows, so that to be told twice is to be told once. What an earlier process of an instance has told is void: the one that
-- followed has told what is left of it, and the database has the rest. So then the database is asked again.
local began = {}
local function has_begun(name, seq)
  if not began[name] then began[name] = tonumber(redis.call('HGET', KEYS[1], 'began:' .. name) or 0) end
  return seq >= began[name]
end

local function read_told(text)
  local told = {}
  for name, seq, nanos in string.gmatch(text, '(%S+)=(%d+):(%-?%d+)') do
    told[name] = {seq = tonumber(seq), nanos = tonumber(nanos)}
  end
  return told
end

local function has_void(scope)
  for name, word in pairs(read_told(scope.told)) do
    if word.nanos ~= 0 and not has_begun(name, word.seq) then return true end
  end
  return false
end

local function write_told(key, told, drops_void)
  local words = {}
  for name, word in pairs(told) do
    local is_old = word.nanos == 0 and word.seq / 1024 < now - minute
    if not is_old and (has_begun(name, word.seq) or not drops_void) then
      words[#words + 1] = string.format('%s=%.0f:%.0f', name, word.seq, word.nanos)
    end
  end
  redis.call('HSET', key, 'told', table.concat(words, ' '))
end

local function add_told(told, name, seq, nanos)
  local known = told[name]
  if not known or seq > known.seq then told[name] = {seq = seq, nanos = nanos} end
end

-- Of this instance. What takes the place of what its earlier process told leaves the scope unknown.
local function add_own(key, told, seq, nanos, first_seq)
  local known = told[instance]
  if known and known.nanos ~= 0 and known.seq < first_seq then redis.call('HDEL', key, 'epoch') end
  add_told(told, instance, seq, nanos)
end

local function tell_unstored(key, text, seq, nanos)
  local told = read_told(text)
  add_own(key, told, seq, nanos, tonumber(redis.call('HGET', KEYS[1], 'began:' .. instance) or 0))
  write_told(key, told)
end

-- Nano-USD: what the database has, and what instances have answered beyond it.
local function spent_of(scope)
  local spent = scope.stored
  for name, word in pairs(read_told(scope.told)) do
    if has_begun(name, word.seq) then spent = spent + word.nanos end
  end
  return spent
end

-- What can be spent now, by what was spent in earlier periods, whose keys are behind those of the scopes.
local next_earlier = 0
local function read_earlier(count)
  local all = {}
  for place = 1, count do
    all[place] = load_scope(KEYS[next_earlier])
    all[place].index = next_earlier - 4
    next_earlier = next_earlier + 1
  end
  return all
end

local function allowance_of(scope)
  if not scope.budget or #scope.earlier == 0 then return scope.budget end
  local used = 0
  for _, one in ipairs(scope.earlier) do used = used + spent_of(one) + one.reserved end
  if not scope.rollover_most then return scope.budget - used end
  return scope.budget + math.min(scope.rollover_most, math.max(0, scope.rollover_budget - used))
end

local limits = {'most_requests', 'most_tokens', 'most_costs', 'most_running', 'budget', 'window'}
for _, name in ipairs({'rollover_budget', 'rollover_most', 'earlier'}) do limits[#limits + 1] = name end

-- What is said of each scope, from this argument on. What has a window of 0 counts money alone.
local function load_limited(how_many, from)
  next_earlier = 4 + how_many
  local all = {}
  for place = 1, how_many do
    local scope = load_scope(KEYS[3 + place])
    for offset, name in ipairs(limits) do scope[name] = tonumber(ARGV[from + (place - 1) * #limits + offset - 1]) end
    scope.has_window = scope.window ~= 0
    scope.window = scope.window or minute
    scope.earlier = read_earlier(scope.earlier or 0)
    scope.index = place - 1
    all[place] = scope
  end
  return all
end
`;

/** What a request holds: a record under its id, by which whoever gives it back finds its scopes. */
export const holds = `
local function write_hold(holds_key, holder, id, hold, expires_at)
  redis.call('HSET', holds_key, id, cmsgpack.pack(hold))
  redis.call('ZADD', KEYS[2], expires_at, holder .. ' ' .. id)
end

local function forget_hold(holds_key, holder, id)
  redis.call('HDEL', holds_key, id)
  redis.call('ZREM', KEYS[2], holder .. ' ' .. id)
end

local function read_hold(holds_key, id)
  local packed = redis.call('HGET', holds_key, id)
  return packed and cmsgpack.unpack(packed)
end

-- All keys of a deployment that count lie in one slot, so that those which a record names are at hand.
local function give_back(holder, id)
  local holds_key = base .. 'holds:' .. holder
  local hold = read_hold(holds_key, id)
  if hold then
    for _, name in ipairs(hold.scopes) do
      local key = base .. name
      if redis.call('EXISTS', key) == 1 then
        redis.call('HINCRBY', key, 'running', -1)
        if hold.cost ~= 0 then redis.call('HINCRBY', key, 'reserved', string.format('%.0f', -hold.cost)) end
      end
    end
  end
  forget_hold(holds_key, holder, id)
end

local function give_back_expired()
  local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 100)
  for _, member in ipairs(due) do
    local holder, id = string.match(member, '^(%S+) (.*)$')
    give_back(holder, id)
  end
end

local function name_of(key) return string.sub(key, #base + 1) end
`;
