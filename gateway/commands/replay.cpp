// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>
#include <boost/json.hpp>
#include <iostream>
#include <memory>

#include "gateway/assembly.hpp"
#include "gateway/clock.hpp"
#include "gateway/commands/commands.hpp"
#include "gateway/commands/shared.hpp"
#include "normalizer/normalizer.hpp"
#include "queue/journal_reader.hpp"
#include "queue/publisher.hpp"
#include "queue/redis.hpp"

namespace satupintu::gateway::commands {

namespace {

constexpr std::size_t kStretchRows = 256;
constexpr std::size_t kStretchBytes = 4U << 20U;

struct Options {
  std::string config;
  queue::Seq from = 1;
  queue::Seq to = 0;
  bool json = false;
};

struct Sums {
  std::uint64_t rows = 0, events = 0, added = 0;
};

boost::asio::awaitable<core::Result<Sums>> replay(const Options& options, Config& config, queue::JournalReader& reader,
                                                  boost::asio::any_io_executor executor) {
  auto sealer = core::Sealer::to(config.keys.back_office_public);
  if (!sealer) co_return std::unexpected(sealer.error());
  queue::Redis redis(executor, config.redis.address, config.redis.timeouts);
  queue::Publisher publisher(redis, reader.gateway_id(), config.dedupe);
  const normalizer::Normalizer normalizer(config.rules, config.keys.identity);
  Assembly assembly(config.accounts, normalizer, std::move(*sealer), reader.gateway_id(), config.wait_for_parts);

  const auto ledger = reader.ledger();
  if (!ledger) co_return std::unexpected(ledger.error());
  // What the gateway has not processed yet is the gateway's to process.
  const queue::Seq last = options.to == 0 ? ledger->processed : std::min(options.to, ledger->processed);
  Sums sums;
  for (queue::Seq after = options.from - 1; after < last;) {
    auto rows = reader.rows(after, std::min<std::size_t>(kStretchRows, last - after), kStretchBytes);
    if (!rows) co_return std::unexpected(rows.error());
    if (rows->empty()) break;
    Batch batch;
    for (const auto& row : *rows) assembly.add(batch, row, now());
    std::vector<queue::Submission> submissions;
    for (auto& waiting : batch.waiting) submissions.push_back(std::move(waiting.submission));
    const auto mark = co_await publisher.mark();
    if (!mark) co_return std::unexpected(mark.error());
    const auto result = co_await publisher.publish(submissions, *mark, mark->value_or(0));  // leaves the mark where it is
    if (!result) co_return std::unexpected(result.error());
    after = rows->back().seq;
    sums.rows += rows->size();
    sums.events += result->published.size();
    for (const auto& published : result->published) sums.added += published.added ? 1 : 0;
    if (::isatty(STDERR_FILENO) != 0) std::cerr << "\r" << after << " of " << last << " rows" << std::flush;
  }
  if (::isatty(STDERR_FILENO) != 0) std::cerr << "\r\033[K";
  co_return sums;
}

}  // namespace

Run add_replay(CLI::App& app) {
  auto* command = app.add_subcommand("replay", "Run a stretch of the journal again; what the streams already hold is left alone");
  command->footer("Safe at any time, beside a running gateway too. The ledger does not change: these deliveries have their outcomes.");
  auto options = std::make_shared<Options>();
  add_config_option(*command, options->config);
  command->add_option("--from", options->from, "First row")->default_val(1)->check(CLI::PositiveNumber);
  command->add_option("--to", options->to, "Last row (default: the last processed)");
  command->add_flag("--json", options->json, "Write JSON");
  return [options] {
    auto config = load_or_explain(options->config);
    if (!config) return kFailed;
    auto reader = queue::JournalReader::open(config->journal.directory, config->keys.master);
    if (!reader) return explain(reader.error());
    boost::asio::io_context io;
    const auto sums = run(io, replay(*options, *config, *reader, io.get_executor()));
    if (!sums) return explain(sums.error());
    if (options->json)
      std::cout << boost::json::serialize(boost::json::object{{"rows", sums->rows}, {"events", sums->events}, {"added", sums->added}})
                << "\n";
    else std::cout << sums->rows << " rows run again: " << sums->events << " events, " << sums->added << " put back\n";
    return 0;
  };
}

}  // namespace satupintu::gateway::commands
