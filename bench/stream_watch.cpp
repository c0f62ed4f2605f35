// SPDX-License-Identifier: Apache-2.0
// satupintu_stream_watch: notes when each delivery of satupintu_load turns up on Redis streams, on the clock that the
// load's ledger uses. It prints "watching" when it is in place and ends at SIGINT or SIGTERM.
#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view kIdPrefix = "wamid.";

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

using Connection = std::unique_ptr<redisContext, decltype(&redisFree)>;
using Reply = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

Reply call(redisContext& redis, const std::vector<std::string>& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const auto& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  Reply reply(static_cast<redisReply*>(redisCommandArgv(&redis, static_cast<int>(words.size()), words.data(), sizes.data())),
              freeReplyObject);
  if (reply == nullptr) throw std::runtime_error(std::string("Redis: ") + redis.errstr);
  if (reply->type == REDIS_REPLY_ERROR) throw std::runtime_error("Redis: " + std::string(reply->str, reply->len));
  return reply;
}

std::span<redisReply* const> elements(const redisReply& reply) { return {reply.element, reply.elements}; }

std::string_view text(const redisReply& reply) { return {reply.str, reply.len}; }

// The first delivery id in the entry's fields, whatever form they have; empty where there is none.
std::string_view delivery_id(const redisReply& fields) {
  for (const auto* field : elements(fields)) {
    const auto value = text(*field);
    if (const auto start = value.find(kIdPrefix); start != std::string_view::npos)
      return value.substr(start, value.find('"', start) - start);
  }
  return {};
}

std::string last_id(redisContext& redis, const std::string& stream) {
  const auto reply = call(redis, {"XREVRANGE", stream, "+", "-", "COUNT", "1"});
  return reply->elements == 0 ? "0-0" : std::string(text(*reply->element[0]->element[0]));
}

void watch(const std::string& socket, const std::vector<std::string>& streams, std::FILE& out) {
  const Connection redis(redisConnectUnix(socket.c_str()), redisFree);
  if (redis == nullptr || redis->err != 0) throw std::runtime_error("cannot connect to " + socket);
  std::vector<std::string> command{"XREAD", "COUNT", "1000", "BLOCK", "200", "STREAMS"};
  command.insert(command.end(), streams.begin(), streams.end());
  const auto first_position = command.size();
  for (const auto& stream : streams) command.push_back(last_id(*redis, stream));
  fmt::print("watching\n");
  std::fflush(stdout);
  while (stop_requested == 0) {
    const auto reply = call(*redis, command);
    const auto now_ns = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds{1};
    for (const auto* stream : elements(*reply)) {
      const auto entries = elements(*stream->element[1]);
      for (const auto* entry : entries) {
        if (const auto id = delivery_id(*entry->element[1]); !id.empty()) fmt::print(&out, "{}\t{}\n", id, now_ns);
      }
      for (std::size_t i = 0; i < streams.size(); ++i) {
        if (streams[i] == text(*stream->element[0])) command[first_position + i] = text(*entries.back()->element[0]);
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Notes when each delivery of satupintu_load turns up on Redis streams: its id and the time in ns of CLOCK_MONOTONIC, a line each.");
  std::string socket, file;
  std::vector<std::string> streams;
  app.add_option("--socket", socket, "Redis' unix socket")->required();
  app.add_option("--stream", streams, "A stream's key; may be given several times")->required();
  app.add_option("--out", file, "File to write")->required();
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  try {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(file.c_str(), "w"), std::fclose);
    if (out == nullptr) throw std::runtime_error("cannot write " + file);
    watch(socket, streams, *out);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "satupintu_stream_watch: {}\n", error.what());
    return 2;
  }
}
