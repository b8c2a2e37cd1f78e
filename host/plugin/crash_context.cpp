#include "plugin/crash_context.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "plugin/frame.hpp"
#include "plugin/host_context.hpp"

namespace lodge::plugin {

namespace {

/// Appends to memory that it was given, and to nothing else.
class Line {
 public:
  explicit Line(std::span<char> out) : out_(out) {}

  void add(std::string_view text) {
    for (const char c : text) {
      if (size_ < out_.size()) out_[size_++] = c;
    }
  }
  void add(std::uint32_t number) {
    std::array<char, 10> digits{};
    std::size_t begin = digits.size();
    do {
      digits[--begin] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    add({digits.data() + begin, digits.size() - begin});
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::span<char> out_;
  std::size_t size_ = 0;
};

}  // namespace

std::size_t describe_crash(std::span<char> out) {
  Line line(out);
  const Frame* const frame = top_frame();
  if (frame == nullptr) {
    if (const HostContext* const visitor = thread_visitor()) {
      line.add("a thread of plugin ");
      line.add(visitor->plugin());
      line.add(", service ");
      line.add(visitor->service());
    } else {
      line.add("the host's own code, or a thread that a plugin has made");
    }
    return line.size();
  }
  line.add("plugin ");
  line.add(frame->context->plugin());
  line.add(", service ");
  line.add(frame->context->service());
  if (frame->call != nullptr) {
    line.add(", callback ");
    line.add(frame->what);
    line.add("/");
    line.add(frame->call->arity);
  } else {
    line.add(", ");
    line.add(frame->what);
  }
  return line.size();
}

}  // namespace lodge::plugin
