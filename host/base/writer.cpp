#include "base/writer.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace lodge {

Writer::Writer(std::size_t limit) : lodge_writer{nullptr, 0, 0, &Writer::grow}, limit_(limit) {}

Bytes Writer::take() {
  Bytes out(data, data + size);
  size = 0;
  return out;
}

void Writer::clear(std::size_t kept_max) {
  clear();
  if (room_ <= kept_max) return;
  memory_.reset();
  room_ = 0;
  restore();
}

void Writer::restore() {
  data = memory_.get();
  capacity = room_;
  reserve = &Writer::grow;
  clear();
}

std::int32_t Writer::grow(lodge_writer* writer, std::size_t more) {
  auto& self = static_cast<Writer&>(*writer);
  if (!self.intact()) return LODGE_INVALID_ARGUMENT;
  if (more > self.limit_ || self.size > self.limit_ - more) {
    self.refused_ = true;
    return LODGE_RESOURCE_EXHAUSTED;
  }
  const std::size_t needed = self.size + more;
  if (needed <= self.capacity) return LODGE_OK;
  const std::size_t room = std::min(self.limit_, std::max({needed, self.capacity * 2, std::size_t{256}}));
  std::unique_ptr<std::uint8_t[]> larger(new (std::nothrow) std::uint8_t[room]);
  if (!larger) return LODGE_RESOURCE_EXHAUSTED;
  if (self.size > 0) std::memcpy(larger.get(), self.data, self.size);
  self.memory_ = std::move(larger);
  self.data = self.memory_.get();
  self.room_ = self.capacity = room;
  return LODGE_OK;
}

bool append(lodge_writer& writer, ByteView bytes) {
  if (bytes.size() > writer.capacity - writer.size) {
    if (writer.reserve(&writer, bytes.size()) != LODGE_OK) return false;
    // A plugin's writer may say so and have made none.
    if (bytes.size() > writer.capacity - writer.size) return false;
  }
  if (!bytes.empty()) std::memcpy(writer.data + writer.size, bytes.data(), bytes.size());
  writer.size += bytes.size();
  return true;
}

std::int32_t write_error(lodge_writer* writer, Code code, std::string_view message) {
  if (writer != nullptr) (void)append(*writer, view_of(message));
  return static_cast<std::int32_t>(code);
}

}  // namespace lodge
