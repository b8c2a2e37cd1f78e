#include "lodgectl/arguments.hpp"

#include <algorithm>
#include <array>

#include "base/counted.hpp"
#include "lodgectl/input_file.hpp"
#include "wire/json.hpp"

namespace lodge::ctl {
namespace {

using wire::Value;

constexpr std::string_view standard_input_word = "@-";
/// More than the largest frame can come of.
constexpr std::size_t json_bytes_max = std::size_t{128} << 20;

Result<std::string> all_of(std::istream& in, const std::string& name) {
  std::string text;
  std::array<char, 65536> buffer;
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > json_bytes_max) return Error{Code::INVALID_ARGUMENT, name + ": is larger than 128 MiB"};
  }
  if (in.bad()) return Error{Code::NOT_FOUND, name + ": cannot be read to its end"};
  return text;
}

Result<Value> json_in(std::istream& in, const std::string& name) {
  const Result<std::string> text = all_of(in, name);
  if (!text) return text.error();
  Result<Value> value = wire::value_from_json(*text);
  if (!value) value.error().message = name + ": " + value.error().message;
  return value;
}

Result<Value> json_in_file(std::string_view word, std::istream& standard_input) {
  if (word == standard_input_word) return json_in(standard_input, "standard input");
  if (word == "@") {
    return Error{Code::INVALID_ARGUMENT, "`@` names no file; @FILE reads JSON from FILE, and '\"@\"' is a text"};
  }
  const std::string name(word.substr(1));
  Result<std::ifstream> in = open_input(name);
  if (in) return json_in(*in, name);
  in.error().message += "; a text that begins with @ is written '\"" + std::string(word) + "\"'";
  return std::move(in).error();
}

}  // namespace

Result<Value> argument_from(std::string_view word, std::istream& standard_input) {
  if (word.starts_with('@')) return json_in_file(word, standard_input);
  Result<Value> value = wire::value_from_json(word);
  if (value) return value;
  const bool begins_json =
      !word.empty() && std::string_view("\"'[]{}-0123456789").find(word.front()) != std::string_view::npos;
  if (!begins_json && !word.empty()) return Value(word);
  if (word.empty()) return Error{Code::INVALID_ARGUMENT, "an empty argument is no JSON; an empty text is '\"\"'"};
  return Error{Code::INVALID_ARGUMENT, "argument `" + std::string(word) + "`: " + value.error().message +
                                           "; a text is written '\"...\"', with both kinds of quotes"};
}

Result<Value::List> arguments_from(std::span<const std::string> words, std::istream& standard_input) {
  const auto readers = std::count(words.begin(), words.end(), standard_input_word);
  if (readers > 1) {
    return Error{Code::INVALID_ARGUMENT, "standard input can be read once, and @- stands there " +
                                             counted(static_cast<std::uint64_t>(readers), "time")};
  }
  Value::List values;
  for (const std::string& word : words) {
    Result<Value> value = argument_from(word, standard_input);
    if (!value) return value.error();
    values.push_back(*std::move(value));
  }
  return values;
}

bool takes_standard_input(std::span<const std::string> words) {
  return std::find(words.begin(), words.end(), standard_input_word) != words.end();
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
