// SPDX-License-Identifier: Apache-2.0
#include "queue/resp.hpp"

#include <hiredis/read.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace satupintu::queue {

using core::Errc;
using core::Error;
using core::Result;

namespace {

void append_header(std::string& out, char kind, std::size_t count) {
  std::array<char, 24> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): written by to_chars
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr;
  out += kind;
  out.append(digits.data(), end);
  out += "\r\n";
}

struct ErrorMeaning {
  std::string_view code;
  Errc errc;
  std::string_view meaning;
};

constexpr auto kErrorMeanings = std::to_array<ErrorMeaning>({
    {"ASK", Errc::refused, "the server belongs to a Redis Cluster; give the address of a single server or of Sentinels"},
    {"BUSY", Errc::unavailable, "Redis is running a long script"},
    {"CLUSTERDOWN", Errc::unavailable, "the Redis Cluster is down"},
    {"CROSSSLOT", Errc::refused, "the server belongs to a Redis Cluster; give the address of a single server or of Sentinels"},
    {"DENIED", Errc::refused, "Redis is in protected mode; set a password or bind it to another address"},
    {"EXECABORT", Errc::unavailable, "Redis discarded the transaction"},
    {"LOADING", Errc::unavailable, "Redis is loading its data"},
    {"MASTERDOWN", Errc::unavailable, "the replica has lost its master"},
    {"MISCONF", Errc::unavailable, "Redis cannot write to its disk"},
    {"MOVED", Errc::refused, "the server belongs to a Redis Cluster; give the address of a single server or of Sentinels"},
    {"NOAUTH", Errc::refused, "Redis wants a password; set one"},
    {"NOGROUP", Errc::unavailable, "the stream or its consumer group is gone"},
    {"NOPERM", Errc::refused, "the Redis user lacks a right; see docs/security.md for the rights it needs"},
    {"NOREPLICAS", Errc::unavailable, "Redis has too few replicas to accept writes"},
    {"NOSCRIPT", Errc::unavailable, "Redis has forgotten the script"},
    {"OOM", Errc::unavailable, "Redis has reached its memory limit"},
    {"READONLY", Errc::unavailable, "the server has become a replica"},
    {"TRYAGAIN", Errc::unavailable, "the Redis Cluster is moving the keys"},
    {"UNKILLABLE", Errc::unavailable, "Redis is running a long script"},
    {"WRONGPASS", Errc::refused, "Redis does not accept the user or the password"},
    {"WRONGTYPE", Errc::refused, "a key of ours holds something else; does another program use this database?"},
});

}  // namespace

void begin_command(std::string& out, std::size_t parts) { append_header(out, '*', parts); }

void append_part(std::string& out, std::string_view part) {
  append_header(out, '$', part.size());
  out += part;
  out += "\r\n";
}

void append_command(std::string& out, const Command& command) {
  begin_command(out, command.size());
  for (const auto& part : command) append_part(out, part);
}

struct RespReader::State {
  struct Free {
    void operator()(redisReader* it) const noexcept { redisReaderFree(it); }
  };
  RespLimits limits;
  std::size_t elements = 0;  // of the value being read
  std::size_t bytes = 0;     // fed since the last value
  std::unique_ptr<redisReader, Free> reader;
  std::optional<Error> failure;

  std::unexpected<Error> fail(std::string what) {
    failure = Error{Errc::unavailable, std::move(what)};
    return std::unexpected(*failure);
  }
};

namespace {

// hiredis calls these as it reads; they build the value in place, so that nothing is copied twice.
RespValue* place(const redisReadTask* task) noexcept {
  if (task->parent == nullptr) return new RespValue;
  return &static_cast<RespValue*>(task->parent->obj)->elements[static_cast<std::size_t>(task->idx)];
}

void* create_text(const redisReadTask* task, char* bytes, std::size_t size) noexcept {
  RespValue* value = place(task);
  value->kind = task->type == REDIS_REPLY_ERROR ? RespKind::error : RespKind::text;
  value->text.assign(bytes, size);
  return value;
}

void* create_integer(const redisReadTask* task, long long integer) noexcept {
  RespValue* value = place(task);
  value->kind = RespKind::integer;
  value->integer = integer;
  return value;
}

void* create_nil(const redisReadTask* task) noexcept { return place(task); }

void free_value(void* value) noexcept { delete static_cast<RespValue*>(value); }

}  // namespace

RespReader::RespReader(RespLimits limits) : state_(std::make_unique<State>()) {
  // A null result makes hiredis give up before it allocates: version 0.14 itself would believe "*2147483647".
  static constexpr auto create_array = [](const redisReadTask* task, int count) noexcept -> void* {
    auto* state = static_cast<State*>(task->privdata);
    state->elements += static_cast<std::size_t>(count);
    if (state->elements > state->limits.elements) return nullptr;
    RespValue* value = place(task);
    value->kind = RespKind::array;
    value->elements.resize(static_cast<std::size_t>(count));
    return value;
  };
  static redisReplyObjectFunctions functions{create_text, create_array, create_integer, create_nil, free_value};
  state_->limits = limits;
  state_->reader.reset(redisReaderCreateWithFunctions(&functions));
  state_->reader->privdata = state_.get();
}

RespReader::~RespReader() = default;
RespReader::RespReader(RespReader&&) noexcept = default;
RespReader& RespReader::operator=(RespReader&&) noexcept = default;

Result<void> RespReader::feed(std::string_view bytes) {
  if (state_->failure) return std::unexpected(*state_->failure);
  state_->bytes += bytes.size();
  if (state_->bytes > state_->limits.bytes) return state_->fail("Redis sends a reply larger than we read");
  if (redisReaderFeed(state_->reader.get(), bytes.data(), bytes.size()) != REDIS_OK) return state_->fail("no memory for Redis' reply");
  return {};
}

Result<std::optional<RespValue>> RespReader::next() {
  if (state_->failure) return std::unexpected(*state_->failure);
  redisReader& reader = *state_->reader;
  void* reply = nullptr;
  if (redisReaderGetReply(&reader, &reply) != REDIS_OK) {
    if (state_->elements > state_->limits.elements) return state_->fail("Redis announces more elements than we read");
    return state_->fail("Redis does not speak its protocol");
  }
  if (reply != nullptr) {
    const std::unique_ptr<RespValue> value(static_cast<RespValue*>(reply));
    state_->elements = 0;
    state_->bytes = reader.len - reader.pos;
    return std::move(*value);
  }
  // hiredis waits for the whole of a text. One that announces more than we would take is refused at its header,
  // which is what stands next in the buffer.
  if (reader.ridx >= 0 && reader.rstack[reader.ridx].type == REDIS_REPLY_STRING) {
    std::size_t announced = 0;
    const char* const end = reader.buf + reader.len;
    const auto parsed = std::from_chars(reader.buf + reader.pos, end, announced);
    if (parsed.ec == std::errc::result_out_of_range || (parsed.ptr != end && announced > state_->limits.bytes)) {
      return state_->fail("Redis announces a text larger than we read");
    }
  }
  return std::nullopt;
}

bool RespReader::drained() const noexcept { return !state_->failure && state_->bytes == 0; }

std::string_view error_code(const RespValue& value) noexcept {
  if (value.kind != RespKind::error) return {};
  const std::string_view text = value.text;
  const std::string_view word = text.substr(0, text.find(' '));
  const bool is_code = !word.empty() && word.size() <= 32 && std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
  return is_code ? word : "ERR";
}

const RespValue* first_error(const std::vector<RespValue>& replies) noexcept {
  for (const auto& reply : replies) {
    if (reply.kind == RespKind::error) return &reply;
    for (const auto& element : reply.elements) {
      if (element.kind == RespKind::error) return &element;
    }
  }
  return nullptr;
}

Error error_of(const RespValue& reply) {
  const std::string_view code = error_code(reply);
  const auto* const known = std::ranges::find(kErrorMeanings, code, &ErrorMeaning::code);
  std::string what(code);
  if (known == kErrorMeanings.end()) return {Errc::refused, what + ": Redis refuses the command"};
  return {known->errc, (what += ": ") += known->meaning};
}

}  // namespace satupintu::queue
