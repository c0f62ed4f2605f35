// SPDX-License-Identifier: Apache-2.0
// Other programs for tests: started with their output discarded, killed when the test ends or dies.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace satupintu::tests {

class Process {
 public:
  // The program is looked up in PATH. Throws when there is no process to be had.
  explicit Process(std::vector<std::string> command);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kill -9

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void signal(int number) const;
  int wait();  // the exit status, or 128 + the signal that ended it

 private:
  pid_t pid_;
  bool ended_ = false;
};

}  // namespace satupintu::tests
