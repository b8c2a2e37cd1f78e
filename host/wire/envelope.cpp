#include "wire/envelope.hpp"

#include <fmt/format.h>
#include <msgpack.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "base/writer.hpp"
#include "wire/msgpack.hpp"

namespace lodge::wire {

namespace {

Error malformed(std::string_view what) { return {Code::INVALID_ARGUMENT, fmt::format("bad message: {}", what)}; }

Error no_room() { return {Code::RESOURCE_EXHAUSTED, "no room for the frame"}; }

Result<Token> expect(Reader& reader, Token::Kind kind, std::string_view what) {
  Result<Token> token = reader.next();
  if (!token) return token;
  if (token->kind != kind) return malformed(what);
  return token;
}

// Names and reasons end up in logs and look-ups: text must be text.
Result<std::string_view> expect_text(Reader& reader, std::string_view what) {
  const Result<Token> token = expect(reader, Token::Kind::text, what);
  if (!token) return token.error();
  const std::string_view text = text_of(token->bytes);
  if (!is_utf8(text)) return malformed(what);
  return text;
}

// Exactly one value within the limits: whoever reads it afterwards meets nothing that is cut off.
Status check_body(ByteView body, const Limits& limits) {
  const Result<std::size_t> size = check_values(body, 1, limits);
  if (!size) return size.error();
  if (*size != body.size()) return malformed(fmt::format("{} bytes follow its end", body.size() - *size));
  return {};
}

Status parse_options(Reader& reader, CallBody& call) {
  const Result<Token> options = expect(reader, Token::Kind::map, "a call's options are not a map");
  if (!options) return options.error();
  for (std::uint32_t i = 0; i < options->count; ++i) {
    const Result<std::string_view> key = expect_text(reader, "a call option's name is not text");
    if (!key) return key.error();
    if (*key == "caller") {
      const Result<std::string_view> caller = expect_text(reader, "a call's option `caller` is not text");
      if (!caller) return caller.error();
      call.caller = *caller;
    } else if (*key == "idempotent") {
      const Result<Token> flag = expect(reader, Token::Kind::boolean, "a call's option `idempotent` is not a bool");
      if (!flag) return flag.error();
      call.idempotent = flag->flag;
    } else {
      reader.skip();
    }
  }
  return {};
}

// Messages come from plugins, which may write anything; the code is still worth having.
std::string readable(std::string_view text) { return is_utf8(text) ? std::string(text) : escape_for_terminal(text); }

// msgpack-c's packer over a lodge_writer.
class Packer {
 public:
  explicit Packer(lodge_writer& writer) { msgpack_packer_init(&packer_, &writer, &write); }

  bool text(std::string_view text) { return msgpack_pack_str_with_body(&packer_, text.data(), text.size()) == 0; }
  bool list(std::size_t count) { return msgpack_pack_array(&packer_, count) == 0; }
  bool map(std::size_t count) { return msgpack_pack_map(&packer_, count) == 0; }
  bool integer(std::int64_t number) { return msgpack_pack_int64(&packer_, number) == 0; }
  bool yes() { return msgpack_pack_true(&packer_) == 0; }

 private:
  static int write(void* writer, const char* data, std::size_t size) {
    return append(*static_cast<lodge_writer*>(writer), view_of(std::string_view(data, size))) ? 0 : -1;
  }
  msgpack_packer packer_{};
};

bool pack_call(lodge_writer& writer, const CallBody& call) {
  Packer packer(writer);
  const std::size_t options = (call.caller.empty() ? 0U : 1U) + (call.idempotent ? 1U : 0U);
  return packer.list(4) && packer.text(call.service) && packer.text(call.name) && packer.map(options) &&
         (call.caller.empty() || (packer.text("caller") && packer.text(call.caller))) &&
         (!call.idempotent || (packer.text("idempotent") && packer.yes())) && packer.list(call.arity) &&
         append(writer, call.args);
}

bool pack_error(lodge_writer& writer, const Error& error) {
  Packer packer(writer);
  return packer.list(2) && packer.integer(static_cast<std::int32_t>(error.code)) && packer.text(error.message);
}

template <typename Pack>
Status append_packed(lodge_writer& writer, const FrameHeader& header, const Limits& limits, Pack&& pack) {
  const std::optional<FrameMark> mark = begin_frame(writer, header);
  if (mark && pack()) return end_frame(writer, *mark, limits);
  if (mark) writer.size = mark->start;
  return no_room();
}

Status parse_range(Reader& reader, HelloBody& hello) {
  const Result<Token> range = expect(reader, Token::Kind::list, "a hello's protocol is not a list");
  if (!range) return range.error();
  if (range->count != 2) return malformed("a hello's protocol is not [lowest, highest]");
  for (std::uint32_t* end : {&hello.protocol_lowest, &hello.protocol_highest}) {
    const Result<Token> number = expect(reader, Token::Kind::integer, "a protocol version is not a number");
    if (!number) return number.error();
    if (number->integer < 1 || number->integer > INT32_MAX) return malformed("there is no such protocol version");
    *end = static_cast<std::uint32_t>(number->integer);
  }
  return {};
}

}  // namespace

Result<CallBody> parse_call(ByteView body, const Limits& limits) {
  if (Status checked = check_body(body, limits); !checked) return std::move(checked).error();
  Reader reader(body);
  const Result<Token> parts = expect(reader, Token::Kind::list, "a call is not a list");
  if (!parts) return parts.error();
  if (parts->count != 4) return malformed("a call is not [service, name, options, arguments]");
  CallBody call;
  const Result<std::string_view> service = expect_text(reader, "a call's service is not text");
  if (!service) return service.error();
  const Result<std::string_view> name = expect_text(reader, "a call's name is not text");
  if (!name) return name.error();
  call.service = *service;
  call.name = *name;
  if (Status options = parse_options(reader, call); !options) return std::move(options).error();
  const Result<Token> args = expect(reader, Token::Kind::list, "a call's arguments are not a list");
  if (!args) return args.error();
  call.arity = args->count;
  call.args = reader.rest();
  return call;
}

Status check_result(ByteView body, const Limits& limits) { return check_body(body, limits); }

Error parse_error(ByteView body, Executed executed, const Limits& limits) {
  const auto bad = [executed](Error error) {
    error.executed = executed;
    return error;
  };
  if (Status checked = check_body(body, limits); !checked) return bad(std::move(checked).error());
  Reader reader(body);
  const Result<Token> parts = expect(reader, Token::Kind::list, "an error is not a list");
  if (!parts) return bad(parts.error());
  if (parts->count != 2) return bad(malformed("an error is not [code, message]"));
  const Result<Token> code = expect(reader, Token::Kind::integer, "an error's code is not a number");
  if (!code) return bad(code.error());
  const Result<Token> message = expect(reader, Token::Kind::text, "an error's message is not text");
  if (!message) return bad(message.error());
  const bool fits = code->integer >= INT32_MIN && code->integer < 0;
  const Code known = fits ? code_from(static_cast<std::int32_t>(code->integer)) : Code::UNKNOWN;
  return {known, readable(text_of(message->bytes)), executed};
}

Result<HelloBody> parse_hello(ByteView body, const Limits& limits) {
  if (Status checked = check_body(body, limits); !checked) return std::move(checked).error();
  Reader reader(body);
  const Result<Token> entries = expect(reader, Token::Kind::map, "a hello is not a map");
  if (!entries) return entries.error();
  HelloBody hello;
  bool ranged = false;
  for (std::uint32_t i = 0; i < entries->count; ++i) {
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
      reader.skip();
    }
  }
  if (!ranged || hello.protocol_lowest > hello.protocol_highest) return malformed("a hello names no protocol range");
  return hello;
}

Result<std::string> parse_goaway(ByteView body, const Limits& limits) {
  if (Status checked = check_body(body, limits); !checked) return std::move(checked).error();
  Reader reader(body);
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
  return append_packed(writer, header, limits, [&] { return pack_error(writer, error); });
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
  if (!pack_error(writer, error)) return no_room();
  set_outcome(writer, mark, true, error.executed);
  return {};
}

}  // namespace lodge::wire
