// Frames: what goes over a connection, to the control socket and between nodes alike. Little-endian.
//
//   u32 length           bytes after this field: header rest, trace, body; 20 to frame_bytes_max
//   u8  kind             FrameKind
//   u8  flags            bit 0 TRACE, bits 1-2 executed (replies), bit 3 ERROR (replies), bit 4 ONE-WAY (calls); the
//                        rest 0
//   u16 reserved         0
//   u64 request id       calls, replies, cancels: the caller's number for it; goaway: the last call accepted
//   u64 deadline left    microseconds, 0: none (calls only)
//   [16 trace id, 8 span id, u32 trace flags]   with TRACE
//   body                 msgpack, by kind (envelope.hpp)
#pragma once

#include <lodge/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/block.hpp"
#include "base/bytes.hpp"
#include "base/status.hpp"
#include "wire/value.hpp"

namespace lodge::wire {

enum class FrameKind : std::uint8_t { hello = 1, call = 2, reply = 3, cancel = 4, goaway = 5, ping = 6, pong = 7 };

/// "call".
[[nodiscard]] std::string_view frame_kind_name(FrameKind kind);

constexpr std::size_t frame_header_bytes = 24;
constexpr std::size_t frame_length_min = frame_header_bytes - 4;
constexpr std::size_t frame_trace_bytes = 28;

struct FrameHeader {
  FrameKind kind = FrameKind::call;
  bool error = false;                ///< replies: the body is [code, message]
  Executed executed = Executed::no;  ///< replies
  bool one_way = false;              ///< calls: the reply says that it was taken, nil, or why not; nothing follows
  std::uint64_t id = 0;
  std::uint64_t deadline_left_us = 0;  ///< calls; 0: none
  std::optional<lodge_trace> trace{};
};

/// A received frame. Its body lies in the block that it was received in, which lives as long as the frame.
struct Frame {
  FrameHeader header;
  ByteView body;
  BlockRef block;
};

/// A frame that is being written: where it and its body start in the writer.
struct FrameMark {
  std::size_t start = 0;
  std::size_t body = 0;
};

/// Appends a header whose length is still open; the body is appended behind it, by anybody. Nothing: no room.
[[nodiscard]] std::optional<FrameMark> begin_frame(lodge_writer& writer, const FrameHeader& header);

/// Fills in the length. RESOURCE_EXHAUSTED, and the writer is as before begin_frame: the frame would be larger than
/// the other side takes.
[[nodiscard]] Status end_frame(lodge_writer& writer, FrameMark mark, const Limits& limits = {});

/// Turns the reply begun at `mark` into what it became: only known once the body is there.
void set_outcome(lodge_writer& writer, FrameMark mark, bool error, Executed executed);

/// Appends a whole frame around a body that exists already.
[[nodiscard]] Status append_frame(lodge_writer& writer, const FrameHeader& header, ByteView body,
                                  const Limits& limits = {});

/// The value of the length field, checked. `bytes` holds at least 4. INVALID_ARGUMENT: too short to be a frame;
/// RESOURCE_EXHAUSTED: larger than the limit.
[[nodiscard]] Result<std::size_t> frame_length(ByteView bytes, const Limits& limits);

/// Reads the frame that `bytes` is exactly (length field included), in place; `block` of the result is empty.
/// INVALID_ARGUMENT says what is wrong with it. The body is not looked at.
[[nodiscard]] Result<Frame> parse_frame(ByteView bytes);

}  // namespace lodge::wire
