// The SDK's msgpack against msgpack-c's: both take the same bytes for a value (ext and deep nesting apart, which ours
// refuses), and what ours reads and writes again is what msgpack-c reads and writes again.
#include <lodge/msgpack.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#define MSGPACK_NO_BOOST
#include <msgpack.hpp>

namespace {

/// Writes again what msgpack-c reads, numbers in their shortest form.
class Oracle : public msgpack::null_visitor {
 public:
  // The names are those of msgpack-c's visitors.
  bool visit_nil() { return packer_.pack_nil(), true; }
  bool visit_boolean(bool value) { return value ? packer_.pack_true() : packer_.pack_false(), true; }
  bool visit_positive_integer(std::uint64_t value) { return packer_.pack_uint64(value), true; }
  bool visit_negative_integer(std::int64_t value) { return packer_.pack_int64(value), true; }
  bool visit_float32(float value) { return visit_float64(static_cast<double>(value)); }
  bool visit_float64(double value) {
    // The packer would turn 1.0 into the integer 1.
    const auto bits = std::bit_cast<std::uint64_t>(value);
    std::array<char, 9> bytes{'\xcb'};
    for (std::size_t i = 1; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bits >> (64 - 8 * i));
    return out_.write(bytes.data(), bytes.size()), true;
  }
  bool visit_str(const char* data, std::uint32_t size) {
    return packer_.pack_str(size), packer_.pack_str_body(data, size), true;
  }
  bool visit_bin(const char* data, std::uint32_t size) {
    return packer_.pack_bin(size), packer_.pack_bin_body(data, size), true;
  }
  bool visit_ext(const char* /*data*/, std::uint32_t /*size*/) { return false; }
  bool start_array(std::uint32_t count) { return open() && (packer_.pack_array(count), true); }
  bool start_map(std::uint32_t count) { return open() && (packer_.pack_map(count), true); }
  bool end_array() { return close(); }
  bool end_map() { return close(); }
  void insufficient_bytes(std::size_t /*parsed*/, std::size_t /*at*/) { whole_ = false; }
  void parse_error(std::size_t /*parsed*/, std::size_t /*at*/) { whole_ = false; }

  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] std::string_view written() const { return {out_.data(), out_.size()}; }

 private:
  bool open() { return ++depth_ <= LODGE_MP_DEPTH_MAX; }
  bool close() { return --depth_, true; }

  msgpack::sbuffer out_;
  msgpack::packer<msgpack::sbuffer> packer_{out_};
  std::size_t depth_ = 0;
  bool whole_ = true;
};

void must(bool holds) {
  if (!holds) std::abort();
}

/// Reads one head and writes it again.
void copy_head(lodge_mp_reader& reader, lodge_writer& out) {
  std::int32_t flag = 0;
  std::int64_t number = 0;
  std::uint64_t large = 0;
  double real = 0;
  lodge_slice slice{};
  std::uint32_t count = 0;
  switch (lodge_mp_type(&reader)) {
    case LODGE_MP_NIL:
      return must(!lodge_mp_read_nil(&reader) && !lodge_mp_write_nil(&out));
    case LODGE_MP_BOOL:
      return must(!lodge_mp_read_bool(&reader, &flag) && !lodge_mp_write_bool(&out, flag));
    case LODGE_MP_INT:
      if (lodge_mp_read_int(&reader, &number) == LODGE_OK) return must(!lodge_mp_write_int(&out, number));
      return must(!lodge_mp_read_uint(&reader, &large) && !lodge_mp_write_uint(&out, large));
    case LODGE_MP_FLOAT:
      return must(!lodge_mp_read_float(&reader, &real) && !lodge_mp_write_float(&out, real));
    case LODGE_MP_STR:
      must(!lodge_mp_read_str(&reader, &slice));
      return must(!lodge_mp_write_str(&out, static_cast<const char*>(slice.data), slice.size));
    case LODGE_MP_BIN:
      return must(!lodge_mp_read_bin(&reader, &slice) && !lodge_mp_write_bin(&out, slice.data, slice.size));
    case LODGE_MP_ARRAY:
      return must(!lodge_mp_read_array(&reader, &count) && !lodge_mp_write_array(&out, count));
    case LODGE_MP_MAP:
      return must(!lodge_mp_read_map(&reader, &count) && !lodge_mp_write_map(&out, count));
    default:
      must(false);  // there was a head: the bytes were checked
  }
}

/// Every reading function refuses what it does not find, and stays where it is.
void read_garbage(const std::uint8_t* data, std::size_t size) {
  const lodge_mp_reader start = lodge_mp_reader_of(data, size);
  std::int32_t flag = 0;
  std::int64_t number = 0;
  double real = 0;
  lodge_slice slice{};
  std::uint32_t count = 0;
  lodge_mp_reader reader = start;
  if (lodge_mp_read_bool(&reader, &flag) != LODGE_OK) must(reader.at == start.at);
  if (lodge_mp_read_int(&reader, &number) != LODGE_OK) must(reader.at <= reader.end);
  if (lodge_mp_read_float(&reader, &real) != LODGE_OK) must(reader.at <= reader.end);
  if (lodge_mp_read_str(&reader, &slice) == LODGE_OK) must(slice.size <= size);
  if (lodge_mp_read_bin(&reader, &slice) == LODGE_OK) must(slice.size <= size);
  if (lodge_mp_read_array(&reader, &count) != LODGE_OK) must(reader.at <= reader.end);
  if (lodge_mp_read_map(&reader, &count) != LODGE_OK) must(reader.at <= reader.end);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_garbage(data, size);
  Oracle oracle;
  std::size_t taken = 0;
  const bool accepted =
      msgpack::parse(static_cast<const char*>(static_cast<const void*>(data)), size, taken, oracle) && oracle.whole();

  lodge_mp_reader reader = lodge_mp_reader_of(data, size);
  must((lodge_mp_skip(&reader) == LODGE_OK) == accepted);
  must(reader.at == data + (accepted ? taken : 0));
  must((lodge_mp_check(data, size, 1) == LODGE_OK) == (accepted && taken == size));
  if (!accepted) return 0;

  std::vector<std::uint8_t> memory(taken * 2 + 16);  // a float may grow to a double
  lodge_writer out;
  lodge_writer_over(&out, memory.data(), memory.size());
  for (lodge_mp_reader heads = lodge_mp_reader_of(data, taken); lodge_mp_left(&heads) > 0;) copy_head(heads, out);
  must(std::string_view(static_cast<const char*>(static_cast<const void*>(out.data)), out.size) == oracle.written());
  must(lodge_mp_check(out.data, out.size, 1) == LODGE_OK);
  return 0;
}
