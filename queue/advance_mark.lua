-- SPDX-License-Identifier: Apache-2.0
-- Moves the mark KEYS[1] from ARGV[1] (empty: there is none yet) to ARGV[2], unless it is somewhere else.
-- Answers where it stands then, or nil.
local mark = redis.call('GET', KEYS[1])
if (mark or '') ~= ARGV[1] then return mark end
redis.call('SET', KEYS[1], ARGV[2])
return ARGV[2]
