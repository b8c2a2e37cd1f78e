// store: gets and puts of 16-byte keys and 100-byte values, copied, through the table that plugins use.
#include <cstdlib>
#include <memory>
#include <string>

#include "base/writer.hpp"
#include "figure.hpp"
#include "idle_executor.hpp"
#include "plugin/frame.hpp"
#include "reference_maps.hpp"
#include "service/abi_store.hpp"
#include "service/instance_context.hpp"
#include "service/store.hpp"

namespace lodge::bench {
namespace {

constexpr std::size_t key_count = 100'000;
constexpr std::uint64_t operations = 2'000'000;

struct StoreBench {
  StoreBench() {
    service::offer_store(registry);
    context.store = &store;
    const Value value{};
    for (const Key& each : keys) {
      service::store_table.put(&context, each.data(), each.size(), value.data(), value.size(), 0);
      plain.put(each, value);
      sharded.put(each, value);
    }
  }

  /// Where a thread begins: each at another place.
  [[nodiscard]] std::size_t start(unsigned thread) const { return thread * key_count / 2; }

  /// Runs `operation(key)` as plugin code of the instance does.
  template <typename Operation>
  double inside(unsigned threads, Operation&& operation) {
    return mega_per_second(threads, operations, [&](unsigned thread, std::uint64_t count) {
      plugin::Frame frame(context, "bench");
      frame.push();
      each_key(thread, count, operation());
      frame.pop();
    });
  }
  template <typename Operation>
  void each_key(unsigned thread, std::uint64_t count, Operation&& operation) const {
    std::size_t at = start(thread);
    for (std::uint64_t i = 0; i < count; ++i) {
      operation(keys[at]);
      if (++at == key_count) at = 0;
    }
  }

  double get(unsigned threads) {
    return inside(threads, [&] {
      return [&, out = std::make_shared<Writer>()](const Key& key) {
        out->clear();
        if (service::store_table.get(&context, key.data(), key.size(), out.get()) != LODGE_OK) std::abort();
      };
    });
  }
  double put(unsigned threads) {
    return inside(threads, [&] {
      return [&, value = Value{}](const Key& key) mutable {
        ++value[0];
        if (service::store_table.put(&context, key.data(), key.size(), value.data(), value.size(), 0) != LODGE_OK) {
          std::abort();
        }
      };
    });
  }
  template <typename Map>
  double map_get(Map& map, unsigned threads) {
    return mega_per_second(threads, operations, [&](unsigned thread, std::uint64_t count) {
      Value value{};
      each_key(thread, count, [&](const Key& key) {
        if (!map.get(key, value)) std::abort();
        asm volatile("" : : "r"(value.data()) : "memory");
      });
    });
  }
  template <typename Map>
  double map_put(Map& map, unsigned threads) {
    return mega_per_second(threads, operations, [&](unsigned thread, std::uint64_t count) {
      Value value{};
      each_key(thread, count, [&](const Key& key) {
        ++value[0];
        map.put(key, value);
      });
    });
  }

  const std::vector<Key> keys = make_keys(key_count);
  SystemClock clock;
  IdleExecutor executor;
  service::Store store{clock, executor, HashSeed{1}, "bench", std::uint64_t{1} << 30};
  plugin::InterfaceRegistry registry;
  service::InstanceContext context{registry, "bench", "bench", {}};
  PlainMap plain;
  ShardedMap sharded;
};

void run(Figures& figures) {
  StoreBench bench;
  const std::string unlocked = "absl::flat_hash_map, no lock, 1 thread";
  const std::string sharded = "64 shards, mutex + flat_hash_map";
  for (const unsigned threads : {1U, 2U}) {
    const std::string suffix = "." + std::to_string(threads);
    figures.compare("store.get" + suffix, "M/s", Better::more, [&] { return bench.get(threads); },
                    {{unlocked, [&] { return bench.map_get(bench.plain, 1); }},
                     {sharded, [&] { return bench.map_get(bench.sharded, threads); }}});
    figures.compare("store.put" + suffix, "M/s", Better::more, [&] { return bench.put(threads); },
                    {{unlocked, [&] { return bench.map_put(bench.plain, 1); }},
                     {sharded, [&] { return bench.map_put(bench.sharded, threads); }}});
  }
}

}  // namespace
}  // namespace lodge::bench

int main(int argc, char** argv) {
  lodge::bench::Figures figures(argc, argv);
  lodge::bench::run(figures);
  return 0;
}
