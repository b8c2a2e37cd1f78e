// The other end of a control socket, as small as it can be: answers each call with what a function says.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "platform/unique_fd.hpp"
#include "wire/envelope.hpp"
#include "wire/frame_reader.hpp"
#include "wire/unix_address.hpp"

namespace lodge::ctl {

class FakeHost {
 public:
  using Answer = std::function<Result<wire::Value>(const wire::CallBody& call, const wire::Value::List& arguments)>;

  /// `answer` runs on the threads of connections, one each.
  explicit FakeHost(Answer answer) : answer_(std::move(answer)) {
    std::string pattern = (std::filesystem::temp_directory_path() / "lodgectl-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    const auto address = wire::UnixAddress::of(path());
    listening_.reset(::socket(AF_UNIX, SOCK_STREAM, 0));
    if (::bind(listening_.get(), address->get(), address->size()) != 0 || ::listen(listening_.get(), 16) != 0) abort();
    accepting_ = std::thread([this] { accept_all(); });
  }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  /// Clients are gone by now: each connection's thread ends with its client.
  ~FakeHost() {
    ::shutdown(listening_.get(), SHUT_RDWR);
    accepting_.join();
    for (std::thread& thread : serving_) thread.join();
    std::filesystem::remove_all(directory_);
  }

  /// Closes each connection once it has answered so many calls on it.
  void hang_up_after(int calls) { calls_max_ = calls; }

  [[nodiscard]] std::filesystem::path path() const { return directory_ / "lodged.sock"; }

 private:
  void accept_all() {
    for (;;) {
      const int accepted = ::accept(listening_.get(), nullptr, nullptr);
      if (accepted < 0) return;
      serving_.emplace_back([this, accepted] { serve(platform::UniqueFd(accepted)); });
    }
  }

  void serve(const platform::UniqueFd& socket) {
    wire::FrameReader reader;
    for (int calls = -1; calls < calls_max_;) {  // the hello is none
      auto frame = reader.next();
      if (!frame) return;
      if (frame->has_value()) {
        ++calls;
        reply_to(socket, **frame);
        continue;
      }
      const auto room = reader.room();
      const ssize_t got = ::recv(socket.get(), room.data(), room.size(), 0);
      if (got <= 0) return;
      reader.filled(static_cast<std::size_t>(got));
    }
  }

  void reply_to(const platform::UniqueFd& socket, const wire::Frame& frame) {
    Writer writer;
    Status written;
    if (frame.header.kind == wire::FrameKind::hello) {
      written = wire::append_hello(writer, {.name = "fake", .software = "test"});
    } else if (const auto call = wire::parse_call(frame.body); call) {
      const wire::FrameHeader header{.kind = wire::FrameKind::reply, .executed = Executed::yes, .id = frame.header.id};
      const auto answer = answer_(*call, arguments_of(*call));
      written = answer ? wire::append_frame(writer, header, answer->pack())
                       : wire::append_error(writer, frame.header.id, answer.error());
    }
    if (written && ::send(socket.get(), writer.data, writer.size, MSG_NOSIGNAL) < 0) return;
  }

  static wire::Value::List arguments_of(const wire::CallBody& call) {
    // A list's head in front of the values makes them one value.
    const std::uint32_t arity = call.args.count();
    const ByteView args = call.args.bytes();
    Bytes list{0xdc, static_cast<std::uint8_t>(arity >> 8), static_cast<std::uint8_t>(arity)};
    list.insert(list.end(), args.begin(), args.end());
    return *wire::Value::unpack(list)->as_list();
  }

  Answer answer_;
  std::atomic<int> calls_max_ = INT_MAX;
  std::filesystem::path directory_;
  platform::UniqueFd listening_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace lodge::ctl
