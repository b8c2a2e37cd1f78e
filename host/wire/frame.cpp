#include "wire/frame.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>

#include "base/writer.hpp"

namespace lodge::wire {

static_assert(std::endian::native == std::endian::little, "frames are copied as they lie in memory");

namespace {

constexpr std::uint8_t flag_trace = 1;
constexpr unsigned executed_shift = 1;
constexpr std::uint8_t executed_mask = 3U << executed_shift;
constexpr std::uint8_t flag_error = 8;
constexpr std::uint8_t flag_one_way = 16;
constexpr std::uint8_t flags_of_replies = executed_mask | flag_error;
constexpr std::uint8_t flags_known = flag_trace | flags_of_replies | flag_one_way;

// Where the fields lie, from the start of the frame.
constexpr std::size_t at_kind = 4;
constexpr std::size_t at_flags = 5;
constexpr std::size_t at_reserved = 6;
constexpr std::size_t at_id = 8;
constexpr std::size_t at_deadline = 16;

template <typename T>
T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename T>
void store(std::uint8_t* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

std::uint8_t outcome_flags(bool error, Executed executed) {
  return static_cast<std::uint8_t>((static_cast<unsigned>(executed) << executed_shift) | (error ? flag_error : 0U));
}

Error malformed(std::string what) { return {Code::INVALID_ARGUMENT, "bad frame: " + std::move(what)}; }

Error too_large(std::size_t length, const Limits& limits) {
  return {Code::RESOURCE_EXHAUSTED,
          fmt::format("a frame of {} bytes is larger than limits.frame_bytes_max, {}; send less at a time, or raise it "
                      "on both sides",
                      length, limits.frame_bytes_max)};
}

Status check_flags(FrameKind kind, std::uint8_t flags) {
  if ((flags & ~flags_known) != 0) return malformed(fmt::format("flags 0x{:02x} are not known", flags));
  if ((flags & executed_mask) == executed_mask) return malformed("executed is 3; it is 0, 1 or 2");
  if (kind != FrameKind::reply && (flags & flags_of_replies) != 0) {
    return malformed(fmt::format("flags 0x{:02x} are for replies, not for a {}", flags, frame_kind_name(kind)));
  }
  if (kind != FrameKind::call && (flags & flag_one_way) != 0) {
    return malformed(fmt::format("flags 0x{:02x} are for calls, not for a {}", flags, frame_kind_name(kind)));
  }
  return {};
}

}  // namespace

std::string_view frame_kind_name(FrameKind kind) {
  constexpr std::array<std::string_view, 8> names = {"frame",  "hello",  "call", "reply",
                                                     "cancel", "goaway", "ping", "pong"};
  const auto number = static_cast<std::size_t>(kind);
  return names[number < names.size() ? number : 0];
}

std::optional<FrameMark> begin_frame(lodge_writer& writer, const FrameHeader& header) {
  std::array<std::uint8_t, frame_header_bytes + frame_trace_bytes> bytes{};
  std::size_t size = frame_header_bytes;
  bytes[at_kind] = static_cast<std::uint8_t>(header.kind);
  bytes[at_flags] = outcome_flags(header.error, header.executed);
  store(&bytes[at_id], header.id);
  store(&bytes[at_deadline], header.deadline_left_us);
  if (header.one_way) bytes[at_flags] |= flag_one_way;
  if (header.trace) {
    bytes[at_flags] |= flag_trace;
    std::memcpy(&bytes[size], header.trace->trace_id, sizeof header.trace->trace_id);
    std::memcpy(&bytes[size + 16], header.trace->span_id, sizeof header.trace->span_id);
    store(&bytes[size + 24], header.trace->flags);
    size += frame_trace_bytes;
  }
  if (!append(writer, {bytes.data(), size})) return std::nullopt;
  return FrameMark{writer.size - size, writer.size};
}

Status end_frame(lodge_writer& writer, FrameMark mark, const Limits& limits) {
  const std::size_t length = writer.size - mark.start - sizeof(std::uint32_t);
  if (length > limits.frame_bytes_max) {
    writer.size = mark.start;
    return too_large(length, limits);
  }
  store(writer.data + mark.start, static_cast<std::uint32_t>(length));
  return {};
}

void set_outcome(lodge_writer& writer, FrameMark mark, bool error, Executed executed) {
  std::uint8_t& flags = writer.data[mark.start + at_flags];
  flags = static_cast<std::uint8_t>((flags & flag_trace) | outcome_flags(error, executed));
}

Status append_frame(lodge_writer& writer, const FrameHeader& header, ByteView body, const Limits& limits) {
  const std::size_t length = frame_length_min + (header.trace ? frame_trace_bytes : 0) + body.size();
  if (length > limits.frame_bytes_max) return too_large(length, limits);
  const std::optional<FrameMark> mark = begin_frame(writer, header);
  if (mark && append(writer, body)) return end_frame(writer, *mark, limits);
  if (mark) writer.size = mark->start;
  return Error{Code::RESOURCE_EXHAUSTED, fmt::format("no memory for a frame of {} bytes", length)};
}

Result<std::size_t> frame_length(ByteView bytes, const Limits& limits) {
  const auto length = load<std::uint32_t>(bytes.data());
  if (length < frame_length_min) return malformed(fmt::format("its length is {}, below {}", length, frame_length_min));
  if (length > limits.frame_bytes_max) {
    return Error{Code::RESOURCE_EXHAUSTED, fmt::format("bad frame: its length is {}, beyond limits.frame_bytes_max, {}",
                                                       length, limits.frame_bytes_max)};
  }
  return length;
}

Result<Frame> parse_frame(ByteView bytes) {
  if (bytes.size() < frame_header_bytes) return malformed("it is cut off");
  const std::uint8_t kind = bytes[at_kind];
  if (kind < static_cast<std::uint8_t>(FrameKind::hello) || kind > static_cast<std::uint8_t>(FrameKind::pong)) {
    return malformed(fmt::format("there is no kind {}", kind));
  }
  Frame frame;
  FrameHeader& header = frame.header;
  header.kind = static_cast<FrameKind>(kind);
  const std::uint8_t flags = bytes[at_flags];
  if (Status status = check_flags(header.kind, flags); !status) return std::move(status).error();
  if (load<std::uint16_t>(&bytes[at_reserved]) != 0) return malformed("its reserved bytes are not 0");
  header.error = (flags & flag_error) != 0;
  header.executed = static_cast<Executed>((flags & executed_mask) >> executed_shift);
  header.one_way = (flags & flag_one_way) != 0;
  header.id = load<std::uint64_t>(&bytes[at_id]);
  header.deadline_left_us = load<std::uint64_t>(&bytes[at_deadline]);
  if (header.deadline_left_us != 0 && header.kind != FrameKind::call) {
    return malformed(fmt::format("a {} has no deadline", frame_kind_name(header.kind)));
  }
  std::size_t size = frame_header_bytes;
  if ((flags & flag_trace) != 0) {
    if (bytes.size() < size + frame_trace_bytes) return malformed("its trace context is cut off");
    lodge_trace& trace = header.trace.emplace();
    std::memcpy(trace.trace_id, &bytes[size], sizeof trace.trace_id);
    std::memcpy(trace.span_id, &bytes[size + 16], sizeof trace.span_id);
    trace.flags = load<std::uint32_t>(&bytes[size + 24]);
    size += frame_trace_bytes;
  }
  frame.body = bytes.subspan(size);
  return frame;
}

}  // namespace lodge::wire
