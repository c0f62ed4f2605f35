-- SPDX-License-Identifier: Apache-2.0
-- Check the signature, enter the delivery in Redis, answer. Redis' protocol is written out because Debian has no
-- lua-resty-redis; the connections come from nginx's own pool.
local cjson = require "cjson.safe"
local ffi = require "ffi"

local secret = os.getenv("APP_SECRET")
local redis_address = "unix:" .. os.getenv("REDIS_SOCKET")
local script = os.getenv("ENTER_SCRIPT")
local script_sha1 = ngx.sha1_bin(script):gsub(".", function(byte) return string.format("%02x", byte:byte()) end)

ffi.cdef [[
typedef struct hmac_ctx_st HMAC_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct engine_st ENGINE;
HMAC_CTX *HMAC_CTX_new(void);
const EVP_MD *EVP_sha256(void);
int HMAC_Init_ex(HMAC_CTX *ctx, const void *key, int len, const EVP_MD *md, ENGINE *impl);
int HMAC_Update(HMAC_CTX *ctx, const char *data, size_t len);
int HMAC_Final(HMAC_CTX *ctx, unsigned char *md, unsigned int *len);
int CRYPTO_memcmp(const void *a, const void *b, size_t len);
]]
local C = ffi.C
local digest = ffi.new("unsigned char[32]")
local claimed = ffi.new("unsigned char[32]")
-- The context keeps the key; starting it over without one spares hashing the key again.
local hmac = C.HMAC_CTX_new()
assert(C.HMAC_Init_ex(hmac, secret, #secret, C.EVP_sha256(), nil) == 1)

local function is_signed(body, signature)
  if not signature or #signature ~= 71 or signature:sub(1, 7) ~= "sha256=" then return false end
  for i = 0, 31 do
    local byte = tonumber(signature:sub(8 + 2 * i, 9 + 2 * i), 16)
    if not byte then return false end
    claimed[i] = byte
  end
  C.HMAC_Init_ex(hmac, nil, 0, nil, nil)
  C.HMAC_Update(hmac, body, #body)
  C.HMAC_Final(hmac, digest, nil)
  return C.CRYPTO_memcmp(digest, claimed, 32) == 0
end

local function message_id(body)
  local delivery = cjson.decode(body)
  local entry = type(delivery) == "table" and delivery.entry and delivery.entry[1]
  local value = entry and entry.changes and entry.changes[1] and entry.changes[1].value
  return value and value.messages and value.messages[1] and value.messages[1].id
end

-- Calls the script by `command` ("EVALSHA" or "EVAL"); returns Redis' one-line reply.
local function enter(redis, command, name, id, body)
  local key = "seen:wa:" .. id
  local sent, why = redis:send({ "*7\r\n$", #command, "\r\n", command, "\r\n$", #name, "\r\n", name, "\r\n$1\r\n2\r\n$", #key, "\r\n", key,
    "\r\n$10\r\ndeliveries\r\n$", #id, "\r\n", id, "\r\n$", #body, "\r\n", body, "\r\n" })
  if not sent then return nil, why end
  return redis:receive()
end

local function handle()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  if not body or not is_signed(body, ngx.var.http_x_hub_signature_256) then return ngx.exit(403) end
  local id = message_id(body)
  if not id then return ngx.exit(400) end

  local redis = ngx.socket.tcp()
  redis:settimeout(5000)
  if not redis:connect(redis_address) then return ngx.exit(503) end
  local reply = enter(redis, "EVALSHA", script_sha1, id, body)
  if reply and reply:sub(1, 9) == "-NOSCRIPT" then reply = enter(redis, "EVAL", script, id, body) end
  if not reply or reply:byte() ~= 58 then   -- ':', a number
    redis:close()
    return ngx.exit(503)
  end
  redis:setkeepalive(60000, 128)
  ngx.header.content_length = 0
  return ngx.exit(200)
end

return { handle = handle }
