-- SPDX-License-Identifier: Apache-2.0
-- Enters one submission on its stream, or finds that it was entered before: one atomic, idempotent step.
--
-- KEYS[1] is the hash tag that all keys of the partition share, "{sp:0}:". Beneath it:
--   complaints, emergency   the two streams; an entry stands in one of them
--   seen:<message>          "<outcome> <origin> <complaint id> <code>": what became of a message; ids are empty for an orphan
--   said:<words>            "<at> <complaint id> <code>": the complaint to which a reporter said these words
--   open:<conversation>     "<at>", when its last message was, then ";<complaint id> <code> <category>" for the complaints it is about, the one
--                           spoken of last first
--   post:<address>          "<complaint id> <code>": the complaint that a public post made, whoever told of it first
--   caller:<reporter>       "<at> <complaint id> <code>": the complaint that a reporter's last call made
--   case:<code>             hash: what the tracking page shows, and the stream the complaint is in
--   similar:…               what similar reports are found by: see similar.lua
-- All but case: and similar:count expire. Times are the messages' own, in milliseconds, so that a replay decides as the first run did.
--
-- Answers {outcome, 1 if this origin was not known before, complaint id, tracking code}.

local intent, entry_type, lane, at, origin,
      seen, target, target_code, said, conversation, thread, own_thread, post, caller,
      category, speaks_of, stands_alone, reporter_ref, channel, complaint_id, code_1, code_2, code_3,
      event, type_at, subject_at, complaint_at, code_at, interest_at, sketch, linked_head,
      remember_ids, repeat_window, remember_words, conversation_window, remember_conversation, similar_window = unpack(ARGV)
local tag = KEYS[1]
local call, match = redis.call, string.match

-- An empty name makes a key that is never written.
local known = call('MGET', tag .. 'seen:' .. seen, tag .. 'seen:' .. target, tag .. 'said:' .. said, tag .. 'open:' .. conversation,
                   tag .. 'open:' .. thread)

if known[1] then
  local outcome, first_origin, complaint, code = match(known[1], '^(%S+) (%S+) (%S*) (%S*)$')
  return {first_origin == origin and outcome or 'duplicate', 0, complaint, code}
end

local function conclude(outcome, complaint, code)
  call('SET', tag .. 'seen:' .. seen, outcome .. ' ' .. origin .. ' ' .. complaint .. ' ' .. code, 'PX', remember_ids)
  return {outcome, 1, complaint, code}
end

local similar = new_similar(tag, at, similar_window)
local most_threads = 4

-- The event comes written for a new complaint under its first code, reported by one person.
local function event_of(type, complaint, code, interest)
  if type == 'complaint.received' and code == code_1 and interest == '1' then return event end
  return event:sub(1, type_at - 1) .. type .. event:sub(type_at + #'complaint.received', subject_at - 1) ..
         code .. event:sub(subject_at + #code_1, complaint_at - 1) ..
         complaint .. event:sub(complaint_at + #complaint_id, code_at - 1) ..
         code .. event:sub(code_at + #code_1, interest_at - 1) .. interest .. event:sub(interest_at + 1)
end

-- `case` holds its reporter_ref, sketch and interest_count, as far as there are any.
local function enter(outcome, type, complaint, code, case)
  local alike = similar.consider(sketch, code, complaint, case[1] or '', case[2], type == 'complaint.edited')
  local interest = (alike and alike.interest_count or similar.interest(case[2], case[3])) .. (alike and alike.links or '')
  call('XADD', tag .. lane, '*', 'type', type, 'event', event_of(type, complaint, code, interest))
  if alike then alike.note(linked_head) end
  return conclude(outcome, complaint, code)
end

-- What was once an emergency stays in that stream, with everything that is added to it.
local function enter_under(outcome, type, complaint, code)
  local case = tag .. 'case:' .. code
  local known = call('HMGET', case, 'lane', 'reporter_ref', 'sketch', 'interest_count')
  local case_lane = known[1]
  if not case_lane then sketch = '' end
  if case_lane == 'emergency' then
    lane = case_lane
  elseif case_lane and lane == 'emergency' then
    call('HSET', case, 'lane', lane)
  end
  return enter(outcome, type, complaint, code, {known[2], known[3], known[4]})
end

if intent == 'rate' or intent == 'withdraw' then
  local case = call('HMGET', tag .. 'case:' .. target_code, 'complaint_id', 'reporter_ref')
  if case[1] and case[2] == reporter_ref and reporter_ref ~= '' then
    if intent == 'withdraw' then similar.forget(target_code) end
    return enter_under('appended', entry_type, case[1], target_code)
  end
  return conclude('orphaned', '', '')
end

-- The same post by another account of ours, or written down by staff.
local post_complaint, post_code = match(post ~= '' and call('GET', tag .. 'post:' .. post) or '', '^(%S+) (%S+)$')
if post_complaint then return conclude('duplicate', post_complaint, post_code) end

local function note_post(complaint, code)
  if post ~= '' then call('SET', tag .. 'post:' .. post, complaint .. ' ' .. code, 'PX', remember_ids) end
end

if intent == 'hold' then return conclude('held', '', '') end

-- A position that comes before its call leaves no trace: it is tried again.
if intent == 'locate' then
  local call_at, complaint, code = match(call('GET', tag .. 'caller:' .. caller) or '', '^(%d+) (%S+) (%S+)$')
  if call_at and math.abs(at - call_at) <= tonumber(conversation_window) then
    return enter_under('appended', entry_type, complaint, code)
  end
  return {'orphaned', 1, '', ''}
end

if intent == 'amend' or intent == 'attach' then
  local complaint, code = match(known[2] or '', '^%S+ %S+ (%S+) (%S+)$')
  if complaint then
    if entry_type == 'complaint.retracted' then similar.forget(code) end
    return enter_under('appended', entry_type, complaint, code)
  end
  if intent == 'attach' then return conclude('orphaned', '', '') end
end

local said_at, said_complaint, said_code = match(known[3] or '', '^(%d+) (%S+) (%S+)$')

-- The complaints of a conversation that is going on, the one spoken of last first.
local function read_conversation(value)
  local last = match(value or '', '^%d+')
  local threads = {at = last}
  if not last or math.abs(at - last) > tonumber(conversation_window) then return threads end
  for complaint, code, about in string.gmatch(value, ';(%S+) (%S+) ([^;]*)') do
    threads[#threads + 1] = {complaint = complaint, code = code, about = about}
  end
  return threads
end

local function within(window, earlier) return earlier and math.abs(at - earlier) <= tonumber(window) end

-- Messages may come in any order: only a later one changes what was said last.
local function note_words(complaint, code)
  if said == '' or (said_at and said_at - at > 0) then return end
  call('SET', tag .. 'said:' .. said, at .. ' ' .. complaint .. ' ' .. code, 'PX', remember_words)
end

local function note_conversation(name, value, complaint, code, about)
  if name == '' then return end
  local noted = read_conversation(value)
  local is_late = noted.at and noted.at - at > 0
  -- Too late to belong to what is going on now.
  if is_late and not within(conversation_window, noted.at) then return end
  for i = #noted, 1, -1 do
    if noted[i].complaint == complaint then table.remove(noted, i) end
  end
  table.insert(noted, is_late and #noted + 1 or 1, {complaint = complaint, code = code, about = about})
  local value = is_late and noted.at or at
  for i = 1, math.min(#noted, most_threads) do
    value = value .. ';' .. noted[i].complaint .. ' ' .. noted[i].code .. ' ' .. noted[i].about
  end
  call('SET', tag .. 'open:' .. name, value, 'PX', remember_conversation)
end

-- The complaint of this conversation that the message goes on with: one of whose matter it speaks, else, unless it opens another, the one
-- spoken of last.
local function find_in(threads)
  if #threads == 0 then return nil end
  for about in string.gmatch(stands_alone ~= '' and category or speaks_of, '%S+') do
    for _, earlier in ipairs(threads) do
      local is_other = stands_alone ~= '' and similar.is_elsewhere(sketch, earlier.code)
      if earlier.about == about and not is_other then return earlier end
    end
  end
  local last = threads[1]
  if stands_alone == '' or category == '' then return last end
  if lane == 'emergency' and call('HGET', tag .. 'case:' .. last.code, 'lane') == 'emergency' then return last end
  if last.about == '' and not similar.is_elsewhere(sketch, last.code) then return last end
  return nil
end

local function note_caller(complaint, code)
  if caller == '' then return end
  call('SET', tag .. 'caller:' .. caller, at .. ' ' .. complaint .. ' ' .. code, 'PX', remember_conversation)
end

-- The entry comes before the notes: adding it is all that can fail, and a failed submission must leave no trace that
-- would change what becomes of it the next time.

if within(repeat_window, said_at) then
  local result = enter_under('repeated', 'complaint.repeated', said_complaint, said_code)
  local about = category
  for _, noted in ipairs(read_conversation(known[4])) do
    if noted.complaint == said_complaint and noted.about ~= '' then about = noted.about end
  end
  note_conversation(conversation, known[4], said_complaint, said_code, about)
  note_post(said_complaint, said_code)
  note_caller(said_complaint, said_code)
  return result
end

-- Whoever comments on a post speaks of it, too.
local earlier = find_in(read_conversation(known[4]))
local commented = not earlier and find_in(read_conversation(known[5])) or nil
earlier = earlier or commented
if earlier then
  local complaint, code = earlier.complaint, earlier.code
  -- What a bystander says of it is no word of the reporter's.
  if commented then sketch = '' end
  local result = enter_under('appended', 'complaint.appended', complaint, code)
  if earlier.about == '' and category ~= '' then
    earlier.about = category
    if call('EXISTS', tag .. 'case:' .. code) == 1 then call('HSET', tag .. 'case:' .. code, 'category', category) end
  end
  note_post(complaint, code)
  note_words(complaint, code)
  note_caller(complaint, code)
  note_conversation(conversation, known[4], complaint, code, earlier.about)
  if commented then note_conversation(thread, known[5], complaint, code, earlier.about) end
  return result
end

for _, code in ipairs({code_1, code_2, code_3}) do
  local owner = call('HGET', tag .. 'case:' .. code, 'complaint_id')
  if not owner then
    call('HSET', tag .. 'case:' .. code, 'complaint_id', complaint_id, 'channel', channel, 'status', 'received', 'received_at', at,
         'category', category, 'reporter_ref', reporter_ref, 'lane', lane, 'history', '[{"status":"received","at":' .. at .. '}]')
  end
  if not owner or owner == complaint_id then
    local result = enter('published', 'complaint.received', complaint_id, code, {reporter_ref})
    note_words(complaint_id, code)
    note_conversation(conversation, known[4], complaint_id, code, category)
    note_conversation(own_thread, nil, complaint_id, code, category)
    note_post(complaint_id, code)
    note_caller(complaint_id, code)
    return result
  end
end
return redis.error_reply('NOCODE all tracking codes of the submission belong to other complaints')
