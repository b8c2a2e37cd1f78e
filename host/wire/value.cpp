#include "wire/value.hpp"

#include <algorithm>

#include "wire/msgpack.hpp"

namespace lodge::wire {

namespace {

std::string text_from(lodge_mp_reader& reader) {
  lodge_slice text{};
  lodge_mp_read_str(&reader, &text);
  return std::string(text_of(text));
}

Bytes binary_from(lodge_mp_reader& reader) {
  lodge_slice bytes{};
  lodge_mp_read_bin(&reader, &bytes);
  return copy_of(view_of(bytes));
}

Value number_from(lodge_mp_reader& reader) {
  std::int64_t number = 0;
  if (lodge_mp_read_int(&reader, &number) == LODGE_OK) return number;
  std::uint64_t large = 0;
  lodge_mp_read_uint(&reader, &large);
  return large;
}

Value build(lodge_mp_reader& reader);

Value list_from(lodge_mp_reader& reader) {
  std::uint32_t count = 0;
  lodge_mp_read_array(&reader, &count);
  Value::List list;
  list.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) list.push_back(build(reader));
  return list;
}

Value map_from(lodge_mp_reader& reader) {
  std::uint32_t count = 0;
  lodge_mp_read_map(&reader, &count);
  Value::Map map;
  map.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Value key = build(reader);
    map.emplace_back(std::move(key), build(reader));
  }
  return map;
}

// Only on bytes that check_values has accepted: no reading fails, and counts are real, so that reserving for them is
// bounded.
Value build(lodge_mp_reader& reader) {
  std::int32_t flag = 0;
  double real = 0;
  switch (lodge_mp_type(&reader)) {
    case LODGE_MP_BOOL:
      lodge_mp_read_bool(&reader, &flag);
      return flag != 0;
    case LODGE_MP_INT:
      return number_from(reader);
    case LODGE_MP_FLOAT:
      lodge_mp_read_float(&reader, &real);
      return real;
    case LODGE_MP_STR:
      return text_from(reader);
    case LODGE_MP_BIN:
      return Value::Binary{binary_from(reader)};
    case LODGE_MP_ARRAY:
      return list_from(reader);
    case LODGE_MP_MAP:
      return map_from(reader);
    default:
      lodge_mp_read_nil(&reader);
      return {};
  }
}

/// Writes into bytes that grow by doubling.
class Packer : public lodge_writer {
 public:
  Packer() : lodge_writer{nullptr, 0, 0, &Packer::grow} {}
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  [[nodiscard]] Bytes take() && {
    bytes_.resize(size);
    return std::move(bytes_);
  }

 private:
  static std::int32_t grow(lodge_writer* writer, std::size_t more) {
    auto& self = static_cast<Packer&>(*writer);
    self.bytes_.resize(std::max({self.size + more, self.capacity * 2, std::size_t{32}}));
    self.data = self.bytes_.data();
    self.capacity = self.bytes_.size();
    return LODGE_OK;
  }

  Bytes bytes_;
};

// Values are smaller than the 4 GiB at which writing could fail.
void pack_into(Packer& out, const Value& value) {
  const auto count = [](const auto& container) { return static_cast<std::uint32_t>(container.size()); };
  if (const bool* flag = value.as_bool()) {
    lodge_mp_write_bool(&out, *flag ? 1 : 0);
  } else if (const std::int64_t* number = value.as_int()) {
    lodge_mp_write_int(&out, *number);
  } else if (const std::uint64_t* large = value.as_large()) {
    lodge_mp_write_uint(&out, *large);
  } else if (const double* real = value.as_float()) {
    lodge_mp_write_float(&out, *real);
  } else if (const std::string* text = value.as_text()) {
    lodge_mp_write_str(&out, text->data(), text->size());
  } else if (const Value::Binary* binary = value.as_binary()) {
    lodge_mp_write_bin(&out, binary->bytes.data(), binary->bytes.size());
  } else if (const Value::List* list = value.as_list()) {
    lodge_mp_write_array(&out, count(*list));
    for (const Value& each : *list) pack_into(out, each);
  } else if (const Value::Map* map = value.as_map()) {
    lodge_mp_write_map(&out, count(*map));
    for (const auto& [key, held] : *map) {
      pack_into(out, key);
      pack_into(out, held);
    }
  } else {
    lodge_mp_write_nil(&out);
  }
}

// Every entry of one has a partner of its own in the other: maps may hold a key twice.
bool same_entries(const Value::Map& a, const Value::Map& b) {
  if (a.size() != b.size()) return false;
  std::vector<bool> taken(b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t at = i;  // maps that are equal mostly have the same order
    if (taken[at] || !(a[i] == b[at])) {
      for (at = 0; at < b.size() && (taken[at] || !(a[i] == b[at])); ++at) {
      }
      if (at == b.size()) return false;
    }
    taken[at] = true;
  }
  return true;
}

}  // namespace

Value::Value(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(INT64_MAX)) {
    held_ = number;
  } else {
    held_ = static_cast<std::int64_t>(number);
  }
}

std::string_view Value::type_name() const {
  constexpr std::string_view names[] = {"nil", "bool", "int", "int", "float", "str", "bin", "list", "map"};
  static_assert(std::size(names) == std::variant_size_v<decltype(held_)>);
  return names[held_.index()];
}

const Value* Value::find(std::string_view key) const {
  const Map* map = as_map();
  if (map == nullptr) return nullptr;
  for (const auto& [name, value] : *map) {
    const std::string* text = name.as_text();
    if (text != nullptr && *text == key) return &value;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

void Value::set(std::string_view key, Value value) {
  if (is_nil()) held_ = Map{};
  if (Value* there = find(key)) {
    *there = std::move(value);
  } else if (Map* map = as_map()) {
    map->emplace_back(Value(key), std::move(value));
  }
}

bool Value::operator==(const Value& other) const {
  if (held_.index() != other.held_.index()) return false;
  if (const Map* map = as_map()) return same_entries(*map, *other.as_map());
  return held_ == other.held_;
}

Result<Value> Value::unpack(ByteView bytes, const Limits& limits) {
  const Result<std::size_t> size = check_values(bytes, 1, limits);
  if (!size) return size.error();
  if (*size != bytes.size()) {
    return Error{Code::INVALID_ARGUMENT, std::to_string(bytes.size() - *size) + " bytes follow the end of the value"};
  }
  lodge_mp_reader reader = reader_of(bytes);
  return build(reader);
}

Bytes Value::pack() const {
  Packer out;
  pack_into(out, *this);
  return std::move(out).take();
}

Value deep_merge(Value base, const Value& update) {
  if (base.as_map() == nullptr || update.as_map() == nullptr) return update;
  Value::Map& under = *base.as_map();
  for (const auto& [key, value] : *update.as_map()) {
    const auto same_key = [&key = key](const auto& entry) { return entry.first == key; };
    if (auto there = std::find_if(under.begin(), under.end(), same_key); there != under.end()) {
      there->second = deep_merge(std::move(there->second), value);
    } else {
      under.emplace_back(key, value);
    }
  }
  return base;
}

}  // namespace lodge::wire
