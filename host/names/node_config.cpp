#include "names/node_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "base/writer.hpp"
#include "names/packed_value.hpp"

namespace lodge::names {

namespace {

/// Domain and key as one key of the table: the domain's size, the domain, the key. So a domain's keys begin alike.
class Path {
 public:
  /// `valid` is false where domain or key are impossible. An empty key: the domain itself.
  Path(std::string_view domain, ByteView key) {
    valid_ =
        !domain.empty() && domain.size() <= NodeConfig::domain_bytes_max && key.size() <= NodeConfig::key_bytes_max;
    if (!valid_) return;
    bytes_[0] = static_cast<std::uint8_t>(domain.size());
    auto end = std::copy(domain.begin(), domain.end(), bytes_.begin() + 1);
    end = std::copy(key.begin(), key.end(), end);
    size_ = static_cast<std::size_t>(end - bytes_.begin());
  }
  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] ByteView view() const { return {bytes_.data(), size_}; }

  [[nodiscard]] static std::string_view domain_of(ByteView path) { return text_of(path.subspan(1, path[0])); }
  [[nodiscard]] static ByteView key_of(ByteView path) { return path.subspan(std::size_t{1} + path[0]); }

 private:
  std::array<std::uint8_t, 1 + NodeConfig::domain_bytes_max + NodeConfig::key_bytes_max> bytes_;
  std::size_t size_ = 0;
  bool valid_;
};

/// Runs `operation(path)` for a possible domain and key.
template <typename Operation>
Code at(std::string_view domain, ByteView key, Operation&& operation) {
  const Path path(domain, key);
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

}  // namespace

NodeConfig::NodeConfig(Clock& clock, Executor& executor, HashSeed seed, std::uint64_t limit)
    : table_(clock, executor, seed, {1 + domain_bytes_max + key_bytes_max, value_bytes_max, UINT64_MAX, limit}) {}

std::string NodeConfig::fill_text() {
  return fmt::format("holds {} of {} entries (limits.config_entries_max)", entries(), table_.limits().entries_max);
}

Status NodeConfig::seed(std::string_view domain, std::string_view key, const wire::Value& value) {
  const Code code = put(domain, view_of(key), value.pack());
  if (code == Code::OK) return {};
  const std::string where = "[config." + std::string(domain) + "] " + std::string(key);
  if (code == Code::RESOURCE_EXHAUSTED) return Error{code, where + ": the configuration of the node " + fill_text()};
  return Error{code, where + ": a domain has 1 to 64 bytes, a key 1 to 255, a value at most 65,536 as msgpack"};
}

Code NodeConfig::get(std::string_view domain, ByteView key, lodge_writer& value) const {
  return at(domain, key, [&](ByteView path) { return table_.get(path, value); });
}

Code NodeConfig::put(std::string_view domain, ByteView key, ByteView value) {
  if (!is_one_value(value)) return Code::INVALID_ARGUMENT;
  return at(domain, key, [&](ByteView path) { return table_.put(path, value); });
}

Code NodeConfig::put_new(std::string_view domain, ByteView key, ByteView value) {
  if (!is_one_value(value)) return Code::INVALID_ARGUMENT;
  return at(domain, key, [&](ByteView path) { return table_.put_new(path, value); });
}

Code NodeConfig::remove(std::string_view domain, ByteView key) {
  return at(domain, key, [&](ByteView path) { return table_.remove(path); });
}

Code NodeConfig::increment(std::string_view domain, ByteView key, std::int64_t by, std::int64_t* result) {
  return at(domain, key, [&](ByteView path) { return table_.increment(path, by, result); });
}

Code NodeConfig::add(std::string_view domain, ByteView key, ByteView element) {
  const Result<wire::Value> value = wire::Value::unpack(element);
  if (!value) return Code::INVALID_ARGUMENT;
  return at(domain, key, [&](ByteView path) {
    return table_.update(path,
                         [&](const ByteView* present, lodge_writer& out) { return add_to(present, *value, out); });
  });
}

Code NodeConfig::update(std::string_view domain, ByteView key, const ValueTable::Change& change) {
  return at(domain, key, [&](ByteView path) {
    return table_.update(path, [&](const ByteView* present, lodge_writer& out) {
      const Code code = change(present, out);
      if (code != Code::OK) return code;
      return is_one_value({out.data, out.size}) ? Code::OK : Code::INVALID_ARGUMENT;
    });
  });
}

Code NodeConfig::scan(std::string_view domain, const ValueTable::Visit& visit) const {
  const Path path(domain, {});
  if (!path.valid()) return Code::INVALID_ARGUMENT;
  table_.scan(path.view(), [&](ByteView found, ByteView value) { return visit(Path::key_of(found), value); });
  return Code::OK;
}

void NodeConfig::scan_all(const VisitAll& visit) const {
  table_.scan(
      {}, [&](ByteView found, ByteView value) { return visit(Path::domain_of(found), Path::key_of(found), value); });
}

Code NodeConfig::watch(std::string_view domain, ByteView key, bool prefix, std::uint64_t owner, WatchHub::Tell tell,
                       lodge_handle& watch) {
  const Path path(domain, key);
  if (!path.valid() || (key.empty() && !prefix)) return Code::INVALID_ARGUMENT;
  watch = table_.watches().add(path.view(), prefix, owner, [tell = std::move(tell)](const lodge_watch_event& event) {
    lodge_watch_event within = event;
    if (event.what != LODGE_WATCH_LOST) within.key = slice_of(Path::key_of(view_of(event.key)));
    tell(within);
  });
  return Code::OK;
}

}  // namespace lodge::names
