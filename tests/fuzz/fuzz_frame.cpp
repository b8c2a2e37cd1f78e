// A stream cut into pieces by the input itself: the same frames must come out as when it arrives at once.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/writer.hpp"
#include "wire/frame_reader.hpp"

namespace {

using lodge::Bytes;
using lodge::ByteView;
using namespace lodge::wire;  // NOLINT(google-build-using-namespace)

struct Outcome {
  std::vector<std::uint64_t> ids;
  std::vector<Bytes> bodies;
  bool refused = false;
  bool operator==(const Outcome&) const = default;
};

/// A header that was understood says the same when it is written once more.
void written_again(const Frame& frame, const Limits& limits) {
  lodge::Writer writer(lodge::Writer::no_limit);
  if (!append_frame(writer, frame.header, frame.body, limits)) std::abort();
  const auto back = parse_frame(writer.view());
  if (!back) std::abort();
  const FrameHeader& before = frame.header;
  const FrameHeader& after = back->header;
  const bool same = after.kind == before.kind && after.error == before.error && after.executed == before.executed &&
                    after.one_way == before.one_way && after.id == before.id &&
                    after.deadline_left_us == before.deadline_left_us &&
                    after.trace.has_value() == before.trace.has_value();
  if (!same) std::abort();
}

Outcome read(ByteView stream, std::size_t piece, const Limits& limits) {
  FrameReader reader(limits);
  Outcome out;
  std::vector<Frame> held;  // some frames outlive others, so that blocks are shared
  while (!stream.empty()) {
    const auto room = reader.room();
    if (room.empty()) std::abort();
    const std::size_t size = std::min({piece, stream.size(), room.size()});
    std::memcpy(room.data(), stream.data(), size);
    reader.filled(size);
    stream = stream.subspan(size);
    for (;;) {
      auto frame = reader.next();
      if (!frame) {
        out.refused = true;
        return out;
      }
      if (!frame->has_value()) break;
      out.ids.push_back((*frame)->header.id);
      written_again(**frame, limits);
      out.bodies.push_back(lodge::copy_of((*frame)->body));
      if (out.ids.size() % 3 == 0) held.clear();
      held.push_back(std::move(**frame));
    }
    // At most one block more than what has arrived.
    if (reader.pending() > limits.frame_bytes_max + frame_header_bytes) std::abort();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Limits limits{.frame_bytes_max = std::size_t{256} << 10};
  const std::size_t piece = 1 + (data[0] | (std::size_t{data[1]} << 8)) % 5000;
  const ByteView stream(data + 2, size - 2);
  if (read(stream, stream.size(), limits) != read(stream, piece, limits)) std::abort();
  return 0;
}
