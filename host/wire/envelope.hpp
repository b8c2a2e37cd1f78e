// What is in frames: calls, replies, errors, greetings, farewells. Everything borrowed is borrowed from the frame.
//
//   CALL    [service str, name str, options map, args array]   the arguments' values are the end of the body
//   REPLY   one value; with ERROR: [code int, message str]
//   HELLO   {protocol: [min, max], name: str, software: str}
//   GOAWAY  reason str
//   CANCEL, PING, PONG  no body
//
// Options of a call: caller (str), idempotent (bool); keys that are not known are ignored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/frame.hpp"
#include "wire/packed_values.hpp"

namespace lodge::wire {

constexpr std::uint32_t protocol_min = 1;
constexpr std::uint32_t protocol_max = 1;

struct CallBody {
  std::string_view service{};
  std::string_view name{};
  std::string_view caller{};  ///< the calling service as the other side says; empty: none
  bool idempotent = false;
  PackedValues args{};  ///< of a call that came in: checked, and within the limits
};

struct HelloBody {
  std::uint32_t protocol_lowest = protocol_min;
  std::uint32_t protocol_highest = protocol_max;
  std::string name{};      ///< of a node, or of a program
  std::string software{};  ///< "lodge 0.1.0"
};

[[nodiscard]] Result<CallBody> parse_call(ByteView body, const Limits& limits = {});
/// That a reply's body is one well-formed value within the limits.
[[nodiscard]] Status check_result(ByteView body, const Limits& limits = {});
/// The error that a reply with ERROR carries. An Error too (INVALID_ARGUMENT) when the body is not one.
[[nodiscard]] Error parse_error(ByteView body, Executed executed, const Limits& limits = {});
[[nodiscard]] Result<HelloBody> parse_hello(ByteView body, const Limits& limits = {});
[[nodiscard]] Result<std::string> parse_goaway(ByteView body, const Limits& limits = {});

/// The highest protocol that both speak. FAILED_PRECONDITION names both ranges.
[[nodiscard]] Result<std::uint32_t> agree_on_protocol(const HelloBody& ours, const HelloBody& theirs);

/// Whole frames. `args` are not looked at. Errors: those of end_frame.
[[nodiscard]] Status append_call(lodge_writer& writer, const FrameHeader& header, const CallBody& call,
                                 const Limits& limits = {});
/// A message that is too large for a frame is cut, and says so: an answer has to go out.
[[nodiscard]] Status append_error(lodge_writer& writer, std::uint64_t id, const Error& error,
                                  const Limits& limits = {});
[[nodiscard]] Status append_hello(lodge_writer& writer, const HelloBody& hello);
[[nodiscard]] Status append_goaway(lodge_writer& writer, std::uint64_t last_accepted, std::string_view reason);

/// Turns the reply begun at `mark`, whatever body it has so far, into that error.
[[nodiscard]] Status set_error(lodge_writer& writer, FrameMark mark, const Error& error);

}  // namespace lodge::wire
