// SPDX-License-Identifier: Apache-2.0
// SQLite behind two small types, so that its header stays in sqlite.cpp. Failures carry SQLite's extended code
// by name and never the values bound. A Database and its Statements belong to one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "core/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace satupintu::queue {

class Statement {
 public:
  // Parameters and columns count from 1 and 0, as in SQLite. Bound bytes must live until the next step or reset.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind_text(int parameter, std::string_view text);
  Statement& bind_blob(int parameter, std::string_view bytes);

  // True while there is a row; the statement is reset when there is none, or on failure.
  [[nodiscard]] core::Result<bool> step();
  // For statements without rows: one step and reset.
  [[nodiscard]] core::Result<void> run();
  void reset() noexcept;

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;  // valid until the next step or reset

 private:
  friend class Database;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

class Database {
 public:
  enum class Mode {
    write,      // creates the file; WAL, synchronous=FULL; the only connection that writes and checkpoints
    read_only,  // never checkpoints, not even on closing
  };

  [[nodiscard]] static core::Result<Database> open(const std::filesystem::path& file, Mode mode);

  [[nodiscard]] core::Result<Statement> prepare(std::string_view sql);
  // One or several statements without parameters and rows.
  [[nodiscard]] core::Result<void> run(const char* sql);

 private:
  struct Closer {
    void operator()(sqlite3* database) const noexcept;
  };
  std::unique_ptr<sqlite3, Closer> database_;
};

}  // namespace satupintu::queue
