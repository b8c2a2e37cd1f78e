#include "plugin/constraints.hpp"

#include <fmt/format.h>
#include <lodge/descriptor.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "base/closest.hpp"
#include "base/counted.hpp"
#include "plugin/descriptor_check.hpp"
#include "wire/json.hpp"

namespace lodge::plugin {

namespace {

using wire::Value;

constexpr wire::Limits limits{
    .frame_bytes_max = DescriptorLimits::constraints_bytes_max, .depth_max = 3, .elements_max = 1024};
constexpr std::array<std::string_view, 5> known = {"min", "max", "one_of", "size_min", "size_max"};

Error wrong(std::string_view what) { return {Code::INVALID_ARGUMENT, std::string(what)}; }

bool has_bounds(std::uint32_t type) { return type == LODGE_TYPE_INT || type == LODGE_TYPE_FLOAT; }
bool has_size(std::uint32_t type) {
  return type == LODGE_TYPE_STRING || type == LODGE_TYPE_BINARY || type == LODGE_TYPE_LIST || type == LODGE_TYPE_MAP;
}
bool has_choice(std::uint32_t type) { return has_bounds(type) || type == LODGE_TYPE_STRING; }

/// Of two numbers of one setting: both integers, or both floats. False where one is no number.
bool less(const Value& a, const Value& b) {
  if (a.as_float() != nullptr && b.as_float() != nullptr) return *a.as_float() < *b.as_float();
  if (a.as_large() != nullptr) return b.as_large() != nullptr && *a.as_large() < *b.as_large();
  if (a.as_int() == nullptr) return false;
  return b.as_large() != nullptr || (b.as_int() != nullptr && *a.as_int() < *b.as_int());
}

bool is_nan(const Value& value) { return value.as_float() != nullptr && std::isnan(*value.as_float()); }

std::uint64_t size_of(const Value& value) {
  if (value.as_text() != nullptr) return value.as_text()->size();
  if (value.as_binary() != nullptr) return value.as_binary()->bytes.size();
  if (value.as_list() != nullptr) return value.as_list()->size();
  return value.as_map() != nullptr ? value.as_map()->size() : 0;
}

std::string_view unit_of(const Value& value) {
  if (value.as_list() != nullptr) return "element";
  return value.as_map() != nullptr ? "key" : "byte";
}

std::string text_of(const Value& value) { return wire::json_from_value(value); }

/// "from 1 to 100", "1 or more", "at most 100".
std::string bounds_text(const Constraints& constraints) {
  if (constraints.min && constraints.max) {
    return fmt::format("from {} to {}", text_of(*constraints.min), text_of(*constraints.max));
  }
  if (constraints.min) return text_of(*constraints.min) + " or more";
  return "at most " + text_of(*constraints.max);
}

std::string choice_text(const Constraints& constraints) {
  std::string out;
  for (const Value& each : constraints.one_of) out += (out.empty() ? "one of " : ", ") + text_of(each);
  return out;
}

std::string size_text(const Constraints& constraints, std::string_view unit) {
  if (constraints.size_min && constraints.size_max) {
    return fmt::format("from {} to {}", *constraints.size_min, counted(*constraints.size_max, unit));
  }
  if (constraints.size_min) return counted(*constraints.size_min, unit) + " or more";
  return "at most " + counted(*constraints.size_max, unit);
}

bool in_bounds(const Value& value, const Constraints& constraints) {
  if (!constraints.min && !constraints.max) return true;
  return !is_nan(value) && !(constraints.min && less(value, *constraints.min)) &&
         !(constraints.max && less(*constraints.max, value));
}

bool of_size(const Value& value, const Constraints& constraints) {
  const std::uint64_t size = size_of(value);
  return (!constraints.size_min || size >= *constraints.size_min) &&
         (!constraints.size_max || size <= *constraints.size_max);
}

/// Reads what the map says; what it means together is checked afterwards.
class Reader {
 public:
  Reader(std::uint32_t type, Constraints& out) : type_(type), type_name_(setting_type_name(type)), out_(out) {}

  Status read(std::string_view key, const Value& value) {
    if (key == "min") return bound(key, value, out_.min);
    if (key == "max") return bound(key, value, out_.max);
    if (key == "one_of") return choice(value);
    if (key == "size_min") return size(key, value, out_.size_min);
    if (key == "size_max") return size(key, value, out_.size_max);
    return wrong(fmt::format("there is no constraint `{}`{}", key, did_you_mean(key, known)));
  }

 private:
  Status fits(std::string_view key, bool possible) const {
    if (possible) return {};
    return wrong(fmt::format("{}: a setting of type {} cannot have it", key, type_name_));
  }
  Status of_type(std::string_view key, const Value& value) const {
    if (value.type_name() == type_name_ && !is_nan(value)) return {};
    return wrong(fmt::format("{}: {}, and the setting's type is {}", key,
                             is_nan(value) ? std::string_view("not a number") : value.type_name(), type_name_));
  }
  Status bound(std::string_view key, const Value& value, std::optional<Value>& out) const {
    if (Status possible = fits(key, has_bounds(type_)); !possible) return possible;
    if (Status good = of_type(key, value); !good) return good;
    out = value;
    return {};
  }
  Status size(std::string_view key, const Value& value, std::optional<std::uint64_t>& out) const {
    if (Status possible = fits(key, has_size(type_)); !possible) return possible;
    if (value.as_int() == nullptr || *value.as_int() < 0) return wrong(fmt::format("{}: not a size", key));
    out = static_cast<std::uint64_t>(*value.as_int());
    return {};
  }
  Status choice(const Value& value) const {
    if (Status possible = fits("one_of", has_choice(type_)); !possible) return possible;
    if (value.as_list() == nullptr || value.as_list()->empty()) return wrong("one_of: not a list of values");
    out_.one_of = *value.as_list();
    for (std::size_t i = 0; i < out_.one_of.size(); ++i) {
      if (Status good = of_type(fmt::format("one_of[{}]", i), out_.one_of[i]); !good) return good;
      const auto here = out_.one_of.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::find(out_.one_of.begin(), here, *here) != here) return wrong(fmt::format("one_of[{}]: twice", i));
    }
    return {};
  }

  const std::uint32_t type_;
  const std::string_view type_name_;
  Constraints& out_;
};

/// That there is a value which is allowed, and that nothing is said in vain.
Status check_together(const Constraints& constraints) {
  if (constraints.min && constraints.max && less(*constraints.max, *constraints.min)) {
    return wrong("max is less than min: no value is allowed");
  }
  if (constraints.size_min && constraints.size_max && *constraints.size_max < *constraints.size_min) {
    return wrong("size_max is less than size_min: no value is allowed");
  }
  for (std::size_t i = 0; i < constraints.one_of.size(); ++i) {
    const Value& each = constraints.one_of[i];
    if (!in_bounds(each, constraints) || !of_size(each, constraints)) {
      return wrong(fmt::format("one_of[{}]: the other constraints do not allow it", i));
    }
  }
  return {};
}

}  // namespace

Result<Constraints> read_constraints(ByteView packed, std::uint32_t type) {
  Constraints out;
  if (packed.empty()) return out;
  const Result<Value> value = Value::unpack(packed, limits);
  if (!value) return wrong("not one msgpack value: " + value.error().message);
  if (value->as_map() == nullptr) return wrong(fmt::format("a {}, and should be a map", value->type_name()));
  Reader reader(type, out);
  for (auto at = value->as_map()->begin(); at != value->as_map()->end(); ++at) {
    const std::string* const key = at->first.as_text();
    if (key == nullptr) return wrong("a key that is no text");
    const auto again = [&](const auto& entry) { return entry.first == at->first; };
    if (std::any_of(value->as_map()->begin(), at, again)) return wrong(fmt::format("`{}` stands twice", *key));
    if (Status read = reader.read(*key, at->second); !read) return std::move(read).error();
  }
  if (Status possible = check_together(out); !possible) return std::move(possible).error();
  return out;
}

std::string broken_by(const Value& value, const Constraints& constraints) {
  const auto& choice = constraints.one_of;
  if (!choice.empty() && std::find(choice.begin(), choice.end(), value) == choice.end()) {
    return choice_text(constraints);
  }
  if (!in_bounds(value, constraints)) return bounds_text(constraints);
  if (!of_size(value, constraints)) return size_text(constraints, unit_of(value));
  return {};
}

std::string size_text_of(const Value& value) { return counted(size_of(value), unit_of(value)); }

}  // namespace lodge::plugin
