// The other end of a connection that need not behave.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "platform/unique_fd.hpp"
#include "wire/frame.hpp"
#include "wire/frame_reader.hpp"

namespace lodge::system_test {

class RawPeer {
 public:
  /// Connects and says nothing. Throws where nobody listens.
  explicit RawPeer(const std::filesystem::path& socket);

  /// As much as the other side takes without a pause of `pause_ms`. False: it did not take all, or has closed.
  bool send(ByteView bytes, int pause_ms = 1000) const;
  /// Reads until the other side closes; the frames that came. Throws where it does not close.
  [[nodiscard]] std::vector<wire::Frame> until_closed();
  /// Reads the host's hello, if it has not been read yet, and that many replies.
  [[nodiscard]] std::vector<wire::Frame> replies(std::size_t count);
  [[nodiscard]] int descriptor() const { return socket_.get(); }

 private:
  /// The next frame; nothing: the other side has closed.
  [[nodiscard]] std::optional<wire::Frame> next();

  platform::UniqueFd socket_;
  wire::FrameReader reader_;
  bool greeted_ = false;
};

/// Whole frames, to be sent or spoilt.
[[nodiscard]] Bytes hello_frame();
[[nodiscard]] Bytes call_frame(std::uint64_t id, std::string_view service, std::string_view function, ByteView args,
                               std::uint32_t arity);

/// The reasons that the goodbyes among the frames give; empty: there is none.
[[nodiscard]] std::string goodbye(const std::vector<wire::Frame>& frames);

}  // namespace lodge::system_test
