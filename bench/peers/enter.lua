-- SPDX-License-Identifier: Apache-2.0
-- What both peers run in Redis: enter a delivery on the stream unless its id has been seen within a day.
-- KEYS: the id's mark, the stream. ARGV: the id, the body.
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', 86400) then return 0 end
redis.call('XADD', KEYS[2], '*', 'id', ARGV[1], 'body', ARGV[2])
return 1
