// SPDX-License-Identifier: Apache-2.0
#include "bench/ledger.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <string_view>
#include <system_error>

namespace satupintu::bench {

Ledger::Ledger(const std::string& file) : file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "ledger " + file);
}

Ledger::~Ledger() { ::close(file_); }

void Ledger::add(const Delivery& delivery, const Attempt& attempt) {
  fmt::format_to(std::back_inserter(lines_), "{}\t{}\t{}\t{}\t{}\t{}\n", delivery.external_id, delivery.body_sha256, attempt.status,
                 attempt.due_ns, attempt.sent_ns, attempt.ended_ns);
}

void Ledger::flush() {
  for (std::string_view rest = lines_; !rest.empty();) {
    const auto written = ::write(file_, rest.data(), rest.size());
    if (written < 0) throw std::system_error(errno, std::generic_category(), "ledger");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  lines_.clear();
}

}  // namespace satupintu::bench
