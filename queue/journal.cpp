// SPDX-License-Identifier: Apache-2.0
#include "queue/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/crypto.hpp"
#include "core/failpoint.hpp"
#include "queue/awaiting.hpp"
#include "queue/journal_format.hpp"

namespace satupintu::queue {

namespace asio = boost::asio;
using core::Errc;
using core::fail;
using core::Result;

namespace {

// A group is bounded so that no answer waits for a transaction of unbounded length.
constexpr std::size_t kGroupRows = 512;
constexpr std::size_t kGroupBytes = 8U << 20U;

// The cursor may lag this far on disk while nothing else needs a commit; rows above it are only run again.
constexpr std::chrono::milliseconds kLazyCommit{50};

template <class T>
using Handler = std::move_only_function<void(Result<T>)>;

struct Append {
  Commit commit;
  asio::any_io_executor executor;
  Handler<Seq> handler;
};

struct Erasure {
  core::Timestamp now;
  asio::any_io_executor executor;
  Handler<std::uint64_t> handler;
};

// Closes a file descriptor, and with it gives up the lock it holds.
class LockFile {
 public:
  static Result<LockFile> take(const std::filesystem::path& directory) {
    const auto file = directory / "lock";
    LockFile lock;
    lock.descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.descriptor_ < 0)
      return fail(Errc::misconfigured, "cannot open " + file.string() + "; check that the data directory is writable");
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
      return fail(Errc::misconfigured,
                  "another gateway runs on " + directory.string() + "; stop it, or give this one its own data directory");
    }
    return lock;
  }
  LockFile() = default;
  LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  LockFile& operator=(LockFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~LockFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

 private:
  int descriptor_ = -1;
};

Result<void> create(Database& database, const core::Secret& master_key) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun;
  if (auto made = database.run(kJournalSchema); !made) return made;
  if (auto made = database.run(kJournalSchemaSince2); !made) return made;
  auto insert = database.prepare("INSERT INTO journal VALUES (1, ?1, ?2, ?3, 0, 0)");
  if (!insert) return std::unexpected(insert.error());
  const std::string gateway_id = core::to_hex(core::random_bytes(8));
  const std::string key_check = core::encrypt(master_key, "", kKeyCheckContext);
  if (auto done = insert->bind(1, kJournalVersion).bind_text(2, gateway_id).bind_blob(3, key_check).run(); !done) return done;
  return database.run("COMMIT");
}

Result<bool> is_new(Database& database) {
  auto count = database.prepare("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'journal'");
  if (!count) return std::unexpected(count.error());
  if (auto row = count->step(); !row) return std::unexpected(row.error());
  return count->integer(0) == 0;
}

// All in one transaction: either the journal is of this version afterwards, or it was not touched.
Result<void> bring_up_to_date(Database& database) {
  auto version = database.prepare("SELECT version FROM journal");
  if (!version) return std::unexpected(version.error());
  if (const auto row = version->step(); !row) return std::unexpected(row.error());
  const bool is_version_1 = version->integer(0) == 1;
  version->reset();
  if (!is_version_1) return {};
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun;
  if (auto made = database.run(kJournalSchemaSince2); !made) return made;
  if (auto set = database.run("UPDATE journal SET version = 2"); !set) return set;
  return database.run("COMMIT");
}

}  // namespace

struct Journal::State {
  State(JournalSettings given, core::Secret key, LockFile taken, Database opened, JournalReader reading)
      : settings(std::move(given)),
        master_key(std::move(key)),
        lock(std::move(taken)),
        database(std::move(opened)),
        reader(std::move(reading)) {}

  Result<void> prepare();
  void run();
  Result<void> commit(std::deque<Append>& group, std::vector<Advance>& advances, std::optional<Erasure>& erasure, std::uint64_t& erased);
  Result<void> insert(core::Delivery delivery, Seq seq);
  Result<void> apply(Commit& commit, Seq& seq);
  Result<void> add(const Errand& errand);
  Result<void> apply(const Advance& advance);
  Result<void> move_cursor(Seq to);
  Result<void> count(const Disposition& line, std::int64_t times);
  Result<std::uint64_t> erase(core::Timestamp now);
  Result<void> find_oldest_waiting();
  Result<core::Secret> day_key(std::int64_t day);
  void latch();

  const JournalSettings settings;
  const core::Secret master_key;
  const LockFile lock;

  // The writer thread's own.
  Database database;
  Statement begin, end, insert_delivery, insert_key, select_key, count_outcome, insert_quarantined, delete_quarantined, set_cursor,
      add_events, sum_passed, select_oldest, set_bookmark, insert_errand, seal_errand, delete_errand, postpone_errand;
  std::int64_t current_day = -1;
  core::Secret current_key;
  Seq reached = 0;  // the cursor within the transaction
  Seq oldest_seq = 0;

  // The reading thread's own.
  JournalReader reader;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Append> waiting;  // guarded by mutex, as the four below
  std::vector<Advance> advances;
  std::optional<Erasure> erasure;
  bool writer_waits = false;
  bool stopping = false;

  std::function<void()> committed;
  std::function<void()> has_errands;
  std::function<void()> latched;

  std::atomic<Seq> cursor{0};
  std::atomic<Seq> last{0};
  std::atomic<std::uint64_t> backlog_bytes{0};
  std::atomic<std::int64_t> oldest_received_ms{-1};
  std::atomic<bool> has_failed{false};

  asio::thread_pool reading{1};
  std::thread writer;
};

Result<void> Journal::State::prepare() {
  const std::pair<Statement*, const char*> statements[] = {
      {&begin, "BEGIN IMMEDIATE"},
      {&end, "COMMIT"},
      {&insert_delivery, "INSERT INTO delivery VALUES (?1, ?2, ?3, ?4)"},
      {&insert_key, "INSERT INTO day_key VALUES (?1, ?2)"},
      {&select_key, "SELECT wrapped FROM day_key WHERE day = ?1"},
      {&count_outcome, "INSERT INTO ledger VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET count = count + excluded.count"},
      {&insert_quarantined, "INSERT OR IGNORE INTO quarantine VALUES (?1, ?2, ?3, ?4, ?5)"},
      {&delete_quarantined, "DELETE FROM quarantine WHERE seq = ?1 AND element = ?2"},
      {&set_cursor, "UPDATE journal SET cursor = ?1"},
      {&add_events, "UPDATE journal SET events = events + ?1"},
      {&sum_passed, "SELECT TOTAL(LENGTH(sealed)) FROM delivery WHERE seq > ?1 AND seq <= ?2"},
      // What came of an errand bears the time of the delivery it was about: it waits since the rows before it came.
      {&select_oldest,
       "SELECT seq, MAX(received_at, IFNULL((SELECT MAX(received_at) FROM (SELECT received_at FROM delivery WHERE seq <= ?1 ORDER BY seq "
       "DESC "
       "LIMIT 64)), 0)) FROM delivery WHERE seq > ?1 ORDER BY seq LIMIT 1"},
      {&set_bookmark, "INSERT INTO bookmark VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = excluded.value"},
      {&insert_errand, "INSERT INTO errand VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, 0, x'') RETURNING id"},
      {&seal_errand, "UPDATE errand SET sealed = ?2 WHERE id = ?1"},
      {&delete_errand, "DELETE FROM errand WHERE id = ?1 RETURNING id"},
      {&postpone_errand, "UPDATE errand SET due = ?2, attempts = attempts + 1 WHERE id = ?1"},
  };
  for (const auto& [statement, sql] : statements) {
    auto prepared = database.prepare(sql);
    if (!prepared) return std::unexpected(prepared.error());
    *statement = std::move(*prepared);
  }
  auto position = database.prepare("SELECT cursor, MAX(cursor, (SELECT IFNULL(MAX(seq), 0) FROM delivery)) FROM journal");
  if (!position) return std::unexpected(position.error());
  if (const auto row = position->step(); !row) return std::unexpected(row.error());
  reached = static_cast<Seq>(position->integer(0));
  cursor = reached;
  last = static_cast<Seq>(position->integer(1));
  const auto sum = sum_passed.bind(1, position->integer(0)).bind(2, position->integer(1)).step();
  if (!sum) return std::unexpected(sum.error());
  backlog_bytes = static_cast<std::uint64_t>(sum_passed.integer(0));
  sum_passed.reset();
  return find_oldest_waiting();
}

Result<core::Secret> Journal::State::day_key(std::int64_t day) {
  if (day == current_day) return current_key;
  const auto found = select_key.bind(1, day).step();
  if (!found) return std::unexpected(found.error());
  if (*found) {
    auto key = core::decrypt(master_key, select_key.bytes(0), day_key_context(day));
    select_key.reset();
    if (!key) return std::unexpected(key.error());
    current_key = core::Secret{std::move(*key)};
  } else {
    current_key = core::Secret{core::random_bytes(core::kKeyBytes)};
    const std::string wrapped = core::encrypt(master_key, current_key.reveal(), day_key_context(day));
    if (auto stored = insert_key.bind(1, day).bind_blob(2, wrapped).run(); !stored) return std::unexpected(stored.error());
  }
  current_day = day;
  return current_key;
}

Result<void> Journal::State::insert(core::Delivery delivery, Seq seq) {
  const std::int64_t day = day_of(delivery.received_at);
  const auto key = day_key(day);
  if (!key) return std::unexpected(key.error());
  const core::Timestamp received_at = delivery.received_at;
  const std::string sealed = core::encrypt(*key, pack(std::move(delivery)), delivery_context(seq));
  backlog_bytes += sealed.size();
  return insert_delivery.bind(1, static_cast<std::int64_t>(seq))
      .bind(2, day)
      .bind(3, core::to_unix_ms(received_at))
      .bind_blob(4, sealed)
      .run();
}

// An errand that is not there any more was done by somebody else: what came of it a second time is not entered.
Result<void> Journal::State::apply(Commit& commit, Seq& seq) {
  for (const std::int64_t id : commit.errands_done) {
    const auto was_there = delete_errand.bind(1, id).step();
    if (!was_there) return std::unexpected(was_there.error());
    delete_errand.reset();
    if (!*was_there) commit.deliveries.clear();
  }
  for (auto& delivery : commit.deliveries) {
    if (auto done = insert(std::move(delivery), ++seq); !done) return done;
  }
  if (commit.bookmark) {
    const auto& [account, name, value] = *commit.bookmark;
    if (auto set = set_bookmark.bind_text(1, account).bind_text(2, name).bind_text(3, value).run(); !set) return set;
  }
  if (!commit.postponed) return {};
  return postpone_errand.bind(1, commit.postponed->id).bind(2, core::to_unix_ms(commit.postponed->due)).run();
}

// Its id is known only once it is there, and its payload is encrypted for that id.
Result<void> Journal::State::add(const Errand& errand) {
  const std::int64_t day = day_of(errand.due);
  const auto key = day_key(day);
  if (!key) return std::unexpected(key.error());
  const auto row = insert_errand.bind(1, static_cast<std::int64_t>(errand.kind))
                       .bind_text(2, errand.account)
                       .bind_text(3, errand.topic)
                       .bind(4, day)
                       .bind(5, core::to_unix_ms(errand.due))
                       .bind(6, core::to_unix_ms(errand.expires))
                       .step();
  if (!row) return std::unexpected(row.error());
  const std::int64_t id = insert_errand.integer(0);
  insert_errand.reset();
  return seal_errand.bind(1, id).bind_blob(2, core::encrypt(*key, errand.payload, errand_context(id))).run();
}

Result<void> Journal::State::move_cursor(Seq to) {
  const auto sum = sum_passed.bind(1, static_cast<std::int64_t>(reached)).bind(2, static_cast<std::int64_t>(to)).step();
  if (!sum) return std::unexpected(sum.error());
  backlog_bytes -= static_cast<std::uint64_t>(sum_passed.integer(0));
  sum_passed.reset();
  if (auto set = set_cursor.bind(1, static_cast<std::int64_t>(to)).run(); !set) return set;
  reached = to;
  return {};
}

Result<void> Journal::State::count(const Disposition& line, std::int64_t times) {
  return count_outcome.bind_text(1, line.account).bind_text(2, line.outcome).bind_text(3, line.why).bind(4, times).run();
}

Result<void> Journal::State::apply(const Advance& advance) {
  if (advance.to > reached) {
    if (auto moved = move_cursor(advance.to); !moved) return moved;
  }
  const auto events = static_cast<std::int64_t>(advance.events) - static_cast<std::int64_t>(advance.released.size());
  if (auto added = add_events.bind(1, events).run(); !added) return added;
  for (const auto& line : advance.dispositions) {
    if (auto counted = count(line, static_cast<std::int64_t>(line.count)); !counted) return counted;
  }
  for (const auto& row : advance.released) {
    if (auto gone = delete_quarantined.bind(1, static_cast<std::int64_t>(row.seq)).bind(2, row.index).run(); !gone) return gone;
    if (auto counted = count({row.account, "quarantined", row.why}, -1); !counted) return counted;
  }
  for (const auto& row : advance.quarantined) {
    auto kept = insert_quarantined.bind(1, static_cast<std::int64_t>(row.seq))
                    .bind(2, row.index)
                    .bind_text(3, row.account)
                    .bind_text(4, row.why)
                    .bind(5, core::to_unix_ms(row.at))
                    .run();
    if (!kept) return kept;
  }
  for (const auto& errand : advance.errands) {
    if (auto added = add(errand); !added) return added;
  }
  return {};
}

Result<std::uint64_t> Journal::State::erase(core::Timestamp now) {
  const std::int64_t first_kept = day_of(now - settings.retention);
  // Commits wait meanwhile. Every delivery's day has a key, so that all deliveries are looked through once a day at most.
  auto expired = database.prepare("SELECT COUNT(*) FROM day_key WHERE day < ?1");
  if (!expired) return std::unexpected(expired.error());
  if (const auto row = expired->bind(1, first_kept).step(); !row) return std::unexpected(row.error());
  if (expired->integer(0) == 0) return 0;
  expired->reset();
  // A clock that jumped ahead must not erase what was received a moment ago.
  auto newest = database.prepare("SELECT received_at FROM delivery ORDER BY seq DESC LIMIT 1");
  if (!newest) return std::unexpected(newest.error());
  const auto has_any = newest->step();
  if (!has_any) return std::unexpected(has_any.error());
  if (*has_any && now - core::from_unix_ms(newest->integer(0)) > settings.retention) return 0;
  newest->reset();

  auto rows = database.prepare("DELETE FROM delivery WHERE day < ?1 AND seq <= ?2");
  if (!rows) return std::unexpected(rows.error());
  if (auto done = rows->bind(1, first_kept).bind(2, static_cast<std::int64_t>(reached)).run(); !done) return std::unexpected(done.error());
  auto changes = database.prepare("SELECT CHANGES()");
  if (!changes) return std::unexpected(changes.error());
  if (const auto row = changes->step(); !row) return std::unexpected(row.error());
  const auto erased = static_cast<std::uint64_t>(changes->integer(0));
  changes->reset();
  core::failpoint("journal.in_erasure");
  auto errands = database.prepare("DELETE FROM errand WHERE day < ?1");
  if (!errands) return std::unexpected(errands.error());
  if (auto done = errands->bind(1, first_kept).run(); !done) return std::unexpected(done.error());
  auto keys = database.prepare("DELETE FROM day_key WHERE day < ?1 AND day NOT IN (SELECT day FROM delivery)");
  if (!keys) return std::unexpected(keys.error());
  if (auto done = keys->bind(1, first_kept).run(); !done) return std::unexpected(done.error());
  return erased;
}

Result<void> Journal::State::find_oldest_waiting() {
  if (oldest_seq > cursor) return {};
  const auto found = select_oldest.bind(1, static_cast<std::int64_t>(cursor.load())).step();
  if (!found) return std::unexpected(found.error());
  oldest_seq = *found ? static_cast<Seq>(select_oldest.integer(0)) : 0;
  oldest_received_ms = *found ? select_oldest.integer(1) : -1;
  select_oldest.reset();
  return {};
}

Result<void> Journal::State::commit(std::deque<Append>& group, std::vector<Advance>& passed, std::optional<Erasure>& erasing,
                                    std::uint64_t& erased) {
  core::failpoint("journal.before_begin");
  if (auto begun = begin.run(); !begun) return begun;
  Seq seq = last;
  for (auto& append : group) {
    if (auto done = apply(append.commit, seq); !done) return done;
  }
  core::failpoint("journal.in_transaction");
  for (const auto& advance : passed) {
    if (auto done = apply(advance); !done) return done;
  }
  if (erasing) {
    auto done = erase(erasing->now);
    if (!done) return std::unexpected(done.error());
    erased = *done;
  }
  if (auto done = end.run(); !done) return done;
  core::failpoint("journal.after_commit");
  last = seq;
  cursor = reached;
  return find_oldest_waiting();
}

void Journal::State::latch() {
  has_failed = true;
  if (latched) latched();
}

namespace {

// Hands the results to the coroutines that wait for them, with one post for all that share an executor. `before` is the last row
// before the group's; none when it could not be committed.
void complete(std::deque<Append> group, std::optional<Seq> before) {
  while (!group.empty()) {
    const auto executor = group.front().executor;
    std::vector<std::pair<Handler<Seq>, Result<Seq>>> together;
    while (!group.empty() && group.front().executor == executor) {
      Result<Seq> result = fail(Errc::journal_failed, "the journal could not commit");
      if (before) result = *before += group.front().commit.deliveries.size();
      together.emplace_back(std::move(group.front().handler), std::move(result));
      group.pop_front();
    }
    asio::post(executor, [together = std::move(together)]() mutable {
      for (auto& [handler, result] : together) handler(std::move(result));
    });
  }
}

}  // namespace

void Journal::State::run() {
  for (;;) {
    std::deque<Append> group;
    std::vector<Advance> passed;
    std::optional<Erasure> erasing;
    {
      std::unique_lock guard(mutex);
      writer_waits = true;
      const auto urgent = [this] { return !waiting.empty() || erasure || stopping; };
      wake.wait(guard, [&] { return urgent() || !advances.empty(); });
      wake.wait_for(guard, kLazyCommit, urgent);
      writer_waits = false;
      std::size_t bytes = 0;
      while (!waiting.empty() && group.size() < kGroupRows && bytes < kGroupBytes) {
        for (const auto& delivery : waiting.front().commit.deliveries) bytes += delivery.body.size();
        group.push_back(std::move(waiting.front()));
        waiting.pop_front();
      }
      passed.swap(advances);
      erasing.swap(erasure);
      if (group.empty() && passed.empty() && !erasing) {
        if (stopping) return;
        continue;
      }
    }
    const Seq before = last;
    std::uint64_t erased = 0;
    const Result<void> result =
        has_failed ? fail(Errc::journal_failed, "the journal could not commit") : commit(group, passed, erasing, erased);
    if (!result && !has_failed) latch();
    const bool has_rows = last > before;
    const bool adds_errands = std::ranges::any_of(passed, [](const Advance& advance) { return !advance.errands.empty(); });
    complete(std::move(group), result ? std::optional(before) : std::nullopt);
    if (erasing) {
      asio::post(erasing->executor, [handler = std::move(erasing->handler), result, erased]() mutable {
        handler(result ? Result<std::uint64_t>(erased) : std::unexpected(result.error()));
      });
    }
    if (result && has_rows && committed) committed();
    if (result && adds_errands && has_errands) has_errands();
  }
}

Result<std::unique_ptr<Journal>> Journal::open(JournalSettings settings, core::Secret master_key) {
  if (master_key.reveal().size() != core::kKeyBytes) return fail(Errc::misconfigured, "the journal's master key is not 32 bytes");
  std::error_code error;
  std::filesystem::create_directories(settings.directory, error);
  if (error) return fail(Errc::misconfigured, "cannot create the data directory " + settings.directory.string() + ": " + error.message());
  std::filesystem::permissions(settings.directory, std::filesystem::perms::owner_all, error);
  auto lock = LockFile::take(settings.directory);
  if (!lock) return std::unexpected(lock.error());

  auto opened = Database::open(settings.directory / kJournalFile, Database::Mode::write);
  if (!opened) return std::unexpected(opened.error());
  const auto fresh = is_new(*opened);
  if (!fresh) return std::unexpected(fresh.error());
  if (auto ready = *fresh ? create(*opened, master_key) : bring_up_to_date(*opened); !ready) return std::unexpected(ready.error());
  auto reader = JournalReader::open(settings.directory, master_key);
  if (!reader) return std::unexpected(reader.error());

  auto state =
      std::make_unique<State>(std::move(settings), std::move(master_key), std::move(*lock), std::move(*opened), std::move(*reader));
  if (auto ready = state->prepare(); !ready) return std::unexpected(ready.error());
  State* running = state.get();
  state->writer = std::thread([running] { running->run(); });
  return std::unique_ptr<Journal>(new Journal(std::move(state)));
}

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}

Journal::~Journal() {
  {
    const std::lock_guard guard(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_one();
  state_->writer.join();
  state_->reading.join();
}

asio::awaitable<Result<Seq>> Journal::append(core::Delivery delivery) {
  Commit one;
  one.deliveries.push_back(std::move(delivery));
  return commit(std::move(one));
}

asio::awaitable<Result<Seq>> Journal::commit(Commit commit) {
  State& state = *state_;
  if (state.has_failed) co_return fail(Errc::journal_failed, "the journal could not commit");
  if (!commit.deliveries.empty()) {
    if (state.backlog_bytes > state.settings.max_backlog_bytes)
      co_return fail(Errc::overloaded, "the journal's backlog is over its limit of bytes");
    const auto oldest = oldest_waiting();
    if (oldest && commit.deliveries.back().received_at - *oldest > state.settings.max_backlog_age)
      co_return fail(Errc::overloaded, "the journal's backlog is over its limit of age");
  }
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<Seq>)>(
      [&state](auto handler, Commit waiting) {
        const auto executor = asio::get_associated_executor(handler);
        bool must_wake = false;
        {
          const std::lock_guard guard(state.mutex);
          state.waiting.push_back({std::move(waiting), executor, Handler<Seq>(std::move(handler))});
          must_wake = state.writer_waits;
        }
        if (must_wake) state.wake.notify_one();
      },
      asio::use_awaitable, std::move(commit));
}

asio::awaitable<Result<std::vector<JournalRow>>> Journal::read(Seq after, std::size_t max_rows, std::size_t max_bytes) {
  State& state = *state_;
  co_return co_await run_on<std::vector<JournalRow>>(
      state.reading, [&state, after, max_rows, max_bytes] { return state.reader.rows(after, max_rows, max_bytes); });
}

asio::awaitable<Result<std::vector<Quarantined>>> Journal::quarantine() {
  State& state = *state_;
  co_return co_await run_on<std::vector<Quarantined>>(state.reading, [&state] { return state.reader.quarantine(); });
}

asio::awaitable<Result<std::string>> Journal::bookmark(std::string account, std::string name) {
  State& state = *state_;
  co_return co_await run_on<std::string>(
      state.reading, [&state, account = std::move(account), name = std::move(name)] { return state.reader.bookmark(account, name); });
}

asio::awaitable<Result<std::vector<Errand>>> Journal::errands_due(core::Timestamp until, std::size_t limit) {
  State& state = *state_;
  co_return co_await run_on<std::vector<Errand>>(state.reading, [&state, until, limit] { return state.reader.errands_due(until, limit); });
}

asio::awaitable<Result<std::vector<Errand>>> Journal::errands_of(std::string topic) {
  State& state = *state_;
  co_return co_await run_on<std::vector<Errand>>(state.reading,
                                                 [&state, topic = std::move(topic)] { return state.reader.errands_of(topic); });
}

void Journal::advance(Advance advance) {
  {
    const std::lock_guard guard(state_->mutex);
    state_->advances.push_back(std::move(advance));
  }
  state_->wake.notify_one();
}

asio::awaitable<Result<std::uint64_t>> Journal::erase_expired(core::Timestamp now) {
  State& state = *state_;
  if (state.has_failed) co_return fail(Errc::journal_failed, "the journal could not commit");
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<std::uint64_t>)>(
      [&state, now](auto handler) {
        const auto executor = asio::get_associated_executor(handler);
        {
          const std::lock_guard guard(state.mutex);
          state.erasure = Erasure{now, executor, Handler<std::uint64_t>(std::move(handler))};
        }
        state.wake.notify_one();
      },
      asio::use_awaitable);
}

void Journal::on_commit(std::function<void()> listener) { state_->committed = std::move(listener); }
void Journal::on_errands(std::function<void()> listener) { state_->has_errands = std::move(listener); }
void Journal::on_failure(std::function<void()> listener) { state_->latched = std::move(listener); }

Seq Journal::cursor() const noexcept { return state_->cursor; }
Seq Journal::last() const noexcept { return state_->last; }
bool Journal::failed() const noexcept { return state_->has_failed; }
std::uint64_t Journal::backlog_bytes() const noexcept { return state_->backlog_bytes; }
const std::string& Journal::gateway_id() const noexcept { return state_->reader.gateway_id(); }

std::optional<core::Timestamp> Journal::oldest_waiting() const noexcept {
  const std::int64_t ms = state_->oldest_received_ms;
  if (ms < 0) return std::nullopt;
  return core::from_unix_ms(ms);
}

}  // namespace satupintu::queue
