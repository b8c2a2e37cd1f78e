// A directory for an environment of a test's own, gone with it, and what is done to it from outside.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "state/environment.hpp"

namespace lodge::state::test {

class StateDirectory : public ::testing::Test {
 protected:
  StateDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lodge-state-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~StateDirectory() override { std::filesystem::remove_all(root_); }

  [[nodiscard]] std::filesystem::path root() const { return root_; }
  [[nodiscard]] std::filesystem::path directory() const { return root_ / "state"; }
  [[nodiscard]] std::filesystem::path data_file() const { return directory() / "data.mdb"; }

  [[nodiscard]] Result<std::unique_ptr<Environment>> open(std::uint64_t bytes_max = std::uint64_t{1} << 30) const {
    return Environment::open({directory(), bytes_max});
  }
  /// What is in a table now.
  static std::map<std::string, std::string> all(Environment& environment, Table table) {
    std::map<std::string, std::string> out;
    Result<Transaction> transaction = environment.read();
    Result<Cursor> cursor = Cursor::over(*transaction, table);
    for (auto entry = cursor->next(); entry && *entry; entry = cursor->next()) {
      out.emplace(text_of((*entry)->key), text_of((*entry)->value));
    }
    return out;
  }
  static Status put(Environment& environment, Table table, std::string_view key, std::string_view value) {
    Result<WriteTransaction> transaction = environment.write();
    if (!transaction) return transaction.error();
    transaction->put(table, view_of(key), view_of(value));
    return transaction->commit();
  }

  [[nodiscard]] std::string contents() const {
    std::ifstream in(data_file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void overwrite(const std::string& bytes) const { std::ofstream(data_file(), std::ios::binary) << bytes; }

 private:
  std::filesystem::path root_;
};

}  // namespace lodge::state::test
