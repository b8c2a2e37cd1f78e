// The table against the simplest thing that could be right: a std::map with expiry times.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/value_table.hpp"
#include "base/writer.hpp"
#include "rig/manual_executor.hpp"

namespace lodge {
namespace {

constexpr std::uint64_t bytes_max = 20 * (ValueTable::entry_overhead + 4);

struct Model {
  struct Held {
    std::string value;
    MonotonicNs expires;
  };

  void expire(MonotonicNs now) {
    std::erase_if(held, [&](const auto& each) { return each.second.expires <= now; });
  }
  [[nodiscard]] std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [key, each] : held) sum += key.size() + each.value.size() + ValueTable::entry_overhead;
    return sum;
  }
  /// Puts it unless the quota is met; without `expires`, one that was there keeps its own.
  Code put(const std::string& key, const std::string& value, std::optional<MonotonicNs> expires) {
    const auto found = held.find(key);
    const std::uint64_t before =
        found == held.end() ? 0 : key.size() + found->second.value.size() + ValueTable::entry_overhead;
    if (bytes() - before + key.size() + value.size() + ValueTable::entry_overhead > bytes_max) {
      return Code::RESOURCE_EXHAUSTED;
    }
    const MonotonicNs kept = found == held.end() ? no_deadline : found->second.expires;
    held[key] = {value, expires.value_or(kept)};
    return Code::OK;
  }

  std::map<std::string, Held> held;
};

using Step = std::tuple<int, int, int, int>;  ///< what, which key, which value, how long

struct Both {
  explicit Both(HashSeed seed) : table(clock, executor, seed, {16, 1000, bytes_max}) {}

  void act(const Step& step) {
    const auto& [what, key_number, value_number, ttl] = step;
    const std::string key = "k" + std::to_string(key_number);
    const std::string value(static_cast<std::size_t>(value_number), 'v');
    const auto found = model.held.find(key);
    const bool there = found != model.held.end();
    const auto ttl_ms = static_cast<std::uint64_t>(ttl);
    const MonotonicNs expires = ttl == 0 ? no_deadline : clock.now() + ttl * 1'000'000;
    switch (what) {
      case 0:
      case 1:
        RC_ASSERT(table.put(view_of(key), view_of(value), ttl_ms) == model.put(key, value, expires));
        break;
      case 2:
        RC_ASSERT(table.put_new(view_of(key), view_of(value), ttl_ms) ==
                  (there ? Code::ALREADY_EXISTS : model.put(key, value, expires)));
        break;
      case 3:
        RC_ASSERT(table.remove(view_of(key)) == (there ? Code::OK : Code::NOT_FOUND));
        model.held.erase(key);
        break;
      case 4: {
        Writer out;
        RC_ASSERT(table.take(view_of(key), out) == (there ? Code::OK : Code::NOT_FOUND));
        if (there) RC_ASSERT(std::string(text_of(out.view())) == found->second.value);
        model.held.erase(key);
        break;
      }
      case 5: {
        const ByteView expected = view_of(value);
        const bool equal = there && found->second.value == value;
        RC_ASSERT(table.compare_and_put(view_of(key), &expected, view_of("new")) ==
                  (equal ? model.put(key, "new", std::nullopt) : Code::ABORTED));
        break;
      }
      case 6:
        RC_ASSERT(table.append(view_of(key), view_of(value), nullptr) ==
                  model.put(key, (there ? found->second.value : "") + value, std::nullopt));
        break;
      case 7:
        table.sweep();
        break;
      default:
        clock.advance(ttl * 1'000'000);
        model.expire(clock.now());
        break;
    }
  }

  void compare() {
    std::map<std::string, std::string> seen;
    table.scan({}, [&](ByteView key, ByteView value) { return seen.emplace(text_of(key), text_of(value)).second; });
    std::map<std::string, std::string> wanted;
    for (const auto& [key, each] : model.held) {
      wanted[key] = each.value;
      Writer out;
      RC_ASSERT(table.get(view_of(key), out) == Code::OK);
      RC_ASSERT(std::string(text_of(out.view())) == each.value);
    }
    RC_ASSERT(seen == wanted);
    RC_ASSERT(table.entries() == wanted.size());
    RC_ASSERT(table.bytes() == model.bytes());
  }

  ManualClock clock;
  rig::ManualExecutor executor;
  ValueTable table;
  Model model;
};

RC_GTEST_PROP(ValueTableModel, acts_like_a_map_with_expiry_and_quota, ()) {
  const auto below = [](int limit) { return rc::gen::inRange(0, limit); };
  const auto steps = *rc::gen::container<std::vector<Step>>(rc::gen::tuple(below(10), below(25), below(12), below(6)));
  Both both(HashSeed{*rc::gen::arbitrary<std::uint64_t>()});
  for (const Step& each : steps) {
    both.act(each);
    both.compare();
  }
}

}  // namespace
}  // namespace lodge
