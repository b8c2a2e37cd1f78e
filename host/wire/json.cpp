#include "wire/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "wire/base64.hpp"

namespace lodge::wire {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* binary_key = "$bin";

Value binary_or(Value::Map map) {
  if (map.size() != 1 || *map.front().first.as_text() != binary_key) return map;
  const std::string* text = map.front().second.as_text();
  if (text == nullptr) return map;
  std::optional<Bytes> bytes = bytes_from_base64(*text);
  if (!bytes) return map;
  return Value::Binary{std::move(*bytes)};
}

// Builds the value while nlohmann's parser reads, so that limits hold before memory is taken.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view source, const Limits& limits) : source_(source), limits_(limits) {}

  bool null() override { return add({}); }
  bool boolean(bool flag) override { return add(flag); }
  bool number_integer(number_integer_t number) override { return add(std::int64_t{number}); }
  bool number_unsigned(number_unsigned_t number) override { return add(std::uint64_t{number}); }
  bool number_float(number_float_t number, const string_t&) override { return add(number); }
  bool string(string_t& text) override { return add(std::move(text)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Value::Map{}); }
  bool key(string_t& text) override {
    open_.back().key = std::move(text);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Value::List{}); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& what) override {
    std::string_view reason = what.what();
    // nlohmann's text starts with its own name, number and place; the reason comes after the last of those.
    if (const std::size_t at = reason.find(": "); at != std::string_view::npos) reason.remove_prefix(at + 2);
    const std::string_view before = source_.substr(0, std::min(position == 0 ? 0 : position - 1, source_.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = 1 + before.size() - (newline == std::string_view::npos ? 0 : newline + 1);
    return fail(Code::INVALID_ARGUMENT, fmt::format("not JSON at line {}, column {}: {}", line, column, reason));
  }

  [[nodiscard]] Result<Value> result() {
    if (error_) return *std::move(error_);
    return std::move(root_);
  }

 private:
  struct Open {
    Value value;
    std::string key;
    std::unordered_map<std::string, std::size_t> places;  // of a map's keys
  };

  bool fail(Code code, std::string message) {
    if (!error_) error_ = Error{code, std::move(message)};
    return false;
  }

  bool count() {
    if (++elements_ <= limits_.elements_max) return true;
    return fail(Code::RESOURCE_EXHAUSTED, fmt::format("more than {} values in one body", limits_.elements_max));
  }

  bool open(Value container) {
    if (open_.size() >= limits_.depth_max) {
      return fail(Code::RESOURCE_EXHAUSTED, fmt::format("values are nested more than {} deep", limits_.depth_max));
    }
    if (!count()) return false;
    open_.push_back({std::move(container), {}, {}});
    return true;
  }

  bool add(Value value) { return count() && place(std::move(value)); }

  bool close() {
    Value done = std::move(open_.back().value);
    open_.pop_back();
    if (done.as_map() != nullptr) done = binary_or(std::move(*done.as_map()));
    return place(std::move(done));
  }

  bool place(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Value::List* list = open_.back().value.as_list()) {
      list->push_back(std::move(value));
    } else {
      if (!count()) return false;  // the key
      put(open_.back(), std::move(value));
    }
    return true;
  }

  static void put(Open& open, Value value) {
    Value::Map& map = *open.value.as_map();
    const auto [place, fresh] = open.places.try_emplace(open.key, map.size());
    if (fresh) {
      map.emplace_back(Value(std::move(open.key)), std::move(value));
    } else {
      map[place->second].second = std::move(value);
    }
  }

  std::string_view source_;
  const Limits& limits_;
  std::uint64_t elements_ = 0;
  std::vector<Open> open_;
  Value root_;
  std::optional<Error> error_;
};

Json json_of(const Value& value) {
  if (const bool* flag = value.as_bool()) return *flag;
  if (const std::int64_t* number = value.as_int()) return *number;
  if (const std::uint64_t* large = value.as_large()) return *large;
  if (const double* real = value.as_float()) return std::isfinite(*real) ? Json(*real) : Json(nullptr);
  if (const std::string* text = value.as_text()) return *text;
  if (const Value::Binary* binary = value.as_binary()) return {{binary_key, base64_from(binary->bytes)}};
  if (const Value::List* list = value.as_list()) {
    Json out = Json::array();
    for (const Value& each : *list) out.push_back(json_of(each));
    return out;
  }
  if (const Value::Map* map = value.as_map()) {
    Json out = Json::object();
    for (const auto& [key, held] : *map) {
      out.push_back({key.as_text() != nullptr ? *key.as_text() : json_from_value(key), json_of(held)});
    }
    return out;
  }
  return nullptr;
}

}  // namespace

Result<Value> value_from_json(std::string_view text, const Limits& limits) {
  Builder builder(text, limits);
  Json::sax_parse(text, &builder);
  return builder.result();
}

std::string json_from_value(const Value& value, bool pretty) {
  return json_of(value).dump(pretty ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lodge::wire
