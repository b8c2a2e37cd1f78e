#include "wire/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "wire/base64.hpp"

namespace lodge::wire {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* binary_key = "$bin";
constexpr const char* float_key = "$float";
constexpr std::string_view not_a_number = "nan";
constexpr std::string_view infinite = "inf";
constexpr std::string_view minus_infinite = "-inf";

constexpr std::size_t shown_bytes_max = 40;

std::string shortened(std::string_view text) {
  return text.size() <= shown_bytes_max ? std::string(text) : std::string(text.substr(0, shown_bytes_max)) + "...";
}

/// The text of {KEY: "text"}; nullptr: the value is something else.
const std::string* text_under(const char* key, const Value& value) {
  const Value::Map* map = value.as_map();
  if (map == nullptr || map->size() != 1 || *map->front().first.as_text() != key) return nullptr;
  return map->front().second.as_text();
}

std::optional<double> float_called(std::string_view name) {
  using Float = std::numeric_limits<double>;
  if (name == not_a_number) return Float::quiet_NaN();
  if (name == infinite) return Float::infinity();
  if (name == minus_infinite) return -Float::infinity();
  return std::nullopt;
}

std::string_view float_name(double number) {
  return std::isnan(number) ? not_a_number : number > 0 ? infinite : minus_infinite;
}

/// Hands the text over byte by byte and keeps how far it has come: nlohmann's parser tells places only of what is no
/// JSON at all.
class Tracked {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Tracked(const char* at, std::size_t* bytes_read) : at_(at), bytes_read_(bytes_read) {}
  reference operator*() const { return *at_; }
  Tracked& operator++() {
    ++at_;
    ++*bytes_read_;
    return *this;
  }
  Tracked operator++(int) {
    Tracked before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Tracked& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  std::size_t* bytes_read_;
};

// Builds the value while nlohmann's parser reads, so that limits hold before memory is taken.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view source, const Limits& limits) : source_(source), limits_(limits) {}

  [[nodiscard]] Result<Value> build() {
    const char* const begin = source_.data();
    Json::sax_parse(Tracked(begin, &bytes_read_), Tracked(begin + source_.size(), &bytes_read_), this);
    if (error_) return *std::move(error_);
    return std::move(root_);
  }

  bool null() override { return add({}); }
  bool boolean(bool flag) override { return add(flag); }
  bool number_integer(number_integer_t number) override { return add(std::int64_t{number}); }
  bool number_unsigned(number_unsigned_t number) override { return add(std::uint64_t{number}); }
  bool number_float(number_float_t number, const string_t& digits) override {
    // The parser turns an integer that is too large into a float.
    if (digits.find_first_of(".eE") != string_t::npos) return add(number);
    return refuse(next_token(), fmt::format("{} has more than the 64 bits of an integer; write it as text, or with .0 "
                                            "where a float will do",
                                            shortened(digits)));
  }
  bool string(string_t& text) override { return add(std::move(text)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Value::Map{}); }
  bool key(string_t& text) override {
    Open& object = open_.back();
    if (!object.keys.insert(text).second) {
      return refuse(next_token(), fmt::format("the key \"{}\" stands twice in one object", shortened(text)));
    }
    object.key = std::move(text);
    token_end_ = bytes_read_;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Value::List{}); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& what) override {
    if (what.id == number_out_of_range) {
      return refuse(next_token(), "a number beyond what a float holds, 1.8e308; infinity is {\"$float\": \"inf\"}");
    }
    std::string_view reason = what.what();
    // nlohmann's text starts with its own name, number and place; the reason comes after the last of those.
    if (const std::size_t at = reason.find(": "); at != std::string_view::npos) reason.remove_prefix(at + 2);
    return refuse(std::min(position == 0 ? 0 : position - 1, source_.size()), reason.substr(0, reason_bytes_max),
                  "not JSON at ");
  }

 private:
  static constexpr std::size_t reason_bytes_max = 200;
  static constexpr int number_out_of_range = 406;  // nlohmann's number for it

  struct Open {
    Value value;
    std::string key;
    std::unordered_set<std::string> keys;
  };

  bool fail(Code code, std::string message) {
    if (!error_) error_ = Error{code, std::move(message)};
    return false;
  }

  bool refuse(std::size_t position, std::string_view why, std::string_view before = "") {
    const std::string_view above = source_.substr(0, position);
    const auto line = 1 + std::count(above.begin(), above.end(), '\n');
    const std::size_t newline = above.rfind('\n');
    const std::size_t column = 1 + above.size() - (newline == std::string_view::npos ? 0 : newline + 1);
    return fail(Code::INVALID_ARGUMENT, fmt::format("{}line {}, column {}: {}", before, line, column, why));
  }

  /// Where the token begins that the parser is telling of: between it and the end of the one before stands nothing but
  /// white space and separators.
  [[nodiscard]] std::size_t next_token() const {
    return std::min(source_.find_first_not_of(" \t\r\n,:", token_end_), source_.size());
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
    token_end_ = bytes_read_;
    return true;
  }

  bool add(Value value) {
    token_ = next_token();
    token_end_ = bytes_read_;
    return count() && place(std::move(value));
  }

  bool close() {
    Value done = std::move(open_.back().value);
    open_.pop_back();
    token_end_ = bytes_read_;
    if (const std::string* text = text_under(binary_key, done)) {
      std::optional<Bytes> bytes = bytes_from_base64(*text);
      if (!bytes) return refuse(token_, "{\"$bin\": ...} takes bytes as base64, padded with = to a multiple of four");
      done = Value::Binary{*std::move(bytes)};
    } else if (const std::string* name = text_under(float_key, done)) {
      const std::optional<double> number = float_called(*name);
      if (!number) return refuse(token_, R"({"$float": ...} takes "nan", "inf" or "-inf"; other floats are numbers)");
      done = Value(*number);
    }
    return place(std::move(done));
  }

  bool place(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Value::List* list = open_.back().value.as_list()) {
      list->push_back(std::move(value));
    } else {
      if (!count()) return false;  // the key
      open_.back().value.as_map()->emplace_back(Value(std::move(open_.back().key)), std::move(value));
    }
    return true;
  }

  std::string_view source_;
  const Limits& limits_;
  std::size_t bytes_read_ = 0;
  std::size_t token_end_ = 0;  // of the last token told, or what the parser has read beyond it
  std::size_t token_ = 0;      // where the last scalar begins
  std::uint64_t elements_ = 0;
  std::vector<Open> open_;
  Value root_;
  std::optional<Error> error_;
};

Json json_of(const Value& value) {
  if (const bool* flag = value.as_bool()) return *flag;
  if (const std::int64_t* number = value.as_int()) return *number;
  if (const std::uint64_t* large = value.as_large()) return *large;
  if (const double* real = value.as_float()) {
    return std::isfinite(*real) ? Json(*real) : Json{{float_key, float_name(*real)}};
  }
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

Result<Value> value_from_json(std::string_view text, const Limits& limits) { return Builder(text, limits).build(); }

std::string json_from_value(const Value& value, bool pretty) {
  return json_of(value).dump(pretty ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lodge::wire
