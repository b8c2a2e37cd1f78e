#include "wire/value.hpp"

#include <msgpack.h>

#include <algorithm>
#include <memory>

#include "wire/msgpack.hpp"

namespace lodge::wire {

namespace {

// Only on bytes that check_values has accepted: counts are then real, so that reserving for them is bounded.
Value build(Reader& reader) {
  const Result<Token> token = reader.next();
  switch (token->kind) {
    case Token::Kind::nil:
      return {};
    case Token::Kind::boolean:
      return token->flag;
    case Token::Kind::integer:
      return token->integer;
    case Token::Kind::large:
      return token->large;
    case Token::Kind::real:
      return token->real;
    case Token::Kind::text:
      return text_of(token->bytes);
    case Token::Kind::binary:
      return Value::Binary{copy_of(token->bytes)};
    case Token::Kind::list: {
      Value::List list;
      list.reserve(token->count);
      for (std::uint32_t i = 0; i < token->count; ++i) list.push_back(build(reader));
      return list;
    }
    case Token::Kind::map: {
      Value::Map map;
      map.reserve(token->count);
      for (std::uint32_t i = 0; i < token->count; ++i) {
        Value key = build(reader);
        map.emplace_back(std::move(key), build(reader));
      }
      return map;
    }
  }
  return {};
}

void pack_into(msgpack_packer& packer, const Value& value) {
  if (const bool* flag = value.as_bool()) {
    *flag ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer);
  } else if (const std::int64_t* number = value.as_int()) {
    msgpack_pack_int64(&packer, *number);
  } else if (const std::uint64_t* large = value.as_large()) {
    msgpack_pack_uint64(&packer, *large);
  } else if (const double* real = value.as_float()) {
    msgpack_pack_double(&packer, *real);
  } else if (const std::string* text = value.as_text()) {
    msgpack_pack_str_with_body(&packer, text->data(), text->size());
  } else if (const Value::Binary* binary = value.as_binary()) {
    msgpack_pack_bin_with_body(&packer, binary->bytes.data(), binary->bytes.size());
  } else if (const Value::List* list = value.as_list()) {
    msgpack_pack_array(&packer, list->size());
    for (const Value& each : *list) pack_into(packer, each);
  } else if (const Value::Map* map = value.as_map()) {
    msgpack_pack_map(&packer, map->size());
    for (const auto& [key, held] : *map) {
      pack_into(packer, key);
      pack_into(packer, held);
    }
  } else {
    msgpack_pack_nil(&packer);
  }
}

int append_bytes(void* bytes, const char* data, std::size_t size) {
  auto& out = *static_cast<Bytes*>(bytes);
  out.insert(out.end(), data, data + size);
  return 0;
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
  Reader reader(bytes);
  return build(reader);
}

Bytes Value::pack() const {
  Bytes out;
  msgpack_packer packer;
  msgpack_packer_init(&packer, &out, &append_bytes);
  pack_into(packer, *this);
  return out;
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
