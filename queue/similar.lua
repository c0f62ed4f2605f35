-- SPDX-License-Identifier: Apache-2.0
-- Links a report to those of other people about the same thing. Stands before publish.lua in the same script: whatever happens here
-- is part of its atomic step, and happens for no message that was known before.
--
-- A report is remembered under a number, by its profile: the facts that normalizer/sketch.hpp packs, when it was received, its code.
-- Reports that are linked, and those linked with them, are a group, known by the number of its first one.
-- Beneath the partition's hash tag:
--   similar:count               the last number given
--   similar:profiles:<chunk>    kChunk profiles of kProfile bytes, by number
--   similar:by:<slice>:<shard>  hash: feature of the reports of a slice of time -> numbers, three bytes each, of the first kFull that have
--                               it; of the others, under the feature with their category, the first and the newest. Forgotten as a whole
--   similar:people:<group>      set: who reported those of a group, 48 bits of a hash each
--   similar:into:<group>        the group that it became part of
--   case:<code>                 sketch: "<number>" or "<number> <group>", or "0" for one that is never linked;
--                               interest_count: how many people stood behind it when it was last linked
-- However many reports share a feature, one is compared with at most kMostCandidates others.

local function new_similar(tag, at, window)
  local kFacts, kProfile, kChunk, kBands = 85, 100, 1310, 6  -- a chunk just fits the 128 KB that Redis' allocator sets aside
  local kSlices, kShards, kFull, kFirst, kNewest = 3, 32768, 12, 4, 8
  local kMostCandidates, kMostOfOne, kMostLinks, kMostNames, kMostBands = 32, 16, 6, 4, 1
  local kFormat = '>' .. string.rep('B', 15) .. 'I3I3BHBHHHHHHBBBBHHHH' .. string.rep('I3', 12)
  local kCategory, kLastCategory, kThing, kLastThing, kState, kLastState, kLasts, kFlags = 2, 4, 5, 10, 11, 13, 14, 15
  local kLatitude, kLongitude, kAccuracy, kKelurahan, kKecamatan = 16, 17, 18, 19, 20
  local kStreet, kCross, kAlley, kEstate, kInner, kHouse, kKilometre, kBlock, kRt, kRw = 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
  local kSite, kLastSite, kName, kLastName = 31, 34, 35, 46
  local kUnknown, kAddress, kLandmark, kKindOfLandmark, kNumber, kDenied = 0, 1, 2, 3, 5, 6  -- NameOf: the last bits of a name
  local kAsks, kProposes = 2, 4                                      -- of the flags
  local kThingIsPlace, kLandmarkSite, kCodes = 128, 255, 'SP-'       -- with which all codes begin
  local kReasons = {'near', 'same_street', 'same_alley', 'same_estate', 'same_site', 'same_names', 'same_landmark', 'same_kelurahan',
                    'same_kecamatan', 'same_rw', 'same_rt', 'same_kilometre', 'same_house_number', 'same_category', 'same_things',
                    'same_words'}
  local kNear, kNames, kSites, kNeighbourhood, kWithin, kWordings = 1, 2, 3, 4, 5, 6  -- kinds of features
  local kMetres = 111195 * 180 / 2 ^ 24                              -- a step north; a step east is twice as many degrees
  local kCell = 256                                                  -- steps north, 305 m
  local call, floor, abs, min, max, byte, char = redis.call, math.floor, math.abs, math.min, math.max, string.byte, string.char

  at = tonumber(at)
  window = tonumber(window)
  local slice_length = floor(window / kSlices)
  local remember = window + slice_length
  local slice = floor(at / slice_length)

  local function read(facts) return {struct.unpack(kFormat, facts)} end

  -- When the report of a profile was received, in seconds, and its code.
  local function read_case(bytes)
    local seconds, code = struct.unpack('>I4c11', bytes, kFacts + 1)
    return seconds, kCodes .. code:match('^%Z+')
  end

  local function write(profile) return struct.pack(kFormat, unpack(profile, 1, kLastName)) end

  local function place_of(number)
    return tag .. 'similar:profiles:' .. floor(number / kChunk), number % kChunk * kProfile
  end

  -- Which hash a feature is in, and under which field. The steps stay below 2^53.
  local function feature(kind, value, category)
    local hash = (value * 40503 + (category or 0) * 251 + kind) % 2147483647 * 1103515 % 4294967291
    local field = floor(hash / kShards)
    return {shard = hash % kShards, field = char(floor(field / 256) % 256, field % 256), kind = kind, value = value}
  end

  -- The features that a report is remembered by, the most telling first; then those that it is only looked up by.
  local function features_of(profile, bands)
    local kept, asked = {}, {}
    local kelurahan, latitude = profile[kKelurahan], profile[kLatitude]
    local function cell(north, east) return feature(kNear, north * 131072 + east) end
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
    for i = kSite, kLastSite do
      if profile[i] > 0 then kept[#kept + 1] = feature(kSites, profile[i]) end
    end
    local names = 0
    for i = kName, kLastName do
      local name = profile[i]
      if name > 0 and name % 8 <= kLandmark then
        names = names + 1
        local to = names <= kMostNames and kept or asked
        to[#to + 1] = feature(kNames, floor(name / 8))
      end
    end
    if profile[kRw] > 0 and kelurahan > 0 then kept[#kept + 1] = feature(kNeighbourhood, kelurahan * 256 + profile[kRw]) end
    -- Where no place tells it, its words must.
    local most_bands = #kept > 0 and kMostBands or kBands
    local is_wide = profile[kFlags] % 2 == 1
    if kelurahan > 0 and (#kept == 0 or is_wide) then kept[#kept + 1] = feature(kWithin, kelurahan) end
    if kelurahan == 0 and profile[kKecamatan] > 0 and is_wide then kept[#kept + 1] = feature(kWithin, 65536 + profile[kKecamatan]) end
    for i = 1, kBands do
      local to = i <= most_bands and kept or asked
      if bands[i] > 0 then to[#to + 1] = feature(kWordings, bands[i] * 8 + i) end
    end
    return kept, asked
  end

  -- One that both state and that differs.
  local function differ(mine, theirs, field) return mine[field] > 0 and theirs[field] > 0 and mine[field] ~= theirs[field] end
  local function agree(mine, theirs, field) return mine[field] > 0 and mine[field] == theirs[field] end
  local function is_one_alone(a, b) return (not a) ~= (not b) end

  -- Names of two words, of which people leave out the second, or which run on into something else.
  local function same_name(a, b, certain)
    return a > 0 and b > 0 and floor(a / 256) == floor(b / 256) and (certain or a % 256 == b % 256 or a % 256 == 0 or b % 256 == 0)
  end

  -- Whether any of two names is any of two others.
  local function same_of_two(mine, theirs, one, other, certain)
    return same_name(mine[one], theirs[one], certain) or same_name(mine[other], theirs[other], certain) or
           same_name(mine[one], theirs[other], certain) or same_name(mine[other], theirs[one], certain)
  end

  -- How many of a list's values both state.
  local function in_common(mine, theirs, first, last)
    local shared = 0
    for i = first, last do
      for j = first, mine[i] > 0 and last or 0 do
        if mine[i] == theirs[j] then shared = shared + 1 end
      end
    end
    return shared
  end

  -- How many things each speaks of, and both; and whether all that one speaks of is the other's place.
  local function common_things(mine, theirs)
    local my_things, their_things, shared, my_places, their_places = 0, 0, 0, 0, 0
    for i = kThing, kLastThing do
      local a, b = mine[i], theirs[i]
      if a > 0 and a < kThingIsPlace then my_things = my_things + 1 end
      if b > 0 and b < kThingIsPlace then their_things = their_things + 1 end
      for j = kThing, kLastThing do
        b = theirs[j]
        if a > 0 and a == b and a < kThingIsPlace then shared = shared + 1 end
        if b > 0 and a == b + kThingIsPlace then my_places = my_places + 1 end
        if a > 0 and b == a + kThingIsPlace then their_places = their_places + 1 end
      end
    end
    return my_things, their_things, shared, my_places > 0 and their_things == my_places or their_places > 0 and my_things == their_places
  end

  local function has_word(profile, of)
    for i = kName, kLastName do
      if profile[i] > 0 and profile[i] % 8 == of then return true end
    end
    return false
  end

  -- What a word is to two reports, by what it is to the one and to the other.
  local function part_of_both(a, b)
    local least, most = min(a, b), max(a, b)
    if most == kDenied then return least == kDenied and 'ordinary' or 'denied' end  -- "not the one in front of the mosque"
    if most == kNumber then return 'ordinary' end
    if a == kKindOfLandmark or b == kKindOfLandmark then return 'kinds' end
    if most == kAddress and least == kAddress then return 'address' end
    if most == kLandmark and least > kUnknown then return 'spot' end
    if a == kLandmark or b == kLandmark then return 'spot_said' end
    if a == kAddress or b == kAddress then return 'address_said' end
    return least == kUnknown and 'unknown' or 'ordinary'
  end

  -- What its words are to a report, by word; made once, for it is compared with many.
  local function parts_of(profile)
    if not profile.parts then
      profile.parts = {}
      for i = kName, kLastName do
        if profile[i] > 0 then profile.parts[floor(profile[i] / 8)] = profile[i] % 8 end
      end
    end
    return profile.parts
  end

  -- How many words both hold, by what they are to them. A name that many reports hold says nothing but where it is a place's in both.
  local function common_words(mine, theirs, frequent)
    local common = {denied = 0, ordinary = 0, kinds = 0, address = 0, spot = 0, spot_said = 0, address_said = 0, unknown = 0}
    local my_parts = parts_of(mine)
    for i = kName, kLastName do
      local word = floor(theirs[i] / 8)
      if my_parts[word] then
        local part = part_of_both(my_parts[word], theirs[i] % 8)
        if part == 'address' or part == 'spot' or not frequent[word] then common[part] = common[part] + 1 end
      end
    end
    return common
  end

  -- Two of the same kind that bear different names: another crossing, another school.
  local function other_site(mine, theirs)
    for i = kSite, kLastSite do
      for j = kSite, mine[i] > 0 and kLastSite or 0 do
        local a, b = mine[i], theirs[j]
        if a ~= b and floor(a / 256) == floor(b / 256) and a < kLandmarkSite * 256 then return true end
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

  local function how_many(...)
    local count = 0
    for i = 1, select('#', ...) do
      if select(i, ...) then count = count + 1 end
    end
    return count
  end

  local function holds_category(profile, category)
    for i = kCategory, kLastCategory do
      if profile[i] == category then return true end
    end
    return false
  end

  local function has_spot(profile)
    return profile[kSite] > 0 or has_word(profile, kLandmark) or has_word(profile, kKindOfLandmark)
  end

  local function has_named_place(profile)
    return profile[kStreet] + profile[kAlley] + profile[kEstate] + profile[kSite] > 0 or has_word(profile, kLandmark)
  end

  -- Some matters befall a whole neighbourhood: whether both, or at least one, are of that kind.
  local function is_wide(mine, theirs) return mine[kFlags] % 2 == 1 and theirs[kFlags] % 2 == 1 end
  local function may_be_wide(mine, theirs) return mine[kFlags] % 2 == 1 or theirs[kFlags] % 2 == 1 end

  -- What two places have in common and what tells them apart, as signs; nil when they are visibly different.
  local function common_place(mine, theirs, frequent)
    local metres, site = distance(mine, theirs), in_common(mine, theirs, kSite, kLastSite) > 0
    local words = common_words(mine, theirs, frequent)
    local spot_words = words.spot + words.spot_said
    local certain = spot_words + words.address + words.address_said >= 2
    local street = same_of_two(mine, theirs, kStreet, kCross, certain)
    local estate = same_of_two(mine, theirs, kEstate, kInner, certain)
    local alley = same_name(mine[kAlley], theirs[kAlley], certain)
    local wide = is_wide(mine, theirs)
    local near = metres and metres <= 60
    local same_spot = site or near or spot_words > 0
    if (differ(mine, theirs, kKelurahan) or differ(mine, theirs, kKecamatan)) and not estate and not site or
       metres and metres > (wide and 1500 or 400) or
       differ(mine, theirs, kHouse) and abs(mine[kHouse] - theirs[kHouse]) > 20 or
       differ(mine, theirs, kKilometre) or
       differ(mine, theirs, kBlock) and not wide or
       (differ(mine, theirs, kRt) or differ(mine, theirs, kRw)) and not may_be_wide(mine, theirs) or
       not same_spot and (words.denied > 0 or differ(mine, theirs, kStreet) and not street or differ(mine, theirs, kAlley) and not alley or
                          differ(mine, theirs, kEstate) and not estate) then
      return nil
    end
    local same_rt, same_rw = agree(mine, theirs, kRt), agree(mine, theirs, kRw)
    local same_house = agree(mine, theirs, kHouse)
    local places = how_many(street, alley, estate, site, spot_words > 0, words.unknown > 0, metres and metres <= 150, same_house,
                            same_rt and same_rw)
    -- Two pins on one spot are in one kelurahan, and describe it.
    local same_kelurahan = near or agree(mine, theirs, kKelurahan)
    local same_kecamatan = near or agree(mine, theirs, kKecamatan)
    local my_spot, their_spot = has_spot(mine), has_spot(theirs)
    return {
      near = near,
      same_street = street,
      same_alley = alley,
      same_estate = estate,
      same_site = site,
      same_kelurahan = same_kelurahan,
      same_kecamatan = same_kecamatan,
      same_rw = same_rw,
      same_rt = same_rt,
      same_kilometre = agree(mine, theirs, kKilometre),
      same_house_number = same_house,
      same_names = spot_words + words.address + words.address_said + words.unknown > 0,
      same_landmark = words.kinds > 0,
      address_words = words.address,
      address_said = words.address_said,
      spot_words = words.spot,
      spot_said = words.spot_said,
      unknown_words = words.unknown,
      ordinary_words = min(5, words.ordinary),
      same_words = words.ordinary > 0,
      no_place_shared = places == 0,
      two_places_shared = places >= 2,
      wide_neighbourhood = wide and (places > 0 or same_rw or words.address + words.address_said > 0),
      wide_area = wide and places == 0 and (same_kelurahan or same_kecamatan),
      other_street = differ(mine, theirs, kStreet) and not street,
      other_estate = differ(mine, theirs, kEstate) and not estate,
      other_site = not site and other_site(mine, theirs),
      other_rt = differ(mine, theirs, kRt),
      other_rw = differ(mine, theirs, kRw),
      other_house = differ(mine, theirs, kHouse),
      other_spot = my_spot and their_spot and not same_spot and words.kinds == 0,
      both_spots = near or my_spot and their_spot,
      one_without_name = is_one_alone(has_named_place(mine), has_named_place(theirs)),
    }
  end

  local function has_flag(flags, bit) return floor(flags / bit) % 2 == 1 end

  -- Adds how well one matter can be the other.
  local function add_matter(signs, mine, theirs)
    local a, b = mine[kCategory], theirs[kCategory]
    local my_things, their_things, shared, is_doubtful = common_things(mine, theirs)
    local states = in_common(mine, theirs, kState, kLastState)
    local other_category = a > 0 and b > 0 and a ~= b
    local unshared = min(4, my_things + their_things - 2 * shared)
    shared = min(3, shared)
    signs.same_category = a > 0 and a == b
    signs.unrelated_category = other_category and not holds_category(mine, b) and not holds_category(theirs, a)
    signs.other_category_and_things = other_category and shared == 0
    signs.things = shared
    signs.same_things = shared > 0
    signs.things_unshared = unshared
    signs.things_told_apart = shared == 0 and my_things > 0 and their_things > 0 and not is_doubtful
    signs.no_things = my_things == 0 or their_things == 0
    signs.one_asks = is_one_alone(has_flag(mine[kFlags], kAsks), has_flag(theirs[kFlags], kAsks))
    signs.one_proposes = is_one_alone(has_flag(mine[kFlags], kProposes), has_flag(theirs[kFlags], kProposes))
    -- What counts together for more or less than each alone.
    signs.states_besides_things = shared > 0 and min(4, states * unshared) or 0
    signs.things_at_other_spots = signs.other_spot and shared > 0
    signs.things_at_both_spots = signs.both_spots and shared or 0
    signs.things_in_kecamatan = signs.same_kecamatan and shared or 0
    signs.things_at_site = (signs.same_site or signs.near) and shared or 0
  end

  -- How far apart in time two reports of one matter may be: a report without a category may be of the other's.
  local function longest_age(mine, theirs)
    local a, b = mine[kLasts], theirs[kLasts]
    if mine[kCategory] == 0 or theirs[kCategory] == 0 then a, b = max(a, b), max(a, b) end
    return min(window, a > 0 and b > 0 and max(a, b) * 3600000 or window)
  end

  -- What speaks for and against two reports being of one matter, by name: yes, no or a small number. nil when they cannot be.
  local function signs_of(mine, theirs, age, frequent)
    if age > longest_age(mine, theirs) then return nil end
    local signs = common_place(mine, theirs, frequent)
    if not signs then return nil end
    add_matter(signs, mine, theirs)
    signs.within_an_hour = age < 3600000
    signs.within_six_hours = age < 6 * 3600000
    return signs
  end

  local function number_of(sign) return sign == true and 1 or sign or 0 end

  -- How sure it is, from 0 to 1, that both tell of the same; and why. nil when they do not.
  local function compare(mine, theirs, age, frequent)
    local signs = signs_of(mine, theirs, age, frequent)
    if not signs then return nil end
    local sum = kSimilarWeights.bias
    for i = 1, #kSimilarWeights do sum = sum + kSimilarWeights[i][2] * number_of(signs[kSimilarWeights[i][1]]) end
    local score = 1 / (1 + math.exp(-sum))
    if score < kSimilarWeights.least_score then return nil end
    local why = {}
    for i = 1, #kReasons do
      if number_of(signs[kReasons[i]]) > 0 then why[#why + 1] = kReasons[i] end
    end
    if #why == 0 then return nil end
    return score, why
  end

  local function key_of(feature, back) return tag .. 'similar:by:' .. (slice - back) .. ':' .. feature.shard end

  -- A feature that many share is told apart by the category.
  local function of_category(of, category) return feature(of.kind, of.value, 1 + category) end

  -- The numbers of reports that share a feature, the most telling and the newest first; and the names that many share.
  local function candidates(kept, asked, profile, own)
    local last = tonumber(call('GET', tag .. 'similar:count') or 0)
    local numbers, known, frequent = {}, {[own or 0] = true}, {}
    local most
    local function take(found, first, step, until_)
      for j = first, until_, step do
        if #numbers >= most then return end
        local a, b, c = byte(found, j, j + 2)
        local number = last - (last - (a * 65536 + b * 256 + c)) % 16777216
        if not known[number] then
          known[number] = true
          numbers[#numbers + 1] = number
        end
      end
    end
    local function look(features)
      for i = 1, #features do
        most = min(kMostCandidates, #numbers + kMostOfOne)
        for back = 0, kSlices do
          local found = call('HGET', key_of(features[i], back), features[i].field)
          if found then
            take(found, 1, 3, 1)
            if #found == 3 * kFull then
              if features[i].kind == kNames then frequent[features[i].value] = true end
              for j = kCategory, kLastCategory do
                if j == kCategory or profile[j] > 0 then
                  local narrower = of_category(features[i], profile[j])
                  local more = call('HGET', key_of(narrower, back), narrower.field)
                  if more then take(more, #more - 2, -3, 1) end
                end
              end
            end
            take(found, #found - 2, -3, 1)
          end
        end
      end
    end
    look(kept)
    look(asked)
    return numbers, frequent
  end

  -- A reporter as a number; one who is not known is somebody of his own.
  local function person(reporter_ref, code)
    return string.format('%.0f', tonumber(redis.sha1hex(reporter_ref ~= '' and reporter_ref or code):sub(1, 12), 16))
  end

  local function people_of(group) return tag .. 'similar:people:' .. group end
  local function into(group) return tag .. 'similar:into:' .. group end

  -- What a case's `sketch` says: its number; 0 for one that is never linked.
  local function number_in(state) return tonumber((state or ''):match('^%d+')) end

  -- The group that a case is in, or that its own has become part of.
  local function group_of(state)
    local group = tonumber((state or ''):match(' (%d+)'))
    local next = group
    while next do
      group = next
      next = tonumber(call('GET', into(group)) or nil)
    end
    return group
  end

  -- The complaints to link to, the likeliest first; of equals the older. Those of its own group are linked already.
  local function find(profile, numbers, frequent, reporter_ref, group)
    local found = {}
    for i = 1, #numbers do
      local key, offset = place_of(numbers[i])
      local bytes = call('GETRANGE', key, offset, offset + kProfile - 1)
      if #bytes == kProfile and byte(bytes, kFacts + 5) > 0 then
        local seconds, code = read_case(bytes)
        local score, why = compare(profile, read(bytes), abs(at - seconds * 1000), frequent)
        if score then
          found[#found + 1] = {number = numbers[i], score = floor(score * 100 + 0.5) / 100, why = why, code = code}
        end
      end
    end
    table.sort(found, function(a, b) return a.score > b.score or (a.score == b.score and a.number < b.number) end)
    -- The first of all is among them in any case: whoever looks there sees the whole group.
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
      link.group = group_of(case[4])
      if case[1] and case[4] ~= '0' and (not group or link.group ~= group) and (case[2] ~= reporter_ref or reporter_ref == '') then
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

  -- Makes one group of a complaint and those it is linked to, with the groups that these are in: the oldest of them, by its first report's
  -- number; and how many people stand behind it. Done again it changes nothing.
  local function join(links, group, me)
    local people, others = {me}, {}
    local first = group
    for i = 1, #links do first = min(first or links[i].number, links[i].group or links[i].number) end
    for i = 1, #links do
      people[#people + 1] = links[i].person
      if links[i].group and links[i].group ~= first then others[#others + 1] = links[i].group end
    end
    if group and group ~= first then others[#others + 1] = group end
    local key = people_of(first)
    for i = 1, #others do
      call('SUNIONSTORE', key, key, people_of(others[i]))
      call('SET', into(others[i]), first, 'PX', remember)
    end
    call('SADD', key, unpack(people))
    call('PEXPIRE', key, remember)
    return first, call('SCARD', key)
  end

  local function put(of, numbers, number)
    local key = key_of(of, 0)
    if call('HSET', key, of.field, numbers .. number) == 1 and call('HLEN', key) == 1 then call('PEXPIRE', key, remember) end
  end

  local function holds(numbers, number)
    for j = 1, #numbers, 3 do
      if numbers:sub(j, j + 2) == number then return true end
    end
    return false
  end

  local function index(features, category, number)
    number = char(floor(number / 65536) % 256, floor(number / 256) % 256, number % 256)
    for i = 1, #features do
      local numbers = call('HGET', key_of(features[i], 0), features[i].field) or ''
      if #numbers < 3 * kFull then
        if not holds(numbers, number) then put(features[i], numbers, number) end
      elseif not holds(numbers, number) then
        local narrower = of_category(features[i], category)
        numbers = call('HGET', key_of(narrower, 0), narrower.field) or ''
        if not holds(numbers, number) then
          if #numbers == 3 * (kFirst + kNewest) then numbers = numbers:sub(1, 3 * kFirst) .. numbers:sub(3 * kFirst + 4) end
          put(narrower, numbers, number)
        end
      end
    end
  end

  -- The values of both lists, as many as there is room for.
  local function unite(merged, first, second, from, to)
    local known, at_field = {}, from
    for _, profile in ipairs({first, second}) do
      for i = from, to do
        local value = profile[i]
        local same = from == kName and floor(value / 8) or from == kThing and value % kThingIsPlace or value  -- in whatever part
        if value > 0 and not known[same] and at_field <= to then
          known[same] = true
          merged[at_field] = value
          at_field = at_field + 1
        end
      end
    end
    for i = at_field, to do merged[i] = 0 end
  end

  -- What both messages of one complaint tell together. What the first says stays, unless the second takes its place.
  local function merge(old, new, replaces)
    local first, second = old, new
    if replaces then first, second = new, old end
    local merged = {}
    for i = 1, kLastName do merged[i] = first[i] > 0 and first[i] or second[i] end
    local told = first[kCategory] > 0 and first or second
    for i = kCategory, kLastCategory do merged[i] = told[i] end
    merged[kLasts], merged[kFlags] = told[kLasts], told[kFlags]
    if first[kLatitude] > 0 then merged[kAccuracy] = first[kAccuracy] end
    for from, to in pairs({[kThing] = kLastThing, [kState] = kLastState, [kSite] = kLastSite, [kName] = kLastName}) do
      unite(merged, first, replaces and first[from] > 0 and first or second, from, to)
    end
    return merged
  end

  local function forget(code)
    local case = tag .. 'case:' .. code
    local known = call('HMGET', case, 'sketch', 'reporter_ref')
    local number, group = number_in(known[1]), group_of(known[1])
    if group then call('SREM', people_of(group), person(known[2] or '', code)) end
    if number and number > 0 then
      local key, offset = place_of(number)
      if call('EXISTS', key) == 1 then call('SETRANGE', key, offset, string.rep('\0', kProfile)) end
    end
    if call('EXISTS', case) == 1 then call('HSET', case, 'sketch', '0') end
  end

  -- How many people stand behind a complaint now, of which `told` were told.
  local function interest(state, told)
    local group = group_of(state)
    return max(tonumber(told) or 1, group and call('SCARD', people_of(group)) or 1)
  end

  -- The profile under a number; nil when there is none any more.
  local function profile_at(number)
    if not number or number == 0 then return nil end
    local key, offset = place_of(number)
    local bytes = call('GETRANGE', key, offset, offset + kProfile - 1)
    return #bytes == kProfile and byte(bytes, kFacts + 5) > 0 and bytes or nil
  end

  -- True when the message that `sketch` is of tells of a place that is visibly not the complaint's.
  local function is_elsewhere(sketch, code)
    local bytes = #sketch > kFacts and profile_at(number_in(call('HGET', tag .. 'case:' .. code, 'sketch')))
    local place = bytes and common_place(read(sketch), read(bytes), {})
    return bytes and (not place or place.other_street or place.other_estate or place.other_rt or place.other_rw or
                      place.other_site and not place.same_street and place.spot_words == 0)
  end

  -- What is to be done about a message of the complaint. Until `note` writes it down, once the message's own entry is made, which shows
  -- `interest_count` and `links`, nothing is changed that would make it come out otherwise the next time. `state` is the case's sketch as
  -- far as there is one.
  local function consider(sketch, code, complaint, reporter_ref, state, replaces)
    if sketch == '' or state == '0' or #code > kProfile - kFacts - 4 + #kCodes then return nil end
    if sketch == '-' then return {note = function() forget(code) end} end
    local profile = read(sketch)
    local bands = {struct.unpack('>' .. string.rep('I4', kBands), sketch, kFacts + 1)}
    local number, group = number_in(state), group_of(state)
    local first_at = at
    local bytes = profile_at(number)
    if bytes then
      profile = merge(read(bytes), profile, replaces)
      first_at = struct.unpack('>I4', bytes, kFacts + 1) * 1000
    end
    local kept, asked = features_of(profile, bands)
    local numbers, frequent = candidates(kept, asked, profile, number)
    local links = find(profile, numbers, frequent, reporter_ref, group)

    local plan = {}
    if #links > 0 then
      local entries = {}
      for i = 1, #links do entries[i] = entry_of(links[i].complaint, links[i].code, links[i]) end
      group, plan.interest_count = join(links, group, person(reporter_ref, code))
      plan.links = ',"similar":[' .. table.concat(entries, ',') .. ']'
    end

    function plan.note(linked_head)
      number = number or call('INCR', tag .. 'similar:count')
      local key, offset = place_of(number)
      -- Of its full length at once: growing it would make Redis set twice the room aside.
      if call('EXISTS', key) == 0 then call('SETRANGE', key, kChunk * kProfile - 1, '\0') end
      local seconds = floor(first_at / 1000)
      local told = write(profile) .. struct.pack('>I4', seconds) .. code:sub(#kCodes + 1)
      call('SETRANGE', key, offset, told .. string.rep('\0', kProfile - #told))
      call('PEXPIRE', key, remember)
      index(kept, profile[kCategory], number)
      call('HSET', tag .. 'case:' .. code, 'sketch', number .. (group and ' ' .. group or ''))
      if #links == 0 then return end
      call('HSET', tag .. 'case:' .. code, 'interest_count', plan.interest_count)
      for i = 1, #links do
        local link = links[i]
        call('XADD', tag .. (link.lane or 'complaints'), '*', 'type', 'complaint.linked', 'event',
             linked_head .. link.code .. '","subject":"' .. link.code .. '","datacontenttype":"application/json","data":{"complaint_id":"' ..
             link.complaint .. '","tracking_code":"' .. link.code .. '","schema_version":"1.0","interest_count":' ..
             plan.interest_count .. ',"similar":[' .. entry_of(complaint, code, link) .. ']}}')
        call('HSET', tag .. 'case:' .. link.code, 'sketch', link.number .. ' ' .. group, 'interest_count', plan.interest_count)
      end
    end
    return plan
  end

  -- What scripts/learn learns from: the codes of two remembered reports, and the signs, none when they cannot be of one matter.
  local function signs_between(later, earlier)
    local mine, theirs = profile_at(later), profile_at(earlier)
    if not mine or not theirs then return nil end
    local my_seconds, my_code = read_case(mine)
    local their_seconds, their_code = read_case(theirs)
    local signs = signs_of(read(mine), read(theirs), abs(my_seconds - their_seconds) * 1000, {})
    for name, sign in pairs(signs or {}) do signs[name] = number_of(sign) end
    return {my_code, their_code, signs}
  end

  return {signs_between = signs_between, consider = consider, interest = interest, forget = forget, is_elsewhere = is_elsewhere}
end
