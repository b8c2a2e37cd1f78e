// A msgpack value as a tree: for configuration, administration and filters. Hot paths work on the bytes instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/status.hpp"

namespace lodge::wire {

/// Hard limits on what is turned into a tree or accepted from outside; exceeded: refused before memory is taken.
struct Limits {
  std::size_t frame_bytes_max = std::size_t{16} << 20;
  std::uint32_t depth_max = 64;            ///< more than LODGE_MP_DEPTH_MAX counts as that
  std::uint32_t elements_max = 1'000'000;  ///< values in one body, containers and their elements alike
};

/// nil, bool, int64, uint64 (only above INT64_MAX), double, text, binary, list, or map in its original order.
/// Values are equal when their msgpack meaning is: 1 and 1u are, 1 and 1.0 are not; maps regardless of order.
class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::vector<std::pair<Value, Value>>;
  struct Binary {
    Bytes bytes;
    bool operator==(const Binary&) const = default;
  };

  Value() = default;
  Value(bool flag) : held_(flag) {}                             // NOLINT: values convert
  Value(std::int64_t number) : held_(number) {}                 // NOLINT
  Value(int number) : held_(std::int64_t{number}) {}            // NOLINT
  Value(std::uint64_t number);                                  // NOLINT
  Value(std::uint32_t number) : held_(std::int64_t{number}) {}  // NOLINT
  Value(double number) : held_(number) {}                       // NOLINT
  Value(std::string text) : held_(std::move(text)) {}           // NOLINT
  Value(std::string_view text) : held_(std::string(text)) {}    // NOLINT
  Value(const char* text) : held_(std::string(text)) {}         // NOLINT
  Value(Binary binary) : held_(std::move(binary)) {}            // NOLINT
  Value(List list) : held_(std::move(list)) {}                  // NOLINT
  Value(Map map) : held_(std::move(map)) {}                     // NOLINT
  /// {{"key", value}, ...}
  [[nodiscard]] static Value map(std::initializer_list<std::pair<Value, Value>> entries) { return Map(entries); }

  [[nodiscard]] bool is_nil() const { return std::holds_alternative<std::monostate>(held_); }
  [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&held_); }
  [[nodiscard]] const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&held_); }
  [[nodiscard]] const std::uint64_t* as_large() const { return std::get_if<std::uint64_t>(&held_); }
  [[nodiscard]] const double* as_float() const { return std::get_if<double>(&held_); }
  [[nodiscard]] const std::string* as_text() const { return std::get_if<std::string>(&held_); }
  [[nodiscard]] const Binary* as_binary() const { return std::get_if<Binary>(&held_); }
  [[nodiscard]] const List* as_list() const { return std::get_if<List>(&held_); }
  [[nodiscard]] const Map* as_map() const { return std::get_if<Map>(&held_); }
  [[nodiscard]] List* as_list() { return std::get_if<List>(&held_); }
  [[nodiscard]] Map* as_map() { return std::get_if<Map>(&held_); }

  /// "nil", "bool", "int", "float", "str", "bin", "list", "map": the words of descriptors and error messages.
  [[nodiscard]] std::string_view type_name() const;

  /// The value under a text key of a map; nullptr: not a map, or no such key.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Value* find(std::string_view key);
  /// Sets a text key of a map; a nil value becomes an empty map first.
  void set(std::string_view key, Value value);

  bool operator==(const Value& other) const;

  /// Exactly one well-formed value within the limits. INVALID_ARGUMENT otherwise (ext types too), RESOURCE_EXHAUSTED
  /// beyond a limit.
  [[nodiscard]] static Result<Value> unpack(ByteView bytes, const Limits& limits = {});
  /// In the shortest form of each number.
  [[nodiscard]] Bytes pack() const;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Binary, List, Map> held_;
};

/// `update` laid over `base`: maps merge key by key at every depth, everything else is replaced.
[[nodiscard]] Value deep_merge(Value base, const Value& update);

}  // namespace lodge::wire
