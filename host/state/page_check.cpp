#include "state/page_check.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "platform/unique_fd.hpp"

namespace lodge::state {

namespace {

// The layout of LMDB 0.9 (version 1 of its data), where words have 64 bits; numbers as the machine has them.
constexpr std::uint32_t magic = 0xBEEFC0DE;
constexpr std::uint32_t version = 1;
constexpr std::uint64_t no_page = UINT64_MAX;
constexpr std::uint64_t meta_pages = 2;
constexpr std::size_t page_header = 16;
constexpr std::size_t node_header = 8;
constexpr std::size_t page_bytes_max = 65'536;
constexpr unsigned depth_max = 32;

enum PageFlag : std::uint16_t { branch = 1, leaf = 2, overflow = 4 };
enum NodeFlag : std::uint16_t { big = 1, sub_table = 2 };

/// What follows the header of a meta page.
struct Tree {
  std::uint32_t page_bytes;
  std::uint16_t flags;
  std::uint16_t depth;
  std::uint64_t pages[3];
  std::uint64_t entries;
  std::uint64_t root;
};
struct Meta {
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t address;
  std::uint64_t map_bytes;
  Tree free_pages;
  Tree main;
  std::uint64_t last_page;
  std::uint64_t transaction;
};
static_assert(sizeof(Tree) == 48 && sizeof(Meta) == 136);

template <typename T>
T at(ByteView bytes, std::size_t offset) {
  T out;
  std::memcpy(&out, bytes.data() + offset, sizeof out);
  return out;
}

class Pages {
 public:
  Pages(const Place& place, int fd, std::uint64_t file_bytes) : place_(place), fd_(fd), file_bytes_(file_bytes) {}

  Status check() {
    const std::optional<Meta> meta = newest_meta();
    if (!meta) return {};
    page_bytes_ = meta->free_pages.page_bytes;
    page_count_ = std::min(meta->last_page + 1, file_bytes_ / page_bytes_);
    seen_.resize(page_count_);
    for (const Tree& tree : {meta->free_pages, meta->main}) {
      if (Status checked = check_tree(tree); !checked) return checked;
    }
    return {};
  }

 private:
  [[nodiscard]] Status wrong(std::uint64_t page, std::string_view what) const {
    return damaged(place_, fmt::format("page {} {}", page, what));
  }
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::uint8_t> into) const {
    return ::pread(fd_, into.data(), into.size(), static_cast<off_t>(offset)) == static_cast<ssize_t>(into.size());
  }

  /// As LMDB picks it. Nothing: not a pair of meta pages.
  [[nodiscard]] std::optional<Meta> newest_meta() const {
    std::optional<Meta> newest;
    std::uint64_t second = 0;
    for (const bool first : {true, false}) {
      std::array<std::uint8_t, page_header + sizeof(Meta)> bytes{};
      if (!read(second, bytes)) return std::nullopt;
      const Meta meta = at<Meta>(bytes, page_header);
      if (meta.magic != magic || meta.version != version) return std::nullopt;
      const std::uint32_t size = meta.free_pages.page_bytes;
      if (size < 512 || size > page_bytes_max || (size & (size - 1)) != 0) return std::nullopt;
      if (first) second = size;
      if (!newest || meta.transaction > newest->transaction) newest = meta;
    }
    return newest;
  }

  Status check_tree(const Tree& tree) {
    if (tree.root == no_page) return {};
    if (tree.depth == 0 || tree.depth > depth_max) return wrong(tree.root, "begins a table of an impossible depth");
    return check_page(tree.root, tree.depth);
  }

  /// Marks so many pages as used from this one on.
  Status take(std::uint64_t page, std::uint64_t count) {
    if (page < meta_pages || count > page_count_ || page > page_count_ - count) {
      return wrong(page, fmt::format("lies outside of the file, which has {} bytes", file_bytes_));
    }
    for (std::uint64_t i = page; i < page + count; ++i) {
      if (seen_[i]) return wrong(i, "is used twice");
      seen_[i] = true;
    }
    return {};
  }

  /// `depth`: of the tree from here; 1: a leaf.
  Status check_page(std::uint64_t number, unsigned depth) {
    if (Status taken = take(number, 1); !taken) return taken;
    Bytes page(page_bytes_);
    if (!read(number * page_bytes_, page)) return wrong(number, "cannot be read");
    const auto lower = at<std::uint16_t>(page, 12);
    const auto upper = at<std::uint16_t>(page, 14);
    if (at<std::uint64_t>(page, 0) != number || at<std::uint16_t>(page, 10) != (depth == 1 ? leaf : branch) ||
        lower < page_header || lower > upper || upper > page_bytes_) {
      return wrong(number, "is not what belongs there");
    }
    for (std::size_t pointer = page_header; pointer + 2 <= lower; pointer += 2) {
      const auto node = at<std::uint16_t>(page, pointer);
      if (node < upper || node + node_header > page_bytes_) return wrong(number, "has an entry outside of itself");
      const ByteView rest = ByteView(page).subspan(node);
      if (Status checked = depth == 1 ? check_leaf_node(number, rest) : check_branch_node(number, rest, depth);
          !checked) {
        return checked;
      }
    }
    return {};
  }

  Status check_branch_node(std::uint64_t page, ByteView node, unsigned depth) {
    if (node_header + at<std::uint16_t>(node, 6) > node.size()) return wrong(page, "has an entry longer than itself");
    return check_page(at<std::uint32_t>(node, 0) | std::uint64_t{at<std::uint16_t>(node, 4)} << 32, depth - 1);
  }

  Status check_leaf_node(std::uint64_t page, ByteView node) {
    const auto data_bytes = at<std::uint32_t>(node, 0);
    const auto flags = at<std::uint16_t>(node, 4);
    const std::size_t data = node_header + at<std::uint16_t>(node, 6);
    const std::size_t there = (flags & big) != 0 ? sizeof(std::uint64_t) : data_bytes;
    if (data + there > node.size() || (flags & ~(big | sub_table)) != 0 ||
        ((flags & sub_table) != 0 && there != sizeof(Tree))) {
      return wrong(page, "has an entry that is not as Lodge writes them");
    }
    if ((flags & big) != 0) return check_big(at<std::uint64_t>(node, data), data_bytes);
    return (flags & sub_table) != 0 ? check_named(page, at<Tree>(node, data)) : Status();
  }

  Status check_named(std::uint64_t page, const Tree& tree) {
    if (std::exchange(in_named_, true)) return wrong(page, "has a table in a table");
    Status checked = check_tree(tree);
    in_named_ = false;
    return checked;
  }

  Status check_big(std::uint64_t page, std::uint32_t data_bytes) {
    const std::uint64_t count = (page_header - 1 + data_bytes) / page_bytes_ + 1;
    if (Status taken = take(page, count); !taken) return taken;
    std::array<std::uint8_t, page_header> header{};
    if (!read(page * page_bytes_, header)) return wrong(page, "cannot be read");
    if (at<std::uint64_t>(header, 0) != page || at<std::uint16_t>(header, 10) != overflow ||
        at<std::uint32_t>(header, 12) < count) {
      return wrong(page, "is not what belongs there");
    }
    return {};
  }

  const Place& place_;
  const int fd_;
  const std::uint64_t file_bytes_;
  std::uint64_t page_bytes_ = 0;
  std::uint64_t page_count_ = 0;
  std::vector<bool> seen_;
  bool in_named_ = false;  ///< in a table that an entry of the main one names
};

}  // namespace

Status check_pages(const Place& place) {
  const platform::UniqueFd fd(::open(place.data_file().c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno == ENOENT ? Status() : lmdb_error(place, "be read", errno);
  struct stat found {};
  if (::fstat(fd.get(), &found) != 0) return lmdb_error(place, "be read", errno);
  return Pages(place, fd.get(), static_cast<std::uint64_t>(found.st_size)).check();
}

}  // namespace lodge::state
