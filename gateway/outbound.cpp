// SPDX-License-Identifier: Apache-2.0
#include "gateway/outbound.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "core/crypto.hpp"
#include "gateway/clock.hpp"
#include "gateway/line.hpp"
#include "gateway/public_address.hpp"
#include "queue/awaiting.hpp"

namespace satupintu::gateway {

namespace asio = boost::asio;
using adapters::Call;
using adapters::Download;
using adapters::FileChunk;
using core::Errc;
using core::fail;
using core::HttpAnswer;
using core::Result;

namespace {

constexpr std::size_t kMaxAnswerBytes = 64U << 20U;
constexpr std::chrono::minutes kDownloadDeadline{15};  // a slow one ends earlier, by its speed
constexpr std::chrono::seconds kConnectDeadline{10};
constexpr std::chrono::seconds kLineDeadline{15};
constexpr const char* kUserAgent = "SatuPintu/1";

struct FreeUrl {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
struct FreeHandle {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

// The host of a URL of ours: https, without a user's name in it. Empty for anything else.
std::string host_of(const std::string& url) {
  const std::unique_ptr<CURLU, FreeUrl> parsed{curl_url()};
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) return {};
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    std::string copy;
    if (curl_url_get(parsed.get(), which, &text, 0) == CURLUE_OK) copy = text;
    curl_free(text);
    return copy;
  };
  if (part(CURLUPART_SCHEME) != "https") return {};
  return part(CURLUPART_HOST);
}

// What happens to the bytes of an answer. False ends the call.
using Sink = std::function<bool(std::string_view)>;

// One call as the callbacks see it.
struct Exchange {
  const Sink* sink;
  HttpAnswer answer;
  bool internal_allowed = false;
  bool address_refused = false;
  bool sink_refused = false;
  const std::atomic<bool>* stopping;
};

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  exchange.sink_refused = !(*exchange.sink)({data, size * count});
  return exchange.sink_refused ? 0 : size * count;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& answer = static_cast<Exchange*>(context)->answer;
  std::string_view line(data, size * count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) answer.headers.clear();  // an informational answer came before
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    answer.headers.emplace_back(line.substr(0, colon), value);
  }
  return size * count;
}

// The address that is about to be connected is what counts, not the name it was found under.
curl_socket_t on_socket(void* context, curlsocktype, curl_sockaddr* address) {
  auto& exchange = *static_cast<Exchange*>(context);
  asio::ip::tcp::endpoint endpoint;
  if (address->addrlen <= endpoint.capacity()) {
    std::memcpy(endpoint.data(), &address->addr, address->addrlen);
    endpoint.resize(address->addrlen);
  }
  if (!exchange.internal_allowed && !is_public(endpoint.address())) {
    exchange.address_refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int on_progress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(context)->stopping->load() ? 1 : 0;
}

core::Error error_of(CURLcode code, const Exchange& exchange, const Call& call, const std::string& host) {
  if (exchange.address_refused)
    return {Errc::refused, host + " has no public address; name it in outbound.internal_hosts if that is meant"};
  if (exchange.sink_refused) return {Errc::too_large, "the answer of " + host + " is larger than is taken"};
  const std::string what = host + ": " + curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_ABORTED_BY_CALLBACK: return {Errc::unavailable, what};
    default: break;
  }
  if (call.method != "GET") return {Errc::outcome_unknown, what};
  return {code == CURLE_OPERATION_TIMEDOUT ? Errc::timed_out : Errc::unavailable, what};
}

// Blocks. A thread keeps its handle, and with it the connections.
Result<HttpAnswer> perform(const Call& call, const std::string& host, bool internal_allowed, const std::filesystem::path& ca_file,
                           const std::atomic<bool>& stopping, const Sink& sink) {
  thread_local const std::unique_ptr<CURL, FreeHandle> handle{curl_easy_init()};
  CURL* const curl = handle.get();
  curl_easy_reset(curl);
  Exchange exchange{.sink = &sink, .answer = {}, .internal_allowed = internal_allowed, .stopping = &stopping};
  std::unique_ptr<curl_slist, FreeList> headers;
  const auto add_header = [&](const std::string& line) { headers.reset(curl_slist_append(headers.release(), line.c_str())); };
  for (const auto& [name, value] : call.headers) {
    if (name.find_first_of("\r\n:") != std::string::npos || value.find_first_of("\r\n") != std::string::npos)
      return fail(Errc::refused, "a header cannot be sent");
    add_header(name + ": " + value);
  }
  add_header("Expect:");
  curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, kUserAgent);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(call.deadline.count()));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::chrono::milliseconds{kConnectDeadline}.count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 100L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 20L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &on_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  if (!ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
  if (call.method != "GET") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  }
  if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) return std::unexpected(error_of(code, exchange, call, host));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  exchange.answer.status = static_cast<unsigned>(status);
  const char* type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  if (type != nullptr) exchange.answer.content_type = type;
  return std::move(exchange.answer);
}

// A file that is removed again unless it is taken.
class TemporaryFile {
 public:
  static Result<TemporaryFile> in(const std::filesystem::path& directory) {
    std::string name = (directory / "download-XXXXXX").string();
    TemporaryFile file;
    file.descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (file.descriptor_ < 0) return fail(Errc::unavailable, "no file can be made in " + directory.string());
    file.path_ = name;
    return file;
  }
  TemporaryFile(TemporaryFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::exchange(other.path_, {})) {}
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove(path_, ignored);
  }
  bool add(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  std::filesystem::path take() { return std::exchange(path_, {}); }

 private:
  TemporaryFile() = default;
  int descriptor_ = -1;
  std::filesystem::path path_;
};

Result<void> judge_status(unsigned status, const std::string& host) {
  const std::string what = host + " answers " + std::to_string(status);
  if (status == 200) return {};
  if (status == 401 || status == 403) return fail(Errc::unauthentic, what);
  if (status == 404 || status == 410) return fail(Errc::not_found, what);
  if (status == 408 || status == 429 || status >= 500) return fail(Errc::unavailable, what);
  return fail(Errc::refused, what);
}

Result<FileChunk> read_chunk(const std::filesystem::path& file, std::uint64_t offset, std::size_t max_bytes) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(errno == ENOENT ? Errc::not_found : Errc::unavailable, file.string() + " cannot be read");
  struct stat state{};
  FileChunk chunk;
  if (::fstat(descriptor, &state) == 0) {
    chunk.inode = state.st_ino;
    chunk.size = static_cast<std::uint64_t>(state.st_size);
    chunk.bytes.resize(offset < chunk.size ? std::min<std::size_t>(max_bytes, chunk.size - offset) : 0);
    const auto got = ::pread(descriptor, chunk.bytes.data(), chunk.bytes.size(), static_cast<off_t>(offset));
    chunk.bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  ::close(descriptor);
  return chunk;
}

}  // namespace

bool is_among(std::string_view host, const std::vector<std::string>& hosts) {
  return std::ranges::any_of(hosts, [&](std::string_view pattern) {
    if (const auto colon = pattern.find_last_of(':'); colon != std::string_view::npos && pattern.find(':') == colon)
      pattern = pattern.substr(0, colon);
    if (!pattern.starts_with("*.")) return core::equals_ignoring_case(host, pattern);
    pattern.remove_prefix(1);
    return host.size() > pattern.size() && core::equals_ignoring_case(host.substr(host.size() - pattern.size()), pattern);
  });
}

class Outbound::AccountTransport final : public adapters::Transport {
 public:
  AccountTransport(Outbound& outbound, std::vector<std::string> hosts) : outbound_(outbound), hosts_(std::move(hosts)) {}

  [[nodiscard]] core::Timestamp now() const override { return gateway::now(); }

  asio::awaitable<Result<HttpAnswer>> call(Call call) override {
    co_return co_await queue::run_on<HttpAnswer>(outbound_.pool_, [this, call = std::move(call)]() -> Result<HttpAnswer> {
      std::string body;
      auto answer = perform(call, [&body](std::string_view bytes) {
        if (body.size() + bytes.size() > kMaxAnswerBytes) return false;
        body.append(bytes);
        return true;
      });
      if (answer) answer->body = std::move(body);
      return answer;
    });
  }

  asio::awaitable<Result<Download>> download(Call call) override {
    co_return co_await queue::run_on<Download>(
        outbound_.pool_, [this, call = std::move(call)]() mutable { return download_on_this_thread(std::move(call)); });
  }

  asio::awaitable<Result<std::unique_ptr<adapters::Line>>> connect(std::string host, std::uint16_t port, bool tls) override {
    if (!is_among(host, hosts_)) co_return fail(Errc::refused, "this account may not reach " + host);
    const bool internal = is_internal(host);
    co_return co_await open_line(
        std::move(host), port, tls, outbound_.settings_.ca_file,
        [internal](const asio::ip::address& address) { return internal || is_public(address); }, kLineDeadline);
  }

  asio::awaitable<Result<FileChunk>> read_file(std::filesystem::path file, std::uint64_t offset, std::size_t max_bytes) override {
    co_return co_await queue::run_on<FileChunk>(
        outbound_.pool_, [file = std::move(file), offset, max_bytes] { return read_chunk(file, offset, max_bytes); });
  }

 private:
  [[nodiscard]] bool is_internal(std::string_view host) const { return is_among(host, outbound_.settings_.internal_hosts); }

  Result<HttpAnswer> perform(const Call& call, const Sink& sink) const {
    const std::string host = host_of(call.url);
    if (host.empty()) return fail(Errc::refused, "what is to be called is no https address");
    if (!is_among(host, hosts_)) return fail(Errc::refused, "this account may not reach " + host);
    return gateway::perform(call, host, is_internal(host), outbound_.settings_.ca_file, outbound_.stopping_, sink);
  }

  Result<Download> download_on_this_thread(Call call) const {
    call.deadline = std::max<std::chrono::milliseconds>(call.deadline, kDownloadDeadline);
    for (const bool is_last : {false, true}) {
      auto file = TemporaryFile::in(outbound_.settings_.download_directory);
      if (!file) return std::unexpected(file.error());
      core::Sha256 digest;
      Download download;
      bool disk_is_full = false;
      auto answer = perform(call, [&](std::string_view bytes) {
        download.bytes += bytes.size();
        if (download.bytes > outbound_.settings_.max_download_bytes) return false;
        digest.add(bytes);
        disk_is_full = !file->add(bytes);
        return !disk_is_full;
      });
      if (disk_is_full) return fail(Errc::unavailable, "the disk takes no more");
      if (!answer) return std::unexpected(answer.error());
      const auto location =
          std::ranges::find_if(answer->headers, [](const auto& header) { return core::equals_ignoring_case(header.first, "Location"); });
      if (answer->status / 100 == 3 && location != answer->headers.end() && !is_last) {
        call = {.method = "GET", .url = location->second, .headers = {}, .body = {}, .deadline = call.deadline};
        continue;
      }
      if (auto good = judge_status(answer->status, host_of(call.url)); !good) return std::unexpected(good.error());
      download.file = file->take();
      download.sha256 = digest.hex();
      download.content_type = answer->content_type;
      return download;
    }
    return fail(Errc::refused, "the server sends from one place to another");
  }

  Outbound& outbound_;
  std::vector<std::string> hosts_;
};

Outbound::Outbound(OutboundSettings settings) : settings_(std::move(settings)), pool_(settings_.threads) {
  std::error_code ignored;
  std::filesystem::create_directories(settings_.download_directory, ignored);
  // Left by a process that was killed.
  for (const auto& file : std::filesystem::directory_iterator(settings_.download_directory, ignored)) {
    if (file.path().filename().string().starts_with("download-")) std::filesystem::remove(file.path(), ignored);
  }
}

Outbound::~Outbound() {
  stopping_ = true;
  pool_.join();
}

std::unique_ptr<adapters::Transport> Outbound::transport_to(std::vector<std::string> hosts) {
  return std::make_unique<AccountTransport>(*this, std::move(hosts));
}

}  // namespace satupintu::gateway
