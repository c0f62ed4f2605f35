// SPDX-License-Identifier: Apache-2.0
#include "gateway/media_store.hpp"

#include <fcntl.h>
#include <magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

#include "adapters/form.hpp"
#include "core/crypto.hpp"
#include "gateway/image_metadata.hpp"
#include "gateway/virus_scan.hpp"

namespace satupintu::gateway {

using core::Errc;
using core::fail;
using core::Result;

namespace {

constexpr std::string_view kPublic = "/public";
constexpr std::size_t kSniffed = std::size_t{1} << 20U;

// What citizens send, by what libmagic calls it. Whatever a browser might run (HTML, SVG, scripts, programs) is not among them.
constexpr std::array<std::string_view, 6> kKeptKinds{
    "image/", "audio/", "video/", "application/vnd.openxmlformats", "application/vnd.oasis", "application/vnd.ms-"};
constexpr std::array<std::string_view, 11> kKeptTypes{"application/pdf",
                                                      "application/zip",
                                                      "application/msword",
                                                      "application/ogg",
                                                      "application/octet-stream",
                                                      "application/rtf",
                                                      "application/x-7z-compressed",
                                                      "application/gzip",
                                                      "text/plain",
                                                      "text/csv",
                                                      "text/vcard"};

bool is_kept(std::string_view type) {
  if (type == "image/svg+xml") return false;
  return std::ranges::any_of(kKeptKinds, [&](std::string_view kind) { return type.starts_with(kind); }) ||
         std::ranges::find(kKeptTypes, type) != kKeptTypes.end();
}

struct CloseMagic {
  void operator()(magic_set* magic) const noexcept { magic_close(magic); }
};

// Loading its database takes milliseconds, and it serves one thread at a time.
std::string type_of(std::string_view bytes) {
  thread_local const std::unique_ptr<magic_set, CloseMagic> magic = [] {
    std::unique_ptr<magic_set, CloseMagic> opened{magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS)};
    if (opened && magic_load(opened.get(), nullptr) != 0) opened.reset();
    return opened;
  }();
  const char* const type = magic ? magic_buffer(magic.get(), bytes.data(), std::min(bytes.size(), kSniffed)) : nullptr;
  return type != nullptr ? type : "application/octet-stream";
}

bool is_id(std::string_view id) {
  return id.size() == 64 && std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// A file's bytes without a copy of them in memory.
class Mapping {
 public:
  static Result<Mapping> of(const std::filesystem::path& file) {
    Mapping mapping;
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat state{};
    if (descriptor < 0 || ::fstat(descriptor, &state) != 0) return fail(Errc::unavailable, "a file cannot be read again");
    mapping.size_ = static_cast<std::size_t>(state.st_size);
    if (mapping.size_ > 0) mapping.data_ = ::mmap(nullptr, mapping.size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    ::close(descriptor);
    if (mapping.data_ == MAP_FAILED) return fail(Errc::unavailable, "a file cannot be read again");
    return mapping;
  }
  Mapping(Mapping&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (data_ != nullptr && data_ != MAP_FAILED) ::munmap(data_, size_);
  }
  [[nodiscard]] std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  Mapping() = default;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

bool write_and_sync(const std::filesystem::path& file, std::string_view bytes) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  bool good = true;
  while (good && !bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    good = written > 0;
    if (good) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  good = good && ::fsync(descriptor) == 0;
  return ::close(descriptor) == 0 && good;
}

// So that a name is there after a power cut.
bool sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  return synced;
}

std::string signature_of(const core::Secret& key, std::string_view path, std::string_view until) {
  return core::to_hex(core::keyed_hash(key, {"media link", path, until}));
}

}  // namespace

MediaStore::MediaStore(MediaSettings settings) : settings_(std::move(settings)) {}

Result<StoredMedia> MediaStore::keep(const std::filesystem::path& file) {
  struct Removal {
    const std::filesystem::path& file;
    ~Removal() {
      std::error_code ignored;
      std::filesystem::remove(file, ignored);
    }
  };
  const Removal removal{file};
  const auto mapping = Mapping::of(file);
  if (!mapping) return std::unexpected(mapping.error());
  return keep_bytes(mapping->bytes());
}

Result<StoredMedia> MediaStore::keep_bytes(std::string_view bytes) {
  if (bytes.empty()) return fail(Errc::unreadable, "empty");
  StoredMedia stored{.id = core::sha256_hex(bytes), .mime_type = type_of(bytes), .bytes = bytes.size(), .position = position_in(bytes)};
  if (!is_kept(stored.mime_type)) return fail(Errc::unreadable, "type_not_kept");
  if (!settings_.clamd.empty()) {
    const auto verdict = scan(settings_.clamd, bytes);
    if (!verdict) return std::unexpected(verdict.error());
    if (*verdict == Verdict::infected) return fail(Errc::unreadable, "infected");
    if (*verdict == Verdict::too_large) return fail(Errc::unreadable, "too_large_to_scan");
  }
  if (auto put_there = put(stored.id, bytes); !put_there) return std::unexpected(put_there.error());
  return stored;
}

std::filesystem::path MediaStore::path_of(std::string_view id) const { return settings_.directory / id.substr(0, 2) / id; }

// The name says what is in it, so a file that is there is the one.
Result<void> MediaStore::put(std::string_view id, std::string_view bytes) const {
  if (settings_.bucket) return put_object(*settings_.bucket, id, bytes);
  const auto place = path_of(id);
  std::error_code failed;
  if (std::filesystem::exists(place, failed)) return {};
  std::filesystem::create_directories(place.parent_path(), failed);
  auto unfinished = place;
  unfinished += "." + core::to_hex(core::random_bytes(4));
  const bool written = write_and_sync(unfinished, bytes);
  if (written) std::filesystem::rename(unfinished, place, failed);
  if (written && !failed && sync_directory(place.parent_path()) && sync_directory(settings_.directory)) return {};
  std::filesystem::remove(unfinished, failed);
  return fail(Errc::unavailable, "the media directory takes no more");
}

Result<std::string> MediaStore::read(const MediaRequest& media) const {
  Result<std::string> bytes = fail(Errc::not_found, "there is no such media");
  if (settings_.bucket) {
    bytes = get_object(*settings_.bucket, media.id);
  } else if (const auto mapping = Mapping::of(path_of(media.id))) {
    bytes = std::string(mapping->bytes());
  }
  if (!bytes || !media.is_public) return bytes;
  auto copy = without_metadata(*bytes);
  if (!copy) return fail(Errc::not_found, "it has no public copy");
  return std::move(*copy);
}

std::string MediaStore::link_to(const MediaRequest& media, core::Timestamp now) const {
  const std::string path = std::string(kMediaRoute) + media.id + std::string(media.is_public ? kPublic : "");
  const std::string until = std::to_string(core::to_unix_ms(now + settings_.link_lifetime) / 1000);
  return path + "?until=" + until + "&signature=" + signature_of(settings_.link_key, path, until);
}

std::optional<MediaRequest> MediaStore::read_link(std::string_view path, std::string_view query, core::Timestamp now) const {
  const adapters::Form fields = adapters::Form::parse(query);
  const std::string until = fields.value("until");
  const core::Secret expected{signature_of(settings_.link_key, path, until)};
  const auto ends_at = core::parse_unix(until);
  if (!expected.matches(fields.value("signature")) || !ends_at || *ends_at < now) return std::nullopt;
  std::string_view id = path.substr(kMediaRoute.size());
  const bool is_public = id.ends_with(kPublic);
  if (is_public) id.remove_suffix(kPublic.size());
  if (!is_id(id)) return std::nullopt;
  return MediaRequest{std::string(id), is_public};
}

}  // namespace satupintu::gateway
