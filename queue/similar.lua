-- SPDX-License-Identifier: Apache-2.0
-- Links a report to those of other people about the same thing. Stands before publish.lua in the same script: whatever happens here
-- is part of its atomic step, and happens for no message that was known before.
--
-- A report is remembered under a number, by its profile: the facts that normalizer/sketch.hpp packs, when it was received, its code.
-- Beneath the partition's hash tag:
--   similar:count               the last number given
--   similar:profiles:<chunk>    kChunk profiles of kProfile bytes, by number
--   similar:by:<slice>:<shard>  hash: feature of the reports of a slice of time -> numbers, three bytes each, of the first and the
--                               newest that have it; forgotten as a whole
--   similar:people:<code>       set: who reported a complaint and those linked with it, 48 bits of a hash each
--   case:<code>                 sketch: "<number> <those it linked itself to>", or "0" for one that is never linked;
--                               interest_count: how many stand in people
-- However many reports share a feature, one is compared with at most kMostCandidates others.

local function new_similar(tag, at, window)
  local kFacts, kProfile, kChunk, kBands, kRows = 80, 98, 1024, 6, 24
  local kSlices, kShards, kFirst, kNewest = 4, 16384, 4, 8
  local kMostCandidates, kMostOfOne, kMostLinks = 32, 12, 6
  local kFormat = '>BBBBBBI3I3BHBHHHHHHBBBB' .. string.rep('H', 12)  -- the facts behind the signature
  local kWords, kCategory, kLasts, kFlags, kLatitude, kLongitude, kAccuracy, kKelurahan, kKecamatan = 1, 2, 5, 6, 7, 8, 9, 10, 11
  local kStreet, kCross, kAlley, kEstate, kHouse, kKilometre, kBlock, kRt, kRw = 12, 13, 14, 15, 17, 18, 19, 20, 21
  local kInner, kSite, kLastSite, kName, kLastKey, kLastName = 16, 22, 24, 25, 29, 33
  local kMetres = 111195 * 180 / 2 ^ 24  -- a step north; a step east is twice as many degrees
  local kCell = 256                      -- steps north, 305 m
  local call, floor, abs, min, max, byte, char = redis.call, math.floor, math.abs, math.min, math.max, string.byte, string.char

  at = tonumber(at)
  window = tonumber(window)
  local slice_length = floor(window / kSlices)
  local remember = window + slice_length
  local slice = floor(at / slice_length)

  local function read(facts)
    local profile = {struct.unpack(kFormat, facts, kRows + 1)}
    profile.signature = facts:sub(1, kRows)
    return profile
  end

  local function write(profile)
    return profile.signature .. struct.pack(kFormat, unpack(profile, 1, kLastName))
  end

  local function place_of(number)
    return tag .. 'similar:profiles:' .. floor(number / kChunk), number % kChunk * kProfile
  end

  -- Which hash a feature is in, and under which field. The steps stay below 2^53.
  local function feature(kind, category, value)
    local hash = (value * 40503 + category * 251 + kind) % 2147483647 * 1103515 % 4294967291
    local field = floor(hash / kShards)
    return {tostring(hash % kShards), char(floor(field / 256) % 256, field % 256)}
  end

  -- The features that a report is remembered by, the most telling first; then those that it is only looked up by.
  local function features_of(profile, bands)
    local kept, asked = {}, {}
    local category, kelurahan, latitude = profile[kCategory], profile[kKelurahan], profile[kLatitude]
    local function cell(north, east) return feature(1, category, north * 131072 + east) end
    local function named(field, of) return field < kName and feature(6, of, profile[field]) or feature(2, of, floor(profile[field] / 2)) end
    if latitude > 0 then
      local north, east = latitude / kCell, profile[kLongitude] / kCell * 2
      local at_north, at_east = floor(north), floor(east)
      local to_north = north - at_north < 0.5 and -1 or 1
      local to_east = east - at_east < 0.5 and -1 or 1
      kept[#kept + 1] = cell(at_north, at_east)
      asked[#asked + 1] = cell(at_north + to_north, at_east)
      asked[#asked + 1] = cell(at_north, at_east + to_east)
      asked[#asked + 1] = cell(at_north + to_north, at_east + to_east)
    end
    for i = kSite, kLastKey do
      if profile[i] > 0 then kept[#kept + 1] = named(i, category) end
    end
    if profile[kRw] > 0 and kelurahan > 0 then kept[#kept + 1] = feature(3, category, kelurahan * 256 + profile[kRw]) end
    for i = 1, kBands do
      if bands[i] > 0 then kept[#kept + 1] = feature(4, i, bands[i]) end
    end
    -- Also what else was spoken of: a fallen tree that blocks the road is a matter of trees or of roads.
    for i = kCategory + 1, kCategory + 2 do
      if profile[i] > 0 then
        for j = kSite, kName do
          if profile[j] > 0 then kept[#kept + 1] = named(j, profile[i]) end
        end
      end
    end
    if kelurahan > 0 and category > 0 then kept[#kept + 1] = feature(5, category, kelurahan) end
    return kept, asked
  end

  -- One that both state and that differs.
  local function differ(mine, theirs, field) return mine[field] > 0 and theirs[field] > 0 and mine[field] ~= theirs[field] end
  local function agree(mine, theirs, field) return mine[field] > 0 and mine[field] == theirs[field] end

  -- Names of two words, of which people leave out the second, or which run on into something else.
  local function same_name(a, b, certain)
    return a > 0 and b > 0 and floor(a / 256) == floor(b / 256) and (certain or a % 256 == b % 256 or a % 256 == 0 or b % 256 == 0)
  end

  -- Whether any of two names is any of two others.
  local function same_of_two(mine, theirs, one, other, certain)
    return same_name(mine[one], theirs[one], certain) or same_name(mine[other], theirs[other], certain) or
           same_name(mine[one], theirs[other], certain) or same_name(mine[other], theirs[one], certain)
  end

  local function common_sites(mine, theirs)
    for i = kSite, kLastSite do
      for j = kSite, kLastSite do
        if mine[i] > 0 and mine[i] == theirs[j] then return true end
      end
    end
    return false
  end

  -- How many names both hold; of how many it is a place's in one of the two, and in both.
  local function common_names(mine, theirs)
    local count, places, agreed = 0, 0, 0
    for i = kName, kLastName do
      local name = floor(mine[i] / 2)
      if name == 0 then break end
      for j = kName, kLastName do
        if floor(theirs[j] / 2) == name then
          count = count + 1
          local of_place = mine[i] % 2 + theirs[j] % 2
          if of_place > 0 then places = places + 1 end
          if of_place == 2 then agreed = agreed + 1 end
          break
        end
      end
    end
    return count, places, agreed
  end

  -- Two of the same kind that bear different names: another crossing, another school.
  local function other_site(mine, theirs)
    for i = kSite, kLastSite do
      for j = kSite, kLastSite do
        if differ(mine, theirs, i) and floor(mine[i] / 256) == floor(theirs[j] / 256) and mine[i] ~= theirs[j] then return true end
      end
    end
    return false
  end

  -- Metres, less what both may be wrong by; nil when one has no position.
  local function distance(mine, theirs)
    if mine[kLatitude] == 0 or theirs[kLatitude] == 0 then return nil end
    local north = (mine[kLatitude] - theirs[kLatitude]) * kMetres
    local latitude = math.rad(mine[kLatitude] * 180 / 2 ^ 24 - 90)
    local east = (mine[kLongitude] - theirs[kLongitude]) * kMetres * 2 * math.cos(latitude)
    return max(0, math.sqrt(north * north + east * east) - 10 * (mine[kAccuracy] + theirs[kAccuracy]))
  end

  -- 1: of the same kind. Less, the less is known of that.
  local function category_agreement(mine, theirs)
    local a, b = mine[kCategory], theirs[kCategory]
    if a == b then return a > 0 and 1 or 0.5 end
    if a == 0 or b == 0 then return 0.75 end
    for i = kCategory + 1, kCategory + 2 do
      if mine[i] == b or theirs[i] == a then return 0.9 end
    end
    return 0
  end

  -- Both are evidence: 1 of either is enough.
  local function either(a, b) return 1 - (1 - a) * (1 - b) end

  -- What two places have in common; nil when they are visibly different.
  local function common_place(mine, theirs)
    if differ(mine, theirs, kKelurahan) or differ(mine, theirs, kKecamatan) or differ(mine, theirs, kRw) or differ(mine, theirs, kRt) or
       differ(mine, theirs, kBlock) or differ(mine, theirs, kKilometre) then
      return nil
    end
    local common = {wide = mine[kFlags] % 2 == 1 and theirs[kFlags] % 2 == 1, metres = distance(mine, theirs)}
    if common.metres and common.metres > (common.wide and 1500 or 400) then return nil end
    if differ(mine, theirs, kHouse) and abs(mine[kHouse] - theirs[kHouse]) > 20 then return nil end
    local agreed
    common.site = common_sites(mine, theirs)
    common.names, common.places, agreed = common_names(mine, theirs)
    local certain = common.names >= 2
    common.street = same_of_two(mine, theirs, kStreet, kCross, certain)
    common.estate = same_of_two(mine, theirs, kEstate, kInner, certain)
    common.alley = same_name(mine[kAlley], theirs[kAlley], certain)
    if differ(mine, theirs, kStreet) and not common.street then return nil end
    if differ(mine, theirs, kAlley) and not common.alley then return nil end
    if differ(mine, theirs, kEstate) and not common.estate then return nil end
    if not common.site and not common.street and agreed == 0 and other_site(mine, theirs) then return nil end
    return common
  end

  -- How sure it is, from 0 to 1, that both tell of the same; and why. nil when they do not.
  local function compare(mine, theirs, age)
    local lasts = window
    if mine[kLasts] > 0 then lasts = min(lasts, mine[kLasts] * 3600000) end
    if theirs[kLasts] > 0 then lasts = min(lasts, theirs[kLasts] * 3600000) end
    if age > lasts then return nil end

    local common = common_place(mine, theirs)
    if not common then return nil end
    local metres, wide, names, places = common.metres, common.wide, common.names, common.places
    local same_street, same_alley, same_estate, same_site = common.street, common.alley, common.estate, common.site

    local alike = 0
    if mine[kWords] > 0 and theirs[kWords] > 0 then
      local rows = {byte(theirs.signature, 1, kRows)}
      for i = 1, kRows do
        if byte(mine.signature, i) == rows[i] then alike = alike + 1 end
      end
      alike = max(0, (alike / kRows - 0.02) / 0.98)  -- some rows agree by chance
    end

    local kind = category_agreement(mine, theirs)
    local why = {}
    local place = 0
    local function found(evidence, reason)
      place = either(place, evidence)
      why[#why + 1] = reason
    end
    if metres and metres <= 150 then found(metres <= 60 and 0.85 or 0.65, 'near') end
    if same_street then found(0.56, 'same_street') end
    if same_alley then found(0.45, 'same_alley') end
    if same_estate then found(0.5, 'same_estate') end
    if same_site then found(0.45, 'same_site') end
    local words = names - (same_street and 2 or 0) - (same_alley and 1 or 0) - (same_estate and 2 or 0) - (same_site and 1 or 0)
    if words > 0 then found(1 - 0.7 ^ words * (0.55 / 0.7) ^ min(words, places), 'same_names') end
    if agree(mine, theirs, kKelurahan) then found(wide and 0.5 or 0.15, 'same_kelurahan')
    elseif agree(mine, theirs, kKecamatan) then found(0.05, 'same_kecamatan') end
    if agree(mine, theirs, kRw) then found(0.3, 'same_rw') end
    if agree(mine, theirs, kRt) then found(0.2, 'same_rt') end
    if agree(mine, theirs, kKilometre) then found(0.25, 'same_kilometre') end
    if agree(mine, theirs, kHouse) then found(0.25, 'same_house_number') end

    if mine[kFlags] >= 2 or theirs[kFlags] >= 2 then kind = kind * 0.8 end  -- one only asks
    local placed = place * kind * (1 - 0.2 * age / window)
    local worded = alike * 0.7 * max(kind, 0.5)
    local score = either(placed, worded)
    if place == 0 and (alike < 0.6 or mine[kWords] < 5 or theirs[kWords] < 5) then return nil end
    if kind == 0 and alike < 0.6 then return nil end
    if score < 0.5 then return nil end
    if mine[kCategory] > 0 and mine[kCategory] == theirs[kCategory] then why[#why + 1] = 'same_category' end
    if alike >= 0.6 then why[#why + 1] = 'same_words' elseif alike >= 0.3 then why[#why + 1] = 'similar_words' end
    return score, why
  end

  -- The numbers of reports that share a feature, the most telling and the newest first.
  local function candidates(kept, asked, own)
    local last = tonumber(call('GET', tag .. 'similar:count') or 0)
    local numbers, known = {}, {[own or 0] = true}
    local function look(features)
      for i = 1, #features do
        local most = min(kMostCandidates, #numbers + kMostOfOne)
        for back = 0, kSlices do
          local found = call('HGET', tag .. 'similar:by:' .. (slice - back) .. ':' .. features[i][1], features[i][2])
          if found then
            if back == 0 then features[i].now = found end
            for j = #found - 2, 1, -3 do
              local a, b, c = byte(found, j, j + 2)
              local number = last - (last - (a * 65536 + b * 256 + c)) % 16777216
              if not known[number] and #numbers < most then
                known[number] = true
                numbers[#numbers + 1] = number
              end
            end
          end
        end
      end
    end
    look(kept)
    look(asked)
    return numbers
  end

  -- A reporter as a number; one who is not known is somebody of his own.
  local function person(reporter_ref, code)
    return string.format('%.0f', tonumber(redis.sha1hex(reporter_ref ~= '' and reporter_ref or code):sub(1, 12), 16))
  end

  -- The complaints to link to, the likeliest first; of equals the older.
  local function find(profile, numbers, number, reporter_ref, linked)
    local found = {}
    for i = 1, #numbers do
      local key, offset = place_of(numbers[i])
      local bytes = call('GETRANGE', key, offset, offset + kProfile - 1)
      if #bytes == kProfile and byte(bytes, kFacts + 5) > 0 then
        local seconds, code = struct.unpack('>I4c14', bytes, kFacts + 1)
        local score, why = compare(profile, read(bytes), abs(at - seconds * 1000))
        if score and not linked[tostring(numbers[i])] then
          found[#found + 1] = {number = numbers[i], score = floor(score * 100 + 0.5) / 100, why = why, code = code:match('^%Z+')}
        end
      end
    end
    table.sort(found, function(a, b) return a.score > b.score or (a.score == b.score and a.number < b.number) end)
    -- The first of all is among them in any case: there its reporters are counted.
    local first = 1
    for i = 2, #found do
      if found[i].number < found[first].number then first = i end
    end
    if first > kMostLinks then table.insert(found, kMostLinks, table.remove(found, first)) end
    local links = {}
    for i = 1, #found do
      if #links == kMostLinks then break end
      local link = found[i]
      local case = call('HMGET', tag .. 'case:' .. link.code, 'complaint_id', 'reporter_ref', 'lane', 'sketch')
      local is_linked = number and ((case[4] or '') .. ' '):find(' ' .. number .. ' ', 1, true)
      if case[1] and case[4] ~= '0' and not is_linked and (case[2] ~= reporter_ref or reporter_ref == '') then
        link.complaint, link.lane, link.person = case[1], case[3], person(case[2], link.code)
        links[#links + 1] = link
      end
    end
    return links
  end

  local function entry_of(complaint, code, link)
    return '{"complaint_id":"' .. complaint .. '","tracking_code":"' .. code .. '","score":' .. string.format('%.2f', link.score) ..
           ',"why":["' .. table.concat(link.why, '","') .. '"]}'
  end

  -- How many people stand behind a complaint once `others` do, too.
  local function people_with(code, others)
    local key = tag .. 'similar:people:' .. code
    local count = max(1, call('SCARD', key))
    local counted = {}
    for i = 1, #others do
      if not counted[others[i]] and call('SISMEMBER', key, others[i]) == 0 then
        counted[others[i]] = true
        count = count + 1
      end
    end
    return count
  end

  local function add_people(code, people, count)
    local key = tag .. 'similar:people:' .. code
    call('SADD', key, unpack(people))
    call('PEXPIRE', key, remember)
    call('HSET', tag .. 'case:' .. code, 'interest_count', count)
  end

  local function index(features, number)
    local bytes = char(floor(number / 65536) % 256, floor(number / 256) % 256, number % 256)
    for i = 1, #features do
      local numbers = features[i].now or ''
      local is_there = false
      for j = 1, #numbers, 3 do
        if numbers:sub(j, j + 2) == bytes then is_there = true end
      end
      if not is_there then
        if #numbers == 3 * (kFirst + kNewest) then numbers = numbers:sub(1, 3 * kFirst) .. numbers:sub(3 * kFirst + 4) end
        local key = tag .. 'similar:by:' .. slice .. ':' .. features[i][1]
        if call('HSET', key, features[i][2], numbers .. bytes) == 1 and call('HLEN', key) == 1 then call('PEXPIRE', key, remember) end
      end
    end
  end

  -- What both messages of one complaint tell together. What the first says stays, unless the second takes its place.
  local function merge(old, new, replaces)
    local first, second = old, new
    if replaces then first, second = new, old end
    local merged = {}
    for i = 1, kLastName do merged[i] = first[i] > 0 and first[i] or second[i] end
    if first[kCategory] > 0 then
      for i = kCategory, kFlags do merged[i] = first[i] end
    end
    if first[kLatitude] > 0 then merged[kAccuracy] = first[kAccuracy] end
    local names, count = {}, 0
    for _, profile in ipairs({first, second}) do
      for i = kName, kLastName do
        local name = profile[i]
        if name > 0 and not names[name] and count <= kLastName - kName then
          names[name] = true
          merged[kName + count] = name
          count = count + 1
        end
      end
    end
    if replaces and new[kWords] > 0 then
      merged.signature = new.signature
    else
      merged[kWords] = min(255, old[kWords] + new[kWords])
      local rows = {}
      for i = 1, kRows do rows[i] = char(max(byte(old.signature, i), byte(new.signature, i))) end
      merged.signature = table.concat(rows)
    end
    return merged
  end

  local function forget(code)
    local case = tag .. 'case:' .. code
    local number = tonumber((call('HGET', case, 'sketch') or ''):match('^%d+'))
    if number and number > 0 then
      local key, offset = place_of(number)
      if call('EXISTS', key) == 1 then call('SETRANGE', key, offset, string.rep('\0', kProfile)) end
    end
    if call('EXISTS', case) == 1 then call('HSET', case, 'sketch', '0') end
  end

  -- The profile of a complaint, by its case's `sketch`; nil when there is none.
  local function profile_of(state)
    local number = tonumber((state or ''):match('^%d+') or 0)
    local key, offset = place_of(number)
    local bytes = number > 0 and call('GETRANGE', key, offset, offset + kProfile - 1) or ''
    return #bytes == kProfile and byte(bytes, kFacts + 5) > 0 and bytes or nil
  end

  -- True when the message that `sketch` is of tells of a place that is visibly not the complaint's.
  local function is_elsewhere(sketch, code)
    local bytes = #sketch > kFacts and profile_of(call('HGET', tag .. 'case:' .. code, 'sketch'))
    return bytes and common_place(read(sketch), read(bytes)) == nil
  end

  -- Reads only. What is to be done about a message of the complaint: `note` writes it down once the message's own entry is made, which
  -- shows `links`, or nothing. `state` is the case's sketch as far as there is one.
  local function consider(sketch, code, complaint, reporter_ref, state, replaces)
    if sketch == '' or state == '0' or #code > kProfile - kFacts - 4 then return nil end
    if sketch == '-' then return {note = function() forget(code) end} end
    local profile = read(sketch)
    local bands = {struct.unpack('>' .. string.rep('I4', kBands), sketch, kFacts + 1)}
    local number, linked, first_at = nil, {}, at
    if state then
      for other in state:gmatch('%d+') do
        if number then linked[other] = true else number = tonumber(other) end
      end
      local bytes = profile_of(state)
      if bytes then
        profile = merge(read(bytes), profile, replaces)
        first_at = struct.unpack('>I4', bytes, kFacts + 1) * 1000
      end
    end
    local kept, asked = features_of(profile, bands)
    local links = find(profile, candidates(kept, asked, number), number, reporter_ref, linked)

    local plan = {}
    local me = person(reporter_ref, code)
    local people = {}
    for i = 1, #links do people[i] = links[i].person end
    if #links > 0 then
      local entries = {}
      for i = 1, #links do entries[i] = entry_of(links[i].complaint, links[i].code, links[i]) end
      plan.interest_count = people_with(code, people)
      plan.links = ',"similar":[' .. table.concat(entries, ',') .. ']'
    end

    function plan.note(linked_head)
      number = number or call('INCR', tag .. 'similar:count')
      local key, offset = place_of(number)
      -- Of its full length at once: growing it would make Redis set twice the room aside.
      if call('EXISTS', key) == 0 then call('SETRANGE', key, kChunk * kProfile - 1, '\0') end
      local seconds = floor(first_at / 1000)
      call('SETRANGE', key, offset, write(profile) .. struct.pack('>I4', seconds) .. code .. string.rep('\0', kProfile - kFacts - 4 - #code))
      call('PEXPIRE', key, remember)
      index(kept, number)
      local noted = state or tostring(number)
      for i = 1, #links do noted = noted .. ' ' .. links[i].number end
      call('HSET', tag .. 'case:' .. code, 'sketch', noted)
      if #links == 0 then return end
      people[#people + 1] = me
      add_people(code, people, plan.interest_count)
      for i = 1, #links do
        local link = links[i]
        local count = people_with(link.code, {me})
        call('XADD', tag .. (link.lane or 'complaints'), '*', 'type', 'complaint.linked', 'event',
             linked_head .. link.code .. '","subject":"' .. link.code .. '","datacontenttype":"application/json","data":{"complaint_id":"' ..
             link.complaint .. '","tracking_code":"' .. link.code .. '","schema_version":"1.0","interest_count":' .. count .. ',"similar":[' ..
             entry_of(complaint, code, link) .. ']}}')
        add_people(link.code, {link.person, me}, count)
      end
    end
    return plan
  end

  return {consider = consider, forget = forget, is_elsewhere = is_elsewhere}
end

