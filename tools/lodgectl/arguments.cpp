#include "lodgectl/arguments.hpp"

#include "wire/json.hpp"

namespace lodge::ctl {

using wire::Value;

Result<Value> argument_from(std::string_view word) {
  Result<Value> value = wire::value_from_json(word);
  if (value) return value;
  const bool begins_json =
      !word.empty() && std::string_view("\"'[]{}-0123456789").find(word.front()) != std::string_view::npos;
  if (!begins_json && !word.empty()) return Value(word);
  if (word.empty()) return Error{Code::INVALID_ARGUMENT, "an empty argument is no JSON; an empty text is '\"\"'"};
  return Error{Code::INVALID_ARGUMENT, "argument `" + std::string(word) + "` is no JSON (" + value.error().message +
                                           "); if it is text, write '\"...\"' with both kinds of quotes"};
}

Result<Value::List> arguments_from(std::span<const std::string> words) {
  Value::List values;
  for (const std::string& word : words) {
    Result<Value> value = argument_from(word);
    if (!value) return value.error();
    values.push_back(*std::move(value));
  }
  return values;
}

Bytes packed(const Value::List& values) {
  Bytes bytes;
  for (const Value& value : values) {
    const Bytes one = value.pack();
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  return bytes;
}

}  // namespace lodge::ctl
