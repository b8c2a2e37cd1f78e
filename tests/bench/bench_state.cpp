// state: puts into a persisted domain of node configuration, each acknowledged once it is on disk, by 1 and 16 writers;
// beside LMDB itself with one commit a put.
#include <lmdb.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "figure.hpp"
#include "idle_executor.hpp"
#include "names/node_config.hpp"

namespace lodge::bench {
namespace {

constexpr std::uint64_t keys = 1000;

/// On a disk: /tmp may be memory.
class Directory {
 public:
  Directory() : path_("/var/tmp/lodge-bench-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  [[nodiscard]] std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string key_of(unsigned thread, std::uint64_t number) {
  return "key/" + std::to_string(thread) + "/" + std::to_string(number * 7919 % keys);
}

class BareLmdb {
 public:
  explicit BareLmdb(const std::string& directory) {
    std::filesystem::create_directory(directory);
    MDB_txn* txn = nullptr;
    if (mdb_env_create(&env_) != 0 || mdb_env_set_mapsize(env_, std::size_t{1} << 30) != 0 ||
        mdb_env_open(env_, directory.c_str(), 0, 0600) != 0 || mdb_txn_begin(env_, nullptr, 0, &txn) != 0 ||
        mdb_dbi_open(txn, nullptr, 0, &table_) != 0 || mdb_txn_commit(txn) != 0) {
      std::abort();
    }
  }
  ~BareLmdb() { mdb_env_close(env_); }
  BareLmdb(const BareLmdb&) = delete;
  BareLmdb& operator=(const BareLmdb&) = delete;

  void put(std::string key, Bytes value) {
    MDB_txn* txn = nullptr;
    MDB_val at{key.size(), key.data()};
    MDB_val what{value.size(), value.data()};
    if (mdb_txn_begin(env_, nullptr, 0, &txn) != 0 || mdb_put(txn, table_, &at, &what, 0) != 0 ||
        mdb_txn_commit(txn) != 0) {
      std::abort();
    }
  }

 private:
  MDB_env* env_ = nullptr;
  MDB_dbi table_ = 0;
};

struct StateBench {
  StateBench() {
    config.persist({"kept"});
    if (!config.keep_in(committer)) std::abort();
  }
  double persisted(unsigned writers) {
    return 1e6 * mega_per_second(writers, 100, [&](unsigned thread, std::uint64_t count) {
             for (std::uint64_t i = 0; i < count; ++i) {
               if (config.put("kept", view_of(key_of(thread, i)), value) != Code::OK) std::abort();
             }
           });
  }
  double bare() {
    return 1e6 * mega_per_second(1, 100, [&](unsigned thread, std::uint64_t count) {
             for (std::uint64_t i = 0; i < count; ++i) raw.put(key_of(thread, i), value);
           });
  }

  const Bytes value = wire::Value(std::string(100, 'v')).pack();
  const Directory directory;
  BareLmdb raw{directory / "bare"};
  SystemClock clock;
  IdleExecutor executor;
  state::Committer committer{state::Environment::open({directory / "state"}).value()};
  names::NodeConfig config{clock, executor, HashSeed{1}};
};

}  // namespace
}  // namespace lodge::bench

int main(int argc, char** argv) {
  lodge::bench::Figures figures(argc, argv);
  lodge::bench::StateBench bench;
  for (const unsigned writers : {1U, 16U}) {
    figures.compare("state.config_puts." + std::to_string(writers), "puts/s", lodge::bench::Better::more,
                    [&] { return bench.persisted(writers); }, {{"LMDB, a commit each", [&] { return bench.bare(); }}});
  }
  return 0;
}
