#include "plugin/describe_report.hpp"

#include "base/utf8.hpp"
#include "wire/value.hpp"

namespace lodge::plugin {

namespace {

constexpr wire::Limits error_limits{.frame_bytes_max = 8192, .depth_max = 2, .elements_max = 8};
constexpr std::size_t message_bytes_max = 4096;

/// The error in a report; a code of OK: the report holds none.
Error error_in(ByteView bytes) {
  const Result<wire::Value> value = wire::Value::unpack(bytes, error_limits);
  const wire::Value* const code = value ? value->find("code") : nullptr;
  const wire::Value* const message = value ? value->find("message") : nullptr;
  if (code == nullptr || code->as_int() == nullptr || message == nullptr || message->as_text() == nullptr) {
    return {Code::OK, {}};
  }
  const std::int64_t number = *code->as_int();
  const bool known = number < 0 && number >= LODGE_FENCED;
  return {known ? code_from(static_cast<std::int32_t>(number)) : Code::UNKNOWN,
          escape_for_terminal(*message->as_text())};
}

}  // namespace

Bytes encode_report(const Result<Descriptor>& outcome) {
  if (outcome) return encode_descriptor(*outcome);
  const Error& error = outcome.error();
  return wire::Value::map(
             {{"code", static_cast<std::int64_t>(error.code)}, {"message", error.message.substr(0, message_bytes_max)}})
      .pack();
}

Result<Descriptor> decode_report(ByteView bytes) {
  if (Error error = error_in(bytes); error.code != Code::OK) return error;
  return decode_descriptor(bytes);
}

}  // namespace lodge::plugin
