#include "names/node_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/packed_int.hpp"
#include "base/writer.hpp"
#include "names/config_path.hpp"
#include "names/packed_value.hpp"

namespace lodge::names {

namespace {

/// Runs `operation(path)` for a possible domain and key.
template <typename Operation>
Code at(std::string_view domain, ByteView key, Operation&& operation) {
  const ConfigPath path(domain, key);
  if (!path.valid() || key.empty()) return Code::INVALID_ARGUMENT;
  return operation(path.view());
}

/// The set with the element added. ALREADY_EXISTS; INVALID_ARGUMENT: not a set.
Code add_to(const ByteView* present, const wire::Value& element, lodge_writer& out) {
  wire::Value set = wire::Value::List{};
  if (present != nullptr) {
    Result<wire::Value> unpacked = wire::Value::unpack(*present);
    if (!unpacked || unpacked->as_list() == nullptr) return Code::INVALID_ARGUMENT;
    set = std::move(unpacked).value();
  }
  wire::Value::List& elements = *set.as_list();
  if (std::find(elements.begin(), elements.end(), element) != elements.end()) return Code::ALREADY_EXISTS;
  elements.push_back(element);
  return append(out, set.pack()) ? Code::OK : Code::INVALID_ARGUMENT;
}

// What the table does by itself, as changes that run on the committer's thread. They borrow what they are given.

Code append_value(lodge_writer& out, ByteView value) {
  return append(out, value) ? Code::OK : Code::RESOURCE_EXHAUSTED;
}

ValueTable::Change putting(ByteView value) {
  return [value](const ByteView*, lodge_writer& out) { return append_value(out, value); };
}

ValueTable::Change putting_new(ByteView value) {
  return [value](const ByteView* present, lodge_writer& out) {
    return present != nullptr ? Code::ALREADY_EXISTS : append_value(out, value);
  };
}

ValueTable::Change putting_in_place_of(const ByteView* expected, ByteView value) {
  return [expected, value](const ByteView* present, lodge_writer& out) {
    const bool same =
        expected == nullptr ? present == nullptr : present != nullptr && std::ranges::equal(*present, *expected);
    return same ? append_value(out, value) : Code::ABORTED;
  };
}

ValueTable::Change incrementing(std::int64_t by, std::int64_t& sum) {
  return [by, &sum](const ByteView* present, lodge_writer& out) {
    const std::optional<std::int64_t> before = present == nullptr ? 0 : unpack_int(*present);
    if (!before) return Code::INVALID_ARGUMENT;
    if (__builtin_add_overflow(*before, by, &sum)) return Code::OUT_OF_RANGE;
    return append_value(out, PackedInt(sum).view());
  };
}

}  // namespace

NodeConfig::NodeConfig(Clock& clock, Executor& executor, HashSeed seed, std::uint64_t limit)
    : executor_(executor), table_(clock, executor, seed, {ConfigPath::bytes_max, value_bytes_max, UINT64_MAX, limit}) {}

NodeConfig::~NodeConfig() = default;

std::string NodeConfig::fill_text() {
  return fmt::format("holds {} of {} entries (limits.config_entries_max)", entries(), table_.limits().entries_max);
}

std::string NodeConfig::refusal_text() {
  if (keeper_ && entries() < table_.limits().entries_max) return keeper_->last_failure();
  return "the configuration of the node " + fill_text();
}

Status NodeConfig::seed(std::string_view domain, std::string_view key, const wire::Value& value) {
  const Bytes packed = value.pack();
  const Code code = is_one_value(packed)
                        ? at(domain, view_of(key), [&](ByteView path) { return table_.put(path, packed); })
                        : Code::INVALID_ARGUMENT;
  if (code == Code::OK) return {};
  const std::string where = "[config." + std::string(domain) + "] " + std::string(key);
  if (code == Code::RESOURCE_EXHAUSTED) return Error{code, where + ": the configuration of the node " + fill_text()};
  return Error{code, where + ": a domain has 1 to 64 bytes, a key 1 to 255, a value at most 65,536 as msgpack"};
}

Status NodeConfig::keep_in(state::Committer& committer) {
  const Result<state::Table> kept = committer.environment().open_table("config");
  if (!kept) return kept.error();
  std::set<Bytes> seeded;
  table_.scan({}, [&](ByteView path, ByteView) {
    if (persists(ConfigPath::domain_of(path))) seeded.insert(copy_of(path));
    return true;
  });
  auto keeper = std::make_unique<ConfigKeeper>(table_, executor_, committer, *kept);
  if (Status loaded = keeper->load(persisted_, std::move(seeded)); !loaded) return loaded;
  keeper_ = std::move(keeper);
  return {};
}

Code NodeConfig::get(std::string_view domain, ByteView key, lodge_writer& value) const {
  return at(domain, key, [&](ByteView path) { return table_.get(path, value); });
}

Code NodeConfig::put(std::string_view domain, ByteView key, ByteView value) {
  if (!is_one_value(value)) return Code::INVALID_ARGUMENT;
  return at(domain, key, [&](ByteView path) {
    ConfigKeeper* const keeper = keeper_of(domain);
    return keeper == nullptr ? table_.put(path, value) : keeper->write(path, putting(value));
  });
}

Code NodeConfig::put_new(std::string_view domain, ByteView key, ByteView value) {
  if (!is_one_value(value)) return Code::INVALID_ARGUMENT;
  return at(domain, key, [&](ByteView path) {
    ConfigKeeper* const keeper = keeper_of(domain);
    return keeper == nullptr ? table_.put_new(path, value) : keeper->write(path, putting_new(value));
  });
}

Code NodeConfig::remove(std::string_view domain, ByteView key) {
  return at(domain, key, [&](ByteView path) {
    ConfigKeeper* const keeper = keeper_of(domain);
    return keeper == nullptr ? table_.remove(path) : keeper->remove(path);
  });
}

Code NodeConfig::increment(std::string_view domain, ByteView key, std::int64_t by, std::int64_t* result) {
  return at(domain, key, [&](ByteView path) {
    ConfigKeeper* const keeper = keeper_of(domain);
    if (keeper == nullptr) return table_.increment(path, by, result);
    std::int64_t sum = 0;
    const Code code = keeper->write(path, incrementing(by, sum));
    if (code == Code::OK && result != nullptr) *result = sum;
    return code;
  });
}

Code NodeConfig::add(std::string_view domain, ByteView key, ByteView element) {
  const Result<wire::Value> value = wire::Value::unpack(element);
  if (!value) return Code::INVALID_ARGUMENT;
  const ValueTable::Change adding = [&](const ByteView* present, lodge_writer& out) {
    return add_to(present, *value, out);
  };
  return at(domain, key, [&](ByteView path) {
    ConfigKeeper* const keeper = keeper_of(domain);
    return keeper == nullptr ? table_.update(path, adding) : keeper->write(path, adding);
  });
}

Code NodeConfig::update(std::string_view domain, ByteView key, const ValueTable::Change& change) {
  const ValueTable::Change checked = [&](const ByteView* present, Writer& out) {
    const Code code = change(present, out);
    if (code != Code::OK) return code;
    return is_one_value({out.data, out.size}) ? Code::OK : Code::INVALID_ARGUMENT;
  };
  return at(domain, key, [&](ByteView path) {
    ConfigKeeper* const keeper = keeper_of(domain);
    if (keeper == nullptr) return table_.update(path, checked);
    // The change is the caller's: it runs on the caller's thread, and only what comes of it goes to the committer.
    return table_.update(path, checked, [&](const ByteView* expected, ByteView value) {
      return keeper->write(path, putting_in_place_of(expected, value));
    });
  });
}

Code NodeConfig::scan(std::string_view domain, const ValueTable::Visit& visit) const {
  const ConfigPath path(domain, {});
  if (!path.valid()) return Code::INVALID_ARGUMENT;
  table_.scan(path.view(), [&](ByteView found, ByteView value) { return visit(ConfigPath::key_of(found), value); });
  return Code::OK;
}

void NodeConfig::scan_all(const VisitAll& visit) const {
  table_.scan({}, [&](ByteView found, ByteView value) {
    return visit(ConfigPath::domain_of(found), ConfigPath::key_of(found), value);
  });
}

Code NodeConfig::watch(std::string_view domain, ByteView key, bool prefix, std::uint64_t owner, WatchHub::Tell tell,
                       lodge_handle& watch) {
  const ConfigPath path(domain, key);
  if (!path.valid() || (key.empty() && !prefix)) return Code::INVALID_ARGUMENT;
  watch = table_.watches().add(path.view(), prefix, owner, [tell = std::move(tell)](const lodge_watch_event& event) {
    lodge_watch_event within = event;
    if (event.what != LODGE_WATCH_LOST) within.key = slice_of(ConfigPath::key_of(view_of(event.key)));
    tell(within);
  });
  return watch != 0 ? Code::OK : Code::RESOURCE_EXHAUSTED;
}

}  // namespace lodge::names
