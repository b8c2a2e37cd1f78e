#include "wire/envelope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "base/writer.hpp"
#include "wire/msgpack.hpp"

namespace lodge::wire {

namespace {

Error malformed(std::string_view what) { return {Code::INVALID_ARGUMENT, fmt::format("bad message: {}", what)}; }

Error no_memory() { return {Code::RESOURCE_EXHAUSTED, "no memory for a frame"}; }

// The bodies that are read here have been checked: what is refused is of another type than it should be.
Result<std::uint32_t> expect_count(lodge_mp_reader& reader, std::int32_t type, std::string_view what) {
  std::uint32_t count = 0;
  const bool there =
      (type == LODGE_MP_MAP ? lodge_mp_read_map(&reader, &count) : lodge_mp_read_array(&reader, &count)) == LODGE_OK;
  if (!there) return malformed(what);
  return count;
}

Result<std::int64_t> expect_number(lodge_mp_reader& reader, std::string_view what) {
  std::int64_t number = 0;
  if (lodge_mp_read_int(&reader, &number) != LODGE_OK) return malformed(what);
  return number;
}

Result<bool> expect_flag(lodge_mp_reader& reader, std::string_view what) {
  std::int32_t flag = 0;
  if (lodge_mp_read_bool(&reader, &flag) != LODGE_OK) return malformed(what);
  return flag != 0;
}

Result<std::string_view> expect_bytes_of_text(lodge_mp_reader& reader, std::string_view what) {
  lodge_slice text{};
  if (lodge_mp_read_str(&reader, &text) != LODGE_OK) return malformed(what);
  return text_of(text);
}

// Names and reasons end up in logs and look-ups: text must be text.
Result<std::string_view> expect_text(lodge_mp_reader& reader, std::string_view what) {
  Result<std::string_view> text = expect_bytes_of_text(reader, what);
  if (text && !is_utf8(*text)) return malformed(what);
  return text;
}

// Exactly one value within the limits: whoever reads it afterwards meets nothing that is cut off.
Status check_body(ByteView body, const Limits& limits) {
  const Result<std::size_t> size = check_values(body, 1, limits);
  if (!size) return size.error();
  if (*size != body.size()) return malformed(fmt::format("{} bytes follow its end", body.size() - *size));
  return {};
}

Status parse_options(lodge_mp_reader& reader, CallBody& call) {
  const Result<std::uint32_t> count = expect_count(reader, LODGE_MP_MAP, "a call's options are not a map");
  if (!count) return count.error();
  for (std::uint32_t i = 0; i < *count; ++i) {
    const Result<std::string_view> key = expect_text(reader, "a call option's name is not text");
    if (!key) return key.error();
    if (*key == "caller") {
      const Result<std::string_view> caller = expect_text(reader, "a call's option `caller` is not text");
      if (!caller) return caller.error();
      call.caller = *caller;
    } else if (*key == "idempotent") {
      const Result<bool> flag = expect_flag(reader, "a call's option `idempotent` is not a bool");
      if (!flag) return flag.error();
      call.idempotent = *flag;
    } else {
      lodge_mp_skip(&reader);
    }
  }
  return {};
}

// Messages come from plugins, which may write anything; the code is still worth having.
std::string readable(std::string_view text) { return is_utf8(text) ? std::string(text) : escape_for_terminal(text); }

/// Writes values; false: no room.
class Packer {
 public:
  explicit Packer(lodge_writer& writer) : writer_(writer) {}

  bool text(std::string_view text) { return lodge_mp_write_str(&writer_, text.data(), text.size()) == LODGE_OK; }
  bool list(std::uint32_t count) { return lodge_mp_write_array(&writer_, count) == LODGE_OK; }
  bool map(std::uint32_t count) { return lodge_mp_write_map(&writer_, count) == LODGE_OK; }
  bool integer(std::int64_t number) { return lodge_mp_write_int(&writer_, number) == LODGE_OK; }
  bool yes() { return lodge_mp_write_bool(&writer_, 1) == LODGE_OK; }

 private:
  lodge_writer& writer_;
};

bool pack_call(lodge_writer& writer, const CallBody& call) {
  Packer packer(writer);
  const std::uint32_t options = (call.caller.empty() ? 0U : 1U) + (call.idempotent ? 1U : 0U);
  return packer.list(4) && packer.text(call.service) && packer.text(call.name) && packer.map(options) &&
         (call.caller.empty() || (packer.text("caller") && packer.text(call.caller))) &&
         (!call.idempotent || (packer.text("idempotent") && packer.yes())) && packer.list(call.args.count()) &&
         append(writer, call.args.bytes());
}

bool pack_error(lodge_writer& writer, Code code, std::string_view message) {
  Packer packer(writer);
  return packer.list(2) && packer.integer(static_cast<std::int32_t>(code)) && packer.text(message);
}

// The message as far as a frame has room for it: messages come from plugins, and may name what callers sent.
std::string fitting(const std::string& message, const Limits& limits) {
  constexpr std::size_t around = frame_length_min + 16;  // the header, and the heads of the body's values
  if (message.size() + around <= limits.frame_bytes_max) return message;
  const std::string note = fmt::format("... (cut: its {} bytes are more than limits.frame_bytes_max, {}, has room for)",
                                       message.size(), limits.frame_bytes_max);
  const std::size_t room = limits.frame_bytes_max - std::min(limits.frame_bytes_max, around);
  std::size_t kept = room - std::min(room, note.size());
  while (kept > 0 && (static_cast<std::uint8_t>(message[kept]) & 0xc0U) == 0x80U) --kept;  // not inside a character
  return message.substr(0, kept) + note.substr(0, room - kept);
}

template <typename Pack>
Status append_packed(lodge_writer& writer, const FrameHeader& header, const Limits& limits, Pack&& pack) {
  const std::optional<FrameMark> mark = begin_frame(writer, header);
  if (mark && pack()) return end_frame(writer, *mark, limits);
  if (mark) writer.size = mark->start;
  return no_memory();
}

Status parse_range(lodge_mp_reader& reader, HelloBody& hello) {
  const Result<std::uint32_t> count = expect_count(reader, LODGE_MP_ARRAY, "a hello's protocol is not a list");
  if (!count) return count.error();
  if (*count != 2) return malformed("a hello's protocol is not [lowest, highest]");
  for (std::uint32_t* end : {&hello.protocol_lowest, &hello.protocol_highest}) {
    const Result<std::int64_t> number = expect_number(reader, "a protocol version is not a number");
    if (!number) return number.error();
    if (*number < 1 || *number > INT32_MAX) return malformed("there is no such protocol version");
    *end = static_cast<std::uint32_t>(*number);
  }
  return {};
}

}  // namespace

Result<CallBody> parse_call(ByteView body, const Limits& limits) {
  if (Status checked = check_body(body, limits); !checked) return std::move(checked).error();
  lodge_mp_reader reader = reader_of(body);
  const Result<std::uint32_t> parts = expect_count(reader, LODGE_MP_ARRAY, "a call is not a list");
  if (!parts) return parts.error();
  if (*parts != 4) return malformed("a call is not [service, name, options, arguments]");
  CallBody call;
  const Result<std::string_view> service = expect_text(reader, "a call's service is not text");
  if (!service) return service.error();
  const Result<std::string_view> name = expect_text(reader, "a call's name is not text");
  if (!name) return name.error();
  call.service = *service;
  call.name = *name;
  if (Status options = parse_options(reader, call); !options) return std::move(options).error();
  const Result<std::uint32_t> arity = expect_count(reader, LODGE_MP_ARRAY, "a call's arguments are not a list");
  if (!arity) return arity.error();
  call.args = PackedValues::vouched(rest_of(reader), *arity);
  return call;
}

Status check_result(ByteView body, const Limits& limits) { return check_body(body, limits); }

Error parse_error(ByteView body, Executed executed, const Limits& limits) {
  const auto bad = [executed](Error error) {
    error.executed = executed;
    return error;
  };
  if (Status checked = check_body(body, limits); !checked) return bad(std::move(checked).error());
  lodge_mp_reader reader = reader_of(body);
  const Result<std::uint32_t> parts = expect_count(reader, LODGE_MP_ARRAY, "an error is not a list");
  if (!parts) return bad(parts.error());
  if (*parts != 2) return bad(malformed("an error is not [code, message]"));
  const Result<std::int64_t> code = expect_number(reader, "an error's code is not a number");
  if (!code) return bad(code.error());
  const Result<std::string_view> message = expect_bytes_of_text(reader, "an error's message is not text");
  if (!message) return bad(message.error());
  const bool fits = *code >= INT32_MIN && *code < 0;
  const Code known = fits ? code_from(static_cast<std::int32_t>(*code)) : Code::UNKNOWN;
  return {known, readable(*message), executed};
}

Result<HelloBody> parse_hello(ByteView body, const Limits& limits) {
  if (Status checked = check_body(body, limits); !checked) return std::move(checked).error();
  lodge_mp_reader reader = reader_of(body);
  const Result<std::uint32_t> entries = expect_count(reader, LODGE_MP_MAP, "a hello is not a map");
  if (!entries) return entries.error();
  HelloBody hello;
  bool ranged = false;
  for (std::uint32_t i = 0; i < *entries; ++i) {
    const Result<std::string_view> key = expect_text(reader, "a hello's key is not text");
    if (!key) return key.error();
    if (*key == "protocol") {
      if (Status range = parse_range(reader, hello); !range) return std::move(range).error();
      ranged = true;
    } else if (*key == "name" || *key == "software") {
      const Result<std::string_view> text = expect_text(reader, "a hello's name or software is not text");
      if (!text) return text.error();
      (*key == "name" ? hello.name : hello.software) = *text;
    } else {
      lodge_mp_skip(&reader);
    }
  }
  if (!ranged || hello.protocol_lowest > hello.protocol_highest) return malformed("a hello names no protocol range");
  return hello;
}

Result<std::string> parse_goaway(ByteView body, const Limits& limits) {
  if (Status checked = check_body(body, limits); !checked) return std::move(checked).error();
  lodge_mp_reader reader = reader_of(body);
  const Result<std::string_view> reason = expect_text(reader, "a goaway's reason is not text");
  if (!reason) return reason.error();
  return std::string(*reason);
}

Result<std::uint32_t> agree_on_protocol(const HelloBody& ours, const HelloBody& theirs) {
  const std::uint32_t version = std::min(ours.protocol_highest, theirs.protocol_highest);
  if (version >= std::max(ours.protocol_lowest, theirs.protocol_lowest)) return version;
  return Error{Code::FAILED_PRECONDITION,
               fmt::format("no protocol in common: this side ({}) speaks {} to {}, the other ({}) {} to {}; "
                           "upgrade the older one",
                           ours.software, ours.protocol_lowest, ours.protocol_highest, theirs.software,
                           theirs.protocol_lowest, theirs.protocol_highest)};
}

Status append_call(lodge_writer& writer, const FrameHeader& header, const CallBody& call, const Limits& limits) {
  return append_packed(writer, header, limits, [&] { return pack_call(writer, call); });
}

Status append_error(lodge_writer& writer, std::uint64_t id, const Error& error, const Limits& limits) {
  const FrameHeader header{.kind = FrameKind::reply, .error = true, .executed = error.executed, .id = id};
  return append_packed(writer, header, limits,
                       [&] { return pack_error(writer, error.code, fitting(error.message, limits)); });
}

Status append_hello(lodge_writer& writer, const HelloBody& hello) {
  return append_packed(writer, {.kind = FrameKind::hello}, {}, [&] {
    Packer packer(writer);
    return packer.map(3) && packer.text("protocol") && packer.list(2) && packer.integer(hello.protocol_lowest) &&
           packer.integer(hello.protocol_highest) && packer.text("name") && packer.text(hello.name) &&
           packer.text("software") && packer.text(hello.software);
  });
}

Status append_goaway(lodge_writer& writer, std::uint64_t last_accepted, std::string_view reason) {
  return append_packed(writer, {.kind = FrameKind::goaway, .id = last_accepted}, {},
                       [&] { return Packer(writer).text(reason); });
}

Status set_error(lodge_writer& writer, FrameMark mark, const Error& error) {
  writer.size = mark.body;
  if (!pack_error(writer, error.code, error.message)) return no_memory();
  set_outcome(writer, mark, true, error.executed);
  return {};
}

}  // namespace lodge::wire
