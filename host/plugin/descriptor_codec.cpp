// A descriptor as bytes: one msgpack list, positional, so that there is one form for each descriptor.
#include <algorithm>
#include <utility>

#include "plugin/descriptor.hpp"
#include "plugin/descriptor_check.hpp"
#include "wire/value.hpp"

namespace lodge::plugin {

namespace {

using wire::Value;

/// Raised when the fields change: a child program left over from another version is then refused.
constexpr std::int64_t format = 3;
constexpr wire::Limits limits{.frame_bytes_max = std::size_t{8} << 20, .depth_max = 4, .elements_max = 16'384};

template <typename T, typename Encode>
Value encode_list(const std::vector<T>& items, Encode encode) {
  Value::List out;
  out.reserve(items.size());
  std::transform(items.begin(), items.end(), std::back_inserter(out), encode);
  return out;
}

Value encode_dependency(const Dependency& each) { return Value::List{each.name, each.range, each.optional}; }

Value encode_setting(const Setting& each) {
  return Value::List{
      each.name, each.type, each.flags, Value::Binary{each.default_value}, each.doc, Value::Binary{each.constraints}};
}

Value encode_callback(const Callback& each) {
  return Value::List{each.name, each.arity, each.flags, each.params, each.result, each.doc};
}

/// Takes the fields of a record in their order. Once one is missing or of another type, nothing is right any more.
class Fields {
 public:
  explicit Fields(const Value& value) : list_(value.as_list()) {}

  [[nodiscard]] bool take(std::string& out) {
    const Value* value = next();
    const std::string* text = value != nullptr ? value->as_text() : nullptr;
    if (text == nullptr) return false;
    out = *text;
    return true;
  }
  [[nodiscard]] bool take(std::uint32_t& out) {
    const Value* value = next();
    const std::int64_t* number = value != nullptr ? value->as_int() : nullptr;
    if (number == nullptr || *number < 0 || *number > UINT32_MAX) return false;
    out = static_cast<std::uint32_t>(*number);
    return true;
  }
  [[nodiscard]] bool take(bool& out) {
    const Value* value = next();
    const bool* flag = value != nullptr ? value->as_bool() : nullptr;
    if (flag == nullptr) return false;
    out = *flag;
    return true;
  }
  [[nodiscard]] bool take(Bytes& out) {
    const Value* value = next();
    const Value::Binary* binary = value != nullptr ? value->as_binary() : nullptr;
    if (binary == nullptr) return false;
    out = binary->bytes;
    return true;
  }
  template <typename T, typename Decode>
  [[nodiscard]] bool take(std::vector<T>& out, Decode decode) {
    const Value* value = next();
    const Value::List* list = value != nullptr ? value->as_list() : nullptr;
    if (list == nullptr) return false;
    return std::all_of(list->begin(), list->end(), [&](const Value& item) { return decode(item, out.emplace_back()); });
  }

  [[nodiscard]] bool done() const { return list_ != nullptr && at_ == list_->size(); }

 private:
  const Value* next() { return list_ != nullptr && at_ < list_->size() ? &(*list_)[at_++] : nullptr; }

  const Value::List* list_;
  std::size_t at_ = 0;
};

bool decode_dependency(const Value& value, Dependency& out) {
  Fields fields(value);
  return fields.take(out.name) && fields.take(out.range) && fields.take(out.optional) && fields.done();
}

bool decode_need(const Value& value, std::string& out) {
  const std::string* text = value.as_text();
  if (text != nullptr) out = *text;
  return text != nullptr;
}

bool decode_setting(const Value& value, Setting& out) {
  Fields fields(value);
  return fields.take(out.name) && fields.take(out.type) && fields.take(out.flags) && fields.take(out.default_value) &&
         fields.take(out.doc) && fields.take(out.constraints) && fields.done();
}

bool decode_callback(const Value& value, Callback& out) {
  Fields fields(value);
  return fields.take(out.name) && fields.take(out.arity) && fields.take(out.flags) && fields.take(out.params) &&
         fields.take(out.result) && fields.take(out.doc) && fields.done();
}

bool decode_fields(const Value& value, Descriptor& out) {
  Fields fields(value);
  std::uint32_t written_as = 0;
  return fields.take(written_as) && written_as == format && fields.take(out.name) && fields.take(out.version) &&
         fields.take(out.sdk_version) && fields.take(out.sdk_build_id) && fields.take(out.summary) &&
         fields.take(out.group) && fields.take(out.dependencies, decode_dependency) &&
         fields.take(out.needs, decode_need) && fields.take(out.settings, decode_setting) &&
         fields.take(out.callbacks, decode_callback) && fields.done();
}

}  // namespace

Bytes encode_descriptor(const Descriptor& descriptor) {
  const Value value(Value::List{
      format, descriptor.name, descriptor.version, descriptor.sdk_version, descriptor.sdk_build_id, descriptor.summary,
      descriptor.group, encode_list(descriptor.dependencies, encode_dependency),
      encode_list(descriptor.needs, [](const std::string& id) { return Value(id); }),
      encode_list(descriptor.settings, encode_setting), encode_list(descriptor.callbacks, encode_callback)});
  return value.pack();
}

Result<Descriptor> decode_descriptor(ByteView bytes) {
  const Result<Value> value = Value::unpack(bytes, limits);
  if (!value) return Error{Code::INVALID_ARGUMENT, "not a serialised descriptor: " + value.error().message};
  Descriptor out;
  if (!decode_fields(*value, out)) {
    return Error{Code::INVALID_ARGUMENT, "not a serialised descriptor of this host's version"};
  }
  if (Status fits = check_descriptor(out); !fits) return std::move(fits).error();
  // Longer forms of the same numbers and texts mean that something else than `encode_descriptor` wrote this.
  if (!std::ranges::equal(encode_descriptor(out), bytes)) {
    return Error{Code::INVALID_ARGUMENT, "not a serialised descriptor in its one form"};
  }
  return out;
}

}  // namespace lodge::plugin
