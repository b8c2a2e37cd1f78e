// names: looking up and registering unique names, through the table that plugins use.
#include <cstdlib>
#include <string>
#include <vector>

#include "figure.hpp"
#include "idle_executor.hpp"
#include "names/abi_names.hpp"
#include "plugin/frame.hpp"
#include "plugin/host_context.hpp"
#include "reference_maps.hpp"

namespace lodge::bench {
namespace {

constexpr std::size_t key_count = 100'000;
constexpr std::uint64_t look_ups = 2'000'000;
constexpr std::uint64_t registrations = 200'000;  ///< a thread; they are given back outside of the measured time
const Bytes value{1};

std::int32_t read_owner(void* user, const lodge_name_entry* entry) {
  *static_cast<std::size_t*>(user) += entry->owner.size;
  return 0;
}

struct NamesBench {
  NamesBench() {
    names::offer_names(registry, all);
    context.set_service_owner(plugin::HostContext::new_owner());
    for (const Key& each : keys) {
      if (register_one(0, each) != LODGE_OK) std::abort();
      sharded.put(each, {});
    }
  }

  std::int32_t register_one(lodge_handle owner, const Key& name) {
    return names::names_table.register_name(&context, owner, name.data(), name.size(), value.data(), value.size(),
                                            nullptr);
  }

  double whereis(unsigned threads) {
    return mega_per_second(threads, look_ups, [&](unsigned thread, std::uint64_t count) {
      plugin::Frame frame(context, "bench");
      frame.push();
      std::size_t seen = 0;
      for (std::uint64_t i = 0; i < count; ++i) {
        const Key& name = keys[(i + thread * key_count / 2) % key_count];
        if (names::names_table.whereis(&context, name.data(), name.size(), &read_owner, &seen) != LODGE_OK)
          std::abort();
      }
      frame.pop();
    });
  }
  double map_find(unsigned threads) {
    return mega_per_second(threads, look_ups, [&](unsigned thread, std::uint64_t count) {
      Value found{};
      for (std::uint64_t i = 0; i < count; ++i) {
        if (!sharded.get(keys[(i + thread * key_count / 2) % key_count], found)) std::abort();
        asm volatile("" : : "r"(found.data()) : "memory");
      }
    });
  }

  /// New names, by an owner of each thread's own, as different parts of a plugin would.
  double register_new(unsigned threads) {
    std::vector<lodge_handle> owners(threads);
    for (lodge_handle& each : owners) {
      if (names::names_table.open_owner(&context, "bench", 5, &each) != LODGE_OK) std::abort();
    }
    const double rate = mega_per_second(threads, registrations, [&](unsigned thread, std::uint64_t count) {
      plugin::Frame frame(context, "bench");
      frame.push();
      for (std::uint64_t i = 0; i < count; ++i) {
        if (register_one(owners[thread], fresh[thread * registrations + i]) != LODGE_OK) std::abort();
      }
      frame.pop();
    });
    for (const lodge_handle each : owners) names::names_table.close_owner(&context, each);
    return rate;
  }
  double map_insert(unsigned threads) {
    const double rate = mega_per_second(threads, registrations, [&](unsigned thread, std::uint64_t count) {
      for (std::uint64_t i = 0; i < count; ++i) sharded.put(fresh[thread * registrations + i], {});
    });
    for (const Key& each : fresh) sharded.erase(each);
    return rate;
  }

  const std::vector<Key> all_keys = make_keys(key_count + 2 * registrations);
  const std::vector<Key> keys{all_keys.begin(), all_keys.begin() + key_count};
  const std::vector<Key> fresh{all_keys.begin() + key_count, all_keys.end()};
  IdleExecutor executor;
  names::Names all{executor, HashSeed{1}, {.instance = key_count + 2 * registrations}};
  plugin::InterfaceRegistry registry;
  plugin::HostContext context{registry, "bench", "bench", {}};
  ShardedMap sharded;
};

void run(Figures& figures) {
  NamesBench bench;
  const std::string reference = "64 shards, mutex + flat_hash_map";
  for (const unsigned threads : {1U, 2U}) {
    const std::string suffix = "." + std::to_string(threads);
    figures.compare("names.whereis" + suffix, "M/s", Better::more, [&] { return bench.whereis(threads); },
                    {{reference, [&] { return bench.map_find(threads); }}});
    figures.compare("names.register" + suffix, "M/s", Better::more, [&] { return bench.register_new(threads); },
                    {{reference, [&] { return bench.map_insert(threads); }}});
  }
}

}  // namespace
}  // namespace lodge::bench

int main(int argc, char** argv) {
  lodge::bench::Figures figures(argc, argv);
  lodge::bench::run(figures);
  return 0;
}
